"""Trade-ins: offered, bound to a purchase, taken in, judged, settled or sent back."""

from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain import trade_in
from resolvers import trade_in as resolve
from schema.ids import id_of
from schema.mutation import Info, given
from schema.node import fetchable
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.trade_in.desk import TradeInDeskMutation
from schema.trade_in.noun import TradeIn, TradeInEligible, TradeInState
from schema.trade_in.owner import TradeInOwnerMutation

__all__ = ["TradeIn", "TradeInMutation", "TradeInQuery"]

OWN = "tradeIns"
QUEUE = "tradeInQueue"
ELIGIBLE = "tradeInEligible"
BY_ID = (UUID(int=0),)


@strawberry.input(description="Which trade-ins: all that match everything given.")
class TradeInFilterInput:
    states: list[TradeInState] | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="Only in these states."
    )
    code: str | None = strawberry.field(default=strawberry.UNSET, description="Only the one with this code.")
    owner_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Only of this owner.")

    def to_filter(self) -> trade_in.TradeInFilter:
        owner_id = given(self.owner_id)
        return trade_in.TradeInFilter(
            states=to_states(given(self.states)),
            owner=None if owner_id is None else id_of("Account", owner_id, "filter", "ownerId"),
            code=given(self.code),
        )


def to_states(states: Any) -> tuple[trade_in.TradeInState, ...]:
    return tuple(trade_in.TradeInState(state) for state in states or ())


@strawberry.type
class TradeInQuery:
    @strawberry.field(graphql_type=TradeIn, description="A trade-in, from its offer to its end.")
    async def trade_in(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which trade-in, by its id.")]
    ) -> Any:
        return await resolve.trade_in(info.context, id_of("TradeIn", id, "id"))

    @strawberry.field(graphql_type=Connection[TradeIn], description="The caller's own trade-ins, newest first.")
    async def trade_ins(
        self,
        info: Info,
        states: Annotated[
            list[TradeInState] | None,  # type: ignore[valid-type]
            strawberry.argument(description="Only in these states; in any when left out."),
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(OWN, BY_ID, first=first, after=after, last=last, before=before, with_total=asks_total(info))
        found = await resolve.own(info.context, to_states(given(states)), page)
        return Connection(page=found, list_name=OWN)

    @strawberry.field(
        graphql_type=Connection[TradeIn],
        description="Everybody's trade-ins, oldest first.",
    )
    async def trade_in_queue(
        self,
        info: Info,
        filter: Annotated[
            TradeInFilterInput | None, strawberry.argument(description="Which of them; all when left out.")
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        wanted = given(filter)
        page = page_request(
            QUEUE, BY_ID, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        found = await resolve.queue(
            info.context, trade_in.TradeInFilter() if wanted is None else wanted.to_filter(), page
        )
        return Connection(page=found, list_name=QUEUE)

    @strawberry.field(
        graphql_type=Connection[TradeInEligible],
        description="What the caller bought here, has, and could trade in, newest first, with a live estimate of each.",
    )
    async def trade_in_eligible(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            ELIGIBLE, BY_ID, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.eligible(info.context, page), list_name=ELIGIBLE)


@strawberry.type
class TradeInMutation(TradeInOwnerMutation, TradeInDeskMutation):
    pass


fetchable("TradeIn", resolve.find)
