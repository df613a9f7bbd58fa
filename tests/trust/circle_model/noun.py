"""What goes round, in plain whole cents and states by their names; and how an amount is divided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.trust.wallet_model import Hold, Lot

HOUSE = None
"""Who sells what the house has bought; everybody else is a number."""

KEPT_IN_CART = timedelta(minutes=15)
KEPT_FOR_PAYMENT = timedelta(minutes=15)
GRACE = timedelta(days=1)
SEND_WITHIN = timedelta(days=14)
PIECES_IN_CART = 5
BOUND_DAYS, GRACE_DAYS, OFFER_DAYS = 10, 3, 14
RETURN_DAYS, RETURN_DAYS_BY_LAW = 7, 14
EXPRESS = 2_500
COMMISSION_BPS = TAX_BPS = 2_000
BUY_OUT_BPS = 7_500
BONUS_BPS = 1_000
OFFSET_BPS = 5_000


def share(amount: int, bps: int) -> int:
    """So many basis points of it, a half going to the even neighbour."""
    whole, rest = divmod(amount * bps, 10_000)
    return whole + (rest * 2 > 10_000 or (rest * 2 == 10_000 and whole % 2 == 1))


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """In proportion and to the last cent: odd ones go where most was cut off, to the first of equals."""
    parts = [amount * weight // sum(weights) for weight in weights]
    cut_off = [amount * weight % sum(weights) for weight in weights]
    for _ in range(amount - sum(parts)):
        most = cut_off.index(max(cut_off))
        parts[most] += 1
        cut_off[most] = -1
    return parts


@dataclass
class Claim:
    token: int = 0
    holder: object = None
    expires_at: datetime | None = None
    ended: bool = True

    def stands(self, now: datetime) -> bool:
        return not self.ended and self.expires_at is not None and now < self.expires_at


@dataclass(eq=False)
class Listing:
    """`seller` is a person, or the house."""

    thing: Thing
    price: int
    seller: int | None
    state: str = "LISTED"


@dataclass(eq=False)
class Thing:
    """A piece, its consignment and its contract."""

    seller: int
    price: int
    end_action: str
    offer_until: datetime
    state: str = "OFFERED"
    contract: str = "OFFERED"
    mode: str = ""
    credit_bps: int = 0
    choice_fixed: bool = False
    bound_until: datetime | None = None
    expires_at: datetime | None = None
    listing: Listing | None = None
    cost: int | None = None
    donated: bool = False
    handed_back: bool = False
    claim: Claim = field(default_factory=Claim)

    @property
    def buy_out(self) -> int:
        """Nothing where the house does not buy."""
        return share(self.price, BUY_OUT_BPS)

    @property
    def house_owned(self) -> bool:
        return self.state == "SETTLED" and self.listing is None and not self.donated


@dataclass(eq=False)
class Settlement:
    """What a seller gets. `gross` is commission, tax and net."""

    thing: Thing
    gross: int
    commission: int
    tax: int
    credit_bps: int
    state: str = "PENDING"
    delivered_at: datetime | None = None
    payable_at: datetime | None = None
    blocks: set[str] = field(default_factory=set)
    bonus: int = 0

    @property
    def net(self) -> int:
        return self.gross - self.commission - self.tax

    def blocked(self, now: datetime) -> bool:
        early = self.delivered_at is None or now < self.delivered_at + timedelta(days=RETURN_DAYS)
        return self.state == "PENDING" and (early or bool(self.blocks))

    def due(self, at: datetime) -> None:
        self.payable_at = at if self.payable_at is None else max(self.payable_at, at)


@dataclass
class Tender:
    amount: int
    refunded: int = 0
    hold: Hold | None = None
    taken: list[tuple[Lot, int]] = field(default_factory=list)

    @property
    def left(self) -> int:
        return self.amount - self.refunded


@dataclass(eq=False)
class Payment:
    """Money asked of a provider, for an order or for the owner's own wallet."""

    owner: int
    amount: int
    expires_at: datetime
    order: Order | None = None
    state: str = "OPEN"
    refunded: int = 0

    @property
    def is_open(self) -> bool:
        return self.state in ("OPEN", "AUTHORISED")


@dataclass(eq=False)
class Line:
    listing: Listing
    price: int
    token: int
    state: str = "OPEN"
    refunded: int = 0
    delivered_at: datetime | None = None
    released: bool = False
    on_its_way_back: bool = False
    settlement: Settlement | None = None
    returns: list[Return] = field(default_factory=list)

    @property
    def thing(self) -> Thing:
        return self.listing.thing

    @property
    def consigned(self) -> bool:
        return self.listing.seller is not HOUSE

    @property
    def left(self) -> int:
        return self.price - self.refunded

    @property
    def window_end(self) -> datetime:
        assert self.delivered_at is not None
        return self.delivered_at + timedelta(days=RETURN_DAYS if self.consigned else RETURN_DAYS_BY_LAW)

    @property
    def margin_tax(self) -> int:
        """Within the price, of what the house earns on a piece that it has bought."""
        earned = max(self.price - (self.thing.cost or 0), 0)
        return 0 if self.consigned else split(earned, [TAX_BPS, 10_000])[0]

    def is_due(self, now: datetime) -> bool:
        arrived = self.state == "DELIVERED" and not self.released and not self.on_its_way_back
        return arrived and self.window_end <= now


@dataclass(eq=False)
class Order:
    """Tenders by their kinds, in the order in which odd cents go back: CREDIT, CASH, EXTERNAL."""

    buyer: int
    lines: list[Line]
    tenders: dict[str, Tender]
    shipping: int
    state: str = "PENDING_PAYMENT"
    shipping_refunded: int = 0
    expires_at: datetime | None = None
    payment: Payment | None = None
    shipments: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(line.price for line in self.lines) + self.shipping

    @property
    def refunded(self) -> int:
        return sum(tender.refunded for tender in self.tenders.values())


@dataclass(eq=False)
class Return:
    order: Order
    line: Line
    state: str = "REQUESTED"
    send_by: datetime | None = None
    matched: bool = True
    condition: str = ""
    deducted: int = 0

    @property
    def is_open(self) -> bool:
        return self.state in ("REQUESTED", "APPROVED", "IN_TRANSIT", "RECEIVED", "INSPECTED")
