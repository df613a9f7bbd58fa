"""The piece that is sold, apart from the product that it is an example of: one of one, with a serial and a past."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import media as media_
from domain.attribute import CODE, NUMBER_MAX
from domain.catalogue import ProductId, Products
from domain.drawn import checks
from domain.event import Event
from domain.localized import Localized
from domain.media import Media, Placed, check_media, placed, replaced
from domain.refusal import InvalidInput, NotAllowed, Refusal, require
from domain.viewer import AccountId, Role, Viewer
from domain.work import check_version

PieceId = NewType("PieceId", UUID)

SERIAL_SHOWN = 3
SERIAL_LENGTH_MAX = 60
MEASUREMENTS_MAX = 40


# Nouns


class Grade(StrEnum):
    """The condition of a piece, best first."""

    NEW = "NEW"
    PRISTINE = "PRISTINE"
    EXCELLENT = "EXCELLENT"
    VERY_GOOD = "VERY_GOOD"
    GOOD = "GOOD"
    FAIR = "FAIR"


class PartyKind(StrEnum):
    """Who may own, keep or answer for a piece."""

    HOUSE = "HOUSE"
    ACCOUNT = "ACCOUNT"
    CARRIER = "CARRIER"
    SHOP = "SHOP"
    APPRAISER = "APPRAISER"
    SUPPLIER = "SUPPLIER"


@dataclass(frozen=True, slots=True)
class Party:
    """`id` is the account, the appraiser's account or the shop; the house needs none, a carrier may have none."""

    kind: PartyKind
    id: UUID | None = None

    @checks
    def __post_init__(self) -> None:
        assert (self.id is None) if self.kind is PartyKind.HOUSE else True, "the house has no id"
        assert (self.id is not None) if self.kind is PartyKind.ACCOUNT else True, "an account has an id"


HOUSE = Party(PartyKind.HOUSE)


def account(account_id: AccountId) -> Party:
    """A person as a party."""
    return Party(PartyKind.ACCOUNT, account_id)


@dataclass(frozen=True, slots=True)
class Measurement:
    """What an instrument said."""

    code: str
    value: Decimal
    unit: str


@dataclass(slots=True)
class Piece:
    """Who owns it, who has it in hand and who bears its risk are facts of their own, inferred from nothing else.

    From `gone_at` on it is no thing to be sold any more: it was given away or taken apart.
    """

    id: PieceId
    product_id: ProductId
    slug: str
    serial: str | None
    grade: Grade | None
    condition: Localized | None
    owner: Party
    custodian: Party
    risk_bearer: Party
    media: tuple[Media, ...]
    measurements: tuple[Measurement, ...]
    created_at: datetime
    gone_at: datetime | None = None
    version: int = 1

    @property
    def serial_masked(self) -> str | None:
        return None if self.serial is None else mask(self.serial)

    @property
    def cover_key(self) -> str | None:
        return self.media[0].key if self.media else None


@dataclass(frozen=True, slots=True)
class Standing:
    """Who owned, had and answered for a piece from a moment on."""

    since: datetime
    owner: Party
    custodian: Party
    risk_bearer: Party


# Rules


def mask(serial: str) -> str:
    """All but the last signs hidden, and never more than half of a short serial shown."""
    shown = min(SERIAL_SHOWN, len(serial) // 2)
    return "•" * (len(serial) - shown) + serial[len(serial) - shown :]


def transfer_title(piece: Piece, to: Party) -> None:
    """The piece belongs to somebody else from here on; where it is and who bears its risk stay as they are."""
    assert to.kind in (PartyKind.HOUSE, PartyKind.ACCOUNT), "only the house or a person owns a piece"
    piece.owner = to


def hand_over(piece: Piece, custodian: Party, risk: Party | None = None) -> None:
    """Somebody else has the piece in hand; the risk moves too when `risk` says to whom."""
    piece.custodian = custodian
    if risk is not None:
        piece.risk_bearer = risk


# Refusals


@dataclass(eq=False)
class SerialAlreadyRegistered(Refusal):
    """A piece of this product with this serial is known, and belongs to somebody else."""

    code = "SERIAL_ALREADY_REGISTERED"
    piece_id: PieceId

    @property
    def message(self) -> str:
        return "This serial belongs to a piece that somebody else owns: look at both, and record its new owner first."


# Ports


class Pieces(Protocol):
    async def lock(self, piece_id: PieceId) -> Piece: ...
    async def find(self, piece_id: PieceId) -> Piece: ...
    async def lock_serial(self, product_id: ProductId, serial: str) -> Piece | None: ...
    async def add(self, piece: Piece) -> None: ...
    async def save(self, piece: Piece) -> None: ...


class Work(media_.Work, Protocol):
    @property
    def products(self) -> Products: ...
    @property
    def pieces(self) -> Pieces: ...


class PieceReader(Protocol):
    """What the viewer may see: listed pieces are public, others are for staff and their owner."""

    async def by_ids(self, ids: Sequence[UUID], viewer: Viewer) -> Sequence[Piece | None]: ...
    async def by_slug(self, slug: str, viewer: Viewer) -> Piece | None: ...
    async def standings(self, pieces: Sequence[UUID]) -> Sequence[Sequence[Standing]]: ...


# Steps that other capabilities build on; they authorise nothing


async def register(
    work: Work,
    *,
    product_id: ProductId,
    serial: str | None,
    owner: Party,
    custodian: Party,
    risk_bearer: Party,
    now: datetime,
) -> Piece:
    """The piece with this serial when its owner brings it again, so that its past goes on; else a new one."""
    serial = serial.strip().upper() or None if serial is not None else None
    known = None if serial is None else await work.pieces.lock_serial(product_id, serial)
    if known is not None:
        require(known.owner == owner, SerialAlreadyRegistered(known.id, path=("serial",)))
        hand_over(known, custodian, risk_bearer)
        await work.pieces.save(known)
        return known
    product = await work.products.find(product_id)
    piece = Piece(
        id=PieceId(work.new.id()),
        product_id=product_id,
        slug=f"{product.slug}-{work.new.code('p').lower()}",
        serial=serial,
        grade=None,
        condition=None,
        owner=owner,
        custodian=custodian,
        risk_bearer=risk_bearer,
        media=(),
        measurements=(),
        created_at=now,
    )
    await work.pieces.add(piece)
    work.events.append(Event("piece.registered", "piece", piece.id, piece_id=piece.id))
    return piece


def describe(
    piece: Piece,
    *,
    grade: Grade | None = None,
    condition: Localized | None = None,
    media: Sequence[Media] | None = None,
    measurements: Sequence[Measurement] | None = None,
) -> None:
    """What an appraiser or a merchandiser found; None leaves a part as it is."""
    piece.grade = grade or piece.grade
    piece.condition = condition or piece.condition
    piece.media = piece.media if media is None else tuple(media)
    piece.measurements = piece.measurements if measurements is None else tuple(measurements)


# Verbs


@dataclass(frozen=True, slots=True)
class RegisterPiece:
    """A piece that the house owns and has in hand."""

    product_id: ProductId
    grade: Grade
    serial: str | None = None
    condition: Localized | None = None
    media: tuple[Placed, ...] = ()
    measurements: tuple[Measurement, ...] = ()


async def register_piece(work: Work, viewer: Viewer, command: RegisterPiece, *, now: datetime) -> Piece:
    """A merchandiser takes a piece of the house into the books; consigned pieces come by their appraisal."""
    viewer.require(Role.MERCHANDISER)
    product = await work.products.find(command.product_id)
    piece = await register(
        work,
        product_id=product.id,
        serial=check_serial(command.serial),
        owner=HOUSE,
        custodian=HOUSE,
        risk_bearer=HOUSE,
        now=now,
    )
    describe(
        piece,
        grade=command.grade,
        condition=command.condition,
        media=await placed(work, check_media(command.media), owner=None),
        measurements=check_measurements(command.measurements),
    )
    await work.pieces.save(piece)
    return piece


@dataclass(frozen=True, slots=True)
class DescribePiece:
    """What is None stays as it is; lists are replaced whole."""

    piece_id: PieceId
    grade: Grade | None = None
    condition: Localized | None = None
    media: tuple[Placed, ...] | None = None
    measurements: tuple[Measurement, ...] | None = None
    expected_version: int | None = None


async def describe_piece(work: Work, viewer: Viewer, command: DescribePiece, *, now: datetime) -> Piece:
    """A merchandiser tells of a piece; only an appraisal grades one that belongs to somebody else."""
    viewer.require(Role.MERCHANDISER)
    piece = await work.pieces.lock(command.piece_id)
    check_version(command.expected_version, piece.version)
    ungraded = command.grade is None or piece.owner == HOUSE
    require(ungraded, NotAllowed("an appraisal, for the piece is not the house's", path=("grade",)))
    pictures = None
    if command.media is not None:
        pictures = await replaced(work, piece.media, check_media(command.media), owner=None)
    describe(
        piece,
        grade=command.grade,
        condition=command.condition,
        media=pictures,
        measurements=None if command.measurements is None else check_measurements(command.measurements),
    )
    await work.pieces.save(piece)
    work.events.append(Event("piece.described", "piece", piece.id, piece_id=piece.id))
    return piece


def check_serial(serial: str | None) -> str | None:
    fits = serial is None or 0 < len(serial.strip()) <= SERIAL_LENGTH_MAX
    require(fits, InvalidInput(f"A serial has 1 to {SERIAL_LENGTH_MAX} signs.", path=("serial",)))
    return serial


def check_measurements(measurements: Sequence[Measurement]) -> Sequence[Measurement]:
    for index, one in enumerate(measurements):
        path = ("measurements", str(index))
        require(CODE.fullmatch(one.code) is not None, InvalidInput("A code is like `strap_length`.", path=path))
        require(0 < len(one.unit.strip()) <= 20, InvalidInput("A unit has 1 to 20 signs.", path=path))
        require(abs(one.value) <= NUMBER_MAX, InvalidInput("No instrument says that.", path=path))
    require(len(measurements) <= MEASUREMENTS_MAX, InvalidInput("40 measurements at most.", path=("measurements",)))
    return measurements
