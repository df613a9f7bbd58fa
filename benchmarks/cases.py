"""What is asked of whom: the same answers from the house and from the floor, proved equal before anything is timed."""

from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import orjson
from graphql import parse, print_ast, separate_operations

from benchmarks.load import Load, get, post
from benchmarks.servers import Server

SHELF = Path(__file__).parents[1] / "examples" / "storefront" / "listings.graphql"
LISTING = print_ast(separate_operations(parse(SHELF.read_text()))["Listings"])
"""The shelf of the storefront example: 24 listings with their products, brands and pieces."""

DETAIL = """
query ListingDetail($slug: String!) {
  listing(by: { slug: $slug }) {
    id kind state available soldByHouse
    price { amount currencyCode formatted }
    referencePrice { price { formatted } source asOf }
    saving { amount { formatted } percent }
    product {
      name reference story
      brand { name }
      attributes { definition { code label unit } number flag text }
      media { url role }
    }
    piece { grade condition serialMasked }
  }
}
"""
"""The page of one listing as a shopper sees it first; its passport and the history of its price open later."""

DETAILS = 64
SLUGS = "SELECT slug FROM listing WHERE state = 'LISTED' AND piece_id IS NOT NULL ORDER BY slug LIMIT $1"


class Unequal(RuntimeError):
    """Two servers do not give the same answer, so their times can not be compared."""


@dataclass(frozen=True, slots=True)
class Case:
    """A load on a server; a driver that is not HTTP's has a load of its own kind."""

    name: str
    load: Any
    driver: str = "driver"
    server: str | None = None


async def slugs(url: str) -> list[str]:
    """Pieces that are for sale, in no order that means anything."""
    connection = await asyncpg.connect(url)
    try:
        return [row["slug"] for row in await connection.fetch(SLUGS, DETAILS)]
    finally:
        await connection.close()


def listing(server: Server, connections: int = 1) -> Load:
    url = f"{server.url}/graphql"
    return Load(url, [post(url, LISTING, {})], connections, b'"nodes":[{')


def detail(server: Server, slugs: Sequence[str], connections: int = 1) -> Load:
    url = f"{server.url}/graphql"
    return Load(url, [post(url, DETAIL, {"slug": slug}) for slug in slugs], connections, b'"listing":{')


def floor_listing(server: Server, connections: int = 1) -> Load:
    return Load(server.url, [get(f"{server.url}/listing")], connections, b'"nodes":[{')


def floor_detail(server: Server, slugs: Sequence[str], connections: int = 1) -> Load:
    return Load(server.url, [get(f"{server.url}/detail/{slug}") for slug in slugs], connections, b'"listing":{')


def constant(server: Server, connections: int = 1) -> Load:
    return Load(server.url, [get(f"{server.url}/constant")], connections)


def prove_equal(one: Load, other: Load) -> int:
    """Every answer of two loads is the same, the order of keys included; says how long the first one is."""
    first = 0
    for mine, theirs in zip(one.requests, other.requests, strict=True):
        answer, floor = sent(one.url, mine), sent(other.url, theirs)
        first = first or len(answer)
        if plain(answer) != plain(floor):
            at = next((at for at, pair in enumerate(zip(answer, floor, strict=False)) if pair[0] != pair[1]), 0)
            cut = slice(max(0, at - 100), at + 100)
            raise Unequal(f"From byte {at} on, {answer[cut]!r} is not {floor[cut]!r}.")
    return first


def plain(answer: bytes) -> bytes:
    """What is answered, without what it cost."""
    return orjson.dumps(orjson.loads(answer)["data"])


def sent(url: str, request: bytes) -> bytes:
    """What one prepared request is answered."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = HTTPConnection(parts.hostname, parts.port or 80, timeout=30)
    head, _, body = request.partition(b"\r\n\r\n")
    start, *headers = head.decode().split("\r\n")
    method, path, _ = start.split(" ")
    connection.request(method, path, body, dict(line.split(": ", 1) for line in headers))
    try:
        return connection.getresponse().read()
    finally:
        connection.close()
