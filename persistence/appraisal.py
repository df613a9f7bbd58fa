"""Appraisals and opinions in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, update
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.appraisal import (
    ROUNDS_MAX,
    Appraisal,
    AppraisalFilter,
    AppraisalId,
    AppraisalPurpose,
    AppraisalState,
    Opinion,
    Verdict,
)
from domain.appraiser import Rank
from domain.catalogue import CategoryId
from domain.consignment import ConsignmentId
from domain.money import Currency, Money
from domain.page import Page, PageRequest
from domain.piece import Grade
from domain.viewer import AccountId
from persistence.collection import SqlCollection
from persistence.connection import Connection
from persistence.paging import Sort, fetch_page
from persistence.table import document, key, minor, moment, one_of, text

AUTHENTIC_ALONE = (
    "(verdict IS NOT DISTINCT FROM 'AUTHENTIC') = "
    "(num_nonnulls(grade, value_low_minor, value_high_minor) = 3) AND "
    "(verdict IS NOT DISTINCT FROM 'AUTHENTIC' OR num_nonnulls(grade, value_low_minor, value_high_minor) = 0)"
)
VALUE_RANGE = "0 < value_low_minor AND value_low_minor <= value_high_minor"


class AppraisalRow(SQLModel, table=True):
    __tablename__ = "appraisal"
    __table_args__ = (
        ForeignKeyConstraint(["standard_id", "standard_version"], ["grading_standard.id", "grading_standard.version"]),
        CheckConstraint(one_of("purpose", AppraisalPurpose), name="purpose"),
        CheckConstraint(one_of("state", AppraisalState), name="state"),
        CheckConstraint(one_of("needs", Rank), name="needs"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint(one_of("verdict", Verdict), name="verdict"),
        CheckConstraint(one_of("grade", Grade), name="grade"),
        CheckConstraint("(purpose = 'CONSIGNMENT') = (consignment_id IS NOT NULL)", name="consigned"),
        CheckConstraint(
            "num_nonnulls(fee_minor, hold_id) = CASE purpose WHEN 'SERVICE' THEN 2 ELSE 0 END", name="paid"
        ),
        CheckConstraint("fee_minor > 0", name="fee"),
        CheckConstraint("declared_minor > 0", name="declared"),
        CheckConstraint(
            f"round BETWEEN 1 AND {ROUNDS_MAX} AND (needs = 'SENIOR') = (round = {ROUNDS_MAX})", name="round"
        ),
        # One opinion a round, each by somebody else.
        CheckConstraint(
            "jsonb_array_length(seen_by) = CASE state WHEN 'CONCLUDED' THEN round ELSE round - 1 END", name="seen_by"
        ),
        CheckConstraint("(state = 'ASSIGNED') = (assigned_to IS NOT NULL)", name="assigned"),
        CheckConstraint("(assigned_to IS NULL) = (assigned_at IS NULL)", name="assigned_at"),
        CheckConstraint("assigned_to <> owner AND NOT seen_by ? assigned_to::text", name="impartial"),
        CheckConstraint("state IN ('REQUESTED', 'CANCELLED') OR received_at IS NOT NULL", name="received"),
        CheckConstraint("shop_id IS NULL OR (received_at IS NOT NULL AND purpose = 'SERVICE')", name="shop"),
        CheckConstraint("(state = 'CONCLUDED') = (verdict IS NOT NULL)", name="concluded"),
        CheckConstraint("(verdict IS NULL) = (concluded_at IS NULL)", name="concluded_at"),
        CheckConstraint(AUTHENTIC_ALONE, name="authentic"),
        CheckConstraint("(grade IS NULL) = (piece_id IS NULL)", name="piece"),
        CheckConstraint(VALUE_RANGE, name="value"),
        UniqueConstraint("code"),
        UniqueConstraint("consignment_id"),
        # What is at work is little beside what was ever judged, so that the queue costs the same after years.
        Index("ix_appraisal_at_work", "opened_at", "id", postgresql_where=sql("state IN ('QUEUED', 'ASSIGNED')")),
        Index("ix_appraisal_all", "opened_at", "id"),
        Index("ix_appraisal_state", "state", "opened_at", "id"),
        Index("ix_appraisal_owner", "owner", "opened_at", "id"),
        Index(
            "ix_appraisal_assigned",
            "assigned_to",
            "opened_at",
            "id",
            postgresql_where=sql("assigned_to IS NOT NULL"),
        ),
        Index("ix_appraisal_piece", "piece_id", postgresql_where=sql("piece_id IS NOT NULL")),
    )
    id: UUID = key(primary=True)
    code: str = text()
    purpose: str = text()
    consignment_id: UUID | None = key("consignment.id", nullable=True)
    owner: UUID = key("account.id")
    title: str = text()
    description: str = text()
    photos: list[Any] = document()
    category_id: UUID = key("category.id")
    category_path: list[str] = document()
    standard_id: UUID = key()
    standard_version: int
    terms: dict[str, Any] = document()
    currency: str = text()
    declared_minor: int | None = minor(nullable=True)
    fee_minor: int | None = minor(nullable=True)
    hold_id: UUID | None = key("wallet_hold.id", nullable=True)
    state: str = text()
    round: int
    needs: str = text()
    seen_by: list[str] = document()
    opened_at: datetime = moment()
    assigned_to: UUID | None = key("account.id", nullable=True)
    assigned_at: datetime | None = moment(nullable=True)
    product_id: UUID | None = key("product.id", nullable=True)
    piece_id: UUID | None = key("piece.id", nullable=True)
    verdict: str | None = text(nullable=True)
    grade: str | None = text(nullable=True)
    value_low_minor: int | None = minor(nullable=True)
    value_high_minor: int | None = minor(nullable=True)
    concluded_at: datetime | None = moment(nullable=True)
    received_at: datetime | None = moment(nullable=True)
    shop_id: UUID | None = key("club_shop.id", nullable=True)
    handed_back_at: datetime | None = moment(nullable=True)
    version: int


class AppraisalOpinionRow(SQLModel, table=True):
    """What was found never changes; only whether it was borne out is added later."""

    __tablename__ = "appraisal_opinion"
    __table_args__ = (
        CheckConstraint(one_of("verdict", Verdict), name="verdict"),
        CheckConstraint(one_of("rank", Rank), name="rank"),
        CheckConstraint(one_of("grade", Grade), name="grade"),
        CheckConstraint(one_of("computed_grade", Grade), name="computed_grade"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint(f"round BETWEEN 1 AND {ROUNDS_MAX}", name="round"),
        CheckConstraint(f"round < {ROUNDS_MAX} OR rank = 'SENIOR'", name="decisive"),
        CheckConstraint("score_bps BETWEEN 0 AND 10000", name="score"),
        CheckConstraint("num_nonnulls(grade, computed_grade, score_bps) IN (0, 3)", name="graded"),
        CheckConstraint("(deviation IS NOT NULL) = (grade IS DISTINCT FROM computed_grade)", name="deviation"),
        CheckConstraint("char_length(deviation) > 0", name="deviation_said"),
        CheckConstraint(AUTHENTIC_ALONE, name="authentic"),
        CheckConstraint(VALUE_RANGE, name="value"),
        CheckConstraint("verdict = 'AUTHENTIC' OR char_length(findings) > 0", name="findings"),
        CheckConstraint("(upheld IS NULL) = (judged_at IS NULL)", name="judged"),
        CheckConstraint(one_of("suggested_grade", Grade), name="suggested_grade"),
        CheckConstraint("num_nonnulls(suggestion, grader, suggested_grade) IN (0, 3)", name="suggestion"),
        CheckConstraint("suggested_grade IS NULL OR grade IS NOT NULL", name="suggested"),
        UniqueConstraint("appraisal_id", "round"),
        UniqueConstraint("appraisal_id", "appraiser"),
        Index("ix_appraisal_opinion_appraiser", "appraiser", "given_at"),
        Index("ix_appraisal_opinion_suggested", "given_at", postgresql_where=sql("grader IS NOT NULL")),
        {"info": {"app": "SELECT, INSERT, UPDATE (upheld, judged_at, version)"}},
    )
    id: UUID = key(primary=True)
    appraisal_id: UUID = key("appraisal.id")
    appraiser: UUID = key("account.id")
    round: int
    rank: str = text()
    verdict: str = text()
    computed_grade: str | None = text(nullable=True)
    score_bps: int | None
    grade: str | None = text(nullable=True)
    deviation: str | None = text(nullable=True)
    answers: list[Any] = document()
    marks: list[Any] = document()
    measurements: list[Any] = document()
    condition: dict[str, Any] | None = document(nullable=True)
    currency: str = text()
    value_low_minor: int | None = minor(nullable=True)
    value_high_minor: int | None = minor(nullable=True)
    comparables: list[Any] = document()
    evidence: list[Any] = document()
    findings: str = text()
    product_id: UUID | None = key("product.id", nullable=True)
    serial: str | None = text(nullable=True)
    given_at: datetime = moment()
    suggestion: dict[str, Any] | None = document(nullable=True)
    grader: str | None = text(nullable=True)
    suggested_grade: str | None = text(nullable=True)
    upheld: bool | None
    judged_at: datetime | None = moment(nullable=True)
    version: int


class SqlAppraisals(SqlCollection[Appraisal]):
    noun = Appraisal
    row = AppraisalRow
    kind = "Appraisal"

    # Whoever takes first locks the row; everybody else steps over it to the next.
    _NEXT = sql(
        """
        SELECT a.* FROM appraisal a
        WHERE a.state = 'QUEUED' AND a.owner <> :me AND NOT a.seen_by ? CAST(:me AS text)
            AND a.category_path ?| CASE a.needs WHEN 'SENIOR' THEN CAST(:senior_in AS text[])
                ELSE CAST(:categories AS text[]) END
            AND (CAST(:within AS text) IS NULL OR a.category_path ? CAST(:within AS text))
        ORDER BY a.opened_at, a.id LIMIT 1 FOR UPDATE SKIP LOCKED
        """
    )
    _LOAD = sql(
        """
        SELECT (SELECT count(*) FROM appraisal WHERE assigned_to = :me)
            + (SELECT count(*) FROM appraisal_opinion WHERE appraiser = :me AND given_at >= :since)
        """
    )

    async def lock_next(
        self,
        account_id: AccountId,
        *,
        categories: Sequence[CategoryId],
        senior_in: Sequence[CategoryId],
        within: CategoryId | None,
    ) -> Appraisal | None:
        wanted = {
            "me": account_id,
            "categories": [str(category_id) for category_id in categories],
            "senior_in": [str(category_id) for category_id in senior_in],
            "within": None if within is None else str(within),
        }
        row = (await self.connection.execute(self._NEXT, wanted)).first()
        return None if row is None else self.mapping.to_noun(row)

    async def of_consignment(self, consignment_id: ConsignmentId) -> Appraisal | None:
        found = await self.find_where(self.table.c.consignment_id == consignment_id)
        return found[0] if found else None

    async def load(self, account_id: AccountId, since: datetime) -> int:
        return int(await self.connection.scalar(self._LOAD, {"me": account_id, "since": since}))


class SqlOpinions(SqlCollection[Opinion]):
    noun = Opinion
    row = AppraisalOpinionRow
    kind = "Opinion"

    async def of(self, appraisal_id: AppraisalId) -> Sequence[Opinion]:
        return sorted(await self.find_where(self.table.c.appraisal_id == appraisal_id), key=lambda one: one.round)

    async def save(self, opinion: Opinion) -> None:
        judged = {"upheld": opinion.upheld, "judged_at": opinion.judged_at, "version": opinion.version + 1}
        await self.connection.execute(update(self.table).where(self.table.c.id == opinion.id).values(judged))
        opinion.version += 1

    async def overturn(self, appraisal_id: UUID, now: datetime) -> None:
        table = self.table
        wrong = update(table).where(table.c.appraisal_id == appraisal_id, table.c.verdict == "AUTHENTIC")
        await self.connection.execute(wrong.values(upheld=False, judged_at=now, version=table.c.version + 1))


class SqlSales:
    """What was sold, read from the listings."""

    _SOLD = sql(
        "SELECT id, price_minor, price_currency FROM listing WHERE state = 'SOLD' AND id = ANY(CAST(:ids AS uuid[]))"
    )

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def sold(self, listing_ids: Sequence[UUID]) -> Mapping[UUID, Money]:
        if not listing_ids:
            return {}
        rows = await self.connection.execute(self._SOLD, {"ids": list(listing_ids)})
        return {UUID(int=row.id.int): Money(row.price_minor, Currency(row.price_currency)) for row in rows}


class SqlAppraisalReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Appraisal | None]:
        return await SqlAppraisals.read(self.pool, ids)

    async def of_consignments(self, ids: Sequence[UUID]) -> Sequence[Appraisal | None]:
        rows = await self.pool.fetch("SELECT * FROM appraisal WHERE consignment_id = ANY($1::uuid[])", ids)
        found = {appraisal.consignment_id: appraisal for appraisal in map(SqlAppraisals.mapping.to_noun, rows)}
        return [found.get(ConsignmentId(consignment_id)) for consignment_id in ids]

    async def opinions(self, ids: Sequence[UUID]) -> Sequence[Sequence[Opinion]]:
        """In the order of their rounds; there are three at most."""
        rows = await self.pool.fetch(
            "SELECT * FROM appraisal_opinion WHERE appraisal_id = ANY($1::uuid[]) ORDER BY round", ids
        )
        by_appraisal: dict[UUID, list[Opinion]] = {appraisal_id: [] for appraisal_id in ids}
        for opinion in map(SqlOpinions.mapping.to_noun, rows):
            by_appraisal[opinion.appraisal_id].append(opinion)
        return [by_appraisal[appraisal_id] for appraisal_id in ids]

    async def page(self, wanted: AppraisalFilter, page: PageRequest) -> Page[Appraisal]:
        narrowed: dict[str, object] = {
            "a.category_path ? {}::text": None if wanted.category_id is None else str(wanted.category_id),
            "a.assigned_to = {}::uuid": wanted.assigned_to,
            "a.owner = {}::uuid": wanted.owner,
            "a.purpose = {}::text": wanted.purpose,
        }
        chosen = {condition: value for condition, value in narrowed.items() if value is not None}
        return await fetch_page(
            self.pool,
            "SELECT a.* FROM appraisal a",
            # States stand in the statement itself, or no plan could use the index of what is at work.
            where=[*([one_of("a.state", wanted.states)] if wanted.states else []), *chosen],
            values=list(chosen.values()),
            sort=Sort(columns=(("a.opened_at", "timestamptz"), ("a.id", "uuid"))),
            page=page,
            item=SqlAppraisals.mapping.to_noun,
            key=lambda appraisal: (appraisal.opened_at, appraisal.id),
        )
