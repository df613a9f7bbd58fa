"""Vouchers: what they take off, of what, and whose campaign bears it."""

from asyncio import gather
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from domain import listing, order, voucher
from resolvers import bundle as bundle_resolve
from resolvers import voucher as resolve
from schema.campaign import Campaign
from schema.enum import enum
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.ids import Node, global_id, id_of
from schema.listing import ListingKind
from schema.mutation import Info, MoneyMove, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.order.noun import OrderLineKind
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.scalars import Money, MoneyInput

if TYPE_CHECKING:
    from schema.bundle import Bundle
    from schema.catalogue import Category

VoucherState = enum(
    voucher.VoucherState,
    name="VoucherState",
    description="Whether a voucher takes anything off.",
    OPEN="It takes something off, as long as its campaign does.",
    WITHDRAWN="It takes nothing off any more; what it has taken off it keeps.",
)

VOUCHERS = "vouchers"
NEWEST_BY_ID = (UUID(int=0),)


# Nouns


@noun(
    voucher.Voucher,
    description="Something off what is bought, for as long as its campaign runs and as far as the budget goes. "
    "What a member sells it is for only where it says so, and never at the member's cost. Seen by "
    "everybody.",
)
class Voucher(Node):
    id: strawberry.ID = global_id("Voucher")
    code: str = strawberry.field(description="The code that people use for it, in the tenders of an order.")
    percent_bps: int | None = strawberry.field(
        description="The share that it takes off, in basis points, of which 10,000 make a whole; null when it takes "
        "an amount off."
    )
    amount: Money | None = strawberry.field(description="The amount that it takes off; null when it takes a share off.")
    minimum: Money = strawberry.field(description="What there has to be at least of what it is for.")
    per_person: int = strawberry.field(description="How often one person may use it.")
    line_kinds: list[OrderLineKind] = strawberry.field(  # type: ignore[valid-type]
        description="What kinds of lines it is for; empty for all."
    )
    listing_kinds: list[ListingKind] = strawberry.field(  # type: ignore[valid-type]
        description="What kinds of listings it is for; with none named, whatever no member sells."
    )
    state: VoucherState = strawberry.field(description="Whether it takes anything off.")  # type: ignore[valid-type]
    issued_at: datetime = strawberry.field(description="When it was issued.")
    withdrawn_at: datetime | None = strawberry.field(description="When it was withdrawn; null while it was not.")
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(
        graphql_type=Campaign | None, description="The campaign whose budget bears it; null when it can not be read."
    )
    async def campaign(root: voucher.Voucher, info: Info) -> Any:
        return await info.context.loaders.campaign.load(root.campaign_id)

    @strawberry.field(
        graphql_type=list[Annotated["Category", strawberry.lazy("schema.catalogue")]],
        description="What categories it is for, with all below them; empty for all.",
    )
    async def categories(root: voucher.Voucher, info: Info) -> Any:
        found = await gather(*(info.context.loaders.category.load(one) for one in root.category_ids))
        return [category for category in found if category is not None]

    @strawberry.field(
        graphql_type=Annotated["Bundle", strawberry.lazy("schema.bundle")] | None,
        description="The bundle that it is for; null for anything.",
    )
    async def bundle(root: voucher.Voucher, info: Info) -> Any:
        return None if root.bundle_id is None else await bundle_resolve.find(info.context, root.bundle_id)


# Refusals


@refused(order.VoucherNotGood)
class VoucherNotGood(UserError):
    pass


@refused(order.VoucherNotForThis)
class VoucherNotForThis(UserError):
    minimum: Money = strawberry.field(description="What there has to be at least of what it is for.")


@refused(voucher.VoucherUsedUp)
class VoucherUsedUp(UserError):
    per_person: int = strawberry.field(description="How often one person may use it.")


# Inputs


@strawberry.input(description="The new voucher: a share off, or an amount. `expectedVersion` is the campaign's.")
class VoucherIssueInput(MoneyMove):
    campaign_id: strawberry.ID = strawberry.field(description="On which campaign, whose budget it draws on.")
    code: str = strawberry.field(
        description="The code that people use for it, up to 40 characters; no other voucher's."
    )
    percent_bps: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="The share that it takes off, 1 to 10,000 basis points; this or an amount is needed.",
    )
    amount: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="The amount that it takes off; this or a share is needed."
    )
    minimum: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="What there has to be at least of what it is for; nothing when left out."
    )
    per_person: int = strawberry.field(default=1, description="How often one person may use it, 1 to 100.")
    line_kinds: list[OrderLineKind] = strawberry.field(  # type: ignore[valid-type]
        default_factory=list, description="What kinds of lines it is for; all when left out."
    )
    listing_kinds: list[ListingKind] = strawberry.field(  # type: ignore[valid-type]
        default_factory=list,
        description="What kinds of listings it is for; whatever no member sells when left out.",
    )
    category_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="What categories it is for, up to 20; all when left out."
    )
    bundle_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="A bundle that it is for, and for nothing else; left out for anything."
    )

    def to_command(self) -> voucher.IssueVoucher:
        amount, minimum, bundle_id = given(self.amount), given(self.minimum), given(self.bundle_id)
        return voucher.IssueVoucher(
            campaign_id=id_of("Campaign", self.campaign_id, "campaignId"),
            code=self.code,
            percent_bps=given(self.percent_bps),
            amount=None if amount is None else amount.to_money("amount"),
            minimum=None if minimum is None else minimum.to_money("minimum"),
            per_person=self.per_person,
            line_kinds=tuple(order.LineKind(kind) for kind in self.line_kinds),
            listing_kinds=tuple(listing.ListingKind(kind) for kind in self.listing_kinds),
            category_ids=tuple(
                id_of("Category", one, "categoryIds", str(index)) for index, one in enumerate(self.category_ids)
            ),
            bundle_id=None if bundle_id is None else id_of("Bundle", bundle_id, "bundleId"),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which voucher to withdraw.")
class VoucherWithdrawInput(MoneyMove):
    voucher_id: strawberry.ID = strawberry.field(description="The voucher that this is about.")

    def to_command(self) -> voucher.WithdrawVoucher:
        return voucher.WithdrawVoucher(id_of("Voucher", self.voucher_id, "voucherId"), given(self.expected_version))


# Root fields


@strawberry.type
class VoucherQuery:
    @strawberry.field(graphql_type=Connection[Voucher], description="All vouchers, newest first.")
    async def vouchers(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            VOUCHERS, NEWEST_BY_ID, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.vouchers(info.context, page), list_name=VOUCHERS)


@strawberry.type
class VoucherMutation:
    voucher_issue = mutation(
        voucher.issue,
        VoucherIssueInput,
        Voucher,
        VersionConflict,
        description="Issue a voucher on a campaign; what it takes off comes out of that budget alone.",
    )
    voucher_withdraw = mutation(
        voucher.withdraw,
        VoucherWithdrawInput,
        Voucher,
        WrongState,
        VersionConflict,
        description="Withdraw a voucher; the orders that used it keep what it took off.",
    )


fetchable("Voucher", resolve.find)
