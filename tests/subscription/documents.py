"""What the watchers of these tests ask for."""

from typing import Any
from uuid import uuid4

from schema.ids import encode_id

LISTING = """
subscription ($id: ID!, $after: String) {
  listingChanged(by: { id: $id }, after: $after) { cursor keptUntil listing { state available price { amount } } }
}
"""
ORDER = """
subscription ($id: ID!, $after: String) { orderChanged(id: $id, after: $after) { cursor order { id state } } }
"""
CONSIGNMENT = """
subscription ($id: ID!, $after: String) {
  consignmentChanged(id: $id, after: $after) { cursor consignment { id state version } }
}
"""
WALLET = """
subscription ($after: String) {
  walletChanged(after: $after) { cursor wallet { pockets { currency cash { amount } credit { amount } } } }
}
"""
TRANSFER = """
mutation ($input: WalletTransferInput!) { walletTransfer(input: $input) { __typename } }
"""


def global_id(kind: str, thing: Any) -> str:
    return encode_id(kind, thing.id)


def nobodys(kind: str) -> str:
    """An id that nothing has."""
    return encode_id(kind, uuid4())
