"""Why an order is not placed."""

from dataclasses import dataclass

from domain.listing import ListingId
from domain.money import Money
from domain.policy import DeliveryMethod
from domain.refusal import Refusal


@dataclass(eq=False)
class TendersDoNotFit(Refusal):
    """What is to pay is more or less than what is to be paid."""

    code = "TENDERS_DO_NOT_FIT"
    total: Money
    covered: Money

    @property
    def message(self) -> str:
        return f"{self.total} is to be paid, {self.covered} is offered: name a provider for the rest, or less."


@dataclass(eq=False)
class VoucherNotGood(Refusal):
    """No voucher has this code, or it does not hold: it was withdrawn, it is over, or it is in another currency."""

    code = "VOUCHER_NOT_GOOD"

    @property
    def message(self) -> str:
        return "No voucher with this code holds for this now."


@dataclass(eq=False)
class VoucherNotForThis(Refusal):
    """Nothing in the cart is what the voucher is for, or there is less of it than it asks for."""

    code = "VOUCHER_NOT_FOR_THIS"
    minimum: Money

    @property
    def message(self) -> str:
        return f"This voucher is for other things, or for more of them: from {self.minimum} on."


@dataclass(eq=False)
class PriceChanged(Refusal):
    """The price is another one than when the item was put in the cart."""

    code = "PRICE_CHANGED"
    listing_id: ListingId
    was: Money
    price: Money

    @property
    def message(self) -> str:
        return f"The price was {self.was} and is {self.price} now. Put it in the cart again if you agree."


@dataclass(eq=False)
class NotDeliveredThere(Refusal):
    """No parcel goes to this country, or none in this way; `methods` are those that do."""

    code = "NOT_DELIVERED_THERE"
    country: str
    methods: tuple[DeliveryMethod, ...]

    @property
    def message(self) -> str:
        if not self.methods:
            return f"No parcels go to {self.country}: name another address, or pick it up in a club shop."
        return f"Parcels to {self.country} go by {', '.join(self.methods)} only."
