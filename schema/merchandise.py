"""What merchandisers do to the catalogue."""

from datetime import date

import strawberry

from domain import catalogue
from domain.price import Reference
from domain.price import ReferenceSource as Source
from schema.attribute import AttributeDefinitionInput, AttributeValueInput, OptionDefinitionInput
from schema.catalogue import Brand, BrandKind, Category, Collection, Product, ProductKind, Season
from schema.errors import UserError, VersionConflict, refused
from schema.ids import id_of
from schema.localized import LocalizedInput, said
from schema.media import MediaInput, placed
from schema.mutation import Keyed, given, mutation
from schema.price import ReferenceSource
from schema.scalars import CountryCode, MoneyInput

STORY_LENGTH_MAX = 8_000


@refused(catalogue.SlugTaken)
class SlugTaken(UserError):
    slug: str = strawberry.field(description="The name that is taken.")


# Inputs


@strawberry.input(description="What every change takes that is decided on what was read before.")
class Versioned(Keyed):
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the thing is still at this version."
    )


@strawberry.input(description="The new brand.")
class BrandCreateInput(Keyed):
    slug: str = strawberry.field(description="Its name in web addresses, never changed.")
    kind: BrandKind = strawberry.field(description="Who stands behind it.")  # type: ignore[valid-type]
    name: LocalizedInput = strawberry.field(description="What it is called.")
    country: CountryCode = strawberry.field(description="Where it is at home.")
    story: LocalizedInput | None = strawberry.field(
        default=strawberry.UNSET, description="Its story, in words; left out where it is not told."
    )
    aliases: list[str] = strawberry.field(default_factory=list, description="Other spellings, 20 at most.")

    def to_command(self) -> catalogue.CreateBrand:
        return catalogue.CreateBrand(
            slug=self.slug,
            kind=catalogue.BrandKind(self.kind),
            name=self.name.to_localized("name", longest=100),
            country=self.country,
            story=said(self.story, "story", longest=STORY_LENGTH_MAX),
            aliases=tuple(self.aliases),
        )


@strawberry.input(description="What changes in a brand; what is left out stays.")
class BrandUpdateInput(Versioned):
    brand_id: strawberry.ID = strawberry.field(description="The brand that this is about.")
    name: LocalizedInput | None = strawberry.field(default=strawberry.UNSET, description="What it is called.")
    story: LocalizedInput | None = strawberry.field(default=strawberry.UNSET, description="Its story, in words.")
    aliases: list[str] | None = strawberry.field(default=strawberry.UNSET, description="All its other spellings.")

    def to_command(self) -> catalogue.UpdateBrand:
        aliases = given(self.aliases)
        return catalogue.UpdateBrand(
            brand_id=id_of("Brand", self.brand_id, "brandId"),
            name=said(self.name, "name", longest=100),
            story=said(self.story, "story", longest=STORY_LENGTH_MAX),
            aliases=None if aliases is None else tuple(aliases),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="The new category, and where it lies in the tree.")
class CategoryCreateInput(Keyed):
    slug: str = strawberry.field(description="Its name in web addresses, never changed.")
    name: LocalizedInput = strawberry.field(description="What it is called.")
    parent_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="What it lies in; a root when left out."
    )
    attributes: list[AttributeDefinitionInput] = strawberry.field(
        default_factory=list, description="What its products are described by, beyond what it lies in asks for."
    )
    position: int = strawberry.field(
        default=0, description="Where it stands among its siblings, the lowest number first."
    )

    def to_command(self) -> catalogue.CreateCategory:
        parent = given(self.parent_id)
        return catalogue.CreateCategory(
            slug=self.slug,
            name=self.name.to_localized("name", longest=100),
            parent_id=None if parent is None else id_of("Category", parent, "parentId"),
            attributes=tuple(one.to_definition("attributes") for one in self.attributes),
            position=self.position,
        )


@strawberry.input(description="What changes in a category; what is left out stays.")
class CategoryUpdateInput(Versioned):
    category_id: strawberry.ID = strawberry.field(description="The category that this is about.")
    name: LocalizedInput | None = strawberry.field(default=strawberry.UNSET, description="What it is called.")
    position: int | None = strawberry.field(
        default=strawberry.UNSET, description="Where it stands among its siblings, the lowest number first."
    )
    added_attributes: list[AttributeDefinitionInput] = strawberry.field(
        default_factory=list, description="More attributes, none of them required."
    )

    def to_command(self) -> catalogue.UpdateCategory:
        return catalogue.UpdateCategory(
            category_id=id_of("Category", self.category_id, "categoryId"),
            name=said(self.name, "name", longest=100),
            position=given(self.position),
            added_attributes=tuple(one.to_definition("addedAttributes") for one in self.added_attributes),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="The new collection of a brand.")
class CollectionCreateInput(Keyed):
    brand_id: strawberry.ID = strawberry.field(description="The brand that it is of.")
    slug: str = strawberry.field(description="Its name in web addresses, never changed.")
    name: LocalizedInput = strawberry.field(description="What it is called.")
    season: Season = strawberry.field(description="When in the year it is worn.")  # type: ignore[valid-type]
    year: int | None = strawberry.field(
        default=strawberry.UNSET, description="Of which year; left out for a permanent collection."
    )

    def to_command(self) -> catalogue.CreateCollection:
        return catalogue.CreateCollection(
            brand_id=id_of("Brand", self.brand_id, "brandId"),
            slug=self.slug,
            name=self.name.to_localized("name", longest=100),
            season=catalogue.Season(self.season),
            year=given(self.year),
        )


@strawberry.input(description="What the same thing costs new, with where and when that is documented.")
class ReferencePriceInput:
    price: MoneyInput = strawberry.field(description="The price of new.")
    source: ReferenceSource = strawberry.field(description="Where it is documented.")  # type: ignore[valid-type]
    as_of: date = strawberry.field(description="When it was documented.")

    def to_reference(self) -> Reference:
        return Reference(self.price.to_money("referencePrice", "price"), Source(self.source), self.as_of)


@strawberry.input(description="The new model.")
class ProductCreateInput(Keyed):
    slug: str = strawberry.field(description="Its name in web addresses, never changed.")
    kind: ProductKind = strawberry.field(description="Goods or a service.")  # type: ignore[valid-type]
    brand_id: strawberry.ID = strawberry.field(description="The brand that it is of.")
    category_id: strawberry.ID = strawberry.field(description="The category that it lies in.")
    collection_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Which collection of the brand it is of; left out where it is of none."
    )
    name: LocalizedInput = strawberry.field(description="What it is called.")
    reference: str | None = strawberry.field(
        default=strawberry.UNSET, description="The brand's own number of it; left out where there is none."
    )
    story: LocalizedInput | None = strawberry.field(
        default=strawberry.UNSET, description="Its story, in words; left out where it is not told."
    )
    attributes: list[AttributeValueInput] = strawberry.field(
        default_factory=list, description="What it is like, by its category's attributes."
    )
    options: list[OptionDefinitionInput] = strawberry.field(
        default_factory=list, description="What a buyer of it new chooses."
    )
    reference_price: ReferencePriceInput | None = strawberry.field(
        default=strawberry.UNSET, description="What it costs new, where that is documented."
    )
    media: list[MediaInput] = strawberry.field(
        default_factory=list, description="Its pictures, films and documents; the first picture is the cover."
    )

    def to_command(self) -> catalogue.CreateProduct:
        collection, reference = given(self.collection_id), given(self.reference_price)
        return catalogue.CreateProduct(
            slug=self.slug,
            kind=catalogue.ProductKind(self.kind),
            brand_id=id_of("Brand", self.brand_id, "brandId"),
            category_id=id_of("Category", self.category_id, "categoryId"),
            collection_id=None if collection is None else id_of("Collection", collection, "collectionId"),
            name=self.name.to_localized("name", longest=200),
            reference=given(self.reference),
            story=said(self.story, "story", longest=STORY_LENGTH_MAX),
            attributes=tuple(one.to_value() for one in self.attributes),
            options=tuple(one.to_definition("options") for one in self.options),
            reference_price=None if reference is None else reference.to_reference(),
            media=placed(self.media),
        )


@strawberry.input(description="What changes in a model. What is left out stays; lists are replaced whole.")
class ProductUpdateInput(Versioned):
    product_id: strawberry.ID = strawberry.field(description="The product that this is about.")
    category_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Where it lies; its attributes are judged anew."
    )
    collection_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Which collection of the brand it is of."
    )
    name: LocalizedInput | None = strawberry.field(default=strawberry.UNSET, description="What it is called.")
    reference: str | None = strawberry.field(default=strawberry.UNSET, description="The brand's own number of it.")
    story: LocalizedInput | None = strawberry.field(default=strawberry.UNSET, description="Its story, in words.")
    attributes: list[AttributeValueInput] | None = strawberry.field(
        default=strawberry.UNSET, description="What it is like, by its category's attributes."
    )
    options: list[OptionDefinitionInput] | None = strawberry.field(
        default=strawberry.UNSET, description="What a buyer of it new chooses."
    )
    reference_price: ReferencePriceInput | None = strawberry.field(
        default=strawberry.UNSET, description="What it costs new, where that is documented."
    )
    media: list[MediaInput] | None = strawberry.field(
        default=strawberry.UNSET, description="Its pictures, films and documents; the first picture is the cover."
    )

    def to_command(self) -> catalogue.UpdateProduct:
        category, collection = given(self.category_id), given(self.collection_id)
        attributes, options, reference = given(self.attributes), given(self.options), given(self.reference_price)
        return catalogue.UpdateProduct(
            product_id=id_of("Product", self.product_id, "productId"),
            category_id=None if category is None else id_of("Category", category, "categoryId"),
            collection_id=None if collection is None else id_of("Collection", collection, "collectionId"),
            name=said(self.name, "name", longest=200),
            reference=given(self.reference),
            story=said(self.story, "story", longest=STORY_LENGTH_MAX),
            attributes=None if attributes is None else tuple(one.to_value() for one in attributes),
            options=None if options is None else tuple(one.to_definition("options") for one in options),
            reference_price=None if reference is None else reference.to_reference(),
            media=placed(self.media),
            expected_version=given(self.expected_version),
        )


# Root fields


@strawberry.type
class CatalogueMutation:
    brand_create = mutation(
        catalogue.create_brand,
        BrandCreateInput,
        Brand,
        SlugTaken,
        description="Take a brand into the catalogue.",
    )
    brand_update = mutation(
        catalogue.update_brand,
        BrandUpdateInput,
        Brand,
        VersionConflict,
        description="Change what is told of a brand.",
    )
    category_create = mutation(
        catalogue.create_category,
        CategoryCreateInput,
        Category,
        SlugTaken,
        description="Grow the tree of categories.",
    )
    category_update = mutation(
        catalogue.update_category,
        CategoryUpdateInput,
        Category,
        VersionConflict,
        description="Rename a category, or describe its products more closely.",
    )
    collection_create = mutation(
        catalogue.create_collection,
        CollectionCreateInput,
        Collection,
        SlugTaken,
        description="Open a collection of a brand.",
    )
    product_create = mutation(
        catalogue.create_product,
        ProductCreateInput,
        Product,
        SlugTaken,
        description="Describe a model.",
    )
    product_update = mutation(
        catalogue.update_product,
        ProductUpdateInput,
        Product,
        VersionConflict,
        description="Correct a model.",
    )
