"""The catalogue through the API: public to read, kept by merchandisers."""

from typing import Any

import pytest

from app.house import House
from domain.attribute import AttributeValue
from domain.catalogue import BrandKind
from domain.viewer import Role
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.catalogue import LEATHER, STRAP, Shelves, euros
from tests.support.people import People

ONE_HOUSE = True

BRAND = """
mutation ($input: BrandCreateInput!) { brandCreate(input: $input) {
  __typename ... on Brand { id slug name version } ... on UserError { code path } } }
"""
CATEGORY = """
mutation ($input: CategoryCreateInput!) { categoryCreate(input: $input) {
  __typename ... on Category { id slug attributes { code } breadcrumbs { slug } }
  ... on UserError { code message path } } }
"""
COLLECTION = """
mutation ($input: CollectionCreateInput!) { collectionCreate(input: $input) {
  __typename ... on Collection { id slug season year brand { slug } } ... on UserError { code path } } }
"""
PRODUCT = """
mutation ($input: ProductCreateInput!) { productCreate(input: $input) {
  __typename
  ... on Product {
    id slug name version referencePrice { price { amount } source asOf } collection { slug }
    attributes { definition { code unit } number flag text } options { code choices { code } }
  }
  ... on UserError { code message path } } }
"""
UPDATE = """
mutation ($input: ProductUpdateInput!) { productUpdate(input: $input) {
  __typename ... on Product { name version category { slug } attributes { definition { code } text } }
  ... on UserError { code message path } } }
"""


@pytest.fixture
def shelves(house: House) -> Shelves:
    return Shelves(house)


@pytest.fixture
async def staff(people: People) -> Any:
    return await people.staff(Role.MERCHANDISER)


def both(text: str) -> dict[str, str]:
    return {"en": text, "zh": f"中文{text}"}


async def test_a_merchandiser_builds_the_catalogue_from_brand_to_product(api: Api, staff: Any) -> None:
    brand = await api(
        staff,
        BRAND,
        input={
            "slug": "aurevel",
            "kind": "MAISON",
            "name": both("Aurevel"),
            "country": "FR",
            "aliases": ["Aurevelle", "Aurevelle"],
        },
    )
    brand_id = brand["brandCreate"]["id"]
    bags = await api(
        staff,
        CATEGORY,
        input={
            "slug": "bags",
            "name": both("Bags"),
            "attributes": [
                {
                    "code": "leather",
                    "kind": "CHOICE",
                    "label": both("Leather"),
                    "required": True,
                    "choices": [{"code": "calf", "label": both("Calf")}, {"code": "lamb", "label": both("Lamb")}],
                },
                {"code": "width", "kind": "NUMBER", "label": both("Width"), "unit": "cm"},
            ],
        },
    )
    totes = await api(
        staff,
        CATEGORY,
        input={
            "slug": "totes",
            "name": both("Totes"),
            "parentId": bags["categoryCreate"]["id"],
            "attributes": [{"code": "zipped", "kind": "BOOLEAN", "label": both("Zipped")}],
        },
    )
    assert totes["categoryCreate"]["breadcrumbs"] == [{"slug": "bags"}, {"slug": "totes"}]
    assert [one["code"] for one in totes["categoryCreate"]["attributes"]] == ["leather", "width", "zipped"]
    icons = await api(
        staff,
        COLLECTION,
        input={"brandId": brand_id, "slug": "icons", "name": both("Icons"), "season": "PERMANENT"},
    )

    made = await api(
        staff,
        PRODUCT,
        locale="zh",
        input={
            "slug": "lune",
            "kind": "GOODS",
            "brandId": brand_id,
            "categoryId": totes["categoryCreate"]["id"],
            "collectionId": icons["collectionCreate"]["id"],
            "name": both("Lune"),
            "attributes": [
                {"code": "zipped", "value": "true"},
                {"code": "leather", "value": "lamb"},
                {"code": "width", "value": "32.5"},
            ],
            "options": [
                {"code": "colour", "label": both("Colour"), "choices": [{"code": "ink", "label": both("Ink")}]}
            ],
            "referencePrice": {
                "price": {"amount": "2400.00", "currencyCode": "EUR"},
                "source": "BRAND_LIST_PRICE",
                "asOf": "2026-03-01",
            },
        },
    )

    product = made["productCreate"]
    assert product["name"] == "中文Lune"
    assert product["collection"] == {"slug": "icons"}
    assert product["referencePrice"]["source"] == "BRAND_LIST_PRICE"
    assert product["attributes"] == [
        {"definition": {"code": "leather", "unit": None}, "number": None, "flag": None, "text": "中文Lamb"},
        {"definition": {"code": "width", "unit": "cm"}, "number": "32.5", "flag": None, "text": None},
        {"definition": {"code": "zipped", "unit": None}, "number": None, "flag": True, "text": None},
    ]
    assert product["options"] == [{"code": "colour", "choices": [{"code": "ink"}]}]


@pytest.mark.parametrize(
    ("attributes", "path"),
    [
        ([], ["attributes", "leather"]),
        ([{"code": "leather", "value": "paper"}], ["attributes", "leather"]),
        (
            [{"code": "leather", "value": "calf"}, {"code": "strap_length", "value": "1e9"}],
            ["attributes", "strap_length"],
        ),
        ([{"code": "leather", "value": "calf"}, {"code": "leather", "value": "lamb"}], ["attributes", "leather"]),
        ([{"code": "leather", "value": "calf"}, {"code": "colour", "value": "red"}], ["attributes", "colour"]),
    ],
)
async def test_attributes_that_do_not_fit_the_category_are_refused(
    api: Api, shelves: Shelves, staff: Any, attributes: list[dict[str, str]], path: list[str]
) -> None:
    category = await shelves.category(attributes=(LEATHER, STRAP))
    brand = await shelves.brand()
    given = {
        "slug": "odd",
        "kind": "GOODS",
        "brandId": encode_id("Brand", brand.id),
        "categoryId": encode_id("Category", category.id),
        "name": both("Odd"),
        "attributes": attributes,
    }

    refused = await api(staff, PRODUCT, input=given)

    assert refused["productCreate"]["code"] == "INVALID_INPUT"
    assert refused["productCreate"]["path"] == path
    assert (await api(None, '{ product(by: { slug: "odd" }) { id } }'))["product"] is None


async def test_a_category_is_not_described_twice_by_one_code_nor_more_than_three_levels_deep(
    api: Api, shelves: Shelves, staff: Any
) -> None:
    one = await shelves.category(attributes=(LEATHER,))
    two = await shelves.category(one)
    three = await shelves.category(two)
    again = {"code": "leather", "kind": "TEXT", "label": both("Leather")}

    doubled = await api(
        staff,
        CATEGORY,
        input={
            "slug": "doubled",
            "name": both("Doubled"),
            "parentId": encode_id("Category", two.id),
            "attributes": [again],
        },
    )
    deep = await api(
        staff, CATEGORY, input={"slug": "deep", "name": both("Deep"), "parentId": encode_id("Category", three.id)}
    )

    assert doubled["categoryCreate"]["path"] == ["attributes", "leather"]
    assert deep["categoryCreate"]["path"] == ["parentId"]


async def test_a_slug_is_taken_once(api: Api, shelves: Shelves, staff: Any) -> None:
    brand = await shelves.brand()
    given = {"slug": brand.slug, "kind": "DESIGNER", "name": both("Other"), "country": "CN"}

    taken = await api(staff, BRAND, input=given)
    odd = await api(staff, BRAND, input={**given, "slug": "No Spaces"})

    assert taken["brandCreate"] == {"__typename": "SlugTaken", "code": "SLUG_TAKEN", "path": ["slug"]}
    assert odd["brandCreate"]["code"] == "INVALID_INPUT"


async def test_a_product_that_moves_takes_its_listings_along(api: Api, shelves: Shelves, staff: Any) -> None:
    bags, shoes = await shelves.category(name="Bags"), await shelves.category(name="Shoes")
    product = await shelves.product(category=bags)
    offer = await shelves.listed(product)
    in_shoes = {"categoryId": encode_id("Category", shoes.id)}
    found = "query ($filter: ListingFilterInput) { listings(filter: $filter) { nodes { slug } } }"

    moved = await api(
        staff, UPDATE, input={"productId": encode_id("Product", product.id), **in_shoes, "expectedVersion": 1}
    )
    late = await api(staff, UPDATE, input={"productId": encode_id("Product", product.id), "expectedVersion": 1})

    assert moved["productUpdate"]["category"] == {"slug": shoes.slug}
    assert late["productUpdate"]["code"] == "VERSION_CONFLICT"
    assert (await api(None, found, filter=in_shoes))["listings"]["nodes"] == [{"slug": offer.slug}]


async def test_a_product_that_moves_where_it_does_not_fit_stays(api: Api, shelves: Shelves, staff: Any) -> None:
    strict = await shelves.category(attributes=(LEATHER,))
    product = await shelves.product()

    refused = await api(
        staff,
        UPDATE,
        input={"productId": encode_id("Product", product.id), "categoryId": encode_id("Category", strict.id)},
    )

    assert refused["productUpdate"]["path"] == ["attributes", "leather"]


@pytest.mark.own_house
async def test_the_catalogue_is_read_by_everybody_in_their_language(api: Api, shelves: Shelves) -> None:
    category = await shelves.category(attributes=(LEATHER,))
    product = await shelves.product(
        category=category, new_price=euros(900), attributes=(AttributeValue("leather", "calf"),)
    )
    await shelves.stock(product, euros(900))
    query = """
    query ($slug: String!) {
      product(by: { slug: $slug }) {
        name english: name(locale: EN) story attributes { text } brand { name aliases }
        listings { totalCount nodes { price { formatted(locale: ZH) } } }
      }
      categories { slug children { slug } }
      brands(kind: MAISON) { totalCount nodes { slug } }
      products(filter: { kind: GOODS }) { totalCount nodes { slug } }
    }
    """

    seen = await api(None, query, slug=product.slug, locale="zh")

    assert seen["product"]["name"] == "中文 Sac Lune"
    assert seen["product"]["english"] == "Sac Lune"
    assert seen["product"]["story"] == "为月而作。"
    assert seen["product"]["attributes"] == [{"text": "小牛皮"}]
    assert seen["product"]["listings"]["totalCount"] == 1
    assert seen["categories"] == [{"slug": category.slug, "children": []}]
    assert seen["brands"]["totalCount"] == seen["products"]["totalCount"] == 1


async def test_a_service_stands_in_the_same_catalogue_and_on_the_same_shelf(
    api: Api, shelves: Shelves, staff: Any
) -> None:
    care = await shelves.category(name="Leather care")
    brand = await shelves.brand(kind=BrandKind.OWN_LABEL)
    given = {
        "slug": "leather-spa",
        "kind": "SERVICE",
        "brandId": encode_id("Brand", brand.id),
        "categoryId": encode_id("Category", care.id),
        "name": both("Leather spa"),
    }
    made = await api(staff, PRODUCT, input=given)
    publish = """
    mutation ($input: ListingPublishInput!) { listingPublish(input: $input) {
      ... on Listing { available product { kind brand { kind } } } ... on UserError { code } } }
    """
    price = {"amount": "120.00", "currencyCode": "EUR"}

    listed = await api(
        staff,
        publish,
        input={"kind": "NEW", "productId": made["productCreate"]["id"], "price": price, "quantity": 20},
    )

    assert listed["listingPublish"] == {
        "available": 20,
        "product": {"kind": "SERVICE", "brand": {"kind": "OWN_LABEL"}},
    }


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.APPRAISER, Role.FINANCE, Role.SUPPORT, Role.SHOP_ASSOCIATE])
async def test_nobody_but_a_merchandiser_changes_the_catalogue(
    api: Api, shelves: Shelves, people: People, role: Role
) -> None:
    person, product = await people.person(role), await shelves.product()
    brand_id, category_id = encode_id("Brand", product.brand_id), encode_id("Category", product.category_id)
    tries: dict[str, dict[str, Any]] = {
        "brandCreate": {"slug": "mine", "kind": "MAISON", "name": both("Mine"), "country": "FR"},
        "brandUpdate": {"brandId": brand_id, "name": both("Mine")},
        "categoryCreate": {"slug": "mine", "name": both("Mine")},
        "categoryUpdate": {"categoryId": category_id, "name": both("Mine")},
        "collectionCreate": {"brandId": brand_id, "slug": "mine", "name": both("Mine"), "season": "PERMANENT"},
        "productCreate": {
            "slug": "mine",
            "kind": "GOODS",
            "brandId": brand_id,
            "categoryId": category_id,
            "name": both("Mine"),
        },
        "productUpdate": {"productId": encode_id("Product", product.id), "name": both("Mine")},
        "pieceRegister": {"productId": encode_id("Product", product.id), "grade": "GOOD"},
    }
    everything = "{ brands { nodes { slug name } } categories { slug name } products { nodes { slug name version } } }"
    before = await api(None, everything)

    for field, given in tries.items():
        kind = field[0].upper() + field[1:]
        query = f"mutation ($input: {kind}Input!) {{ {field}(input: $input) {{ ... on UserError {{ code }} }} }}"
        assert (await api(person, query, input=given))[field] == {"code": "NOT_ALLOWED"}
        assert (await api(None, query, input=given))[field] == {"code": "NOT_ALLOWED"}

    assert (await api(None, everything)).data == before.data
