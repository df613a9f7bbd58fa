"""The demonstration house."""

import asyncpg
import pytest

from app.house import House
from app.seed import NotEmpty, seed
from persistence.embedded import Services
from tests.support.api import Api

SIGHT = """
{
  listings(first: 50) { totalCount nodes {
    slug kind coverUrl price { amount currencyCode } product { name(locale: ZH) brand { name country } attributes { text number flag } }
    piece { grade serialMasked condition passport { nodes { kind } } }
    priceHistory { nodes { reason } }
  } }
  categories { name children { name children { name } } attributes { code } }
  brands(first: 100) { nodes { name kind collections { nodes { name } } } }
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
    assert told[-1] == ("pieces", 300, 300)


async def test_the_same_number_makes_the_same_house(database: Services) -> None:
    connection = await asyncpg.connect(database.owner_url)
    try:
        hashes = []
        for _ in range(2):
            await seed(database.owner_url, pieces=50)
            hashes.append(
                await connection.fetchval(
                    "SELECT md5(string_agg(l::text || p::text, '' ORDER BY l.id)) FROM listing l"
                    " LEFT JOIN piece p ON p.id = l.piece_id"
                )
            )
            await connection.execute("TRUNCATE brand, category, account CASCADE")
            await connection.execute("TRUNCATE event")
        assert hashes[0] == hashes[1]
    finally:
        await connection.close()


async def test_a_house_that_has_a_catalogue_is_not_seeded(house: House, database: Services) -> None:
    await seed(database.owner_url, pieces=10)
    before = await house.readers.pool.fetchval("SELECT count(*) FROM piece")

    with pytest.raises(NotEmpty):
        await seed(database.owner_url, pieces=10)

    assert await house.readers.pool.fetchval("SELECT count(*) FROM piece") == before
