"""Pockets, lots and holds in PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, insert, select
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.ledger import AccountKind, LotId
from domain.money import Currency
from domain.page import Page, PageRequest
from domain.refusal import NotFound
from domain.viewer import AccountId
from domain.wallet import SPENDABLE, Hold, HoldState, Lot, Pocket, StatementLine
from persistence import mapping
from persistence.collection import SqlCollection
from persistence.connection import Connection
from persistence.ledger import CreditLotRow, WalletPocketRow
from persistence.paging import Sort, fetch_page
from persistence.table import document, key, minor, moment, one_of, text


class WalletHoldRow(SQLModel, table=True):
    __tablename__ = "wallet_hold"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("captured_minor BETWEEN 0 AND amount_minor", name="captured"),
        CheckConstraint("(state = 'CAPTURED') = (captured_minor > 0)", name="captured_when"),
        CheckConstraint(one_of("state", HoldState), name="state"),
        CheckConstraint(one_of("kind", SPENDABLE), name="kind"),
        Index("ix_wallet_hold_owner", "owner", "id"),
        Index("ix_wallet_hold_due", "expires_at", postgresql_where=sql("state = 'HELD'")),
    )
    id: UUID = key(primary=True)
    owner: UUID = key("account.id")
    kind: str = text()
    currency: str = text()
    amount_minor: int = minor()
    captured_minor: int = minor()
    slices: list[Any] = document()
    state: str = text()
    expires_at: datetime | None = moment(nullable=True)
    cause_kind: str = text()
    cause_id: UUID = key()
    created_at: datetime = moment()
    version: int


POCKETS = mapping.Mapping(Pocket, WalletPocketRow.__table__)  # type: ignore[attr-defined]
LOTS = mapping.Mapping(Lot, CreditLotRow.__table__)  # type: ignore[attr-defined]


class SqlWallets:
    """Pockets are locked by a function that also makes missing ones, for the app may not write them itself."""

    _LOCK = sql("SELECT * FROM wallet_lock(CAST(:owners AS uuid[]), CAST(:currencies AS text[]))")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def lock(self, owner: AccountId, currency: Currency) -> Pocket:
        return (await self.lock_all([(owner, currency)]))[owner, currency]

    async def lock_all(
        self, pockets: Iterable[tuple[AccountId, Currency]]
    ) -> Mapping[tuple[AccountId, Currency], Pocket]:
        wanted = sorted(set(pockets))
        found = await self.connection.execute(
            self._LOCK, {"owners": [owner for owner, _ in wanted], "currencies": [currency for _, currency in wanted]}
        )
        locked = [POCKETS.to_noun(row) for row in found]
        return {(pocket.owner, pocket.currency): pocket for pocket in locked}

    async def lots(self, owner: AccountId, currency: Currency) -> Sequence[Lot]:
        table = LOTS.table
        query = select(table).where(
            table.c.owner == owner, table.c.currency == str(currency), table.c.remaining_minor > 0
        )
        return [LOTS.to_noun(row) for row in (await self.connection.execute(query))]

    async def lot(self, lot_id: LotId) -> Lot:
        row = (await self.connection.execute(select(LOTS.table).where(LOTS.table.c.id == lot_id))).first()
        if row is None:
            raise NotFound("CreditLot", lot_id)
        return LOTS.to_noun(row)

    async def add_lot(self, lot: Lot) -> None:
        values = LOTS.to_row(lot)
        assert values.pop("remaining_minor") == 0, "a lot is made empty; a posting fills it"
        await self.connection.execute(insert(LOTS.table), values)


class SqlHolds(SqlCollection[Hold]):
    noun = Hold
    row = WalletHoldRow
    kind = "WalletHold"


STATEMENT = """
SELECT p.id, p.journal_id, p.kind, p.currency, p.amount_minor, p.lot_id, j.cause_kind, j.cause_id, j.memo, j.occurred_at
FROM ledger_posting p JOIN ledger_journal j ON j.id = p.journal_id
"""


class SqlWalletReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def pockets(self, owners: Sequence[AccountId]) -> Sequence[Sequence[Pocket]]:
        """The pockets of each owner, in currency order."""
        rows = await self.pool.fetch(
            "SELECT * FROM wallet_pocket WHERE owner = ANY($1::uuid[]) ORDER BY owner, currency", owners
        )
        by_owner: dict[AccountId, list[Pocket]] = {owner: [] for owner in owners}
        for row in rows:
            pocket = POCKETS.to_noun(row)
            by_owner[pocket.owner].append(pocket)
        return [by_owner[owner] for owner in owners]

    async def lots(self, owner: AccountId) -> Sequence[Lot]:
        rows = await self.pool.fetch(
            "SELECT * FROM credit_lot WHERE owner = $1 AND remaining_minor > 0 ORDER BY created_at, id LIMIT 250", owner
        )
        return [LOTS.to_noun(row) for row in rows]

    async def holds(self, owner: AccountId) -> Sequence[Hold]:
        rows = await self.pool.fetch(
            "SELECT * FROM wallet_hold WHERE owner = $1 AND state = 'HELD' ORDER BY id LIMIT 250", owner
        )
        return [SqlHolds.mapping.to_noun(row) for row in rows]

    async def lots_by_ids(self, ids: Sequence[UUID]) -> Sequence[Lot | None]:
        rows = await self.pool.fetch("SELECT * FROM credit_lot WHERE id = ANY($1::uuid[])", ids)
        found: dict[UUID, Lot] = {lot.id: lot for lot in map(LOTS.to_noun, rows)}
        return [found.get(lot_id) for lot_id in ids]

    async def holds_by_ids(self, ids: Sequence[UUID]) -> Sequence[Hold | None]:
        rows = await self.pool.fetch("SELECT * FROM wallet_hold WHERE id = ANY($1::uuid[])", ids)
        found: dict[UUID, Hold] = {hold.id: hold for hold in map(SqlHolds.mapping.to_noun, rows)}
        return [found.get(hold_id) for hold_id in ids]

    async def statement(self, owner: AccountId, currency: Currency, page: PageRequest) -> Page[StatementLine]:
        return await fetch_page(
            self.pool,
            STATEMENT,
            where=["p.owner = {}", "p.currency = {}"],
            values=[owner, str(currency)],
            sort=Sort(columns=(("p.id", "bigint"),), descending=True),
            page=page,
            item=statement_line,
            key=lambda line: (line.id,),
        )


def statement_line(row: Any) -> StatementLine:
    return StatementLine(
        id=row["id"],
        journal_id=row["journal_id"],
        kind=AccountKind(row["kind"]),
        amount=mapping.money(row, "amount"),
        lot_id=row["lot_id"],
        cause_kind=row["cause_kind"],
        cause_id=row["cause_id"],
        memo=row["memo"],
        occurred_at=row["occurred_at"],
    )
