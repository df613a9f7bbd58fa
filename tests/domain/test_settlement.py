"""How a price is divided, whatever the price, the plan, the costs and the debts."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from domain.consignment import ConsignmentId, SettlementMode
from domain.contract import Contract, ContractId, ContractState, EndAction
from domain.contract.offer import scheduled
from domain.localized import Localized
from domain.money import BASIS_POINTS, Currency, Money
from domain.policy import (
    ChoiceFixed,
    CommissionLevel,
    CommissionPlan,
    CommissionShape,
    CommissionTier,
    CostKind,
    MarkdownSchedule,
    MarkdownStep,
    SellerLevel,
    default_terms,
)
from domain.policy.check import RATE_BPS_MAX, check
from domain.settlement import (
    BlockReason,
    CostLine,
    PayoutKind,
    Settlement,
    SettlementCause,
    SettlementId,
    SettlementState,
    Situation,
    options,
)
from domain.settlement.split import bought_for, pay, sold_for
from domain.settlement.step import put_block
from domain.viewer import AccountId

EUR = Currency.EUR
NOW = datetime(2026, 11, 21, tzinfo=UTC)
NAME = Localized("Plan", "方案")

amounts = st.integers(0, 10**12).map(lambda minor: Money(minor, EUR))
prices = st.integers(1, 10**12).map(lambda minor: Money(minor, EUR))
shares = st.integers(0, BASIS_POINTS)
rates = st.integers(0, RATE_BPS_MAX)
bounds = st.lists(st.integers(1, 10**10), min_size=1, max_size=5, unique=True).map(sorted)


@st.composite
def plans(draw: st.DrawFn) -> CommissionPlan:
    shape = draw(st.sampled_from(CommissionShape))
    tops: list[Money | None] = [Money(minor, EUR) for minor in draw(bounds)]
    return CommissionPlan(
        code="PLAN",
        name=NAME,
        shape=shape,
        rate_bps=draw(rates),
        tiers=tuple(CommissionTier(top, draw(rates)) for top in [*tops, None]),
        levels=tuple(CommissionLevel(level, draw(rates)) for level in SellerLevel),
    )


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    price = draw(prices)
    return Contract(
        id=ContractId(uuid4()),
        code="CT",
        consignment_id=ConsignmentId(uuid4()),
        piece_id=uuid4(),
        seller=AccountId(uuid4()),
        state=ContractState.OFFERED,
        price=price,
        floor=price,
        buy_out=draw(st.none() | prices),
        end_price=None,
        plan=draw(plans()),
        seller_level=draw(st.sampled_from(SellerLevel)),
        tax_jurisdiction="FR",
        commission_tax_bps=draw(rates),
        credit_bonus_bps=draw(shares),
        offset_cap_bps=draw(shares),
        choice_fixed=ChoiceFixed.SALE,
        days_to_sell=30,
        days_to_deliver=4,
        response_days=7,
        return_window_days=7,
        steps=(),
        seller_costs=tuple(CostKind),
        term_days=90,
        grace_days=14,
        end_action=EndAction.RETURN,
        pins=(),
        offered_by=None,
        offered_at=NOW,
        offer_expires_at=NOW + timedelta(days=14),
    )


@given(contracts(), prices, amounts)
def test_the_parts_of_a_price_sum_to_it_and_none_is_negative(contract: Contract, price: Money, costs: Money) -> None:
    for split in (sold_for(contract, price, costs), bought_for(price, costs)):
        assert split.commission + split.commission_tax + split.costs + split.net == price
        assert split.costs + split.shortfall == costs
        assert min(split.commission, split.commission_tax, split.costs, split.net, split.shortfall).minor >= 0
        assert not split.shortfall or not split.net


@given(contracts(), amounts, amounts, shares)
def test_debts_cash_and_credit_sum_to_the_net_and_only_credit_earns(
    contract: Contract, net: Money, owed: Money, credit_bps: int
) -> None:
    payout = pay(contract, net, owed, credit_bps)

    assert payout.offset + payout.cash + payout.credit == net
    assert payout.offset <= owed
    assert payout.offset <= net.at_bps(contract.offset_cap_bps)
    assert payout.bonus == payout.credit.at_bps(contract.credit_bonus_bps)
    assert min(payout.offset, payout.cash, payout.credit, payout.bonus).minor >= 0


@given(plans(), prices, st.sampled_from(SellerLevel))
def test_a_commission_is_within_a_unit_of_its_exact_share(
    plan: CommissionPlan, price: Money, level: SellerLevel
) -> None:
    commission = plan.commission(price, level)

    exact = sum(rate * part for rate, part in bands(plan, price.minor, level))
    assert abs(commission.minor * BASIS_POINTS - exact) <= BASIS_POINTS // 2


def bands(plan: CommissionPlan, minor: int, level: SellerLevel) -> list[tuple[int, int]]:
    """Rate and size of each band of a price, reckoned another way than the plan does."""
    if plan.shape is CommissionShape.FLAT:
        return [(plan.rate_bps, minor)]
    if plan.shape is CommissionShape.BY_LEVEL:
        return [(next(one.rate_bps for one in plan.levels if one.level is level), minor)]
    result, below = [], 0
    for tier in plan.tiers:
        top = 10**18 if tier.up_to is None else tier.up_to.minor
        result.append((tier.rate_bps, max(0, min(minor, top) - below)))
        below = top
    return result


@given(contracts(), amounts, amounts)
def test_an_option_says_exactly_what_settling_it_would_pay(contract: Contract, costs: Money, owed: Money) -> None:
    lines = (CostLine(uuid4(), CostKind.SERVICE, costs, "Polished"),) if costs else ()
    offered = options(Situation(contract, contract.price, lines, owed, None, NOW))

    assert [(option.mode, option.payout) for option in offered] == [
        (mode, kind) for mode in SettlementMode for kind in PayoutKind
    ]
    for option in offered:
        if option.mode is SettlementMode.AT_APPRAISAL and contract.buy_out is None:
            assert (option.amount, option.split, option.open) == (None, None, False)
            continue
        paid_by = contract.buy_out if option.mode is SettlementMode.AT_APPRAISAL else contract.price
        assert paid_by is not None
        at_once = option.mode is SettlementMode.AT_APPRAISAL
        split = bought_for(paid_by, costs) if at_once else sold_for(contract, paid_by, costs)
        share = BASIS_POINTS if option.payout is PayoutKind.CREDIT else 0
        assert option.split == split
        assert option.paid == pay(contract, split.net, owed, share)
        assert option.amount == option.paid.received - split.shortfall


@given(st.integers(1, 10**9), st.lists(st.integers(1, 9_999), min_size=1, max_size=6), st.integers(1, BASIS_POINTS))
def test_agreed_steps_always_fall_and_never_below_the_floor(minor: int, step_bps: list[int], floor_bps: int) -> None:
    price = Money(minor, EUR)
    floor = max(price.at_bps(floor_bps), Money(1, EUR))
    schedule = MarkdownSchedule(
        "S", NAME, tuple(MarkdownStep(10 * (i + 1), bps) for i, bps in enumerate(sorted(step_bps, reverse=True)))
    )

    steps = scheduled(schedule, price, floor)

    falling = [price, *(step.price for step in steps)]
    assert all(high > low for high, low in pairwise(falling))
    assert falling[-1] >= min(floor, price)


def pending(delivered_at: datetime | None = None) -> Settlement:
    zero, hundred = Money.zero(EUR), Money(100, EUR)
    return Settlement(
        id=SettlementId(uuid4()),
        code="SE",
        consignment_id=ConsignmentId(uuid4()),
        contract_id=ContractId(uuid4()),
        piece_id=uuid4(),
        seller=AccountId(uuid4()),
        cause=SettlementCause.SALE,
        state=SettlementState.PENDING,
        order_id=uuid4(),
        order_line_id=uuid4(),
        gross=hundred,
        commission=zero,
        commission_tax=zero,
        costs=zero,
        net=hundred,
        shortfall=zero,
        offset=zero,
        cash=hundred,
        credit=zero,
        bonus=zero,
        credit_bps=0,
        cost_lines=(),
        return_window_days=7,
        opened_at=NOW,
        delivered_at=delivered_at,
    )


def test_blocks_say_what_is_waited_for() -> None:
    settlement = pending()
    assert [block.reason for block in settlement.blocked_by(NOW)] == [BlockReason.NOT_DELIVERED]

    settlement.delivered_at = NOW
    [block] = settlement.blocked_by(NOW + timedelta(days=6))
    assert (block.reason, block.until) == (BlockReason.RETURN_WINDOW, NOW + timedelta(days=7))

    assert put_block(settlement, BlockReason.DISPUTE, NOW)
    assert not put_block(settlement, BlockReason.DISPUTE, NOW)
    after = settlement.blocked_by(NOW + timedelta(days=7))
    assert [block.reason for block in after] == [BlockReason.DISPUTE]


def test_the_policies_that_a_house_opens_with_can_be_kept() -> None:
    for terms in default_terms():
        check(terms)
