"""What a grader suggests to an appraiser, and how often appraisers decided alike."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain import grader as graders
from resolvers import grader as resolve
from schema.grade import Grade
from schema.grading import GradingAnswerInput, MeasurementInput, Severity
from schema.ids import id_of
from schema.mutation import Info, given
from schema.noun import noun

if TYPE_CHECKING:
    from schema.catalogue import Category

# Nouns


@noun(graders.Reason, description="What speaks against a better grade: an answer, or a measurement beyond a limit.")
class GradeReason:
    item: str = strawberry.field(description="The code of the question that it is about.")
    severity: Severity = strawberry.field(description="How much it speaks of having been found.")  # type: ignore[valid-type]
    points: int = strawberry.field(description="What that costs the criterion, of 100 points.")
    at_best: Grade | None = strawberry.field(description="The best grade that it leaves; null for any.")  # type: ignore[valid-type]
    answered: Severity | None = strawberry.field(description="What the appraiser answered; null for nothing yet.")  # type: ignore[valid-type]
    measurement: str | None = strawberry.field(description="The code of the measurement; null for an answer.")
    value: Decimal | None = strawberry.field(description="What was measured; null for an answer.")
    limit: Decimal | None = strawberry.field(description="The limit that it is beyond; null for an answer.")
    contradicts: bool = strawberry.field(description="Whether an instrument shows worse than the answer says.")


@noun(
    graders.Suggestion,
    description="A grade that written rules suggest: the limits that a standard sets to measurements, and what its "
    "questions cost. No model learned it and no picture was looked at. A person decides.",
)
class GradeSuggestion:
    grader: str = strawberry.field(description="Which rules, and which version of them.")
    grade: Grade = strawberry.field(description="The grade that the rules suggest.")  # type: ignore[valid-type]
    score_bps: int = strawberry.field(description="The score that it comes from, in basis points, 0 to 10,000.")
    reasons: list[GradeReason] = strawberry.field(description="Why it is no better, in the order of the checklist.")
    open_items: list[str] = strawberry.field(
        description="Questions without an answer, by code, taken as if nothing was found there."
    )


@noun(graders.GraderRecord, description="How often appraisers decided as a grader suggested, in one category.")
class GraderRecord:
    grader: str = strawberry.field(description="Which rules, and which version of them.")
    suggested: int = strawberry.field(description="Opinions that it made a suggestion for.")
    agreed: int = strawberry.field(description="Of these, with the very grade that it suggested.")
    better: int = strawberry.field(description="Of these, with a better grade.")
    worse: int = strawberry.field(description="Of these, with a worse grade.")
    steps_apart: int = strawberry.field(description="How many grades lay between, over all of them.")
    agreement_bps: int = strawberry.field(description="The share of agreement in basis points.")

    @strawberry.field(
        graphql_type=Annotated["Category", strawberry.lazy("schema.catalogue")] | None,
        description="The category that was judged; null when it can not be read.",
    )
    async def category(root: graders.GraderRecord, info: Info) -> Any:
        return await info.context.loaders.category.load(root.category_id)


# Root fields


@strawberry.type
class GraderQuery:
    @strawberry.field(
        graphql_type=GradeSuggestion,
        description="The grade that written rules suggest for what was answered and measured so far; it decides "
        "nothing, and is kept beside the opinion that follows.",
    )
    async def grade_suggestion(
        self,
        info: Info,
        appraisal_id: Annotated[strawberry.ID, strawberry.argument(description="Which appraisal, by its id.")],
        answers: Annotated[
            list[GradingAnswerInput] | None,
            strawberry.argument(description="The answers so far; some, or all when left out, may be open."),
        ] = strawberry.UNSET,
        measurements: Annotated[
            list[MeasurementInput] | None,
            strawberry.argument(description="What was measured so far; nothing when left out."),
        ] = strawberry.UNSET,
    ) -> Any:
        return await resolve.suggestion(
            info.context,
            id_of("Appraisal", appraisal_id, "appraisalId"),
            [answer.to_value() for answer in given(answers) or ()],
            [one.to_value() for one in given(measurements) or ()],
        )

    @strawberry.field(
        graphql_type=list[GraderRecord],
        description="How often opinions of a period agreed with what graders suggested, by grader and category.",
    )
    async def grader_records(
        self,
        info: Info,
        since: Annotated[date, strawberry.argument(description="From this day on, in UTC.")],
        until: Annotated[date, strawberry.argument(description="Before this day, at most 366 days later.")],
    ) -> Any:
        return await resolve.records(info.context, since, until)
