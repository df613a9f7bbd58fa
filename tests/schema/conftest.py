"""A market for tests that buy."""

import pytest

from app.house import House
from tests.support.api import Api
from tests.support.market import Market
from tests.support.people import People
from tests.support.travel import Travel


@pytest.fixture
def market(house: House, api: Api) -> Market:
    return Market(house, api)


@pytest.fixture
async def travel(market: Market, people: People) -> Travel:
    return await Travel(market, people).open()
