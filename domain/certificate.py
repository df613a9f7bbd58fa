"""Certificates of authenticity: a signed statement about one piece that anyone can check, and the house can revoke."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import appraiser as appraisers
from domain import piece as pieces
from domain.catalogue import CategoryId
from domain.event import Event
from domain.lifecycle import Lifecycle
from domain.localized import Localized
from domain.page import Page, PageRequest
from domain.piece import Grade, Piece, PieceId
from domain.refusal import InvalidInput, require
from domain.text import note
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
        "certificateRecall": (list(CertificateState), None),
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
    brand: Localized
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
            "brand": {"en": self.brand.en, "zh": self.brand.zh},
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
            brand=Localized(**values["brand"]),
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
    category_path: tuple[CategoryId, ...]
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


# Rules


def check(code: str, certificate: Certificate | None, signer: "Signer") -> CertificateCheck:
    """What a code is worth: the signature covers every word of the statement, and the statement names its code."""
    if certificate is None:
        return CertificateCheck(code, CertificateStatus.UNKNOWN)
    if not genuine(certificate, signer):
        return CertificateCheck(code, CertificateStatus.INVALID)
    return CertificateCheck(
        code=code,
        status=CertificateStatus(certificate.state),
        statement=certificate.statement,
        payload=certificate.payload,
        key_id=certificate.key_id,
        signature=certificate.signature,
        issued_at=certificate.issued_at,
        revoked_at=certificate.revoked_at,
        reason=certificate.reason,
    )


def genuine(certificate: Certificate, signer: "Signer") -> bool:
    """Whether the payload is what was signed, and speaks of this certificate."""
    try:
        signature = urlsafe_b64decode(certificate.signature)
    except NotBase64:
        return False
    if not signer.verify(certificate.key_id, certificate.payload.encode(), signature):
        return False
    said = certificate.statement
    return (said.code, said.piece_id) == (certificate.code, certificate.piece_id)


def serial_ending(serial: str | None) -> str | None:
    """The last signs of a serial, and never more than half of a short one."""
    return serial[-min(SERIAL_SHOWN, len(serial) // 2) :] if serial and len(serial) > 1 else None


# Ports


class Signer(Protocol):
    """The house's seal. Anyone can check it with the public key alone."""

    @property
    def key_id(self) -> str: ...

    def sign(self, payload: bytes) -> bytes: ...

    def verify(self, key_id: str, payload: bytes, signature: bytes) -> bool:
        """False for a key that is not ours, too."""
        ...

    def public_keys(self) -> Sequence[PublicKey]: ...

    def address(self, code: str) -> str:
        """Where a browser checks a certificate; what its QR code says."""
        ...


class Certificates(Protocol):
    async def lock(self, certificate_id: CertificateId) -> Certificate: ...
    async def lock_standing(self, piece_id: PieceId) -> Sequence[Certificate]:
        """The certificates of a piece that are valid or under review; there is one at most."""
        ...

    async def put_under_review(
        self, cause: Certificate, recall: "RecallCertificates", recall_id: RecallId
    ) -> Sequence[Certificate]:
        """Mark the valid siblings, RECALL_MAX at most, in one statement; as they are now."""
        ...

    async def add(self, certificate: Certificate) -> None: ...
    async def save(self, certificate: Certificate) -> None: ...


class Recalls(Protocol):
    async def add(self, recall: Recall) -> None: ...


class Opinions(Protocol):
    """The little that certificates need of opinions."""

    async def overturn(self, appraisal_id: UUID, now: datetime) -> None:
        """Those who called the object authentic were wrong."""
        ...


class Work(pieces.Work, appraisers.Work, Protocol):
    @property
    def certificates(self) -> Certificates: ...
    @property
    def recalls(self) -> Recalls: ...
    @property
    def opinions(self) -> Opinions: ...
    @property
    def signer(self) -> Signer: ...


@dataclass(frozen=True, slots=True)
class CertificateFilter:
    """Which certificates; what is None does not narrow."""

    state: CertificateState | None = None
    recall_id: RecallId | None = None


class CertificateReader(Protocol):
    """Certificates whole, for staff and the owners of the pieces; strangers get the check of a code."""

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Certificate | None]: ...
    async def by_code(self, code: str) -> Certificate | None: ...
    async def of_appraisals(self, ids: Sequence[UUID]) -> Sequence[Certificate | None]: ...
    async def of_pieces(self, ids: Sequence[UUID]) -> Sequence[Certificate | None]:
        """The one that was issued last."""
        ...

    async def page(self, wanted: CertificateFilter, page: PageRequest) -> Page[Certificate]: ...
    async def recalls(self, ids: Sequence[UUID]) -> Sequence[Recall | None]: ...


# Steps


def happened(certificate: Certificate, what: str, **data: object) -> Event:
    """An event of this certificate and of its piece; `data` holds JSON values only."""
    return Event(
        name=f"certificate.{what}",
        subject_kind="certificate",
        subject_id=certificate.id,
        data={"code": certificate.code, **data},
        piece_id=certificate.piece_id,
        account_id=certificate.consignor,
    )


async def issue(
    work: Work,
    *,
    piece: Piece,
    grade: Grade,
    verdict: str,
    appraisal_id: UUID,
    consignor: AccountId,
    category_path: tuple[CategoryId, ...],
    standard_id: UUID,
    standard_version: int,
    now: datetime,
) -> Certificate:
    """Sign a statement about a piece; the one that stood before is superseded."""
    for earlier in await work.certificates.lock_standing(piece.id):
        earlier.move("superseded")
        await work.certificates.save(earlier)
        work.events.append(happened(earlier, "superseded"))
    product = await work.products.find(piece.product_id)
    brand = await work.brands.find(product.brand_id)
    # Signed and kept to the millisecond, so that what is read back is what was signed.
    issued_at = now.replace(microsecond=now.microsecond // 1000 * 1000)
    statement = Statement(
        code=work.new.code("CE"),
        piece_id=piece.id,
        brand=brand.name,
        name=product.name,
        reference=product.reference,
        serial_ending=serial_ending(piece.serial),
        verdict=verdict,
        grade=grade,
        standard_id=standard_id,
        standard_version=standard_version,
        issued_at=issued_at,
    )
    payload = statement.payload()
    certificate = Certificate(
        id=CertificateId(work.new.id()),
        code=statement.code,
        appraisal_id=appraisal_id,
        piece_id=piece.id,
        consignor=consignor,
        category_path=category_path,
        payload=payload,
        key_id=work.signer.key_id,
        signature=urlsafe_b64encode(work.signer.sign(payload.encode())).decode(),
        state=CertificateState.VALID,
        issued_at=issued_at,
    )
    await work.certificates.add(certificate)
    work.events.append(happened(certificate, "issued", grade=grade))
    return certificate


# Verbs


@dataclass(frozen=True, slots=True)
class RevokeCertificate:
    """Say that a certificate no longer stands; the reason is public, the note is not."""

    certificate_id: CertificateId
    reason: RevocationReason
    note: str
    expected_version: int | None = None


async def revoke(work: Work, viewer: Viewer, command: RevokeCertificate, *, now: datetime) -> Certificate:
    """A senior appraiser of the category, or an admin, revokes; a counterfeit counts against those who missed it."""
    certificate = await lock_for_senior(work, viewer, command.certificate_id, now)
    check_version(command.expected_version, certificate.version)
    certificate.note = note(command.note, "note")
    certificate.move("certificateRevoke")
    certificate.revoked_at = now
    certificate.revoked_by = viewer.account_id
    certificate.reason = command.reason
    await work.certificates.save(certificate)
    if command.reason is RevocationReason.COUNTERFEIT:
        await work.opinions.overturn(certificate.appraisal_id, now)
    work.events.append(happened(certificate, "revoked", reason=command.reason))
    return certificate


@dataclass(frozen=True, slots=True)
class ReinstateCertificate:
    """End a review in the certificate's favour."""

    certificate_id: CertificateId
    note: str
    expected_version: int | None = None


async def reinstate(work: Work, viewer: Viewer, command: ReinstateCertificate, *, now: datetime) -> Certificate:
    """A senior appraiser of the category, or an admin, has looked again and found it right."""
    certificate = await lock_for_senior(work, viewer, command.certificate_id, now)
    check_version(command.expected_version, certificate.version)
    certificate.note = note(command.note, "note")
    certificate.move("certificateReinstate")
    await work.certificates.save(certificate)
    work.events.append(happened(certificate, "reinstated"))
    return certificate


@dataclass(frozen=True, slots=True)
class RecallCertificates:
    """Put the siblings of a certificate under review: those of the same consignor, or by the same appraisers."""

    certificate_id: CertificateId
    basis: RecallBasis
    since: datetime
    reason: str


async def recall(work: Work, viewer: Viewer, command: RecallCertificates, *, now: datetime) -> Recall:
    """A senior appraiser of the category, or an admin, recalls; what one recall leaves over, the next one marks."""
    cause = await lock_for_senior(work, viewer, command.certificate_id, now)
    require(command.since <= now, InvalidInput("A recall looks back.", path=("since",)))
    reason = note(command.reason, "reason")
    recall_id = RecallId(work.new.id())
    marked = await work.certificates.put_under_review(cause, command, recall_id)
    made = Recall(
        id=recall_id,
        cause=cause.id,
        basis=command.basis,
        since=command.since,
        reason=reason,
        marked=len(marked),
        complete=len(marked) < RECALL_MAX,
        recalled_by=viewer.account_id,
        recalled_at=now,
    )
    await work.recalls.add(made)
    said = {"basis": made.basis, "marked": made.marked}
    work.events.append(happened(cause, "siblingsRecalled", **said))
    for sibling in marked:
        work.events.append(happened(sibling, "putUnderReview", recallId=str(made.id)))
    return made


async def lock_for_senior(work: Work, viewer: Viewer, certificate_id: CertificateId, now: datetime) -> Certificate:
    """The certificate, for a senior appraiser of its category or an admin."""
    viewer.require(Role.APPRAISER)
    certificate = await work.certificates.lock(certificate_id)
    await appraisers.require_senior(work, viewer, certificate.category_path, now=now)
    return certificate
