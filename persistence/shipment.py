"""Shipments and their cover in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel

from domain.money import Currency, Money
from domain.order import OrderId
from domain.page import Page, PageRequest
from domain.shipment import PHOTOS_MAX, Shipment, ShipmentState, TransitCover
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.shop import ClubShopRow
from persistence.table import document, key, minor, moment, one_of, text


class TransitCoverRow(SQLModel, table=True):
    __tablename__ = "transit_cover"
    __table_args__ = (
        UniqueConstraint("policy_number"),
        CheckConstraint("char_length(policy_number) BETWEEN 1 AND 120", name="policy_number"),
        CheckConstraint("char_length(carrier) BETWEEN 1 AND 120", name="carrier"),
        CheckConstraint("limit_minor > 0", name="limit"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
    )
    id: UUID = key(primary=True)
    policy_number: str = text()
    carrier: str = text()
    currency: str = text()
    limit_minor: int = minor()
    valid_until: datetime = moment()
    registered_by: UUID | None = key("account.id", nullable=True)
    registered_at: datetime = moment()
    supplier_id: UUID | None = key("supplier.id", nullable=True)
    version: int


class ShipmentRow(SQLModel, table=True):
    __tablename__ = "shipment"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint(one_of("state", ShipmentState), name="state"),
        CheckConstraint(one_of("insured_value_currency", Currency), name="insured_value_currency"),
        CheckConstraint(one_of("declared_value_currency", Currency), name="declared_value_currency"),
        CheckConstraint("insured_value_minor > 0 AND declared_value_minor > 0", name="values"),
        CheckConstraint("(pickup_code IS NULL) = (shop_id IS NULL)", name="pickup"),
        CheckConstraint(
            "num_nonnulls(carrier, tracking, declared_value_minor, insured_value_minor, policy_number, seal_number)"
            " = CASE WHEN pickup_code IS NULL THEN 6 ELSE 0 END",
            name="parcel",
        ),
        CheckConstraint("jsonb_array_length(line_ids) > 0", name="lines"),
        CheckConstraint(f"jsonb_array_length(photos) <= {PHOTOS_MAX}", name="photos"),
        CheckConstraint("(delivered_at IS NOT NULL) = (state = 'DELIVERED')", name="delivered"),
        Index("ix_shipment_order", "order_id", "id"),
    )
    id: UUID = key(primary=True)
    code: str = text()
    order_id: UUID = key("sales_order.id")
    line_ids: list[Any] = document()
    state: str = text()
    carrier: str | None = text(nullable=True)
    tracking: str | None = text(nullable=True)
    declared_value_minor: int | None = minor(nullable=True)
    declared_value_currency: str | None = text(nullable=True)
    insured_value_minor: int | None = minor(nullable=True)
    insured_value_currency: str | None = text(nullable=True)
    policy_number: str | None = text(nullable=True)
    seal_number: str | None = text(nullable=True)
    photos: list[str] = document()
    shop_id: UUID | None = key(f"{ClubShopRow.__tablename__}.id", nullable=True)
    pickup_code: str | None = text(nullable=True)
    created_by: UUID = key("account.id")
    created_at: datetime = moment()
    handed_over_at: datetime | None = moment(nullable=True)
    delivered_at: datetime | None = moment(nullable=True)
    fingerprints: list[Any] = document()
    version: int


class SqlShipments(SqlCollection[Shipment]):
    noun = Shipment
    row = ShipmentRow
    kind = "Shipment"

    async def of_order(self, order_id: OrderId) -> Sequence[Shipment]:
        found = await self.find_where(self.table.c.order_id == order_id)
        return sorted(found, key=lambda shipment: shipment.id)


STANDS = ("id", "policy_number", "version")


class SqlTransitCovers(SqlCollection[TransitCover]):
    noun = TransitCover
    row = TransitCoverRow
    kind = "TransitCover"

    async def of_number(self, policy_number: str) -> TransitCover | None:
        found = await self.find_where(self.table.c.policy_number == policy_number)
        return found[0] if found else None

    async def covering(self, worth: Money, now: datetime) -> TransitCover | None:
        """The cover with the lowest limit that is enough, else the one that goes furthest; None without any."""
        columns = self.table.c
        valid = await self.find_where(columns.currency == str(worth.currency), columns.valid_until > now)
        enough = [cover for cover in valid if worth <= cover.limit]
        if enough:
            return min(enough, key=lambda cover: (cover.limit.minor, cover.policy_number))
        return max(valid, key=lambda cover: (cover.limit.minor, cover.policy_number), default=None)

    async def put(self, cover: TransitCover) -> TransitCover:
        new = insert(self.table).values(self.mapping.to_row(cover))
        kept = new.on_conflict_do_update(
            index_elements=["policy_number"],
            set_={
                **{column.name: new.excluded[column.name] for column in self.table.c if column.name not in STANDS},
                "version": self.table.c.version + 1,
            },
        )
        row = (await self.connection.execute(kept.returning(self.table))).one()
        found: TransitCover = self.mapping.to_noun(row)
        return found


class SqlShipmentReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Shipment | None]:
        return await SqlShipments.read(self.pool, ids)

    async def of_orders(self, order_ids: Sequence[UUID]) -> Sequence[Sequence[Shipment]]:
        query = "SELECT * FROM shipment WHERE order_id = ANY($1::uuid[]) ORDER BY order_id, id"
        found: dict[UUID, list[Shipment]] = {order_id: [] for order_id in order_ids}
        for row in await self.pool.fetch(query, list(order_ids)):
            shipment = SqlShipments.mapping.to_noun(row)
            found[shipment.order_id].append(shipment)
        return [found[order_id] for order_id in order_ids]

    async def covers_by_ids(self, ids: Sequence[UUID]) -> Sequence[TransitCover | None]:
        return await SqlTransitCovers.read(self.pool, ids)

    async def covers(self, page: PageRequest) -> Page[TransitCover]:
        return await fetch_page(
            self.pool,
            "SELECT * FROM transit_cover",
            where=[],
            values=[],
            sort=Sort(columns=(("policy_number", "text"),)),
            page=page,
            item=SqlTransitCovers.mapping.to_noun,
            key=lambda cover: (cover.policy_number,),
        )
