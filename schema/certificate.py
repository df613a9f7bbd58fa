"""Certificates: signed statements about a piece that anyone can check, by code or with the public key alone."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any
from uuid import UUID

import segno
import strawberry

from domain import certificate
from resolvers import certificate as resolve
from schema.enum import enum
from schema.errors import VersionConflict, WrongState
from schema.grade import Grade
from schema.ids import Node, encode_id, global_id, id_of
from schema.localized import localized
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.scalars import URL

CertificateState = enum(
    certificate.CertificateState,
    name="CertificateState",
    description="Where a certificate stands.",
    VALID="It stands.",
    UNDER_REVIEW="It is looked into after a recall; do not rely on it until then.",
    SUPERSEDED="A newer certificate of the same piece took its place.",
    REVOKED="It does not stand any more.",
)
CertificateStatus = enum(
    certificate.CertificateStatus,
    name="CertificateStatus",
    description="What a check of a code finds.",
    VALID="The certificate stands.",
    UNDER_REVIEW="It is looked into after a recall; do not rely on it until then.",
    SUPERSEDED="A newer certificate of the same piece took its place.",
    REVOKED="It does not stand any more.",
    INVALID="What is kept does not match its signature; do not believe it.",
    UNKNOWN="The house knows no such code.",
)
RevocationReason = enum(
    certificate.RevocationReason,
    name="CertificateRevocationReason",
    description="Why a certificate no longer stands.",
    COUNTERFEIT="The piece turned out not to be authentic.",
    MISTAKE="The certificate says something wrong.",
    ALTERED="The piece was changed after it was judged.",
    LOST="The piece is lost or was destroyed.",
)
RecallBasis = enum(
    certificate.RecallBasis,
    name="CertificateRecallBasis",
    description="What recalled certificates have in common.",
    SAME_CONSIGNOR="Their pieces came from the same seller.",
    SAME_APPRAISER="One of the same appraisers gave an opinion.",
)

CERTIFICATES = "certificates"
SHAPE = (datetime.min.replace(tzinfo=UTC), UUID(int=0))


@lru_cache(maxsize=1_024)
def drawn(address: str) -> str:
    """A QR code as a data URI of an SVG image."""
    return segno.make(address, error="m", micro=False).svg_data_uri(scale=4)


# Nouns


@noun(certificate.Statement, description="What a certificate says: the piece and its grade, never a person.")
class CertificateStatement:
    brand: str = localized("brand", description="The brand of the piece.")
    name: str = localized("name", description="The model that the piece is an example of.")
    reference: str | None = strawberry.field(
        description="The maker's reference of the model; null where there is none."
    )
    serial_ending: str | None = strawberry.field(
        description="The last signs of the serial, to compare with the piece; null where it bears none."
    )
    verdict: str = strawberry.field(description="The verdict: AUTHENTIC, for there is no certificate of anything else.")
    grade: Grade = strawberry.field(description="The condition when it was judged.")  # type: ignore[valid-type]
    standard_version: int = strawberry.field(description="The version of the grading standard that it was judged by.")
    issued_at: datetime = strawberry.field(description="When it was issued.")

    @strawberry.field(description="The id of the piece.")
    def piece_id(root: certificate.Statement) -> strawberry.ID:
        return strawberry.ID(encode_id("Piece", root.piece_id))

    @strawberry.field(description="The id of the grading standard that it was judged by.")
    def standard_id(root: certificate.Statement) -> strawberry.ID:
        return strawberry.ID(encode_id("GradingStandard", root.standard_id))


@noun(
    certificate.CertificateCheck,
    description="What a code is worth. Only code and status are there for an unknown or an invalid one.",
)
class CertificateCheck:
    code: str = strawberry.field(description="The code that was asked for.")
    status: CertificateStatus = strawberry.field(  # type: ignore[valid-type]
        description="Whether it stands. INVALID: what is kept does not match its signature, so do not believe it."
    )
    statement: CertificateStatement | None = strawberry.field(
        description="What the certificate says; null for an unknown or invalid one."
    )
    payload: str | None = strawberry.field(
        description="The exact text that was signed, for a check of one's own; null for an unknown or invalid one."
    )
    key_id: str | None = strawberry.field(
        description="Which of `certificateKeys` it was signed with; null for an unknown or invalid one."
    )
    signature: str | None = strawberry.field(
        description="Ed25519 over the UTF-8 of the payload, in base64url; null for an unknown or invalid one."
    )
    issued_at: datetime | None = strawberry.field(description="When it was issued; null for an unknown or invalid one.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked; null while it is not.")
    reason: RevocationReason | None = strawberry.field(description="Why it was revoked; null while it is not.")  # type: ignore[valid-type]


@noun(certificate.PublicKey, description="A key that certificates are, or once were, signed with.")
class CertificateKey:
    key_id: str = strawberry.field(description="Its name; follows from the key.")
    public_key: str = strawberry.field(description="The raw 32 bytes of the Ed25519 public key, in base64url.")
    current: bool = strawberry.field(description="Whether certificates are signed with it now.")

    @strawberry.field(description="The algorithm of the signature: Ed25519.")
    def algorithm(root: certificate.PublicKey) -> str:
        return "Ed25519"


@noun(
    certificate.Certificate,
    description="The house's signed word that a piece is authentic, and of its grade. Seen by staff and by whom "
    "it was issued to.",
)
class Certificate(Node):
    id: strawberry.ID = global_id("Certificate")
    code: str = strawberry.field(
        description="The code for `certificateVerify`, such as CE-7K2M-9QXD; printed beside the QR code."
    )
    state: CertificateState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    statement: CertificateStatement = strawberry.field(description="What the certificate says.")
    payload: str = strawberry.field(description="The exact text that was signed.")
    key_id: str = strawberry.field(description="Which of `certificateKeys` it was signed with.")
    signature: str = strawberry.field(description="Ed25519 over the UTF-8 of the payload, in base64url.")
    issued_at: datetime = strawberry.field(description="When it was issued.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked; null while it is not.")
    reason: RevocationReason | None = strawberry.field(description="Why it was revoked; null while it is not.")  # type: ignore[valid-type]
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(graphql_type=URL, description="Where a browser checks it; what the QR code says.")
    def verify_url(root: certificate.Certificate, info: Info) -> str:
        return info.context.secrets.signer.address(root.code)

    @strawberry.field(description="The QR code as a data URI of an SVG image.")
    def qr_code(root: certificate.Certificate, info: Info) -> str:
        return drawn(info.context.secrets.signer.address(root.code))

    @strawberry.field(description="What staff wrote when they revoked or reinstated it; null for others.")
    def note(root: certificate.Certificate, info: Info) -> str | None:
        return root.note if info.context.viewer.is_staff else None

    @strawberry.field(
        graphql_type="CertificateRecall | None", description="The recall that put it under review; null for non-staff."
    )
    async def recall(root: certificate.Certificate, info: Info) -> Any:
        if root.recall_id is None or not info.context.viewer.is_staff:
            return None
        return await info.context.loaders.recall.load(root.recall_id)


@noun(certificate.Recall, description="Certificates that were put under review together. Seen by staff.")
class CertificateRecall(Node):
    id: strawberry.ID = global_id("CertificateRecall")
    basis: RecallBasis = strawberry.field(description="What they have in common with the cause.")  # type: ignore[valid-type]
    since: datetime = strawberry.field(description="Only certificates issued from here on.")
    reason: str = strawberry.field(description="Why they were put under review.")
    marked: int = strawberry.field(description="How many were put under review.")
    complete: bool = strawberry.field(description="False when there may be more: recall again.")
    recalled_at: datetime = strawberry.field(description="When they were put under review.")

    @strawberry.field(graphql_type=Certificate, description="The certificate that gave cause.")
    async def cause(root: certificate.Recall, info: Info) -> Any:
        return await info.context.loaders.certificate.load(root.cause)

    @strawberry.field(
        graphql_type=Connection[Certificate], description="The certificates of this recall, newest first."
    )
    async def certificates(
        root: certificate.Recall,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        return await listed(
            info, certificate.CertificateFilter(recall_id=root.id), first=first, after=after, last=last, before=before
        )


async def listed(info: Info, wanted: certificate.CertificateFilter, **arguments: Any) -> Connection[Any]:
    page = page_request(CERTIFICATES, SHAPE, with_total=asks_total(info), **arguments)
    return Connection(page=await resolve.certificates(info.context, wanted, page), list_name=CERTIFICATES)


# Inputs


@strawberry.input(description="Which certificate no longer stands, and why.")
class CertificateRevokeInput(Keyed):
    certificate_id: strawberry.ID = strawberry.field(description="The certificate that this is about.")
    reason: RevocationReason = strawberry.field(description="Why, as anyone may know it.")  # type: ignore[valid-type]
    note: str = strawberry.field(description="What was found, for staff, 1 to 2,000 characters.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the certificate is still at this version."
    )

    def to_command(self) -> certificate.RevokeCertificate:
        return certificate.RevokeCertificate(
            certificate_id=id_of("Certificate", self.certificate_id, "certificateId"),
            reason=certificate.RevocationReason(self.reason),
            note=self.note,
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which certificate stands again after its review.")
class CertificateReinstateInput(Keyed):
    certificate_id: strawberry.ID = strawberry.field(description="The certificate that this is about.")
    note: str = strawberry.field(description="What was found, for staff, 1 to 2,000 characters.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the certificate is still at this version."
    )

    def to_command(self) -> certificate.ReinstateCertificate:
        return certificate.ReinstateCertificate(
            certificate_id=id_of("Certificate", self.certificate_id, "certificateId"),
            note=self.note,
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which siblings of a certificate to put under review, 500 at most.")
class CertificateRecallInput(Keyed):
    certificate_id: strawberry.ID = strawberry.field(description="The certificate that gives cause.")
    basis: RecallBasis = strawberry.field(description="What makes a sibling.")  # type: ignore[valid-type]
    since: datetime = strawberry.field(description="Only certificates issued from here on.")
    reason: str = strawberry.field(description="Why, for staff, 1 to 2,000 characters.")

    def to_command(self) -> certificate.RecallCertificates:
        return certificate.RecallCertificates(
            certificate_id=id_of("Certificate", self.certificate_id, "certificateId"),
            basis=certificate.RecallBasis(self.basis),
            since=self.since,
            reason=self.reason,
        )


@strawberry.input(description="Which certificates: all that match everything given.")
class CertificateFilterInput:
    state: CertificateState | None = strawberry.field(default=strawberry.UNSET, description="Only in this state.")  # type: ignore[valid-type]
    recall_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Only those of this recall."
    )

    def to_filter(self) -> certificate.CertificateFilter:
        state, recall_id = given(self.state), given(self.recall_id)
        return certificate.CertificateFilter(
            state=None if state is None else certificate.CertificateState(state),
            recall_id=None if recall_id is None else id_of("CertificateRecall", recall_id, "filter", "recallId"),
        )


# Root fields


@strawberry.type
class CertificateQuery:
    @strawberry.field(graphql_type=CertificateCheck, description="What a certificate's code is worth.")
    async def certificate_verify(
        self,
        info: Info,
        code: Annotated[str, strawberry.argument(description="The code, as it is printed.")],
    ) -> Any:
        return await resolve.verify(info.context, code)

    @strawberry.field(
        graphql_type=list[CertificateKey],
        description="The public keys, with which anyone can check a payload and its signature offline.",
    )
    def certificate_keys(self, info: Info) -> Any:
        return resolve.keys(info.context)

    @strawberry.field(
        graphql_type=Certificate | None, description="A certificate; null when there is none that the caller may see."
    )
    async def certificate(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which certificate, by its id.")]
    ) -> Any:
        return await resolve.by_id(info.context, id_of("Certificate", id, "id"))

    @strawberry.field(graphql_type=Connection[Certificate], description="All certificates, newest first.")
    async def certificates(
        self,
        info: Info,
        filter: Annotated[
            CertificateFilterInput | None, strawberry.argument(description="Which of them; all when left out.")
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        narrowed = given(filter)
        wanted = certificate.CertificateFilter() if narrowed is None else narrowed.to_filter()
        return await listed(info, wanted, first=first, after=after, last=last, before=before)

    @strawberry.field(graphql_type=CertificateRecall | None, description="A recall; null when there is none.")
    async def certificate_recall(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which recall, by its id.")]
    ) -> Any:
        return await resolve.recall_by_id(info.context, id_of("CertificateRecall", id, "id"))


@strawberry.type
class CertificateMutation:
    certificate_revoke = mutation(
        certificate.revoke,
        CertificateRevokeInput,
        Certificate,
        WrongState,
        VersionConflict,
        description="Revoke a certificate. A counterfeit counts against the appraisers who missed it.",
    )
    certificate_reinstate = mutation(
        certificate.reinstate,
        CertificateReinstateInput,
        Certificate,
        WrongState,
        VersionConflict,
        description="End a review in the certificate's favour.",
    )
    certificate_recall = mutation(
        certificate.recall,
        CertificateRecallInput,
        CertificateRecall,
        description="Put the siblings of a certificate under review.",
    )


fetchable("Certificate", resolve.by_id)
fetchable("CertificateRecall", resolve.recall_by_id)
