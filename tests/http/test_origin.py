"""What a page of another site can have a browser send is refused, and it changes nothing (S9)."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import httpx2
import orjson
import pytest
from pydantic import ValidationError

from app.asgi import create
from app.config import Settings
from app.house import House
from tests.http.transfer import Transfer
from tests.support.api import Api
from tests.support.people import People

SHOP = "https://shop.example"
PREFLIGHT = {"GraphQL-Require-Preflight": "1"}


@pytest.fixture
async def listed(house: House) -> AsyncIterator[Api]:
    """A house that welcomes the pages of a shop."""
    app = create(house.settings.model_copy(update={"origins": (SHOP,)}))
    app.state.house = house
    async with Api(app, house) as api:
        yield api


def code(response: httpx2.Response) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/x-www-form-urlencoded", 415),
        ("text/plain", 415),
        ("text/plain;charset=UTF-8", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/xml", 415),
        ("", 415),
    ],
)
async def test_what_a_form_can_send_is_refused(api: Api, people: People, content_type: str, status: int) -> None:
    move = await Transfer.between_strangers(api, people)
    headers = move.headers
    if content_type:
        headers["content-type"] = content_type
    form = urlencode({"query": move.query, "variables": orjson.dumps(move.variables)}).encode()
    sent = form if "form" in content_type else orjson.dumps(move.body)

    response = await api.client.post("/graphql", content=sent, headers=headers)

    assert (response.status_code, code(response)) == (status, "UNSUPPORTED_MEDIA_TYPE")
    assert await move.left() == "100.00"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://cercle.test.evil.example",
        "http://cercle.test:81",
        "https://shop.example.evil.example",
        "file://",
        "javascript://cercle.test",
        "http://cercle.test, https://evil.example",
        "",
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET", "OPTIONS"])
async def test_a_page_of_another_site_is_refused_whatever_it_sends(
    listed: Api, people: People, origin: str, method: str
) -> None:
    move = await Transfer.between_strangers(listed, people)
    headers = move.headers
    headers |= {"origin": origin, **PREFLIGHT}
    content = {"json": move.body} if method == "POST" else {"params": {"query": "{ __typename }"}}

    response = await listed.client.request(method, "/graphql", headers=headers, **content)  # type: ignore[arg-type]

    assert (response.status_code, code(response)) == (403, "ORIGIN_NOT_ALLOWED")
    assert "access-control-allow-origin" not in response.headers
    assert await move.left() == "100.00"


@pytest.mark.parametrize("origin", ["http://cercle.test", "https://cercle.test", SHOP, "http://127.0.0.1:8000"])
async def test_a_page_of_this_house_or_of_a_listed_site_is_answered_and_may_read_the_answer(
    listed: Api, people: People, origin: str
) -> None:
    move = await Transfer.between_strangers(listed, people)
    headers = move.headers

    response = await listed.client.post("/graphql", json=move.body, headers={**headers, "origin": origin})
    refused = await listed.client.post(
        "/graphql", content=b"7", headers={"origin": origin, "content-type": "text/plain"}
    )

    assert response.json()["data"]["walletTransfer"]["__typename"] == "WalletPocket"
    assert await move.left() == "90.00"
    for answer in (response, refused):
        assert answer.headers["access-control-allow-origin"] == origin
        assert "origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in response.headers


async def test_a_browser_that_asks_first_is_told_what_a_listed_site_may_send(listed: Api) -> None:
    asking = {
        "origin": SHOP,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,idempotency-key",
    }
    welcome = await listed.client.options("/graphql", headers=asking)
    program = await listed.client.options("/graphql")

    assert welcome.status_code == program.status_code == 200
    assert welcome.headers["access-control-allow-origin"] == SHOP
    assert welcome.headers["access-control-allow-methods"] == "GET, POST"
    allowed = set(welcome.headers["access-control-allow-headers"].split(", "))
    assert set(asking["access-control-request-headers"].split(",")) < allowed
    assert "graphql-require-preflight" in allowed
    assert program.headers["allow"] == "GET, HEAD, OPTIONS, POST"


async def test_a_program_sends_no_origin_and_is_not_asked(api: Api, people: People) -> None:
    move = await Transfer.between_strangers(api, people)
    headers = move.headers

    await api.client.post("/graphql", json=move.body, headers=headers)

    assert await move.left() == "90.00"


@pytest.mark.parametrize(
    "origin", ["*", "null", "shop.example", "https://shop.example/", "https://Shop.example", "ftp://a"]
)
def test_what_is_no_origin_can_not_be_listed(origin: str) -> None:
    with pytest.raises(ValidationError, match="no origin"):
        Settings(origins=(origin,))
