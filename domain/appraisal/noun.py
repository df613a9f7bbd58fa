"""An appraisal: one object before one or more appraisers, judged by a pinned standard under pinned terms."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from domain.appraiser import Rank
from domain.catalogue import CategoryId
from domain.consignment import ConsignmentId, Photo
from domain.grader import Suggestion
from domain.grading import Answer, GradingStandardId, MarkFinding, Measurement
from domain.lifecycle import Lifecycle
from domain.localized import Localized
from domain.money import Currency, Money
from domain.piece import Grade, PieceId
from domain.policy import AppraisalTerms
from domain.viewer import AccountId
from domain.wallet import HoldId

AppraisalId = NewType("AppraisalId", UUID)
OpinionId = NewType("OpinionId", UUID)

ROUNDS_MAX = 3
"""The third opinion is a senior's and decides."""


class AppraisalPurpose(StrEnum):
    """Why something is appraised: it is consigned, or its owner pays to know."""

    CONSIGNMENT = "CONSIGNMENT"
    SERVICE = "SERVICE"


class AppraisalState(StrEnum):
    """Where an appraisal stands."""

    REQUESTED = "REQUESTED"
    QUEUED = "QUEUED"
    ASSIGNED = "ASSIGNED"
    CONCLUDED = "CONCLUDED"
    CANCELLED = "CANCELLED"


class Verdict(StrEnum):
    """Whether the object is what it is said to be."""

    AUTHENTIC = "AUTHENTIC"
    COUNTERFEIT = "COUNTERFEIT"
    INCONCLUSIVE = "INCONCLUSIVE"


APPRAISAL_LIFECYCLE = Lifecycle(
    kind="appraisal",
    initial=AppraisalState.REQUESTED,
    moves={
        "appraisalReceive": ([AppraisalState.REQUESTED], AppraisalState.QUEUED),
        "appraisalTake": ([AppraisalState.QUEUED], AppraisalState.ASSIGNED),
        "appraisalAssign": ([AppraisalState.QUEUED], AppraisalState.ASSIGNED),
        "appraisalReassign": ([AppraisalState.ASSIGNED], None),
        "appraisalRelease": ([AppraisalState.ASSIGNED], AppraisalState.QUEUED),
        "appraisalConclude": ([AppraisalState.ASSIGNED], AppraisalState.CONCLUDED),
        # One opinion is not always enough: the object goes back to the queue, for somebody else.
        "appraisalConclude/ANOTHER_OPINION": ([AppraisalState.ASSIGNED], AppraisalState.QUEUED),
        "appraisalCancel": ([AppraisalState.REQUESTED, AppraisalState.QUEUED], AppraisalState.CANCELLED),
        "appraisalHandBack": ([AppraisalState.CONCLUDED, AppraisalState.CANCELLED], None),
    },
)


@dataclass(slots=True)
class Appraisal:
    """`owner` is whose object it is. `seen_by` have given an opinion and give no second one.

    `shop_id` is the shop that took in the object of a service, None for the house itself.
    `category_path` is the category with its parents, as it was when the appraisal was opened. All amounts are in
    `currency`; what follows `assigned_at` is known once it is concluded.
    """

    id: AppraisalId
    code: str
    purpose: AppraisalPurpose
    consignment_id: ConsignmentId | None
    owner: AccountId
    title: str
    description: str
    photos: tuple[Photo, ...]
    category_id: CategoryId
    category_path: tuple[CategoryId, ...]
    standard_id: GradingStandardId
    standard_version: int
    terms: AppraisalTerms
    currency: Currency
    declared: Money | None
    fee: Money | None
    hold_id: HoldId | None
    state: AppraisalState
    round: int
    needs: Rank
    seen_by: tuple[AccountId, ...]
    opened_at: datetime
    assigned_to: AccountId | None = None
    assigned_at: datetime | None = None
    product_id: UUID | None = None
    piece_id: PieceId | None = None
    verdict: Verdict | None = None
    grade: Grade | None = None
    value_low: Money | None = None
    value_high: Money | None = None
    concluded_at: datetime | None = None
    received_at: datetime | None = None
    shop_id: UUID | None = None
    handed_back_at: datetime | None = None
    version: int = 1

    @property
    def next_actions(self) -> tuple[str, ...]:
        """The mutations that are possible now; only what was brought in for a service is handed back from here."""
        return tuple(action for action in APPRAISAL_LIFECYCLE.next_actions(self.state) if self._sensible(action))

    def move(self, action: str) -> None:
        self.state = APPRAISAL_LIFECYCLE.move(self.state, action)

    def _sensible(self, action: str) -> bool:
        if action == "appraisalHandBack":
            service = self.purpose is AppraisalPurpose.SERVICE
            return service and self.received_at is not None and self.handed_back_at is None
        return action != "appraisalCancel" or not self.seen_by


@dataclass(frozen=True, slots=True)
class Comparable:
    """A sale that a value leans on: a listing of this house, or a note on one elsewhere."""

    price: Money
    listing_id: UUID | None = None
    note: str = ""
    sold_at: datetime | None = None


@dataclass(slots=True)
class Opinion:
    """What one appraiser found. `computed_grade` follows from the answers; another `grade` has its `deviation`.

    `suggestion` is what a grader made of the same answers and measurements; it decides nothing and needs no deviation.
    `upheld` says whether what came later bore it out, and is None as long as nothing has tested it.
    """

    id: OpinionId
    appraisal_id: AppraisalId
    appraiser: AccountId
    round: int
    rank: Rank
    verdict: Verdict
    computed_grade: Grade | None
    score_bps: int | None
    grade: Grade | None
    deviation: str | None
    answers: tuple[Answer, ...]
    marks: tuple[MarkFinding, ...]
    measurements: tuple[Measurement, ...]
    condition: Localized | None
    currency: Currency
    value_low: Money | None
    value_high: Money | None
    comparables: tuple[Comparable, ...]
    evidence: tuple[Photo, ...]
    findings: str
    product_id: UUID | None
    serial: str | None
    given_at: datetime
    suggestion: Suggestion | None = None
    grader: str | None = None
    suggested_grade: Grade | None = None
    upheld: bool | None = None
    judged_at: datetime | None = None
    version: int = 1
