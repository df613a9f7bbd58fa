"""A cart keeps what is in it from others for a while: a piece by its claim, new goods by a reservation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NewType, Protocol
from uuid import UUID

from domain import booking as bookings
from domain import claim as claims
from domain import listing as listings
from domain.booking import BookingId, BookingPart
from domain.catalogue import ProductKind
from domain.claim import ClaimPurpose
from domain.event import Event
from domain.listing import Listing, ListingId, ListingState, NotAvailable
from domain.money import Currency, Money, total
from domain.piece import PartyKind, PieceId
from domain.refusal import InvalidInput, NotFound, Refusal, require
from domain.supplier import RevenueShare
from domain.viewer import AccountId, Viewer
from domain.work import check_version

CartId = NewType("CartId", UUID)

ITEMS_MAX = 20
PIECES_MAX = 5
"""So that nobody keeps the whole shelf from others."""
QUANTITY_MAX = 10


# Nouns


@dataclass(frozen=True, slots=True)
class CartItem:
    """`price` is that of one, as it was shown when the item was put in; `token` is that of a piece's claim.

    In a bundle, `price` is its share of the bundle's price, and `list_price` what it cost alone at that moment.
    """

    listing_id: ListingId
    piece_id: PieceId | None
    quantity: int
    price: Money
    token: int | None
    kept_until: datetime
    added_at: datetime
    bundle_id: UUID | None = None
    list_price: Money | None = None
    service: bool = False
    shares: tuple[RevenueShare, ...] = ()

    @property
    def expected_price(self) -> Money:
        """What the listing itself is to cost still."""
        return self.price if self.list_price is None else self.list_price


@dataclass(frozen=True, slots=True)
class CartBooking:
    """Places of a journey, or what is still to be paid for them; the booking keeps them from others."""

    booking_id: BookingId
    part: BookingPart
    price: Money
    kept_until: datetime
    added_at: datetime
    bundle_id: UUID | None = None


@dataclass(slots=True)
class Cart:
    """What a customer is about to buy in one currency; there is one for each, and it is used again and again."""

    id: CartId
    owner: AccountId
    currency: Currency
    items: tuple[CartItem, ...]
    changed_at: datetime
    bookings: tuple[CartBooking, ...] = ()
    version: int = 1

    @property
    def subtotal(self) -> Money:
        goods = total((item.price * item.quantity for item in self.items), self.currency)
        return goods + total((booking.price for booking in self.bookings), self.currency)

    @property
    def empty(self) -> bool:
        return not self.items and not self.bookings

    @property
    def tokens(self) -> dict[PieceId, int]:
        """The claim tokens of the pieces within."""
        return {item.piece_id: item.token for item in self.items if item.piece_id and item.token is not None}

    def item(self, listing_id: ListingId) -> CartItem | None:
        return next((item for item in self.items if item.listing_id == listing_id), None)

    def put(self, item: CartItem) -> None:
        """In the place of what was there of the same listing, else at the end."""
        if self.item(item.listing_id) is None:
            self.items = (*self.items, item)
        else:
            self.items = tuple(item if old.listing_id == item.listing_id else old for old in self.items)

    def book(self, booking: CartBooking) -> None:
        """Places that are held now; those whose time is over, and can not be paid any more, leave the cart for them."""
        kept = (one for one in self.bookings if one.booking_id != booking.booking_id)
        there = (one for one in kept if one.bundle_id is not None or booking.added_at < one.kept_until)
        self.bookings = (*there, booking)

    def unbook(self, booking_id: BookingId) -> None:
        self.bookings = tuple(one for one in self.bookings if one.booking_id != booking_id)

    def remove(self, listing_id: ListingId) -> None:
        self.items = tuple(item for item in self.items if item.listing_id != listing_id)


# Refusals


@dataclass(eq=False)
class CartFull(Refusal):
    """The cart would hold more than a cart may."""

    code = "CART_FULL"
    items_max: int
    pieces_max: int

    @property
    def message(self) -> str:
        return f"A cart holds {self.items_max} things, {self.pieces_max} one-of-one pieces among them."


@dataclass(eq=False)
class OwnPiece(Refusal):
    """The buyer is the one who sells."""

    code = "OWN_PIECE"
    listing_id: ListingId

    @property
    def message(self) -> str:
        return "This piece is your own: withdraw it if you want it back."


@dataclass(eq=False)
class BookingLapsed(Refusal):
    """The time to pay for the places is over, and they can not be held anew as they were; a cart lets go of them."""

    code = "BOOKING_LAPSED"
    booking_id: UUID
    expired_at: datetime | None
    cart_id: CartId | None = None
    gone: tuple[UUID, ...] = ()
    """The bookings that leave this cart."""

    @property
    def left_cart(self) -> bool:
        return bool(self.gone)

    @property
    def message(self) -> str:
        if not self.gone:
            return "The time to pay for these places is over: hold them again, if they are still there."
        return (
            "The time to pay for these places is over, and they have left the cart. Hold them again, if there is"
            " room, or place the order without them."
        )

    async def follow(self, work: Any, *, now: datetime) -> None:
        if self.cart_id is not None:
            await leave(work, self.cart_id, self.gone, now)


# Rules


def check_for_sale(listing: Listing, buyer: AccountId) -> None:
    """Refuse what can not be bought, by this buyer or by anybody; of goods some may be free again in a moment."""
    gone = listing.state in (ListingState.SOLD, ListingState.WITHDRAWN)
    promised = listing.state is ListingState.RESERVED and listing.one_of_one
    require(not (gone or promised), NotAvailable(listing.id, 0, 1, path=("listingId",)))
    own = listing.seller.kind is PartyKind.ACCOUNT and listing.seller.id == buyer
    require(not own, OwnPiece(listing.id, path=("listingId",)))


def check_room(cart: Cart, listing: Listing) -> None:
    """Refuse one thing more in a cart that is full."""
    if (standing := cart.item(listing.id)) is not None:
        require(standing.bundle_id is None, InvalidInput("It is part of a bundle in this cart.", path=("listingId",)))
    else:
        pieces = sum(item.piece_id is not None for item in cart.items) + (listing.piece_id is not None)
        fits = len(cart.items) + len(cart.bookings) < ITEMS_MAX and pieces <= PIECES_MAX
        require(fits, CartFull(ITEMS_MAX, PIECES_MAX))


# Ports


class Carts(Protocol):
    async def lock(self, cart_id: CartId) -> Cart: ...
    async def lock_own(self, empty: Cart) -> Cart:
        """The cart of this owner in this currency, locked; the empty one when there was none."""
        ...

    async def save(self, cart: Cart) -> None: ...


class Shelf(Protocol):
    """Listings as they are at this moment, for a look before anything is locked."""

    async def find_all(self, ids: Iterable[ListingId]) -> Mapping[ListingId, Listing]: ...


class Work(claims.Work, bookings.Work, Protocol):
    @property
    def carts(self) -> Carts: ...
    @property
    def shelf(self) -> Shelf: ...


class CartReader(Protocol):
    async def of_owner(self, owner: AccountId) -> Sequence[Cart]: ...
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Cart | None]: ...
    async def listings(self, ids: Sequence[ListingId]) -> Mapping[ListingId, Listing]: ...


# Verbs


@dataclass(frozen=True, slots=True)
class AddToCart:
    listing_id: ListingId
    quantity: int = 1


async def add(work: Work, viewer: Viewer, command: AddToCart, *, now: datetime) -> Cart:
    """Put something in the viewer's cart and keep it from others for a while.

    A piece that is there already keeps its claim and its time; more of the same goods start their time again.
    """
    owner = viewer.require_account()
    require(1 <= command.quantity <= QUANTITY_MAX, InvalidInput(f"1 to {QUANTITY_MAX} at a time.", path=("quantity",)))
    listing = (await work.shelf.find_all([command.listing_id])).get(command.listing_id)
    if listing is None:
        raise NotFound("Listing", command.listing_id, path=("listingId",))
    check_for_sale(listing, owner)
    if listing.piece_id is not None:
        await claims.check_free(work, listing.piece_id, but_for=owner, now=now)
    currency = listing.price.currency
    cart = await work.carts.lock_own(Cart(CartId(work.new.id()), owner, currency, (), now))
    check_room(cart, listing)
    if listing.piece_id is not None:
        await claim_piece(work, cart, listing.id, listing.piece_id, command.quantity, now)
    else:
        await reserve_goods(work, cart, listing.id, command.quantity, now)
    cart.changed_at = now
    await work.carts.save(cart)
    return cart


async def claim_piece(
    work: Work, cart: Cart, listing_id: ListingId, piece_id: PieceId, quantity: int, now: datetime
) -> None:
    """Claim first, then look at the listing under its lock: by then nobody else can sell the piece."""
    require(quantity == 1, InvalidInput("This piece is one of one.", path=("quantity",)))
    own = cart.item(listing_id)
    standing = await work.claims.find(piece_id) if own is not None else None
    if own is not None and own.token is not None and standing is not None and standing.stands(own.token, now):
        claim = standing
    else:
        claim = await claims.take(work, piece_id, holder=cart.owner, purpose=ClaimPurpose.CART, now=now)
    listing = await work.listings.lock(listing_id)
    check_for_sale(listing, cart.owner)
    cart.put(CartItem(listing_id, piece_id, 1, listing.price, claim.token, claim.expires_at, now))


async def reserve_goods(work: Work, cart: Cart, listing_id: ListingId, quantity: int, now: datetime) -> None:
    listing = await work.listings.lock(listing_id)
    own = cart.item(listing_id)
    wanted = quantity + (0 if own is None else own.quantity)
    await give_back(work, cart, listing)
    require(wanted <= QUANTITY_MAX, InvalidInput(f"{QUANTITY_MAX} of the same are enough.", path=("quantity",)))
    service = (await work.products.find(listing.product_id)).kind is ProductKind.SERVICE
    reservation = await claims.set_aside(work, listing, wanted, holder=cart.id, now=now)
    added_at = now if own is None else own.added_at
    kept_until = reservation.expires_at
    cart.put(CartItem(listing_id, None, wanted, listing.price, None, kept_until, added_at, service=service))


async def give_back(work: Work, cart: Cart, listing: Listing) -> int:
    """Undo what the cart has reserved of a locked listing; answers with how many that were."""
    given = 0
    for reservation in await work.reservations.of_holder(cart.id, listing.id):
        listings.release(listing, reservation.quantity)
        await work.reservations.remove(reservation)
        given += reservation.quantity
    return given


@dataclass(frozen=True, slots=True)
class RemoveFromCart:
    cart_id: CartId
    listing_id: ListingId
    expected_version: int | None = None


async def remove(work: Work, viewer: Viewer, command: RemoveFromCart, *, now: datetime) -> Cart:
    """Take something out of the viewer's cart and let others have it."""
    cart = await lock_own(work, viewer, command.cart_id)
    check_version(command.expected_version, cart.version)
    item = cart.item(command.listing_id)
    if item is None:
        raise NotFound("CartItem", command.listing_id, path=("listingId",))
    alone = item.bundle_id is None
    require(alone, InvalidInput("It is part of a bundle: take the bundle out.", path=("listingId",)))
    await let_go(work, cart, item, now)
    cart.changed_at = now
    await work.carts.save(cart)
    return cart


async def let_go(work: Work, cart: Cart, item: CartItem, now: datetime) -> None:
    """Others can have an item of a locked cart again; the caller saves the cart."""
    if item.piece_id is not None and item.token is not None:
        await claims.drop(work, {item.piece_id: item.token}, now)
        work.events.append(Event("claim.dropped", "piece", item.piece_id, {"token": item.token}))
    else:
        listing = await work.listings.lock(item.listing_id)
        if await give_back(work, cart, listing):
            await listings.keep(work, listing, "released")
    cart.remove(item.listing_id)


async def leave(work: Work, cart_id: CartId, gone: Iterable[UUID], now: datetime) -> None:
    """Bookings that can not be paid any more leave a cart, each with all of the bundle that it was a part of."""
    cart = await work.carts.lock(cart_id)
    lapsed = set(gone)
    bundles = {one.bundle_id for one in cart.bookings if one.booking_id in lapsed and one.bundle_id is not None}
    for item in sorted(cart.items, key=lambda one: one.listing_id):
        if item.bundle_id in bundles:
            await let_go(work, cart, item, now)
    cart.bookings = tuple(one for one in cart.bookings if one.booking_id not in lapsed)
    cart.changed_at = now
    await work.carts.save(cart)


async def lock_own(work: Work, viewer: Viewer, cart_id: CartId) -> Cart:
    """The viewer's own cart, locked; anybody else's does not exist."""
    owner = viewer.require_account()
    cart = await work.carts.lock(cart_id)
    require(cart.owner == owner, NotFound("Cart", cart_id, path=("cartId",)))
    return cart
