"""Tailor-made journeys: asked for, quoted, and booked."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain import booking, trip_request
from resolvers import booking as booking_resolve
from resolvers import trip_request as resolve
from schema.booking import (
    AgeNotAllowed,
    Booking,
    ConsentMissing,
    PassportTooShort,
    TravellerDataMissing,
    TravellerInput,
    to_travellers,
)
from schema.cart import BookingPart, CartFull
from schema.departure import DepartureClosed, DepartureFull, UnitPrice, UnitPriceInput
from schema.enum import enum
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.ids import Node, global_id, id_of
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.policy import TravelCategory
from schema.scalars import Money, MoneyInput
from schema.travel_product import TravelProduct

REQUESTS = "tripRequests"
QUEUE = "tripRequestQueue"
BY_ID = (UUID(int=0),)

TripRequestState = enum(
    trip_request.TripRequestState,
    name="TripRequestState",
    description="Where a request for a journey stands.",
    SUBMITTED="The house has not answered yet.",
    QUOTED="The house has said what it would arrange.",
    ACCEPTED="The quote was taken and is booked; QUOTED again when it is not paid in time.",
    DECLINED="It ended without a journey.",
)


@noun(trip_request.TripQuote, description="What the house would arrange, and until when that stands.")
class TripQuote:
    option_code: str = strawberry.field(description="The option of the journey.")
    starts_at: datetime = strawberry.field(description="When the journey would start.")
    ends_at: datetime = strawberry.field(description="When the journey would end.")
    prices: list[UnitPrice] = strawberry.field(description="What it would cost by unit.")
    note: str = strawberry.field(description="What it would be like.")
    valid_until: datetime = strawberry.field(description="Until when it stands.")

    @strawberry.field(graphql_type=TravelProduct, description="The journey that it is made of.")
    async def product(root: trip_request.TripQuote, info: Info) -> Any:
        return await info.context.loaders.travel_product.load(root.product_id)


@noun(
    trip_request.TripRequest,
    description="A wish for a journey of one's own. Seen by who wishes for it, merchandisers and support.",
)
class TripRequest(Node):
    id: strawberry.ID = global_id("TripRequest")
    code: str = strawberry.field(description="The code that people use for it, such as TR-7K2M-9QXD.")
    category: TravelCategory = strawberry.field(description="What the journey is for.")  # type: ignore[valid-type]
    state: TripRequestState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    wishes: str = strawberry.field(description="What they wish for.")
    starts_on: date = strawberry.field(description="The first day that would suit.")
    ends_on: date = strawberry.field(description="The last day that would suit.")
    party: int = strawberry.field(description="How many would travel.")
    budget: Money | None = strawberry.field(
        description="What they had in mind for all of them; null where they did not say."
    )
    quote: TripQuote | None = strawberry.field(description="What the house would arrange; null until it has quoted.")
    created_at: datetime = strawberry.field(description="When it was asked for.")
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(graphql_type=Booking | None, description="What came of it; null until it was accepted.")
    async def booking(root: trip_request.TripRequest, info: Info) -> Any:
        return None if root.booking_id is None else await booking_resolve.find(info.context, root.booking_id)


@refused(trip_request.QuoteLapsed)
class QuoteLapsed(UserError):
    valid_until: datetime = strawberry.field(description="Until when it stood.")


@strawberry.input(description="The journey that somebody wishes for.")
class TripRequestSubmitInput(Keyed):
    category: TravelCategory = strawberry.field(description="What the journey is for.")  # type: ignore[valid-type]
    wishes: str = strawberry.field(description="What one wishes for, up to 2,000 characters.")
    starts_on: date = strawberry.field(description="The first day that would suit.")
    ends_on: date = strawberry.field(description="The last day that would suit.")
    party: int = strawberry.field(description="How many would travel, 1 to 12.")
    budget: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="What one has in mind for all of them; left out where one does not say."
    )

    def to_command(self) -> trip_request.SubmitTripRequest:
        budget = given(self.budget)
        return trip_request.SubmitTripRequest(
            category=self.category,
            wishes=self.wishes,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            party=self.party,
            budget=None if budget is None else budget.to_money("budget"),
        )


@strawberry.input(description="What the house would arrange.")
class TripRequestQuoteInput(Keyed):
    trip_request_id: strawberry.ID = strawberry.field(description="The request that the quote is for.")
    travel_product_id: strawberry.ID = strawberry.field(description="The journey that it is made of.")
    option_code: str = strawberry.field(description="In which of its options.")
    starts_at: datetime = strawberry.field(description="When the journey would start.")
    ends_at: datetime = strawberry.field(description="When the journey would end.")
    prices: list[UnitPriceInput] = strawberry.field(description="What it would cost by unit, in one currency.")
    note: str = strawberry.field(description="What it would be like, up to 2,000 characters.")
    valid_until: datetime = strawberry.field(description="Until when it stands.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the request is still at this version."
    )

    def to_command(self) -> trip_request.QuoteTrip:
        return trip_request.QuoteTrip(
            trip_request_id=id_of("TripRequest", self.trip_request_id, "tripRequestId"),
            product_id=id_of("TravelProduct", self.travel_product_id, "travelProductId"),
            option_code=self.option_code,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            prices=tuple(one.to_price(index) for index, one in enumerate(self.prices)),
            note=self.note,
            valid_until=self.valid_until,
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which quote to take, and who travels.")
class TripRequestAcceptInput(Keyed):
    trip_request_id: strawberry.ID = strawberry.field(description="The request that this is about.")
    travellers: list[TravellerInput] = strawberry.field(description="Who travels, no more than was asked for.")
    pay: BookingPart = strawberry.field(  # type: ignore[valid-type]
        default=booking.BookingPart.FULL,
        description="FULL for all of it, DEPOSIT for what is to be paid now where the departure is far enough away.",
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the request is still at this version."
    )

    def to_command(self) -> trip_request.AcceptTrip:
        return trip_request.AcceptTrip(
            id_of("TripRequest", self.trip_request_id, "tripRequestId"),
            to_travellers(self.travellers),
            booking.BookingPart(self.pay),
            given(self.expected_version),
        )


@strawberry.input(description="Which request ends without a journey.")
class TripRequestDeclineInput(Keyed):
    trip_request_id: strawberry.ID = strawberry.field(description="The request that this is about.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the request is still at this version."
    )

    def to_command(self) -> trip_request.DeclineTrip:
        return trip_request.DeclineTrip(
            id_of("TripRequest", self.trip_request_id, "tripRequestId"), given(self.expected_version)
        )


fetchable("TripRequest", resolve.find)


States = Annotated[
    list[TripRequestState] | None,  # type: ignore[valid-type]
    strawberry.argument(description="Only in these states; in any when left out."),
]


def wanted(states: Any) -> list[trip_request.TripRequestState]:
    return [trip_request.TripRequestState(state) for state in given(states) or ()]


@strawberry.type
class TripRequestQuery:
    @strawberry.field(graphql_type=TripRequest, description="A request for a journey of one's own.")
    async def trip_request(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which request, by its id.")]
    ) -> Any:
        return await resolve.trip_request(info.context, id_of("TripRequest", id, "id"))

    @strawberry.field(graphql_type=Connection[TripRequest], description="The caller's own requests, newest first.")
    async def trip_requests(
        self,
        info: Info,
        states: States = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            REQUESTS, BY_ID, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.own(info.context, wanted(states), page), list_name=REQUESTS)

    @strawberry.field(
        graphql_type=Connection[TripRequest],
        description="Everybody's requests, oldest first.",
    )
    async def trip_request_queue(
        self,
        info: Info,
        states: States = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            QUEUE, BY_ID, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.queue(info.context, wanted(states), page), list_name=QUEUE)


@strawberry.type
class TripRequestMutation:
    trip_request_submit = mutation(
        trip_request.submit,
        TripRequestSubmitInput,
        TripRequest,
        description="Ask for a journey that is not in the catalogue.",
    )
    trip_request_quote = mutation(
        trip_request.quote,
        TripRequestQuoteInput,
        TripRequest,
        WrongState,
        VersionConflict,
        description="Say what the house would arrange; said again, it takes the place of before.",
    )
    trip_request_accept = mutation(
        trip_request.accept,
        TripRequestAcceptInput,
        TripRequest,
        QuoteLapsed,
        DepartureFull,
        DepartureClosed,
        AgeNotAllowed,
        ConsentMissing,
        TravellerDataMissing,
        PassportTooShort,
        CartFull,
        WrongState,
        VersionConflict,
        description="Take what was quoted: a departure of one's own is held, and lies in the cart until it is paid.",
    )
    trip_request_decline = mutation(
        trip_request.decline,
        TripRequestDeclineInput,
        TripRequest,
        WrongState,
        VersionConflict,
        description="End a request without a journey.",
    )
