"""Why a journey is not booked."""

from dataclasses import dataclass
from datetime import date

from domain.policy import TravellerDatum
from domain.refusal import Refusal


@dataclass(eq=False)
class AgeNotAllowed(Refusal):
    """Somebody is too young or too old on the day of departure."""

    code = "AGE_NOT_ALLOWED"
    age: int
    age_min: int
    age_max: int | None

    @property
    def message(self) -> str:
        upper = f"{self.age_min} or older" if self.age_max is None else f"{self.age_min} to {self.age_max} years old"
        return f"This traveller is {self.age} on the day of departure, and must be {upper} for this unit."


@dataclass(eq=False)
class ConsentMissing(Refusal):
    """Somebody under age travels, and no guardian has agreed."""

    code = "CONSENT_MISSING"
    age: int
    below_age: int

    @property
    def message(self) -> str:
        return f"This traveller is {self.age} on the day of departure: below {self.below_age} a guardian has to agree."


@dataclass(eq=False)
class TravellerDataMissing(Refusal):
    """The category asks something of its travellers that was not said."""

    code = "TRAVELLER_DATA_MISSING"
    missing: tuple[TravellerDatum, ...]

    @property
    def message(self) -> str:
        names = ", ".join(one.replace("_", " ").lower() for one in self.missing)
        return f"Journeys of this category ask this of each traveller: {names}."


@dataclass(eq=False)
class PassportTooShort(Refusal):
    """A passport ends too early for this journey."""

    code = "PASSPORT_TOO_SHORT"
    valid_until: date
    needed_until: date

    @property
    def message(self) -> str:
        return f"This passport ends on {self.valid_until}, and is needed until {self.needed_until}: renew it first."


@dataclass(eq=False)
class IntakeMissing(Refusal):
    """A medical journey is confirmed once its details are there."""

    code = "INTAKE_MISSING"

    @property
    def message(self) -> str:
        return "The medical details of this booking have not been submitted yet."
