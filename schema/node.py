"""Things fetched again by their global id: one resolver for each kind, with the same rules as everywhere else."""

from asyncio import gather
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.refusal import InvalidInput, NotAllowed, NotFound
from domain.viewer import Viewer
from resolvers.context import Context
from schema.access import CLOSED, KINDS
from schema.ids import Node, decode_id
from schema.mutation import Info

Fetch = Callable[[Context, UUID], Awaitable[Any]]

FETCHES: dict[str, Fetch] = {}

NODES_MAX = 100


def fetchable(kind: str, fetch: Fetch) -> None:
    """Declare how things of a kind are fetched; `fetch` answers None, or refuses, when the viewer may not see it."""
    assert kind not in FETCHES, f"{kind} is fetchable already"
    FETCHES[kind] = fetch


def opens(viewer: Viewer, kind: str, value: UUID) -> bool:
    """Whether an API key has a scope for a kind of thing, or means itself; whoever comes without one is not held up."""
    return viewer.key is None or viewer.key.id == value or KINDS.get(kind, CLOSED).lets(viewer)


async def fetch(context: Context, text: str, *path: str) -> Any:
    """The thing with a global id; None when there is none for this viewer."""
    try:
        kind, value = decode_id(text)
    except InvalidInput as refusal:
        refusal.path = path
        raise
    fetching = FETCHES.get(kind)
    if fetching is None or not opens(context.viewer, kind, value):
        return None
    try:
        return await fetching(context, value)
    except (NotFound, NotAllowed):
        return None


@strawberry.type
class NodeQuery:
    @strawberry.field(
        graphql_type=Node | None,
        description="Anything by its id; null when there is no such thing for the caller, or for an API key's scopes.",
    )
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id, as received.")]
    ) -> Any:
        return await fetch(info.context, id, "id")

    @strawberry.field(
        graphql_type=list[Node | None], description="Many things by their ids, 100 at most, in the order asked for."
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Their ids, as received.")],
    ) -> Any:
        if len(ids) > NODES_MAX:
            raise InvalidInput(f"{NODES_MAX} ids at most.", path=("ids",))
        return await gather(*(fetch(info.context, one, "ids", str(index)) for index, one in enumerate(ids)))
