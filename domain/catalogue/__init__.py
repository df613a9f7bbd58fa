"""What the house knows of: brands, categories, collections, and products, which are models and never the thing sold."""

from domain.catalogue.brand import (
    Brand,
    BrandId,
    BrandKind,
    Brands,
    CreateBrand,
    UpdateBrand,
    create_brand,
    update_brand,
)
from domain.catalogue.category import (
    Categories,
    Category,
    CategoryId,
    CreateCategory,
    UpdateCategory,
    create_category,
    update_category,
)
from domain.catalogue.collection import (
    Collection,
    CollectionId,
    Collections,
    CreateCollection,
    Season,
    create_collection,
)
from domain.catalogue.product import (
    CreateProduct,
    Product,
    ProductId,
    ProductKind,
    Products,
    UpdateProduct,
    Work,
    create_product,
    update_product,
)
from domain.catalogue.reader import CatalogueReader, ProductFilter
from domain.catalogue.slug import SlugTaken

__all__ = [
    "Brand",
    "BrandId",
    "BrandKind",
    "Brands",
    "CatalogueReader",
    "Categories",
    "Category",
    "CategoryId",
    "Collection",
    "CollectionId",
    "Collections",
    "CreateBrand",
    "CreateCategory",
    "CreateCollection",
    "CreateProduct",
    "Product",
    "ProductFilter",
    "ProductId",
    "ProductKind",
    "Products",
    "Season",
    "SlugTaken",
    "UpdateBrand",
    "UpdateCategory",
    "UpdateProduct",
    "Work",
    "create_brand",
    "create_category",
    "create_collection",
    "create_product",
    "update_brand",
    "update_category",
    "update_product",
]
