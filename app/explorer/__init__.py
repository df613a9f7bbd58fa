"""The page on which a browser explores the schema: GraphiQL from our own files, with the examples as tabs.

Nothing on it comes from elsewhere, and the browser is told to fetch nothing from elsewhere. In development, and to
somebody at this very machine alone, it comes with tokens of people to act as. `make explorer` builds its files.
"""

import gzip
import secrets
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from graphql import DocumentNode, NonNullTypeNode, OperationDefinitionNode, VariableDefinitionNode, parse
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import schema
from app.config import DocumentsMode, Environment, Settings
from app.request import Head

if TYPE_CHECKING:
    from app.start import Pass

BUILT = Path(__file__).parent / "built"
PRINTED = Path(schema.__file__).parent / "schema.graphql"
EXAMPLES = Path(__file__).parents[2] / "examples"
CONSUMERS = ("storefront", "mobile", "partner", "dashboard")
"""In this order; folders of other names come after them."""

SCHEMA = "schema.graphql"
KINDS = {
    "explorer.js": "text/javascript",
    "explorer.css": "text/css",
    "LICENSES.txt": "text/plain",
    SCHEMA: "text/plain",
}
A_YEAR = "public, max-age=31536000, immutable"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cercle</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="explorer/explorer.css?{css}">
<script type="application/json" id="given">{given}</script>
<script defer src="explorer/explorer.js?{js}"></script>
<div id="root"><noscript>This page needs JavaScript; the API itself does not.</noscript></div>
</html>
"""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page, as it is and packed."""

    body: bytes
    packed: bytes
    tag: str


@cache
def asset(name: str) -> Asset:
    body = (PRINTED if name == SCHEMA else BUILT / name).read_bytes()
    return Asset(body, gzip.compress(body, 6, mtime=0), sha256(body).hexdigest()[:16])


def wanted(head: Head) -> bool:
    """Whether a person's browser asks for a page, rather than a program for data."""
    return head.method in ("GET", "HEAD") and b"text/html" in head.headers.get(b"accept", b"")


class Explorer:
    """The page of one house."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def page(self, head: Head) -> tuple[bytes, dict[str, str]]:
        """The page, and the headers that belong to it."""
        nonce = secrets.token_urlsafe(16)
        people = await self._people() if self._is_at_this_machine(head) else []
        given = {"nonce": nonce, "sdl": self._sdl, "consumers": self._consumers, "people": people}
        page = PAGE.format(
            css=asset("explorer.css").tag,
            js=asset("explorer.js").tag,
            given=orjson.dumps(given).decode().replace("<", "\\u003c"),
        )
        return page.encode(), {
            "cache-control": "no-store",
            "content-security-policy": POLICY.format(nonce=nonce),
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
        }

    @property
    def _sdl(self) -> str | None:
        """Where everybody may read the schema at once, which is cheaper for the house than to be asked about it."""
        return f"explorer/{SCHEMA}?{asset(SCHEMA).tag}" if shows_schema(self._settings) else None

    @cached_property
    def _consumers(self) -> list[dict[str, Any]]:
        folders = sorted(folder for folder in EXAMPLES.glob("*") if folder.is_dir())
        folders.sort(key=lambda folder: (*CONSUMERS, folder.name).index(folder.name))
        return [{"name": folder.name, "tabs": tabs(folder)} for folder in folders]

    def _is_at_this_machine(self, head: Head) -> bool:
        """Not a page of another site that a name leads here for, nor one that reads this one: those get no tokens."""
        host = head.get(b"host").rsplit(":", 1)[0].strip("[]")
        return (
            self._settings.environment is Environment.DEVELOPMENT
            and b"origin" not in head.headers
            and is_loopback(head.client)
            and (host == "localhost" or is_loopback(host))
        )

    async def _people(self) -> list[dict[str, str]]:
        from app.start import residents

        return [{"label": label(one), "token": one.token} for one in await residents(self._settings)]


def label(one: "Pass") -> str:
    roles = ", ".join(sorted(role.replace("_", " ").lower() for role in one.roles))
    return f"{one.email.partition('@')[0]}: {roles}"


def tabs(folder: Path) -> list[dict[str, str]]:
    """The examples of a folder, with variables to fill in; what can be sent as it stands comes first."""
    texts = [file.read_text() for file in sorted(folder.rglob("*.graphql"))]
    asked = [(variables(parse(text)), text) for text in texts]
    asked.sort(key=lambda pair: any(is_needed(variable) for variable in pair[0]))
    return [{"query": text, "variables": skeleton(found)} for found, text in asked]


def variables(document: DocumentNode) -> list[VariableDefinitionNode]:
    found = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    return [variable for operation in found for variable in operation.variable_definitions or ()]


def is_needed(variable: VariableDefinitionNode) -> bool:
    return isinstance(variable.type, NonNullTypeNode) and variable.default_value is None


def skeleton(found: list[VariableDefinitionNode]) -> str:
    names = {one.variable.name.value: None for one in found if is_needed(one)}
    return orjson.dumps(names, option=orjson.OPT_INDENT_2).decode() if names else ""


def is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def shows_schema(settings: Settings) -> bool:
    return settings.documents_mode is DocumentsMode.OPEN


async def send_asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in KINDS or (name == SCHEMA and not shows_schema(request.app.state.house.settings)):
        return Response(b"", 404)
    found = asset(name)
    headers = {"cache-control": A_YEAR, "vary": "accept-encoding", "x-content-type-options": "nosniff"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, headers={**headers, "content-encoding": "gzip"}, media_type=KINDS[name])
    return Response(found.body, headers=headers, media_type=KINDS[name])


def routes(settings: Settings) -> list[Route]:
    return [Route("/explorer/{name}", send_asset, methods=["GET"])] if settings.explores else []
