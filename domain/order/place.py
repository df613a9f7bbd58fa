"""A cart becomes an order: one move in which everything is checked, claimed and paid, or nothing happens at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain import cart as carts
from domain import claim, consignment, listing, payment, supplier
from domain.booking import Booking, BookingPart
from domain.cart import Cart, CartBooking, CartId
from domain.event import Event
from domain.gift_card import Gift, check_cards, check_count, offered
from domain.ledger import AccountKind
from domain.listing import Listing, ListingId
from domain.money import Money
from domain.order import grant, journey
from domain.order.deliver import block
from domain.order.grant import GRANTED, GiftCardChoice
from domain.order.lifecycle import LineState, OrderState
from domain.order.noun import (
    HOLD_GRACE,
    Cost,
    Delivery,
    Order,
    OrderId,
    OrderLine,
    OrderLineId,
    Provenance,
    Tender,
    TenderKind,
)
from domain.order.pay import hold_promised, in_order, open_settlements, pay_from_wallet, sell, tell_paid
from domain.order.pledge import PLEDGED, Pledge, PledgeChoice, PledgeMode
from domain.order.port import Work
from domain.order.quote import OrderQuote, Terms, Wish, check_delivery, quote
from domain.order.refusal import PriceChanged
from domain.payment import PAYMENT_TTL, PaymentProvider, PaymentPurpose
from domain.piece import PieceId
from domain.policy import CustomsTerms, Pin, PolicyKind, PolicyVersion, ReturnTerms, ShippingTerms, TaxTerms
from domain.refusal import InvalidInput, require
from domain.settlement import BlockReason
from domain.shop import ShopId
from domain.viewer import Viewer
from domain.wallet import reserve
from domain.work import Job, check_version


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """`expected_version` is the cart's; `pledge` is the offer for an old piece that the purchase goes together with."""

    cart_id: CartId
    delivery: Delivery
    wish: Wish
    expected_version: int | None = None
    pledge: PledgeChoice | None = None
    channel_code: str | None = None
    gift_cards: tuple[GiftCardChoice, ...] = ()
    voucher_code: str | None = None


Booked = Sequence[tuple[CartBooking, Booking]]


async def place(work: Work, viewer: Viewer, command: PlaceOrder, *, now: datetime) -> Order:
    """Buy all that is in the viewer's cart.

    What the wallet can not pay is asked of a provider; until it is charged, the wallet's part is held and the pieces
    stay claimed. Without a provider the order is paid at once.
    """
    viewer.require_account()
    check_delivery(command.delivery)
    cart = await carts.lock_own(work, viewer, command.cart_id)
    check_version(command.expected_version, cart.version)
    require(not cart.empty, InvalidInput("The cart is empty.", path=("cartId",)))
    booked, renewed = await journey.lock_booked(work, cart, now)
    terms = await gather_terms(work, cart, command.delivery, now)
    seen = await work.shelf.find_all(item.listing_id for item in cart.items)
    check_items(cart, seen)
    pledge = None
    if command.pledge is not None:
        pledge = await work.pledges.offered(command.pledge, cart.owner, cart.currency, now)
    discount = None
    if command.voucher_code is not None:
        discount = await work.discounts.offered(command.voucher_code, cart, now)
    gifts = await gifts_of(work, command.gift_cards, cart, now)
    wish = replace(command.wish, pledge=pledge, gifts=gifts, discount=discount)
    reckoned = quote(cart.items, seen, command.delivery, terms, wish, booked)
    order = draft(work, cart, reckoned, command.delivery, now)
    await attribute(work, order, booked, command.channel_code)
    if pledge is not None:
        promise_piece(order, pledge)
    provider = command.wish.provider
    if provider is None or order.tender(TenderKind.EXTERNAL) is None:
        await buy(work, cart, order, booked, now)
    else:
        await wait(work, cart, order, booked, provider, now)
    if pledge is not None:
        await work.pledges.bind(order, pledge, now)
    cart.items, cart.bookings = (), ()
    cart.changed_at = now
    await work.carts.save(cart)
    await journey.claim_anew(work, cart, renewed, now)
    return order


async def gifts_of(work: Work, choices: Sequence[GiftCardChoice], cart: Cart, now: datetime) -> tuple[Gift, ...]:
    """What the chosen cards could pay, at a glance; they are locked when they do."""
    check_count(len(choices))
    gifts: list[Gift] = []
    for place, choice in enumerate(choices, start=1):
        assert choice.card_id is not None, "a code is recognised before anything is bought with it"
        card = await work.gift_cards.find(choice.card_id)
        gifts.append(offered(card, place, choice.amount, cart.currency, now))
    check_cards(gifts)
    return tuple(gifts)


def promise_piece(order: Order, pledge: Pledge) -> None:
    """The purchase and the old piece go together; what the piece still has to pay keeps the lines from completing."""
    order.trade_in_id = pledge.trade_in_id
    if pledge.mode is PledgeMode.TENDER:
        for line in order.lines:
            block(line, BlockReason.TRADE_IN)


async def attribute(work: Work, order: Order, booked: Booked, channel_code: str | None) -> None:
    """The sale came through a partner's channel, which has a part in whatever the house earns on it.

    A journey that is paid in two parts keeps that for the second; the bookings are saved with what pays for them.
    """
    if channel_code is None:
        return
    partner = await work.suppliers.of_channel(channel_code.strip().upper())
    require(partner is not None, InvalidInput("No partner has this channel.", path=("channelCode",)))
    assert partner is not None, "looked at above"
    code = partner.channel_code or ""
    require(partner.account_id != order.buyer, supplier.OwnChannel(code, path=("channelCode",)))
    order.channel_code = partner.channel_code
    for line in order.lines:
        line.shares = supplier.referral(partner, line.shares)
    for item, booking in booked:
        if item.part is not BookingPart.BALANCE:
            booking.shares = supplier.referral(partner, booking.shares)


async def buy(work: Work, cart: Cart, order: Order, booked: Booked, now: datetime) -> None:
    """The wallet pays all of it, now."""
    await claim.present(work, cart.tokens, now)
    for consignment_id in order.consignments:
        await consignment.sold(work, consignment_id, now)
    await sell(work, order, await promise(work, cart, now), now)
    await pay_from_wallet(work, order, now)
    order.move("paid")
    order.paid_at = now
    await work.orders.add(order)
    await grant.take(work, order, now)
    await journey.put_in_order(work, order, booked)
    await journey.paid(work, order, {booking.id: booking for _, booking in booked}, now)
    await open_settlements(work, order, now)
    tell_placed(work, order)
    tell_paid(work, order)


async def wait(work: Work, cart: Cart, order: Order, booked: Booked, provider: PaymentProvider, now: datetime) -> None:
    """A provider pays some of it, later; meanwhile nobody else can have what is in the order."""
    order.expires_at = now + PAYMENT_TTL
    await claim.hold_on(work, cart.tokens, holder=order.id, until=order.expires_at + HOLD_GRACE, now=now)
    for consignment_id in order.consignments:
        await consignment.reserved(work, consignment_id, now)
    for one in in_order(await promise(work, cart, now)):
        await listing.keep(work, one, "reserved")
    await ask_for_payment(work, order, provider, now)
    await work.orders.add(order)
    await grant.take(work, order, now)
    await journey.put_in_order(work, order, booked)
    tell_placed(work, order)


def tell_placed(work: Work, order: Order) -> None:
    work.events.append(Event("order.placed", "order", order.id, {"total": str(order.total)}, account_id=order.buyer))


async def gather_terms(work: Work, cart: Cart, delivery: Delivery, now: datetime) -> Terms:
    """The law is that of where the goods change hands: where the parcel goes, or where the shop is."""
    if delivery.shop_id is None:
        assert delivery.address is not None, "a parcel has an address"
        jurisdiction = delivery.address.country
    else:
        jurisdiction = (await work.shops.find(ShopId(delivery.shop_id))).address.country
    sent = [item.listing_id for item in cart.items] if delivery.shop_id is None else []
    return terms_of(
        jurisdiction,
        await work.policies.in_force(now),
        await work.costs.of_pieces(list(cart.tokens)),
        await work.costs.provenances(sent),
    )


PINNED = (PolicyKind.TAX, PolicyKind.RETURN, PolicyKind.SHIPPING, PolicyKind.CUSTOMS)


def terms_of(
    jurisdiction: str,
    policies: Sequence[PolicyVersion],
    costs: Mapping[PieceId, Cost],
    provenances: Mapping[ListingId, Provenance],
) -> Terms:
    """The policies of a sale among these, with the versions that each line pins."""
    found = {version.kind: version for version in policies}
    tax, returns, shipping, customs = (found[kind].terms for kind in PINNED)
    assert isinstance(tax, TaxTerms), "a tax policy has tax terms"
    assert isinstance(returns, ReturnTerms), "a return policy has return terms"
    assert isinstance(shipping, ShippingTerms), "a shipping policy has shipping terms"
    assert isinstance(customs, CustomsTerms), "a customs policy has customs terms"
    pins = tuple(Pin(kind, found[kind].version) for kind in PINNED)
    return Terms(jurisdiction, tax, returns, shipping, customs, costs, provenances, pins)


def check_items(cart: Cart, listings: Mapping[ListingId, Listing]) -> None:
    """Refuse what can not be bought any more, or at another price than the buyer has seen."""
    for item in cart.items:
        found = listings[item.listing_id]
        if item.piece_id is not None:
            carts.check_for_sale(found, cart.owner)
        was = item.expected_price
        require(found.price == was, PriceChanged(found.id, was, found.price, path=("cartId",)))


async def promise(work: Work, cart: Cart, now: datetime) -> dict[ListingId, Listing]:
    """Lock the listings, look again now that nothing can change, and reserve what the order is about.

    What the cart had set aside of goods passes to the order; if that has lapsed, it is taken anew if it can be.
    """
    found = await work.listings.lock_all([item.listing_id for item in cart.items])
    listings = {ListingId(listing_id): one for listing_id, one in found.items()}
    check_items(cart, listings)
    for item in sorted(cart.items, key=lambda one: one.listing_id):
        one = listings[item.listing_id]
        if item.piece_id is None:
            await carts.give_back(work, cart, one)
        listing.reserve(one, item.quantity)
    return listings


async def ask_for_payment(work: Work, order: Order, provider: PaymentProvider, now: datetime) -> None:
    """Hold the wallet's part, ask the provider for the rest, and have the house look when the time is up."""
    assert order.expires_at is not None, "a pending order waits so long and no longer"
    tenders: list[Tender] = []
    for tender in order.tenders:
        if tender.kind is TenderKind.EXTERNAL or tender.kind in PLEDGED or tender.kind in GRANTED:
            tenders.append(tender)
            continue
        hold = await reserve(
            work,
            order.buyer,
            AccountKind(tender.kind),
            tender.amount,
            cause=("order", order.id),
            expires_at=order.expires_at + HOLD_GRACE,
            now=now,
        )
        tenders.append(replace(tender, hold_id=hold.id))
    order.tenders = tuple(tenders)
    await hold_promised(work, order, now)
    external = order.tender(TenderKind.EXTERNAL)
    assert external is not None, "a pending order waits for a provider"
    intent = await payment.ask(
        work,
        provider=provider,
        owner=order.buyer,
        purpose=PaymentPurpose.ORDER,
        subject_id=order.id,
        amount=external.amount,
        expires_at=order.expires_at,
        now=now,
    )
    order.payment_intent_id = intent.id
    work.outbox.append(Job("orderExpire", order.id, order.expires_at))


def draft(work: Work, cart: Cart, reckoned: OrderQuote, delivery: Delivery, now: datetime) -> Order:
    """The order as quoted, still unpaid."""
    order_id = OrderId(work.new.id())
    zero = Money.zero(cart.currency)
    lines = tuple(
        OrderLine(
            id=OrderLineId(work.new.id()),
            order_id=order_id,
            position=position,
            listing_id=line.listing_id,
            listing_kind=line.listing_kind,
            product_id=line.product_id,
            piece_id=line.piece_id,
            consignment_id=line.consignment_id,
            quantity=line.quantity,
            unit_price=line.unit_price,
            price=line.price,
            seller_kind=line.seller.kind,
            seller_id=line.seller.id,
            tax_basis=line.tax_basis,
            tax_rate_bps=line.tax_rate_bps,
            tax=line.tax,
            cost=line.cost,
            claim_token=line.claim_token,
            return_days=line.return_days,
            state=LineState.OPEN,
            refunded=zero,
            kind=line.kind,
            booking_id=line.booking_id,
            booking_part=line.booking_part,
            bundle_id=line.bundle_id,
            jurisdiction=line.jurisdiction,
            pins=line.pins,
            shares=line.shares,
            supplier_id=line.supplier_id,
            discount_minor=line.discount_minor,
            own_discount_minor=line.own_discount_minor,
            origin=line.origin,
            duties=line.duties,
            duty_minor=line.duty.minor,
            given_back=line.given_back,
        )
        for position, line in enumerate(reckoned.lines, start=1)
    )
    return Order(
        id=order_id,
        code=work.new.code("OR"),
        buyer=cart.owner,
        state=OrderState.PENDING_PAYMENT,
        currency=cart.currency,
        lines=lines,
        tenders=reckoned.tenders,
        delivery=delivery,
        subtotal=reckoned.subtotal,
        shipping=reckoned.shipping,
        total=reckoned.total,
        shipping_refunded=zero,
        payment_intent_id=None,
        placed_at=now,
        duties_minor=reckoned.duties.minor,
    )
