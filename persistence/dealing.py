"""What an account has to do with the rest of the house: what is open, what is personal, what is left when it goes.

The queries name tables of every capability, so this stands apart from the account that all of them refer to.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

import orjson
from sqlalchemy import Table
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.account import DealKind, OpenDeal
from domain.viewer import STAFF, AccountId
from persistence.connection import Connection

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
    DealKind.SETTLEMENT: """
        SELECT code || ' ' || state FROM settlement WHERE seller = :account AND state IN ('PENDING', 'PAYABLE')
        """,
    DealKind.APPOINTMENT: """
        SELECT code || ' ' || state FROM appointment WHERE customer = :account AND state = 'BOOKED' AND ends_at > now()
        """,
    DealKind.TRADE_IN: """
        SELECT code || ' ' || state FROM trade_in
        WHERE owner = :account AND state IN ('BOUND', 'IN_TRANSIT', 'RECEIVED', 'REQUOTED', 'RETURNING')
        """,
    DealKind.BOOKING: """
        SELECT code || ' ' || state FROM booking WHERE buyer = :account AND state IN ('ON_HOLD', 'PENDING', 'CONFIRMED')
        """,
    DealKind.SUPPLIER: """
        SELECT s.name || ' ' || count(b.id) || ' bills due' FROM supplier s
        LEFT JOIN supplier_bill b ON b.supplier_id = s.id AND b.state = 'DUE'
        WHERE s.account_id = :account AND s.active GROUP BY s.id, s.name
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
    "payout": "UPDATE payout SET bank_account = bank_account || jsonb_build_object('holder', '', 'token', '')"
    " WHERE owner = :account",
    "consignment": "UPDATE consignment SET end_reason = left(end_reason, 0) WHERE seller = :account",
    "event": "SELECT event_forget(:account)",
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
    "booking": """
        UPDATE booking SET end_reason = left(end_reason, 0), travellers = (SELECT jsonb_agg(jsonb_build_object(
            'unit', one -> 'unit', 'given_name', '', 'family_name', '', 'birth_date', '1900-01-01', 'guardian', null))
            FROM jsonb_array_elements(travellers) AS one)
        WHERE buyer = :account
        """,
    "trip_request": "UPDATE trip_request SET wishes = '' WHERE buyer = :account",
    "goods_return": "UPDATE goods_return SET note = '', photos = '[]' WHERE buyer = :account",
    "trade_in": """
        UPDATE trade_in SET pick_up = jsonb_set(pick_up, '{address}', jsonb_build_object(
            'country', pick_up -> 'address' -> 'country', 'recipient', '', 'phone', '', 'region', '', 'city', '',
            'postal_code', '', 'line1', '', 'line2', ''))
        WHERE owner = :account AND pick_up IS NOT NULL
        """,
    "title_record": "UPDATE title_record SET evidence = '', documents = '[]'"
    " WHERE owner = :account OR previous_id = :account",
    "credential": "DELETE FROM credential WHERE id = :account",
    "session": "DELETE FROM session WHERE account_id = :account",
    "identity": "DELETE FROM identity WHERE account_id = :account",
    "api_key": "UPDATE api_key SET name = 'Erased', revoked_at = coalesce(revoked_at, now())"
    " WHERE account_id = :account",
    "idempotency_key": "DELETE FROM idempotency_key WHERE scope = :account OR strpos(answer::text, :email) > 0",
}
"""Blanks what is personal in each table that has any, beside the account's own row."""

INTERNAL = frozenset({"credential", "consignment_task", "appraisal_opinion"})
"""Tables that an export leaves out: secrets, and working notes of staff."""

ACTORS = frozenset(
    {"actor_id", "agent", "appointed_by", "appraiser", "assigned_to", "created_by", "decided_by", "offered_by"}
    | {"proposed_by", "published_by", "recalled_by", "received_by", "recorded_by", "registered_by", "requested_by"}
    | {"issued_by", "linked_by", "revoked_by", "taken_by", "opened_by", "set_by", "stated_by"}
)
"""Columns that say who of the house did something, which is no fact about the person that it was done for."""

HIDDEN = frozenset(
    {"claim_token", "cost_minor", "digest", "fingerprints", "former_digest", "token_digest", "needs", "opened"}
    | {"own_discount_minor"}
    | {"pickup_code", "plan_id", "recall_id", "round", "seen_by", "seller_id"}
    | {"gain_minor", "net_minor", "prices", "sealed", "shares", "singles", "singles_taken"}
)
"""Columns that the person does not see in the schema either: what the house paid, works by and tells pieces apart by,
and who else is part of a deal.
"""

WITHOUT = "#- '{bank_account,token}' #- '{refused,note}' #- '{quote,prices}'"
"""Takes from a row's documents a secret, and what staff wrote for staff."""

STAFF_ONLY = {"certificate": frozenset({"note"})}
"""Columns that only staff see, in tables where others of that name were written to the person."""

SHOWN: dict[str, str] = {"piece_cost": "borne_by = 'SELLER'"}
"""Of tables whose rows are not all shown to the person they are about: which."""

EXPORT_ROWS_MAX = 10_000
UUID_TEXT = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class SqlDealings:
    def __init__(self, connection: Connection) -> None:
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
        """Every row about an account, by table, one bounded statement for each; others stand there by their roles."""
        kept: dict[str, Any] = {}
        for table, where in exported().items():
            rows = f'SELECT * FROM "{table}" WHERE ({where}) AND {SHOWN.get(table, "true")} LIMIT {EXPORT_ROWS_MAX}'
            query = f"SELECT jsonb_agg(to_jsonb(t) - $2::text[] {WITHOUT}) FROM ({rows}) t"
            hidden = sorted(HIDDEN | STAFF_ONLY.get(table, frozenset()))
            if (found := await self.pool.fetchval(query, account_id, hidden)) is not None:
                kept[table] = orjson.loads(found)
        named = {text for text in texts(kept) if UUID_TEXT.fullmatch(text)}
        others = await self.pool.fetch(
            "SELECT id::text, roles FROM account WHERE id = ANY($1::uuid[]) AND id <> $2", sorted(named), account_id
        )
        roles = {row["id"]: by_role(orjson.loads(row["roles"])) for row in others}
        return cast("dict[str, Any]", renamed(kept, roles))


def texts(value: Any) -> Iterator[str]:
    """Every text within JSON values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """JSON values with some texts put in place of others."""
    if isinstance(value, dict):
        return {key: renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [renamed(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value


def by_role(roles: Sequence[str]) -> str:
    """What somebody else is called in an export: what they do in the house, or that they do nothing there."""
    return ", ".join(sorted(STAFF.intersection(roles))) or "MEMBER"


@cache
def exported() -> dict[str, str]:
    """Which rows of which tables are about the account $1:

    its own, those that name it in a column of their own, and those that belong to one of these.
    """
    direct = {"account": "id = $1"}
    tables = [table for table in SQLModel.metadata.sorted_tables if table.name not in INTERNAL]
    for table in tables:
        if columns := about(table, "account.id"):
            direct[str(table.name)] = " OR ".join(f'"{column}" = $1' for column in columns)
    further = {}
    for table in tables:
        parents = [(name, about(table, f"{name}.id")) for name in direct if name not in ("account", table.name)]
        belongs = [
            f'"{column}" IN (SELECT id FROM "{name}" WHERE {direct[name]})'
            for name, columns in parents
            for column in columns
        ]
        if table.name not in direct and belongs:
            further[str(table.name)] = " OR ".join(belongs)
    return {**direct, **further}


def about(table: Table, target: str) -> list[str]:
    """The columns of a table that refer to another one as to what the row is about."""
    found = {fk.parent.name for fk in table.foreign_keys if fk.target_fullname == target}
    return sorted(str(name) for name in found - ACTORS)
