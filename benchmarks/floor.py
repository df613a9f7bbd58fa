"""The floor: the same answers by hand, as fast as one knows how with Starlette, asyncpg and orjson.

No GraphQL, no validation, no layers: a route, one prepared statement with the columns that the answer needs, a
dictionary, its JSON. What costs less here belongs here: a floor that is slow makes nothing else fast.
"""

import asyncio
import gc
from binascii import b2a_base64
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC
from multiprocessing.connection import Connection
from socket import socket
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from app.config import Settings
from app.memory import settle_later
from app.protocol import Doors, HouseProtocol
from benchmarks.lending import Lending
from persistence.database import connect

PAGE = 24

LISTING = f"""
SELECT l.id, l.kind, l.slug, l.price_minor, l.price_currency, l.reference_price_minor, l.reference_price_currency,
    l.published_at, p.id, p.name ->> 'en', p.category_id, p.cover_key, b.name ->> 'en', x.id, x.grade, x.cover_key
FROM listing l JOIN product p ON p.id = l.product_id JOIN brand b ON b.id = p.brand_id
    LEFT JOIN piece x ON x.id = l.piece_id
WHERE l.state = 'LISTED' ORDER BY l.published_at DESC, l.id DESC LIMIT {PAGE + 1}
"""

DETAIL = """
SELECT l.id, l.kind, l.state, l.quantity - l.reserved, l.seller_kind, l.price_minor, l.price_currency,
    l.reference_price_minor, l.reference_price_currency, l.reference_source, l.reference_as_of,
    p.name ->> 'en', p.reference, p.story ->> 'en', p.attributes, p.media, b.name ->> 'en',
    (SELECT attributes FROM category WHERE id = l.category_1_id),
    (SELECT attributes FROM category WHERE id = l.category_2_id),
    (SELECT attributes FROM category WHERE id = l.category_3_id),
    x.id IS NOT NULL, x.grade, x.condition ->> 'en', x.serial
FROM listing l JOIN product p ON p.id = l.product_id JOIN brand b ON b.id = p.brand_id
    LEFT JOIN piece x ON x.id = l.piece_id
WHERE l.slug = $1 AND l.state <> 'WITHDRAWN'
"""

SIGNS = {"CNY": "CN¥", "HKD": "HK$", "EUR": "€", "USD": "$", "JPY": "¥"}
URL_SAFE = bytes.maketrans(b"+/", b"-_")
SERIAL_SHOWN = 3

Send = Callable[[dict[str, Any]], Awaitable[None]]
Body = Callable[[dict[str, Any]], Awaitable[bytes]]


class Endpoint:
    """An ASGI endpoint that answers with JSON."""

    def __init__(self, body: Body) -> None:
        self.body = body

    async def __call__(self, scope: dict[str, Any], receive: object, send: Send) -> None:
        body = await self.body(scope)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Statement:
    """One statement, prepared on a fixed number of connections that it has for itself."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.connections: list[Any] = []
        self.prepared: Lending[Any] = Lending(())

    async def open(self, url: str, size: int) -> None:
        self.connections = [await connect(url, default_transaction_read_only="on") for _ in range(size)]
        self.prepared = Lending([await connection.prepare(self.query) for connection in self.connections])
        for connection in self.connections:
            # Until something is run the database counts what was prepared as running, and times it out.
            await connection.execute("SELECT 1")

    async def close(self) -> None:
        for connection in self.connections:
            await connection.close()

    async def rows(self, *arguments: object) -> Sequence[Any]:
        prepared = await self.prepared.take()
        try:
            return await prepared.fetch(*arguments)  # type: ignore[no-any-return]
        finally:
            self.prepared.give(prepared)


class Floor:
    """Every endpoint, on connections of its own."""

    def __init__(self, settings: Settings) -> None:
        assert settings.database_url is not None
        self.url, self.size = settings.database_url, settings.pool_size
        self.media = f"{settings.address}/media/"
        self.shelf, self.one = Statement(LISTING), Statement(DETAIL)
        self.kept = b""

    async def open(self) -> None:
        await self.shelf.open(self.url, self.size)
        await self.one.open(self.url, self.size)
        self.kept = await self.listing({})

    async def close(self) -> None:
        await self.shelf.close()
        await self.one.close()

    async def constant(self, scope: dict[str, Any]) -> bytes:
        return self.kept

    async def listing(self, scope: dict[str, Any]) -> bytes:
        rows = await self.shelf.rows()
        media = self.media
        nodes = [node(row, media) for row in rows[:PAGE]]
        last = rows[len(nodes) - 1]
        page = {"hasNextPage": len(rows) > PAGE, "endCursor": cursor("listings/NEWEST", last[7], last[0])}
        return orjson.dumps({"data": {"listings": {"nodes": nodes, "pageInfo": page}}})

    async def detail(self, scope: dict[str, Any]) -> bytes:
        rows = await self.one.rows(scope["path_params"]["slug"])
        return orjson.dumps({"data": {"listing": page_of(rows[0], self.media) if rows else None}})


def node(row: Any, media: str) -> dict[str, Any]:
    """A card on the shelf."""
    (
        id_,
        kind,
        slug,
        price,
        currency,
        reference,
        reference_currency,
        _,
        product_id,
        name,
        category_id,
        product_cover,
        brand,
        piece_id,
        grade,
        piece_cover,
    ) = row
    cover = piece_cover or product_cover
    amount, shown = amounts(price, currency)
    return {
        "id": global_id(b"Listing:", id_),
        "slug": slug,
        "kind": kind,
        "coverUrl": cover and media + cover,
        "price": {"amount": amount, "currencyCode": currency, "formatted": shown},
        "saving": saving(price, currency, reference, reference_currency),
        "product": {
            "id": global_id(b"Product:", product_id),
            "name": name,
            "brand": {"name": brand},
            "category": {"id": global_id(b"Category:", category_id)},
        },
        "piece": piece_id and {"id": global_id(b"Piece:", piece_id), "grade": grade},
    }


def page_of(row: Any, media: str) -> dict[str, Any]:
    """All that stands on the page of one listing."""
    (
        id_,
        kind,
        state,
        available,
        seller,
        price,
        currency,
        reference,
        reference_currency,
        source,
        as_of,
        name,
        number,
        story,
        attributes,
        files,
        brand,
        one,
        two,
        three,
        is_piece,
        grade,
        condition,
        serial,
    ) = row
    documented = None
    if reference is not None:
        documented = {
            "price": {"formatted": amounts(reference, reference_currency)[1]},
            "source": source,
            "asOf": as_of.isoformat(),
        }
    piece = None
    if is_piece:
        piece = {"grade": grade, "condition": condition, "serialMasked": serial and masked(serial)}
    amount, shown = amounts(price, currency)
    return {
        "id": global_id(b"Listing:", id_),
        "kind": kind,
        "state": state,
        "available": available,
        "soldByHouse": seller == "HOUSE",
        "price": {"amount": amount, "currencyCode": currency, "formatted": shown},
        "referencePrice": documented,
        "saving": saving(price, currency, reference, reference_currency),
        "product": {
            "name": name,
            "reference": number,
            "story": story,
            "brand": {"name": brand},
            "attributes": described(orjson.loads(attributes), (one, two, three)),
            "media": [{"url": media + file["key"], "role": file["role"]} for file in orjson.loads(files)],
        },
        "piece": piece,
    }


def described(values: list[dict[str, str]], categories: Sequence[str | None]) -> list[dict[str, Any]]:
    """The values of a product's attributes beside what its categories say of them."""
    definitions = {
        definition["code"]: definition
        for attributes in categories
        if attributes is not None
        for definition in orjson.loads(attributes)
    }
    told = []
    for value in values:
        definition = definitions.get(value["code"])
        if definition is None:
            continue
        kind, text = definition["kind"], value["value"]
        if kind == "CHOICE":
            text = next(choice["label"]["en"] for choice in definition["choices"] if choice["code"] == text)
        told.append(
            {
                "definition": {
                    "code": definition["code"],
                    "label": definition["label"]["en"],
                    "unit": definition["unit"],
                },
                "number": text if kind == "NUMBER" else None,
                "flag": text == "true" if kind == "BOOLEAN" else None,
                "text": text if kind in ("TEXT", "CHOICE") else None,
            }
        )
    return told


def saving(price: int, currency: str, reference: int | None, reference_currency: str | None) -> dict[str, Any] | None:
    if reference is None or reference_currency != currency or reference <= price:
        return None
    saved = reference - price
    return {"amount": {"formatted": amounts(saved, currency)[1]}, "percent": saved * 100 // reference}


def amounts(minor: int, currency: str) -> tuple[str, str]:
    """In major units, plain and as people write it."""
    digits = str(minor)
    if currency == "JPY":
        whole, cents = digits, ""
    else:
        if len(digits) < 3:
            digits = digits.zfill(3)
        whole, cents = digits[:-2], f".{digits[-2:]}"
    # A format with grouping costs twice as much as cutting where most prices have their one comma.
    grouped = whole if len(whole) < 4 else f"{whole[:-3]},{whole[-3:]}" if len(whole) < 7 else f"{int(whole):,}"
    return whole + cents, SIGNS[currency] + grouped + cents


def masked(serial: str) -> str:
    shown = min(SERIAL_SHOWN, len(serial) // 2)
    return "•" * (len(serial) - shown) + serial[len(serial) - shown :]


def global_id(kind: bytes, value: Any) -> str:
    return b2a_base64(kind + value.bytes, newline=False).translate(URL_SAFE, b"=").decode()


def cursor(name: str, at: Any, id_: Any) -> str:
    key = orjson.dumps([name, at.astimezone(UTC), str(id_)])
    return b2a_base64(key, newline=False).translate(URL_SAFE, b"=").decode()


def create(settings: Settings) -> Starlette:
    floor = Floor(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await floor.open()
        yield
        await floor.close()

    return Starlette(
        routes=[
            Route("/constant", Endpoint(floor.constant)),
            Route("/listing", Endpoint(floor.listing)),
            Route("/detail/{slug}", Endpoint(floor.detail)),
        ],
        lifespan=lifespan,
    )


class Server(uvicorn.Server):
    """Starts as the house's own server does: the collector leaves alone what is there, and it gets large pages."""

    def __init__(self, settings: Settings, ready: Connection, *, lean: bool) -> None:
        self.ready = ready
        super().__init__(
            uvicorn.Config(
                create(settings),
                loop="uvloop",
                http=HouseProtocol if lean else "httptools",
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
            )
        )

        if lean:
            self.server_state = Doors(
                settings.connections_max,
                settings.connections_per_address_max,
                settings.client_seconds_max,
                settings.client_seconds_max,
            )

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
        self.settling = asyncio.create_task(settle_later())
        self.ready.send(True)


def serve(settings: Settings, listener: socket, lean: bool, ready: Connection) -> None:
    """As uvicorn serves, or, `lean`, by the protocol that the house has of its own."""
    Server(settings, ready, lean=lean).run(sockets=[listener])
