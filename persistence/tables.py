"""Every table of the house, for migrations and their checks."""

from sqlmodel import SQLModel

from persistence import (
    account,
    catalogue,
    consignment,
    contract,
    idempotency,
    ledger,
    listing,
    media,
    outbox,
    payout,
    piece,
    piece_cost,
    policy,
    price,
    receivable,
    settlement,
    wallet,
)

METADATA = SQLModel.metadata
MODULES = (
    account,
    catalogue,
    consignment,
    contract,
    idempotency,
    ledger,
    listing,
    media,
    outbox,
    payout,
    piece,
    piece_cost,
    policy,
    price,
    receivable,
    settlement,
    wallet,
)
