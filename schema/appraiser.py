"""Appraisers: who judges what, how much in a day, and how their opinions stood the test. Seen by staff."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain import appraiser
from domain.catalogue import CategoryId
from resolvers import appraiser as resolve
from schema.account import Account
from schema.enum import enum
from schema.errors import UserError, VersionConflict, refused
from schema.ids import Node, encode_id, global_id, id_of
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request

AppraiserRank = enum(
    appraiser.Rank,
    name="AppraiserRank",
    description="How far an appraiser's word goes in a category.",
    APPRAISER="May give a first or second opinion.",
    SENIOR="Gives third opinions, which decide, and judges what is very valuable.",
)

APPRAISERS = "appraisers"


# Nouns


@noun(appraiser.Qualification, description="The right to judge one category and everything below it, for a while.")
class AppraiserQualification:
    rank: AppraiserRank = strawberry.field(description="How far the appraiser's word goes.")  # type: ignore[valid-type]
    valid_from: datetime = strawberry.field(description="From when on it holds.")
    valid_until: datetime = strawberry.field(description="The moment at which it ends.")

    @strawberry.field(description="The id of the category.")
    def category_id(root: appraiser.Qualification) -> strawberry.ID:
        return strawberry.ID(encode_id("Category", root.category_id))

    @strawberry.field(description="Whether it holds right now.")
    def valid(root: appraiser.Qualification, info: Info) -> bool:
        return root.valid(info.context.now)


@noun(appraiser.AppraiserRecord, description="How much an appraiser does, and how it stood the test.")
class AppraiserRecord:
    in_hand: int = strawberry.field(description="Appraisals in hand right now.")
    given_today: int = strawberry.field(description="Opinions given since midnight UTC.")
    opinions: int = strawberry.field(description="Opinions given in all.")
    judged: int = strawberry.field(description="Opinions that another opinion or a later find has tested.")
    upheld: int = strawberry.field(description="Those of them that were borne out.")
    accuracy_bps: int | None = strawberry.field(
        description="The share that was borne out, in basis points; null before the first was tested."
    )


@noun(appraiser.Appraiser, description="A member of staff who judges. Seen by staff.")
class Appraiser(Node):
    id: strawberry.ID = global_id("Appraiser")
    daily_capacity: int = strawberry.field(description="How many appraisals fit into a day.")
    active: bool = strawberry.field(description="Whether work may be given at all.")
    qualifications: list[AppraiserQualification] = strawberry.field(description="What may be judged, and until when.")
    appointed_at: datetime = strawberry.field(description="When the appraiser was first appointed.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(graphql_type=Account, description="The account of the appraiser.")
    async def account(root: appraiser.Appraiser, info: Info) -> Any:
        return await info.context.loaders.account.load(root.account_id)

    @strawberry.field(graphql_type=AppraiserRecord, description="Load and accuracy, counted from what was given.")
    async def record(root: appraiser.Appraiser, info: Info) -> Any:
        return await resolve.record(info.context, root)


# Refusals


@refused(appraiser.NotQualified)
class NotQualified(UserError):
    needs: AppraiserRank = strawberry.field(description="The rank that it needs.")  # type: ignore[valid-type]


@refused(appraiser.CapacityReached)
class CapacityReached(UserError):
    daily_capacity: int = strawberry.field(description="How many fit into the appraiser's day.")


# Inputs


@strawberry.input(description="The right to judge a category and everything below it.")
class AppraiserQualificationInput:
    category_id: strawberry.ID = strawberry.field(description="The category, with all below it.")
    rank: AppraiserRank = strawberry.field(description="How far the appraiser's word goes.")  # type: ignore[valid-type]
    valid_from: datetime = strawberry.field(description="From when on it holds.")
    valid_until: datetime = strawberry.field(description="The moment at which it ends.")

    def to_value(self) -> appraiser.Qualification:
        return appraiser.Qualification(
            category_id=CategoryId(id_of("Category", self.category_id, "qualifications", "categoryId")),
            rank=appraiser.Rank(self.rank),
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )


@strawberry.input(description="What somebody may judge from now on; it replaces what was there.")
class AppraiserAppointInput(Keyed):
    account_id: strawberry.ID = strawberry.field(description="The account of the appraiser.")
    daily_capacity: int = strawberry.field(description="How many appraisals fit into a day, 0 to 200.")
    qualifications: list[AppraiserQualificationInput] = strawberry.field(description="All qualifications, 50 at most.")
    active: bool = strawberry.field(default=True, description="Whether work may be given at all.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the appraiser is still at this version."
    )

    def to_command(self) -> appraiser.AppointAppraiser:
        return appraiser.AppointAppraiser(
            account_id=id_of("Account", self.account_id, "accountId"),
            daily_capacity=self.daily_capacity,
            qualifications=tuple(one.to_value() for one in self.qualifications),
            active=self.active,
            expected_version=given(self.expected_version),
        )


# Root fields


@strawberry.type
class AppraiserQuery:
    @strawberry.field(graphql_type=Connection[Appraiser], description="Appraisers in the order of their appointment.")
    async def appraisers(
        self,
        info: Info,
        category_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only those qualified for this category; all when left out."),
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            APPRAISERS, (UUID(int=0),), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        wanted = given(category_id)
        within = None if wanted is None else id_of("Category", wanted, "categoryId")
        return Connection(page=await resolve.page(info.context, within, page), list_name=APPRAISERS)

    @strawberry.field(graphql_type=Appraiser | None, description="The caller as an appraiser; null when not one.")
    async def my_appraiser(self, info: Info) -> Any:
        return await resolve.mine(info.context)


@strawberry.type
class AppraiserMutation:
    appraiser_appoint = mutation(
        appraiser.appoint,
        AppraiserAppointInput,
        Appraiser,
        VersionConflict,
        description="Appoint an appraiser, or change qualifications and capacity of one.",
    )


fetchable("Appraiser", resolve.by_id)
