"""Contracts in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from domain.consignment import ConsignmentId, SettlementMode
from domain.contract import Contract, ContractState, EndAction
from domain.money import Currency
from domain.policy import ChoiceFixed, SellerLevel
from persistence.collection import SqlCollection
from persistence.table import document, key, minor, moment, one_of, text


class ContractRow(SQLModel, table=True):
    __tablename__ = "contract"
    __table_args__ = (
        CheckConstraint(one_of("state", ContractState), name="state"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint(one_of("seller_level", SellerLevel), name="seller_level"),
        CheckConstraint(one_of("choice_fixed", ChoiceFixed), name="choice_fixed"),
        CheckConstraint(one_of("end_action", EndAction), name="end_action"),
        CheckConstraint(one_of("mode", SettlementMode), name="mode"),
        CheckConstraint("tax_jurisdiction ~ '^[A-Z]{2}$'", name="tax_jurisdiction"),
        CheckConstraint("price_minor > 0 AND floor_minor BETWEEN 1 AND price_minor", name="price"),
        CheckConstraint("buy_out_minor > 0", name="buy_out"),
        CheckConstraint("end_price_minor > 0", name="end_price"),
        CheckConstraint("commission_tax_bps BETWEEN 0 AND 6000", name="commission_tax_bps"),
        CheckConstraint("credit_bonus_bps BETWEEN 0 AND 10000", name="credit_bonus_bps"),
        CheckConstraint("response_days > 0", name="response_days"),
        CheckConstraint("offset_cap_bps BETWEEN 0 AND 10000", name="offset_cap_bps"),
        CheckConstraint("credit_bps BETWEEN 0 AND 10000", name="credit_bps"),
        CheckConstraint("term_days > 0 AND grace_days >= 0 AND return_window_days >= 0", name="days"),
        CheckConstraint("end_action NOT IN ('TRADE_IN', 'BUY_OUT') OR end_price_minor IS NOT NULL", name="end"),
        CheckConstraint(
            "CASE state WHEN 'OFFERED' THEN mode IS NULL WHEN 'AGREED' THEN mode IS NOT NULL ELSE TRUE END"
            " AND (mode IS NULL) = (credit_bps IS NULL) AND (mode IS NULL) = (agreed_at IS NULL)",
            name="agreed",
        ),
        CheckConstraint("mode IS DISTINCT FROM 'AT_APPRAISAL' OR buy_out_minor IS NOT NULL", name="bought"),
        CheckConstraint("(listing_id IS NULL) = (listed_at IS NULL)", name="listed"),
        CheckConstraint("(state = 'ENDED') = (ended_at IS NOT NULL)", name="ended"),
        UniqueConstraint("consignment_id"),
        UniqueConstraint("code"),
        Index("ix_contract_seller", "seller", "id"),
    )
    id: UUID = key(primary=True)
    code: str = text()
    consignment_id: UUID = key("consignment.id")
    piece_id: UUID = key("piece.id")
    seller: UUID = key("account.id")
    state: str = text()
    currency: str = text()
    price_minor: int = minor()
    floor_minor: int = minor()
    buy_out_minor: int | None = minor(nullable=True)
    end_price_minor: int | None = minor(nullable=True)
    plan: Any = document()
    seller_level: str = text()
    tax_jurisdiction: str = text()
    commission_tax_bps: int
    credit_bonus_bps: int
    offset_cap_bps: int
    choice_fixed: str = text()
    days_to_sell: int
    days_to_deliver: int
    response_days: int
    return_window_days: int
    steps: Any = document()
    seller_costs: Any = document()
    term_days: int
    grace_days: int
    end_action: str = text()
    pins: Any = document()
    offered_by: UUID | None = key("account.id", nullable=True)
    offered_at: datetime = moment()
    offer_expires_at: datetime = moment()
    mode: str | None = text(nullable=True)
    credit_bps: int | None = None
    agreed_at: datetime | None = moment(nullable=True)
    payout_fixed_at: datetime | None = moment(nullable=True)
    listing_id: UUID | None = key("listing.id", nullable=True)
    listed_at: datetime | None = moment(nullable=True)
    term_ends_at: datetime | None = moment(nullable=True)
    free_withdrawal_since: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    version: int


class SqlContracts(SqlCollection[Contract]):
    noun = Contract
    row = ContractRow
    kind = "Contract"

    async def lock_for(self, consignment_id: ConsignmentId) -> Contract | None:
        found = await self.lock_where(self.table.c.consignment_id == consignment_id)
        return found[0] if found else None


class SqlContractReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Contract | None]:
        rows = await self.pool.fetch("SELECT * FROM contract WHERE id = ANY($1::uuid[])", list(ids))
        found: dict[UUID, Contract] = {one.id: one for one in map(SqlContracts.mapping.to_noun, rows)}
        return [found.get(contract_id) for contract_id in ids]

    async def of_consignments(self, consignments: Sequence[UUID]) -> Sequence[Contract | None]:
        rows = await self.pool.fetch(
            "SELECT * FROM contract WHERE consignment_id = ANY($1::uuid[])", list(consignments)
        )
        found: dict[UUID, Contract] = {one.consignment_id: one for one in map(SqlContracts.mapping.to_noun, rows)}
        return [found.get(consignment_id) for consignment_id in consignments]
