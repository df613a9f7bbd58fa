"""A market for tests that buy."""

import pytest

from app.house import House
from tests.support.api import Api
from tests.support.market import Market


@pytest.fixture
def market(house: House, api: Api) -> Market:
    return Market(house, api)
