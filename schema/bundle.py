"""Bundles: a journey with what goes with it, at one price."""

from asyncio import gather
from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain import bundle
from resolvers import bundle as resolve
from resolvers import departure as departure_resolve
from resolvers import supplier as supplier_resolve
from schema.booking import (
    AgeNotAllowed,
    ConsentMissing,
    PassportTooShort,
    TravellerDataMissing,
    TravellerInput,
    to_travellers,
)
from schema.cart import Cart, CartFull, OwnPiece
from schema.claim import ClaimTaken
from schema.departure import Departure, DepartureClosed, DepartureFull, TravelUnitKind
from schema.enum import enum
from schema.errors import UserError, VersionConflict, refused
from schema.ids import IdOrSlugInput, Node, global_id, id_of
from schema.listing import Listing, NotAvailable
from schema.localized import LocalizedInput, localized
from schema.merchandise import SlugTaken
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.scalars import Money, MoneyInput
from schema.supplier import RevenueShareInput, Supplier

BUNDLES = "bundles"

BundleState = enum(
    bundle.BundleState,
    name="BundleState",
    description="Whether a bundle can be bought.",
    ACTIVE="It can be bought.",
    WITHDRAWN="It was taken off; what is in carts can still be bought.",
)


# Nouns


@noun(bundle.BundleComponent, description="Something that a bundle is made of: one of a listing, or a departure.")
class BundleComponent:
    units: list[TravelUnitKind] = strawberry.field(  # type: ignore[valid-type]
        description="Of a departure, as whom one takes part; empty for anything else."
    )

    @strawberry.field(graphql_type=Listing | None, description="The listing; null for a departure.")
    async def listing(root: bundle.BundleComponent, info: Info) -> Any:
        return None if root.listing_id is None else await info.context.loaders.listing.load(root.listing_id)

    @strawberry.field(graphql_type=Departure | None, description="The departure; null for anything else.")
    async def departure(root: bundle.BundleComponent, info: Info) -> Any:
        return None if root.departure_id is None else await departure_resolve.find(info.context, root.departure_id)


@noun(bundle.ComponentPrice, description="What a component costs alone, and in the bundle.")
class BundleComponentPrice:
    component: BundleComponent = strawberry.field(description="Which component it is.")
    alone: Money = strawberry.field(description="What it costs alone.")
    bundled: Money = strawberry.field(description="What it costs in the bundle, and gives back when it is given back.")


@strawberry.type(description="A partner's part in what the house earns on a bundle.")
class RevenueShare:
    share_bps: int = strawberry.field(description="How much of it, in basis points, of which 10,000 make a whole.")
    supplier: Supplier | None = strawberry.field(description="The partner; null for those who may not see suppliers.")


@noun(
    bundle.Bundle,
    description="A journey with the things and services that go with it, at one price. Seen by everybody. Each "
    "component keeps its seller, its policies and its tax basis.",
)
class Bundle(Node):
    id: strawberry.ID = global_id("Bundle")
    slug: str = strawberry.field(description="Its name in web addresses.")
    state: BundleState = strawberry.field(description="Whether it can be bought.")  # type: ignore[valid-type]
    price: Money = strawberry.field(description="What all of it costs.")
    components: list[BundleComponent] = strawberry.field(description="What it is made of.")
    created_at: datetime = strawberry.field(description="When it was put together.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    name: str = localized("name", description="What it is called.")
    story: str = localized("story", description="What it is like.")

    @strawberry.field(
        graphql_type=list[BundleComponentPrice] | None,
        description="Its price split over its components, by largest remainder; what members sell keeps its own "
        "price. Null while it can not be bought.",
    )
    async def prices(root: bundle.Bundle, info: Info) -> Any:
        return await resolve.prices(info.context, root)

    @strawberry.field(
        graphql_type=list[RevenueShare] | None,
        description="Partners with whom it was developed. For merchandisers and finance; null for others.",
    )
    async def shares(root: bundle.Bundle, info: Info) -> Any:
        found = resolve.shares(info.context, root)
        if found is None:
            return None
        partners = await gather(*(supplier_resolve.find(info.context, share.supplier_id) for share in found))
        return [
            RevenueShare(share_bps=share.share_bps, supplier=partner)  # type: ignore[arg-type]
            for share, partner in zip(found, partners, strict=True)
        ]


# Refusals


@refused(bundle.BundleNotAvailable)
class BundleNotAvailable(UserError):
    pass


# Inputs


@strawberry.input(description="One of a listing, or places of a departure; exactly one of the two.")
class BundleComponentInput:
    listing_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="One of this listing; left out for a departure."
    )
    departure_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Places of this departure; left out for a listing."
    )
    units: list[TravelUnitKind] = strawberry.field(  # type: ignore[valid-type]
        default_factory=list, description="Of a departure, as whom one takes part, one for each traveller."
    )

    def to_component(self, index: int) -> bundle.BundleComponent:
        path = ("components", str(index))
        listing_id, departure_id = given(self.listing_id), given(self.departure_id)
        return bundle.BundleComponent(
            listing_id=None if listing_id is None else id_of("Listing", listing_id, *path, "listingId"),
            departure_id=None if departure_id is None else id_of("Departure", departure_id, *path, "departureId"),
            units=tuple(self.units),
        )


@strawberry.input(description="The new bundle.")
class BundleCreateInput(Keyed):
    slug: str = strawberry.field(description="Its name in web addresses, never changed.")
    name: LocalizedInput = strawberry.field(description="What it is called.")
    story: LocalizedInput = strawberry.field(description="What it is like.")
    price: MoneyInput = strawberry.field(description="What all of it costs: no more than its components.")
    components: list[BundleComponentInput] = strawberry.field(
        description="What it is made of, 2 to 10; one journey at most, each listing once."
    )
    shares: list[RevenueShareInput] = strawberry.field(
        default_factory=list, description="Partners with whom it was developed, and their part in what the house earns."
    )

    def to_command(self) -> bundle.CreateBundle:
        return bundle.CreateBundle(
            slug=self.slug,
            name=self.name.to_localized("name", longest=200),
            story=self.story.to_localized("story"),
            price=self.price.to_money("price"),
            components=tuple(one.to_component(index) for index, one in enumerate(self.components)),
            shares=tuple(one.to_share(index) for index, one in enumerate(self.shares)),
        )


@strawberry.input(description="Which bundle to take off.")
class BundleWithdrawInput(Keyed):
    bundle_id: strawberry.ID = strawberry.field(description="The bundle that this is about.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the bundle is still at this version."
    )

    def to_command(self) -> bundle.WithdrawBundle:
        return bundle.WithdrawBundle(id_of("Bundle", self.bundle_id, "bundleId"), given(self.expected_version))


@strawberry.input(description="Which bundle to put in one's cart, and who travels.")
class BundleAddInput(Keyed):
    bundle_id: strawberry.ID = strawberry.field(description="The bundle that this is about.")
    travellers: list[TravellerInput] = strawberry.field(
        default_factory=list, description="Who travels, as the units of its journey say."
    )

    def to_command(self) -> bundle.AddBundle:
        return bundle.AddBundle(id_of("Bundle", self.bundle_id, "bundleId"), to_travellers(self.travellers))


@strawberry.input(description="Which bundle to take out of one's cart.")
class BundleRemoveInput(Keyed):
    cart_id: strawberry.ID = strawberry.field(description="The cart that this is about.")
    bundle_id: strawberry.ID = strawberry.field(description="The bundle that this is about.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the cart is still at this version."
    )

    def to_command(self) -> bundle.RemoveBundle:
        return bundle.RemoveBundle(
            id_of("Cart", self.cart_id, "cartId"),
            id_of("Bundle", self.bundle_id, "bundleId"),
            given(self.expected_version),
        )


fetchable("Bundle", resolve.find)


# Root fields


@strawberry.type
class BundleQuery:
    @strawberry.field(graphql_type=Bundle, description="A bundle, by its id or its name in web addresses.")
    async def bundle(
        self,
        info: Info,
        by: Annotated[IdOrSlugInput, strawberry.argument(description="Its id, or its name in web addresses.")],
    ) -> Any:
        return await resolve.bundle(info.context, *by.read("Bundle"))

    @strawberry.field(
        graphql_type=Connection[Bundle], description="The bundles that can be bought, by their names in web addresses."
    )
    async def bundles(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            BUNDLES, ("",), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.bundles(info.context, page), list_name=BUNDLES)


@strawberry.type
class BundleMutation:
    bundle_create = mutation(
        bundle.create,
        BundleCreateInput,
        Bundle,
        SlugTaken,
        description="Put a bundle together.",
    )
    bundle_withdraw = mutation(
        bundle.withdraw,
        BundleWithdrawInput,
        Bundle,
        VersionConflict,
        description="Take a bundle off the shelves; what is in carts can still be bought.",
    )
    bundle_add = mutation(
        bundle.add,
        BundleAddInput,
        Cart,
        BundleNotAvailable,
        ClaimTaken,
        NotAvailable,
        OwnPiece,
        CartFull,
        DepartureFull,
        DepartureClosed,
        AgeNotAllowed,
        ConsentMissing,
        TravellerDataMissing,
        PassportTooShort,
        description="Put all of a bundle in the cart and keep it from others for a while: all of it, or nothing.",
    )
    bundle_remove = mutation(
        bundle.remove,
        BundleRemoveInput,
        Cart,
        VersionConflict,
        description="Take all of a bundle out of the cart and let others have it.",
    )
