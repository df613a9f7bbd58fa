"""Relay global ids: opaque to clients, checked for their kind when they come back."""

import base64
import binascii
from typing import Any
from uuid import UUID

import strawberry

from domain.refusal import InvalidInput
from schema.execution import constant, expression

URL_SAFE = bytes.maketrans(b"+/", b"-_")


def encode_id(kind: str, value: UUID) -> str:
    """The global id of one thing of a kind."""
    return encoded(kind.encode() + b":", value)


@expression
def encoded(prefix: bytes, value: UUID) -> str:
    return binascii.b2a_base64(prefix + value.bytes, newline=False).translate(URL_SAFE, b"=").decode()


def decode_id(text: str) -> tuple[str, UUID]:
    """The kind and the id within a global id; refuses anything that this house did not make."""
    try:
        kind, _, raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True).partition(
            b":"
        )
        return kind.decode("ascii"), UUID(bytes=raw)
    except (ValueError, binascii.Error) as error:
        raise InvalidInput("This is not an id of ours: send one back just as it was received.") from error


def id_of(kind: str, text: str, *path: str) -> Any:
    """The UUID within a global id of this kind; `path` names the input field for the refusal."""
    try:
        found, value = decode_id(text)
    except InvalidInput as refusal:
        refusal.path = path
        raise
    if found != kind:
        raise InvalidInput(f"An id of {kind} belongs here, this one is of {found}.", path=path)
    return value


def global_id(kind: str, attribute: str = "id") -> Any:
    """The `id` field of a noun."""

    prefix = kind.encode() + b":"

    @expression
    def read(root: Any) -> str:
        return encoded(prefix, getattr(root, attribute))

    description = f"Opaque id of this {kind}, the same for ever."
    return strawberry.field(resolver=read, graphql_type=strawberry.ID, description=description)


@strawberry.interface(description="Anything that can be fetched again by its id.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque id, unique in the whole house.")


@constant
@strawberry.input(one_of=True, description="One thing, by its id or by its name in web addresses.")
class IdOrSlugInput:
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Its id, as received.")
    slug: str | None = strawberry.field(default=strawberry.UNSET, description="Its name in web addresses.")

    def read(self, kind: str) -> tuple[UUID | None, str | None]:
        """The id or the slug, the other one None."""
        if isinstance(self.id, str):
            return id_of(kind, self.id, "by", "id"), None
        return None, self.slug if isinstance(self.slug, str) else None
