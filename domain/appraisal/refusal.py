"""What can stand in the way of an appraisal."""

from dataclasses import dataclass

from domain.money import Currency
from domain.piece import Grade
from domain.refusal import Refusal


@dataclass(eq=False)
class NoGradingStandard(Refusal):
    """Nobody has published how this category is judged."""

    code = "NO_GRADING_STANDARD"

    @property
    def message(self) -> str:
        return "There is no grading standard for this category yet: publish one first."


@dataclass(eq=False)
class OwnObject(Refusal):
    """An appraiser does not judge what belongs to them."""

    code = "OWN_OBJECT"

    @property
    def message(self) -> str:
        return "Nobody judges what is their own: give it to another appraiser."


@dataclass(eq=False)
class OpinionGiven(Refusal):
    """The appraiser has judged this object already; another opinion is another person's."""

    code = "OPINION_GIVEN"

    @property
    def message(self) -> str:
        return "This appraiser has given an opinion already: the next one must come from somebody else."


@dataclass(eq=False)
class QueueEmpty(Refusal):
    """Nothing waits that the appraiser may take."""

    code = "QUEUE_EMPTY"

    @property
    def message(self) -> str:
        return "Nothing waits that you are qualified for."


@dataclass(eq=False)
class DeviationUnexplained(Refusal):
    """The grade is another one than the checklist gives, and nobody said why."""

    code = "DEVIATION_UNEXPLAINED"
    computed: Grade
    chosen: Grade

    @property
    def message(self) -> str:
        return f"The checklist gives {self.computed}, not {self.chosen}: say why you deviate from it."


@dataclass(eq=False)
class MarkFailed(Refusal):
    """A mark of authenticity failed, so that the object can not be called authentic."""

    code = "MARK_FAILED"
    marks: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"These marks failed: {', '.join(self.marks)}. An authentic object fails none."


@dataclass(eq=False)
class ServiceNotSold(Refusal):
    """The house has no fee for this service in this currency."""

    code = "SERVICE_NOT_SOLD"
    currency: Currency

    @property
    def message(self) -> str:
        return f"An appraisal is not sold in {self.currency}."
