"""What an old piece moves: its value into the purchase, or back to what had paid; the held cash where it does not pass.

Steps; the order is locked, and saved, by the caller.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain.ledger import AccountKind, Posting, customer, house
from domain.money import Money, total
from domain.order import Order, Tender, TenderKind, TenderPart, allocate_refund, called_off, grant, journey, promised
from domain.order.grant import GRANTED
from domain.order.pledge import in_order, with_more
from domain.order.refund import external_back, lots_back, settle_debt
from domain.payment import PaymentState
from domain.trade_in.noun import TradeIn
from domain.trade_in.port import Work
from domain.wallet import (
    Hold,
    HoldId,
    InsufficientFunds,
    LotSlice,
    capture,
    credit_postings,
    let_lapse,
    post,
    release,
    slice_lots,
)


def bought(value: Money, subsidy: Money) -> list[Posting]:
    """The house has the piece for its value, and a campaign adds its part; the other side is what they pay for."""
    parts = ((AccountKind.INVENTORY, -value), (AccountKind.SUBSIDY_BUDGET, -subsidy))
    return [house(kind, part) for kind, part in parts if part]


async def lock_holds(work: Work, tenders: Iterable[Tender]) -> Mapping[HoldId, Hold]:
    held = sorted(tender.hold_id for tender in tenders if tender.hold_id is not None)
    return {hold_id: await work.holds.lock(hold_id) for hold_id in held}


async def held_pays(work: Work, of: Order, trade_in: TradeIn, now: datetime) -> None:
    """The old piece does not pay after all: the cash that was held for it does, and the purchase stands."""
    waiting = [tender for tender in of.tenders if promised(tender)]
    if not waiting:
        return
    holds = await lock_holds(work, waiting)
    await work.wallets.lock(of.buyer, of.currency)
    amount = total((tender.amount for tender in waiting), of.currency)
    postings = [house(AccountKind.ESCROW, amount), *journey.caught_up(of)]
    for hold in holds.values():
        postings += capture(hold, hold.amount)[0]
        await work.holds.save(hold)
    of.tenders = called_off(of.tenders)
    await post(work, postings, ("tradeIn", trade_in.id), now, f"Order {of.code} paid in full")


async def piece_pays(
    work: Work, of: Order, trade_in: TradeIn, value: Money, rest_from: AccountKind, now: datetime
) -> None:
    """The piece has passed and pays its value; what it was to pay beyond that comes from the buyer's cash or credit."""
    waiting = [tender for tender in of.tenders if promised(tender)]
    amount = total((tender.amount for tender in waiting), of.currency)
    rest = amount - trade_in.subsidy - value
    holds = await lock_holds(work, waiting)
    pocket = await work.wallets.lock(of.buyer, of.currency)
    postings = [*bought(value, trade_in.subsidy), house(AccountKind.ESCROW, amount), *journey.caught_up(of)]
    slices: tuple[LotSlice, ...] = ()
    if rest and rest_from is AccountKind.CREDIT:
        if pocket.credit < rest:
            raise InsufficientFunds(AccountKind.CREDIT, pocket.credit, rest, path=("answer",))
        slices = slice_lots(await work.wallets.lots(of.buyer, of.currency), rest, now)
        postings += credit_postings(of.buyer, slices, -1)
    for tender in waiting:
        assert tender.hold_id is not None, "a promise has its hold"
        hold = holds[tender.hold_id]
        part = bool(rest) and tender.kind is TenderKind.TRADE_IN and rest_from is AccountKind.CASH
        postings += capture(hold, rest)[0] if part else release(hold, "walletHoldVoid")
        await work.holds.save(hold)
    of.tenders = kept_promise(of.tenders, rest, rest_from, slices)
    await post(work, postings, ("tradeIn", trade_in.id), now, f"Trade-in {trade_in.code}")


def kept_promise(
    tenders: Iterable[Tender], rest: Money, rest_from: AccountKind, slices: tuple[LotSlice, ...]
) -> tuple[Tender, ...]:
    """Nothing is held any more, and the rest is another tender's."""
    kept = [
        replace(one, hold_id=None, replaced_minor=rest.minor if one.kind is TenderKind.TRADE_IN else 0)
        if promised(one)
        else one
        for one in tenders
    ]
    if rest:
        kind = TenderKind(rest_from)
        kept = with_more(kept, kind, rest)
        kept = [replace(one, slices=(*one.slices, *slices)) if one.kind is kind and slices else one for one in kept]
    return in_order(kept)


async def value_comes_back(work: Work, of: Order, trade_in: TradeIn, value: Money, now: datetime) -> bool:
    """The full price was paid first: the value takes the place of as much of what had paid it, which goes back.

    What is more than is left of the price goes to the owner's cash. False when so much of the purchase was given back
    meanwhile that the subsidy has nothing left to pay for.
    """
    left = total((one.refundable for one in of.tenders if one.kind is not TenderKind.VOUCHER), of.currency)
    zero = Money.zero(of.currency)
    subsidised = trade_in.subsidy <= left
    subsidy = trade_in.subsidy if subsidised else zero
    paying = min(value, left - subsidy)
    intent = None
    if of.payment_intent_id is not None:
        intent = await work.payment_intents.lock(of.payment_intent_id)
    await work.wallets.lock(of.buyer, of.currency)
    postings = bought(value, subsidy)
    if value > paying:
        postings.append(customer(of.buyer, AccountKind.CASH, value - paying))
    amount = paying + subsidy
    tenders = list(of.tenders)
    external = zero
    if amount:
        # What a voucher took off the buyer has not paid: nothing takes its place.
        paid = [one.refunded if one.kind is TenderKind.VOUCHER else one.paid for one in tenders]
        parts = allocate_refund(paid, [one.refunded for one in tenders], amount)
        for place, (tender, part) in enumerate(zip(tenders, parts, strict=True)):
            if not part:
                continue
            match tender.kind:
                case TenderKind.CREDIT:
                    slices = lots_back(tender, part)
                    postings += credit_postings(of.buyer, slices, +1)
                    await let_lapse(work, slices, now)
                case TenderKind.CASH:
                    postings.append(customer(of.buyer, AccountKind.CASH, part))
                case kind if kind in GRANTED:
                    postings.append(house(GRANTED[kind], part))
                case _:
                    assert intent is not None, "an external tender has its payment"
                    postings.append(await external_back(work, intent, part, now))
                    external += part
            tenders[place] = replace(tender, replaced_minor=tender.replaced_minor + part.minor)
        for kind, part in ((TenderKind.TRADE_IN, paying), (TenderKind.SUBSIDY, subsidy)):
            tenders = with_more(tenders, kind, part) if part else tenders
    back = [
        TenderPart(one.kind, one.replaced - was.replaced, one.place)
        for one, was in zip(tenders, of.tenders, strict=False)
    ]
    of.tenders = in_order(tenders)
    cause = ("tradeIn", trade_in.id)
    await post(work, postings, cause, now, f"Trade-in {trade_in.code}")
    await grant.give_back(work, of, [part for part in back if part.amount], trade_in.id, now)
    if intent is not None and intent.state is PaymentState.CHARGED_BACK:
        await settle_debt(work, of.buyer, external, cause, now)
    return subsidised


async def written_off(work: Work, trade_in_id: UUID, value: Money, now: datetime, memo: str) -> None:
    """A piece that leaves the house for good is worth nothing to it any more."""
    postings = [house(AccountKind.WRITE_OFF, -value), house(AccountKind.INVENTORY, value)]
    await post(work, postings, ("tradeIn", trade_in_id), now, memo)
