"""The catalogue, which is public."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from domain.attribute import ProductAttribute, paired
from domain.catalogue import (
    Brand,
    BrandId,
    BrandKind,
    Category,
    CategoryId,
    Collection,
    Product,
    ProductFilter,
    definitions,
)
from domain.listing import BrandCard, ProductCard
from domain.page import Page, PageRequest
from resolvers.context import Context


async def brand(context: Context, brand_id: UUID | None, slug: str | None) -> Brand | None:
    if brand_id is not None:
        return await context.loaders.brand.load(brand_id)
    return None if slug is None else await context.readers.catalogue.brand_by_slug(slug)


async def brands(context: Context, kind: BrandKind | None, page: PageRequest) -> Page[Brand]:
    return await context.readers.catalogue.brand_page(kind, page)


async def category(context: Context, category_id: UUID | None, slug: str | None) -> Category | None:
    if category_id is not None:
        return await context.loaders.category.load(category_id)
    return None if slug is None else await context.readers.catalogue.category_by_slug(slug)


async def categories_below(context: Context, parent_id: CategoryId | None) -> Sequence[Category]:
    """What lies right below a category, or the roots."""
    return (await context.loaders.category_tree.load(None)).get(parent_id, ())


async def tree(context: Context) -> Mapping[CategoryId, Category]:
    """Every category by its id."""
    by_parent = await context.loaders.category_tree.load(None)
    return {category.id: category for level in by_parent.values() for category in level}


async def line(context: Context, path: Sequence[CategoryId]) -> Sequence[Category]:
    """The categories of a path."""
    found = await tree(context)
    return [found[category_id] for category_id in path if category_id in found]


async def collection(context: Context, collection_id: UUID | None, slug: str | None) -> Collection | None:
    if collection_id is not None:
        return await context.loaders.collection.load(collection_id)
    return None if slug is None else await context.readers.catalogue.collection_by_slug(slug)


async def collections(context: Context, brand_id: BrandId | None, page: PageRequest) -> Page[Collection]:
    """All collections, or those of one brand."""
    if brand_id is None:
        return await context.readers.catalogue.collection_page(page)

    async def batch(brands: Sequence[UUID]) -> Sequence[Page[Collection]]:
        return await context.readers.catalogue.collection_pages([BrandId(brand) for brand in brands], page)

    return await context.loaders.page("collections", page, batch).load(brand_id)


async def product(context: Context, product_id: UUID | None, slug: str | None) -> Product | None:
    if product_id is not None:
        return await context.loaders.product.load(product_id)
    return None if slug is None else await context.readers.catalogue.product_by_slug(slug)


async def products(context: Context, wanted: ProductFilter, page: PageRequest) -> Page[Product]:
    return await context.readers.catalogue.product_page(wanted, page)


class Described(NamedTuple):
    """A product's attributes beside what its categories say of them."""

    attributes: Sequence[ProductAttribute]


async def loaded(context: Context, some: Product | ProductCard) -> Product:
    """All of a product that is not at hand."""
    found = await context.loaders.product.load(some.id)
    assert found is not None, "products are never deleted"
    return found


async def described(context: Context, some: Product | ProductCard) -> Described:
    """By the tree of categories, where it is not at hand."""
    product = some if isinstance(some, Product) else await loaded(context, some)
    found = await tree(context)
    own = found.get(product.category_id)
    line = () if own is None else definitions([found[above] for above in own.path if above in found])
    by_code = {definition.code: definition for definition in line}
    return Described(paired(product.attributes, by_code))


async def whole_brand(context: Context, some: Brand | BrandCard) -> Brand:
    """All of a brand, of which a card shows the little that stands on it."""
    if isinstance(some, Brand):
        return some
    found = await context.loaders.brand.load(some.id)
    assert found is not None, "brands are never deleted"
    return found
