"""What a voucher takes off, line by line; the voucher itself is another capability's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.cart import Cart
from domain.catalogue import ProductId
from domain.listing import ListingKind
from domain.money import BASIS_POINTS, Money, total
from domain.order.lifecycle import LineKind
from domain.order.noun import Order, OrderLine
from domain.order.refusal import VoucherNotForThis
from domain.piece import Party, PartyKind
from domain.refusal import require

# Nouns


@dataclass(frozen=True, slots=True)
class Discount:
    """So much or such a share off, `at_most`, of what is at least `minimum`; what is empty or None does not narrow.

    `products` are those in the cart that it is for. `others_bps` are the parts of it that others bear than the house.
    """

    voucher_id: UUID
    percent_bps: int | None
    amount: Money | None
    at_most: Money
    minimum: Money
    line_kinds: tuple[LineKind, ...]
    listing_kinds: tuple[ListingKind, ...]
    products: frozenset[ProductId] | None
    bundle_id: UUID | None
    others_bps: tuple[int, ...] = ()


class Line(Protocol):
    """What a discount looks at."""

    @property
    def kind(self) -> LineKind: ...
    @property
    def listing_kind(self) -> ListingKind | None: ...
    @property
    def product_id(self) -> ProductId | None: ...
    @property
    def bundle_id(self) -> UUID | None: ...
    @property
    def seller(self) -> Party: ...
    @property
    def price(self) -> Money: ...


# Rules


def covers(discount: Discount, line: Line) -> bool:
    """Whether a line is among what it is for; what a member sells only where that kind of offer is named."""
    named = line.listing_kind in discount.listing_kinds
    return (
        (not discount.line_kinds or line.kind in discount.line_kinds)
        and (named or (not discount.listing_kinds and line.seller.kind is not PartyKind.ACCOUNT))
        and (discount.products is None or line.product_id in discount.products)
        and (discount.bundle_id is None or line.bundle_id == discount.bundle_id)
    )


def taken_off(discount: Discount, lines: Sequence[Line]) -> list[Money]:
    """What of each line is taken off, by largest remainder; refuses when nothing there is what it is for."""
    currency = discount.at_most.currency
    weights = [line.price.minor if covers(discount, line) else 0 for line in lines]
    whole = Money(sum(weights), currency)
    fits = whole.minor > 0 and discount.minimum <= whole
    require(fits, VoucherNotForThis(discount.minimum, path=("tenders", "voucherCode")))
    if discount.percent_bps is None:
        assert discount.amount is not None, "a voucher takes a share off, or an amount"
        wanted = discount.amount
    else:
        wanted = whole.allocate([discount.percent_bps, BASIS_POINTS - discount.percent_bps])[0]
    off = min(wanted, whole, discount.at_most)
    require(off.minor > 0, VoucherNotForThis(discount.minimum, path=("tenders", "voucherCode")))
    return off.allocate(weights)


def borne_by_house(discount: Discount, parts: Sequence[Money]) -> list[Money]:
    """What of each line's part the house itself bears, by largest remainder: the whole less what others owe for it.

    Others pay their part in the buyer's place, so it is a part of what the goods are sold for; the house's own is not.
    """
    whole = total(parts, discount.at_most.currency)
    own = whole.allocate([*discount.others_bps, BASIS_POINTS - sum(discount.others_bps)])[-1]
    return own.allocate([part.minor for part in parts])


def given_back(line: OrderLine, part: Money) -> Money:
    """What of a refund of a line goes back to whoever bore the discount on it: its share of what is left."""
    left = line.discount - line.discount_back
    if not left or not part:
        return Money.zero(part.currency)
    return part.allocate([left.minor, line.refundable.minor - left.minor])[0]


def total_off(lines: Sequence[OrderLine]) -> Money:
    return total((line.discount for line in lines), lines[0].price.currency)


# Ports


class Discounts(Protocol):
    """What becomes of a voucher while its order goes on; the order is locked, and saved, by the caller."""

    async def offered(self, code: str, cart: Cart, now: datetime) -> Discount:
        """What a code would take off in this cart, at a glance: nothing is locked."""
        ...

    async def take(self, order: Order, now: datetime) -> None:
        """What was taken off is promised to the order, or given to one that is paid."""
        ...

    async def give(self, order: Order, now: datetime) -> None:
        """The order is paid."""
        ...

    async def let_go(self, order: Order, now: datetime) -> None:
        """The order ended before it was paid."""
        ...

    async def take_back(self, order: Order, amount: Money, refund_id: UUID, now: datetime) -> None:
        """A part of it goes back to whoever bore it."""
        ...
