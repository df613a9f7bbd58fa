"""An order is paid, at once or when a provider reports the charge: money into escrow, and what was promised is sold."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from domain import claim, consignment, listing, settlement
from domain.event import Event
from domain.ledger import AccountKind, Posting, customer, house
from domain.listing import Listing, ListingId
from domain.money import Money, total
from domain.order import grant, journey
from domain.order.grant import GRANTED
from domain.order.noun import HOLD_GRACE, Order, Tender, TenderKind
from domain.order.pledge import PLEDGED
from domain.order.port import Work
from domain.refusal import require
from domain.viewer import AccountId
from domain.wallet import InsufficientFunds, Pocket, capture, credit_postings, post, reserve, slice_lots

# Rows are locked in this order: order, payment, bookings, claims, consignments, listings, holds, pockets, gift cards,
# campaigns, departures.


async def pay_from_wallet(work: Work, order: Order, now: datetime) -> None:
    """Credit and cash go into escrow in one journal; refuses when the wallet has less."""
    pocket = await lock_pockets(work, order)
    postings: list[Posting] = []
    for tender in order.tenders:
        if tender.kind not in PLEDGED and tender.kind not in GRANTED:
            paid, parts = await spend(work, pocket, tender, now)
            order.tenders = tuple(paid if one.kind is tender.kind else one for one in order.tenders)
            postings += parts
    postings += grant.granted(order.tenders)
    if postings:
        escrow = house(AccountKind.ESCROW, paid_at_once(order))
        await post(work, [escrow, *postings], ("order", order.id), now, f"Order {order.code}")
    await hold_promised(work, order, now)


async def hold_promised(work: Work, order: Order, now: datetime) -> None:
    """As much cash as an old piece pays is held until that has passed; the hold ends with it and never by itself."""
    for tender in order.tenders:
        if tender.kind in PLEDGED:
            cause = ("order", order.id)
            hold = await reserve(
                work, order.buyer, AccountKind.CASH, tender.amount, cause=cause, expires_at=None, now=now
            )
            held = replace(tender, hold_id=hold.id)
            order.tenders = tuple(held if one.kind is tender.kind else one for one in order.tenders)


def paid_at_once(order: Order) -> Money:
    """What comes into escrow when the order is paid; what an old piece pays comes when it has passed."""
    return total((tender.amount for tender in order.tenders if tender.kind not in PLEDGED), order.currency)


async def spend(work: Work, pocket: Pocket, tender: Tender, now: datetime) -> tuple[Tender, list[Posting]]:
    kind = AccountKind(tender.kind)
    require(tender.amount <= pocket.spendable(kind), InsufficientFunds(kind, pocket.spendable(kind), tender.amount))
    if kind is AccountKind.CASH:
        return tender, [customer(pocket.owner, kind, -tender.amount)]
    slices = slice_lots(await work.wallets.lots(pocket.owner, pocket.currency), tender.amount, now)
    return replace(tender, slices=slices), credit_postings(pocket.owner, slices, -1)


async def pay_with_charge(work: Work, order: Order, now: datetime) -> None:
    """A provider has charged its part: what was held of the wallet joins it in escrow, in one journal."""
    postings = [house(AccountKind.ESCROW, paid_at_once(order))]
    for tender in sorted(order.tenders, key=lambda one: str(one.hold_id or "")):
        if tender.kind in PLEDGED or tender.kind in GRANTED:
            continue
        if tender.kind is TenderKind.EXTERNAL:
            postings.append(house(AccountKind.PSP_CLEARING, -tender.amount))
            continue
        assert tender.hold_id is not None, "the wallet's part of a pending order is held"
        hold = await work.holds.lock(tender.hold_id)
        released, slices = capture(hold, tender.amount)
        await work.holds.save(hold)
        postings += released
        order.tenders = tuple(replace(one, slices=slices) if one.kind is tender.kind else one for one in order.tenders)
    postings += grant.granted(order.tenders)
    await lock_pockets(work, order)
    await post(work, postings, ("order", order.id), now, f"Order {order.code}")
    await grant.spend(work, order, now)


async def lock_pockets(work: Work, order: Order) -> Pocket:
    """The buyer's pocket, locked together with those of the sellers, whose settlements are reckoned next."""
    sellers = [AccountId(line.seller_id) for line in order.lines if line.consigned and line.seller_id is not None]
    owners = [order.buyer, *sellers]
    pockets = await work.wallets.lock_all((owner, order.currency) for owner in owners)
    return pockets[order.buyer, order.currency]


async def lock_listings(work: Work, order: Order) -> Mapping[ListingId, Listing]:
    found = await work.listings.lock_all([line.listed for line in order.offers])
    return {ListingId(listing_id): one for listing_id, one in found.items()}


async def sell(work: Work, order: Order, listings: Mapping[ListingId, Listing], now: datetime) -> None:
    """What the order has promised is sold: nobody else may have it, and its claims have done their work."""
    stocks = await work.stocks.lock_known(in_stock) if (in_stock := stocked(order)) else {}
    for line in order.offers:
        one = listings[line.listed]
        if line.listed in stocks:
            line.cost = stocks[line.listed].take(line.quantity, of=one.quantity)
        listing.sell(one, line.quantity)
    for stock in stocks.values():
        await work.stocks.save(stock)
    for one in in_order(listings):
        await listing.keep(work, one, "sold")
    await claim.drop(work, order.pieces, now)


def stocked(order: Order) -> list[ListingId]:
    """What is sold by quantity, in the order in which stocks are locked."""
    return sorted({line.listed for line in order.offers if line.piece_id is None})


async def open_settlements(work: Work, order: Order, now: datetime) -> None:
    """Each consigned line owes its seller a share from now on; the title stays with the seller until delivery."""
    for line in sorted(order.lines, key=lambda one: str(one.consignment_id)):
        if line.consigned:
            assert line.consignment_id is not None, "a consigned line names its consignment"
            await settlement.open_for_sale(
                work,
                consignment_id=line.consignment_id,
                order_id=order.id,
                order_line_id=line.id,
                price=line.price,
                shares=line.shares,
                sold_at=now,
                now=now,
                return_window_days=line.return_days,
            )


def tell_paid(work: Work, order: Order) -> None:
    said: dict[str, object] = {"total": str(order.total), "code": order.code}
    work.events.append(Event("order.paid", "order", order.id, said, account_id=order.buyer))
    for line in order.lines:
        if line.piece_id is not None:
            work.events.append(
                Event(
                    "piece.sold",
                    "orderLine",
                    line.id,
                    {"price_minor": line.price.minor, "currency": order.currency, "kind": line.listing_kind},
                    piece_id=line.piece_id,
                    account_id=order.buyer,
                )
            )


def in_order(listings: Mapping[ListingId, Listing]) -> Sequence[Listing]:
    return [listings[listing_id] for listing_id in sorted(listings)]


async def charged(work: Work, order: Order, now: datetime) -> bool:
    """The provider has the money of a locked order; the caller holds the payment too, and saves the order.

    False when the order is over, or somebody else holds a piece by now: then the money has to go back.
    """
    if not order.awaits_payment or order.expires_at is None or order.expires_at + HOLD_GRACE <= now:
        return False
    booked = await journey.may_be_charged(work, order)
    if booked is None:
        return False
    claims = await work.claims.lock_all(order.pieces)
    if any(piece not in claims or claims[piece].token != token for piece, token in order.pieces.items()):
        return False
    for consignment_id in order.consignments:
        await consignment.sold(work, consignment_id, now)
    await sell(work, order, await lock_listings(work, order), now)
    await pay_with_charge(work, order, now)
    await journey.paid(work, order, booked, now)
    await open_settlements(work, order, now)
    order.move("paid")
    order.paid_at = now
    if order.trade_in_id is not None:
        await work.pledges.paid(order, now)
    tell_paid(work, order)
    return True
