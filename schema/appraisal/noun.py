"""Appraisals and opinions: staff see all of them, owners what concerns them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain import appraisal, consignment, grading
from resolvers import appraisal as resolve
from schema.account import Account
from schema.appraiser import Appraiser, AppraiserRank
from schema.certificate import Certificate
from schema.enum import enum
from schema.grade import Grade
from schema.grader import GradeSuggestion
from schema.grading import GradingStandard, MarkResult, MeasureUnit, Severity
from schema.ids import Node, encode_id, global_id
from schema.mutation import Info
from schema.noun import noun
from schema.scalars import URL, Money

if TYPE_CHECKING:
    from schema.catalogue import Category
    from schema.consignment import Consignment
    from schema.piece import Piece

AppraisalPurpose = enum(
    appraisal.AppraisalPurpose,
    name="AppraisalPurpose",
    description="Why something is appraised.",
    CONSIGNMENT="The piece was consigned, and is to be sold.",
    SERVICE="Its owner pays a fee to know what it is and what it is worth.",
)
AppraisalState = enum(
    appraisal.AppraisalState,
    name="AppraisalState",
    description="Where an appraisal stands.",
    REQUESTED="The owner has ordered it, and the fee is set aside; the object has not come yet.",
    QUEUED="The object waits for an appraiser, for the first or for another opinion.",
    ASSIGNED="An appraiser has the object in hand.",
    CONCLUDED="There is a verdict.",
    CANCELLED="It was given up before anybody gave an opinion.",
)
Verdict = enum(
    appraisal.Verdict,
    name="AppraisalVerdict",
    description="Whether the object is what it is said to be.",
    AUTHENTIC="It is what it is said to be.",
    COUNTERFEIT="It is not what it is said to be.",
    INCONCLUSIVE="It can not be told; the piece is not sold as authentic.",
)


@noun(consignment.Photo, description="A picture that shows what was found.")
class AppraisalPhoto:
    @strawberry.field(graphql_type=URL, description="Where to see it.")
    def url(root: consignment.Photo, info: Info) -> str:
        return root.url or info.context.media.read(root.key or "", info.context.now)


@noun(appraisal.Comparable, description="A sale that a value leans on.")
class AppraisalComparable:
    price: Money = strawberry.field(description="What was paid in that sale.")
    note: str = strawberry.field(description="Where and what, for a sale outside this house.")
    sold_at: datetime | None = strawberry.field(description="When it was sold; null where that is not known.")

    @strawberry.field(description="The listing, for a sale of this house; null for one outside.")
    def listing_id(root: appraisal.Comparable) -> strawberry.ID | None:
        return None if root.listing_id is None else strawberry.ID(encode_id("Listing", root.listing_id))


@noun(grading.Answer, description="What was found for one question of the checklist.")
class GradingAnswer:
    item: str = strawberry.field(description="The code of the question.")
    severity: Severity = strawberry.field(description="How much was found.")  # type: ignore[valid-type]
    note: str = strawberry.field(description="A remark; empty for none.")


@noun(grading.MarkFinding, description="What was found for one mark of authenticity.")
class AuthenticityFinding:
    mark: str = strawberry.field(description="The code of the mark.")
    result: MarkResult = strawberry.field(description="Whether the mark speaks for the object.")  # type: ignore[valid-type]
    note: str = strawberry.field(description="A remark; empty for none.")


@noun(grading.Measurement, description="What an instrument showed.")
class AppraisalMeasurement:
    code: str = strawberry.field(description="The code of the measurement.")
    unit: MeasureUnit = strawberry.field(description="The unit that it counts in.")  # type: ignore[valid-type]
    instrument: str = strawberry.field(description="The very instrument that it was taken with.")

    @strawberry.field(description="The number that it showed, in that unit.")
    def value(root: grading.Measurement) -> str:
        return format(root.value, "f")


@noun(appraisal.Opinion, description="What one appraiser found. Seen by staff.")
class AppraisalOpinion:
    id: strawberry.ID = global_id("AppraisalOpinion")
    round: int = strawberry.field(description="The first, second or third opinion; the third decides.")
    rank: AppraiserRank = strawberry.field(description="The appraiser's rank when it was given.")  # type: ignore[valid-type]
    verdict: Verdict = strawberry.field(description="Whether the object is what it is said to be.")  # type: ignore[valid-type]
    computed_grade: Grade | None = strawberry.field(  # type: ignore[valid-type]
        description="The grade that follows from the answers; null without a filled checklist."
    )
    score_bps: int | None = strawberry.field(
        description="The score that follows from the answers, in basis points, 0 to 10,000; null without a filled "
        "checklist."
    )
    grade: Grade | None = strawberry.field(description="The grade that was given; null unless it is authentic.")  # type: ignore[valid-type]
    deviation: str | None = strawberry.field(
        description="Why another grade was given than the computed one; null where none was."
    )
    suggestion: GradeSuggestion | None = strawberry.field(
        description="What a grader made of the same answers and measurements; it decided nothing. Null unless graded."
    )
    answers: list[GradingAnswer] = strawberry.field(description="The answers of the filled checklist.")
    marks: list[AuthenticityFinding] = strawberry.field(description="The marks of authenticity.")
    measurements: list[AppraisalMeasurement] = strawberry.field(description="What was measured on the object.")
    value_low: Money | None = strawberry.field(description="What it is worth at least; null unless it is authentic.")
    value_high: Money | None = strawberry.field(description="What it is worth at most; null unless it is authentic.")
    comparables: list[AppraisalComparable] = strawberry.field(description="The sales that the value leans on.")
    evidence: list[AppraisalPhoto] = strawberry.field(description="Pictures of what was found.")
    findings: str = strawberry.field(description="What was found, in words.")
    given_at: datetime = strawberry.field(description="When it was given.")
    upheld: bool | None = strawberry.field(
        description="Whether another opinion or a later find bore it out; null while nothing has tested it."
    )

    @strawberry.field(
        graphql_type=Appraiser | None, description="The appraiser who gave it; null when it can not be read."
    )
    async def appraiser(root: appraisal.Opinion, info: Info) -> Any:
        return await info.context.loaders.appraiser_of.load(root.appraiser)


@noun(
    appraisal.Appraisal,
    description="The judging of one object by appraisers. Seen by staff; its owner sees what concerns the owner.",
)
class Appraisal(Node):
    id: strawberry.ID = global_id("Appraisal")
    code: str = strawberry.field(description="The code that people use for it, such as AP-7K2M-9QXD.")
    purpose: AppraisalPurpose = strawberry.field(description="Why it is appraised.")  # type: ignore[valid-type]
    state: AppraisalState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    title: str = strawberry.field(description="What the owner calls the object.")
    description: str = strawberry.field(description="What the owner says of it.")
    photos: list[AppraisalPhoto] = strawberry.field(description="The pictures that the owner sent.")
    standard_version: int = strawberry.field(description="The version of the grading standard that is pinned.")
    declared: Money | None = strawberry.field(
        description="The most that owner or estimate say it is worth; null where nobody said."
    )
    fee: Money | None = strawberry.field(description="What the owner pays for it; null when it is consigned.")
    opened_at: datetime = strawberry.field(description="When it was opened or ordered.")
    received_at: datetime | None = strawberry.field(
        description="When the object came into the house; null before that."
    )
    verdict: Verdict | None = strawberry.field(description="The verdict; null until it is concluded.")  # type: ignore[valid-type]
    grade: Grade | None = strawberry.field(  # type: ignore[valid-type]
        description="The condition of an authentic object; null for any other, and until it is concluded."
    )
    value_low: Money | None = strawberry.field(
        description="What an authentic object is worth at least; null for any other."
    )
    value_high: Money | None = strawberry.field(
        description="What an authentic object is worth at most; null for any other."
    )
    concluded_at: datetime | None = strawberry.field(description="When the verdict was reached; null until then.")
    handed_back_at: datetime | None = strawberry.field(
        description="When the owner had the object again; null until then."
    )
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(
        graphql_type=Annotated["Category", strawberry.lazy("schema.catalogue")],
        description="What kind of thing it is judged as.",
    )
    async def category(root: appraisal.Appraisal, info: Info) -> Any:
        return await info.context.loaders.category.load(root.category_id)

    @strawberry.field(
        graphql_type=Annotated["Consignment", strawberry.lazy("schema.consignment")] | None,
        description="The consignment; null for an appraisal as a service.",
    )
    async def consignment(root: appraisal.Appraisal, info: Info) -> Any:
        return None if root.consignment_id is None else await info.context.loaders.consignment.load(root.consignment_id)

    @strawberry.field(
        graphql_type=Annotated["Piece", strawberry.lazy("schema.piece")] | None,
        description="The piece that it was found to be; null until it is concluded and authentic.",
    )
    async def piece(root: appraisal.Appraisal, info: Info) -> Any:
        return None if root.piece_id is None else await info.context.loaders.piece.load(root.piece_id)

    @strawberry.field(graphql_type=GradingStandard, description="The grading standard that is pinned.")
    async def standard(root: appraisal.Appraisal, info: Info) -> Any:
        return await info.context.loaders.grading_standard.load(root.standard_id)

    @strawberry.field(
        graphql_type=Certificate | None, description="The certificate of an authentic object; null for any other."
    )
    async def certificate(root: appraisal.Appraisal, info: Info) -> Any:
        return await resolve.certificate(info.context, root)

    @strawberry.field(graphql_type=Account | None, description="Whose object it is; null for all but staff.")
    async def owner(root: appraisal.Appraisal, info: Info) -> Any:
        return await info.context.loaders.account.load(root.owner) if info.context.viewer.is_staff else None

    @strawberry.field(description="Which opinion comes next, or came last, from 1; null for all but staff.")
    def round(root: appraisal.Appraisal, info: Info) -> int | None:
        return root.round if info.context.viewer.is_staff else None

    @strawberry.field(graphql_type=AppraiserRank | None, description="Who may give it; null for all but staff.")
    def needs(root: appraisal.Appraisal, info: Info) -> Any:
        return root.needs if info.context.viewer.is_staff else None

    @strawberry.field(graphql_type=Appraiser | None, description="Who has it in hand; null for all but staff.")
    async def appraiser(root: appraisal.Appraisal, info: Info) -> Any:
        if root.assigned_to is None or not info.context.viewer.is_staff:
            return None
        return await info.context.loaders.appraiser_of.load(root.assigned_to)

    @strawberry.field(
        graphql_type=list[AppraisalOpinion] | None, description="Every opinion so far; null for all but staff."
    )
    async def opinions(root: appraisal.Appraisal, info: Info) -> Any:
        return await resolve.opinions(info.context, root)
