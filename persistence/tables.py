"""Every table of the house, for migrations and their checks."""

from sqlmodel import SQLModel

from persistence import account, consignment, idempotency, ledger, outbox, wallet

METADATA = SQLModel.metadata
MODULES = (account, consignment, idempotency, ledger, outbox, wallet)
