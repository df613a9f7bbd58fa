"""Listings through the API."""

import asyncio
from datetime import datetime
from typing import Any

import pytest
from graphql import is_required_argument

from app.house import House
from domain import piece, viewer
from domain.attribute import AttributeDefinition, AttributeKind, AttributeValue, Choice
from domain.listing import Listing, ListingId, withdraw
from domain.localized import Localized
from domain.media import Media, MediaRole
from domain.piece import Grade
from domain.viewer import Role, Viewer
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.catalogue import COLOUR, Dress, Shelves, both, dress, euros
from tests.support.people import People
from tests.support.statements import counted
from tests.trust.selection import SCHEMA, selection

ONE_HOUSE = True

LEATHER = AttributeDefinition("leather", AttributeKind.TEXT, Localized("Leather", "皮革"))
LIMITED = AttributeDefinition("limited", AttributeKind.BOOLEAN, Localized("Limited", "限量"))
CALF = AttributeDefinition(
    "hide", AttributeKind.CHOICE, Localized("Hide", "皮"), choices=(Choice("calf", Localized("Calf", "小牛皮")),)
)
WIDTH = AttributeDefinition("width", AttributeKind.NUMBER, Localized("Width", "宽度"), unit="mm")
LISTINGS = """
query (
  $filter: ListingFilterInput, $sort: ListingSort! = NEWEST, $first: Int, $after: String, $last: Int, $before: String
) {
  listings(filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
    nodes {
      id slug kind state price { amount currencyCode } available coverUrl soldByHouse
      saving { percent amount { amount } } referencePrice { price { amount } source asOf }
      product { name slug brand { name kind slug } } piece { grade slug coverUrl }
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
REPRICE = """
mutation ($input: ListingRepriceInput!) {
  listingReprice(input: $input) {
    __typename
    ... on Listing {
      price { amount } version
      priceHistory { nodes { reason note byPerson actorId price { amount } previousPrice { amount } } }
    }
    ... on UserError { code message path }
  }
}
"""
HISTORY = """
query ($id: ID!) { listing(by: { id: $id }) { price { amount } version
  priceHistory { nodes { reason note byPerson actorId price { amount } previousPrice { amount } } } } }
"""


@pytest.fixture
def shelves(house: House) -> Shelves:
    return Shelves(house)


def listing_id(one: Listing) -> str:
    return encode_id("Listing", one.id)


def slugs(answer: object) -> list[str]:
    return [node["slug"] for node in answer["listings"]["nodes"]]  # type: ignore[index]


def money(amount: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": amount, "currencyCode": currency}


async def test_a_card_shows_its_product_brand_and_piece_in_one_statement(
    api: Api, shelves: Shelves, house: House
) -> None:
    product = await shelves.product(new_price=euros(2000))
    await shelves.listed(product, euros(1500))

    with counted() as statements:
        answer = await api(None, LISTINGS)

    assert len(statements) == 1
    (card,) = answer["listings"]["nodes"]
    assert card["product"]["brand"]["name"] == "Maison Aurelle"
    assert card["piece"]["grade"] == "EXCELLENT"
    assert card["coverUrl"].endswith("/media/placeholder/bags-1.svg")
    assert card["saving"] == {"percent": 25, "amount": {"amount": "500.00"}}
    assert card["referencePrice"] == {
        "price": {"amount": "2000.00"},
        "source": "BRAND_LIST_PRICE",
        "asOf": "2026-01-15",
    }


@pytest.mark.parametrize("by", ["id", "slug"])
async def test_all_of_a_listing_its_product_and_its_piece_come_in_one_statement(
    api: Api, shelves: Shelves, by: str
) -> None:
    root = await shelves.category(attributes=(LEATHER,))
    below = await shelves.category(root, attributes=(WIDTH,))
    told = (AttributeValue("leather", "calf"), AttributeValue("width", "240"))
    offer = await shelves.listed(await shelves.product(category=below, attributes=told))
    value = listing_id(offer) if by == "id" else offer.slug
    fields = """
    price { amount }
    product {
      story attributes { definition { code label } text } media { key } referencePrice { asOf } options { code }
    }
    piece { condition serialMasked media { key } measurements { code } }
    """
    whole = f'{{ listing(by: {{ {by}: "{value}" }}) {{ {fields} }} }}'
    apart = f'{{ node(id: "{listing_id(offer)}") {{ ... on Listing {{ {fields} }} }} }}'

    with counted() as statements:
        together = (await api(None, whole))["listing"]

    assert len(statements) == 1
    assert [one["definition"]["code"] for one in together["product"]["attributes"]] == ["leather", "width"]
    assert together == (await api(None, apart))["node"]


async def test_what_is_told_beyond_a_card_is_what_the_product_and_the_piece_say(
    api: Api, shelves: Shelves, people: People
) -> None:
    below = await shelves.category(await shelves.category(attributes=(CALF, WIDTH)), attributes=(LEATHER, LIMITED))
    told = {"hide": "calf", "width": "24.50", "leather": "soft", "limited": "true"}
    product = await shelves.product(
        category=below,
        attributes=tuple(AttributeValue(code, value) for code, value in told.items()),
        options=(COLOUR,),
        new_price=euros(2000),
    )
    offer = await shelves.listed(product)
    assert offer.piece_id is not None
    pictures = tuple(Media(f"placeholder/bags-{n}.svg", MediaRole.IMAGE, "image/svg+xml", both("Lid")) for n in (1, 2))
    await shelves.run(dress, Dress(offer.piece_id, Grade.EXCELLENT, pictures, piece.HOUSE), viewer.HOUSE)
    of_product = """
    story media { key } referencePrice { price { amount } source asOf } options { code label choices { code label } }
    attributes { definition { code kind label required unit choices { code label } } number flag text }
    """
    of_piece = """
    condition serialMasked serial media { key role contentType url alt } measurements { code value unit }
    owner { kind } custodian { kind } riskBearer { kind }
    """
    query = f"""
    query ($id: ID!, $product: ID!, $piece: ID!) {{
      listing(by: {{ id: $id }}) {{ product {{ {of_product} }} piece {{ {of_piece} }} }}
      listings(first: 1) {{ nodes {{ product {{ {of_product} }} piece {{ {of_piece} }} }} }}
      product(by: {{ id: $product }}) {{ {of_product} }} piece(by: {{ id: $piece }}) {{ {of_piece} }}
    }}
    """
    ids = {
        "id": listing_id(offer),
        "product": encode_id("Product", product.id),
        "piece": encode_id("Piece", offer.piece_id),
    }

    for person in (None, await people.staff(Role.SUPPORT)):
        for locale in ("en", "zh"):
            found = await api(person, query, locale=locale, **ids)
            apart = {"product": found["product"], "piece": found["piece"]}
            assert found["listing"] == found["listings"]["nodes"][0] == apart
            assert [one["number"] for one in apart["product"]["attributes"]] == [None, "24.50", None, None]
            assert [one["flag"] for one in apart["product"]["attributes"]] == [None, None, None, True]
            assert apart["product"]["attributes"][0]["text"] == {"en": "Calf", "zh": "小牛皮"}[locale]
            assert [one["alt"] for one in apart["piece"]["media"]] == [{"en": "Lid", "zh": "中文 Lid"}[locale]] * 2


async def test_a_shelf_with_all_that_is_told_is_one_statement(api: Api, shelves: Shelves) -> None:
    for _ in range(3):
        await shelves.listed(await shelves.product(category=await shelves.category(attributes=(WIDTH,))))
    query = """
    { listings { nodes { product { story attributes { number } media { url } } piece { condition media { url } } } } }
    """

    with counted() as statements:
        await api(None, query)

    assert len(statements) == 1


async def take_off(work: Any, viewer: Viewer, listing_id: ListingId, *, now: datetime) -> Listing:
    found: Listing = await work.listings.lock(listing_id)
    withdraw(found)
    await work.listings.save(found)
    return found


@pytest.mark.own_house
async def test_who_sold_a_piece_on_is_told_nothing_of_it_by_a_listing_that_was_withdrawn(
    api: Api, shelves: Shelves, people: People
) -> None:
    seller, other = await people.customer(), await people.customer()
    offer = await shelves.listed(seller=seller)
    assert offer.piece_id is not None
    await shelves.run(take_off, offer.id, viewer.HOUSE)
    fields = "state piece { condition serialMasked media { key } measurements { code } }"
    by_id, by_slug = (
        f'{{ listing(by: {{ {by}: "{value}" }}) {{ {fields} }} }}'
        for by, value in (("id", listing_id(offer)), ("slug", offer.slug))
    )

    assert (await api(seller, by_id))["listing"]["piece"]["media"] != []
    pictures = (Media("placeholder/bags-2.svg", MediaRole.IMAGE, "image/svg+xml"),)
    await shelves.run(dress, Dress(offer.piece_id, Grade.EXCELLENT, pictures, piece.account(other.id)), viewer.HOUSE)

    nothing = {"condition": None, "serialMasked": None, "media": [], "measurements": []}
    for query in (by_id, by_slug):
        assert (await api(seller, query))["listing"] == {"state": "WITHDRAWN", "piece": nothing}
        assert (await api(other, query))["listing"] is None


def looks(type_name: str) -> list[str]:
    """Each field of a type by itself, as far as it needs no argument."""
    fields = SCHEMA.type_map[type_name].fields  # type: ignore[attr-defined]
    free = {name: one for name, one in fields.items() if not any(map(is_required_argument, one.args.values()))}
    inside = {name: selection(one, 1) for name, one in free.items()}
    return [f"{name}{within}" for name, within in inside.items() if within is not None]


async def test_whatever_alone_is_looked_at_on_a_page_is_what_a_whole_card_shows(
    api: Api, shelves: Shelves, people: People
) -> None:
    staff = await people.staff(Role.SUPPORT)
    offer = await shelves.listed(await shelves.product(new_price=euros(2000)), euros(1500))
    ways = {
        "Listing": "{}",
        "Product": "product {{ {} }}",
        "Brand": "product {{ brand {{ {} }} }}",
        "Piece": "piece {{ {} }}",
    }

    for name, around in ways.items():
        for look in map(around.format, looks(name)):
            for person in (None, staff):
                page = (await api(person, f"{{ listings(first: 1) {{ nodes {{ {look} }} }} }}"))["listings"]["nodes"][0]
                edge = await api(person, f"{{ listings(first: 1) {{ edges {{ node {{ {look} }} }} }} }}")
                whole = await api(person, f'{{ node(id: "{listing_id(offer)}") {{ ... on Listing {{ {look} }} }} }}')
                assert page == edge["listings"]["edges"][0]["node"] == whole["node"], look


@pytest.mark.own_house
async def test_a_page_takes_as_many_statements_however_many_listings_it_shows(
    api: Api, shelves: Shelves, house: House
) -> None:
    whole = """
    { listings(first: 7) { totalCount nodes {
        product { story attributes { text } category { breadcrumbs { slug } }
          brand { story collections(first: 5) { nodes { slug } } } }
        piece { condition serialMasked passport(first: 5) { totalCount nodes { title } } }
        priceHistory(first: 5) { nodes { reason } } } } }
    """
    await shelves.listed()
    with counted() as one:
        assert (await api(None, whole))["listings"]["totalCount"] == 1
    for _ in range(6):
        await shelves.listed()
    with counted() as seven:
        assert (await api(None, whole))["listings"]["totalCount"] == 7

    assert len(seven) == len(one) <= 11


@pytest.mark.own_house
async def test_pages_follow_each_other_forwards_and_backwards_in_every_sort(api: Api, shelves: Shelves) -> None:
    product = await shelves.product()
    for amount in (700, 900, 900, 500, 1100):
        await shelves.listed(product, euros(amount))
    in_euros = {"price": {"currencyCode": "EUR"}}

    for sort in ("NEWEST", "PRICE_ASC", "PRICE_DESC"):
        everything = slugs(await api(None, LISTINGS, sort=sort, filter=in_euros))
        first = await api(None, LISTINGS, sort=sort, filter=in_euros, first=2)
        after = first["listings"]["pageInfo"]["endCursor"]
        second = await api(None, LISTINGS, sort=sort, filter=in_euros, first=2, after=after)
        before = second["listings"]["pageInfo"]["startCursor"]
        back = await api(None, LISTINGS, sort=sort, filter=in_euros, last=2, before=before)

        assert slugs(first) + slugs(second) == everything[:4]
        assert slugs(back) == slugs(first)
        assert second["listings"]["pageInfo"]["hasNextPage"]
        assert not back["listings"]["pageInfo"]["hasPreviousPage"]

    prices = (await api(None, LISTINGS, sort="PRICE_ASC", filter=in_euros))["listings"]["nodes"]
    assert [node["price"]["amount"] for node in prices] == ["500.00", "700.00", "900.00", "900.00", "1100.00"]


@pytest.mark.own_house
async def test_filters_narrow_by_brand_category_grade_kind_price_and_availability(api: Api, shelves: Shelves) -> None:
    bags = await shelves.category(name="Bags")
    totes = await shelves.category(bags, name="Totes")
    watches = await shelves.category(name="Watches")
    maison, other = await shelves.brand(), await shelves.brand("Maison Other")
    tote = await shelves.listed(await shelves.product(maison, totes), euros(800), grade=Grade.GOOD)
    watch = await shelves.listed(await shelves.product(other, watches), euros(3000))
    stock = await shelves.stock(await shelves.product(maison, bags), euros(2000))

    async def found(**wanted: object) -> set[str]:
        return set(slugs(await api(None, LISTINGS, filter=wanted)))

    assert await found(categoryId=encode_id("Category", bags.id)) == {tote.slug, stock.slug}
    assert await found(categoryId=encode_id("Category", totes.id)) == {tote.slug}
    assert await found(brandId=encode_id("Brand", maison.id)) == {tote.slug, stock.slug}
    assert await found(grades=["EXCELLENT"]) == {watch.slug}
    assert await found(kinds=["NEW"]) == {stock.slug}
    assert await found(price={"currencyCode": "EUR", "min": "900", "max": "2500.00"}) == {stock.slug}
    assert await found(price={"currencyCode": "EUR", "min": "2000", "max": "2000"}) == {stock.slug}
    assert await found(price={"currencyCode": "USD"}) == set()
    assert await found(state="SOLD") == set()
    assert await found(productId=encode_id("Product", watch.product_id)) == {watch.slug}


async def test_what_can_not_be_compared_is_refused(api: Api, shelves: Shelves) -> None:
    unsorted = await api(None, LISTINGS, sort="PRICE_ASC")
    finer = await api(None, LISTINGS, filter={"price": {"currencyCode": "JPY", "min": "9.50"}})
    empty = await api(None, LISTINGS, filter={"price": {"currencyCode": "EUR", "min": "9", "max": "8"}})
    nowhere = await api(None, LISTINGS, filter={"categoryId": encode_id("Category", (await shelves.brand()).id)})

    assert unsorted.codes == finer.codes == empty.codes == ["INVALID_INPUT"]
    assert nowhere.codes == ["NOT_FOUND"]


@pytest.mark.parametrize("cursor", ["!", "W10", "WyJsaXN0aW5ncy9ORVdFU1QiLCJ4IiwieSJd"])
async def test_a_cursor_that_is_not_ours_is_refused(api: Api, cursor: str) -> None:
    answer = await api(None, LISTINGS, first=1, after=cursor)

    assert answer.codes == ["INVALID_INPUT"]


async def test_a_piece_is_listed_once_and_a_variant_is_listed_once(api: Api, shelves: Shelves, people: People) -> None:
    staff = await people.staff(Role.MERCHANDISER)
    product = await shelves.product(options=(COLOUR,))
    own = await shelves.piece(product)
    publish = """
    mutation ($input: ListingPublishInput!) { listingPublish(input: $input) {
      __typename ... on Listing { slug available options { code value } }
      ... on AlreadyListed { listing { slug } } ... on UserError { code path } } }
    """
    piece_input = {"kind": "REFURBISHED", "pieceId": encode_id("Piece", own.id), "price": money("700")}
    black = {
        "kind": "NEW",
        "productId": encode_id("Product", product.id),
        "price": money("1500"),
        "quantity": 4,
        "options": [{"code": "colour", "value": "black"}],
    }
    sand = {**black, "options": [{"code": "colour", "value": "sand"}]}

    first, again = await api(staff, publish, input=piece_input), await api(staff, publish, input=piece_input)
    variants = [(await api(staff, publish, input=one))["listingPublish"] for one in (black, sand, black)]
    pink = await api(staff, publish, input={**black, "options": [{"code": "colour", "value": "pink"}]})

    assert first["listingPublish"]["__typename"] == "Listing"
    assert again["listingPublish"]["listing"]["slug"] == first["listingPublish"]["slug"]
    assert [one["__typename"] for one in variants] == ["Listing", "Listing", "AlreadyListed"]
    assert variants[0]["options"] == [{"code": "colour", "value": "black"}]
    assert variants[0]["available"] == 4
    assert pink["listingPublish"]["path"] == ["options", "colour"]


async def test_of_many_who_list_or_reprice_at_once_one_does(api: Api, shelves: Shelves, people: People) -> None:
    staff = await people.staff(Role.MERCHANDISER)
    own, offer = await shelves.piece(), await shelves.listed(price=euros(900))
    publish = """
    mutation ($input: ListingPublishInput!) { listingPublish(input: $input) { __typename } }
    """
    given = {"kind": "CLEARANCE", "pieceId": encode_id("Piece", own.id), "price": money("500")}

    listed = await asyncio.gather(*(api(staff, publish, input=given) for _ in range(6)))
    repriced = await asyncio.gather(
        *(
            api(
                staff,
                REPRICE,
                input={
                    "listingId": listing_id(offer),
                    "price": money(str(800 + turn)),
                    "reason": "LABOUR",
                    "expectedVersion": 1,
                },
            )
            for turn in range(6)
        )
    )

    kinds = [one["listingPublish"]["__typename"] for one in listed]
    assert sorted(kinds) == ["AlreadyListed"] * 5 + ["Listing"]
    kinds = [one["listingReprice"]["__typename"] for one in repriced]
    assert sorted(kinds) == ["Listing"] + ["VersionConflict"] * 5
    history = await api(None, HISTORY, id=listing_id(offer))
    assert len(history["listing"]["priceHistory"]["nodes"]) == 2


async def test_a_merchandiser_reprices_for_a_reason_that_everybody_reads(
    api: Api, shelves: Shelves, people: People
) -> None:
    staff, shopper = await people.staff(Role.MERCHANDISER), await people.customer()
    offer = await shelves.listed(price=euros(900))
    change = {
        "listingId": listing_id(offer),
        "price": money("850"),
        "reason": "EXCHANGE_RATE",
        "note": {"en": "The euro fell.", "zh": "欧元走低。"},
        "expectedVersion": 1,
    }

    rehearsed = await api(staff, REPRICE, input={**change, "dryRun": True})
    changed = await api(staff, REPRICE, input=change)
    late = await api(staff, REPRICE, input={**change, "price": money("800")})
    history = await api(shopper, HISTORY, id=listing_id(offer), locale="zh")

    assert rehearsed["listingReprice"]["price"]["amount"] == changed["listingReprice"]["price"]["amount"] == "850.00"
    assert late["listingReprice"]["code"] == "VERSION_CONFLICT"
    assert history["listing"]["price"]["amount"] == "850.00"
    first, second = history["listing"]["priceHistory"]["nodes"]
    assert (first["reason"], first["price"]["amount"], first["previousPrice"]) == ("LISTED", "900.00", None)
    assert (second["reason"], second["note"]) == ("EXCHANGE_RATE", "欧元走低。")
    assert second["previousPrice"] == {"amount": "900.00"}
    assert second["byPerson"]
    assert second["actorId"] is None
    seen = await api(staff, HISTORY, id=listing_id(offer))
    assert seen["listing"]["priceHistory"]["nodes"][1]["actorId"] == encode_id("Account", staff.id)


async def test_a_consigned_piece_keeps_its_price_without_its_contract(
    api: Api, shelves: Shelves, people: People
) -> None:
    staff, seller = await people.staff(Role.MERCHANDISER), await people.customer()
    offer = await shelves.listed(price=euros(900), seller=seller)
    change = {"listingId": listing_id(offer), "price": money("100"), "reason": "COMPETITION"}

    answer = await api(staff, REPRICE, input=change)

    assert answer["listingReprice"]["code"] == "PRICE_NOT_AGREED"
    kept = await api(None, HISTORY, id=listing_id(offer))
    assert kept["listing"]["price"]["amount"] == "900.00"
    assert len(kept["listing"]["priceHistory"]["nodes"]) == 1


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.APPRAISER, Role.FINANCE, Role.SUPPORT])
async def test_nobody_but_a_merchandiser_touches_a_listing(
    api: Api, shelves: Shelves, people: People, role: Role
) -> None:
    person = await people.person(role)
    offer = await shelves.listed(price=euros(900))
    product = await shelves.product()
    tries = [
        ("listingReprice", {"listingId": listing_id(offer), "price": money("1"), "reason": "LABOUR"}),
        ("listingWithdraw", {"listingId": listing_id(offer)}),
        ("stockAdjust", {"listingId": listing_id(offer), "change": 5, "note": "found"}),
        (
            "listingPublish",
            {"kind": "NEW", "productId": encode_id("Product", product.id), "price": money("1"), "quantity": 1},
        ),
    ]
    before = await api(None, LISTINGS)

    for field, given in tries:
        kind = field[0].upper() + field[1:]
        query = f"mutation ($input: {kind}Input!) {{ {field}(input: $input) {{ ... on UserError {{ code }} }} }}"
        assert (await api(person, query, input=given))[field]["code"] == "NOT_ALLOWED"
        assert (await api(None, query, input=given))[field]["code"] == "NOT_ALLOWED"

    assert (await api(None, LISTINGS)).data == before.data


async def test_stock_is_counted_and_never_falls_below_what_is_promised(
    api: Api, shelves: Shelves, people: People
) -> None:
    staff = await people.staff(Role.MERCHANDISER)
    stock = await shelves.stock(await shelves.product(), euros(500), quantity=2)
    adjust = """
    mutation ($input: StockAdjustInput!) { stockAdjust(input: $input) {
      ... on Listing { available state reserved nextActions } ... on UserError { code path } } }
    """

    async def change(by: int) -> object:
        given = {"listingId": listing_id(stock), "change": by, "note": "Counted on the shelf"}
        return (await api(staff, adjust, input=given))["stockAdjust"]

    assert await change(3) == {
        "available": 5,
        "state": "LISTED",
        "reserved": 0,
        "nextActions": ["listingReprice", "listingWithdraw", "stockAdjust", "goodsReceiptRecord"],
    }
    assert await change(-6) == {"code": "INVALID_INPUT", "path": ["change"]}
    assert (await change(-5))["state"] == "SOLD"  # type: ignore[index]
    assert (await change(1))["state"] == "LISTED"  # type: ignore[index]


async def test_a_withdrawn_listing_is_gone_for_shoppers_and_there_for_staff_and_its_seller(
    api: Api, shelves: Shelves, people: People
) -> None:
    staff = await people.staff(Role.MERCHANDISER)
    offer = await shelves.listed()
    withdraw = """
    mutation ($input: ListingWithdrawInput!) { listingWithdraw(input: $input) {
      ... on Listing { state available nextActions } ... on WrongState { code was: state nextActions } } }
    """

    done = await api(staff, withdraw, input={"listingId": listing_id(offer)})
    again = await api(staff, withdraw, input={"listingId": listing_id(offer)})

    assert done["listingWithdraw"] == {"state": "WITHDRAWN", "available": 0, "nextActions": []}
    assert again["listingWithdraw"]["was"] == "WITHDRAWN"
    assert (await api(None, HISTORY, id=listing_id(offer)))["listing"] is None
    assert (await api(staff, HISTORY, id=listing_id(offer)))["listing"] is not None
    assert (await api(None, LISTINGS, filter={"state": "WITHDRAWN"})).codes == ["NOT_ALLOWED"]
    assert slugs(await api(staff, LISTINGS, filter={"state": "WITHDRAWN"})) == [offer.slug]


async def test_a_saving_is_claimed_only_against_a_documented_higher_price(api: Api, shelves: Shelves) -> None:
    undocumented = await shelves.listed(await shelves.product(), euros(100))
    dearer = await shelves.listed(await shelves.product(new_price=euros(1000)), euros(1200))
    thirds = await shelves.listed(await shelves.product(new_price=euros(300)), euros(100))

    cards = {node["slug"]: node for node in (await api(None, LISTINGS))["listings"]["nodes"]}

    assert cards[undocumented.slug]["saving"] is cards[undocumented.slug]["referencePrice"] is None
    assert cards[dearer.slug]["saving"] is None
    assert cards[thirds.slug]["saving"]["percent"] == 66


async def test_who_sells_is_told_to_staff_and_the_seller_alone(api: Api, shelves: Shelves, people: People) -> None:
    seller, stranger, staff = await people.customer(), await people.customer(), await people.staff(Role.SUPPORT)
    offer = await shelves.listed(seller=seller)
    query = "query ($id: ID!) { listing(by: { id: $id }) { soldByHouse sellerId reserved nextActions } }"

    async def seen(by: object) -> object:
        return (await api(by, query, id=listing_id(offer)))["listing"]  # type: ignore[arg-type]

    nothing = {"soldByHouse": False, "sellerId": None, "reserved": None, "nextActions": []}
    assert await seen(None) == await seen(stranger) == nothing
    assert (await seen(seller))["sellerId"] == encode_id("Account", seller.id)  # type: ignore[index]
    assert (await seen(staff))["nextActions"] == ["listingReprice", "listingWithdraw"]  # type: ignore[index]
