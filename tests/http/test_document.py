"""Documents that are named instead of sent, and a house that answers registered ones only."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from pydantic import ValidationError

from app import document
from app.asgi import create, register
from app.config import Audience, DocumentsMode, Settings
from app.document import Learned
from app.house import House
from app.manifest import read, written
from domain.account import Account
from domain.viewer import Role
from persistence.redis import Cache
from tests.support.api import Api
from tests.support.people import People

NEW = "application/graphql-response+json"
OLD = "application/json"
SHELF = "query Shelf($first: Int = 1) { brands(first: $first) { nodes { name } } }"
ME = "query Me($id: ID!) { viewer { id } node(id: $id) { id } }"
PAGE = f"# The app's page.\n{ME}\n{SHELF}\n"
INTROSPECTION = "{ __schema { types { name } } }"
Send = Callable[..., Awaitable[httpx2.Response]]


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def by_apollo(text: str, **more: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hashed(text)}}, **more}


def code(response: httpx2.Response) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


async def post(api: Api, body: dict[str, Any], person: Account | None = None, accept: str = NEW) -> httpx2.Response:
    headers = {"accept": accept} | ({} if person is None else {"authorization": f"Bearer {api.token(person)}"})
    return await api.client.post("/graphql", json=body, headers=headers)


def fresh() -> str:
    """A valid document that nobody has sent before."""
    return f"query Q{uuid4().hex} {{ __typename }}"


# Learned documents


async def test_a_document_is_named_taught_once_and_known_from_then_on(api: Api) -> None:
    text = fresh()

    unknown = await post(api, by_apollo(text))
    taught = await post(api, by_apollo(text, query=text))
    named = await post(api, by_apollo(text))
    by_id = [await post(api, {"documentId": name}) for name in (hashed(text), f"sha256:{hashed(text)}")]

    assert (unknown.status_code, code(unknown)) == (400, "PERSISTED_QUERY_NOT_FOUND")
    assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert [answer.json()["data"] for answer in (taught, named, *by_id)] == [{"__typename": "Query"}] * 4


async def test_under_the_older_media_type_an_unknown_name_is_200_as_apollos_clients_know_it(api: Api) -> None:
    response = await post(api, by_apollo(fresh()), accept=OLD)

    assert (response.status_code, code(response)) == (200, "PERSISTED_QUERY_NOT_FOUND")


async def test_a_document_under_a_name_that_is_not_its_own_is_refused_and_not_learned(api: Api) -> None:
    text, other = fresh(), fresh()

    wrong = await post(api, by_apollo(text, query=other))
    both = await post(api, {"documentId": hashed(text), "query": other})
    after = [await post(api, by_apollo(one)) for one in (text, other)]

    for response in (wrong, both):
        assert (response.status_code, code(response)) == (400, "PERSISTED_QUERY_HASH_MISMATCH")
    assert [code(answer) for answer in after] == ["PERSISTED_QUERY_NOT_FOUND"] * 2


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"documentId": "abc"}, "BAD_REQUEST"),
        ({"documentId": 7}, "BAD_REQUEST"),
        ({"documentId": "md5:" + "0" * 64}, "BAD_REQUEST"),
        ({"documentId": "\u0660" * 64}, "BAD_REQUEST"),
        ({"extensions": {"persistedQuery": "x"}}, "PERSISTED_QUERY_NOT_SUPPORTED"),
        ({"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "0" * 64}}}, "PERSISTED_QUERY_NOT_SUPPORTED"),
        ({"extensions": {"persistedQuery": {"version": 1}}}, "BAD_REQUEST"),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": ["0" * 64]}}}, "BAD_REQUEST"),
        ({"extensions": {"persistedQuery": None}}, "BAD_REQUEST"),
    ],
)
async def test_what_names_no_document_is_told(api: Api, asked: dict[str, Any], expected: str) -> None:
    response = await post(api, asked)

    assert (response.status_code, code(response)) == (400, expected)


async def test_what_is_not_valid_is_not_learned(api: Api) -> None:
    for text in (f"{{ nothing{uuid4().hex} }}", f"{{ viewer {{ # {uuid4()}"):
        await post(api, by_apollo(text, query=text))

        assert code(await post(api, by_apollo(text))) == "PERSISTED_QUERY_NOT_FOUND"


async def test_what_is_too_long_is_answered_and_not_learned(api: Api) -> None:
    text = fresh() + " #" + "x" * document.TEXT_BYTES_MAX

    assert (await post(api, by_apollo(text, query=text))).json()["data"] == {"__typename": "Query"}
    assert code(await post(api, by_apollo(text))) == "PERSISTED_QUERY_NOT_FOUND"


async def test_one_address_teaches_so_much_in_a_minute_and_is_answered_all_the_same(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "LEARNED_PER_MINUTE", 3)
    transport = api.client._transport
    transport.client = (f"192.0.2.{uuid4().int % 250}", 1)  # type: ignore[attr-defined]
    texts = [fresh() for _ in range(9)]

    answers = [await post(api, by_apollo(text, query=text)) for text in texts]
    named = [await post(api, by_apollo(text)) for text in texts]

    assert all(answer.json()["data"] for answer in answers)
    # The minute may turn while this runs.
    assert 3 <= sum("data" in answer.json() for answer in named) <= 6


async def test_another_process_knows_what_one_has_learned(api: Api, house: House) -> None:
    app = create(house.settings)
    app.state.house = house
    async with Api(app, house) as other, asyncio.timeout(30):
        known: dict[str, Any] = {}
        # The cache is asked once and not waited for, so on a busy machine it may not be told.
        while "data" not in known:
            text = fresh()
            await post(api, by_apollo(text, query=text))
            known = (await post(other, by_apollo(text))).json()

    assert known["data"] == {"__typename": "Query"}


async def test_what_the_cache_says_is_believed_only_if_the_hash_fits(api: Api, house: House) -> None:
    forged = fresh()
    cache = Cache(house.settings.redis_url)
    await cache.set(f"document:{hashed(forged)}", b"{ viewer { id } }", ttl_seconds=60)
    await cache.close()

    assert code(await post(api, by_apollo(forged))) == "PERSISTED_QUERY_NOT_FOUND"


async def test_without_the_cache_a_process_knows_what_it_has_learned_itself(house: House) -> None:
    app = create(house.settings)
    app.state.house = house
    house.cache = Cache(None)
    text = fresh()
    async with Api(app, house) as api:
        await post(api, by_apollo(text, query=text))

        assert (await post(api, by_apollo(text))).json()["data"] == {"__typename": "Query"}


def test_a_flood_of_documents_leaves_the_last_ones_within_bounds() -> None:
    learned = Learned(most=3, bytes_max=100)
    for number in range(1_000):
        learned.keep(str(number), "x" * 40)
    for number in (998, 999):
        learned.keep(str(number), "x" * 40)

    assert [name for name in map(str, range(1_000)) if name in learned] == ["998", "999"]


# Registered documents


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "documents" / "app"
    place.mkdir(parents=True)
    (place / "page.graphql").write_text(PAGE)
    return tmp_path / "documents"


def opened(house: House, folder: Path, mode: DocumentsMode, *free: Audience) -> Api:
    settings = house.settings.model_copy(
        update={"documents_dir": folder, "documents_mode": mode, "documents_free": free}
    )
    app = create(settings)
    app.state.house = house
    register(app.graphql, folder)
    return Api(app, house)


@pytest.fixture
async def guarded(house: House, folder: Path) -> AsyncIterator[Api]:
    async with opened(house, folder, DocumentsMode.SAFELIST, Audience.STAFF) as api:
        yield api


async def test_a_registered_document_is_known_before_anybody_sent_it_whole_or_by_operation(
    house: House, folder: Path
) -> None:
    manifest = written(read(folder))
    single = next(id for id, text in manifest.items() if text.startswith("query Shelf"))
    async with opened(house, folder, DocumentsMode.OPEN) as api:
        answers = [
            await post(api, {"documentId": single}),
            await post(api, {"documentId": hashed(PAGE), "operationName": "Shelf"}),
            await post(api, by_apollo(PAGE, operationName="Shelf", variables={"first": 2})),
        ]

    assert len(manifest) == 2
    assert [answer.json()["data"] for answer in answers] == [{"brands": {"nodes": []}}] * 3


@pytest.mark.parametrize("role", [None, Role.CUSTOMER], ids=["stranger", "customer"])
@pytest.mark.parametrize(
    "text",
    [
        INTROSPECTION,
        '{ __type(name: "Listing") { fields { name } } }',
        "{ viewer { id } }",
        "{ viewr { id } }",
        "{ listngs { nodes { id } } }",
        "{ viewer {",
        "mutation { cartAdd(input: {}) { __typename } }",
        SHELF + " ",
        "",
    ],
)
async def test_in_safelist_mode_nothing_else_is_answered_and_every_refusal_is_the_same(
    guarded: Api, people: People, role: Role | None, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = None if role is None else await people.person(role)
    monkeypatch.setattr("schema.coded.parse", lambda *_, **__: pytest.fail("it was parsed"))

    new, old = [await post(guarded, {"query": text}, person, accept) for accept in (NEW, OLD)]
    taught = await post(guarded, by_apollo(text, query=text), person)
    headers = {"accept": NEW, "graphql-require-preflight": "1"}
    got = await guarded.client.get("/graphql", params={"query": text}, headers=headers)

    message = "This house answers registered documents only."
    for response in (new, old, taught, got):
        assert response.json() == {"errors": [{"message": message, "extensions": {"code": "DOCUMENT_NOT_REGISTERED"}}]}
    assert [response.status_code for response in (new, old, taught, got)] == [400, 200, 400, 400]


async def test_in_safelist_mode_a_registered_document_is_answered_by_name_and_by_text(guarded: Api) -> None:
    answers = [
        await post(guarded, {"documentId": hashed(PAGE), "operationName": "Shelf"}),
        await post(guarded, {"query": PAGE, "operationName": "Shelf"}),
        await guarded.client.get(
            "/graphql",
            params={"documentId": hashed(PAGE), "operationName": "Shelf"},
            headers={"GraphQL-Require-Preflight": "1"},
        ),
    ]

    assert [answer.json()["data"] for answer in answers] == [{"brands": {"nodes": []}}] * 3


@pytest.mark.parametrize(
    "asked",
    [
        {"operationName": "Mee", "variables": {"id": "x"}},
        {"operationName": "Me"},
        {"operationName": "Me", "variables": {"id": {"listing": 1}}},
        {"operationName": "Shelf", "variables": {"first": "one"}},
        {"variables": {"first": 1}},
    ],
)
async def test_what_does_not_fit_a_registered_document_tells_nothing_of_the_schema(
    guarded: Api, asked: dict[str, Any]
) -> None:
    response = await post(guarded, {"documentId": hashed(PAGE), **asked})

    message = "The operation name or the variables do not fit the document."
    assert response.status_code == 400
    assert response.json()["errors"] == [{"message": message, "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}]
    assert "data" not in response.json()


async def test_who_is_free_sends_what_they_like_and_what_they_teach_is_for_them_alone(
    guarded: Api, people: People
) -> None:
    staff = await people.staff(Role.SUPPORT)

    seen = await post(guarded, {"query": INTROSPECTION}, staff)
    suggested = await post(guarded, {"query": "{ viewr { id } }"}, staff)
    text = fresh()
    await post(guarded, by_apollo(text, query=text), staff)

    assert len(seen.json()["data"]["__schema"]["types"]) > 100
    assert "viewer" in suggested.text
    assert (await post(guarded, by_apollo(text), staff)).json()["data"]
    assert code(await post(guarded, by_apollo(text))) == "DOCUMENT_NOT_REGISTERED"


async def test_who_is_not_among_the_free_is_bound_whatever_they_are(house: House, folder: Path, people: People) -> None:
    staff = await people.staff(Role.ADMIN)
    async with opened(house, folder, DocumentsMode.SAFELIST) as api:
        response = await post(api, {"query": INTROSPECTION}, staff)

    assert code(response) == "DOCUMENT_NOT_REGISTERED"


async def test_in_open_mode_everybody_may_look_at_the_schema(api: Api) -> None:
    response = await post(api, {"query": INTROSPECTION})

    assert len(response.json()["data"]["__schema"]["types"]) > 100


def test_a_safelist_of_nowhere_is_refused_at_the_start() -> None:
    with pytest.raises(ValidationError, match="CERCLE_DOCUMENTS_DIR"):
        Settings(documents_mode=DocumentsMode.SAFELIST)
