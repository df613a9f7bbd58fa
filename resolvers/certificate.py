"""Certificates: anyone checks a code; the whole certificate is for staff and the owner of the piece."""

import re
from collections.abc import Sequence
from uuid import UUID

from domain.certificate import Certificate, CertificateCheck, CertificateFilter, PublicKey, Recall, check
from domain.page import Page, PageRequest
from domain.viewer import STAFF
from resolvers.context import Context

CODE = re.compile("[0-9A-Z-]{1,40}")


async def verify(context: Context, code: str) -> CertificateCheck:
    """What a code is worth. Codes are read from paper, so that spaces and small letters are forgiven."""
    tidy = code.strip().upper()
    found = await context.readers.certificates.by_code(tidy) if readable(tidy) else None
    return check(tidy, found, context.secrets.signer)


async def of_piece(context: Context, piece_id: UUID) -> CertificateCheck | None:
    """The check of a piece's newest certificate."""
    found = await context.loaders.certificate_of_piece.load(piece_id)
    return None if found is None else check(found.code, found, context.secrets.signer)


def readable(code: str) -> bool:
    """Whether this could be a code at all."""
    return CODE.fullmatch(code) is not None


def keys(context: Context) -> Sequence[PublicKey]:
    return context.secrets.signer.public_keys()


async def by_id(context: Context, certificate_id: UUID) -> Certificate | None:
    """One certificate, for staff and for whom it was issued to."""
    found = await context.loaders.certificate.load(certificate_id)
    may = found is not None and (context.viewer.is_staff or context.viewer.account_id == found.consignor)
    return found if may else None


async def certificates(context: Context, wanted: CertificateFilter, page: PageRequest) -> Page[Certificate]:
    """All certificates, for staff."""
    context.viewer.require(*STAFF)
    return await context.readers.certificates.page(wanted, page)


async def recall_by_id(context: Context, recall_id: UUID) -> Recall | None:
    """One recall, for staff."""
    return await context.loaders.recall.load(recall_id) if context.viewer.is_staff else None
