"""Why something is not packed or handed over."""

from dataclasses import dataclass

from domain.money import Money
from domain.refusal import Refusal


@dataclass(eq=False)
class AboveCover(Refusal):
    """The parcel is worth more than its insurance would pay, so it gets no label."""

    code = "ABOVE_COVER"
    limit: Money
    insured_value: Money

    @property
    def message(self) -> str:
        return f"The policy covers {self.limit} for a parcel, this one is worth {self.insured_value}: send less in one."


@dataclass(eq=False)
class NotCovered(Refusal):
    """The policy is not known for this carrier and currency, or is over."""

    code = "NOT_COVERED"
    policy_number: str

    @property
    def message(self) -> str:
        return f"Policy {self.policy_number} does not cover this parcel: another carrier, currency or time."


@dataclass(eq=False)
class WrongPickupCode(Refusal):
    """The code is not the one that the buyer got."""

    code = "WRONG_PICKUP_CODE"

    @property
    def message(self) -> str:
        return "This is not the pickup code of this shipment: hand nothing over."
