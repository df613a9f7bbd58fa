"""Every table of the house, for migrations and their checks."""

from sqlmodel import SQLModel

from persistence import (
    account,
    consignment,
    contract,
    idempotency,
    ledger,
    outbox,
    piece_cost,
    policy,
    settlement,
    wallet,
)

METADATA = SQLModel.metadata
MODULES = (account, consignment, contract, idempotency, ledger, outbox, piece_cost, policy, settlement, wallet)
