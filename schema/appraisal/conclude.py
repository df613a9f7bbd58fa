"""An opinion, and the verdict that may follow from it."""

from datetime import datetime
from typing import Any

import strawberry

from domain import appraisal, consignment, money, piece
from domain.refusal import InvalidInput, require
from schema.appraisal.noun import Appraisal, Verdict
from schema.appraisal.queue import OpinionGiven, OwnObject
from schema.appraiser import NotQualified
from schema.claim import ClaimTaken
from schema.consignment.desk import AlreadyConsigned
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.grade import Grade
from schema.grading import AuthenticityFindingInput, ChecklistIncomplete, GradingAnswerInput, MeasurementInput
from schema.ids import id_of
from schema.localized import LocalizedInput
from schema.mutation import MoneyMove, given, mutation
from schema.piece import SerialAlreadyRegistered
from schema.scalars import URL, MoneyInput

# Refusals


@refused(appraisal.DeviationUnexplained)
class DeviationUnexplained(UserError):
    computed: Grade = strawberry.field(description="The grade that the checklist gives.")  # type: ignore[valid-type]
    chosen: Grade = strawberry.field(description="The grade that was sent.")  # type: ignore[valid-type]


@refused(appraisal.MarkFailed)
class MarkFailed(UserError):
    marks: list[str] = strawberry.field(description="The codes of the marks that failed.")


# Inputs


@strawberry.input(one_of=True, description="A picture: the key of a finished upload, or an address elsewhere.")
class AppraisalPhotoInput:
    key: str | None = strawberry.field(default=strawberry.UNSET, description="The key of one's own finished upload.")
    url: URL | None = strawberry.field(default=strawberry.UNSET, description="An https address elsewhere.")

    def to_value(self) -> consignment.Photo:
        return consignment.Photo(key=given(self.key), url=given(self.url))


@strawberry.input(description="A sale that a value leans on: a sold listing of this house, or a note on one elsewhere.")
class AppraisalComparableInput:
    listing_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="A listing that was sold here, whose own price counts; left out for a sale elsewhere.",
    )
    price: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="What was paid; for a sale elsewhere."
    )
    note: str = strawberry.field(default="", description="Where and what; needed for a sale elsewhere.")
    sold_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When it was sold; left out where that is not known."
    )

    def to_value(self) -> appraisal.Compare:
        listing_id, price = given(self.listing_id), given(self.price)
        path = ("comparables", "price")
        require(
            (listing_id is None) != (price is None),
            InvalidInput("Send a listing of ours, or a price and a note.", path=path),
        )
        return appraisal.Compare(
            price=None if price is None else price.to_money(*path),
            listing_id=None if listing_id is None else id_of("Listing", listing_id, "comparables", "listingId"),
            note=self.note,
            sold_at=given(self.sold_at),
        )


@strawberry.input(
    description="An opinion. AUTHENTIC needs the whole checklist, a condition, a value range and the product; "
    "COUNTERFEIT needs all marks, findings and evidence; INCONCLUSIVE needs findings."
)
class AppraisalConcludeInput(MoneyMove):
    appraisal_id: strawberry.ID = strawberry.field(description="The appraisal that this is about.")
    verdict: Verdict = strawberry.field(description="Whether the object is what it is said to be.")  # type: ignore[valid-type]
    findings: str = strawberry.field(default="", description="What was found, up to 2,000 characters.")
    answers: list[GradingAnswerInput] = strawberry.field(
        default_factory=list, description="The answers of the filled checklist."
    )
    marks: list[AuthenticityFindingInput] = strawberry.field(
        default_factory=list, description="The marks of authenticity."
    )
    measurements: list[MeasurementInput] = strawberry.field(
        default_factory=list, description="What was measured on the object."
    )
    grade: Grade | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="Another grade than the checklist gives; that one when left out."
    )
    deviation: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Why another grade was given, 1 to 500 characters; left out where none was.",
    )
    condition: LocalizedInput | None = strawberry.field(
        default=strawberry.UNSET, description="The condition in words, for buyers; left out unless it is AUTHENTIC."
    )
    value_low: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="What it is worth at least, in the currency of the appraisal; left out unless it is AUTHENTIC.",
    )
    value_high: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="What it is worth at most, in the currency of the appraisal; left out unless it is AUTHENTIC.",
    )
    comparables: list[AppraisalComparableInput] = strawberry.field(
        default_factory=list, description="The sales that the value leans on, 20 at most."
    )
    evidence: list[AppraisalPhotoInput] = strawberry.field(
        default_factory=list, description="Pictures of what was found, 24 at most."
    )
    product_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Which product of the catalogue it is, unless that is known."
    )
    serial: str | None = strawberry.field(
        default=strawberry.UNSET, description="The serial that it bears; left out where it bears none."
    )

    def to_command(self) -> appraisal.ConcludeAppraisal:
        grade, condition, product_id = given(self.grade), given(self.condition), given(self.product_id)
        return appraisal.ConcludeAppraisal(
            appraisal_id=id_of("Appraisal", self.appraisal_id, "appraisalId"),
            verdict=appraisal.Verdict(self.verdict),
            findings=self.findings,
            answers=tuple(one.to_value() for one in self.answers),
            marks=tuple(one.to_value() for one in self.marks),
            measurements=tuple(one.to_value() for one in self.measurements),
            grade=None if grade is None else piece.Grade(grade),
            deviation=given(self.deviation),
            condition=None if condition is None else condition.to_localized("condition"),
            value_low=money_of(self.value_low, "valueLow"),
            value_high=money_of(self.value_high, "valueHigh"),
            comparables=tuple(one.to_value() for one in self.comparables),
            evidence=tuple(one.to_value() for one in self.evidence),
            product_id=None if product_id is None else id_of("Product", product_id, "productId"),
            serial=given(self.serial),
            expected_version=given(self.expected_version),
        )


def money_of(value: Any, *path: str) -> money.Money | None:
    wanted = given(value)
    return None if wanted is None else wanted.to_money(*path)


# Root fields


@strawberry.type
class AppraisalConcludeMutation:
    appraisal_conclude = mutation(
        appraisal.conclude,
        AppraisalConcludeInput,
        Appraisal,
        ChecklistIncomplete,
        DeviationUnexplained,
        MarkFailed,
        NotQualified,
        OwnObject,
        OpinionGiven,
        SerialAlreadyRegistered,
        ClaimTaken,
        AlreadyConsigned,
        WrongState,
        VersionConflict,
        description="Give an opinion. When it settles the matter the verdict follows: an authentic piece is certified "
        "and its consignment goes on, anything else is refused.",
    )
