"""Consignments: a seller's piece comes in, is looked at, sold or given back."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain import consignment
from resolvers import consignment as resolve
from schema.consignment.desk import ConsignmentDeskMutation
from schema.consignment.noun import Consignment, ConsignmentState
from schema.consignment.seller import ConsignmentSellerMutation
from schema.enum import enum
from schema.ids import id_of
from schema.mutation import Info, given
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request

__all__ = ["Consignment", "ConsignmentMutation", "ConsignmentQuery"]

Queue = enum(
    consignment.Queue,
    name="ConsignmentQueueKind",
    description="What staff are to do next with a consignment.",
    TO_CONFIRM="Submitted; the seller is to be called.",
    TO_ESTIMATE="Submitted or confirmed, without an estimate yet.",
    TO_RECEIVE="On its way, or with an appointment at a shop.",
    TO_APPRAISE="Received; an appraisal is to be opened.",
    TO_OFFER="Appraised; terms are to be offered.",
    TO_LIST="Agreed, and to be sold for the seller; to be put on the shelf.",
    TO_LIST_BOUGHT="Bought by the house, and not on the shelf yet.",
    TO_DISPOSE="Refused as not authentic; somebody decides whether it goes back.",
    TO_RETURN="Not to be sold; to be given back to the seller.",
)

OWN = "consignments"
QUEUE = "consignmentQueue"
SHAPE = (datetime.min.replace(tzinfo=UTC), UUID(int=0))


@strawberry.input(description="Which of the consignments that wait: all that match everything given.")
class ConsignmentQueueFilterInput:
    queue: Queue = strawberry.field(description="What is to be done.")  # type: ignore[valid-type]
    shop_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Only at this shop.")
    category_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Only of this category.")
    due_before: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Only what is due before this moment; for TO_CONFIRM and TO_RETURN."
    )

    def to_filter(self) -> consignment.QueueFilter:
        shop_id, category_id = given(self.shop_id), given(self.category_id)
        return consignment.QueueFilter(
            queue=consignment.Queue(self.queue),
            shop_id=None if shop_id is None else id_of("ClubShop", shop_id, "filter", "shopId"),
            category_id=None if category_id is None else id_of("Category", category_id, "filter", "categoryId"),
            due_before=given(self.due_before),
        )


@strawberry.type
class ConsignmentQuery:
    @strawberry.field(graphql_type=Consignment, description="A consignment, by its id or its code.")
    async def consignment(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Its id; left out when the code is given.")
        ] = strawberry.UNSET,
        code: Annotated[
            str | None,
            strawberry.argument(description="The code that people use for it; left out when the id is given."),
        ] = strawberry.UNSET,
    ) -> Any:
        wanted = given(id)
        consignment_id = None if wanted is None else id_of("Consignment", wanted, "id")
        return await resolve.consignment(info.context, consignment_id, given(code))

    @strawberry.field(graphql_type=Connection[Consignment], description="The caller's own consignments, newest first.")
    async def consignments(
        self,
        info: Info,
        states: Annotated[
            list[ConsignmentState] | None,  # type: ignore[valid-type]
            strawberry.argument(description="Only in these states; in any when left out."),
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(OWN, SHAPE, first=first, after=after, last=last, before=before, with_total=asks_total(info))
        chosen = [consignment.ConsignmentState(state) for state in given(states) or ()]
        return Connection(page=await resolve.own(info.context, chosen, page), list_name=OWN)

    @strawberry.field(
        graphql_type=Connection[Consignment],
        description="Consignments that wait for staff, the longest first.",
    )
    async def consignment_queue(
        self,
        info: Info,
        filter: Annotated[ConsignmentQueueFilterInput, strawberry.argument(description="Which queue, and what of it.")],
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            QUEUE, SHAPE, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.queue(info.context, filter.to_filter(), page), list_name=QUEUE)


@strawberry.type
class ConsignmentMutation(ConsignmentSellerMutation, ConsignmentDeskMutation):
    pass
