"""What an account has to do with the rest of the house: what is open, what is personal, what is left when it goes.

The queries name tables of every capability, so this stands apart from the account that all of them refer to.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from domain.account import DealKind, OpenDeal
from domain.viewer import AccountId

OPEN_DEALS: dict[DealKind, str] = {
    DealKind.WALLET: """
        SELECT concat_ws(' ', currency, 'holds', cash_minor + credit_minor + deposit_minor + held_minor)
        FROM wallet_pocket WHERE owner = :account AND cash_minor + credit_minor + deposit_minor + held_minor > 0
        """,
    DealKind.RECEIVABLE: "SELECT currency || ' owed' FROM wallet_pocket WHERE owner = :account AND owed_minor > 0",
    DealKind.PAYOUT: """
        SELECT code || ' ' || state FROM payout
        WHERE owner = :account AND state IN ('REQUESTED', 'BATCHED', 'SENT')
        """,
    DealKind.CONSIGNMENT: """
        SELECT code || ' ' || state FROM consignment
        WHERE seller = :account AND (state NOT IN
            ('DRAFT', 'SETTLED', 'REFUSED', 'DECLINED', 'WITHDRAWN', 'EXPIRED', 'RETURNED')
            OR (state IN ('REFUSED', 'DECLINED', 'WITHDRAWN', 'EXPIRED') AND received_at IS NOT NULL))
        """,
    DealKind.APPRAISAL: """
        SELECT code || ' ' || state FROM appraisal
        WHERE owner = :account AND purpose = 'SERVICE' AND (state IN ('REQUESTED', 'QUEUED', 'ASSIGNED')
            OR (received_at IS NOT NULL AND handed_back_at IS NULL))
        """,
    DealKind.ORDER: """
        SELECT code || ' ' || state FROM sales_order
        WHERE buyer = :account AND state NOT IN ('COMPLETED', 'CANCELLED', 'EXPIRED')
        """,
    DealKind.GOODS_RETURN: """
        SELECT code || ' ' || state FROM goods_return
        WHERE buyer = :account AND (closed_at IS NULL OR (state = 'DENIED' AND sent_back IS NULL))
        """,
    DealKind.PAYMENT: """
        SELECT provider || ' ' || state FROM payment_intent i
        WHERE owner = :account AND (state IN ('OPEN', 'AUTHORISED')
            OR EXISTS (SELECT FROM payment_refund r WHERE r.intent_id = i.id AND r.state <> 'DONE'))
        """,
}
"""Each selects a note about every deal of an account that is not over."""

PERSONAL: dict[str, str] = {
    "payout": "UPDATE payout SET bank_account = jsonb_set(bank_account, '{holder}', '\"\"') WHERE owner = :account",
    "intake_receipt": "UPDATE intake_receipt SET handed_over_by = '' WHERE consignment_id IN"
    " (SELECT id FROM consignment WHERE seller = :account)",
    "consignment_task": "UPDATE consignment_task SET note = '' WHERE consignment_id IN"
    " (SELECT id FROM consignment WHERE seller = :account)",
    "appointment": "UPDATE appointment SET note = '' WHERE customer = :account",
    "sales_order": """
        UPDATE sales_order SET end_reason = left(end_reason, 0), delivery = CASE
            WHEN delivery -> 'address' ->> 'country' IS NULL THEN delivery
            ELSE jsonb_set(delivery, '{address}', jsonb_build_object('country', delivery -> 'address' -> 'country',
                'recipient', '', 'phone', '', 'region', '', 'city', '', 'postal_code', '', 'line1', '', 'line2', ''))
            END
        WHERE buyer = :account
        """,
    "order_refund": "UPDATE order_refund SET reason = '' WHERE order_id IN"
    " (SELECT id FROM sales_order WHERE buyer = :account)",
    "goods_return": "UPDATE goods_return SET note = '', photos = '[]' WHERE buyer = :account",
    "credential": "DELETE FROM credential WHERE id = :account",
    "idempotency_key": "DELETE FROM idempotency_key WHERE scope = :account OR strpos(answer::text, :email) > 0",
}
"""Blanks what is personal in each table that has any, beside the account's own row."""

KEPT_TO_THEMSELVES = frozenset({"credential"})
"""Tables that an export leaves out: they hold secrets, not facts about a person."""

EXPORT_ROWS_MAX = 10_000


class SqlDealings:
    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def open_of(self, account_id: AccountId) -> Sequence[OpenDeal]:
        """The account is locked by now, and no posting can be made for it meanwhile: postings refer to it."""
        parts = [f"SELECT '{kind}', note FROM ({query}) AS deal (note)" for kind, query in OPEN_DEALS.items()]
        rows = await self.connection.execute(sql(" UNION ALL ".join(parts)), {"account": account_id})
        return [OpenDeal(DealKind(kind), note) for kind, note in rows]

    async def forget(self, account_id: AccountId, email: str) -> None:
        for statement in PERSONAL.values():
            given = {"account": account_id, "email": email}
            await self.connection.execute(
                sql(statement), {name: given[name] for name in given if f":{name}" in statement}
            )


class SqlPersonalReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def personal(self, account_id: AccountId) -> dict[str, Any]:
        """Every row that refers to an account, by table; one bounded statement for each."""
        kept: dict[str, Any] = {}
        for table, columns in subject_columns().items():
            where = " OR ".join(f'"{column}" = $1' for column in columns)
            rows = f'SELECT * FROM "{table}" WHERE {where} LIMIT {EXPORT_ROWS_MAX}'
            found = await self.pool.fetchval(f"SELECT jsonb_agg(to_jsonb(t)) FROM ({rows}) t", account_id)
            if found is not None:
                kept[table] = orjson.loads(found)
        return kept


def subject_columns() -> dict[str, list[str]]:
    """The columns of each table that say whose a row is: those that refer to an account, and the account's own id."""
    found: dict[str, list[str]] = {"account": ["id"]}
    for table in SQLModel.metadata.sorted_tables:
        columns = [fk.parent.name for fk in table.foreign_keys if fk.target_fullname == "account.id"]
        if columns and table.name not in KEPT_TO_THEMSELVES:
            found[str(table.name)] = sorted(columns)
    return found
