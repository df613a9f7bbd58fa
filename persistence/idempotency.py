"""What a request with a key was answered, so that the same request gets the same answer again and never acts twice."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast, get_type_hints
from uuid import NAMESPACE_OID, UUID, uuid5

import asyncpg
import orjson
from pydantic import TypeAdapter
from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import BYTEA
from sqlmodel import Field, SQLModel

from domain.refusal import IdempotencyKeyInFlight, IdempotencyKeyReused, Refusal
from domain.viewer import HOUSE, Viewer
from persistence.table import attach, document, key, moment, text

HOUSE_SCOPE = UUID(int=1)


class IdempotencyKeyRow(SQLModel, table=True):
    """Kept for at least a day; the scope is the account that asked."""

    __tablename__ = "idempotency_key"
    __table_args__ = (
        Index("ix_idempotency_key_kept_since", "kept_since"),
        {"info": {"app": "SELECT, INSERT, DELETE"}},
    )
    scope: UUID = key(primary=True)
    key: str = text(primary=True)
    action: str = text()
    fingerprint: bytes = Field(sa_type=BYTEA)
    answer: Any = document()
    kept_since: datetime = moment()


IN_FLIGHT = "CK001"
REUSED = "CK002"
KEPT = "CK003"

CLAIM = f"""
CREATE FUNCTION idempotency_claim(p_scope uuid, p_key text, p_fingerprint bytea) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    kept bytea;
BEGIN
    -- Held until the transaction ends, also across a rollback to a savepoint: two requests with one key never overlap.
    IF NOT pg_try_advisory_xact_lock(hashtextextended(p_scope || ':' || p_key, 7)) THEN
        RAISE EXCEPTION 'a request with this key is running' USING ERRCODE = '{IN_FLIGHT}';
    END IF;
    SELECT fingerprint INTO kept FROM idempotency_key k WHERE k.scope = p_scope AND k.key = p_key;
    IF kept <> p_fingerprint THEN
        RAISE EXCEPTION 'the key was used for something else' USING ERRCODE = '{REUSED}';
    ELSIF FOUND THEN
        RAISE EXCEPTION 'this was answered before' USING ERRCODE = '{KEPT}';
    END IF;
END $$
"""
attach(CLAIM)

ANSWER = "SELECT answer FROM idempotency_key WHERE scope = $1 AND key = $2"
BACK = "ROLLBACK TO SAVEPOINT claimed"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request is known by: whose key it is, the key, and the hash of what is asked for."""

    scope: UUID
    key: str
    fingerprint: bytes


def ask(viewer: Viewer, action: str, key: str, command: object) -> Asked:
    print_ = fingerprint(action, command)
    return Asked(scope(viewer, print_), key, print_)


def opening(asked: Asked) -> str:
    """Begin, claim the key and remember this moment, in one message.

    What comes from outside is spelled in hexadecimal digits, for such a message takes no arguments.
    """
    key = f"convert_from('\\x{asked.key.encode().hex()}', 'UTF8')"
    claim = f"SELECT idempotency_claim('{asked.scope}', {key}, '\\x{asked.fingerprint.hex()}')"
    return f"BEGIN; {claim}; SAVEPOINT claimed"


async def answer_before(raw: Any, asked: Asked, error: asyncpg.PostgresError) -> Any:
    """What was stored for a key that the claim found used, unless the error is about something else."""
    if error.sqlstate == REUSED:
        raise IdempotencyKeyReused(asked.key, path=("clientMutationKey",)) from None
    if error.sqlstate not in (IN_FLIGHT, KEPT):
        raise error
    stored = None if error.sqlstate == IN_FLIGHT else await raw.fetchval(ANSWER, asked.scope, asked.key)
    if stored is None:
        # Running, or forgotten just now; it may be asked for again in either case.
        raise IdempotencyKeyInFlight(asked.key) from None
    return orjson.loads(stored)


def fingerprint(action: str, command: object) -> bytes:
    """The hash of what is asked for; two inputs have the same one only if they say the same."""
    plain = adapter(cast("Any", type(command))).dump_python(command, mode="json")
    return hashlib.sha256(orjson.dumps([action, plain], option=orjson.OPT_SORT_KEYS)).digest()


def scope(viewer: Viewer, print_: bytes) -> UUID:
    """Whose key it is. Strangers share no key: theirs is bound to what they ask for, secrets included."""
    if viewer.account_id is not None:
        return viewer.account_id
    return HOUSE_SCOPE if viewer == HOUSE else uuid5(NAMESPACE_OID, print_.hex())


@cache
def adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


@cache
def answer_shape(verb: Callable[..., Any]) -> Any:
    """What a verb returns, by its annotation."""
    return get_type_hints(verb)["return"]


@cache
def refusals() -> dict[str, type[Refusal]]:
    """Every refusal by the name of its class."""
    found: dict[str, type[Refusal]] = {}
    open_ = [Refusal]
    while open_:
        for refusal in open_.pop().__subclasses__():
            found[refusal.__name__] = refusal
            open_.append(refusal)
    return found


def keep(verb: Callable[..., Any], answer: object) -> dict[str, Any]:
    """An answer or a refusal as JSON."""
    if isinstance(answer, Refusal):
        name = type(answer).__name__
        return {"refused": name, "with": refusal_adapter(name).dump_python(dict(vars(answer)), mode="json")}
    return {"answered": adapter(answer_shape(verb)).dump_python(answer, mode="json")}


def kept(verb: Callable[..., Any], stored: dict[str, Any]) -> object:
    """What `keep` made, turned back; a refusal is returned, not raised."""
    if "refused" in stored:
        name = stored["refused"]
        return refusals()[name](**refusal_adapter(name).validate_python(stored["with"]))
    return adapter(answer_shape(verb)).validate_python(stored["answered"])


@cache
def refusal_adapter(name: str) -> TypeAdapter[dict[str, Any]]:
    """Refusals are exceptions, which no serialiser takes, so their fields travel as a typed dictionary."""
    from typing_extensions import TypedDict

    hints = {field: hint for field, hint in get_type_hints(refusals()[name]).items() if field != "code"}
    return cast("TypeAdapter[dict[str, Any]]", TypeAdapter(TypedDict(f"{name}Fields", hints)))  # type: ignore[operator]
