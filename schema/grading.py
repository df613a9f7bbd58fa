"""Grading standards: what is looked at in a category, what each finding costs, and the grade that follows."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from domain import grading, piece
from domain.catalogue import CategoryId
from resolvers import grading as resolve
from schema.enum import enum
from schema.errors import UserError, refused
from schema.grade import Grade
from schema.ids import Node, global_id, id_of
from schema.localized import LocalizedInput, localized
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun

Severity = enum(
    grading.Severity,
    name="FindingSeverity",
    description="How much of something was found, mildest first.",
    NONE="Nothing was found.",
    LIGHT="A little was found.",
    VISIBLE="It shows at first sight.",
    HEAVY="Much was found.",
)
MeasureUnit = enum(
    grading.MeasureUnit,
    name="MeasureUnit",
    description="What a measurement counts.",
    MILLIMETRE="Length in millimetres.",
    GRAM="Weight in grams.",
    CARAT="Weight of stones in carats.",
    MICRON="Thickness in micrometres.",
    SECOND_PER_DAY="Rate of a movement in seconds gained or lost a day.",
    DEGREE="Angle, such as a movement's amplitude, in degrees.",
    PERMILLE="Share in thousandths, such as the fineness of gold.",
    COUNT="A plain number of things.",
)
MarkResult = enum(
    grading.MarkResult,
    name="AuthenticityMarkResult",
    description="What a mark of authenticity says.",
    PASS="The mark is as it is on an authentic object.",
    FAIL="The mark is not as it is on an authentic object.",
    UNCLEAR="The mark can not be read either way.",
)


# Nouns


@noun(grading.Criterion, description="One side of condition, such as the corners or the movement.")
class GradingCriterion:
    code: str = strawberry.field(description="A stable name, for scores.")
    name: str = localized("name", description="What people call it.")
    weight_bps: int = strawberry.field(description="Its share of the score in basis points; they sum to 10,000.")


@noun(grading.Deduction, description="What a finding of one severity costs.")
class GradingDeduction:
    severity: Severity = strawberry.field(description="How much was found.")  # type: ignore[valid-type]
    points: int = strawberry.field(description="Points off the criterion's 100.")
    at_best: Grade | None = strawberry.field(description="The best grade that such a finding leaves; null for any.")  # type: ignore[valid-type]


@noun(grading.ChecklistItem, description="One question about condition.")
class GradingChecklistItem:
    code: str = strawberry.field(description="A stable name, for answers.")
    criterion: str = strawberry.field(description="The code of the criterion that it belongs to.")
    question: str = localized("question", description="What to look at.")
    deductions: list[GradingDeduction] = strawberry.field(description="What findings cost, mildest first.")
    optional: bool = strawberry.field(description="Whether it may be left out where it does not apply.")


@noun(grading.Mark, description="One mark of authenticity to examine.")
class AuthenticityMark:
    code: str = strawberry.field(description="A stable name, for findings.")
    question: str = localized("question", description="What to look at.")


@noun(grading.Limit, description="A value beyond it speaks for a finding; graders go by it, no person has to.")
class GradingLimit:
    item: str = strawberry.field(description="The code of the question that it speaks of.")
    severity: Severity = strawberry.field(description="How much it speaks of.")  # type: ignore[valid-type]
    above: Decimal | None = strawberry.field(description="For values above this; null for a limit below.")
    below: Decimal | None = strawberry.field(description="For values below this; null for a limit above.")


@noun(grading.MeasurementRule, description="A measurement to take.")
class GradingMeasurement:
    code: str = strawberry.field(description="A stable name, for measurements.")
    name: str = localized("name", description="What is measured, for people.")
    unit: MeasureUnit = strawberry.field(description="The unit that it counts in.")  # type: ignore[valid-type]
    instrument: str = strawberry.field(description="The kind of instrument to take it with.")
    optional: bool = strawberry.field(description="Whether it may be left out where it does not apply.")
    limits: list[GradingLimit] = strawberry.field(description="What values beyond speak for, mildest first.")


@noun(grading.Band, description="The lowest score that earns a grade.")
class GradingBand:
    grade: Grade = strawberry.field(description="The grade that the band earns.")  # type: ignore[valid-type]
    from_score_bps: int = strawberry.field(description="From this score on, in basis points, 0 to 10,000.")


@noun(
    grading.GradingStandard,
    description="How one category is judged. It never changes: a better one is the next version. Seen by everybody.",
)
class GradingStandard(Node):
    id: strawberry.ID = global_id("GradingStandard")
    version: int = strawberry.field(description="Counts from 1 within the category.")
    title: str = localized("title", description="What people call it.")
    criteria: list[GradingCriterion] = strawberry.field(description="The sides of condition, with their weights.")
    checklist: list[GradingChecklistItem] = strawberry.field(description="The questions about condition.")
    marks: list[AuthenticityMark] = strawberry.field(description="The marks of authenticity to examine.")
    measurements: list[GradingMeasurement] = strawberry.field(description="The measurements to take.")
    bands: list[GradingBand] = strawberry.field(description="From which score on there is which grade, best first.")
    published_at: datetime = strawberry.field(description="When it was published.")


@noun(grading.CriterionScore, description="What is left of a criterion's 100 points.")
class GradingCriterionScore:
    criterion: str = strawberry.field(description="The code of the criterion.")
    points: int = strawberry.field(description="How many are left, 0 to 100.")


@noun(grading.Assessment, description="What follows from a filled checklist.")
class GradingAssessment:
    scores: list[GradingCriterionScore] = strawberry.field(description="What is left of each criterion's points.")
    score_bps: int = strawberry.field(description="The weighted score, in basis points, 0 to 10,000.")
    grade: Grade = strawberry.field(description="The grade that it earns.")  # type: ignore[valid-type]
    capped_by: str | None = strawberry.field(
        description="The question whose answer keeps the grade below what the score earns; null when none does."
    )


# Refusals


@refused(grading.ChecklistIncomplete)
class ChecklistIncomplete(UserError):
    missing: list[str] = strawberry.field(description="The codes of what was left out.")


# Inputs


@strawberry.input(description="One side of condition.")
class GradingCriterionInput:
    code: str = strawberry.field(description="A stable name: a-z, 0-9 and _, 1 to 40.")
    name: LocalizedInput = strawberry.field(description="What people call it.")
    weight_bps: int = strawberry.field(
        description="Its share of the score, in basis points; all of them sum to 10,000."
    )

    def to_value(self) -> grading.Criterion:
        return grading.Criterion(self.code, self.name.to_localized("criteria", "name", longest=120), self.weight_bps)


@strawberry.input(description="What a finding of one severity costs.")
class GradingDeductionInput:
    severity: Severity = strawberry.field(description="LIGHT, VISIBLE or HEAVY.")  # type: ignore[valid-type]
    points: int = strawberry.field(description="0 to 100, and no less than for a milder finding.")
    at_best: Grade | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="The best grade that such a finding leaves; null for any."
    )

    def to_value(self) -> grading.Deduction:
        at_best = given(self.at_best)
        return grading.Deduction(
            grading.Severity(self.severity), self.points, None if at_best is None else piece.Grade(at_best)
        )


@strawberry.input(description="One question about condition.")
class GradingChecklistItemInput:
    code: str = strawberry.field(description="A stable name: a-z, 0-9 and _, 1 to 40.")
    criterion: str = strawberry.field(description="The code of the criterion that it belongs to.")
    question: LocalizedInput = strawberry.field(description="What to look at.")
    deductions: list[GradingDeductionInput] = strawberry.field(description="What findings cost, mildest first.")
    optional: bool = strawberry.field(default=False, description="Whether it may be left out.")

    def to_value(self) -> grading.ChecklistItem:
        return grading.ChecklistItem(
            code=self.code,
            criterion=self.criterion,
            question=self.question.to_localized("checklist", "question", longest=300),
            deductions=tuple(one.to_value() for one in self.deductions),
            optional=self.optional,
        )


@strawberry.input(description="One mark of authenticity to examine.")
class AuthenticityMarkInput:
    code: str = strawberry.field(description="A stable name: a-z, 0-9 and _, 1 to 40.")
    question: LocalizedInput = strawberry.field(description="What to look at.")

    def to_value(self) -> grading.Mark:
        return grading.Mark(self.code, self.question.to_localized("marks", "question", longest=300))


@strawberry.input(description="A value beyond it speaks for a finding: above or below, one of the two.")
class GradingLimitInput:
    item: str = strawberry.field(description="The code of the question that it speaks of.")
    severity: Severity = strawberry.field(description="LIGHT, VISIBLE or HEAVY.")  # type: ignore[valid-type]
    above: Decimal | None = strawberry.field(
        default=strawberry.UNSET, description="For values above this; left out for a limit below."
    )
    below: Decimal | None = strawberry.field(
        default=strawberry.UNSET, description="For values below this; left out for a limit above."
    )

    def to_value(self) -> grading.Limit:
        return grading.Limit(self.item, grading.Severity(self.severity), given(self.above), given(self.below))


@strawberry.input(description="A measurement to take.")
class GradingMeasurementInput:
    code: str = strawberry.field(description="A stable name: a-z, 0-9 and _, 1 to 40.")
    name: LocalizedInput = strawberry.field(description="What is measured, for people.")
    unit: MeasureUnit = strawberry.field(description="The unit that it counts in.")  # type: ignore[valid-type]
    instrument: str = strawberry.field(description="The kind of instrument to take it with, up to 80 characters.")
    optional: bool = strawberry.field(default=False, description="Whether it may be left out.")
    limits: list[GradingLimitInput] = strawberry.field(
        default_factory=list, description="What values beyond speak for; of one question, mildest first."
    )

    def to_value(self) -> grading.MeasurementRule:
        return grading.MeasurementRule(
            code=self.code,
            name=self.name.to_localized("measurements", "name", longest=120),
            unit=grading.MeasureUnit(self.unit),
            instrument=self.instrument,
            optional=self.optional,
            limits=tuple(one.to_value() for one in self.limits),
        )


@strawberry.input(description="The lowest score that earns a grade.")
class GradingBandInput:
    grade: Grade = strawberry.field(description="The grade that the band earns.")  # type: ignore[valid-type]
    from_score_bps: int = strawberry.field(
        description="From this score on, in basis points, 0 to 10,000; the last band starts at 0."
    )

    def to_value(self) -> grading.Band:
        return grading.Band(piece.Grade(self.grade), self.from_score_bps)


@strawberry.input(description="The next version of a category's grading standard.")
class GradingStandardPublishInput(Keyed):
    category_id: strawberry.ID = strawberry.field(description="Which category, with all below it.")
    title: LocalizedInput = strawberry.field(description="What people call it.")
    criteria: list[GradingCriterionInput] = strawberry.field(description="The sides of condition.")
    checklist: list[GradingChecklistItemInput] = strawberry.field(
        description="The questions; each criterion has at least one that is not optional."
    )
    marks: list[AuthenticityMarkInput] = strawberry.field(description="The marks of authenticity.")
    measurements: list[GradingMeasurementInput] = strawberry.field(description="The measurements to take.")
    bands: list[GradingBandInput] = strawberry.field(description="The grades and their lowest scores, best first.")

    def to_command(self) -> grading.PublishStandard:
        return grading.PublishStandard(
            category_id=CategoryId(id_of("Category", self.category_id, "categoryId")),
            title=self.title.to_localized("title", longest=200),
            criteria=tuple(one.to_value() for one in self.criteria),
            checklist=tuple(one.to_value() for one in self.checklist),
            marks=tuple(one.to_value() for one in self.marks),
            measurements=tuple(one.to_value() for one in self.measurements),
            bands=tuple(one.to_value() for one in self.bands),
        )


@strawberry.input(description="What was found for one question of the checklist.")
class GradingAnswerInput:
    item: str = strawberry.field(description="The code of the question.")
    severity: Severity = strawberry.field(description="How much was found.")  # type: ignore[valid-type]
    note: str = strawberry.field(default="", description="A remark, up to 500 characters.")

    def to_value(self) -> grading.Answer:
        return grading.Answer(self.item, grading.Severity(self.severity), self.note)


@strawberry.input(description="What was found for one mark of authenticity.")
class AuthenticityFindingInput:
    mark: str = strawberry.field(description="The code of the mark.")
    result: MarkResult = strawberry.field(description="Whether the mark speaks for the object.")  # type: ignore[valid-type]
    note: str = strawberry.field(default="", description="A remark, up to 500 characters.")

    def to_value(self) -> grading.MarkFinding:
        return grading.MarkFinding(self.mark, grading.MarkResult(self.result), self.note)


@strawberry.input(description="What an instrument showed.")
class MeasurementInput:
    code: str = strawberry.field(description="The code of the measurement.")
    value: Decimal = strawberry.field(description="The number that the instrument showed.")
    unit: MeasureUnit = strawberry.field(description="The unit that it counts in, as the standard says.")  # type: ignore[valid-type]
    instrument: str = strawberry.field(description="The very instrument, up to 80 characters.")

    def to_value(self) -> grading.Measurement:
        return grading.Measurement(self.code, self.value, grading.MeasureUnit(self.unit), self.instrument)


# Root fields


@strawberry.type
class GradingQuery:
    @strawberry.field(
        graphql_type=GradingStandard | None,
        description="How a category is judged: one version of its own standard, or, when none is named, the one in "
        "force, which may be that of a category around it; null when there is none.",
    )
    async def grading_standard(
        self,
        info: Info,
        category_id: Annotated[strawberry.ID, strawberry.argument(description="The category that is judged.")],
        version: Annotated[
            int | None, strawberry.argument(description="Which version; the one in force when left out.")
        ] = strawberry.UNSET,
    ) -> Any:
        return await resolve.standard(info.context, id_of("Category", category_id, "categoryId"), given(version))

    @strawberry.field(
        graphql_type=GradingAssessment,
        description="The grade that answers would earn under a standard.",
    )
    async def grading_assessment(
        self,
        info: Info,
        standard_id: Annotated[strawberry.ID, strawberry.argument(description="The grading standard to reckon by.")],
        answers: Annotated[
            list[GradingAnswerInput], strawberry.argument(description="The answers of the filled checklist.")
        ],
    ) -> Any:
        wanted = grading.GradingStandardId(id_of("GradingStandard", standard_id, "standardId"))
        return await resolve.assessment(info.context, wanted, [answer.to_value() for answer in answers])


@strawberry.type
class GradingMutation:
    grading_standard_publish = mutation(
        grading.publish,
        GradingStandardPublishInput,
        GradingStandard,
        description="Publish the next version of a category's grading standard; appraisals under way keep theirs.",
    )


fetchable("GradingStandard", resolve.by_id)
