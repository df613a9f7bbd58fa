"""Departures: when a journey takes place, what it costs, and what is left."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from domain import departure, travel_product, trip
from resolvers import departure as resolve
from schema.enum import enum
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.ids import Node, global_id, id_of
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.scalars import CurrencyCode, Money, MoneyInput

if TYPE_CHECKING:
    from schema.travel_product import TravelProduct

TravelUnitKind = enum(
    travel_product.UnitKind,
    name="TravelUnitKind",
    description="As whom somebody takes part in a journey.",
    ADULT="An adult.",
    CHILD="A child.",
    STUDENT="A student.",
    SENIOR="An older person.",
    SINGLE="An adult in a room of their own, at a supplement.",
)

DEPARTURES = "departures"
STARTING = (datetime(2000, 1, 1, tzinfo=UTC), UUID(int=0))

DepartureState = enum(
    departure.DepartureState,
    name="DepartureState",
    description="Whether a departure takes place.",
    OPEN="It can be booked; it is not decided yet whether it takes place.",
    GOING="It takes place.",
    COMPLETED="It is over.",
    CANCELLED="It was called off, and everybody got everything back.",
)
Availability = enum(
    departure.Availability,
    name="DepartureAvailability",
    description="What is left of a departure.",
    AVAILABLE="More than 5 places are left.",
    LIMITED="5 places or fewer are left.",
    SOLD_OUT="No place is left; some may come free again.",
    CLOSED="It can not be booked any more.",
)


@noun(departure.UnitPrice, description="What one unit of a departure costs.")
class UnitPrice:
    kind: TravelUnitKind = strawberry.field(description="As whom somebody takes part.")  # type: ignore[valid-type]
    price: Money = strawberry.field(description="What it costs, taxes included.")


@strawberry.type(description="What the house owes the supplier for one unit.")
class NetPrice:
    kind: TravelUnitKind = strawberry.field(description="As whom somebody takes part.")  # type: ignore[valid-type]
    net: Money = strawberry.field(description="What the house owes.")


@noun(
    departure.Departure,
    description="One date of a journey, with its places and prices. Seen by everybody, but for one that was "
    "made for somebody alone.",
)
class Departure(Node):
    id: strawberry.ID = global_id("Departure")
    option_code: str = strawberry.field(description="The option of the journey that it is of.")
    state: DepartureState = strawberry.field(description="Whether it takes place.")  # type: ignore[valid-type]
    starts_at: datetime = strawberry.field(description="When the journey starts.")
    ends_at: datetime = strawberry.field(description="When the journey ends.")
    cut_off_at: datetime = strawberry.field(description="Until when it can be booked.")
    decide_at: datetime = strawberry.field(description="When it is decided whether it takes place.")
    currency: CurrencyCode = strawberry.field(description="The currency of its prices.")  # type: ignore[valid-type]
    prices: list[UnitPrice] = strawberry.field(description="What it costs by unit.")
    capacity: int = strawberry.field(description="How many can come.")
    vacancies: int = strawberry.field(description="How many places are left.")
    participants_min: int = strawberry.field(description="How many must have booked for it to take place.")
    end_reason: str | None = strawberry.field(description="Why it was called off; null unless it was.")
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(graphql_type=Availability, description="What is left, at this moment.")
    def availability(root: departure.Departure, info: Info) -> Any:
        return root.availability(info.context.now)

    @strawberry.field(
        graphql_type=list[NetPrice] | None,
        description="What the house owes by unit. For the supplier, merchandisers and finance; null for others.",
    )
    async def net_prices(root: departure.Departure, info: Info) -> Any:
        found = await resolve.net_prices(info.context, root)
        return None if found is None else [NetPrice(kind=one.kind, net=one.net) for one in found]  # type: ignore[arg-type]

    @strawberry.field(
        graphql_type=Annotated["TravelProduct", strawberry.lazy("schema.travel_product")],
        description="The journey that takes place.",
    )
    async def product(root: departure.Departure, info: Info) -> Any:
        return await info.context.loaders.travel_product.load(root.product_id)


@refused(departure.DepartureFull)
class DepartureFull(UserError):
    vacancies: int = strawberry.field(description="How many places are left.")
    asked: int = strawberry.field(description="How many places were asked for.")


@refused(departure.DepartureClosed)
class DepartureClosed(UserError):
    state: DepartureState = strawberry.field(description="Whether it takes place.")  # type: ignore[valid-type]
    cut_off_at: datetime = strawberry.field(description="Until when it could be booked.")


@strawberry.input(description="What one unit of a departure costs.")
class UnitPriceInput:
    kind: TravelUnitKind = strawberry.field(description="As whom somebody takes part.")  # type: ignore[valid-type]
    price: MoneyInput = strawberry.field(description="What it costs, taxes included.")
    net: MoneyInput = strawberry.field(description="What of it the house owes the supplier.")

    def to_price(self, index: int) -> departure.UnitPrice:
        path = ("prices", str(index))
        return departure.UnitPrice(self.kind, self.price.to_money(*path, "price"), self.net.to_money(*path, "net"))


@strawberry.input(description="The new departure of a journey.")
class DepartureOpenInput(Keyed):
    travel_product_id: strawberry.ID = strawberry.field(description="The journey that it is a departure of.")
    option_code: str = strawberry.field(description="Which option of the journey it is of.")
    starts_at: datetime = strawberry.field(description="When the journey starts.")
    ends_at: datetime = strawberry.field(description="When the journey ends, within a year.")
    prices: list[UnitPriceInput] = strawberry.field(description="What it costs by unit, in one currency.")
    capacity: int = strawberry.field(description="How many can come, 1 to 5,000.")
    singles: int = strawberry.field(default=0, description="How many single rooms are among them.")
    participants_min: int = strawberry.field(
        default=0, description="How many must have booked for it to take place; 0 always goes."
    )
    cut_off_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Until when it can be booked; until it starts when left out."
    )
    decide_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When it is decided; at the cut-off when left out."
    )

    def to_command(self) -> departure.OpenDeparture:
        return departure.OpenDeparture(
            product_id=id_of("TravelProduct", self.travel_product_id, "travelProductId"),
            option_code=self.option_code,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            prices=tuple(one.to_price(index) for index, one in enumerate(self.prices)),
            capacity=self.capacity,
            singles=self.singles,
            participants_min=self.participants_min,
            cut_off_at=given(self.cut_off_at),
            decide_at=given(self.decide_at),
        )


@strawberry.input(description="Which departure to call off, and why.")
class DepartureCancelInput(Keyed):
    departure_id: strawberry.ID = strawberry.field(description="The departure that this is about.")
    reason: str = strawberry.field(description="Why, in 1 to 500 characters; its buyers read it.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the departure is still at this version."
    )

    def to_command(self) -> departure.CancelDeparture:
        return departure.CancelDeparture(
            id_of("Departure", self.departure_id, "departureId"), self.reason, given(self.expected_version)
        )


fetchable("Departure", resolve.find)


@strawberry.type
class DepartureQuery:
    @strawberry.field(graphql_type=Departure, description="A departure of a journey.")
    async def departure(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which departure, by its id.")]
    ) -> Any:
        return await resolve.departure(info.context, id_of("Departure", id, "id"))


@strawberry.type
class DepartureMutation:
    departure_open = mutation(
        departure.open_,
        DepartureOpenInput,
        Departure,
        description="Open a departure of a journey.",
    )
    departure_cancel = mutation(
        trip.cancel_departure,
        DepartureCancelInput,
        Departure,
        WrongState,
        VersionConflict,
        description="Call a departure off: all who booked get everything back.",
    )
