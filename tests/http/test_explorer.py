"""The page that a browser gets: it works with the network cut, hands tokens to nobody else, and can be left out."""

import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from app import explorer
from app.asgi import create
from app.config import DocumentsMode, Settings
from app.house import House
from app.seed import seed
from persistence.embedded import Services
from tests.conftest import copied
from tests.support import node
from tests.support.api import Api
from tests.support.servers import REPOSITORY, ServedProcess

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
LOCAL = {"accept": BROWSER, "host": "127.0.0.1:8000"}
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
PRODUCTION = {"environment": "production", "secret": "x" * 40, "payment_secret": "whsec_" + "eHh4" * 10}


@pytest.fixture
async def furnished(services: Services, template: str) -> AsyncIterator[ServedProcess]:
    """A server process of a house with goods on its shelf."""
    async with copied(services, template) as database:
        await seed(database.owner_url, pieces=40)
        process = ServedProcess(database).launch()
        try:
            await process.ready()
            yield process
        finally:
            process.stop()


def given(page: str) -> dict[str, list[dict[str, object]]]:
    found = re.search(r'<script type="application/json" id="given">(.*)</script>', page)
    assert found is not None
    return orjson.loads(found[1])  # type: ignore[no-any-return]


@node.needs_node
@pytest.mark.skipif(CHROMIUM is None, reason="There is no Chromium here.")
async def test_in_a_real_browser_an_example_shows_goods_with_every_other_machine_cut_off(
    furnished: ServedProcess,
) -> None:
    assert CHROMIUM is not None
    told = await node.run(
        "explorer.mjs",
        patience_seconds=150,
        CERCLE_URL=f"{furnished.url}/graphql",
        CHROMIUM=CHROMIUM,
        SCREENSHOT=os.environ.get("CERCLE_SCREENSHOT", ""),
    )

    assert told["example"]["data"]["listings"]["nodes"][0]["price"]["formatted"]
    assert told["complaints"] == told["abroad"] == []
    assert told["consumers"][0] == "storefront"
    assert {"AddToCart", "Listings", "ListingPage"} <= set(told["tabs"])
    assert "MyWallet" in told["others"]
    assert told["stranger"]["data"] == {"viewer": None}
    assert told["person"]["data"]["viewer"]["email"].split("@")[0] == told["people"][1].split(":")[0]
    assert told["watched"]["data"] == {"walletChanged": {"__typename": "WalletChange"}}
    assert "eyJ" not in told["kept"], "a token was kept in the browser"


async def test_the_page_asks_for_its_own_files_only_and_may_do_no_more(api: Api) -> None:
    page = await api.client.get("/graphql", headers=LOCAL)
    files = re.findall(r'(?:href|src)="(explorer/[^"]+)"', page.text)
    found = [await api.client.get(f"/{file}") for file in files]

    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in policy
    assert [answer.status_code for answer in found] == [200, 200]
    assert not re.search(r'(?:href|src)="(?:https?:)?//', page.text)


async def test_every_example_is_a_tab_and_one_that_can_be_sent_as_it_is_comes_first(api: Api) -> None:
    consumers = given((await api.client.get("/graphql", headers=LOCAL)).text)["consumers"]

    shown = {tab["query"] for consumer in consumers for tab in consumer["tabs"]}  # type: ignore[attr-defined]
    assert shown == {file.read_text() for file in (REPOSITORY / "examples").rglob("*.graphql")}
    assert consumers[0]["tabs"][0]["variables"] == ""  # type: ignore[index]


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        (LOCAL, "192.0.2.7"),
        ({**LOCAL, "host": "cercle.evil.example"}, "127.0.0.1"),
        ({**LOCAL, "origin": "http://127.0.0.1:8000"}, "127.0.0.1"),
    ],
    ids=["another machine", "a name that leads here", "a page that reads"],
)
async def test_tokens_are_given_to_whoever_sits_at_this_machine_and_to_nobody_else(
    api: Api, database: Services, headers: dict[str, str], client: str
) -> None:
    await seed(database.owner_url, pieces=1)
    transport = api.client._transport
    mine = await api.client.get("/graphql", headers=LOCAL)
    transport.client = (client, 123)  # type: ignore[attr-defined]
    other = await api.client.get("/graphql", headers=headers)

    assert len(given(mine.text)["people"]) > 5
    assert other.status_code == 200
    assert given(other.text)["people"] == []
    assert "eyJ" not in other.text


async def test_in_production_there_is_no_page_unless_it_is_wanted_and_then_without_tokens(
    house: House, database: Services
) -> None:
    await seed(database.owner_url, pieces=1)
    asked = {name: value for name, value in house.settings.model_dump().items() if name not in PRODUCTION}
    without, wanted = Settings(**asked, **PRODUCTION), Settings(**{**asked, "explorer": True}, **PRODUCTION)
    answers = []
    for settings in (without, wanted):
        app = create(settings)
        app.state.house = house
        async with Api(app, house) as api:
            answers.append(await api.client.get("/graphql", headers=LOCAL))
            answers.append(await api.client.get("/explorer/explorer.js"))

    assert [answer.status_code for answer in answers] == [400, 404, 200, 200]
    assert answers[0].json()["errors"][0]["extensions"]["code"] == "PREFLIGHT_REQUIRED"
    assert given(answers[2].text)["people"] == []


async def test_the_page_says_where_the_schema_is_unless_it_is_not_for_everybody(house: House, tmp_path: Path) -> None:
    safe = {"documents_mode": DocumentsMode.SAFELIST, "documents_dir": tmp_path}
    told = []
    for changes in ({}, safe):
        settings = house.settings.model_copy(update=changes)
        app = create(settings)
        app.state.house = replace(house, settings=settings)
        async with Api(app, house) as api:
            page = await api.client.get("/graphql", headers=LOCAL)
            told.append((given(page.text)["sdl"], await api.client.get("/explorer/schema.graphql")))

    (shown, found), (hidden, nothing) = told
    assert str(shown).startswith("explorer/schema.graphql?")
    assert found.text == (REPOSITORY / "schema" / "schema.graphql").read_text()
    assert (hidden, nothing.status_code, nothing.content) == (None, 404, b"")


async def test_what_is_built_is_not_large_and_says_whose_it_is(api: Api) -> None:
    licences = (await api.client.get("/explorer/LICENSES.txt")).text
    packed = await api.client.get("/explorer/explorer.js", headers={"accept-encoding": "gzip"})

    assert sum(len(explorer.asset(name).body) for name in explorer.KINDS) < 3_000_000
    assert packed.headers["content-encoding"] == "gzip"
    assert all(name in licences for name in ("graphiql 4", "react 19", "codemirror 5", "Permission is hereby granted"))
    assert (await api.client.get("/explorer/..%2F__init__.py")).status_code == 404
    assert (await api.client.get("/explorer/other.js")).status_code == 404


@pytest.mark.deep
@node.needs_node
def test_what_is_built_is_what_its_source_makes(tmp_path: Path) -> None:
    shutil.copytree(explorer.BUILT.parent / "source", tmp_path / "source")
    place = tmp_path / "source"
    (tmp_path / "built").mkdir()
    if subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--fetch-retries=1"], cwd=place).returncode:
        pytest.skip("npm reaches no registry.")
    subprocess.run(["npm", "run", "build"], cwd=place, check=True)

    made = {file.name: file.read_bytes() for file in (tmp_path / "built").iterdir()}
    assert made == {file.name: file.read_bytes() for file in explorer.BUILT.iterdir()}
