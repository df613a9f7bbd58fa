"""What a category asks of its travellers beyond name and age: no more than that is kept, and no longer than needed."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from domain.booking.noun import Booking, EmergencyContact, SchoolConsent, Traveller
from domain.booking.refusal import PassportTooShort, TravellerDataMissing
from domain.policy import CategoryRule, TravellerDatum
from domain.refusal import require
from domain.text import line

DIET_MAX = 500
NAME_MAX = 80
PHONE_MAX = 40
FIELDS = {
    TravellerDatum.PASSPORT: "passport",
    TravellerDatum.EMERGENCY_CONTACT: "emergencyContact",
    TravellerDatum.DIET: "diet",
    TravellerDatum.SCHOOL: "school",
}


def check_details(
    traveller: Traveller, rule: CategoryRule, age: int, ends_on: date, now: datetime, path: tuple[str, ...]
) -> Traveller:
    """The traveller with just what the category asks; refuses where something is missing, or a passport ends early.

    A school is asked of those alone who need a guardian's consent.
    """
    given = {
        TravellerDatum.PASSPORT: traveller.passport,
        TravellerDatum.EMERGENCY_CONTACT: traveller.emergency,
        TravellerDatum.DIET: traveller.diet,
        TravellerDatum.SCHOOL: traveller.school,
    }
    of_age = age >= rule.guardian_below_age
    asked = [one for one in rule.required if one is not TravellerDatum.SCHOOL or not of_age]
    missing = tuple(one for one in asked if given[one] is None)
    require(not missing, TravellerDataMissing(missing, path=(*path, *(FIELDS[one] for one in missing[:1]))))
    passport = traveller.passport if TravellerDatum.PASSPORT in asked else None
    if passport is not None:
        needed = months_later(ends_on, rule.passport_months)
        fits = passport.valid_until >= needed
        require(fits, PassportTooShort(passport.valid_until, needed, path=(*path, "passport", "validUntil")))
    return replace(
        traveller,
        passport=passport,
        emergency=contact(traveller.emergency, path) if TravellerDatum.EMERGENCY_CONTACT in asked else None,
        diet=line(traveller.diet or "", *path, "diet", longest=DIET_MAX) if TravellerDatum.DIET in asked else None,
        school=school(traveller.school, now, path) if TravellerDatum.SCHOOL in asked else None,
    )


def contact(said: EmergencyContact | None, path: tuple[str, ...]) -> EmergencyContact | None:
    if said is None:
        return None
    return EmergencyContact(
        name=line(said.name, *path, "emergencyContact", "name", longest=NAME_MAX),
        relation=line(said.relation, *path, "emergencyContact", "relation", longest=NAME_MAX),
        phone=line(said.phone, *path, "emergencyContact", "phone", longest=PHONE_MAX),
    )


def school(said: SchoolConsent | None, now: datetime, path: tuple[str, ...]) -> SchoolConsent | None:
    if said is None:
        return None
    return SchoolConsent(
        name=line(said.name, *path, "school", "name", longest=NAME_MAX),
        contact=line(said.contact, *path, "school", "contact", longest=NAME_MAX),
        given_at=now,
    )


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def forget_details(booking: Booking) -> None:
    """Nobody travels any more: who did is enough. The caller saves the booking."""
    booking.travellers = tuple(without_details(booking.travellers))


def without_details(travellers: Iterable[Traveller]) -> Iterable[Traveller]:
    return (replace(one, passport=None, emergency=None, diet=None, school=None) for one in travellers)
