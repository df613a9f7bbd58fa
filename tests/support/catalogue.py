"""Brands, categories, products, pieces and listings for tests, by the verbs that make them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from app.house import House
from domain import catalogue, listing, piece
from domain.account import Account
from domain.attribute import AttributeDefinition, AttributeKind, AttributeValue, Choice, OptionDefinition
from domain.catalogue import Brand, BrandKind, Category, Product, ProductKind
from domain.listing import Listing, ListingKind
from domain.localized import Localized
from domain.media import Media, MediaRole
from domain.money import Currency, Money
from domain.piece import Grade, Party, Piece
from domain.price import Reference, ReferenceSource
from domain.viewer import HOUSE, Role, Viewer

NUMBERS = count(1)


def both(en: str, zh: str | None = None) -> Localized:
    """A text in both languages."""
    return Localized(en, zh or f"中文 {en}")


def euros(amount: int) -> Money:
    return Money(amount * 100, Currency.EUR)


STRAP = AttributeDefinition("strap_length", AttributeKind.NUMBER, both("Strap length", "肩带长度"), unit="cm")
LEATHER = AttributeDefinition(
    "leather",
    AttributeKind.CHOICE,
    both("Leather", "皮革"),
    required=True,
    choices=(Choice("calf", both("Calf", "小牛皮")), Choice("lamb", both("Lamb", "小羊皮"))),
)
COLOUR = OptionDefinition(
    "colour", both("Colour", "颜色"), (Choice("black", both("Black", "黑色")), Choice("sand", both("Sand", "沙色")))
)
MERCHANDISER = Viewer(roles=frozenset({Role.MERCHANDISER}))


@dataclass(frozen=True)
class Dress:
    """Give a piece pictures, a grade and an owner, whatever they were."""

    piece_id: UUID
    grade: Grade | None
    media: tuple[Media, ...]
    owner: Party


async def dress(work: Any, viewer: Viewer, command: Dress, *, now: datetime) -> Piece:
    found: Piece = await work.pieces.lock(command.piece_id)
    piece.describe(found, grade=command.grade, media=command.media)
    piece.transfer_title(found, command.owner)
    await work.pieces.save(found)
    return found


@dataclass(frozen=True)
class Register:
    product_id: UUID
    serial: str | None
    owner: Party
    custodian: Party = piece.HOUSE


async def register(work: Any, viewer: Viewer, command: Register, *, now: datetime) -> Piece:
    return await piece.register(
        work,
        product_id=catalogue.ProductId(command.product_id),
        serial=command.serial,
        owner=command.owner,
        custodian=command.custodian,
        risk_bearer=command.owner,
        now=now,
    )


@dataclass(frozen=True)
class Offer:
    """Publish by the step, as other capabilities do."""

    kind: ListingKind
    piece: Piece
    price: Money
    seller: Party
    consignment_id: UUID | None


async def offer(work: Any, viewer: Viewer, command: Offer, *, now: datetime) -> Listing:
    return await listing.publish(
        work,
        kind=command.kind,
        product_id=command.piece.product_id,
        piece_id=command.piece.id,
        consignment_id=command.consignment_id,
        price=command.price,
        quantity=1,
        seller=command.seller,
        now=now,
    )


@dataclass
class Shelves:
    """Makes things to look at; each has a name of its own."""

    house: House
    viewer: Viewer = field(default=MERCHANDISER)

    async def run(self, verb: Any, command: Any, viewer: Viewer | None = None) -> Any:
        return await self.house.transactor(
            verb, viewer or self.viewer, command, action=verb.__name__, key=uuid4().hex, now=datetime.now(UTC)
        )

    async def brand(self, name: str = "Maison Aurelle", kind: BrandKind = BrandKind.MAISON) -> Brand:
        command = catalogue.CreateBrand(f"brand-{next(NUMBERS)}", kind, both(name), "FR", aliases=("Aurel",))
        return await self.run(catalogue.create_brand, command)  # type: ignore[no-any-return]

    async def category(
        self,
        parent: Category | None = None,
        attributes: tuple[AttributeDefinition, ...] = (),
        name: str = "Bags",
    ) -> Category:
        command = catalogue.CreateCategory(
            f"category-{next(NUMBERS)}", both(name), None if parent is None else parent.id, attributes
        )
        return await self.run(catalogue.create_category, command)  # type: ignore[no-any-return]

    async def product(
        self,
        brand: Brand | None = None,
        category: Category | None = None,
        *,
        new_price: Money | None = None,
        options: tuple[OptionDefinition, ...] = (),
        attributes: tuple[AttributeValue, ...] = (),
        name: str = "Sac Lune",
    ) -> Product:
        reference = None
        if new_price is not None:
            reference = Reference(new_price, ReferenceSource.BRAND_LIST_PRICE, date(2026, 1, 15))
        command = catalogue.CreateProduct(
            slug=f"product-{next(NUMBERS)}",
            kind=ProductKind.GOODS,
            brand_id=(brand or await self.brand()).id,
            category_id=(category or await self.category()).id,
            name=both(name),
            reference="A-100",
            story=both("It was made for the moon.", "为月而作。"),
            attributes=attributes,
            options=options,
            reference_price=reference,
        )
        return await self.run(catalogue.create_product, command)  # type: ignore[no-any-return]

    async def piece(
        self,
        product: Product | None = None,
        *,
        owner: Account | None = None,
        grade: Grade | None = Grade.EXCELLENT,
        serial: str | None = None,
        at_home: bool = False,
    ) -> Piece:
        """A piece of the house, or of a person, with one picture; the house has it unless it is `at_home`."""
        whose = piece.HOUSE if owner is None else piece.account(owner.id)
        chosen = product or await self.product()
        found: Piece = await self.run(
            register, Register(chosen.id, serial, whose, whose if at_home else piece.HOUSE), HOUSE
        )
        picture = Media("placeholder/bags-1.svg", MediaRole.IMAGE, "image/svg+xml")
        return await self.run(dress, Dress(found.id, grade, (picture,), whose), HOUSE)  # type: ignore[no-any-return]

    async def stock(self, product: Product, price: Money, quantity: int = 3, **options: str) -> Listing:
        """New goods on the shelves."""
        command = listing.PublishListing(
            ListingKind.NEW, price, product_id=product.id, quantity=quantity, options=options
        )
        return await self.run(listing.publish_listing, command)  # type: ignore[no-any-return]

    async def listed(
        self,
        product: Product | None = None,
        price: Money | None = None,
        *,
        seller: Account | None = None,
        grade: Grade = Grade.EXCELLENT,
    ) -> Listing:
        """A piece of the house for sale, or one consigned by a seller."""
        found = await self.piece(product, owner=seller, grade=grade)
        kind = ListingKind.REFURBISHED if seller is None else ListingKind.CONSIGNED
        whose = piece.HOUSE if seller is None else piece.account(seller.id)
        command = Offer(kind, found, price or euros(900), whose, None if seller is None else uuid4())
        return await self.run(offer, command, HOUSE)  # type: ignore[no-any-return]
