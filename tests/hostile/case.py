"""Hostile requests as data: `cases.jsonl` has one a line, with what it is answered.

Long texts are written as parts: a text, or a text and how often it comes; in it `%d` counts from 0 and `%1` from 1.
A `document` goes into a JSON body, a `body` is sent byte for byte, and `packed` is a body under gzip. Within variables
and headers `{"repeat": [value, times]}` stands for a list, `{"text": [text, times]}` for a text. What has `times` is
sent so often, and all of it together takes as little; with `limit` it is said which one was met.
"""

import gzip
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from graphql import get_introspection_query

CASES = Path(__file__).with_name("cases.jsonl")
OK = "OK"
CHUNK_BYTES = 16 * 1024

Parts: TypeAlias = Sequence[str | Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    code: str
    status: int
    told: dict[str, Any]

    @property
    def times(self) -> int:
        return int(self.told.get("times", 1))

    @property
    def headers(self) -> dict[str, str]:
        given = {name: written(value) for name, value in self.told.get("headers", {}).items()}
        usual = {"content-type": "application/json", "accept": "application/graphql-response+json"}
        return {**usual, **given}

    def body(self) -> bytes:
        told = self.told
        if "body" in told:
            return spelled(told["body"]).encode("latin-1")
        if "packed" in told:
            return gzip.compress(spelled(told["packed"]).encode("latin-1"))
        document = get_introspection_query() if "introspection" in told else spelled(told["document"])
        asked = {"query": document, "variables": written(told.get("variables", {}))}
        if "operationName" in told:
            asked["operationName"] = spelled([told["operationName"]])
        return json.dumps(asked).encode()

    def content(self) -> bytes | AsyncIterator[bytes]:
        """The body, in pieces where its length is not announced."""
        return pieces(self.body()) if self.told.get("chunked") else self.body()


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), CHUNK_BYTES):
        yield body[start : start + CHUNK_BYTES]


def spelled(parts: Parts) -> str:
    return "".join(part if isinstance(part, str) else repeated(*part) for part in parts)


def repeated(text: str, times: int) -> str:
    if "%" not in text:
        return text * times
    return "".join(text.replace("%d", str(count)).replace("%1", str(count + 1)) for count in range(times))


def written(value: Any) -> Any:
    """A value with its repetitions written out."""
    if isinstance(value, dict):
        if value.keys() == {"repeat"}:
            one, times = value["repeat"]
            return [written(one)] * times
        if value.keys() == {"text"}:
            return repeated(*value["text"])
        return {name: written(one) for name, one in value.items()}
    return [written(one) for one in value] if isinstance(value, list) else value


def cases() -> list[Case]:
    found = []
    for line in CASES.read_text().splitlines():
        told = json.loads(line)
        found.append(Case(told.pop("name"), told.pop("code"), told.pop("status"), told))
    return found
