"""Pieces, their passports, and who stands in which relation to them."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from domain import listing, passport, piece
from resolvers import catalogue as resolve_catalogue
from resolvers import certificate as resolve_certificate
from resolvers import listing as resolve_listing
from resolvers import piece as resolve
from resolvers import title as resolve_title
from resolvers.context import Context
from schema.catalogue import By, Product
from schema.enum import enum
from schema.errors import UserError, VersionConflict, refused
from schema.execution import expression
from schema.grade import Grade
from schema.ids import Node, encode_id, global_id, id_of
from schema.localized import LocalizedInput, localized, said
from schema.media import Media, MediaInput, cover, placed
from schema.merchandise import Versioned
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import attribute, noun, of, of_whole, text_of
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.price import PriceReason
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.certificate import CertificateCheck
    from schema.listing import Listing
    from schema.title import TitleRecord

PartyKind = enum(
    piece.PartyKind,
    name="PartyKind",
    description="Who may own, keep or answer for a piece.",
    HOUSE="The house itself.",
    ACCOUNT="A person, by their account.",
    CARRIER="A carrier.",
    SHOP="A club shop.",
    APPRAISER="An appraiser, by their account.",
    SUPPLIER="A supplier.",
)
PiecePassportEntryKind = enum(
    passport.PassportKind,
    name="PiecePassportEntryKind",
    description="What an entry of a piece's passport tells of.",
    APPRAISED="Appraisers reached a verdict.",
    CERTIFIED="A certificate was issued.",
    CERTIFICATE_REVOKED="The certificate was revoked.",
    CERTIFICATE_REINSTATED="The certificate stands again after a review.",
    LISTED="It was offered for sale.",
    PRICED="Its price changed.",
    SOLD="It was sold.",
    SALE_CANCELLED="A sale was undone before it was delivered.",
    RETURNED="It came back from its buyer.",
    TITLE_RECORDED="It has a new owner, who came by it outside the house.",
    TRADED_IN="It was traded in to the house.",
    DISPOSED="It was decided what becomes of it.",
    SERVICED="It was serviced.",
    REFURBISHED="It was refurbished.",
    HANDLED="Anything else; told to staff alone.",
)

PASSPORT = "passport"


# Nouns


@noun(piece.Party, description="Somebody in relation to a piece. Seen by staff.")
class Party:
    kind: PartyKind = strawberry.field(description="What the party is.")  # type: ignore[valid-type]

    @strawberry.field(
        graphql_type=strawberry.ID | None, description="The account of a person or an appraiser; null for any other."
    )
    def account_id(root: piece.Party) -> Any:
        people = (piece.PartyKind.ACCOUNT, piece.PartyKind.APPRAISER)
        return encode_id("Account", root.id) if root.id is not None and root.kind in people else None


@noun(piece.Standing, description="Who owned, had and answered for a piece from a moment on. Seen by staff.")
class PieceStanding:
    since: datetime = strawberry.field(description="From when on this was so.")
    owner: Party = strawberry.field(description="Who owned it from then on.")
    custodian: Party = strawberry.field(description="Who had it in hand.")
    risk_bearer: Party = strawberry.field(description="Who bore its risk.")


@noun(piece.Measurement, description="What an instrument said of a piece.")
class PieceMeasurement:
    code: str = strawberry.field(description="What was measured, as a code.")
    value: Decimal = strawberry.field(description="The number that was measured, in the unit.")
    unit: str = strawberry.field(description="The unit that it counts in, such as mm.")


@noun(passport.PassportDetails, description="What an entry says beyond its kind; null for what it does not speak of.")
class PiecePassportDetails:
    grade: Grade | None = strawberry.field(description="The condition that was found; null where none was.")  # type: ignore[valid-type]
    price: Money | None = strawberry.field(description="The price from there on; null where there is none.")
    previous_price: Money | None = strawberry.field(description="The price before; null where no price changed.")
    reason: PriceReason | None = strawberry.field(description="Why the price changed; null where it did not.")  # type: ignore[valid-type]
    certificate: str | None = strawberry.field(
        description="The code of the certificate; null where it is not about one."
    )


@noun(passport.PassportEntry, description="One event in the life of a piece; it names nobody.")
class PiecePassportEntry:
    kind: PiecePassportEntryKind = strawberry.field(description="What kind of event it is.")  # type: ignore[valid-type]
    title: str = localized("title", description="What happened, for people.")
    occurred_at: datetime = attribute("at", datetime, description="When it happened.")
    details: PiecePassportDetails = strawberry.field(description="What is told of it.")


@expression
def at_hand(some: Any) -> Any:
    """All of a piece, where it is at hand: a card has the little that stands on it, unless more was looked for."""
    return some.details if type(some) is listing.PieceCard else some


def for_staff(name: str, graphql_type: Any, *, description: str) -> Any:
    """A field of the whole piece that others than staff see as null."""

    @expression
    def read(one: Any, context: Any) -> Any:
        return getattr(one, name) if context.viewer.is_staff else None

    return of_whole(at_hand, resolve.loaded, read, graphql_type, description=f"{description[:-1]}; null for others.")


@noun(
    (piece.Piece, listing.PieceCard),
    description="One of one: a single used thing, as no other is. Seen by everybody once it was listed; before "
    "that by staff and its owner.",
)
class Piece(Node):
    id: strawberry.ID = global_id("Piece")
    slug: str = strawberry.field(description="Its name in web addresses.")
    grade: Grade | None = strawberry.field(description="Its condition; null until it was graded.")  # type: ignore[valid-type]
    cover_url: Any = cover()
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(graphql_type=Product, description="What it is an example of.")
    async def product(root: Any, info: Info) -> Any:
        return await resolve_catalogue.product(info.context, root.product_id, None)

    condition: Any = of_whole(
        at_hand,
        resolve.loaded,
        text_of("condition"),
        str | None,
        description="Its condition in words; null until somebody described it.",
    )
    serial_masked: Any = of_whole(
        at_hand,
        resolve.loaded,
        of("serial_masked"),
        str | None,
        description="The last signs of its serial; null when it has none.",
    )
    serial: Any = for_staff("serial", str | None, description="Its whole serial. For staff.")
    media: Any = of_whole(
        at_hand,
        resolve.loaded,
        of("media"),
        list[Media],
        description="Its own pictures, films and documents, pictures first.",
    )
    measurements: Any = of_whole(
        at_hand,
        resolve.loaded,
        of("measurements"),
        list[PieceMeasurement],
        description="What instruments said of it.",
    )
    owner: Any = for_staff("owner", Party | None, description="Whose it is. For staff.")
    custodian: Any = for_staff("custodian", Party | None, description="Who has it in hand. For staff.")
    risk_bearer: Any = for_staff(
        "risk_bearer", Party | None, description="Who bears its risk. For staff; null for others."
    )

    @strawberry.field(
        graphql_type=list[PieceStanding] | None,
        description="Who owned, had and answered for it, oldest first, the last 250. For staff; null for others.",
    )
    async def standings(root: Any, info: Info) -> Any:
        return await resolve.standings(info.context, root.id) if info.context.viewer.is_staff else None

    @strawberry.field(
        graphql_type=list[Annotated["TitleRecord", strawberry.lazy("schema.title")]] | None,
        description="When it changed hands outside the house, oldest first. For staff; null for others.",
    )
    async def title_records(root: Any, info: Info) -> Any:
        return await resolve_title.of_piece(info.context, root.id)

    @strawberry.field(
        graphql_type=Annotated["Listing", strawberry.lazy("schema.listing")] | None,
        description="Its newest listing; null when it has none that the caller may see.",
    )
    async def listing(root: Any, info: Info) -> Any:
        return await resolve_listing.of_piece(info.context, root.id)

    @strawberry.field(
        graphql_type=Annotated["CertificateCheck", strawberry.lazy("schema.certificate")] | None,
        description="Its newest certificate, as anyone may check it; null for a piece without one.",
    )
    async def certificate(root: Any, info: Info) -> Any:
        return await resolve_certificate.of_piece(info.context, root.id)

    @strawberry.field(
        graphql_type=Connection[PiecePassportEntry],
        description="What happened to it, over all its owners, oldest first. Staff see more than others.",
    )
    async def passport(
        root: Any,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            PASSPORT, (0,), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.passport(info.context, root.id, page), list_name=PASSPORT)


# Refusals


@refused(piece.SerialAlreadyRegistered)
class SerialAlreadyRegistered(UserError):
    piece_id: strawberry.Private[UUID]

    @strawberry.field(
        graphql_type=Piece | None, description="The piece that has the serial; null when the caller may not see it."
    )
    async def piece(self, info: Info) -> Any:
        return await resolve.piece(info.context, self.piece_id, None)


# Inputs


@strawberry.input(description="What an instrument said of a piece.")
class PieceMeasurementInput:
    code: str = strawberry.field(description="What was measured, such as strap_length.")
    value: Decimal = strawberry.field(description="The number that was measured, in the unit.")
    unit: str = strawberry.field(description="The unit that it counts in, such as mm.")

    def to_measurement(self) -> piece.Measurement:
        return piece.Measurement(self.code, self.value, self.unit)


@strawberry.input(description="The piece of the house that is taken into the books.")
class PieceRegisterInput(Keyed):
    product_id: strawberry.ID = strawberry.field(description="What it is an example of.")
    grade: Grade = strawberry.field(description="The condition that it is in.")  # type: ignore[valid-type]
    serial: str | None = strawberry.field(default=strawberry.UNSET, description="Its serial, where it has one.")
    condition: LocalizedInput | None = strawberry.field(
        default=strawberry.UNSET, description="Its condition in words; left out where it is not told."
    )
    media: list[MediaInput] = strawberry.field(default_factory=list, description="Its own pictures and films.")
    measurements: list[PieceMeasurementInput] = strawberry.field(
        default_factory=list, description="What instruments said of it."
    )

    def to_command(self) -> piece.RegisterPiece:
        return piece.RegisterPiece(
            product_id=id_of("Product", self.product_id, "productId"),
            grade=piece.Grade(self.grade),
            serial=given(self.serial),
            condition=said(self.condition, "condition"),
            media=placed(self.media),
            measurements=tuple(one.to_measurement() for one in self.measurements),
        )


@strawberry.input(description="What is told of a piece. What is left out stays; lists are replaced whole.")
class PieceDescribeInput(Versioned):
    piece_id: strawberry.ID = strawberry.field(description="The piece that this is about.")
    grade: Grade | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="Its condition; only of a piece of the house, others are appraised."
    )
    condition: LocalizedInput | None = strawberry.field(default=strawberry.UNSET, description="Its condition in words.")
    media: list[MediaInput] | None = strawberry.field(
        default=strawberry.UNSET, description="Its own pictures and films."
    )
    measurements: list[PieceMeasurementInput] | None = strawberry.field(
        default=strawberry.UNSET, description="What instruments said of it."
    )

    def to_command(self) -> piece.DescribePiece:
        grade, measurements = given(self.grade), given(self.measurements)
        return piece.DescribePiece(
            piece_id=id_of("Piece", self.piece_id, "pieceId"),
            grade=None if grade is None else piece.Grade(grade),
            condition=said(self.condition, "condition"),
            media=placed(self.media),
            measurements=None if measurements is None else tuple(one.to_measurement() for one in measurements),
            expected_version=given(self.expected_version),
        )


# Root fields


@strawberry.type
class PieceQuery:
    @strawberry.field(
        graphql_type=Piece | None, description="A piece; null when there is none that the caller may see."
    )
    async def piece(self, info: Info, by: By) -> Any:
        return await resolve.piece(info.context, *by.read("Piece"))


@strawberry.type
class PieceMutation:
    piece_register = mutation(
        piece.register_piece,
        PieceRegisterInput,
        Piece,
        SerialAlreadyRegistered,
        description="Take a piece of the house into the books.",
    )
    piece_describe = mutation(
        piece.describe_piece,
        PieceDescribeInput,
        Piece,
        VersionConflict,
        description="Tell of a piece: condition, media, measurements.",
    )


async def fetch_piece(context: Context, value: UUID) -> Any:
    return await context.loaders.piece.load(value)


fetchable("Piece", fetch_piece)
