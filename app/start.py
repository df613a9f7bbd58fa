"""What has to stand before the house opens: a port, a database, a cache, the schema, and in development some people."""

import json
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from app import auth
from app.config import Environment, ResponseCache, Settings
from app.place import check_place
from app.supervisor import Child
from domain.problem import Problem
from domain.viewer import AccountId, Role
from persistence.embedded import ServiceSupervisor, running
from persistence.migrate import DatabaseProblem, SchemaFound, SchemaState, migrate, schema_found
from persistence.soundness import check_sound


class PortInUse(Problem):
    """Somebody else listens there."""


class OnlyInDevelopment(Problem):
    """This would be a hole in production."""


@dataclass(frozen=True, slots=True)
class Pass:
    """A person and a token that speaks for them."""

    roles: frozenset[Role]
    email: str
    token: str


@contextmanager
def listeners(settings: Settings) -> Iterator[list[socket.socket]]:
    """A socket for each API process, all on the one address; bound before anything is started, for it may be taken.

    Linux spreads connections over sockets that share a port evenly; over processes that share a socket it does not.
    They are kept open here, so that connections to a process that died wait for the next one.
    """
    alone = bound(settings, shared=False)
    if sys.platform == "linux" and settings.workers > 1:
        # Bound alone first: one that shares would share with another house as well.
        alone.close()
        each = [bound(settings, shared=True) for _ in range(settings.workers)]
    else:
        each = [alone] * settings.workers
    try:
        yield each
    finally:
        for listener in each:
            listener.close()


def bound(settings: Settings, *, shared: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise PortInUse(
            f"{settings.host}:{settings.port} can not be listened on ({error.strerror}): choose another CERCLE_PORT."
        ) from error
    return listener


@contextmanager
def services(settings: Settings) -> Iterator[Settings]:
    """Settings that name a database and a cache: those given, else embedded ones that run for as long as this does."""
    check_place(settings.data_dir)
    if settings.database_url and settings.redis_url:
        yield settings
        return
    embedded = ServiceSupervisor(
        settings.data_dir, postgres=settings.database_url is None, valkey=settings.redis_url is None
    )
    with embedded as found:
        embedded.watch()
        yield with_services(settings, found.app_url, found.owner_url, found.redis_url)


@contextmanager
def at_hand(settings: Settings) -> Iterator[Settings]:
    """Like `services`, but those that a running house has embedded will do as well."""
    found = None if settings.database_url else running(settings.data_dir)
    if found is None:
        with services(settings) as named:
            yield named
    else:
        yield with_services(settings, found.app_url, found.owner_url, found.redis_url)


def with_services(settings: Settings, app_url: str, owner_url: str, redis_url: str) -> Settings:
    return settings.model_copy(
        update={
            "database_url": settings.database_url or app_url,
            "database_owner_url": settings.database_owner_url
            or settings.database_direct_url
            or settings.database_url
            or owner_url,
            "redis_url": settings.redis_url or redis_url or None,
            # An embedded database is reached from this machine alone.
            "response_cache": settings.response_cache or (None if settings.database_url else ResponseCache.MEMORY),
        }
    )


def owner_url(settings: Settings) -> str:
    found = settings.database_owner_url or settings.database_direct_url or settings.database_url
    assert found is not None, "the database is known by now"
    return found


async def bring_up(settings: Settings, *, may_migrate: bool) -> SchemaState:
    """Bring the database to this version's schema, or refuse one that is not; says how it was found.

    Refused is also one that would not keep what it is given, as the owner sees it or as the app does.
    """
    app = settings.database_direct_url or settings.database_url
    for url in dict.fromkeys((owner_url(settings), app)):
        if url is not None:
            await check_sound(url)
    if may_migrate:
        return (await migrate(owner_url(settings), settings.database_url)).state
    found = await found_schema(settings)
    if found.problem is not None:
        raise DatabaseProblem(found.problem)
    return found.state


async def found_schema(settings: Settings) -> SchemaFound:
    connection = await asyncpg.connect(owner_url(settings))
    try:
        return await schema_found(connection.fetchval)
    finally:
        await connection.close()


def children(settings: Settings, sockets: Sequence[socket.socket]) -> list[Child]:
    """The processes of an open house."""
    api = [Child(f"api {number}", "app.server", settings, listener) for number, listener in enumerate(sockets, 1)]
    return [*api, Child("worker", "app.worker", settings)]


async def unfurnished(settings: Settings) -> bool:
    """Whether nothing is sold here yet."""
    connection = await asyncpg.connect(owner_url(settings))
    try:
        return not await connection.fetchval("SELECT EXISTS (SELECT FROM brand)")
    finally:
        await connection.close()


PEOPLE = """
SELECT id, email, roles, token_epoch FROM account
WHERE lower(email) = ANY($1::text[]) AND erased_at IS NULL ORDER BY array_position($1::text[], lower(email))
"""


async def passes(settings: Settings, emails: Sequence[str]) -> list[Pass]:
    """Tokens for those people that there are, in this order."""
    only_in_development(settings)
    connection = await asyncpg.connect(owner_url(settings))
    try:
        rows = await connection.fetch(PEOPLE, [email.lower() for email in emails])
        return [minted(settings, row) for row in rows]
    finally:
        await connection.close()


RESIDENTS = """
SELECT id, email, roles, token_epoch FROM account WHERE email LIKE '%@cercle.example' AND erased_at IS NULL
ORDER BY roles->>0 = 'CUSTOMER' DESC, roles->>0, char_length(email), email
"""


async def residents(settings: Settings) -> list[Pass]:
    """Tokens for the people of a seeded house whom everybody knows: two customers, and staff of every role."""
    only_in_development(settings)
    connection = await asyncpg.connect(owner_url(settings))
    try:
        return [minted(settings, row) for row in await connection.fetch(RESIDENTS)]
    finally:
        await connection.close()


def only_in_development(settings: Settings) -> None:
    if settings.environment is not Environment.DEVELOPMENT:
        raise OnlyInDevelopment("Tokens are handed out in development only: in production people sign in.")


def minted(settings: Settings, row: Any) -> Pass:
    roles = frozenset(Role(name) for name in json.loads(row["roles"]))
    secret = settings.secret.get_secret_value()
    account_id = AccountId(UUID(int=row["id"].int))
    token = auth.mint(secret, account_id, roles, datetime.now(UTC), epoch=row["token_epoch"])
    return Pass(roles, row["email"], token)
