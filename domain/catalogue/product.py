"""Products: what all pieces of one model have in common; never the thing that is sold."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import media as media_
from domain.attribute import AttributeDefinition, AttributeValue, OptionDefinition, check_options, check_values
from domain.catalogue import brand, category, collection
from domain.catalogue.brand import BrandId
from domain.catalogue.category import CategoryId, definitions
from domain.catalogue.collection import CollectionId
from domain.catalogue.slug import check_slug
from domain.event import Event
from domain.localized import Localized
from domain.media import Media, Placed, check_media, placed, replaced
from domain.money import Money
from domain.price import Reference, ReferenceSource
from domain.refusal import InvalidInput, require
from domain.viewer import Role, Viewer
from domain.work import check_version

ProductId = NewType("ProductId", UUID)

REFERENCE_LENGTH_MAX = 60


# Nouns


class ProductKind(StrEnum):
    """Goods, or a service in the same catalogue."""

    GOODS = "GOODS"
    SERVICE = "SERVICE"


@dataclass(slots=True)
class Product:
    """A model; `reference` is the brand's number of it. The price of new stands only with its source and date."""

    id: ProductId
    slug: str
    kind: ProductKind
    brand_id: BrandId
    category_id: CategoryId
    collection_id: CollectionId | None
    name: Localized
    reference: str | None
    story: Localized | None
    attributes: tuple[AttributeValue, ...]
    options: tuple[OptionDefinition, ...]
    reference_price_new: Money | None
    reference_source: ReferenceSource | None
    reference_as_of: date | None
    media: tuple[Media, ...]
    created_at: datetime
    version: int = 1

    @property
    def reference_price(self) -> Reference | None:
        """The documented price of new."""
        if self.reference_price_new is None or self.reference_source is None or self.reference_as_of is None:
            return None
        return Reference(self.reference_price_new, self.reference_source, self.reference_as_of)

    @property
    def cover_key(self) -> str | None:
        return self.media[0].key if self.media else None


# Rules


def document(product: Product, reference: Reference | None, now: datetime) -> None:
    """What new costs, with where and when that is documented."""
    if reference is None:
        return
    path = ("referencePrice",)
    require(reference.price.minor > 0, InvalidInput("A price is more than zero.", path=(*path, "price")))
    require(reference.as_of <= now.date(), InvalidInput("A document is not of tomorrow.", path=(*path, "asOf")))
    product.reference_price_new = reference.price
    product.reference_source = reference.source
    product.reference_as_of = reference.as_of


# Ports


class Products(Protocol):
    async def lock(self, product_id: ProductId) -> Product: ...
    async def find(self, product_id: ProductId) -> Product: ...
    async def add(self, product: Product) -> None:
        """Refuses with SlugTaken."""
        ...

    async def save(self, product: Product) -> None: ...


class Work(brand.Work, category.Work, collection.Work, media_.Work, Protocol):
    @property
    def products(self) -> Products: ...


# Verbs


@dataclass(frozen=True, slots=True)
class CreateProduct:
    slug: str
    kind: ProductKind
    brand_id: BrandId
    category_id: CategoryId
    name: Localized
    collection_id: CollectionId | None = None
    reference: str | None = None
    story: Localized | None = None
    attributes: tuple[AttributeValue, ...] = ()
    options: tuple[OptionDefinition, ...] = ()
    reference_price: Reference | None = None
    media: tuple[Placed, ...] = ()


async def create_product(work: Work, viewer: Viewer, command: CreateProduct, *, now: datetime) -> Product:
    """A merchandiser describes a model, by the attributes that its category defines."""
    viewer.require(Role.MERCHANDISER)
    await work.brands.find(command.brand_id)
    await check_collection(work, command.collection_id, command.brand_id)
    check_options(command.options)
    product = Product(
        id=ProductId(work.new.id()),
        slug=check_slug(command.slug),
        kind=command.kind,
        brand_id=command.brand_id,
        category_id=command.category_id,
        collection_id=command.collection_id,
        name=command.name,
        reference=check_reference(command.reference),
        story=command.story,
        attributes=check_values(command.attributes, await described(work, command.category_id)),
        options=command.options,
        reference_price_new=None,
        reference_source=None,
        reference_as_of=None,
        media=await placed(work, check_media(command.media), owner=None),
        created_at=now,
    )
    document(product, command.reference_price, now)
    await work.products.add(product)
    work.events.append(Event("product.created", "product", product.id))
    return product


@dataclass(frozen=True, slots=True)
class UpdateProduct:
    """What is None stays as it is; lists are replaced whole."""

    product_id: ProductId
    category_id: CategoryId | None = None
    collection_id: CollectionId | None = None
    name: Localized | None = None
    reference: str | None = None
    story: Localized | None = None
    attributes: tuple[AttributeValue, ...] | None = None
    options: tuple[OptionDefinition, ...] | None = None
    reference_price: Reference | None = None
    media: tuple[Placed, ...] | None = None
    expected_version: int | None = None


async def update_product(work: Work, viewer: Viewer, command: UpdateProduct, *, now: datetime) -> Product:
    """A merchandiser corrects a model; in another category its attributes are judged anew."""
    viewer.require(Role.MERCHANDISER)
    product = await work.products.lock(command.product_id)
    check_version(command.expected_version, product.version)
    await check_collection(work, command.collection_id, product.brand_id)
    product.collection_id = command.collection_id or product.collection_id
    product.name = command.name or product.name
    product.reference = check_reference(command.reference) or product.reference
    product.story = command.story or product.story
    if command.attributes is not None or command.category_id is not None:
        product.category_id = command.category_id or product.category_id
        values = product.attributes if command.attributes is None else command.attributes
        product.attributes = check_values(values, await described(work, product.category_id))
    if command.options is not None:
        check_options(command.options)
        product.options = command.options
    if command.media is not None:
        product.media = await replaced(work, product.media, check_media(command.media), owner=None)
    document(product, command.reference_price, now)
    await work.products.save(product)
    work.events.append(Event("product.updated", "product", product.id))
    return product


async def described(work: Work, category_id: CategoryId) -> tuple[AttributeDefinition, ...]:
    """What a category and all that it lies in ask of a product."""
    return definitions(await work.categories.line(await work.categories.find(category_id)))


async def check_collection(work: Work, collection_id: CollectionId | None, brand_id: BrandId) -> None:
    if collection_id is not None:
        found = await work.collections.find(collection_id)
        reason = "The collection is of another brand."
        require(found.brand_id == brand_id, InvalidInput(reason, path=("collectionId",)))


def check_reference(reference: str | None) -> str | None:
    if reference is None:
        return None
    fits = 0 < len(reference.strip()) <= REFERENCE_LENGTH_MAX
    require(fits, InvalidInput("A reference has 1 to 60 signs.", path=("reference",)))
    return reference.strip()
