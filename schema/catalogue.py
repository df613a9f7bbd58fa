"""Brands, categories, collections and products."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from domain import catalogue, listing
from resolvers import catalogue as resolve
from resolvers import listing as resolve_listing
from resolvers.context import Context
from schema.attribute import AttributeDefinition, OptionDefinition, ProductAttribute
from schema.enum import enum
from schema.execution import expression, selected
from schema.ids import IdOrSlugInput, Node, global_id, id_of
from schema.localized import localized
from schema.media import Media, cover
from schema.mutation import Info, given
from schema.node import fetchable
from schema.noun import noun, of, of_whole, text_of
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.price import ReferencePrice
from schema.scalars import CountryCode

if TYPE_CHECKING:
    from schema.listing import Listing

BrandKind = enum(
    catalogue.BrandKind,
    name="BrandKind",
    description="Who stands behind a brand.",
    MAISON="An established luxury house from abroad.",
    DESIGNER="A designer of the country.",
    OWN_LABEL="A label of the house itself.",
)
Season = enum(
    catalogue.Season,
    name="Season",
    description="When a collection is worn.",
    SPRING_SUMMER="Spring and summer.",
    AUTUMN_WINTER="Autumn and winter.",
    CRUISE="Between the seasons, for travelling.",
    PRE_FALL="Before autumn.",
    PERMANENT="Always.",
)
ProductKind = enum(
    catalogue.ProductKind,
    name="ProductKind",
    description="Goods or a service.",
    GOODS="Something that is sent or picked up.",
    SERVICE="Something that is done for the buyer.",
)

BRANDS, COLLECTIONS, PRODUCTS, OFFERS = "brands", "collections", "products", "productListings"
IDENTITY = frozenset({"id", "__typename"})
"""What is known of a neighbour without reading it."""

NEWEST = (datetime.fromtimestamp(0, UTC), UUID(int=0))
"""The shape of a cursor in lists that are sorted by a moment."""


# Nouns


@noun(
    (catalogue.Brand, listing.BrandCard), description="A maison, a designer or a label of the house. Seen by everybody."
)
class Brand(Node):
    id: strawberry.ID = global_id("Brand")
    slug: str = strawberry.field(description="Its name in web addresses.")
    kind: BrandKind = strawberry.field(description="Who stands behind it.")  # type: ignore[valid-type]
    name: str = localized("name", description="What it is called.")

    @strawberry.field(graphql_type=CountryCode, description="Where it is at home.")
    async def country(root: Any, info: Info) -> Any:
        return (await resolve.whole_brand(info.context, root)).country

    @strawberry.field(description="Its story; null where it was never told.")
    async def story(root: Any, info: Info) -> str | None:
        story = (await resolve.whole_brand(info.context, root)).story
        return None if story is None else story.read(info.context.viewer.locale)

    @strawberry.field(description="Other spellings that people search for.")
    async def aliases(root: Any, info: Info) -> list[str]:
        return list((await resolve.whole_brand(info.context, root)).aliases)

    @strawberry.field(description="Goes up by one with every change.")
    async def version(root: Any, info: Info) -> int:
        return (await resolve.whole_brand(info.context, root)).version

    @strawberry.field(
        graphql_type=Connection[Annotated["Collection", strawberry.lazy("schema.catalogue")]],
        description="Its collections, by slug.",
    )
    async def collections(
        root: Any,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            COLLECTIONS, ("",), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.collections(info.context, root.id, page), list_name=COLLECTIONS)


@noun(
    (catalogue.Category, listing.CategoryCard),
    description="A place in the tree of categories, three levels deep. Seen by everybody.",
)
class Category(Node):
    id: strawberry.ID = global_id("Category")
    slug: str = strawberry.field(description="Its name in web addresses.")
    name: str = localized("name", description="What it is called.")
    position: int = strawberry.field(description="Where it stands among its siblings, the lowest number first.")
    version: int = strawberry.field(description="Goes up by one with every change.")

    @strawberry.field(
        graphql_type=list[AttributeDefinition],
        description="What products in it are described by: its own attributes after those of all that it lies in.",
    )
    async def attributes(root: catalogue.Category, info: Info) -> Any:
        above = [] if root.parent_id is None else await resolve.line(info.context, root.path[:-1])
        return catalogue.definitions([*above, root])

    @strawberry.field(
        graphql_type=list[Annotated["Category", strawberry.lazy("schema.catalogue")]],
        description="From the root down to the category itself.",
    )
    async def breadcrumbs(root: catalogue.Category, info: Info) -> Any:
        return [root] if root.parent_id is None else await resolve.line(info.context, root.path)

    @strawberry.field(
        graphql_type=list[Annotated["Category", strawberry.lazy("schema.catalogue")]],
        description="What lies right below it.",
    )
    async def children(root: catalogue.Category, info: Info) -> Any:
        return await resolve.categories_below(info.context, root.id)


@noun(catalogue.Collection, description="What a brand shows together. Seen by everybody.")
class Collection(Node):
    id: strawberry.ID = global_id("Collection")
    slug: str = strawberry.field(description="Its name in web addresses.")
    name: str = localized("name", description="What it is called.")
    season: Season = strawberry.field(description="When in the year it is worn.")  # type: ignore[valid-type]
    year: int | None = strawberry.field(description="Of which year; null for a permanent collection.")

    @strawberry.field(graphql_type=Brand, description="The brand that it is of.")
    async def brand(root: catalogue.Collection, info: Info) -> Any:
        return await resolve.brand(info.context, root.brand_id, None)


@expression
def at_hand(some: Any) -> Any:
    """All of a product, where it is at hand: a card has the little that stands on it, unless more was looked for."""
    return some.details if type(some) is listing.ProductCard else some


@expression
def described_at_hand(some: Any) -> Any:
    """What its attributes are told from, where that is at hand."""
    return some.details if type(some) is listing.ProductCard else None


@noun(
    (catalogue.Product, listing.ProductCard),
    description="A model: what all its pieces have in common. Seen by everybody.",
)
class Product(Node):
    id: strawberry.ID = global_id("Product")
    slug: str = strawberry.field(description="Its name in web addresses.")
    kind: ProductKind = strawberry.field(description="Goods or a service.")  # type: ignore[valid-type]
    name: str = localized("name", description="What it is called.")
    reference: str | None = strawberry.field(description="The brand's own number of it; null where there is none.")
    cover_url: Any = cover()
    version: int = strawberry.field(description="Goes up by one with every change.")

    @strawberry.field(graphql_type=Brand, description="The brand that it is of.")
    @expression
    def brand(root: Any, info: Info) -> Any:
        return root.brand if type(root) is listing.ProductCard else info.context.loaders.brand.load(root.brand_id)

    @strawberry.field(graphql_type=Category, description="The category that it lies in.")
    @expression
    def category(root: Any, info: Info) -> Any:
        return (
            listing.CategoryCard(root.category_id)
            if selected(info).names <= IDENTITY
            else info.context.loaders.category.load(root.category_id)
        )

    @strawberry.field(
        graphql_type=Collection | None, description="The collection that it is of; null where it is of none."
    )
    async def collection(root: Any, info: Info) -> Any:
        return await resolve.collection(info.context, root.collection_id, None)

    story: Any = of_whole(
        at_hand, resolve.loaded, text_of("story"), str | None, description="Its story; null where it was never told."
    )
    attributes: Any = of_whole(
        described_at_hand,
        resolve.described,
        of("attributes"),
        list[ProductAttribute],
        description="What it is like, in the order of its category's attributes.",
    )
    options: Any = of_whole(
        at_hand,
        resolve.loaded,
        of("options"),
        list[OptionDefinition],
        description="What a buyer of it new chooses.",
    )
    reference_price: Any = of_whole(
        at_hand,
        resolve.loaded,
        of("reference_price"),
        ReferencePrice | None,
        description="What it costs new; null where that is not documented.",
    )
    media: Any = of_whole(
        at_hand,
        resolve.loaded,
        of("media"),
        list[Media],
        description="Its pictures, films and documents, pictures first.",
    )

    @strawberry.field(
        graphql_type=Connection[Annotated["Listing", strawberry.lazy("schema.listing")]],
        description="The listings of it, new or used, newest first.",
    )
    async def listings(
        root: Any,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            OFFERS, NEWEST, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve_listing.of_product(info.context, root.id, page), list_name=OFFERS)


# Inputs


@strawberry.input(description="Which products: all that match everything given.")
class ProductFilterInput:
    brand_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Only of this brand.")
    category_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Only in this category, or anywhere below it."
    )
    collection_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Only of this collection."
    )
    kind: ProductKind | None = strawberry.field(default=strawberry.UNSET, description="Only goods, or only services.")  # type: ignore[valid-type]

    def to_filter(self) -> catalogue.ProductFilter:
        kind = given(self.kind)
        return catalogue.ProductFilter(
            brand_id=wanted("Brand", self.brand_id, "brandId"),
            category_id=wanted("Category", self.category_id, "categoryId"),
            collection_id=wanted("Collection", self.collection_id, "collectionId"),
            kind=None if kind is None else catalogue.ProductKind(kind),
        )


def wanted(kind: str, text: strawberry.ID | None, field: str) -> Any:
    """The id in a filter's field; None when it was left out."""
    given_id = given(text)
    return None if given_id is None else id_of(kind, given_id, "filter", field)


# Root fields

By = Annotated[IdOrSlugInput, strawberry.argument(description="Its id, or its name in web addresses.")]


@strawberry.type
class CatalogueQuery:
    @strawberry.field(graphql_type=Brand | None, description="A brand; null when there is none.")
    async def brand(self, info: Info, by: By) -> Any:
        return await resolve.brand(info.context, *by.read("Brand"))

    @strawberry.field(graphql_type=Connection[Brand], description="Every brand, by slug.")
    async def brands(
        self,
        info: Info,
        kind: Annotated[
            BrandKind | None,  # type: ignore[valid-type]
            strawberry.argument(description="Only of this kind; of any when left out."),
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            BRANDS, ("",), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        only = given(kind)
        found = await resolve.brands(info.context, None if only is None else catalogue.BrandKind(only), page)
        return Connection(page=found, list_name=BRANDS)

    @strawberry.field(graphql_type=Category | None, description="A category; null when there is none.")
    async def category(self, info: Info, by: By) -> Any:
        return await resolve.category(info.context, *by.read("Category"))

    @strawberry.field(graphql_type=list[Category], description="The roots of the tree of categories.")
    async def categories(self, info: Info) -> Any:
        return await resolve.categories_below(info.context, None)

    @strawberry.field(graphql_type=Collection | None, description="A collection; null when there is none.")
    async def collection(self, info: Info, by: By) -> Any:
        return await resolve.collection(info.context, *by.read("Collection"))

    @strawberry.field(graphql_type=Connection[Collection], description="Every collection, by slug.")
    async def collections(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            COLLECTIONS, ("",), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.collections(info.context, None, page), list_name=COLLECTIONS)

    @strawberry.field(graphql_type=Product | None, description="A product; null when there is none.")
    async def product(self, info: Info, by: By) -> Any:
        return await resolve.product(info.context, *by.read("Product"))

    @strawberry.field(graphql_type=Connection[Product], description="Products, newest first.")
    async def products(
        self,
        info: Info,
        filter: Annotated[
            ProductFilterInput | None, strawberry.argument(description="Which of them; all when left out.")
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            PRODUCTS, NEWEST, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        chosen = given(filter)
        only = catalogue.ProductFilter() if chosen is None else chosen.to_filter()
        return Connection(page=await resolve.products(info.context, only, page), list_name=PRODUCTS)


async def fetch_brand(context: Context, value: UUID) -> Any:
    return await context.loaders.brand.load(value)


async def fetch_category(context: Context, value: UUID) -> Any:
    return await context.loaders.category.load(value)


async def fetch_collection(context: Context, value: UUID) -> Any:
    return await context.loaders.collection.load(value)


async def fetch_product(context: Context, value: UUID) -> Any:
    return await context.loaders.product.load(value)


fetchable("Brand", fetch_brand)
fetchable("Category", fetch_category)
fetchable("Collection", fetch_collection)
fetchable("Product", fetch_product)
