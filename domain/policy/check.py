"""What terms may say at all, so that every deal made under them adds up."""

from collections.abc import Sequence
from itertools import pairwise

from domain.money import BASIS_POINTS, Currency, Money
from domain.policy.customs import CustomsTerms
from domain.policy.pricing import PriceStep, PricingTerms
from domain.policy.shipping import DeliveryMethod, ShippingTerms, ShippingZone
from domain.policy.terms import (
    AppraisalTerms,
    CommissionPlan,
    CommissionShape,
    CommissionTerms,
    CostTerms,
    FxTerms,
    GiftCardTerms,
    MarkdownSchedule,
    MarkdownTerms,
    ReturnTerms,
    SellerLevel,
    SettlementTerms,
    TaxTerms,
    Terms,
)
from domain.policy.travel import CancellationLadder, TravelTerms
from domain.refusal import InvalidInput, require

RATE_BPS_MAX = 6_000
"""Neither commission nor tax is higher, so that commission and the tax on it never take more than the price."""
DAYS_MAX = 3_650
MONTHS_MAX = 600
RESPONSE_DAYS_MAX = 90
ENTRIES_MAX = 100
AGE_MAX = 120
PASSPORT_MONTHS_MAX = 24
MINUTES_MAX = 1_440
HOURS_MAX = 720
SOURCE_LENGTH_MAX = 200
COUNTRIES_MAX = 300
SOURCE_MAX = 200


def check(terms: Terms) -> None:
    """Refuse terms that could not be kept."""
    match terms:
        case CommissionTerms():
            _entries("plans", [plan.code for plan in terms.plans])
            for plan in terms.plans:
                _plan(plan)
        case MarkdownTerms():
            _entries("schedules", [schedule.code for schedule in terms.schedules])
            _share("floorBps", terms.floor_bps, BASIS_POINTS)
            fits = 1 <= terms.response_days <= RESPONSE_DAYS_MAX
            require(fits, InvalidInput(f"An answer takes 1 to {RESPONSE_DAYS_MAX} days.", path=("responseDays",)))
            for schedule in terms.schedules:
                _schedule(schedule, terms.floor_bps)
        case SettlementTerms():
            _share("creditBonusBps", terms.credit_bonus_bps, BASIS_POINTS)
            _share("offsetCapBps", terms.offset_cap_bps, BASIS_POINTS)
            _days("daysToSell", terms.days_to_sell)
            _days("daysToDeliver", terms.days_to_deliver)
            _unique("buyOut", [rate.grade for rate in terms.buy_out])
            for bought in terms.buy_out:
                _share("buyOut", bought.discount_bps, BASIS_POINTS - 1)
        case ReturnTerms():
            _days("promiseDays", terms.promise_days)
            _unique("statutory", [entry.jurisdiction for entry in terms.statutory])
            for entry in terms.statutory:
                _days("statutory", entry.days)
        case TaxTerms():
            _share("elsewhereBps", terms.elsewhere_bps, RATE_BPS_MAX)
            _unique("rates", [f"{rate.jurisdiction}/{rate.basis}" for rate in terms.rates])
            for rate in terms.rates:
                _share("rates", rate.rate_bps, RATE_BPS_MAX)
        case CostTerms():
            _unique("tariffs", [f"{tariff.kind}/{tariff.amount.currency}" for tariff in terms.tariffs])
            positive = all(tariff.amount.minor > 0 for tariff in terms.tariffs)
            require(positive, InvalidInput("A tariff is more than zero.", path=("tariffs",)))
        case AppraisalTerms():
            _amounts("secondOpinionFrom", terms.second_opinion_from)
            _amounts("serviceFees", terms.service_fees)
            _share("valueToleranceBps", terms.value_tolerance_bps, BASIS_POINTS)
            _days("serviceDays", terms.service_days)
            require(
                0 <= terms.grade_tolerance <= 2,
                InvalidInput("Grades may differ by 0 to 2 steps.", path=("gradeTolerance",)),
            )
        case TravelTerms():
            _travel(terms)
        case PricingTerms():
            _pricing(terms)
        case GiftCardTerms():
            _gift_cards(terms)
        case FxTerms():
            fits = 1 <= terms.quote_minutes <= MINUTES_MAX
            require(fits, InvalidInput(f"A quote holds for 1 to {MINUTES_MAX} minutes.", path=("quoteMinutes",)))
        case ShippingTerms():
            _shipping(terms)
        case CustomsTerms():
            _customs(terms)


def _plan(plan: CommissionPlan) -> None:
    rates = [plan.rate_bps, *(tier.rate_bps for tier in plan.tiers), *(level.rate_bps for level in plan.levels)]
    for rate in rates:
        _share("plans", rate, RATE_BPS_MAX)
    if plan.shape is CommissionShape.TIERED:
        bounds = [tier.up_to for tier in plan.tiers]
        closed = [bound for bound in bounds[:-1] if bound is not None]
        one_currency = len({bound.currency for bound in closed}) == 1
        rising = one_currency and all(low < high for low, high in pairwise(closed)) and closed[0].minor > 0
        complete = len(bounds) > 1 and len(closed) == len(bounds) - 1 and bounds[-1] is None
        require(
            complete and rising,
            InvalidInput("Tiers rise in one currency, and the last, and only the last, has no end.", path=("plans",)),
        )
    if plan.shape is CommissionShape.BY_LEVEL:
        named = sorted(level.level for level in plan.levels)
        require(
            named == sorted(SellerLevel),
            InvalidInput("A plan by level has one rate for each level of seller.", path=("plans",)),
        )


def _schedule(schedule: MarkdownSchedule, floor_bps: int) -> None:
    days = [step.after_days for step in schedule.steps]
    shares = [BASIS_POINTS, *(step.price_bps for step in schedule.steps)]
    for day in days:
        _days("schedules", day)
    require(
        all(early < late for early, late in pairwise([0, *days])) and all(a > b for a, b in pairwise(shares)),
        InvalidInput("The steps of a schedule come one after the other, each cheaper.", path=("schedules",)),
    )
    require(shares[-1] >= floor_bps, InvalidInput("No schedule goes below the floor.", path=("floorBps",)))


def _travel(terms: TravelTerms) -> None:
    _unique("categories", [rule.category for rule in terms.categories])
    for rule in terms.categories:
        ages = (rule.age_min, rule.guardian_below_age, *(() if rule.age_max is None else (rule.age_max,)))
        fits = all(0 <= age <= AGE_MAX for age in ages) and rule.age_min <= (rule.age_max or AGE_MAX)
        require(fits, InvalidInput(f"Ages are 0 to {AGE_MAX}, the lowest first.", path=("categories",)))
        _days("categories", rule.intake_days)
        _unique("categories", rule.required)
        valid = 0 <= rule.passport_months <= PASSPORT_MONTHS_MAX
        require(valid, InvalidInput(f"0 to {PASSPORT_MONTHS_MAX} months.", path=("categories",)))
    _entries("ladders", [ladder.code for ladder in terms.ladders])
    for ladder in terms.ladders:
        _ladder(ladder)
    kept = 1 <= terms.hold_minutes <= MINUTES_MAX and 1 <= terms.confirm_hours <= HOURS_MAX
    require(kept, InvalidInput("A place is kept for 1 to 1,440 minutes, and 1 to 720 hours.", path=("holdMinutes",)))
    require(
        0 < terms.deposit_bps <= BASIS_POINTS,
        InvalidInput("A deposit is a share of the price.", path=("depositBps",)),
    )
    _days("balanceDays", terms.balance_days)
    _days("remindDays", terms.remind_days)


def _shipping(terms: ShippingTerms) -> None:
    _entries("zones", [zone.code for zone in terms.zones])
    _unique("zones", [country for zone in terms.zones for country in zone.countries], most=COUNTRIES_MAX)
    elsewhere = sum(not zone.countries for zone in terms.zones)
    require(elsewhere <= 1, InvalidInput("One zone at most is for everywhere else.", path=("zones",)))
    for zone in terms.zones:
        _zone(zone)


def _zone(zone: ShippingZone) -> None:
    _unique("zones", [way.method for way in zone.methods])
    for way in zone.methods:
        parcel = way.method is not DeliveryMethod.PICKUP
        require(parcel, InvalidInput("Only parcels go to a zone.", path=("zones",)))
        every = sorted(fee.currency for fee in way.fees) == sorted(Currency)
        positive = all(fee.minor >= 0 for fee in way.fees)
        require(every and positive, InvalidInput("A way has one fee in each currency.", path=("zones",)))
        _amounts("zones", way.free_from)


def _customs(terms: CustomsTerms) -> None:
    _entries("areas", [area.code for area in terms.areas])
    _unique("areas", [country for area in terms.areas for country in area.countries], most=COUNTRIES_MAX)
    for area in terms.areas:
        require(bool(area.countries), InvalidInput("An area has countries.", path=("areas",)))
        require(0 < len(area.source) <= SOURCE_MAX, InvalidInput("Say where the rates are from.", path=("areas",)))
        _unique("areas", [f"{rate.category}/{rate.tax_basis}" for rate in area.rates])
        for rate in area.rates:
            _share("areas", rate.duty_bps, BASIS_POINTS)
            _share("areas", rate.import_tax_bps or 0, RATE_BPS_MAX)
        _amounts("areas", area.duty_free_up_to)
        _amounts("areas", area.tax_free_up_to)


def _pricing(terms: PricingTerms) -> None:
    shares = [share.share_bps for share in terms.shares]
    _unique("shares", [share.grade for share in terms.shares])
    for share in shares:
        _share("shares", share, BASIS_POINTS)
    worse_is_less = bool(shares) and shares == sorted(shares, reverse=True) and shares[-1] > 0
    require(worse_is_less, InvalidInput("Grades come best first, and none is worth nothing.", path=("shares",)))
    bands = (
        ("bandHighBps", terms.band_low_bps, terms.band_high_bps),
        ("warrantyHighBps", terms.warranty_low_bps, terms.warranty_high_bps),
    )
    for name, low, high in bands:
        require(0 <= low <= high <= BASIS_POINTS, InvalidInput("A band goes from low to high.", path=(name,)))
    require(1 <= terms.warranty_months <= MONTHS_MAX, InvalidInput("1 to 600 months.", path=("warrantyMonths",)))
    _share("ageBps", terms.age_bps, BASIS_POINTS)
    loses = 0 <= terms.age_bps * terms.age_years_max < BASIS_POINTS and terms.age_years_max >= 0
    require(loses, InvalidInput("Age never takes all of the price.", path=("ageYearsMax",)))
    _steps("demand", terms.demand, lowest=1 - BASIS_POINTS)
    _steps("plan", terms.plan, lowest=-BASIS_POINTS)
    _share("tradeInBps", terms.trade_in_bps, BASIS_POINTS)
    _share("insuranceBps", terms.insurance_bps, BASIS_POINTS)
    _amounts("floors", terms.floors)
    _amounts("freight", tuple(tariff.fee for tariff in terms.freight))
    for tariff in terms.freight:
        _share("freight", tariff.subsidy_bps, BASIS_POINTS)
    for name, days in (
        ("demandDays", terms.demand_days),
        ("offerDays", terms.offer_days),
        ("handOverDays", terms.hand_over_days),
        ("answerDays", terms.answer_days),
    ):
        require(1 <= days <= DAYS_MAX, InvalidInput(f"1 to {DAYS_MAX} days.", path=(name,)))


def _gift_cards(terms: GiftCardTerms) -> None:
    _unique("rules", [rule.jurisdiction for rule in terms.rules])
    for rule in terms.rules:
        _days("rules", rule.grace_days)
        valid = rule.valid_days is None or 1 <= rule.valid_days <= DAYS_MAX
        require(valid, InvalidInput(f"A card holds for 1 to {DAYS_MAX} days, or without end.", path=("rules",)))
        sourced = 0 < len(rule.source.strip()) <= SOURCE_LENGTH_MAX
        require(sourced, InvalidInput("Say which law a rule follows, in 1 to 200 characters.", path=("rules",)))
    valid = 1 <= terms.elsewhere_days <= DAYS_MAX
    require(valid, InvalidInput(f"A card holds for 1 to {DAYS_MAX} days.", path=("elsewhereDays",)))
    _days("graceDays", terms.grace_days)
    _amounts("most", terms.most)


def _steps(name: str, steps: tuple[PriceStep, ...], *, lowest: int) -> None:
    ratios = [step.from_ratio_bps for step in steps]
    rising = ratios == sorted(set(ratios)) and all(ratio >= 0 for ratio in ratios) and len(steps) <= ENTRIES_MAX
    require(rising, InvalidInput("Steps rise, from a ratio of 0 or more.", path=(name,)))
    bounded = all(lowest <= step.change_bps <= BASIS_POINTS for step in steps)
    require(bounded, InvalidInput(f"A change is {lowest} to {BASIS_POINTS} basis points.", path=(name,)))


def _ladder(ladder: CancellationLadder) -> None:
    days = [step.days_before for step in ladder.steps]
    shares = [step.retained_bps for step in ladder.steps]
    for day, share in zip(days, shares, strict=True):
        _days("ladders", day)
        _share("ladders", share, BASIS_POINTS)
    falls = all(early > late for early, late in pairwise(days)) and all(a < b for a, b in pairwise(shares))
    said = "The steps of a ladder come nearer to the departure, and each keeps more."
    require(falls and bool(days), InvalidInput(said, path=("ladders",)))


def _amounts(name: str, amounts: tuple[Money, ...]) -> None:
    _unique(name, [amount.currency for amount in amounts])
    require(all(amount.minor > 0 for amount in amounts), InvalidInput("An amount is more than zero.", path=(name,)))


def _entries(name: str, codes: list[str]) -> None:
    require(bool(codes), InvalidInput("At least one is needed.", path=(name,)))
    require(all(0 < len(code) <= 40 for code in codes), InvalidInput("A code has 1 to 40 characters.", path=(name,)))
    _unique(name, codes)


def _unique(name: str, codes: Sequence[str], most: int = ENTRIES_MAX) -> None:
    require(len(codes) <= most, InvalidInput(f"No more than {most} of them.", path=(name,)))
    require(len(set(codes)) == len(codes), InvalidInput("Each is named once.", path=(name,)))


def _share(name: str, bps: int, highest: int) -> None:
    require(0 <= bps <= highest, InvalidInput(f"A rate is 0 to {highest} basis points here.", path=(name,)))


def _days(name: str, days: int) -> None:
    require(0 <= days <= DAYS_MAX, InvalidInput(f"Days are counted from 0 to {DAYS_MAX}.", path=(name,)))
