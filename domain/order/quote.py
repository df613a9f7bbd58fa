"""What a cart comes to: by line its seller of record, tax basis and return window; then shipping, and who pays what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.booking import Booking, BookingId, BookingPart
from domain.cart import CartBooking, CartItem
from domain.catalogue import ProductId
from domain.gift_card import Gift, planned
from domain.listing import Listing, ListingId, ListingKind
from domain.money import BASIS_POINTS, Money, total
from domain.order.discount import Discount, borne_by_house, taken_off
from domain.order.duty import ask
from domain.order.lifecycle import LineKind
from domain.order.noun import Address, Cost, Delivery, LineDuty, Provenance, Tender, TenderKind, sold_for
from domain.order.pledge import Pledge
from domain.order.refusal import NotDeliveredThere, TendersDoNotFit
from domain.payment import PaymentProvider
from domain.piece import Party, PartyKind, PieceId
from domain.policy import (
    CustomsArea,
    CustomsTerms,
    DeliveryMethod,
    Pin,
    PolicyKind,
    ReturnTerms,
    ShippingTerms,
    TaxBasis,
    TaxTerms,
)
from domain.refusal import InvalidInput, require
from domain.supplier import RevenueShare, SupplierId

ADDRESS_LENGTHS = {
    "recipient": (1, 120),
    "phone": (3, 40),
    "region": (0, 120),
    "city": (1, 120),
    "postal_code": (0, 20),
    "line1": (1, 200),
    "line2": (0, 200),
}


@dataclass(frozen=True, slots=True)
class LineQuote:
    """One line, before anything is bought; `price` is for all of the quantity and includes `tax`, but no `duties`."""

    listing_id: ListingId | None
    listing_kind: ListingKind | None
    product_id: ProductId | None
    piece_id: PieceId | None
    consignment_id: UUID | None
    quantity: int
    unit_price: Money
    price: Money
    seller: Party
    tax_basis: TaxBasis
    tax_rate_bps: int
    tax: Money
    cost: Money | None
    return_days: int
    kind: LineKind = LineKind.GOODS
    jurisdiction: str = ""
    pins: tuple[Pin, ...] = ()
    claim_token: int | None = None
    booking_id: BookingId | None = None
    booking_part: BookingPart | None = None
    bundle_id: UUID | None = None
    shares: tuple[RevenueShare, ...] = ()
    supplier_id: SupplierId | None = None
    origin: str = ""
    duties: tuple[LineDuty, ...] = ()
    given_back: bool = False
    discount_minor: int = 0
    own_discount_minor: int = 0

    @property
    def ships(self) -> bool:
        """Whether it is packed and handed over."""
        return self.kind in (LineKind.GOODS, LineKind.PIECE)

    @property
    def duty(self) -> Money:
        """All that is asked for it at the border."""
        return total((duty.amount for duty in self.duties), self.price.currency)

    @property
    def discount(self) -> Money:
        """What of the price a voucher would pay."""
        return Money(self.discount_minor, self.price.currency)

    @property
    def taxable(self) -> Money:
        """What it is sold for: the price less what the house itself takes off of what it sells."""
        return sold_for(self.price, self.own_discount_minor, self.seller.kind)


@dataclass(frozen=True, slots=True)
class OrderQuote:
    """What all of it comes to."""

    lines: tuple[LineQuote, ...]
    subtotal: Money
    shipping: Money
    duties: Money
    total: Money
    tenders: tuple[Tender, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a quote is made under: whose law, which policies, what pieces cost the house, where they are.

    `provenances` are of what goes into a parcel; what is picked up in a shop crosses no border with its buyer.
    """

    jurisdiction: str
    tax: TaxTerms
    returns: ReturnTerms
    shipping: ShippingTerms
    customs: CustomsTerms
    costs: Mapping[PieceId, Cost]
    provenances: Mapping[ListingId, Provenance]
    pins: tuple[Pin, ...] = ()

    def origin(self, listing_id: ListingId) -> str:
        """The country that goods leave from; empty for what goes into no parcel."""
        found = self.provenances.get(listing_id)
        return "" if found is None else found.place or self.shipping.home

    def crosses(self, origin: str) -> bool:
        """Whether goods from there pass a border on their way."""
        return bool(origin) and self.customs.crosses(origin, self.jurisdiction)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the buyer wants to pay with; a provider takes the rest.

    `pledge` is an old piece that pays its part, `gifts` are gift cards that pay theirs, one after the other,
    `discount` is what a voucher takes off.
    """

    credit: Money | None = None
    cash: Money | None = None
    provider: PaymentProvider | None = None
    pledge: Pledge | None = None
    gifts: tuple[Gift, ...] = ()
    discount: Discount | None = None


def quote(
    items: Sequence[CartItem],
    listings: Mapping[ListingId, Listing],
    delivery: Delivery,
    terms: Terms,
    wish: Wish,
    booked: Sequence[tuple[CartBooking, Booking]] = (),
) -> OrderQuote:
    """Add everything up; refuses tenders that do not fit, and parcels to where none go."""
    lines = (
        *(quote_line(listings[item.listing_id], item, terms) for item in items),
        *(quote_booking(item, booking, terms) for item, booking in booked),
    )
    if wish.discount is not None:
        lines = take_off(wish.discount, lines)
    currency = lines[0].price.currency
    lines = bear_duties(lines, terms)
    subtotal = total((line.price for line in lines), currency)
    shipping = shipping_fee(lines, delivery, terms.shipping)
    duties = total((line.duty for line in lines), currency)
    whole = subtotal + shipping + duties
    off = total((line.discount for line in lines), currency)
    return OrderQuote(lines, subtotal, shipping, duties, whole, plan_tenders(whole, wish, off))


def take_off(discount: Discount, lines: Sequence[LineQuote]) -> tuple[LineQuote, ...]:
    """The lines with what a voucher takes off of each, and the tax of what they are sold for then."""
    parts = taken_off(discount, lines)
    own = borne_by_house(discount, parts)
    less = [
        replace(line, discount_minor=part.minor, own_discount_minor=borne.minor)
        for line, part, borne in zip(lines, parts, own, strict=True)
    ]
    return tuple(
        replace(line, tax=included_tax(line.tax_basis, line.taxable, line.cost, line.tax_rate_bps)) for line in less
    )


def quote_line(listing: Listing, item: CartItem, terms: Terms) -> LineQuote:
    """At the price that it has now; in a bundle at its share of the bundle's.

    What goes abroad leaves without a tax in its price: the country of arrival asks its own besides.
    """
    quantity = item.quantity
    unit_price = listing.price if item.bundle_id is None else item.price
    cost = None if listing.piece_id is None else terms.costs.get(listing.piece_id)
    basis = tax_basis(listing, cost)
    paid = None if cost is None else cost.amount
    origin = "" if item.service else terms.origin(listing.id)
    rate_bps = 0 if terms.crosses(origin) else terms.tax.rate_bps(terms.jurisdiction, basis)
    price = unit_price * quantity
    return LineQuote(
        listing_id=listing.id,
        listing_kind=listing.kind,
        product_id=listing.product_id,
        piece_id=listing.piece_id,
        consignment_id=listing.consignment_id,
        quantity=quantity,
        unit_price=unit_price,
        price=price,
        seller=listing.seller,
        tax_basis=basis,
        tax_rate_bps=rate_bps,
        tax=included_tax(basis, price, paid, rate_bps),
        cost=paid,
        return_days=0
        if item.service
        else terms.returns.window_days(
            terms.jurisdiction, professional_seller=listing.seller.kind is not PartyKind.ACCOUNT
        ),
        kind=kind_of(item),
        jurisdiction=terms.jurisdiction,
        pins=tuple(pin for pin in terms.pins if origin or pin.kind not in BY_PARCEL),
        claim_token=item.token,
        bundle_id=item.bundle_id,
        shares=item.shares,
        origin=origin,
    )


BY_PARCEL = (PolicyKind.SHIPPING, PolicyKind.CUSTOMS)


def bear_duties(lines: Sequence[LineQuote], terms: Terms) -> tuple[LineQuote, ...]:
    """The lines with what is asked for them where they cross a border; small orders may cross it free."""
    area = terms.customs.area(terms.jurisdiction)
    abroad = [line for line in lines if terms.crosses(line.origin)]
    if area is None or not abroad:
        return tuple(lines)
    arriving = total((line.taxable for line in abroad), abroad[0].price.currency)
    return tuple(bear(line, area, terms, arriving) if terms.crosses(line.origin) else line for line in lines)


def bear(line: LineQuote, area: CustomsArea, terms: Terms, arriving: Money) -> LineQuote:
    assert line.listing_id is not None, "what crosses a border is of a listing"
    categories = terms.provenances[line.listing_id].categories
    asked = ask(area, terms.tax, terms.jurisdiction, line.taxable, line.tax_basis, categories, arriving)
    return replace(line, duties=asked, given_back=area.given_back)


def kind_of(item: CartItem) -> LineKind:
    if item.piece_id is not None:
        return LineKind.PIECE
    return LineKind.SERVICE if item.service else LineKind.GOODS


def quote_booking(item: CartBooking, booking: Booking, terms: Terms) -> LineQuote:
    """Places of a journey, or an installment for them; the tax is that of where the house is established."""
    cost = booking.costs(item.part)
    rate_bps = terms.tax.rate_bps(booking.seat, booking.tax_basis)
    return LineQuote(
        listing_id=None,
        listing_kind=None,
        product_id=None,
        piece_id=None,
        consignment_id=None,
        quantity=1,
        unit_price=item.price,
        price=item.price,
        seller=booking.seller,
        tax_basis=booking.tax_basis,
        tax_rate_bps=rate_bps,
        tax=included_tax(booking.tax_basis, item.price, cost, rate_bps),
        cost=cost,
        return_days=0,
        kind=LineKind.DEPARTURE,
        jurisdiction=booking.seat,
        pins=(*(pin for pin in terms.pins if pin.kind is PolicyKind.TAX), *booking.pins),
        booking_id=booking.id,
        booking_part=item.part,
        bundle_id=item.bundle_id,
        shares=booking.shares,
        supplier_id=booking.supplier_id,
    )


def tax_basis(listing: Listing, cost: Cost | None) -> TaxBasis:
    """For somebody else the house is taxed on its commission; on its own used pieces on the margin;

    where it can not show what a piece cost it, or the goods were bought new, on the full price.
    """
    if listing.seller.kind is PartyKind.ACCOUNT:
        return TaxBasis.COMMISSION
    return TaxBasis.MARGIN if cost is not None and cost.margin else TaxBasis.FULL_PRICE


def included_tax(basis: TaxBasis, price: Money, cost: Money | None, rate_bps: int) -> Money:
    """The tax within a price; prices to consumers include it."""
    match basis:
        case TaxBasis.FULL_PRICE:
            taxed = price
        case TaxBasis.MARGIN | TaxBasis.TRAVEL_MARGIN:
            assert cost is not None, "a margin needs a cost"
            taxed = max(price - cost, Money.zero(price.currency))
        case _:
            taxed = Money.zero(price.currency)
    return taxed.allocate([rate_bps, BASIS_POINTS])[0]


def shipping_fee(lines: Sequence[LineQuote], delivery: Delivery, terms: ShippingTerms) -> Money:
    """What the zone of the address asks for the way; nothing for a pickup, or where nothing is sent."""
    zero = Money.zero(lines[0].price.currency)
    goods = total((line.price for line in lines if line.ships), zero.currency)
    if delivery.address is None or not any(line.ships for line in lines):
        return zero
    country = delivery.address.country
    zone = terms.zone(country)
    way = None if zone is None else zone.way(delivery.method)
    if way is None:
        ways = () if zone is None else tuple(one.method for one in zone.methods)
        raise NotDeliveredThere(country, ways, path=("delivery", *(("method",) if ways else ("address", "country"))))
    return way.fee(goods)


def plan_tenders(whole: Money, wish: Wish, off: Money) -> tuple[Tender, ...]:
    """Credit, cash, an old piece and gift cards as wished, what a voucher takes off, a provider for the rest;

    together exactly the whole.
    """
    zero = Money.zero(whole.currency)
    for name, part in (("credit", wish.credit), ("cash", wish.cash)):
        if part is not None:
            path = ("tenders", name)
            require(part.currency is whole.currency, InvalidInput(f"This cart is in {whole.currency}.", path=path))
            require(part.minor >= 0, InvalidInput("An amount is never negative.", path=path))
    credit, cash = wish.credit or zero, wish.cash or zero
    pledged = () if wish.pledge is None else wish.pledge.tenders
    covered = total((credit, cash, off, *(amount for _, amount in pledged)), whole.currency)
    gifts: list[Tender] = []
    for gift in wish.gifts:
        part = planned(gift, whole - covered)
        covered += part
        if part:
            gifts.append(Tender(TenderKind.GIFT_CARD, part, zero, source_id=gift.card_id, place=gift.place))
    rest = whole - covered
    fits = rest == zero or (rest > zero and wish.provider is not None)
    require(fits, TendersDoNotFit(whole, covered, path=("tenders",)))
    parts = ((TenderKind.CREDIT, credit), (TenderKind.CASH, cash), (TenderKind.EXTERNAL, rest), *pledged)
    tenders = [Tender(kind, amount, zero) for kind, amount in parts if amount]
    tenders += gifts
    if wish.discount is not None:
        tenders.append(Tender(TenderKind.VOUCHER, off, zero, source_id=wish.discount.voucher_id))
    return tuple(tenders)


def check_delivery(delivery: Delivery) -> None:
    """A parcel has an address, a pickup has a shop."""
    pickup = delivery.method is DeliveryMethod.PICKUP
    for present, wanted, name, said in (
        (delivery.shop_id is not None, pickup, "shopId", "A pickup, and only a pickup, names its shop."),
        (delivery.address is not None, not pickup, "address", "A parcel, and only a parcel, has an address."),
    ):
        require(present == wanted, InvalidInput(said, path=("delivery", name)))
    if delivery.address is not None:
        check_address(delivery.address)


def check_address(address: Address) -> None:
    for name, (low, high) in ADDRESS_LENGTHS.items():
        length = len(getattr(address, name).strip())
        require(
            low <= length <= high,
            InvalidInput(f"{low} to {high} characters.", path=("delivery", "address", camel(name))),
        )


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
