"""What the policy of shipping says: where parcels go, which ways there are, and what each of them costs the buyer."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from domain.localized import Localized
from domain.money import Currency, Money
from domain.policy.kind import PolicyKind


class DeliveryMethod(StrEnum):
    """How the goods get to the buyer."""

    STANDARD = "STANDARD"
    EXPRESS = "EXPRESS"
    PICKUP = "PICKUP"


@dataclass(frozen=True, slots=True)
class ZoneMethod:
    """A way to a zone: one fee for each currency. From `free_from` of goods on it costs nothing, where that is said."""

    method: DeliveryMethod
    fees: tuple[Money, ...]
    free_from: tuple[Money, ...] = ()

    def fee(self, goods: Money) -> Money:
        """What it costs to send goods of this value."""
        limit = next((one for one in self.free_from if one.currency is goods.currency), None)
        free = limit is not None and goods >= limit
        return Money.zero(goods.currency) if free else self.fees_by_currency[goods.currency]

    @property
    def fees_by_currency(self) -> dict[Currency, Money]:
        return {fee.currency: fee for fee in self.fees}


@dataclass(frozen=True, slots=True)
class ShippingZone:
    """Countries by ISO 3166-1 alpha-2; a zone without any is everywhere that no other names.

    To a zone without ways nothing is sent.
    """

    code: str
    name: Localized
    countries: tuple[str, ...]
    methods: tuple[ZoneMethod, ...]

    def way(self, method: DeliveryMethod) -> ZoneMethod | None:
        return next((one for one in self.methods if one.method is method), None)


@dataclass(frozen=True, slots=True)
class ShippingTerms:
    """`home` is the country from which goods leave where the house does not know a nearer place of them.

    What is picked up in a shop is in no zone, and costs nothing.
    """

    home: str
    zones: tuple[ShippingZone, ...]
    kind: Literal[PolicyKind.SHIPPING] = PolicyKind.SHIPPING

    def zone(self, country: str) -> ShippingZone | None:
        """The zone that names the country, else the one for everywhere else; None where there is none."""
        named = next((zone for zone in self.zones if country in zone.countries), None)
        return named or next((zone for zone in self.zones if not zone.countries), None)
