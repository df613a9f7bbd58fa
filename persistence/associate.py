"""Who works in which club shop, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, select
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.associate import Associate
from domain.shop import ShopId
from domain.viewer import AccountId
from persistence.collection import SqlCollection
from persistence.table import key, moment


class ShopAssociateRow(SQLModel, table=True):
    __tablename__ = "shop_associate"
    __table_args__ = (
        CheckConstraint("left_at >= since", name="left_at"),
        Index(
            "uq_shop_associate_standing",
            "account_id",
            "shop_id",
            unique=True,
            postgresql_where=sql("left_at IS NULL"),
        ),
        Index("ix_shop_associate_shop", "shop_id", "since", "id", postgresql_where=sql("left_at IS NULL")),
    )
    id: UUID = key(primary=True)
    shop_id: UUID = key("club_shop.id")
    account_id: UUID = key("account.id")
    appointed_by: UUID = key("account.id")
    since: datetime = moment()
    left_at: datetime | None = moment(nullable=True)
    version: int


class SqlAssociates(SqlCollection[Associate]):
    noun = Associate
    row = ShopAssociateRow
    kind = "ShopAssociate"

    async def shops_of(self, account_id: AccountId) -> frozenset[UUID]:
        """The shops that somebody belongs to; nobody is dismissed from one while this transaction lasts."""
        table = self.table
        mine = select(table.c.shop_id).where(table.c.account_id == account_id, table.c.left_at.is_(None))
        rows = await self.connection.execute(mine.order_by(table.c.id).with_for_update(read=True))
        return frozenset(rows.values())

    async def lock_standing(self, shop_id: ShopId, account_id: AccountId) -> Associate | None:
        table = self.table
        found = await self.lock_where(
            table.c.shop_id == shop_id, table.c.account_id == account_id, table.c.left_at.is_(None)
        )
        return found[0] if found else None


class SqlAssociateReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def of_shops(self, shop_ids: Sequence[UUID]) -> Sequence[Sequence[Associate]]:
        """Who belongs to each shop now, the longest there first."""
        rows = await self.pool.fetch(
            "SELECT * FROM shop_associate WHERE shop_id = ANY($1::uuid[]) AND left_at IS NULL ORDER BY since, id",
            list(shop_ids),
        )
        found: dict[UUID, list[Associate]] = {shop_id: [] for shop_id in shop_ids}
        for associate in map(SqlAssociates.mapping.to_noun, rows):
            found[associate.shop_id].append(associate)
        return [found[shop_id] for shop_id in shop_ids]

    async def shops_of(self, account_ids: Sequence[UUID]) -> Sequence[frozenset[UUID]]:
        """The shops that each of these people belongs to now."""
        rows = await self.pool.fetch(
            "SELECT account_id, shop_id FROM shop_associate WHERE account_id = ANY($1::uuid[]) AND left_at IS NULL",
            list(account_ids),
        )
        found: dict[UUID, set[UUID]] = {account_id: set() for account_id in account_ids}
        for row in rows:
            found[row["account_id"]].add(row["shop_id"])
        return [frozenset(found[account_id]) for account_id in account_ids]
