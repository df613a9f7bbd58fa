"""What becomes of a piece that the house took in: a decision with a signed certificate that anyone can check."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import certificate
from domain.certificate import Signer, serial_ending
from domain.event import Event
from domain.localized import Localized
from domain.piece import Piece, PieceId
from domain.text import line
from domain.viewer import AccountId

DispositionId = NewType("DispositionId", UUID)

METHOD_LENGTH_MAX = 300


# Nouns


class Fate(StrEnum):
    """What becomes of a piece. The first two stay with the house and are sold again, the others leave it for good."""

    REFURBISH = "REFURBISH"
    CLEAR = "CLEAR"
    DONATE = "DONATE"
    DISMANTLE = "DISMANTLE"


GONE = (Fate.DONATE, Fate.DISMANTLE)
"""After these a piece is never offered again."""


@dataclass(slots=True)
class Disposition:
    """`payload` is the signed text: what became of which piece, when and how, and never whose it was."""

    id: DispositionId
    code: str
    piece_id: PieceId
    trade_in_id: UUID
    fate: Fate
    method: str
    recipient: str | None
    payload: str
    key_id: str
    signature: str
    decided_by: AccountId
    decided_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class DispositionCheck:
    """What anyone learns from a code; all but the code is None for one that is unknown or does not match its seal."""

    code: str
    genuine: bool
    fate: Fate | None = None
    brand: Localized | None = None
    name: Localized | None = None
    method: str | None = None
    decided_at: datetime | None = None
    payload: str | None = None
    key_id: str | None = None
    signature: str | None = None


# Rules


def told(
    code: str,
    piece: Piece,
    brand: Localized,
    name: Localized,
    fate: Fate,
    method: str,
    recipient: str | None,
    at: datetime,
) -> str:
    """The exact text that is signed: JSON with sorted keys, no spaces, UTF-8."""
    values = {
        "brand": {"en": brand.en, "zh": brand.zh},
        "code": code,
        "decidedAt": at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "fate": fate,
        "method": method,
        "name": {"en": name.en, "zh": name.zh},
        "piece": str(piece.id),
        "recipient": recipient,
        "serialEnding": serial_ending(piece.serial),
    }
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def check(code: str, found: Disposition | None, signer: Signer) -> DispositionCheck:
    """What a code is worth: the signature covers every word, and the words name the code and the piece."""
    if found is None:
        return DispositionCheck(code, genuine=False)
    try:
        signature = urlsafe_b64decode(found.signature)
    except NotBase64:
        return DispositionCheck(code, genuine=False)
    values = json.loads(found.payload)
    same = (values["code"], values["piece"], values["fate"]) == (found.code, str(found.piece_id), found.fate)
    if not same or not signer.verify(found.key_id, found.payload.encode(), signature):
        return DispositionCheck(code, genuine=False)
    return DispositionCheck(
        code=code,
        genuine=True,
        fate=Fate(values["fate"]),
        brand=Localized(**values["brand"]),
        name=Localized(**values["name"]),
        method=values["method"],
        decided_at=datetime.fromisoformat(values["decidedAt"]),
        payload=found.payload,
        key_id=found.key_id,
        signature=found.signature,
    )


# Ports


class Dispositions(Protocol):
    async def add(self, disposition: Disposition) -> None: ...


class Work(certificate.Work, Protocol):
    @property
    def dispositions(self) -> Dispositions: ...


class DispositionReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Disposition | None]: ...
    async def by_code(self, code: str) -> Disposition | None: ...
    async def of_trade_ins(self, ids: Sequence[UUID]) -> Sequence[Disposition | None]: ...


# Steps


async def decide(
    work: Work,
    piece: Piece,
    *,
    trade_in_id: UUID,
    fate: Fate,
    method: str,
    recipient: str | None,
    decided_by: AccountId,
    now: datetime,
) -> Disposition:
    """Sign what becomes of a locked piece of the house; one that leaves it for good is never offered again."""
    product = await work.products.find(piece.product_id)
    brand = await work.brands.find(product.brand_id)
    method = line(method, "method", longest=METHOD_LENGTH_MAX)
    # Signed and kept to the millisecond, so that what is read back is what was signed.
    at = now.replace(microsecond=now.microsecond // 1000 * 1000)
    code = work.new.code("DC")
    payload = told(code, piece, brand.name, product.name, fate, method, recipient, at)
    made = Disposition(
        id=DispositionId(work.new.id()),
        code=code,
        piece_id=piece.id,
        trade_in_id=trade_in_id,
        fate=fate,
        method=method,
        recipient=recipient,
        payload=payload,
        key_id=work.signer.key_id,
        signature=urlsafe_b64encode(work.signer.sign(payload.encode())).decode(),
        decided_by=decided_by,
        decided_at=at,
    )
    await work.dispositions.add(made)
    if fate in GONE:
        piece.gone_at = now
        await work.pieces.save(piece)
        for standing in await work.certificates.lock_standing(piece.id):
            standing.move("superseded")
            await work.certificates.save(standing)
    said = {"fate": fate, "disposition": code}
    work.events.append(Event("piece.disposed", "disposition", made.id, said, piece_id=piece.id))
    return made
