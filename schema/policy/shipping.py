"""What the policy of shipping says, as it is read and as finance says it."""

import strawberry

from domain import policy as domain
from schema.enum import enum
from schema.localized import LocalizedInput, localized
from schema.noun import noun
from schema.scalars import CountryCode, Money, MoneyInput

DeliveryMethod = enum(
    domain.DeliveryMethod,
    name="DeliveryMethod",
    description="How goods get to their buyer.",
    STANDARD="A parcel, the usual way.",
    EXPRESS="A parcel, the quick way.",
    PICKUP="The buyer comes for it to a club shop.",
)

COUNTRIES = "Which countries; empty for everywhere that no other zone names."
METHODS = "The ways to it; without any, no parcels go there."
FREE_FROM = "From which worth of goods it costs nothing, by currency; where none is said, it never does."
HOME = "From where goods are sent, unless the house knows that they are in a club shop elsewhere."


@noun(domain.ZoneMethod, description="A way to a zone.")
class ShippingZoneMethod:
    method: DeliveryMethod = strawberry.field(description="In which way parcels go there.")  # type: ignore[valid-type]
    fees: list[Money] = strawberry.field(description="What it costs, in each currency.")
    free_from: list[Money] = strawberry.field(description=FREE_FROM)


@noun(domain.ShippingZone, description="Countries to which parcels go alike.")
class ShippingZone:
    code: str = strawberry.field(description="A short name that stays the same over versions.")
    countries: list[CountryCode] = strawberry.field(description=COUNTRIES)
    methods: list[ShippingZoneMethod] = strawberry.field(description=METHODS)

    name: str = localized("name", description="What it is called.")


@noun(domain.ShippingTerms, description="Where parcels go, and what that costs; a pickup in a club shop costs nothing.")
class ShippingTerms:
    home: CountryCode = strawberry.field(description=HOME)
    zones: list[ShippingZone] = strawberry.field(description="The zones, of which each country is in one at most.")


@strawberry.input(description="A way to a zone.")
class ShippingZoneMethodInput:
    method: DeliveryMethod = strawberry.field(description="Which way; not a pickup.")  # type: ignore[valid-type]
    fees: list[MoneyInput] = strawberry.field(description="What it costs, once in each currency.")
    free_from: list[MoneyInput] = strawberry.field(default_factory=list, description=FREE_FROM)

    def to_method(self) -> domain.ZoneMethod:
        fees, free_from = (
            tuple(one.to_money("terms", "shipping", name) for one in amounts)
            for name, amounts in (("fees", self.fees), ("freeFrom", self.free_from))
        )
        return domain.ZoneMethod(domain.DeliveryMethod(self.method), fees, free_from)


@strawberry.input(description="Countries to which parcels go alike.")
class ShippingZoneInput:
    code: str = strawberry.field(description="A short name that stays the same over versions.")
    name: LocalizedInput = strawberry.field(description="What it is called.")
    countries: list[CountryCode] = strawberry.field(description=COUNTRIES)
    methods: list[ShippingZoneMethodInput] = strawberry.field(description=METHODS)

    def to_zone(self) -> domain.ShippingZone:
        name = self.name.to_localized("terms", "shipping", "name", longest=200)
        ways = tuple(way.to_method() for way in self.methods)
        return domain.ShippingZone(self.code, name, tuple(self.countries), ways)


@strawberry.input(description="Where parcels go, and what that costs.")
class ShippingTermsInput:
    home: CountryCode = strawberry.field(description=HOME)
    zones: list[ShippingZoneInput] = strawberry.field(description="The zones; each country in one at most.")

    def to_terms(self) -> domain.ShippingTerms:
        return domain.ShippingTerms(self.home, tuple(zone.to_zone() for zone in self.zones))
