"""GraphQL over HTTP: statuses, media types, and bodies that are not what they should be."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from app.request import check_short, liked, named_first, wanted_locale, wanted_type
from tests.schema.test_wallet import POCKETS
from tests.support.api import Api
from tests.support.people import People, euros

ONE_HOUSE = True

NEW = "application/graphql-response+json"
OLD = "application/json"
FIRST = "query ($n: Int) { accounts(first: $n) { nodes { id } } }"
Post = Callable[..., Awaitable[httpx2.Response]]


@pytest.fixture
def post(api: Api) -> Post:
    async def send(body: bytes | dict[str, Any], accept: str | None = NEW, **headers: str) -> httpx2.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"content-type": OLD, **({"accept": accept} if accept else {}), **headers}
        return await api.client.post("/graphql", content=content, headers=given)

    return send


def code(response: httpx2.Response) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (NEW, NEW),
        (OLD, OLD),
        ("*/*", OLD),
        ("application/*", OLD),
        ("", OLD),
        (f"{NEW}, {OLD};q=0.9", NEW),
        (f"{NEW};q=0.5, {OLD};q=0.9", OLD),
        (f"{OLD}, {NEW}", NEW),
        (f"text/html, {OLD}; charset=utf-8", OLD),
    ],
)
def test_the_answer_has_the_media_type_that_the_client_likes_best(accept: str, answered: str) -> None:
    assert wanted_type(accept) == answered


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("accept", f"{OLD}, " + "x/y," * 15_000, 406),
        ("accept-language", "zh," + "x," * 30_000, 200),
        ("content-type", f"{OLD};" + "x" * 60_000, 415),
        ("content-encoding", "x" * 60_000, 415),
        ("origin", "http://cercle.test" + "x" * 60_000, 403),
    ],
)
async def test_what_a_client_says_at_length_is_not_listened_to_and_not_remembered(
    post: Post, header: str, value: str, status: int
) -> None:
    remembered = (liked, named_first, check_short)
    for one in remembered:
        one.cache_clear()

    answers = [await post({"query": "{ __typename }"}, **{"accept": NEW, header: f"{value}{n}"}) for n in range(3)]

    assert [answer.status_code for answer in answers] == [status] * 3
    assert sum(one.cache_info().currsize for one in remembered) <= 3, (
        "what was short, and the beginning of what was not"
    )
    assert wanted_locale("zh," + "x," * 30_000) == "zh"


@pytest.mark.parametrize("media_type", [NEW, OLD])
async def test_an_answer_is_labelled_with_its_type_and_a_request_id(post: Post, media_type: str) -> None:
    response = await post({"query": "{ __typename }", "extensions": {"some": "value"}}, media_type)

    assert response.status_code == 200
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert response.headers["x-request-id"]
    assert response.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{ "not a JSON', "BAD_JSON"),
        (b"", "BAD_JSON"),
        (b"\xff\xfe", "BAD_JSON"),
        (b'{"query": "{ a }\xff"}', "BAD_JSON"),
        (b'{"query": "{ __typename }", "variables": {"a": "\\ud800"}}', "BAD_JSON"),
        (b'{"query": "{ __typename }", "variables": {"a": 1e999}}', "BAD_JSON"),
        (b'{"query": "{ __typename }", "variables": {"a": ' + b"9" * 100_000 + b"}}", "BAD_JSON"),
        (b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}", "BAD_JSON"),
        (b"NaN", "BAD_JSON"),
        (b"7", "BAD_REQUEST"),
        (b"null", "BAD_REQUEST"),
        (b'"{ __typename }"', "BAD_REQUEST"),
        (b'[{"query": "{ __typename }"}]', "BATCHING_NOT_SUPPORTED"),
        (b'{"qeury": "{ __typename }"}', "BAD_REQUEST"),
        (b'{"query": 7}', "BAD_REQUEST"),
        (b'{"query": "{ __typename }", "variables": ["a"]}', "BAD_REQUEST"),
        (b'{"query": "{ __typename }", "operationName": 0}', "BAD_REQUEST"),
        (b'{"query": "{ __typename }", "extensions": "a"}', "BAD_REQUEST"),
        (b"{}", "BAD_REQUEST"),
        (b'{"extensions": {}}', "BAD_REQUEST"),
        (b'{"extensions": {"client": "app"}}', "BAD_REQUEST"),
    ],
)
async def test_a_body_that_is_no_request_is_400_under_either_type(post: Post, body: bytes, expected: str) -> None:
    new, old = await post(body, NEW), await post(body, OLD)

    assert (new.status_code, code(new)) == (400, expected)
    assert (old.status_code, code(old)) == (400, expected)
    assert "data" not in new.json()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"query": ""}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ a\0 }"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": '{ a(b: "\\uD800") }'}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{" + " a" * 3_000 + "}"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ a" * 600 + " }" * 600}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ viewer" + " { viewer" * 150 + " }" * 151}, "LIMIT_EXCEEDED"),
        ({"query": "{ nothingOfThatName }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ wallet(accountId: {}) { pockets { version } } }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A { viewer { id } } query B { viewer { id } }"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "{ viewer { id } }", "operationName": "Other"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "subscription { viewer { id } }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "fragment F on Query { viewer { id } }"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "query ($id: ID!) { account(id: $id) { id } }"}, "BAD_USER_INPUT"),
        ({"query": "query ($id: ID!) { account(id: $id) { id } }", "variables": {"id": [1]}}, "BAD_USER_INPUT"),
        (
            {"query": "query ($n: Int) { accounts(first: $n) { nodes { id } } }", "variables": {"n": 2**31}},
            "BAD_USER_INPUT",
        ),
        (
            {"query": "query ($n: Int) { accounts(first: $n) { nodes { id } } }", "variables": {"n": "1"}},
            "BAD_USER_INPUT",
        ),
    ],
)
async def test_a_request_that_can_not_be_executed_is_400_or_an_error_under_the_older_type(
    post: Post, body: dict[str, Any], expected: str
) -> None:
    new, old = await post(body, NEW), await post(body, OLD)

    assert (new.status_code, code(new)) == (400, expected)
    assert (old.status_code, code(old)) == (200, expected)
    assert "data" not in new.json()


async def test_an_error_of_a_field_is_200_with_data(post: Post) -> None:
    response = await post({"query": "{ wallet { pockets { version } } }"}, NEW)

    assert response.status_code == 200
    assert response.json()["data"] is None
    assert code(response) == "NOT_ALLOWED"


async def test_what_is_wrong_with_the_request_itself_has_its_own_status(api: Api, post: Post) -> None:
    query = {"query": "{ __typename }"}
    answers = {
        405: await api.client.put("/graphql", json=query),
        406: await post(query, "text/html"),
        413: await post({"query": "{ __typename }" + " " * 300_000}),
        415: await post(query, **{"content-type": "text/plain"}),
        401: await post(query, authorization="Bearer nonsense"),
    }
    latin = await post(query, **{"content-type": "application/json; charset=latin-1"})
    packed = await post(query, **{"content-encoding": "gzip"})
    older = await post(query, OLD, authorization="Basic abc")

    assert {status: response.status_code for status, response in answers.items()} == {
        status: status for status in answers
    }
    assert code(answers[405]) == "METHOD_NOT_ALLOWED"
    assert answers[405].headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert code(answers[413]) == "BODY_TOO_LARGE"
    assert answers[401].headers["www-authenticate"] == "Bearer"
    assert latin.status_code == packed.status_code == 415
    assert (older.status_code, code(older)) == (401, "UNAUTHENTICATED")


async def test_a_body_that_lies_about_its_length_or_never_says_it_is_cut_off(api: Api) -> None:
    async def endless() -> Any:
        for _ in range(20):
            yield b" " * 65_536

    response = await api.client.post("/graphql", content=endless(), headers={"content-type": OLD})

    assert response.status_code == 413


async def test_what_nobody_expected_is_logged_once_with_the_id_that_the_client_gets(
    api: Api, people: People, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    customer = await people.customer(cash=euros(1))

    async def broken(*_: object) -> None:
        raise RuntimeError("the password of the database is swordfish")

    monkeypatch.setattr(api.house.readers.wallets, "pockets", broken)
    caplog.clear()

    answer = await api(customer, POCKETS)

    assert answer.codes == ["INTERNAL"]
    assert "swordfish" not in json.dumps(answer.body)
    request_id = answer.errors[0]["extensions"]["requestId"]
    assert answer.headers["x-request-id"] == request_id
    logged = [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]
    assert [request_id in record.getMessage() for record in logged] == [True]


async def test_refusals_and_the_callers_own_mistakes_are_not_logged_as_errors(
    api: Api, people: People, caplog: pytest.LogCaptureFixture
) -> None:
    customer = await people.customer()
    caplog.clear()

    await api(customer, "{ ledgerHealth { ok } }")
    await api(customer, "{ nothing }")
    await api(customer, "{")

    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
