"""The house offers terms for an appraised piece, pinned to the policies of the day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from domain import consignment as consigned
from domain import policy
from domain.appraisal import Appraisal, concluded_for
from domain.consignment import Consignment, ConsignmentId
from domain.consignment.desk import lock_others
from domain.contract.noun import BOUGHT_AT_END, AgreedStep, Contract, ContractId, ContractState, EndAction
from domain.contract.port import Work
from domain.event import Event
from domain.money import BASIS_POINTS, Money
from domain.policy import Bearer, CostKind, InForce, MarkdownSchedule, SellerLevel, SettlementTerms, TaxBasis
from domain.refusal import InvalidInput, require
from domain.viewer import Role, Viewer
from domain.work import check_version

TERM_DAYS_MAX = 730
GRACE_DAYS_MAX = 90
OFFER_DAYS_MAX = 60
STEPS_MAX = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """Steps are those of the schedule, or `steps` when the seller wants others; the rest has the policies' defaults.

    `expected_version` is that of the offer before, when there is one.
    """

    consignment_id: ConsignmentId
    price: Money
    plan_code: str = "STANDARD"
    seller_level: SellerLevel = SellerLevel.STANDARD
    schedule_code: str = "NONE"
    steps: tuple[AgreedStep, ...] | None = None
    floor: Money | None = None
    seller_costs: tuple[CostKind, ...] | None = None
    term_days: int = 90
    grace_days: int = 14
    end_action: EndAction = EndAction.RETURN
    end_price: Money | None = None
    valid_days: int = 14
    expected_version: int | None = None


async def offer(work: Work, viewer: Viewer, command: Offer, *, now: datetime) -> Contract:
    """Merchandisers and support offer terms, or better ones as long as the seller has not agreed."""
    consignment = await lock_others(work, viewer, command.consignment_id, Role.MERCHANDISER, Role.SUPPORT)
    before = await work.contracts.lock_for(consignment.id)
    if before is not None:
        check_version(command.expected_version, before.version)
    check(command, consignment)
    consigned.offer(consignment, now, now + timedelta(days=command.valid_days))
    appraisal = await concluded_for(work, consignment.id)
    seller = await work.sellers.find(consignment.seller)
    contract = pin(
        command, consignment, appraisal, await policy.in_force(work, now), jurisdiction=seller.jurisdiction, now=now
    )
    contract.offered_by = viewer.account_id
    if before is None:
        contract.id, contract.code = ContractId(work.new.id()), work.new.code("CT")
        await work.contracts.add(contract)
    else:
        contract.id, contract.code, contract.version = before.id, before.code, before.version
        await work.contracts.save(contract)
    await work.consignments.save(consignment)
    consigned.expire_later(work, consignment)
    said = {
        "price_minor": contract.price.minor,
        "currency": contract.price.currency,
        "version": contract.version,
        "consignmentId": str(consignment.id),
    }
    work.events.append(Event("contract.offered", "contract", contract.id, said, contract.piece_id, contract.seller))
    return contract


# Rules


def check(command: Offer, consignment: Consignment) -> None:
    """Refuse what no contract can say."""
    require(command.price.minor > 0, InvalidInput("A price is more than zero.", path=("price",)))
    for name, amount in (("price", command.price), ("floor", command.floor), ("endPrice", command.end_price)):
        if amount is not None:
            same = amount.currency is consignment.currency
            reason = f"This consignment is in {consignment.currency}."
            require(same, InvalidInput(reason, path=(name, "currencyCode")))
            require(amount.minor > 0, InvalidInput("A price is more than zero.", path=(name,)))
    for name, days, least, most in (
        ("termDays", command.term_days, 1, TERM_DAYS_MAX),
        ("graceDays", command.grace_days, 0, GRACE_DAYS_MAX),
        ("validDays", command.valid_days, 1, OFFER_DAYS_MAX),
    ):
        require(least <= days <= most, InvalidInput(f"From {least} to {most} days.", path=(name,)))
    below = command.floor is None or command.floor <= command.price
    require(below, InvalidInput("The floor is not above the price.", path=("floor",)))


def pin(
    command: Offer,
    consignment: Consignment,
    appraisal: Appraisal,
    policies: InForce,
    *,
    jurisdiction: str,
    now: datetime,
) -> Contract:
    """Everything that the deal depends on, so that no later policy or opinion reaches back into it."""
    price = command.price
    plan = policies.commission.plan(command.plan_code)
    suits = plan.currency in (None, price.currency)
    require(suits, InvalidInput(f"This plan is for prices in {plan.currency}.", path=("planCode",)))
    floor = command.floor or max(price.at_bps(policies.markdown.floor_bps), Money(1, price.currency))
    own = command.steps
    steps = scheduled(policies.markdown.schedule(command.schedule_code), price, floor) if own is None else own
    check_steps(steps, price, floor, command.term_days)
    buy_out = at_once(policies.settlement, appraisal, price)
    end_price = (command.end_price or buy_out) if command.end_action in BOUGHT_AT_END else None
    buys = end_price is not None or command.end_action not in BOUGHT_AT_END
    require(buys, InvalidInput("Say what the house pays at the end: it does not buy this grade.", path=("endPrice",)))
    assert consignment.piece_id is not None, "what was appraised is a piece"
    return Contract(
        id=ContractId(consignment.id),
        code="",
        consignment_id=consignment.id,
        piece_id=consignment.piece_id,
        seller=consignment.seller,
        state=ContractState.OFFERED,
        price=price,
        floor=floor,
        buy_out=buy_out,
        end_price=end_price,
        plan=plan,
        seller_level=command.seller_level,
        tax_jurisdiction=jurisdiction,
        commission_tax_bps=policies.tax.rate_bps(jurisdiction, TaxBasis.COMMISSION),
        credit_bonus_bps=policies.settlement.credit_bonus_bps,
        offset_cap_bps=policies.settlement.offset_cap_bps,
        choice_fixed=policies.settlement.choice_fixed,
        days_to_sell=policies.settlement.days_to_sell,
        days_to_deliver=policies.settlement.days_to_deliver,
        return_window_days=policies.returns.promise_days,
        response_days=policies.markdown.response_days,
        steps=steps,
        seller_costs=borne(command, policies),
        term_days=command.term_days,
        grace_days=command.grace_days,
        end_action=command.end_action,
        pins=policies.pins,
        offered_by=None,
        offered_at=now,
        offer_expires_at=now + timedelta(days=command.valid_days),
    )


def scheduled(schedule: MarkdownSchedule, price: Money, floor: Money) -> tuple[AgreedStep, ...]:
    """The schedule's shares as prices; what would fall below the floor stops there."""
    steps: list[AgreedStep] = []
    last = price
    for step in schedule.steps:
        lower = max(price.at_bps(step.price_bps), floor)
        if lower < last:
            steps.append(AgreedStep(step.after_days, lower))
            last = lower
    return tuple(steps)


def check_steps(steps: tuple[AgreedStep, ...], price: Money, floor: Money, term_days: int) -> None:
    require(len(steps) <= STEPS_MAX, InvalidInput(f"No more than {STEPS_MAX} steps.", path=("steps",)))
    same = all(step.price.currency is price.currency for step in steps)
    require(same, InvalidInput(f"The steps are in {price.currency}.", path=("steps",)))
    days = [0, *(step.after_days for step in steps)]
    prices = [price, *(step.price for step in steps)]
    require(
        all(early < late for early, late in pairwise(days)) and all(high > low for high, low in pairwise(prices)),
        InvalidInput("Steps come one after the other, each cheaper than the one before.", path=("steps",)),
    )
    require(prices[-1] >= floor, InvalidInput("No step goes below the floor.", path=("steps",)))


def at_once(terms: SettlementTerms, appraisal: Appraisal, price: Money) -> Money | None:
    """What the house pays at once: the lower end of the appraised value, less a discount for the risk it takes."""
    discount_bps = None if appraisal.grade is None else terms.buy_out_discount_bps(appraisal.grade)
    value = appraisal.value_low
    if discount_bps is None or value is None or value.currency is not price.currency:
        return None
    paid = min(value, price).at_bps(BASIS_POINTS - discount_bps)
    return paid if paid.minor > 0 else None


def borne(command: Offer, policies: InForce) -> tuple[CostKind, ...]:
    """The kinds of costs that the seller bears: as named, or as the tariff usually has it."""
    if command.seller_costs is not None:
        return tuple(sorted(set(command.seller_costs)))
    tariffs = policies.cost.tariffs
    usual = {
        tariff.kind
        for tariff in tariffs
        if tariff.borne_by is Bearer.SELLER and tariff.amount.currency is command.price.currency
    }
    return tuple(sorted(usual))
