"""Strangers are told apart by where they come from, through proxies too, and by no more of it than is theirs."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
import pytest
from pydantic import ValidationError

from app.client import counted
from app.config import Settings
from app.house import House, open_house
from app.server import Server
from persistence.bucket import Lot
from tests.support.api import Answer

PROXY = "10.1.2.3"

From = Callable[[str, str], Awaitable[Answer]]


@pytest.mark.parametrize(
    ("address", "whom"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:0DB8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::1"),
        ("unknown", "unknown"),
        ("not:an:address", "not:an:address"),
        ("x" * 60_000, "x" * 64),
        (":" * 60_000, ":" * 64),
    ],
)
def test_an_address_of_ipv6_counts_as_its_network(address: str, whom: str) -> None:
    assert counted((address, 443)) == whom


def test_who_comes_by_a_socket_of_this_machine_has_no_address() -> None:
    assert counted(None) == counted(("", 0)) == "nowhere"


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[House]:
    """One that gives hardly anything back with time."""
    sparing = {"cost_bucket": 25_000, "cost_restored_per_second": 1, "redis_url": None}
    async with open_house(settings.model_copy(update=sparing)) as house:
        yield house


@pytest.fixture
def through(house: House) -> From:
    """One request that comes from an address and says that it was forwarded for another."""
    server = Server(house.settings.model_copy(update={"proxies": ("10.1.0.0/16",)}))
    server.app.state.house = house
    server.config.load()

    async def send(address: str, forwarded: str) -> Answer:
        transport = httpx2.ASGITransport(app=server.config.loaded_app, client=(address, 443))  # type: ignore[arg-type]
        async with httpx2.AsyncClient(transport=transport, base_url="http://cercle.test") as client:
            said = {"x-forwarded-for": forwarded}
            return Answer(await client.post("/graphql", json={"query": "{ __typename }"}, headers=said))

    return send


async def spend(house: House, client: str) -> None:
    buckets = house.meter.buckets
    assert isinstance(await buckets.take(client, buckets.capacity - 1_000), Lot)


@pytest.mark.parametrize(
    ("address", "forwarded", "shares"),
    [
        (PROXY, "192.0.2.7", True),
        (PROXY, "192.0.2.8", False),
        (PROXY, "192.0.2.8, 192.0.2.7", True),
        (PROXY, "192.0.2.7, 192.0.2.8", False),
        (PROXY, "192.0.2.7, 10.1.9.9", True),
        ("10.2.2.3", "192.0.2.7", False),
    ],
)
async def test_a_proxy_that_is_named_says_who_a_stranger_is_and_nobody_else_does(
    through: From, house: House, address: str, forwarded: str, shares: bool
) -> None:
    await spend(house, "192.0.2.7")

    answer = await through(address, forwarded)

    assert (answer.meter["available"] < answer.meter["capacity"] // 2) is shares


async def test_a_network_of_ipv6_has_one_bucket_and_the_next_one_another(through: From, house: House) -> None:
    await spend(house, "2001:db8:1:2::/64")

    left = [(await through(PROXY, f"2001:db8:1:{of}::9")).meter["available"] for of in (2, 3)]

    assert left[0] < house.settings.cost_bucket // 2 < left[1]


@pytest.mark.parametrize("named", ["*", "proxy.example", "10.0.0.1/8", ""])
def test_a_proxy_is_named_by_its_address(named: str) -> None:
    with pytest.raises(ValidationError, match="is no address and no network"):
        Settings(proxies=(named,))
