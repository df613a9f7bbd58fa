"""A document that was seen before is answered as one that was not, only sooner."""

from typing import Any

import pytest
from graphql import parse

from app.house import House
from domain.viewer import Viewer
from schema.document import Documents
from schema.root import build
from tests.support.api import Api
from tests.support.people import People

ONE_HOUSE = True

OPERATIONS: list[tuple[str, dict[str, Any] | None, str | None]] = [
    ("{ viewer { id } }", None, None),
    ("query A { viewer { id } } query B { viewer { locale } }", None, "B"),
    ("query A { viewer { id } } query B { viewer { locale } }", None, None),
    ("query A { viewer { id } } query B { viewer { locale } }", None, "C"),
    ("query A { viewer { id } }", None, "C"),
    ("query ($id: ID!) { node(id: $id) { id } }", {"id": "nothing"}, None),
    ("query ($id: ID!) { node(id: $id) { id } }", {}, None),
    ("query ($id: ID!) { node(id: $id) { id } }", {"id": {"deep": [1, 2]}}, None),
    ("{ viewer { nothing } }", None, None),
    ("{ viewer {", None, None),
    ("", None, None),
    ("fragment Alone on Viewer { id }", None, None),
    ("subscription { nothing }", None, None),
    ("mutation { nothing }", None, None),
]


@pytest.mark.parametrize(("query", "variables", "name"), OPERATIONS)
async def test_the_first_and_the_second_time_are_answered_alike(
    house: House, people: People, query: str, variables: dict[str, Any] | None, name: str | None
) -> None:
    schema, customer = build(), await people.customer()
    person = Viewer(customer.id, frozenset(customer.roles))

    stock = await schema.execute(query, variables, house.context(person), operation_name=name)
    again = [await schema.answer(query, variables, name, house.context(person)) for _ in range(2)]

    assert [seen(one) for one in again] == [seen(stock)] * 2


def seen(result: Any) -> Any:
    return result.data, [error.formatted for error in result.errors or ()]


async def test_only_valid_documents_are_remembered(api: Api) -> None:
    documents = build().documents
    before = len(documents)

    await api(None, "{ viewer { nothing } } # test_document")
    await api(None, "{ viewer { # test_document")
    assert len(documents) == before

    await api(None, "{ viewer { id } } # test_document")
    assert documents.find("{ viewer { id } } # test_document") is not None


def test_a_flood_of_documents_leaves_the_last_ones() -> None:
    documents, node = Documents(most=3, bytes_max=100), parse("{ a }")

    for number in range(1_000):
        documents.keep(f"{{ a }} # {number}", node, {})

    assert len(documents) == 3
    assert documents.find("{ a } # 999") is not None
    assert documents.find("{ a } # 5") is None


def test_long_documents_leave_room_by_their_length() -> None:
    documents, node = Documents(most=10, bytes_max=100), parse("{ a }")

    documents.keep("a" * 60, node, {})
    documents.keep("b" * 60, node, {})
    documents.keep("c" * 101, node, {})

    assert [documents.find(name * 60) is not None for name in "abc"] == [False, True, False]
    assert len(documents) == 1


def test_what_was_used_last_goes_last() -> None:
    documents, node = Documents(most=2), parse("{ a }")
    documents.keep("one", node, {})
    documents.keep("two", node, {})
    documents.find("one")

    documents.keep("three", node, {})

    assert [documents.find(name) is not None for name in ("one", "two", "three")] == [True, False, True]


def test_of_all_documents_together_the_reads_that_were_used_last_stay_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schema.document.READY_MAX", 3)
    documents = Documents(most=2)
    first, second = (documents.keep(text, parse(text), {}) for text in ("{ a }", "{ b }"))
    for key in (1, 2):
        documents.keep_ready(first, key, f"first {key}")
    documents.keep_ready(second, 1, "second 1")
    assert documents.ready(first, 1) == "first 1"
    documents.keep_ready(second, 2, "second 2")
    assert documents.ready(first, 2) is None, "it was asked for longest ago"
    assert documents.ready(second, 1) == "second 1"
    assert first.ready == {1}

    documents.keep("{ c }", parse("{ c }"), {})
    assert documents.find("{ a }") is None
    assert documents.ready(first, 1) is None, "it went with its document"
