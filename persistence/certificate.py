"""Certificates in PostgreSQL. What was signed never changes; only where the certificate stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, update
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.certificate import (
    RECALL_MAX,
    Certificate,
    CertificateFilter,
    CertificateState,
    Recall,
    RecallBasis,
    RecallCertificates,
    RecallId,
    RevocationReason,
)
from domain.page import Page, PageRequest
from domain.piece import PieceId
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import document, key, moment, one_of, text

STANDING = "state IN ('VALID', 'UNDER_REVIEW')"
CHANGES = ("state", "recall_id", "revoked_at", "revoked_by", "reason", "note", "version")


class CertificateRecallRow(SQLModel, table=True):
    __tablename__ = "certificate_recall"
    __table_args__ = (
        CheckConstraint(one_of("basis", RecallBasis), name="basis"),
        CheckConstraint(f"marked BETWEEN 0 AND {RECALL_MAX}", name="marked"),
        CheckConstraint("char_length(reason) > 0", name="reason"),
        Index("ix_certificate_recall_cause", "cause"),
        {"info": {"app": "SELECT, INSERT"}},
    )
    id: UUID = key(primary=True)
    cause: UUID = key()
    basis: str = text()
    since: datetime = moment()
    reason: str = text()
    marked: int
    complete: bool
    recalled_by: UUID | None = key("account.id", nullable=True)
    recalled_at: datetime = moment()


class CertificateRow(SQLModel, table=True):
    __tablename__ = "certificate"
    __table_args__ = (
        # The certificates are marked first, so that the recall can say how many; it is there at commit.
        ForeignKeyConstraint(["recall_id"], ["certificate_recall.id"], deferrable=True, initially="DEFERRED"),
        CheckConstraint(one_of("state", CertificateState), name="state"),
        CheckConstraint(one_of("reason", RevocationReason), name="reason"),
        CheckConstraint("(state = 'REVOKED') = (revoked_at IS NOT NULL)", name="revoked"),
        CheckConstraint("(revoked_at IS NULL) = (reason IS NULL)", name="revoked_why"),
        CheckConstraint("state <> 'UNDER_REVIEW' OR recall_id IS NOT NULL", name="under_review"),
        UniqueConstraint("code"),
        UniqueConstraint("appraisal_id"),
        Index("uq_certificate_standing", "piece_id", unique=True, postgresql_where=sql(STANDING)),
        Index("ix_certificate_piece", "piece_id", "issued_at"),
        Index("ix_certificate_consignor", "consignor", "issued_at"),
        Index(
            "ix_certificate_recall_of", "recall_id", "issued_at", "id", postgresql_where=sql("recall_id IS NOT NULL")
        ),
        Index("ix_certificate_state", "state", "issued_at", "id"),
        Index("ix_certificate_issued", "issued_at", "id"),
        {"info": {"app": f"SELECT, INSERT, UPDATE ({', '.join(CHANGES)})"}},
    )
    id: UUID = key(primary=True)
    code: str = text()
    appraisal_id: UUID = key("appraisal.id")
    piece_id: UUID = key("piece.id")
    consignor: UUID = key("account.id")
    category_path: list[str] = document()
    payload: str = text()
    key_id: str = text()
    signature: str = text()
    state: str = text()
    issued_at: datetime = moment()
    recall_id: UUID | None = key(nullable=True)
    revoked_at: datetime | None = moment(nullable=True)
    revoked_by: UUID | None = key("account.id", nullable=True)
    reason: str | None = text(nullable=True)
    note: str | None = text(nullable=True)
    version: int


class SqlCertificates(SqlCollection[Certificate]):
    noun = Certificate
    row = CertificateRow
    kind = "Certificate"

    # Those who called the cause authentic, and everything else that they did.
    _SAME = {
        RecallBasis.SAME_CONSIGNOR: "c.consignor = :consignor",
        RecallBasis.SAME_APPRAISER: """
            c.appraisal_id IN (SELECT theirs.appraisal_id FROM appraisal_opinion o
                JOIN appraisal_opinion theirs ON theirs.appraiser = o.appraiser AND theirs.verdict = 'AUTHENTIC'
                WHERE o.appraisal_id = :appraisal AND o.verdict = 'AUTHENTIC')
            """,
    }
    _MARK = """
        WITH siblings AS (
            SELECT c.id FROM certificate c
            WHERE {same} AND c.state = 'VALID' AND c.issued_at >= :since AND c.id <> :cause
            ORDER BY c.id LIMIT {most} FOR UPDATE)
        UPDATE certificate c SET state = 'UNDER_REVIEW', recall_id = :recall, version = c.version + 1
        FROM siblings WHERE c.id = siblings.id RETURNING c.*
    """

    async def lock_standing(self, piece_id: PieceId) -> Sequence[Certificate]:
        return await self.lock_where(
            self.table.c.piece_id == piece_id, self.table.c.state.in_(["VALID", "UNDER_REVIEW"])
        )

    async def put_under_review(
        self, cause: Certificate, recall: RecallCertificates, recall_id: RecallId
    ) -> Sequence[Certificate]:
        given = {
            "cause": cause.id,
            "since": recall.since,
            "recall": recall_id,
            **(
                {"consignor": cause.consignor}
                if recall.basis is RecallBasis.SAME_CONSIGNOR
                else {"appraisal": cause.appraisal_id}
            ),
        }
        statement = self._MARK.format(same=self._SAME[recall.basis], most=RECALL_MAX)
        rows = await self.connection.execute(sql(statement), given)
        return sorted(map(self.mapping.to_noun, rows), key=lambda certificate: certificate.id)

    async def save(self, certificate: Certificate) -> None:
        """The app may not write what was signed."""
        values = self.mapping.to_row(certificate)
        changed = {name: values[name] for name in CHANGES} | {"version": certificate.version + 1}
        where = (self.table.c.id == certificate.id, self.table.c.version == certificate.version)
        saved = await self.connection.execute(update(self.table).where(*where).values(changed))
        assert saved.count == 1, f"Certificate {certificate.id} was saved without its lock"
        certificate.version += 1


class SqlRecalls(SqlCollection[Recall]):
    noun = Recall
    row = CertificateRecallRow
    kind = "CertificateRecall"


class SqlCertificateReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Certificate | None]:
        return await SqlCertificates.read(self.pool, ids)

    async def by_code(self, code: str) -> Certificate | None:
        row = await self.pool.fetchrow("SELECT * FROM certificate WHERE code = $1", code)
        return None if row is None else SqlCertificates.mapping.to_noun(row)

    async def of_appraisals(self, ids: Sequence[UUID]) -> Sequence[Certificate | None]:
        rows = await self.pool.fetch("SELECT * FROM certificate WHERE appraisal_id = ANY($1::uuid[])", ids)
        found = {certificate.appraisal_id: certificate for certificate in map(SqlCertificates.mapping.to_noun, rows)}
        return [found.get(appraisal_id) for appraisal_id in ids]

    async def of_pieces(self, ids: Sequence[UUID]) -> Sequence[Certificate | None]:
        rows = await self.pool.fetch(
            "SELECT DISTINCT ON (piece_id) * FROM certificate WHERE piece_id = ANY($1::uuid[])"
            " ORDER BY piece_id, issued_at DESC",
            ids,
        )
        found = {certificate.piece_id: certificate for certificate in map(SqlCertificates.mapping.to_noun, rows)}
        return [found.get(PieceId(piece_id)) for piece_id in ids]

    async def page(self, wanted: CertificateFilter, page: PageRequest) -> Page[Certificate]:
        """Newest first."""
        narrowed: dict[str, object] = {
            "c.state = {}::text": wanted.state,
            "c.recall_id = {}::uuid": wanted.recall_id,
        }
        chosen = {condition: value for condition, value in narrowed.items() if value is not None}
        return await fetch_page(
            self.pool,
            "SELECT c.* FROM certificate c",
            where=list(chosen),
            values=list(chosen.values()),
            sort=Sort(columns=(("c.issued_at", "timestamptz"), ("c.id", "uuid")), descending=True),
            page=page,
            item=SqlCertificates.mapping.to_noun,
            key=lambda certificate: (certificate.issued_at, certificate.id),
        )

    async def recalls(self, ids: Sequence[UUID]) -> Sequence[Recall | None]:
        return await SqlRecalls.read(self.pool, ids)
