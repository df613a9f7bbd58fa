"""Queries by GET: only with a header that no foreign page sends unasked, and nothing that changes anything."""

from typing import Any
from uuid import uuid4

import httpx2
import orjson
import pytest

from tests.http.transfer import Transfer
from tests.support.api import Api
from tests.support.people import People

PREFLIGHT = {"GraphQL-Require-Preflight": "1"}
NEW = "application/graphql-response+json"


def code(response: httpx2.Response) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


async def get(api: Api, headers: dict[str, str] | None = None, **asked: Any) -> httpx2.Response:
    params = {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in asked.items()}
    return await api.client.get("/graphql", params=params, headers={**PREFLIGHT, **(headers or {})})


@pytest.mark.parametrize("header", ["GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Requested-With"])
async def test_a_query_is_answered_with_any_header_that_takes_a_preflight(api: Api, header: str) -> None:
    response = await api.client.get("/graphql", params={"query": "{ __typename }"}, headers={header: "x"})

    assert (response.status_code, response.json()) == (200, {**response.json(), "data": {"__typename": "Query"}})
    assert response.headers["cache-control"] == "no-store"


async def test_without_such_a_header_nothing_is_answered(api: Api) -> None:
    for accept in ("*/*", NEW, "application/json"):
        response = await api.client.get("/graphql", params={"query": "{ __typename }"}, headers={"accept": accept})

        assert (response.status_code, code(response)) == (400, "PREFLIGHT_REQUIRED")


async def test_variables_and_the_operations_name_are_taken_from_the_address(api: Api) -> None:
    document = "query A { a: __typename } query B($name: String!) { __type(name: $name) { name } }"

    response = await get(api, query=document, operationName="B", variables={"name": "Listing"})

    assert response.json()["data"] == {"__type": {"name": "Listing"}}


@pytest.mark.parametrize("seen", [False, True], ids=["never seen", "seen before"])
async def test_a_mutation_by_get_is_refused_and_changes_nothing(api: Api, people: People, seen: bool) -> None:
    move = await Transfer.between_strangers(api, people)
    move.query += f"# {uuid4()}"
    if seen:
        await api(move.giver, move.query, **move.variables)
    before = await move.left()

    response = await get(api, move.headers, query=move.query, variables=move.variables)
    hidden = f"query Harmless {{ __typename }} {move.query.replace('mutation', 'mutation Move')}"
    among = await get(api, move.headers, query=hidden, variables=move.variables)
    by_name = await get(api, move.headers, query=hidden, operationName="Harmless")

    assert (response.status_code, code(response), response.headers["allow"]) == (405, "METHOD_NOT_ALLOWED", "POST")
    assert among.status_code == 405
    assert by_name.json()["data"] == {"__typename": "Query"}
    assert await move.left() == before == ("90.00" if seen else "100.00")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", "BAD_REQUEST"),
        ("query=%FF", "BAD_REQUEST"),
        ("query=%7B__typename%7D&query=%7B__typename%7D", "BAD_REQUEST"),
        ("query=%7B__typename%7D&variables=7", "BAD_REQUEST"),
        ("query=%7B__typename%7D&variables=%7B", "BAD_JSON"),
        ("query=%7B__typename%7D&extensions=" + "%5B" * 4_000, "BAD_JSON"),
        ("&".join(f"a{number}=1" for number in range(100)), "BAD_REQUEST"),
    ],
)
async def test_an_address_that_is_no_request_is_400(api: Api, address: str, expected: str) -> None:
    response = await api.client.get(f"/graphql?{address}", headers=PREFLIGHT)

    assert (response.status_code, code(response)) == (400, expected)


async def test_an_address_that_is_too_long_is_told(api: Api) -> None:
    response = await api.client.get("/graphql", params={"query": "a" * 20_000}, headers=PREFLIGHT)

    assert (response.status_code, code(response)) == (414, "ADDRESS_TOO_LONG")


async def test_an_address_deep_enough_to_break_a_parser_is_answered(api: Api) -> None:
    response = await get(api, {"accept": NEW}, query="{a" * 3_000)

    assert response.status_code == 400
    assert code(response)


async def test_what_strangers_read_by_get_is_kept_apart_from_what_they_read_by_post(api: Api) -> None:
    document = "{ brands(first: 1) { nodes { name } } }"

    answers = [await get(api, query=document), await get(api, query=document)]
    posted = await api.client.post(
        "/graphql", content=b"?query=" + document.encode(), headers={"content-type": "application/json"}
    )

    assert [answer.json()["data"] for answer in answers] == [{"brands": {"nodes": []}}] * 2
    assert (posted.status_code, code(posted)) == (400, "BAD_JSON")


async def test_head_is_answered_as_get_and_other_methods_are_not(api: Api) -> None:
    head = await api.client.head("/graphql", params={"query": "{ __typename }"}, headers=PREFLIGHT)
    others = [
        await api.client.request(method, "/graphql", headers=PREFLIGHT)
        for method in ("PUT", "PATCH", "DELETE", "TRACE")
    ]

    assert head.status_code == 200
    assert [answer.status_code for answer in others] == [405] * 4
