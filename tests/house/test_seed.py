"""The demonstration house."""

import asyncpg
import pytest

from app.house import House
from app.seed import NotEmpty, seed
from domain.ledger import AccountKind
from domain.money import Currency
from persistence.embedded import Services
from tests.conftest import copied
from tests.support.api import Api
from tests.support.market import Market
from tests.support.people import People, euros

SIGHT = """
{
  listings { totalCount nodes {
    slug kind coverUrl price { amount currencyCode }
    product { name(locale: ZH) brand { name country } attributes { text number flag } }
    piece { grade serialMasked condition passport(first: 3) { nodes { kind } } }
    priceHistory(first: 2) { nodes { reason } }
  } }
  categories { name children { name children { name } } attributes { code } }
  clubShops { nodes { slug address { country } services { purpose } } }
  brands(first: 40) { nodes { name kind collections(first: 1) { nodes { name } } } }
}
"""


async def test_a_seeded_house_can_be_looked_at(api: Api, database: Services) -> None:
    told: list[tuple[str, int, int]] = []

    await seed(database.owner_url, pieces=300, progress=lambda *said: told.append(said))

    sight = await api(None, SIGHT)
    assert sight["listings"]["totalCount"] > 300
    assert len(sight["brands"]["nodes"]) == 40
    assert {node["kind"] for node in sight["brands"]["nodes"]} == {"MAISON", "DESIGNER", "OWN_LABEL"}
    assert len(sight["categories"]) == 8
    card = next(node for node in sight["listings"]["nodes"] if node["piece"])
    assert card["product"]["attributes"]
    assert card["piece"]["passport"]["nodes"][0]["kind"] == "LISTED"
    assert card["priceHistory"]["nodes"][0]["reason"] == "LISTED"
    picture = await api.client.get(card["coverUrl"])
    assert picture.status_code == 200
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert [shop["slug"] for shop in sight["clubShops"]["nodes"]] == ["paris-marais", "shanghai-jingan"]
    owner = await asyncpg.connect(database.owner_url)
    working = await owner.fetch(WORKING)
    await owner.close()
    assert [tuple(row) for row in working] == [("shop@cercle.example", "paris-marais")]
    assert told[-1] == ("pieces", 300, 300)


WORKING = """
SELECT a.email, s.slug FROM shop_associate x JOIN account a ON a.id = x.account_id JOIN club_shop s ON s.id = x.shop_id
"""


PRINT = """
SELECT md5(string_agg(l::text || coalesce(p::text, '') || coalesce(c.code, ''), '' ORDER BY l.id)) FROM listing l
LEFT JOIN piece p ON p.id = l.piece_id LEFT JOIN consignment c ON c.id = l.consignment_id
"""


async def test_the_same_number_makes_the_same_house(services: Services, template: str) -> None:
    async def made(number: int) -> str:
        async with copied(services, template) as database:
            await seed(database.owner_url, pieces=50, number=number)
            connection = await asyncpg.connect(database.owner_url)
            try:
                return str(await connection.fetchval(PRINT))
            finally:
                await connection.close()

    assert await made(1) == await made(1) != await made(2)


async def test_a_consigned_piece_of_the_seed_stands_on_its_contract(api: Api, database: Services) -> None:
    await seed(database.owner_url, pieces=60)
    lin = await api.house.readers.accounts.by_email("lin@cercle.example")
    assert lin is not None
    kinds = "{ new: listings(filter: { kinds: [NEW] }) { totalCount } own: listings(filter: { kinds: [CONSIGNED] }) {"
    query = (
        kinds
        + " totalCount nodes { soldByHouse piece { passport(first: 3) { nodes { kind details { grade } } } } } } }"
    )

    seen = await api(lin, query)

    assert seen["new"]["totalCount"] > 0
    assert seen["own"]["totalCount"] > 10
    card = seen["own"]["nodes"][0]
    assert not card["soldByHouse"]
    assert [one["kind"] for one in card["piece"]["passport"]["nodes"]] == ["APPRAISED", "LISTED"]
    agreed = await api.house.readers.pool.fetchval(
        "SELECT count(*) FROM listing l JOIN consignment c ON c.id = l.consignment_id JOIN contract t"
        " ON t.id = c.contract_id JOIN appraisal a ON a.consignment_id = c.id JOIN piece p ON p.id = l.piece_id"
        " WHERE t.state = 'AGREED' AND t.price_minor = l.price_minor AND p.owner_id = t.seller AND a.grade = p.grade"
    )
    assert agreed == seen["own"]["totalCount"]


async def test_a_seeded_piece_of_a_member_can_be_bought(api: Api, people: People, database: Services) -> None:
    await seed(database.owner_url, pieces=60)
    market, buyer = Market(api.house, api), await people.customer(euros(100_000))
    found = await api.house.readers.pool.fetchval(
        "SELECT id FROM listing WHERE kind = 'CONSIGNED' AND price_currency = 'EUR' ORDER BY price_minor LIMIT 1"
    )
    offer = await market.listing(found)

    placed = await market.buy(buyer, offer, cash=offer.price.minor // 100)

    assert (await market.listing(found)).state == "SOLD"
    assert placed["state"] == "PAID"
    assert await market.sound()


COSTS = """
SELECT count(*) AS goods, count(s.id) AS with_cost, count(r.id) AS received,
    bool_and(r.quantity = l.quantity AND s.value_minor = r.quantity * r.unit_cost_minor) AS whole,
    bool_and(r.unit_cost_minor < l.price_minor AND r.received_at < l.published_at) AS sensible
FROM listing l JOIN category c ON c.id = l.category_1_id LEFT JOIN stock s ON s.id = l.id
LEFT JOIN goods_receipt r ON r.listing_id = l.id WHERE l.kind = 'NEW' AND (c.slug = 'services') = $1
"""


async def test_new_goods_of_the_seed_have_cost_what_the_ledger_says_and_services_nothing(
    api: Api, people: People, database: Services
) -> None:
    await seed(database.owner_url, pieces=60)
    pool = api.house.readers.pool

    goods, services = await pool.fetchrow(COSTS, False), await pool.fetchrow(COSTS, True)
    assert goods["goods"] == goods["with_cost"] == goods["received"] > 10
    assert (goods["whole"], goods["sensible"]) == (True, True)
    assert (services["goods"] > 0, services["with_cost"], services["received"]) == (True, 0, 0)
    assert (await api.house.readers.ledger.health()).ok
    values = dict(await pool.fetch("SELECT currency, sum(value_minor)::bigint FROM stock GROUP BY currency"))
    balances = await api.house.readers.ledger.house_balances()
    for currency, value in values.items():
        assert balances[AccountKind.INVENTORY, Currency(currency)].minor == -value
        assert balances[AccountKind.CREDITORS, Currency(currency)].minor == value


async def test_a_voucher_of_the_seed_takes_off_and_a_joint_one_is_borne_by_two(
    api: Api, people: People, database: Services
) -> None:
    await seed(database.owner_url, pieces=60)
    market, buyer, pool = Market(api.house, api), await people.customer(euros(100_000)), api.house.readers.pool
    query = "SELECT id FROM listing WHERE kind = 'NEW' AND price_currency = 'EUR' ORDER BY price_minor, id LIMIT 1"
    cart = await market.add(buyer, await market.listing(await pool.fetchval(query)))

    placed = await market.place(buyer, cart["id"], provider="TEST", tenders={"voucherCode": "WELCOME"})

    assert [one["kind"] for one in placed["tenders"]] == ["EXTERNAL", "VOUCHER"]
    joint = await pool.fetchrow("SELECT funder, shares::text FROM campaign WHERE code = 'TOGETHER'")
    assert (joint["funder"], "4000" in joint["shares"]) == ("JOINT", True)
    assert await market.balance("SUBSIDY_BUDGET") == await pool.fetchval("SELECT sum(budget_minor) FROM campaign")
    assert await market.sound()


async def test_a_house_that_has_a_catalogue_is_not_seeded(house: House, database: Services) -> None:
    await seed(database.owner_url, pieces=10)
    before = await house.readers.pool.fetchval("SELECT count(*) FROM piece")

    with pytest.raises(NotEmpty):
        await seed(database.owner_url, pieces=10)

    assert await house.readers.pool.fetchval("SELECT count(*) FROM piece") == before
