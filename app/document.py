"""Documents that a client names by the hash of their text instead of sending it.

Registered ones are those of the house's own clients, known before the first request. Others are learned, as Apollo's
automatic persisted queries have it: a client names a document, is told that nobody knows it, and sends name and text.
Where only registered documents are answered, nothing else is even parsed for those who are bound to them.
"""

import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

from strawberry.types import ExecutionResult

from app.config import Audience, DocumentsMode, Settings
from app.request import BadRequest, RequestError
from domain.viewer import Role, Viewer
from persistence.redis import Cache, Limits
from schema.coded import VALIDATION_FAILED, is_request_error, request_error

NAME = re.compile(r"[0-9a-f]{64}")
TEXT_BYTES_MAX = 32 * 1024
"""The longest text that is learned; a longer one is answered, and sent again each time."""

LEARNED_MAX = 1_000
LEARNED_BYTES_MAX = 4 * 1024 * 1024
LEARNED_PER_MINUTE = 60
"""Of one address: more are answered and not learned, so that nobody fills the memory with what is sent once."""

KEPT_SECONDS = 24 * 60 * 60

Run = Callable[[], Awaitable[ExecutionResult]]


class Learned:
    """The texts that were named last, by their hash."""

    def __init__(self, most: int = LEARNED_MAX, bytes_max: int = LEARNED_BYTES_MAX) -> None:
        self._most = most
        self._bytes_max = bytes_max
        self._bytes = 0
        self._kept: OrderedDict[str, str] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, name: str) -> bool:
        return name in self._kept

    def find(self, name: str) -> str | None:
        text = self._kept.get(name)
        if text is not None:
            self._kept.move_to_end(name)
        return text

    def keep(self, name: str, text: str) -> None:
        if name not in self._kept:
            self._kept[name] = text
            self._bytes += len(text)
        while len(self._kept) > self._most or self._bytes > self._bytes_max:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped)


class KnownDocuments:
    """Every text that may be named, and who may send no other."""

    def __init__(self, settings: Settings) -> None:
        self.guarded = settings.documents_mode is DocumentsMode.SAFELIST
        self.learned = Learned()
        self._free = frozenset(settings.documents_free)
        self._registered: dict[str, str] = {}
        self._texts: set[str] = set()

    def register(self, text: str) -> None:
        self._registered[name_for(text)] = text
        self._texts.add(text)

    async def text(self, name: str, sent: str | None, cache: Cache) -> str:
        """The text of a name; one that is sent with its name has to fit it."""
        if sent is not None:
            if name_for(sent) != name:
                raise BadRequest("PERSISTED_QUERY_HASH_MISMATCH", "The hash is not that of the document sent with it.")
            return sent
        known = self._registered.get(name) or self.learned.find(name) or await self._recall(name, cache)
        if known is None:
            # Apollo's clients look for this very message, then send the text as well.
            raise RequestError("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
        return known

    async def _recall(self, name: str, cache: Cache) -> str | None:
        """What another process has learned."""
        raw = await cache.get(f"document:{name}")
        if raw is None or sha256(raw).hexdigest() != name:
            return None
        text = raw.decode()
        self.learned.keep(name, text)
        return text

    async def learn(self, name: str, text: str, sender: str, cache: Cache, limits: Limits) -> None:
        """Keep the text of a valid document for those who name it, here and in the cache."""
        if name in self._registered or name in self.learned or len(text) > TEXT_BYTES_MAX:
            return
        if not await limits.wait_seconds(f"document:{sender}", most=LEARNED_PER_MINUTE, per_seconds=60):
            self.learned.keep(name, text)
            await cache.set(f"document:{name}", text.encode(), ttl_seconds=KEPT_SECONDS)

    def binds(self, viewer: Viewer, text: str) -> bool:
        """Whether the viewer may send nothing but registered documents, of which this has to be one then."""
        if not self.guarded or audience(viewer) in self._free:
            return False
        if text not in self._texts:
            raise RequestError("DOCUMENT_NOT_REGISTERED", "This house answers registered documents only.")
        return True


def audience(viewer: Viewer) -> Audience:
    if viewer.is_staff:
        return Audience.STAFF
    if viewer.roles - {Role.CUSTOMER} or viewer.key is not None:
        return Audience.PARTNER
    return Audience.STRANGER if viewer.account_id is None else Audience.CUSTOMER


def name_for(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def named(asked: dict[str, Any]) -> str | None:
    """The hash by which a request names its document: its `documentId`, or what Apollo's clients put in extensions."""
    told = asked.get("documentId")
    if told is None:
        persisted = (asked.get("extensions") or {}).get("persistedQuery")
        if persisted is None:
            return None
        if not isinstance(persisted, dict) or persisted.get("version") != 1:
            raise BadRequest("PERSISTED_QUERY_NOT_SUPPORTED", "Of persisted queries only version 1 is known.")
        told = persisted.get("sha256Hash")
    name = told.removeprefix("sha256:").lower() if isinstance(told, str) else ""
    if not NAME.fullmatch(name):
        raise BadRequest("BAD_REQUEST", "A document is named by the SHA-256 of its text, in hexadecimal.")
    return name


async def veiled(run: Run) -> ExecutionResult:
    return veil(await run())


def veil(result: ExecutionResult) -> ExecutionResult:
    """The same answer; but what does not fit tells nothing of the schema, neither by a name nor by a suggestion."""
    if result.errors and is_request_error(result):
        return request_error("The operation name or the variables do not fit the document.", VALIDATION_FAILED)
    return result
