"""Club shops: where they are, when they are open, what one can come for."""

from datetime import date, datetime, time
from typing import Annotated, Any

import strawberry

from domain import appointment, associate, shop
from domain.refusal import InvalidInput
from resolvers import shop as resolve
from schema.account import Account
from schema.enum import enum
from schema.errors import VersionConflict
from schema.ids import IdOrSlugInput, Node, global_id, id_of
from schema.localized import LocalizedInput, localized
from schema.merchandise import SlugTaken
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.scalars import CountryCode

ShopPurpose = enum(
    shop.Purpose,
    name="ShopPurpose",
    description="What somebody comes to a shop for.",
    DROP_OFF="To bring a piece that is consigned.",
    VIEWING="To look at something.",
    APPRAISAL="To have something looked at.",
)

SHOPS = "clubShops"


# Nouns


@noun(shop.Address, description="The address of a club shop.")
class ShopAddress:
    street: str = strawberry.field(description="Street and number.")
    city: str = strawberry.field(description="The name of the city.")
    postal_code: str = strawberry.field(description="The postal code of the address.")
    country: CountryCode = strawberry.field(description="The country that it is in.")


@noun(shop.OpeningHours, description="One stretch of one weekday, in the shop's own time.")
class OpeningHours:
    weekday: int = strawberry.field(description="The day of the week, 1 for Monday to 7 for Sunday.")

    @strawberry.field(description="When it opens, such as 10:00.")
    def opens(root: shop.OpeningHours) -> str:
        return root.opens.isoformat("minutes")

    @strawberry.field(description="When it closes, such as 19:00.")
    def closes(root: shop.OpeningHours) -> str:
        return root.closes.isoformat("minutes")


@noun(shop.ShopService, description="Something that one can make an appointment for.")
class ShopService:
    purpose: ShopPurpose = strawberry.field(description="What customers come for.")  # type: ignore[valid-type]
    capacity: int = strawberry.field(description="How many appointments may start at the same time.")


@noun(appointment.Slot, description="A time at which an appointment can start.")
class ShopSlot:
    purpose: ShopPurpose = strawberry.field(description="What customers come for.")  # type: ignore[valid-type]
    starts_at: datetime = strawberry.field(description="When the appointment would start.")
    free: int = strawberry.field(description="How many places are left at that time.")


@noun(shop.ClubShop, description="A shop of the house. Seen by everybody.")
class ClubShop(Node):
    id: strawberry.ID = global_id("ClubShop")
    slug: str = strawberry.field(description="Its name in web addresses.")
    name: str = localized("name", description="What it is called.")
    address: ShopAddress = strawberry.field(description="The address of the shop.")
    time_zone: str = strawberry.field(description="Its time zone by IANA, such as Asia/Shanghai.")
    hours: list[OpeningHours] = strawberry.field(description="When it is open, in the order of the week.")
    services: list[ShopService] = strawberry.field(description="What one can make an appointment for.")
    slot_minutes: int = strawberry.field(description="How long an appointment takes, in minutes.")
    active: bool = strawberry.field(description="False for a shop that was closed for good.")
    version: int = strawberry.field(description="Goes up by one with every change.")

    @strawberry.field(
        graphql_type=list["ShopAssociate"],
        description="The associates who work there, the longest first. For staff; empty for others.",
    )
    async def associates(root: shop.ClubShop, info: Info) -> Any:
        return await resolve.associates(info.context, root)

    @strawberry.field(graphql_type=list[ShopSlot], description="The slots with places left, in order.")
    async def slots(
        root: shop.ClubShop,
        info: Info,
        purpose: Annotated[ShopPurpose, strawberry.argument(description="What the customer would come for.")],  # type: ignore[valid-type]
        first_day: Annotated[
            date | None,
            strawberry.argument(description="From this day of the shop's calendar on; today when left out."),
        ] = strawberry.UNSET,
        days: Annotated[int, strawberry.argument(description="For how many days, 1 to 31.")] = 7,
    ) -> Any:
        start = given(first_day) or root.local_day(info.context.now)
        return await resolve.slots(info.context, root, shop.Purpose(purpose), start, days)


@noun(associate.Associate, description="Somebody who works in a club shop, or did. Seen by staff.")
class ShopAssociate:
    since: datetime = strawberry.field(description="Since when they work there.")
    left_at: datetime | None = strawberry.field(description="When they left; null while they work there.")

    @strawberry.field(graphql_type=ClubShop, description="The club shop that they work in.")
    async def shop(root: associate.Associate, info: Info) -> Any:
        return await info.context.loaders.club_shop.load(root.shop_id)

    @strawberry.field(graphql_type=Account, description="The account of the associate.")
    async def account(root: associate.Associate, info: Info) -> Any:
        return await info.context.loaders.account.load(root.account_id)


async def fetch(context: Any, shop_id: Any) -> Any:
    return await context.loaders.club_shop.load(shop_id)


fetchable("ClubShop", fetch)


# Inputs


@strawberry.input(description="The address of a club shop.")
class ShopAddressInput:
    street: str = strawberry.field(description="Street and number.")
    city: str = strawberry.field(description="The name of the city.")
    postal_code: str = strawberry.field(description="The postal code of the address.")
    country: CountryCode = strawberry.field(description="The country that it is in.")

    def to_address(self) -> shop.Address:
        return shop.Address(self.street, self.city, self.postal_code, self.country)


@strawberry.input(description="One stretch of one weekday, in the shop's own time.")
class OpeningHoursInput:
    weekday: int = strawberry.field(description="The day of the week, 1 for Monday to 7 for Sunday.")
    opens: str = strawberry.field(description="When it opens, such as 10:00.")
    closes: str = strawberry.field(description="When it closes, such as 19:00.")

    def to_hours(self) -> shop.OpeningHours:
        return shop.OpeningHours(self.weekday, clock(self.opens, "opens"), clock(self.closes, "closes"))


@strawberry.input(description="Something that one can make an appointment for.")
class ShopServiceInput:
    purpose: ShopPurpose = strawberry.field(description="What customers come for.")  # type: ignore[valid-type]
    capacity: int = strawberry.field(description="How many appointments may start at the same time, 1 to 50.")

    def to_service(self) -> shop.ShopService:
        return shop.ShopService(shop.Purpose(self.purpose), self.capacity)


def clock(text: str, field: str) -> time:
    """A time of day in hours and minutes."""
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 (a clock on the wall has no zone)
    except ValueError as error:
        raise InvalidInput("A time of day is such as 10:00.", path=("hours", field)) from error


@strawberry.input(description="The new club shop.")
class ClubShopOpenInput(Keyed):
    slug: str = strawberry.field(description="Its name in web addresses: small letters, digits and dashes.")
    name: LocalizedInput = strawberry.field(description="What it is called.")
    address: ShopAddressInput = strawberry.field(description="The address of the shop.")
    time_zone: str = strawberry.field(description="Its time zone by IANA, such as Asia/Shanghai.")
    hours: list[OpeningHoursInput] = strawberry.field(description="When it is open.")
    services: list[ShopServiceInput] = strawberry.field(description="What one can make an appointment for.")
    slot_minutes: int = strawberry.field(default=30, description="How long an appointment takes, in minutes.")

    def to_command(self) -> shop.OpenShop:
        return shop.OpenShop(
            slug=self.slug,
            name=self.name.to_localized("name", longest=120),
            address=self.address.to_address(),
            time_zone=self.time_zone,
            hours=tuple(one.to_hours() for one in self.hours),
            services=tuple(one.to_service() for one in self.services),
            slot_minutes=self.slot_minutes,
        )


@strawberry.input(description="What changes in a club shop; what is left out stays.")
class ClubShopUpdateInput(Keyed):
    shop_id: strawberry.ID = strawberry.field(description="The shop that this is about.")
    name: LocalizedInput | None = strawberry.field(default=strawberry.UNSET, description="What it is called.")
    address: ShopAddressInput | None = strawberry.field(
        default=strawberry.UNSET, description="The address of the shop."
    )
    hours: list[OpeningHoursInput] | None = strawberry.field(
        default=strawberry.UNSET, description="When it is open, all of it."
    )
    services: list[ShopServiceInput] | None = strawberry.field(
        default=strawberry.UNSET, description="What one can make an appointment for, all of it."
    )
    slot_minutes: int | None = strawberry.field(
        default=strawberry.UNSET, description="How long an appointment takes, in minutes."
    )
    active: bool | None = strawberry.field(default=strawberry.UNSET, description="False closes it for good.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the shop is still at this version."
    )

    def to_command(self) -> shop.UpdateShop:
        name, address = given(self.name), given(self.address)
        hours, services = given(self.hours), given(self.services)
        return shop.UpdateShop(
            shop_id=id_of("ClubShop", self.shop_id, "shopId"),
            name=None if name is None else name.to_localized("name", longest=120),
            address=None if address is None else address.to_address(),
            hours=None if hours is None else tuple(one.to_hours() for one in hours),
            services=None if services is None else tuple(one.to_service() for one in services),
            slot_minutes=given(self.slot_minutes),
            active=given(self.active),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Who works in which club shop from now on.")
class ShopAssociateAppointInput(Keyed):
    shop_id: strawberry.ID = strawberry.field(description="The shop that this is about.")
    account_id: strawberry.ID = strawberry.field(
        description="The account of the associate, which has the role SHOP_ASSOCIATE."
    )

    def to_command(self) -> associate.Appoint:
        return associate.Appoint(
            id_of("ClubShop", self.shop_id, "shopId"), id_of("Account", self.account_id, "accountId")
        )


@strawberry.input(description="Who works in which club shop no more.")
class ShopAssociateDismissInput(Keyed):
    shop_id: strawberry.ID = strawberry.field(description="The shop that this is about.")
    account_id: strawberry.ID = strawberry.field(description="The account of the associate.")

    def to_command(self) -> associate.Dismiss:
        return associate.Dismiss(
            id_of("ClubShop", self.shop_id, "shopId"), id_of("Account", self.account_id, "accountId")
        )


By = Annotated[IdOrSlugInput, strawberry.argument(description="Its id, or its name in web addresses.")]


# Root fields


@strawberry.type
class ShopQuery:
    @strawberry.field(graphql_type=ClubShop, description="A club shop, by its id or its name in web addresses.")
    async def club_shop(self, info: Info, by: By) -> Any:
        return await resolve.club_shop(info.context, *by.read("ClubShop"))

    @strawberry.field(graphql_type=Connection[ClubShop], description="The club shops, by their names in web addresses.")
    async def club_shops(
        self,
        info: Info,
        country: Annotated[
            CountryCode | None, strawberry.argument(description="Only in this country; in any when left out.")
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            SHOPS, ("",), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.club_shops(info.context, given(country), page), list_name=SHOPS)


@strawberry.type
class ShopMutation:
    club_shop_open = mutation(shop.open_, ClubShopOpenInput, ClubShop, SlugTaken, description="Open a club shop.")
    club_shop_update = mutation(
        shop.update,
        ClubShopUpdateInput,
        ClubShop,
        VersionConflict,
        description="Change a club shop; appointments that stand are kept.",
    )
    shop_associate_appoint = mutation(
        associate.appoint,
        ShopAssociateAppointInput,
        ShopAssociate,
        description="Say that somebody works in a club shop: an associate acts for their own shops alone.",
    )
    shop_associate_dismiss = mutation(
        associate.dismiss,
        ShopAssociateDismissInput,
        ShopAssociate,
        description="Say that somebody works in a club shop no more; it counts at once.",
    )
