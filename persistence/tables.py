"""Every table of the house, for migrations and their checks."""

from sqlmodel import SQLModel

from persistence import (
    account,
    consignment,
    contract,
    idempotency,
    ledger,
    outbox,
    payout,
    piece_cost,
    policy,
    receivable,
    settlement,
    wallet,
)

METADATA = SQLModel.metadata
MODULES = (
    account,
    consignment,
    contract,
    idempotency,
    ledger,
    outbox,
    payout,
    piece_cost,
    policy,
    receivable,
    settlement,
    wallet,
)
