"""An offer for an old piece: what the house would take it for, pinned to the terms and facts of this moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain import campaign, claim, policy, valuation
from domain.catalogue import ProductId
from domain.claim import ClaimPurpose
from domain.grading import Answer, assess
from domain.money import Money
from domain.piece import Grade, Piece, PieceId, account
from domain.policy import PolicyKind, PolicyVersion, PricingTerms
from domain.refusal import InvalidInput, NotFound, WrongState, require
from domain.text import line
from domain.title import Tie
from domain.trade_in.lifecycle import TradeInState
from domain.trade_in.money import held_pays
from domain.trade_in.noun import TradeIn, TradeInId
from domain.trade_in.port import Work
from domain.trade_in.refusal import NotYours, TooManyOffers
from domain.trade_in.settle import fall_back
from domain.trade_in.step import (
    check_untied,
    end,
    find,
    go_on,
    happened,
    lock_for_house,
    lock_own,
    lock_pair,
    standard_of,
)
from domain.valuation import FactorKind
from domain.viewer import AccountId, Role, Viewer
from domain.work import Job

STANDING_MAX = 10
"""Offers of one person that wait for a purchase, so that nobody hoards a campaign."""


@dataclass(frozen=True, slots=True)
class OfferTradeIn:
    """What is to be traded in: a piece that the house knows and the viewer owns, or one of this product.

    Its grade, or the answers to the standard's checklist that earn one.
    """

    piece_id: PieceId | None = None
    product_id: ProductId | None = None
    grade: Grade | None = None
    answers: tuple[Answer, ...] = ()
    age_months: int | None = None
    warranty_months: int = 0
    campaign_code: str | None = None


async def offer(work: Work, viewer: Viewer, command: OfferTradeIn, *, now: datetime) -> TradeIn:
    """The house makes the viewer an offer, which stands for a while and is used with a purchase."""
    owner = viewer.require_account()
    standing = await work.trade_ins.standing(owner)
    require(standing < STANDING_MAX, TooManyOffers(STANDING_MAX))
    pricing, terms = await pricing_now(work, now)
    piece = None if command.piece_id is None else await own_piece(work, owner, command.piece_id)
    product_id = command.product_id if piece is None else piece.product_id
    market = None if product_id is None else await work.markets.of_product(product_id, terms.demand_days, now)
    if market is None:
        raise NotFound("Product", product_id or "", path=("of", "productId"))
    category = await work.categories.find(market.category_path[-1])
    standard = await standard_of(work, category)
    grade = assess(standard, command.answers).grade if command.answers else command.grade
    if grade is None:
        raise InvalidInput("Say its grade, or answer the standard's questions.", path=("grade",))
    estimate = valuation.estimate(
        market,
        pricing.version,
        terms,
        grade=grade,
        age_months=command.age_months,
        warranty_months=command.warranty_months,
    )
    trade_in_id = TradeInId(work.new.id())
    expires_at = now + timedelta(days=terms.offer_days)
    currency = estimate.high.currency
    trade_in = TradeIn(
        id=trade_in_id,
        code=work.new.code("TI"),
        owner=owner,
        state=TradeInState.OFFERED,
        currency=currency,
        product_id=market.product_id,
        category_id=category.id,
        piece_id=None,
        claim_token=None,
        grade=grade,
        answers=command.answers,
        standard_id=standard.id,
        standard_version=standard.version,
        terms=terms,
        policy_version=pricing.version,
        new_price=estimate.new_price,
        facts=estimate.facts,
        factors=estimate.factors,
        plan_id=market.plan_id,
        low=estimate.low,
        value=estimate.high,
        campaign_id=None,
        subsidy=Money.zero(currency),
        offered_at=now,
        expires_at=expires_at,
    )
    if command.campaign_code is not None:
        granted = await campaign.running(work, command.campaign_code, currency, now)
        trade_in.campaign_id, trade_in.subsidy = granted.id, granted.subsidy
    if piece is not None:
        await claim_piece(work, trade_in, piece, now)
    await work.trade_ins.add(trade_in)
    if trade_in.campaign_id is not None:
        await campaign.reserve(work, trade_in.campaign_id, trade_in.id, now)
    work.outbox.append(Job("tradeInExpire", trade_in.id, expires_at))
    work.events.append(happened(trade_in, "offered", value=str(trade_in.value)))
    return trade_in


async def pricing_now(work: Work, now: datetime) -> tuple[PolicyVersion, PricingTerms]:
    found = await policy.current(work, PolicyKind.PRICING, now)
    assert isinstance(found.terms, PricingTerms), "a pricing policy has pricing terms"
    return found, found.terms


async def own_piece(work: Work, owner: AccountId, piece_id: PieceId) -> Piece:
    """The viewer's own piece; anybody else's does not exist."""
    piece = await work.pieces.find(piece_id)
    require(piece.owner == account(owner), NotFound("Piece", piece_id, path=("of", "pieceId")))
    return piece


async def claim_piece(work: Work, trade_in: TradeIn, piece: Piece, now: datetime) -> None:
    """Claim first, then look at the piece under its lock: by then nobody else can make a deal about it."""
    taken = await claim.take(
        work,
        piece.id,
        holder=trade_in.id,
        purpose=ClaimPurpose.TRADE_IN,
        ttl=trade_in.expires_at - now,
        now=now,
    )
    held = await work.pieces.lock(piece.id)
    theirs = account(trade_in.owner)
    require(held.owner == theirs == held.custodian, NotYours(path=("of", "pieceId")))
    await check_untied(work, piece.id, now, Tie.CLAIMED)
    trade_in.piece_id, trade_in.claim_token = piece.id, taken.token


# What a merchandiser makes of it


@dataclass(frozen=True, slots=True)
class OverrideTradeIn:
    """Offer another value than was reckoned, for a reason."""

    trade_in_id: TradeInId
    value: Money
    reason: str
    expected_version: int | None = None


async def override(work: Work, viewer: Viewer, command: OverrideTradeIn, *, now: datetime) -> TradeIn:
    """A merchandiser decides on a value; it stands among the factors, and is never more than the price of new."""
    _, trade_in, _ = await lock_for_house(
        work, viewer, command.trade_in_id, command.expected_version, "tradeInOverride"
    )
    reason = line(command.reason, "reason")
    same = command.value.currency is trade_in.currency
    require(same, InvalidInput(f"This offer is in {trade_in.currency}.", path=("value", "currencyCode")))
    fits = 0 < command.value.minor <= trade_in.new_price.minor
    require(fits, InvalidInput("A value is more than zero, and no more than the price of new.", path=("value",)))
    reckoned = tuple(one for one in trade_in.factors if one.kind is not FactorKind.DECIDED)
    before = sum(one.amount.minor for one in reckoned)
    made = valuation.decided(valuation.Valuation(Money(before, trade_in.currency), reckoned), command.value)
    trade_in.factors, trade_in.value, trade_in.override_reason = made.factors, made.amount, reason
    trade_in.low = min(trade_in.low, made.amount)
    trade_in.move("tradeInOverride")
    await work.trade_ins.save(trade_in)
    work.events.append(happened(trade_in, "overridden", value=str(trade_in.value), reason=reason))
    return trade_in


# It comes to nothing


@dataclass(frozen=True, slots=True)
class WithdrawTradeIn:
    trade_in_id: TradeInId
    expected_version: int | None = None


async def withdraw(work: Work, viewer: Viewer, command: WithdrawTradeIn, *, now: datetime) -> TradeIn:
    """The owner, or support for them, keeps the piece; a purchase that it belongs to stands at its full price."""
    of, trade_in = await lock_own(work, viewer, command.trade_in_id, command.expected_version, "tradeInWithdraw")
    if of is not None and trade_in.state is TradeInState.IN_TRANSIT:
        await fall_back(work, of, trade_in, "tradeInWithdraw/ON_ITS_WAY", now)
        return trade_in
    if of is not None and of.awaits_payment:
        raise WrongState("order", of.state, of.next_actions)
    await end(work, trade_in, "tradeInWithdraw", now)
    if of is not None:
        await go_on(work, of, now)
        await held_pays(work, of, trade_in, now)
        await work.orders.save(of)
    await work.trade_ins.save(trade_in)
    work.events.append(happened(trade_in, "withdrawn"))
    return trade_in


@dataclass(frozen=True, slots=True)
class ExpireTradeIn:
    trade_in_id: TradeInId


async def expire(work: Work, viewer: Viewer, command: ExpireTradeIn, *, now: datetime) -> TradeIn:
    """The house lets an offer lapse that was not used, or whose piece did not come in time."""
    viewer.require(Role.SYSTEM)
    of, trade_in = await lock_pair(work, await find(work, command.trade_in_id))
    unused = trade_in.state is TradeInState.OFFERED and trade_in.expires_at <= now
    by = trade_in.hand_over_by
    late = trade_in.state is TradeInState.BOUND and by is not None and by <= now
    if not unused and not late:
        return trade_in
    await end(work, trade_in, "expired", now)
    if of is not None and late:
        await go_on(work, of, now)
        await held_pays(work, of, trade_in, now)
        await work.orders.save(of)
    await work.trade_ins.save(trade_in)
    work.events.append(happened(trade_in, "expired"))
    return trade_in
