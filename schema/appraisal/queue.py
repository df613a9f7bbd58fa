"""How an object comes before an appraiser: opened, taken or assigned, handed on, put back."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain import appraisal
from domain.catalogue import CategoryId
from resolvers import appraisal as resolve
from schema.appraisal.noun import Appraisal, AppraisalPurpose, AppraisalState
from schema.appraiser import CapacityReached, NotQualified
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.ids import id_of
from schema.mutation import Info, Keyed, given, mutation
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request

QUEUE = "appraisalQueue"
MINE = "appraisals"
SHAPE = (datetime.min.replace(tzinfo=UTC), UUID(int=0))
AT_WORK = (appraisal.AppraisalState.QUEUED, appraisal.AppraisalState.ASSIGNED)


# Refusals


@refused(appraisal.NoGradingStandard)
class NoGradingStandard(UserError):
    pass


@refused(appraisal.OwnObject)
class OwnObject(UserError):
    pass


@refused(appraisal.OpinionGiven)
class OpinionGiven(UserError):
    pass


@refused(appraisal.QueueEmpty)
class QueueEmpty(UserError):
    pass


# Inputs


def category_of(value: Any) -> CategoryId | None:
    wanted = given(value)
    return None if wanted is None else CategoryId(id_of("Category", wanted, "categoryId"))


@strawberry.input(description="Which received consignment goes before the appraisers.")
class AppraisalOpenInput(Keyed):
    consignment_id: strawberry.ID = strawberry.field(description="The consignment that this is about.")
    category_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The category, where the seller named none or a wrong one."
    )

    def to_command(self) -> appraisal.OpenAppraisal:
        return appraisal.OpenAppraisal(
            consignment_id=id_of("Consignment", self.consignment_id, "consignmentId"),
            category_id=category_of(self.category_id),
        )


@strawberry.input(description="Which of the waiting objects to take: the one that waits longest.")
class AppraisalTakeInput(Keyed):
    category_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Only in this category and below; in any when left out."
    )

    def to_command(self) -> appraisal.TakeAppraisal:
        return appraisal.TakeAppraisal(category_of(self.category_id))


@strawberry.input(description="Which object goes to which appraiser.")
class AppraisalAssignInput(Keyed):
    appraisal_id: strawberry.ID = strawberry.field(description="The appraisal that this is about.")
    appraiser_id: strawberry.ID = strawberry.field(description="The appraiser who gets it.")

    def to_command(self) -> appraisal.AssignAppraisal:
        return appraisal.AssignAppraisal(
            appraisal_id=id_of("Appraisal", self.appraisal_id, "appraisalId"),
            appraiser_id=id_of("Appraiser", self.appraiser_id, "appraiserId"),
        )


@strawberry.input(description="Which object goes from its appraiser to another.")
class AppraisalReassignInput(Keyed):
    appraisal_id: strawberry.ID = strawberry.field(description="The appraisal that this is about.")
    appraiser_id: strawberry.ID = strawberry.field(description="The appraiser who gets it.")
    reason: str = strawberry.field(description="Why, 1 to 200 characters.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the appraisal is still at this version."
    )

    def to_command(self) -> appraisal.ReassignAppraisal:
        return appraisal.ReassignAppraisal(
            appraisal_id=id_of("Appraisal", self.appraisal_id, "appraisalId"),
            appraiser_id=id_of("Appraiser", self.appraiser_id, "appraiserId"),
            reason=self.reason,
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which object goes back into the queue unjudged.")
class AppraisalReleaseInput(Keyed):
    appraisal_id: strawberry.ID = strawberry.field(description="The appraisal that this is about.")
    reason: str = strawberry.field(description="Why, 1 to 200 characters.")

    def to_command(self) -> appraisal.ReleaseAppraisal:
        return appraisal.ReleaseAppraisal(
            appraisal_id=id_of("Appraisal", self.appraisal_id, "appraisalId"), reason=self.reason
        )


@strawberry.input(description="Which appraisals: all that match everything given.")
class AppraisalQueueFilterInput:
    states: list[AppraisalState] | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="Only in these states; what waits and what is in hand when left out."
    )
    category_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Only in this category and below."
    )
    mine: bool = strawberry.field(default=False, description="Only what the caller has in hand.")
    purpose: AppraisalPurpose | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="Only those made for this purpose."
    )

    def to_filter(self, info: Info) -> appraisal.AppraisalFilter:
        states, purpose = given(self.states), given(self.purpose)
        return appraisal.AppraisalFilter(
            states=AT_WORK if states is None else tuple(appraisal.AppraisalState(state) for state in states),
            category_id=category_of(self.category_id),
            assigned_to=info.context.viewer.require_account() if self.mine else None,
            purpose=None if purpose is None else appraisal.AppraisalPurpose(purpose),
        )


# Root fields


@strawberry.type
class AppraisalQuery:
    @strawberry.field(
        graphql_type=Appraisal | None,
        description="An appraisal; null when there is none that the caller may see.",
    )
    async def appraisal(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which appraisal, by its id.")]
    ) -> Any:
        return await resolve.by_id(info.context, id_of("Appraisal", id, "id"))

    @strawberry.field(
        graphql_type=Connection[Appraisal],
        description="What waits and what is in hand, longest waiting first.",
    )
    async def appraisal_queue(
        self,
        info: Info,
        filter: Annotated[
            AppraisalQueueFilterInput | None, strawberry.argument(description="Which of them; all when left out.")
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            QUEUE, SHAPE, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        narrowed = given(filter)
        wanted = appraisal.AppraisalFilter(states=AT_WORK) if narrowed is None else narrowed.to_filter(info)
        return Connection(page=await resolve.queue(info.context, wanted, page), list_name=QUEUE)

    @strawberry.field(
        graphql_type=Connection[Appraisal], description="The appraisals of the caller's own objects, oldest first."
    )
    async def appraisals(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            MINE, SHAPE, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.mine(info.context, page), list_name=MINE)


@strawberry.type
class AppraisalQueueMutation:
    appraisal_open = mutation(
        appraisal.open_,
        AppraisalOpenInput,
        Appraisal,
        NoGradingStandard,
        WrongState,
        description="Put a received consignment before the appraisers; grading standard and terms of this moment are "
        "pinned.",
    )
    appraisal_take = mutation(
        appraisal.take,
        AppraisalTakeInput,
        Appraisal,
        QueueEmpty,
        NotQualified,
        CapacityReached,
        OwnObject,
        OpinionGiven,
        description="Take what waits longest of all that the caller may judge.",
    )
    appraisal_assign = mutation(
        appraisal.assign,
        AppraisalAssignInput,
        Appraisal,
        NotQualified,
        CapacityReached,
        OwnObject,
        OpinionGiven,
        WrongState,
        description="Give an object that waits to an appraiser.",
    )
    appraisal_reassign = mutation(
        appraisal.reassign,
        AppraisalReassignInput,
        Appraisal,
        NotQualified,
        CapacityReached,
        OwnObject,
        OpinionGiven,
        WrongState,
        VersionConflict,
        description="Hand an object from one appraiser to another.",
    )
    appraisal_release = mutation(
        appraisal.release,
        AppraisalReleaseInput,
        Appraisal,
        WrongState,
        description="Put an object back into the queue unjudged.",
    )
