"""Listings: what is offered, at which price and why."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain import listing, markdown, piece
from domain.listing import CardPart, ListingCard
from domain.listing import ListingFilter as Filter
from domain.listing import ListingSort as Sort
from domain.localized import Locale
from domain.money import Currency
from domain.piece import PartyKind
from domain.price import PriceReason as Reason
from domain.refusal import InvalidInput
from resolvers import listing as resolve
from resolvers import media as resolve_media
from resolvers import piece as resolve_piece
from resolvers import stock as resolve_stock
from resolvers.context import Context
from schema.attribute import AttributeValueInput, SelectedOption
from schema.catalogue import NEWEST, By, Product, wanted
from schema.enum import enum
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.execution import Selection, expression, only, selected
from schema.grade import Grade
from schema.ids import Node, encode_id, global_id, id_of
from schema.localized import LocalizedInput, said
from schema.merchandise import Versioned
from schema.mutation import Info, Keyed, MoneyMove, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.piece import Piece
from schema.price import PriceChange, PriceReason, ReferencePrice, Saving
from schema.scalars import URL, CurrencyCode, Money, MoneyInput, exact

ListingKind = enum(
    listing.ListingKind,
    name="ListingKind",
    description="New from stock, or one piece on one of the used ways.",
    NEW="New goods, from stock.",
    CONSIGNED="A used piece that the house sells for its seller.",
    REFURBISHED="A used piece of the house that was made good.",
    PEER="A used piece that a member sells to another through the house.",
    CLEARANCE="A piece of the house at a lower price, sold as it is.",
)
ListingState = enum(
    listing.ListingState,
    name="ListingState",
    description="Whether there is something left to buy.",
    LISTED="Something is left to buy.",
    RESERVED="All that is left is promised to buyers; some may come free again.",
    SOLD="Nothing is left.",
    WITHDRAWN="It was taken off; seen by staff and its seller alone.",
)
ListingSort = enum(
    listing.ListingSort,
    name="ListingSort",
    description="In which order listings come.",
    NEWEST="The newest first.",
    PRICE_ASC="The cheapest first.",
    PRICE_DESC="The dearest first.",
)

HISTORY = "priceHistory"
KEYS: dict[listing.ListingSort, Any] = {
    listing.ListingSort.NEWEST: NEWEST,
    listing.ListingSort.PRICE_ASC: (0, UUID(int=0)),
    listing.ListingSort.PRICE_DESC: (0, UUID(int=0)),
}


# Nouns


@noun(
    (listing.Listing, listing.ListingCard),
    description="Something for sale: new goods from stock, or one piece. Seen by everybody; a withdrawn one by "
    "staff and its seller alone.",
)
class Listing(Node):
    id: strawberry.ID = global_id("Listing")
    kind: ListingKind = strawberry.field(description="New goods, or in which way the piece is sold.")  # type: ignore[valid-type]
    slug: str = strawberry.field(description="Its name in web addresses.")
    state: ListingState = strawberry.field(description="Whether there is something left to buy.")  # type: ignore[valid-type]
    price: Money = strawberry.field(description="What one costs, taxes included.")
    available: int = strawberry.field(description="How many are left to buy; 0 or 1 for a piece.")
    published_at: datetime = strawberry.field(description="Since when it is for sale.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")
    options: list[SelectedOption] = strawberry.field(description="Which variant of new goods it is.")
    saving: Saving | None = strawberry.field(
        description="What it saves against the documented price of new; null without one, or when there is no saving."
    )

    @strawberry.field(
        graphql_type=ReferencePrice | None,
        description="What the same thing cost new when this was listed; null where that is not documented.",
    )
    @expression
    def reference_price(root: Any) -> Any:
        return root.reference

    @strawberry.field(graphql_type=Product, description="What is sold, or what the piece is an example of.")
    @expression
    def product(root: Any, info: Info) -> Any:
        return root.product if type(root) is ListingCard else info.context.loaders.product.load(root.product_id)

    @strawberry.field(graphql_type=Piece | None, description="The one piece that is sold; null for new goods.")
    @expression
    def piece(root: Any, info: Info) -> Any:
        return root.piece if type(root) is ListingCard else resolve_piece.of_listing(info.context, root)

    @strawberry.field(
        graphql_type=URL | None,
        description="The piece's first picture, or else the product's; null where there is none.",
    )
    @expression
    def cover_url(root: Any, info: Info) -> Any:
        return (
            resolve_media.address_or_null(info.context, root.cover_key)
            if type(root) is ListingCard
            else resolve.cover_of(info.context, root)
        )

    @strawberry.field(description="Whether the house itself sells it, rather than a member through the house.")
    @expression
    def sold_by_house(root: Any) -> bool:
        return root.seller.kind is PartyKind.HOUSE

    @strawberry.field(description="How many are promised to buyers. For staff; null for others.")
    def reserved(root: Any, info: Info) -> int | None:
        return int(root.reserved) if info.context.viewer.is_staff else None

    @strawberry.field(
        graphql_type=Money | None,
        description="What all that is left has cost the house. For merchandisers and finance; null for others, and "
        "where nothing was received.",
    )
    async def stock_value(root: Any, info: Info) -> Any:
        return await resolve_stock.value(info.context, root.id)

    @strawberry.field(
        graphql_type=strawberry.ID | None,
        description="The member who sells it; null when the house does. For staff and them; null for others.",
    )
    def seller_id(root: Any, info: Info) -> Any:
        viewer = info.context.viewer
        seen = root.seller.id is not None and (viewer.is_staff or viewer.account_id == root.seller.id)
        return encode_id("Account", root.seller.id) if seen else None

    @strawberry.field(description="The mutations that are possible now. For staff; empty for others.")
    def next_actions(root: Any, info: Info) -> list[str]:
        return list(root.next_actions) if info.context.viewer.is_staff else []

    @strawberry.field(
        graphql_type=Connection[PriceChange],
        description="Every price it ever had, with the reason for each, oldest first. Everybody may read it.",
    )
    async def price_history(
        root: Any,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            HISTORY, NEWEST, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.price_history(info.context, root.id, page), list_name=HISTORY)


# Refusals


@refused(listing.NotAvailable)
class NotAvailable(UserError):
    listing_id: strawberry.Private[UUID]
    available: int = strawberry.field(description="How many are left.")
    asked: int = strawberry.field(description="How many were asked for.")

    @strawberry.field(
        graphql_type=Listing | None, description="The listing that too little is left of; null when it was withdrawn."
    )
    async def listing(self, info: Info) -> Any:
        return await resolve.listing(info.context, self.listing_id)


@refused(listing.AlreadyListed)
class AlreadyListed(UserError):
    listing_id: strawberry.Private[UUID]

    @strawberry.field(
        graphql_type=Listing | None, description="The listing that stands; null when the caller may not see it."
    )
    async def listing(self, info: Info) -> Any:
        return await resolve.listing(info.context, self.listing_id)


@refused(listing.PriceNotAgreed)
class PriceNotAgreed(UserError):
    price: Money = strawberry.field(description="The price that was not agreed.")


# Inputs


@strawberry.input(description="Prices in one currency, both ends included.")
class PriceRangeInput:
    currency_code: CurrencyCode = strawberry.field(description="Only what is priced in this currency.")  # type: ignore[valid-type]
    min: Decimal | None = strawberry.field(
        default=strawberry.UNSET,
        description="From this amount on, in the currency's major units; from the cheapest when left out.",
    )
    max: Decimal | None = strawberry.field(
        default=strawberry.UNSET,
        description="Up to this amount, in the currency's major units; up to the dearest when left out.",
    )

    def bounds(self, *path: str) -> tuple[int | None, int | None]:
        """Both ends in minor units, None where it is open."""
        ends = {"min": given(self.min), "max": given(self.max)}
        least, most = (
            None if amount is None else exact(amount, self.currency_code, *path, end).minor
            for end, amount in ends.items()
        )
        if least is not None and most is not None and least > most:
            raise InvalidInput("A range begins before it ends.", path=path)
        return least, most


@strawberry.input(description="Which listings: all that match everything given.")
class ListingFilterInput:
    state: ListingState = strawberry.field(  # type: ignore[valid-type]
        default=listing.ListingState.LISTED,
        description="Only in this state; what can be bought now unless another is named. WITHDRAWN is for staff.",
    )
    brand_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Only of this brand.")
    category_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Only in this category, or anywhere below it."
    )
    collection_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Only of this collection."
    )
    product_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Only of this product.")
    kinds: list[ListingKind] = strawberry.field(  # type: ignore[valid-type]
        default_factory=list, description="Only of these kinds; of any when empty."
    )
    grades: list[Grade] = strawberry.field(  # type: ignore[valid-type]
        default_factory=list, description="Only in these conditions; in any when empty."
    )
    price: PriceRangeInput | None = strawberry.field(
        default=strawberry.UNSET, description="Only in this range of prices."
    )

    def to_filter(self) -> listing.ListingFilter:
        price = given(self.price)
        least, most = (None, None) if price is None else price.bounds("filter", "price")
        return listing.ListingFilter(
            state=listing.ListingState(self.state),
            brand_id=wanted("Brand", self.brand_id, "brandId"),
            collection_id=wanted("Collection", self.collection_id, "collectionId"),
            product_id=wanted("Product", self.product_id, "productId"),
            kinds=tuple(listing.ListingKind(kind) for kind in self.kinds),
            grades=tuple(piece.Grade(grade) for grade in self.grades),
            currency=None if price is None else Currency(price.currency_code),
            price_min=least,
            price_max=most,
        )


@strawberry.input(description="The new goods, or the piece of the house, that is put on the shelves.")
class ListingPublishInput(Keyed):
    kind: ListingKind = strawberry.field(description="NEW with a product; REFURBISHED or CLEARANCE with a piece.")  # type: ignore[valid-type]
    price: MoneyInput = strawberry.field(description="What one costs, taxes included.")
    product_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The product, for NEW; left out for a piece."
    )
    piece_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The piece; left out for NEW."
    )
    quantity: int = strawberry.field(default=1, description="How many there are; 1 for a piece.")
    options: list[AttributeValueInput] = strawberry.field(
        default_factory=list, description="Which variant of the product, one choice for each of its options."
    )

    def to_command(self) -> listing.PublishListing:
        product, one = given(self.product_id), given(self.piece_id)
        return listing.PublishListing(
            kind=listing.ListingKind(self.kind),
            price=self.price.to_money("price"),
            product_id=None if product is None else id_of("Product", product, "productId"),
            piece_id=None if one is None else id_of("Piece", one, "pieceId"),
            quantity=self.quantity,
            options={option.code: option.value for option in self.options},
        )


@strawberry.input(description="Which listing gets which price, and why.")
class ListingRepriceInput(MoneyMove):
    listing_id: strawberry.ID = strawberry.field(description="The listing that this is about.")
    price: MoneyInput = strawberry.field(description="The new price, in the listing's currency.")
    reason: PriceReason = strawberry.field(description="Why; everybody may read it.")  # type: ignore[valid-type]
    note: LocalizedInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="Why, in words, which everybody may read; left out where the reason says it all.",
    )

    def to_command(self) -> listing.RepriceListing:
        return listing.RepriceListing(
            listing_id=id_of("Listing", self.listing_id, "listingId"),
            price=self.price.to_money("price"),
            reason=Reason(self.reason),
            note=said(self.note, "note", longest=500),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which listing to take off the shelves.")
class ListingWithdrawInput(Versioned):
    listing_id: strawberry.ID = strawberry.field(description="The listing that this is about.")

    def to_command(self) -> listing.WithdrawListing:
        return listing.WithdrawListing(
            id_of("Listing", self.listing_id, "listingId"), expected_version=given(self.expected_version)
        )


# Root fields

PIECE_BESIDE = ("standings", "titleRecords", "listing", "certificate", "passport")
PARTS: dict[str, tuple[CardPart, ...]] = {
    **dict.fromkeys(("id", "__typename", "kind", "price", "publishedAt", "priceHistory"), ()),
    "state": (CardPart.STATE,),
    "nextActions": (CardPart.STATE,),
    "slug": (CardPart.SLUG,),
    "available": (CardPart.STATE, CardPart.STOCK),
    "reserved": (CardPart.STOCK,),
    "version": (CardPart.VERSION,),
    "options": (CardPart.OPTIONS,),
    "saving": (CardPart.PRICE_NEW,),
    "referencePrice": (CardPart.REFERENCE,),
    "soldByHouse": (CardPart.SELLER,),
    "sellerId": (CardPart.SELLER,),
    "coverUrl": (CardPart.COVER,),
    "product": (),
    "piece": (),
}
PRODUCT_PARTS: dict[str, tuple[CardPart, ...]] = {
    **dict.fromkeys(("id", "__typename", "listings"), ()),
    "category": (CardPart.PRODUCT_CATEGORY,),
    "slug": (CardPart.PRODUCT_SLUG,),
    "kind": (CardPart.PRODUCT_KIND,),
    "name": (CardPart.PRODUCT_NAME,),
    "reference": (CardPart.PRODUCT_REFERENCE,),
    "coverUrl": (CardPart.COVER,),
    "version": (CardPart.PRODUCT_VERSION,),
    "collection": (CardPart.PRODUCT_COLLECTION,),
    "brand": (),
    "story": (CardPart.PRODUCT_STORY,),
    "attributes": (CardPart.PRODUCT_ATTRIBUTES,),
    "options": (CardPart.PRODUCT_OPTIONS,),
    "referencePrice": (CardPart.PRODUCT_REFERENCE_PRICE,),
    "media": (CardPart.PRODUCT_MEDIA,),
}
BRAND_PARTS: dict[str, tuple[CardPart, ...]] = {
    "__typename": (),
    "id": (CardPart.BRAND_ID,),
    "slug": (CardPart.BRAND_SLUG,),
    "kind": (CardPart.BRAND_KIND,),
    "name": (CardPart.BRAND_NAME,),
}
PIECE_PARTS: dict[str, tuple[CardPart, ...]] = {
    **dict.fromkeys(("id", "__typename", "product", *PIECE_BESIDE), ()),
    "slug": (CardPart.PIECE_SLUG,),
    "grade": (CardPart.PIECE_GRADE,),
    "coverUrl": (CardPart.COVER,),
    "version": (CardPart.PIECE_VERSION,),
    **dict.fromkeys(("serial", "serialMasked"), (CardPart.PIECE_SERIAL,)),
    "condition": (CardPart.PIECE_CONDITION,),
    **dict.fromkeys(("owner", "custodian", "riskBearer"), (CardPart.PIECE_PARTIES,)),
    "media": (CardPart.PIECE_MEDIA,),
    "measurements": (CardPart.PIECE_MEASUREMENTS,),
}


def parts_of(cards: Iterable[Selection], language: CardPart) -> frozenset[CardPart]:
    """What of cards is looked at; all of it, should a field be selected that is not known here."""
    found = {language}
    for card in cards:
        looked_at = (
            (card, PARTS),
            (card["product"], PRODUCT_PARTS),
            (card["product"]["brand"], BRAND_PARTS),
            (card["piece"], PIECE_PARTS),
        )
        for selection, parts in looked_at:
            if not selection.names <= parts.keys():
                return listing.WHOLE_CARD
            found.update(*(parts[name] for name in selection.names))
            if selection.gives_arguments("name"):
                found |= {CardPart.ENGLISH, CardPart.CHINESE}
    return frozenset(found)


def parts_of_one(card: Selection, language: CardPart) -> frozenset[CardPart]:
    return parts_of((card,), language)


def parts_of_page(connection: Selection, language: CardPart) -> frozenset[CardPart]:
    return parts_of((connection["nodes"], connection["edges"]["node"]), language)


LANGUAGES = {Locale.EN.value: CardPart.ENGLISH, Locale.ZH.value: CardPart.CHINESE}
PARTS_OF_ONE_IN = {locale: partial(parts_of_one, language=part) for locale, part in LANGUAGES.items()}
PARTS_IN = {locale: partial(parts_of_page, language=part) for locale, part in LANGUAGES.items()}
"""What is looked at by somebody with this language: each is one function, so that it is asked once for each plan."""


@strawberry.type
class ListingQuery:
    @strawberry.field(
        graphql_type=Listing | None, description="A listing; null when there is none that the caller may see."
    )
    async def listing(self, info: Info, by: By) -> Any:
        parts = selected(info).tells(PARTS_OF_ONE_IN[info.context.viewer.locale])
        return only(info, await resolve.one(info.context, *by.read("Listing"), parts))

    @strawberry.field(
        graphql_type=Connection[Listing],
        description="What is for sale. Sorting by price needs `filter.price.currencyCode`.",
    )
    async def listings(
        self,
        info: Info,
        filter: Annotated[
            ListingFilterInput | None,
            strawberry.argument(description="Which of them; all that can be bought when left out."),
        ] = strawberry.UNSET,
        sort: Annotated[
            ListingSort,  # type: ignore[valid-type]
            strawberry.argument(description="In which order they come."),
        ] = ListingSort.NEWEST,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        order = Sort(sort)
        list_name = f"listings/{order}"
        page = page_request(
            list_name, KEYS[order], first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        chosen = given(filter)
        only = Filter() if chosen is None else chosen.to_filter()
        category = None if chosen is None else wanted("Category", chosen.category_id, "categoryId")
        parts = selected(info).tells(PARTS_IN[info.context.viewer.locale])
        found = await resolve.listings(info.context, only, category, order, page, parts)
        return Connection(page=found, list_name=list_name)


@strawberry.type
class ListingMutation:
    listing_publish = mutation(
        listing.publish_listing,
        ListingPublishInput,
        Listing,
        AlreadyListed,
        description="Put new goods or a piece of the house on the shelves.",
    )
    listing_reprice = mutation(
        markdown.reprice_listing,
        ListingRepriceInput,
        Listing,
        PriceNotAgreed,
        WrongState,
        VersionConflict,
        description="Change a price for a reason that everybody can read; a consigned piece only within what its "
        "contract agreed.",
    )
    listing_withdraw = mutation(
        listing.withdraw_listing,
        ListingWithdrawInput,
        Listing,
        WrongState,
        VersionConflict,
        description="Take a listing of the house off the shelves.",
    )


async def fetch_listing(context: Context, value: UUID) -> Any:
    return await context.loaders.listing.load(value)


fetchable("Listing", fetch_listing)
