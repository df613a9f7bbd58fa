"""Journeys and experiences, with their options and units."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain import travel_product
from resolvers import departure as departure_resolve
from resolvers import supplier as supplier_resolve
from resolvers import travel_product as resolve
from schema.departure import DEPARTURES, STARTING, TravelUnitKind
from schema.enum import enum
from schema.ids import IdOrSlugInput, Node, global_id, id_of
from schema.localized import LocalizedInput, localized
from schema.merchandise import SlugTaken
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.policy import TravelCategory
from schema.scalars import CountryCode
from schema.supplier import RevenueShareInput, Supplier

if TYPE_CHECKING:
    from schema.departure import Departure

PRODUCTS = "travelProducts"

SellerOfRecord = enum(
    travel_product.SellerOfRecord,
    name="TravelSeller",
    description="Who sells a journey: the house as organiser, or the supplier through the house.",
    HOUSE="The house, as organiser; it is taxed on its margin.",
    SUPPLIER="The supplier, through the house as agent; the house is taxed on its commission.",
)


@noun(travel_product.TravelUnit, description="As whom one takes part in an option.")
class TravelUnit:
    kind: TravelUnitKind = strawberry.field(description="As whom somebody takes part.")  # type: ignore[valid-type]
    age_min: int = strawberry.field(description="How old at least, on the day of departure.")
    age_max: int | None = strawberry.field(description="How old at most; null without an upper end.")


@noun(travel_product.TravelOption, description="One way of taking part in a journey.")
class TravelOption:
    code: str = strawberry.field(description="A short name within the journey.")
    units: list[TravelUnit] = strawberry.field(description="As whom one takes part.")

    name: str = localized("name", description="What it is called.")


@noun(travel_product.Place, description="Where a journey begins.")
class TravelPlace:
    city: str = strawberry.field(description="The name of the city.")
    country: CountryCode = strawberry.field(description="The country that it is in.")
    time_zone: str = strawberry.field(description="Its time zone, by the IANA database.")
    airport: str | None = strawberry.field(description="The airport to fly to, by IATA; null where there is none.")


@noun(travel_product.TravelProduct, description="A journey or an experience that a supplier offers. Seen by everybody.")
class TravelProduct(Node):
    id: strawberry.ID = global_id("TravelProduct")
    slug: str = strawberry.field(description="Its name in web addresses.")
    category: TravelCategory = strawberry.field(description="What it is for.")  # type: ignore[valid-type]
    operator: str = strawberry.field(description="Who runs it on the day.")
    seller: SellerOfRecord = strawberry.field(description="Who is the seller of record.")  # type: ignore[valid-type]
    place: TravelPlace = strawberry.field(description="The place where it begins.")
    options: list[TravelOption] = strawberry.field(description="The ways of taking part.")
    ladder_code: str = strawberry.field(description="The code of the cancellation terms that a booking gets.")
    instant: bool = strawberry.field(description="Whether it is confirmed as soon as it is paid.")

    name: str = localized("name", description="What it is called.")
    story: str = localized("story", description="What it is like.")

    @strawberry.field(
        graphql_type=Supplier | None, description="Whose journey it is. For those who see suppliers; null for others."
    )
    async def supplier(root: travel_product.TravelProduct, info: Info) -> Any:
        return await supplier_resolve.find(info.context, root.supplier_id)

    @strawberry.field(
        graphql_type=Connection[Annotated["Departure", strawberry.lazy("schema.departure")]],
        description="When it takes place, from now on.",
    )
    async def departures(
        root: travel_product.TravelProduct,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            DEPARTURES, STARTING, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        found = await departure_resolve.of_product(info.context, root.id, page)
        return Connection(page=found, list_name=DEPARTURES)


@strawberry.input(description="As whom one takes part in an option.")
class TravelUnitInput:
    kind: TravelUnitKind = strawberry.field(description="As whom somebody takes part.")  # type: ignore[valid-type]
    age_min: int = strawberry.field(default=0, description="How old at least, on the day of departure.")
    age_max: int | None = strawberry.field(
        default=strawberry.UNSET, description="How old at most; left out without an upper end."
    )


@strawberry.input(description="One way of taking part in a journey.")
class TravelOptionInput:
    code: str = strawberry.field(description="A short name within the journey, in capital letters and digits.")
    name: LocalizedInput = strawberry.field(description="What it is called.")
    units: list[TravelUnitInput] = strawberry.field(description="As whom one takes part, each kind once.")

    def to_option(self, index: int) -> travel_product.TravelOption:
        return travel_product.TravelOption(
            self.code,
            self.name.to_localized("options", str(index), "name", longest=200),
            tuple(travel_product.TravelUnit(one.kind, one.age_min, given(one.age_max)) for one in self.units),
        )


@strawberry.input(description="Where a journey begins.")
class TravelPlaceInput:
    city: str = strawberry.field(description="The name of the city.")
    country: CountryCode = strawberry.field(description="The country that it is in.")
    time_zone: str = strawberry.field(description="Its time zone, such as Europe/Paris.")
    airport: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The airport to fly to, three capital letters by IATA; left out where there is none.",
    )


@strawberry.input(description="The new journey of a supplier.")
class TravelProductCreateInput(Keyed):
    slug: str = strawberry.field(description="Its name in web addresses, never changed.")
    category: TravelCategory = strawberry.field(description="What it is for.")  # type: ignore[valid-type]
    supplier_id: strawberry.ID = strawberry.field(description="The supplier whose journey it is.")
    operator: str = strawberry.field(description="Who runs it on the day, 1 to 200 characters.")
    seller: SellerOfRecord = strawberry.field(description="Who is the seller of record.")  # type: ignore[valid-type]
    name: LocalizedInput = strawberry.field(description="What it is called.")
    story: LocalizedInput = strawberry.field(description="What it is like.")
    place: TravelPlaceInput = strawberry.field(description="The place where it begins.")
    options: list[TravelOptionInput] = strawberry.field(description="The ways of taking part, 1 to 20.")
    ladder_code: str = strawberry.field(description="The cancellation ladder, by its code in the policy.")
    instant: bool = strawberry.field(default=False, description="Whether it is confirmed as soon as it is paid.")
    shares: list[RevenueShareInput] = strawberry.field(
        default_factory=list, description="Partners with whom it was developed, and their part in what the house earns."
    )

    def to_command(self) -> travel_product.CreateTravelProduct:
        return travel_product.CreateTravelProduct(
            slug=self.slug,
            category=self.category,
            supplier_id=id_of("Supplier", self.supplier_id, "supplierId"),
            operator=self.operator,
            seller=self.seller,
            name=self.name.to_localized("name", longest=200),
            story=self.story.to_localized("story"),
            place=travel_product.Place(
                self.place.city, self.place.country, self.place.time_zone, given(self.place.airport)
            ),
            options=tuple(one.to_option(index) for index, one in enumerate(self.options)),
            ladder_code=self.ladder_code,
            instant=self.instant,
            shares=tuple(one.to_share(index) for index, one in enumerate(self.shares)),
        )


@strawberry.input(description="Which journeys: all that match everything given.")
class TravelProductFilterInput:
    category: TravelCategory | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="Only journeys of this category."
    )
    country: CountryCode | None = strawberry.field(
        default=strawberry.UNSET, description="Only journeys that begin in this country."
    )

    def to_filter(self) -> travel_product.TravelFilter:
        return travel_product.TravelFilter(given(self.category), given(self.country))


fetchable("TravelProduct", resolve.find)


@strawberry.type
class TravelProductQuery:
    @strawberry.field(graphql_type=TravelProduct, description="A journey, by its id or its name in web addresses.")
    async def travel_product(
        self,
        info: Info,
        by: Annotated[IdOrSlugInput, strawberry.argument(description="Its id, or its name in web addresses.")],
    ) -> Any:
        return await resolve.travel_product(info.context, *by.read("TravelProduct"))

    @strawberry.field(
        graphql_type=Connection[TravelProduct], description="All journeys, by their names in web addresses."
    )
    async def travel_products(
        self,
        info: Info,
        filter: Annotated[
            TravelProductFilterInput | None, strawberry.argument(description="Which of them; all when left out.")
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        wanted = given(filter)
        page = page_request(
            PRODUCTS, ("",), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        found = await resolve.travel_products(
            info.context, travel_product.TravelFilter() if wanted is None else wanted.to_filter(), page
        )
        return Connection(page=found, list_name=PRODUCTS)


@strawberry.type
class TravelProductMutation:
    travel_product_create = mutation(
        travel_product.create,
        TravelProductCreateInput,
        TravelProduct,
        SlugTaken,
        description="Take a journey of a supplier into the catalogue; its departures are the supplier's to open.",
    )
