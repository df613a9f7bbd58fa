"""A buyer holds places, which lie in the cart until they are paid, and pays the balance later."""

from dataclasses import dataclass
from datetime import datetime

from domain import booking as bookings
from domain.booking import Booking, BookingId, BookingPart, BookingState, Traveller
from domain.cart import ITEMS_MAX, PIECES_MAX, BookingLapsed, Cart, CartBooking, CartFull, CartId
from domain.departure import DepartureId
from domain.money import Currency
from domain.order import Work
from domain.refusal import InvalidInput, NotFound, WrongState, require
from domain.viewer import AccountId, Viewer
from domain.work import check_version


@dataclass(frozen=True, slots=True)
class HoldBooking:
    """`pay` FULL pays all of it at once, DEPOSIT only what the schedule asks for now."""

    departure_id: DepartureId
    travellers: tuple[Traveller, ...]
    pay: BookingPart = BookingPart.FULL


async def hold(work: Work, viewer: Viewer, command: HoldBooking, *, now: datetime) -> Booking:
    """Hold places for the viewer and put them in the cart; they are free again when they are not paid in time."""
    buyer = viewer.require_account()
    said = "The balance is paid with bookingPayBalance."
    require(command.pay is not BookingPart.BALANCE, InvalidInput(said, path=("pay",)))
    found = await bookings.find_departure(work, buyer, command.departure_id, command.travellers, now)
    cart = await open_cart(work, buyer, found.currency, now)
    deposit = command.pay is BookingPart.DEPOSIT
    booking = await bookings.hold(work, buyer, found, command.travellers, now=now, deposit=deposit)
    await put_in_cart(work, cart, booking, now)
    await bookings.claim(work, booking, now)
    return booking


async def open_cart(work: Work, buyer: AccountId, currency: Currency, now: datetime) -> Cart:
    """The buyer's cart in this currency, locked, with room for one thing more."""
    cart = await work.carts.lock_own(Cart(CartId(work.new.id()), buyer, currency, (), now))
    room = len(cart.items) + len(cart.bookings) < ITEMS_MAX
    require(room, CartFull(ITEMS_MAX, PIECES_MAX))
    return cart


async def put_in_cart(work: Work, cart: Cart, booking: Booking, now: datetime) -> None:
    """What is to be paid now, of a held booking."""
    assert booking.expires_at is not None, "a hold ends"
    first = booking.schedule[0]
    cart.book(CartBooking(booking.id, first.part, first.amount, booking.expires_at, now))
    cart.changed_at = now
    await work.carts.save(cart)


@dataclass(frozen=True, slots=True)
class PayBalance:
    booking_id: BookingId
    expected_version: int | None = None


async def pay_balance(work: Work, viewer: Viewer, command: PayBalance, *, now: datetime) -> Cart:
    """Put what is still to be paid for a booking into the buyer's cart."""
    buyer = viewer.require_account()
    seen = await find(work, command.booking_id)
    require(seen.buyer == buyer, NotFound("Booking", command.booking_id, path=("bookingId",)))
    cart = await open_cart(work, buyer, seen.currency, now)
    booking = await work.bookings.lock(command.booking_id)
    check_version(command.expected_version, booking.version)
    balance = booking.installment(BookingPart.BALANCE)
    possible = "bookingPayBalance" in booking.next_actions and balance is not None
    require(possible, WrongState("booking", booking.state, booking.next_actions))
    assert balance is not None, "looked at above"
    fits = bookings.payable(booking, BookingPart.BALANCE, now)
    require(fits, BookingLapsed(booking.id, booking.expires_at, path=("bookingId",)))
    cart.book(CartBooking(booking.id, BookingPart.BALANCE, balance.amount, balance.due_at, now))
    cart.changed_at = now
    await work.carts.save(cart)
    return cart


async def find(work: Work, booking_id: BookingId) -> Booking:
    try:
        return await work.bookings.find(booking_id)
    except NotFound as refusal:
        refusal.path = ("bookingId",)
        raise


async def drop_hold(work: Work, buyer: AccountId, found: Booking, reason: str, now: datetime) -> Booking:
    """The buyer does not want held places after all: they leave the cart too."""
    cart = await work.carts.lock_own(Cart(CartId(work.new.id()), buyer, found.currency, (), now))
    booking = await work.bookings.lock(found.id)
    held = booking.state is BookingState.ON_HOLD
    require(held, WrongState("booking", booking.state, booking.next_actions))
    alone = booking.bundle_id is None
    require(alone, InvalidInput("It is part of a bundle: take the bundle out.", path=("bookingId",)))
    said = "An order waits for its payment: cancel the order."
    require(not booking.payments, InvalidInput(said, path=("bookingId",)))
    cart.unbook(booking.id)
    cart.changed_at = now
    await work.carts.save(cart)
    await bookings.end(work, booking, "bookingCancel", reason, booking.paid, now)
    await bookings.free(work, booking)
    return booking
