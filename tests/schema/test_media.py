"""Files come in by signed addresses, whole or not at all, and never change."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

import pytest

from app.jobs import JOBS
from domain.viewer import Role
from schema.ids import decode_id, encode_id
from tests.support.api import Api
from tests.support.catalogue import Shelves
from tests.support.consignment import content
from tests.support.people import People

ONE_HOUSE = True

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
PDF = b"%PDF-1.7\n" + bytes(100)

START = """
mutation ($input: MediaUploadStartInput!) { mediaUploadStart(input: $input) {
  __typename
  ... on MediaUpload { id key url method headers { name value } expiresAt state nextActions }
  ... on UserError { code message path } } }
"""
FINISH = """
mutation ($input: MediaUploadFinishInput!) { mediaUploadFinish(input: $input) {
  __typename ... on MediaUpload { key state } ... on UserError { code path } } }
"""


async def start(
    api: Api, person: Any, content: bytes = PNG, content_type: str = "image/png", role: str = "IMAGE"
) -> Any:
    given = {"role": role, "contentType": content_type, "sizeBytes": len(content)}
    return (await api(person, START, input=given))["mediaUploadStart"]


async def put(api: Api, upload: Any, content: bytes = PNG, url: str | None = None, **headers: str) -> Any:
    promised = {one["name"]: one["value"] for one in upload["headers"]}
    return await api.client.put(url or upload["url"], content=content, headers={**promised, **headers})


def changed(url: str, **query: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode({**dict(parse_qsl(parts.query)), **query})))


async def test_a_picture_goes_from_a_phone_to_a_product(api: Api, people: People) -> None:
    staff = await people.staff(Role.MERCHANDISER)
    product = await Shelves(api.house).product()
    attach = """
    mutation ($input: ProductUpdateInput!) { productUpdate(input: $input) {
      ... on Product { coverUrl media { url role alt contentType } } ... on UserError { code path } } }
    """
    upload = await start(api, staff)
    stored = await put(api, upload)
    finished = await api(staff, FINISH, input={"uploadId": upload["id"]})
    shown = await api(
        staff,
        attach,
        input={
            "productId": encode_id("Product", product.id),
            "media": [{"key": upload["key"], "alt": {"en": "A moon", "zh": "月亮"}}],
        },
    )
    picture = await api.client.get(shown["productUpdate"]["coverUrl"])

    assert (upload["method"], upload["state"]) == ("PUT", "STARTED")
    assert stored.status_code == 201
    assert finished["mediaUploadFinish"]["state"] == "FINISHED"
    assert shown["productUpdate"]["media"][0]["alt"] == "A moon"
    assert picture.content == PNG
    assert picture.headers["content-type"] == "image/png"
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in picture.headers["cache-control"]


async def finished(api: Api, person: Any) -> Any:
    upload = await start(api, person)
    assert (await put(api, upload)).status_code == 201
    done = await api(person, FINISH, input={"uploadId": upload["id"]})
    assert done["mediaUploadFinish"]["state"] == "FINISHED"
    return upload


async def expire(api: Api, upload: Any, hours: float = 24.1) -> None:
    """What the worker does some hours after the upload began, twice as after a crash."""
    upload_id = decode_id(upload["id"])[1]
    for _ in range(2):
        at = datetime.now(UTC) + timedelta(hours=hours)
        await JOBS["mediaUploadExpire"](
            api.house, "mediaUploadExpire", UUID(str(upload_id)), f"job:{upload_id}:{hours}", at
        )


async def kept(api: Api, upload: Any) -> tuple[bool, bool]:
    """Whether the house knows of it, and whether its file is there."""
    row = await api.house.readers.pool.fetchval("SELECT count(*) FROM media_upload WHERE key = $1", upload["key"])
    path = api.house.files.path(upload["key"])
    assert path is not None
    return row == 1, path.exists()


async def test_uploads_that_nothing_shows_are_forgotten_after_a_day(api: Api, people: People) -> None:
    owner = await people.customer()
    started, sent, unused = await start(api, owner), await start(api, owner), await finished(api, owner)
    await put(api, sent)
    due = "SELECT name, due_at - now() AS wait FROM outbox WHERE subject_id = $1"
    job = await api.house.readers.pool.fetchrow(due, decode_id(unused["id"])[1])
    assert job["name"] == "mediaUploadExpire"
    assert timedelta(hours=23) < job["wait"] <= timedelta(hours=24)

    for upload in (started, sent, unused):
        await expire(api, upload, hours=23.9)
    early = [await kept(api, upload) for upload in (started, sent, unused)]
    for upload in (started, sent, unused):
        await expire(api, upload)

    assert early == [(True, False), (True, True), (True, True)]
    assert [await kept(api, upload) for upload in (started, sent, unused)] == [(False, False)] * 3
    assert (await api(owner, FINISH, input={"uploadId": unused["id"]}))["mediaUploadFinish"]["code"] == "NOT_FOUND"


async def test_what_was_ever_shown_stays(api: Api, people: People) -> None:
    seller, staff = await people.customer(), await people.staff(Role.MERCHANDISER)
    told, shown = await finished(api, seller), await finished(api, staff)
    draft = (
        "mutation ($input: ConsignmentDraftInput!) { consignmentDraft(input: $input) { ... on Consignment { id } } }"
    )
    await api(seller, draft, input={"content": content(photos=[{"key": told["key"]}])})
    product = encode_id("Product", (await Shelves(api.house).product()).id)
    attach = """
    mutation ($input: ProductUpdateInput!) { productUpdate(input: $input) { ... on Product { media { key } } } }
    """
    await api(staff, attach, input={"productId": product, "media": [{"key": shown["key"]}]})
    taken_off = await api(staff, attach, input={"productId": product, "media": []})

    for upload in (told, shown):
        await expire(api, upload, hours=1_000)

    assert taken_off["productUpdate"]["media"] == []
    assert [await kept(api, upload) for upload in (told, shown)] == [(True, True)] * 2


async def test_a_file_is_forgotten_or_shown_and_never_both(api: Api, people: People) -> None:
    staff = await people.staff(Role.MERCHANDISER)
    product = encode_id("Product", (await Shelves(api.house).product()).id)
    attach = """
    mutation ($input: ProductUpdateInput!) { productUpdate(input: $input) { __typename ... on Product { id } } }
    """
    for _ in range(6):
        upload = await finished(api, staff)
        given = {"productId": product, "media": [{"key": upload["key"]}]}

        attached, _ = await asyncio.gather(api(staff, attach, input=given), expire(api, upload))

        used = attached["productUpdate"]["__typename"] == "Product"
        assert await kept(api, upload) == (used, used)


async def test_finishing_needs_the_file_and_its_uploader(api: Api, people: People) -> None:
    owner, stranger = await people.customer(), await people.customer()
    upload = await start(api, owner)

    early = await api(owner, FINISH, input={"uploadId": upload["id"]})
    await put(api, upload)
    theirs = await api(stranger, FINISH, input={"uploadId": upload["id"]})

    assert early["mediaUploadFinish"]["code"] == "MEDIA_NOT_RECEIVED"
    assert theirs["mediaUploadFinish"]["code"] == "NOT_FOUND"
    assert (await api(owner, FINISH, input={"uploadId": upload["id"]}))["mediaUploadFinish"]["state"] == "FINISHED"


async def test_an_address_takes_only_what_was_announced(api: Api, people: People) -> None:
    upload = await start(api, await people.customer())

    tries = [
        await put(api, upload, PNG + b"more", **{"Content-Length": str(len(PNG) + 4)}),
        await put(api, upload, **{"Content-Type": "image/jpeg"}),
        await put(api, upload, url=changed(upload["url"], expires="99999999999")),
        await put(api, upload, url=changed(upload["url"], signature="x" * 43)),
        await put(api, upload, url=upload["url"].replace("/public/", "/private/")),
        await put(api, upload, url=upload["url"].replace("/public/", "/public/../")),
    ]

    assert [one.status_code for one in tries] == [403] * 4 + [403, 403]
    assert (await api.client.get(upload["url"].split("?")[0])).status_code == 404


async def test_a_file_that_is_not_what_it_says_is_refused(api: Api, people: People) -> None:
    upload = await start(api, await people.customer())
    script = b"<svg onload=alert(1)>" + bytes(len(PNG) - 21)

    refused = await put(api, upload, script)

    assert (refused.status_code, refused.json()["code"]) == (422, "MEDIA_TYPE_MISMATCH")
    assert (await api.client.get(upload["url"].split("?")[0])).status_code == 404
    assert (await put(api, upload)).status_code == 201


async def test_what_is_stored_never_changes_and_the_same_file_is_fine_again(api: Api, people: People) -> None:
    upload = await start(api, await people.customer())
    other = PNG[:-1] + b"\x01"

    at_once = await asyncio.gather(*(put(api, upload, content) for content in (PNG, other, PNG, other)))
    again = await asyncio.gather(put(api, upload, PNG), put(api, upload, other))

    kept = (await api.client.get(upload["url"].split("?")[0])).content
    assert {one.status_code for one in at_once} <= {201, 409}
    assert sorted(one.status_code for one in again) == [201, 409]
    assert kept in (PNG, other)
    assert again[0].status_code == (201 if kept == PNG else 409)


async def test_documents_lie_apart_behind_addresses_that_lapse(api: Api, people: People) -> None:
    staff = await people.staff(Role.MERCHANDISER)
    product = await Shelves(api.house).product()
    attach = """
    mutation ($input: ProductUpdateInput!) { productUpdate(input: $input) { ... on Product { media { url role } } } }
    """
    upload = await start(api, staff, PDF, "application/pdf", "DOCUMENT")
    await put(api, upload, PDF)
    await api(staff, FINISH, input={"uploadId": upload["id"]})
    shown = await api(
        staff, attach, input={"productId": encode_id("Product", product.id), "media": [{"key": upload["key"]}]}
    )
    url = shown["productUpdate"]["media"][0]["url"]

    assert (await api.client.get(url)).content == PDF
    assert (await api.client.get(url.split("?")[0])).status_code == 404
    assert (await api.client.get(changed(url, expires="1"))).status_code == 404


@pytest.mark.parametrize(
    ("content_type", "role", "size", "path"),
    [
        ("image/svg+xml", "IMAGE", 10, ["contentType"]),
        ("application/pdf", "IMAGE", 10, ["contentType"]),
        ("image/png", "IMAGE", 0, ["sizeBytes"]),
        ("image/png", "IMAGE", 2**30, ["sizeBytes"]),
    ],
)
async def test_what_the_house_does_not_take_is_refused_at_once(
    api: Api, people: People, content_type: str, role: str, size: int, path: list[str]
) -> None:
    given = {"role": role, "contentType": content_type, "sizeBytes": size}

    refused = await api(await people.customer(), START, input=given)

    assert refused["mediaUploadStart"]["code"] == "INVALID_INPUT"
    assert refused["mediaUploadStart"]["path"] == path


async def test_strangers_upload_nothing_and_unfinished_files_are_shown_nowhere(api: Api, people: People) -> None:
    staff = await people.staff(Role.MERCHANDISER)
    product = await Shelves(api.house).product()
    attach = (
        "mutation ($input: ProductUpdateInput!) { productUpdate(input: $input) { ... on UserError { code path } } }"
    )
    upload = await start(api, staff)
    await put(api, upload)

    unfinished = await api(
        staff, attach, input={"productId": encode_id("Product", product.id), "media": [{"key": upload["key"]}]}
    )

    assert unfinished["productUpdate"] == {"code": "NOT_FOUND", "path": ["media", "0", "key"]}
    assert (await start(api, None))["code"] == "NOT_ALLOWED"
