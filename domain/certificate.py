"""Certificates of authenticity: a signed statement about one piece that anyone can check, and the house can revoke."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import appraiser as appraisers
from domain.event import Event
from domain.lifecycle import Lifecycle
from domain.localized import Localized
from domain.page import Page, PageRequest
from domain.piece import Grade, PieceId
from domain.refusal import InvalidInput, NotFound, Refusal, require
from domain.viewer import AccountId, Role, Viewer
from domain.work import check_version

CertificateId = NewType("CertificateId", UUID)
RecallId = NewType("RecallId", UUID)

RECALL_MAX = 500
"""How many certificates one recall marks; what is left is marked by the next one."""
SERIAL_SHOWN = 4


# Nouns


class CertificateState(StrEnum):
    """Where a certificate stands; a later one of the same piece supersedes it."""

    VALID = "VALID"
    UNDER_REVIEW = "UNDER_REVIEW"
    SUPERSEDED = "SUPERSEDED"
    REVOKED = "REVOKED"


class RevocationReason(StrEnum):
    """Why a certificate no longer stands, as anyone may know it."""

    COUNTERFEIT = "COUNTERFEIT"
    MISTAKE = "MISTAKE"
    ALTERED = "ALTERED"
    LOST = "LOST"


class CertificateStatus(StrEnum):
    """What a check of a code finds. INVALID: the record does not match its signature."""

    VALID = "VALID"
    UNDER_REVIEW = "UNDER_REVIEW"
    SUPERSEDED = "SUPERSEDED"
    REVOKED = "REVOKED"
    INVALID = "INVALID"
    UNKNOWN = "UNKNOWN"


CERTIFICATE_LIFECYCLE = Lifecycle(
    kind="certificate",
    initial=CertificateState.VALID,
    moves={
        "certificateRevoke": (
            [CertificateState.VALID, CertificateState.UNDER_REVIEW, CertificateState.SUPERSEDED],
            CertificateState.REVOKED,
        ),
        "certificateRecall": ([CertificateState.VALID, CertificateState.UNDER_REVIEW, CertificateState.REVOKED], None),
        "certificateReinstate": ([CertificateState.UNDER_REVIEW], CertificateState.VALID),
        "recalled": ([CertificateState.VALID], CertificateState.UNDER_REVIEW),
        "superseded": ([CertificateState.VALID, CertificateState.UNDER_REVIEW], CertificateState.SUPERSEDED),
    },
    unattended=frozenset({"recalled", "superseded"}),
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a certificate says, to anyone: the piece and its grade, never a person. The serial is told by its end."""

    code: str
    piece_id: UUID
    brand: str
    name: Localized
    reference: str | None
    serial_ending: str | None
    verdict: str
    grade: Grade
    standard_id: UUID
    standard_version: int
    issued_at: datetime

    def payload(self) -> str:
        """The exact text that is signed: JSON with sorted keys, no spaces, UTF-8."""
        values = {
            "brand": self.brand,
            "code": self.code,
            "grade": self.grade,
            "issuedAt": self.issued_at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "name": {"en": self.name.en, "zh": self.name.zh},
            "piece": str(self.piece_id),
            "reference": self.reference,
            "serialEnding": self.serial_ending,
            "standard": {"id": str(self.standard_id), "version": self.standard_version},
            "verdict": self.verdict,
        }
        return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def of(cls, payload: str) -> "Statement":
        """What a signed text says."""
        values = json.loads(payload)
        return cls(
            code=values["code"],
            piece_id=UUID(values["piece"]),
            brand=values["brand"],
            name=Localized(**values["name"]),
            reference=values["reference"],
            serial_ending=values["serialEnding"],
            verdict=values["verdict"],
            grade=Grade(values["grade"]),
            standard_id=UUID(values["standard"]["id"]),
            standard_version=values["standard"]["version"],
            issued_at=datetime.fromisoformat(values["issuedAt"]),
        )


@dataclass(slots=True)
class Certificate:
    """`payload` is the signed text, and the only place where the statement is kept."""

    id: CertificateId
    code: str
    appraisal_id: UUID
    piece_id: PieceId
    consignor: AccountId
    category_path: tuple[UUID, ...]
    payload: str
    key_id: str
    signature: str
    state: CertificateState
    issued_at: datetime
    recall_id: RecallId | None = None
    revoked_at: datetime | None = None
    revoked_by: AccountId | None = None
    reason: RevocationReason | None = None
    note: str | None = None
    version: int = 1

    @property
    def statement(self) -> Statement:
        return Statement.of(self.payload)

    @property
    def next_actions(self) -> tuple[str, ...]:
        return CERTIFICATE_LIFECYCLE.next_actions(self.state)

    def move(self, action: str) -> None:
        self.state = CERTIFICATE_LIFECYCLE.move(self.state, action)


@dataclass(frozen=True, slots=True)
class CertificateCheck:
    """What anyone learns from a code; all but status and code is None for an unknown or an invalid one."""

    code: str
    status: CertificateStatus
    statement: Statement | None = None
    payload: str | None = None
    key_id: str | None = None
    signature: str | None = None
    issued_at: datetime | None = None
    revoked_at: datetime | None = None
    reason: RevocationReason | None = None


class RecallBasis(StrEnum):
    """What the recalled certificates have in common with the one that gave cause."""

    SAME_CONSIGNOR = "SAME_CONSIGNOR"
    SAME_APPRAISER = "SAME_APPRAISER"


@dataclass(frozen=True, slots=True)
class Recall:
    """A set of certificates put under review; `complete` when none was left over."""

    id: RecallId
    cause: CertificateId
    basis: RecallBasis
    since: datetime
    reason: str
    marked: int
    complete: bool
    recalled_by: AccountId | None
    recalled_at: datetime


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 key that certificates are, or once were, signed with; raw bytes in base64url."""

    key_id: str
    public_key: str
    current: bool


@dataclass(frozen=True, slots=True)
class Goods:
    """How a product is named on a certificate."""

    brand: str
    name: Localized
    reference: str | None
