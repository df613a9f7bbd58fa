"""Bookings: places of a departure, held, paid, confirmed, and travelled or called off."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain import booking, trip
from domain.order import OrderId
from resolvers import booking as resolve
from resolvers import order as order_resolve
from schema.cart import BookingLapsed, BookingPart, Cart, CartFull
from schema.departure import Departure, DepartureClosed, DepartureFull, TravelUnitKind
from schema.enum import enum
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.ids import Node, global_id, id_of
from schema.mutation import Info, Keyed, MoneyMove, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.order import Order
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.policy import CancellationLadder, PolicyPin, TaxBasis, TravelCategory, TravelCategoryRule, TravellerDatum
from schema.scalars import CountryCode, CurrencyCode, Money

BOOKINGS = "bookings"
QUEUE = "bookingQueue"
BY_ID = (UUID(int=0),)

BookingState = enum(
    booking.BookingState,
    name="BookingState",
    description="Where a booking stands.",
    ON_HOLD="The places are kept for the buyer until they are paid.",
    PENDING="The places are paid; the supplier has not answered yet.",
    CONFIRMED="The supplier expects the travellers.",
    REJECTED="The supplier said no, and everything that was paid went back.",
    EXPIRED="It was not paid or not confirmed in time; everything that was paid went back.",
    CANCELLED="It was called off; what the cancellation ladder leaves went back.",
    TRAVELLED="The journey is over.",
)


# Nouns


@noun(booking.GuardianConsent, description="A parent or guardian agrees that somebody under age travels.")
class GuardianConsent:
    name: str = strawberry.field(description="The name of who agrees.")
    relation: str = strawberry.field(description="What they are to the traveller.")
    phone: str = strawberry.field(description="A telephone number where they can be reached.")
    given_at: datetime = strawberry.field(description="When the guardian agreed.")


@noun(booking.Passport, description="A traveller's passport; its number is for the supplier to ask.")
class Passport:
    country: CountryCode = strawberry.field(description="The country that issued it.")
    valid_until: date = strawberry.field(description="The last day that it is valid on.")


@noun(booking.EmergencyContact, description="Whom to call at home.")
class EmergencyContact:
    name: str = strawberry.field(description="The name of who is called.")
    relation: str = strawberry.field(description="What they are to the traveller.")
    phone: str = strawberry.field(description="A telephone number where they can be reached.")


@noun(booking.SchoolConsent, description="A school lets somebody go.")
class SchoolConsent:
    name: str = strawberry.field(description="The name of the school.")
    contact: str = strawberry.field(description="Who said so there.")
    given_at: datetime = strawberry.field(description="When the school agreed.")


@noun(
    booking.Traveller,
    description="Somebody who travels. What is asked beyond name and age is forgotten when the booking is over.",
)
class Traveller:
    unit: TravelUnitKind = strawberry.field(description="As whom somebody takes part.")  # type: ignore[valid-type]
    given_name: str = strawberry.field(description="The given name, as in the passport.")
    family_name: str = strawberry.field(description="The family name, as in the passport.")
    birth_date: date = strawberry.field(description="The day of birth.")
    guardian: GuardianConsent | None = strawberry.field(description="Who agreed; null where nobody had to.")
    passport: Passport | None = strawberry.field(description="Their passport; null where none is asked for.")
    emergency: EmergencyContact | None = strawberry.field(
        name="emergencyContact", description="Whom to call at home; null where nobody asks."
    )
    diet: str | None = strawberry.field(description="What they can not eat; null where nobody asks.")
    school: SchoolConsent | None = strawberry.field(description="Which school agreed; null where none had to.")


@noun(booking.Installment, description="What is to be paid for a booking, and until when.")
class BookingInstallment:
    part: BookingPart = strawberry.field(description="Which part of the price it pays.")  # type: ignore[valid-type]
    amount: Money = strawberry.field(description="How much is to be paid.")
    due_at: datetime = strawberry.field(description="Until when it is to be paid.")


@noun(booking.BookingPayment, description="What an order pays, or has paid, of a booking.")
class BookingPayment:
    part: BookingPart = strawberry.field(description="Which part of the price it pays.")  # type: ignore[valid-type]
    amount: Money = strawberry.field(description="How much is, or was, paid.")
    paid_at: datetime | None = strawberry.field(description="When it was paid; null while it is not.")

    @strawberry.field(graphql_type=Order | None, description="The order; null for those who do not see orders.")
    async def order(root: booking.BookingPayment, info: Info) -> Any:
        return await order_resolve.find(info.context, OrderId(root.order_id))


@noun(booking.BookingIntake, description="Medical details of a booking, kept sealed and forgotten after the journey.")
class BookingIntake:
    submitted_at: datetime = strawberry.field(description="When they were last said.")
    purge_at: datetime = strawberry.field(description="When they are forgotten at the latest.")
    purged_at: datetime | None = strawberry.field(description="When they were forgotten; null while they are there.")

    @strawberry.field(description="The details; null once they were forgotten.")
    def text(root: booking.BookingIntake, info: Info) -> str | None:
        return resolve.opened(info.context, root)


@noun(
    booking.Booking,
    description="Places of a departure that somebody holds or has bought. Seen by the buyer, by whoever acts "
    "for the supplier once it is paid, and by support, merchandisers, finance and those who care "
    "for medical journeys.",
)
class Booking(Node):
    id: strawberry.ID = global_id("Booking")
    code: str = strawberry.field(description="The code that people use for it, such as BK-7K2M-9QXD.")
    category: TravelCategory = strawberry.field(description="What the journey is for.")  # type: ignore[valid-type]
    state: BookingState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    currency: CurrencyCode = strawberry.field(description="The currency of its amounts.")  # type: ignore[valid-type]
    price: Money = strawberry.field(description="What it costs, taxes included.")
    paid: Money = strawberry.field(description="What was paid of it.")
    balance: Money = strawberry.field(description="What is still to be paid.")
    sold_by_house: bool = strawberry.field(description="Whether the house is the seller of record.")
    tax_basis: TaxBasis = strawberry.field(description="What the house is taxed on.")  # type: ignore[valid-type]
    ladder: CancellationLadder = strawberry.field(
        description="The cancellation terms that it was made under: what calling it off costs."
    )
    rule: TravelCategoryRule = strawberry.field(description="What is asked of its travellers.")
    pins: list[PolicyPin] = strawberry.field(description="The versions of the policies that it was made under.")
    starts_at: datetime = strawberry.field(description="When the journey starts.")
    ends_at: datetime = strawberry.field(description="When the journey ends.")
    schedule: list[BookingInstallment] = strawberry.field(description="What is to be paid, and until when.")
    payments: list[BookingPayment] = strawberry.field(description="What orders pay, or have paid, of it.")
    held_at: datetime = strawberry.field(description="When the places were taken.")
    expires_at: datetime | None = strawberry.field(
        description="Until when it has to be paid, or then confirmed; null once it is."
    )
    supplier_reference: str | None = strawberry.field(
        description="The supplier's own reference; null until it is confirmed."
    )
    confirmed_at: datetime | None = strawberry.field(description="When the supplier confirmed it; null until then.")
    ended_at: datetime | None = strawberry.field(description="When the booking was over; null until then.")
    end_reason: str | None = strawberry.field(
        description="Why it was rejected, lapsed or called off; null for none of these."
    )
    retained: Money | None = strawberry.field(description="What calling it off has cost; null unless it was.")
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(graphql_type=Money, description="What calling it off at this moment would cost.")
    def retained_now(root: booking.Booking, info: Info) -> Any:
        return root.retained_at(info.context.now) if root.retained is None else root.retained

    @strawberry.field(
        graphql_type=list[Traveller] | None,
        description="Who travels. For the buyer, the supplier and support; null for others.",
    )
    async def travellers(root: booking.Booking, info: Info) -> Any:
        return await resolve.travellers(info.context, root)

    @strawberry.field(
        graphql_type=Money | None,
        description="What the house owes the supplier for it. For the supplier and finance; null for others.",
    )
    async def net(root: booking.Booking, info: Info) -> Any:
        return await resolve.net(info.context, root)

    @strawberry.field(
        graphql_type=BookingIntake | None,
        description="Medical details. For the buyer, and for staff with the role MEDICAL, which no other role "
        "includes; null for others.",
    )
    async def intake(root: booking.Booking, info: Info) -> Any:
        return await resolve.intake(info.context, root)

    @strawberry.field(
        graphql_type=Departure | None,
        description="The departure that the places are of; null for those who may not see it.",
    )
    async def departure(root: booking.Booking, info: Info) -> Any:
        return await info.context.loaders.departure.load(root.departure_id)


# Refusals


@refused(booking.AgeNotAllowed)
class AgeNotAllowed(UserError):
    age: int = strawberry.field(description="How old the traveller is on the day of departure.")
    age_min: int = strawberry.field(description="How old at least.")
    age_max: int | None = strawberry.field(description="How old at most; null without an upper end.")


@refused(booking.TravellerDataMissing)
class TravellerDataMissing(UserError):
    missing: list[TravellerDatum] = strawberry.field(  # type: ignore[valid-type]
        description="What the category asks and was not said."
    )


@refused(booking.PassportTooShort)
class PassportTooShort(UserError):
    valid_until: date = strawberry.field(description="The last day that the passport is valid on.")
    needed_until: date = strawberry.field(description="The day that it has to be valid on.")


@refused(booking.ConsentMissing)
class ConsentMissing(UserError):
    age: int = strawberry.field(description="How old the traveller is on the day of departure.")
    below_age: int = strawberry.field(description="Below which age a guardian has to agree.")


@refused(booking.IntakeMissing)
class IntakeMissing(UserError):
    pass


# Inputs


@strawberry.input(description="A parent or guardian agrees that somebody under age travels.")
class GuardianConsentInput:
    name: str = strawberry.field(description="The name of who agrees, 1 to 80 characters.")
    relation: str = strawberry.field(description="What they are to the traveller, such as mother.")
    phone: str = strawberry.field(description="A telephone number where they can be reached, 1 to 40 characters.")


@strawberry.input(description="A traveller's passport, without its number.")
class PassportInput:
    country: CountryCode = strawberry.field(description="The country that issued it.")
    valid_until: date = strawberry.field(description="The last day that it is valid on.")


@strawberry.input(description="Whom to call at home.")
class EmergencyContactInput:
    name: str = strawberry.field(description="The name of who is called, 1 to 80 characters.")
    relation: str = strawberry.field(description="What they are to the traveller, such as sister.")
    phone: str = strawberry.field(description="A telephone number where they can be reached, 1 to 40 characters.")


@strawberry.input(description="A school lets somebody go.")
class SchoolConsentInput:
    name: str = strawberry.field(description="The name of the school, 1 to 80 characters.")
    contact: str = strawberry.field(description="Who said so there, 1 to 80 characters.")


@strawberry.input(
    description="Somebody who travels. What is said beyond name and age is kept where the category asks for it."
)
class TravellerInput:
    unit: TravelUnitKind = strawberry.field(description="As whom somebody takes part.")  # type: ignore[valid-type]
    given_name: str = strawberry.field(description="The given name, as in the passport, 1 to 80 characters.")
    family_name: str = strawberry.field(description="The family name, as in the passport, 1 to 80 characters.")
    birth_date: date = strawberry.field(description="The day of birth.")
    guardian: GuardianConsentInput | None = strawberry.field(
        default=strawberry.UNSET, description="Who agrees, where the category asks for it."
    )
    passport: PassportInput | None = strawberry.field(
        default=strawberry.UNSET, description="Their passport, where the category asks for it."
    )
    emergency_contact: EmergencyContactInput | None = strawberry.field(
        default=strawberry.UNSET, description="Whom to call at home, where the category asks for it."
    )
    diet: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="What they can not eat, or that there is nothing, where the category asks for it; "
        "1 to 500 characters.",
    )
    school: SchoolConsentInput | None = strawberry.field(
        default=strawberry.UNSET, description="Which school lets them go, where the category asks for it."
    )

    def to_traveller(self, now: datetime) -> booking.Traveller:
        said, passport = given(self.guardian), given(self.passport)
        home, school = given(self.emergency_contact), given(self.school)
        return booking.Traveller(
            unit=self.unit,
            given_name=self.given_name,
            family_name=self.family_name,
            birth_date=self.birth_date,
            guardian=None if said is None else booking.GuardianConsent(said.name, said.relation, said.phone, now),
            passport=None if passport is None else booking.Passport(passport.country, passport.valid_until),
            emergency=None if home is None else booking.EmergencyContact(home.name, home.relation, home.phone),
            diet=given(self.diet),
            school=None if school is None else booking.SchoolConsent(school.name, school.contact, now),
        )


UNSTAMPED = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
"""In the place of the moment of a consent, which is that of the booking."""


def to_travellers(travellers: list[TravellerInput]) -> tuple[booking.Traveller, ...]:
    return tuple(one.to_traveller(UNSTAMPED) for one in travellers)


@strawberry.input(description="Which places of a departure to hold, and for whom.")
class BookingHoldInput(Keyed):
    departure_id: strawberry.ID = strawberry.field(description="The departure to hold places of.")
    travellers: list[TravellerInput] = strawberry.field(description="Who travels, 1 to 12.")
    pay: BookingPart = strawberry.field(  # type: ignore[valid-type]
        default=booking.BookingPart.FULL,
        description="FULL for all of it, DEPOSIT for what is to be paid now where the departure is far enough away.",
    )

    def to_command(self) -> trip.HoldBooking:
        return trip.HoldBooking(
            id_of("Departure", self.departure_id, "departureId"),
            to_travellers(self.travellers),
            booking.BookingPart(self.pay),
        )


@strawberry.input(description="Which booking's balance to put into the cart.")
class BookingPayBalanceInput(Keyed):
    booking_id: strawberry.ID = strawberry.field(description="The booking that this is about.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the booking is still at this version."
    )

    def to_command(self) -> trip.PayBalance:
        return trip.PayBalance(id_of("Booking", self.booking_id, "bookingId"), given(self.expected_version))


@strawberry.input(description="Which booking the supplier confirms.")
class BookingConfirmInput(Keyed):
    booking_id: strawberry.ID = strawberry.field(description="The booking that this is about.")
    reference: str = strawberry.field(description="The supplier's own reference, 1 to 80 characters.")

    def to_command(self) -> trip.ConfirmBooking:
        return trip.ConfirmBooking(id_of("Booking", self.booking_id, "bookingId"), self.reference)


@strawberry.input(description="Which booking the supplier rejects, and why.")
class BookingRejectInput(MoneyMove):
    booking_id: strawberry.ID = strawberry.field(description="The booking that this is about.")
    reason: str = strawberry.field(description="Why, in 1 to 500 characters; the buyer reads it.")

    def to_command(self) -> trip.RejectBooking:
        return trip.RejectBooking(
            id_of("Booking", self.booking_id, "bookingId"), self.reason, given(self.expected_version)
        )


@strawberry.input(description="Which booking to call off, and why.")
class BookingCancelInput(MoneyMove):
    booking_id: strawberry.ID = strawberry.field(description="The booking that this is about.")
    reason: str = strawberry.field(description="Why, in 1 to 500 characters.")

    def to_command(self) -> trip.CancelBooking:
        return trip.CancelBooking(
            id_of("Booking", self.booking_id, "bookingId"), self.reason, given(self.expected_version)
        )


@strawberry.input(description="What those who care for the travellers of a medical journey have to know.")
class BookingSubmitIntakeInput(Keyed):
    booking_id: strawberry.ID = strawberry.field(description="The booking that this is about.")
    text: str = strawberry.field(description="The details, up to 10,000 characters; kept sealed.")

    def to_command(self) -> trip.IntakeSaid:
        return trip.IntakeSaid(id_of("Booking", self.booking_id, "bookingId"), self.text)


@strawberry.input(description="Which bookings: all that match everything given.")
class BookingFilterInput:
    states: list[BookingState] | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="Only in these states."
    )
    departure_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Only of this departure."
    )

    def to_filter(self) -> booking.BookingFilter:
        departure_id = given(self.departure_id)
        return booking.BookingFilter(
            states=tuple(booking.BookingState(state) for state in given(self.states) or ()),
            departure_id=None if departure_id is None else id_of("Departure", departure_id, "filter", "departureId"),
        )


fetchable("Booking", resolve.find)


# Root fields


@strawberry.type
class BookingQuery:
    @strawberry.field(graphql_type=Booking, description="A booking.")
    async def booking(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which booking, by its id.")]
    ) -> Any:
        return await resolve.booking(info.context, id_of("Booking", id, "id"))

    @strawberry.field(graphql_type=Connection[Booking], description="The caller's own bookings, newest first.")
    async def bookings(
        self,
        info: Info,
        states: Annotated[
            list[BookingState] | None,  # type: ignore[valid-type]
            strawberry.argument(description="Only in these states; in any when left out."),
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            BOOKINGS, BY_ID, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        wanted = [booking.BookingState(state) for state in given(states) or ()]
        return Connection(page=await resolve.own(info.context, wanted, page), list_name=BOOKINGS)

    @strawberry.field(
        graphql_type=Connection[Booking],
        description="What is booked, oldest first: of one's own journeys for whoever acts for a supplier, of all "
        "journeys for staff.",
    )
    async def booking_queue(
        self,
        info: Info,
        filter: Annotated[
            BookingFilterInput | None, strawberry.argument(description="Which of them; all when left out.")
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        wanted = given(filter)
        page = page_request(
            QUEUE, BY_ID, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        asked = booking.BookingFilter() if wanted is None else wanted.to_filter()
        return Connection(page=await resolve.queue(info.context, asked, page), list_name=QUEUE)


@strawberry.type
class BookingMutation:
    booking_hold = mutation(
        trip.hold,
        BookingHoldInput,
        Booking,
        DepartureFull,
        DepartureClosed,
        AgeNotAllowed,
        ConsentMissing,
        TravellerDataMissing,
        PassportTooShort,
        CartFull,
        description="Hold places of a departure for a while, and put them in the cart of its currency.",
    )
    booking_pay_balance = mutation(
        trip.pay_balance,
        BookingPayBalanceInput,
        Cart,
        BookingLapsed,
        CartFull,
        WrongState,
        VersionConflict,
        description="Put what is still to be paid of a booking into the cart.",
    )
    booking_confirm = mutation(
        trip.confirm,
        BookingConfirmInput,
        Booking,
        WrongState,
        IntakeMissing,
        description="Confirm that the travellers are expected.",
    )
    booking_reject = mutation(
        trip.reject,
        BookingRejectInput,
        Booking,
        WrongState,
        VersionConflict,
        description="Reject a booking that waits: everything that was paid goes back.",
    )
    booking_cancel = mutation(
        trip.cancel,
        BookingCancelInput,
        Booking,
        WrongState,
        VersionConflict,
        description="Call a booking off. What its ladder leaves goes back to where it came from; what is only held "
        "costs nothing.",
    )
    booking_submit_intake = mutation(
        trip.submit_intake,
        BookingSubmitIntakeInput,
        Booking,
        WrongState,
        description="Say the medical details of a journey. They are sealed before they are kept.",
        prepare=resolve.seal,
    )
