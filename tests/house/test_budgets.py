"""How many SQL statements the consumers' own reads may take, however long their lists are.

Lists that need a history, such as orders and settlements, are counted beside their features.
"""

from typing import Any

import pytest
from graphql import parse, print_ast, separate_operations

from app.house import House
from app.seed import seed
from app.seed.people import KNOWN
from app.tour import operations
from domain.account import Account
from domain.viewer import Role
from persistence.embedded import Services
from tests.support.api import Api
from tests.support.statements import counted

PIECES = 150

BUDGETS: dict[str, tuple[Role | None, dict[str, Any], int]] = {
    "Listings": (None, {}, 1),
    "ListingsCounted": (None, {}, 2),
    "ListingCards": (None, {}, 1),
    "Me": (Role.CUSTOMER, {}, 1),
    "MyWallet": (Role.CUSTOMER, {}, 3),
    "MyStatement": (Role.CUSTOMER, {"currency": "CNY"}, 2),
    "MyConsignments": (Role.CUSTOMER, {}, 1),
    "PoliciesInForce": (Role.FINANCE, {}, 1),
    "Circulation": (Role.FINANCE, {"since": "2026-01-01", "until": "2026-02-01"}, 2),
}
"""Who asks, with which variables, and the statements that it takes."""


@pytest.fixture
async def seeded(database: Services, house: House) -> dict[Role, Account]:
    """The known people of a seeded house, the first of each role."""
    await seed(database.owner_url, pieces=PIECES)
    found = [await house.readers.accounts.by_email(known.email) for known in reversed(KNOWN)]
    return {account.roles[0]: account for account in found if account is not None}


def alone(name: str, document: str) -> str:
    """One operation of a document, with the fragments that it needs."""
    return print_ast(separate_operations(parse(document))[name])


async def test_a_read_takes_as_many_statements_as_it_may_however_long_its_list(
    api: Api, house: House, seeded: dict[Role, Account]
) -> None:
    documents = {name: alone(name, document) for name, document in operations().items()}
    taken: dict[str, set[int]] = {}
    for name, (role, variables, _) in BUDGETS.items():
        person = None if role is None else seeded[role]
        # Who somebody is is read once in a while, and then remembered.
        await api(person, "{ viewer { id } }")
        for first in ({"first": 1}, {"first": 20}) if "$first" in documents[name] else ({},):
            with counted() as statements:
                answer = await api(person, documents[name], **variables, **first)
            assert not answer.errors, (name, answer.errors)
            taken.setdefault(name, set()).add(len(statements))
        if name == "Listings":
            assert len(answer["listings"]["nodes"]) == 20

    assert taken == {name: {most} for name, (_, _, most) in BUDGETS.items()}
