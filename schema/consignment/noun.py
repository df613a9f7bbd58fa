"""A consignment as its seller and staff read it."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain import consignment
from resolvers import consignment as resolve
from resolvers import contract as resolve_contract
from schema.account import Account
from schema.appointment import Appointment
from schema.catalogue import Category, Product
from schema.contract import Contract, SettlementMode
from schema.enum import enum
from schema.ids import Node, global_id
from schema.mutation import Info
from schema.node import fetchable
from schema.noun import attribute, noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.scalars import URL, CurrencyCode, Money
from schema.shop import ClubShop

ConsignmentState = enum(
    consignment.ConsignmentState,
    name="ConsignmentState",
    description="Where a consignment stands.",
    DRAFT="The seller is still writing; nobody else sees it.",
    SUBMITTED="Handed in; the house calls the seller before anything is sent.",
    CONFIRMED="Agreed by telephone; the seller may send or bring the piece.",
    IN_TRANSIT="The seller has sent the piece.",
    APPOINTED="The seller has an appointment at a club shop.",
    RECEIVED="The house has the piece, against a receipt.",
    APPRAISING="Appraisers judge the piece.",
    APPRAISED="The piece is authentic, graded and valued.",
    OFFERED="A contract waits for the seller's answer.",
    AGREED="The seller has agreed to the contract.",
    LISTED="The piece is for sale.",
    RESERVED="A buyer has the piece, and has not paid all of it yet.",
    SOLD="The piece is paid; the seller waits for the payable date.",
    PAYABLE="The price is split, and the seller's part is due.",
    SETTLED="The seller has been paid, or the house owns the piece by what was agreed.",
    REFUSED="The piece was found not to be authentic.",
    DECLINED="The house does not take the piece.",
    WITHDRAWN="The seller took it back, or a sale was undone after which it is not offered again.",
    EXPIRED="Nobody acted in time, or the piece was not sold within the term.",
    RETURNED="The seller has the piece again.",
)
ConsignmentRoute = enum(
    consignment.Route,
    name="ConsignmentRoute",
    description="How a piece comes in.",
    ONLINE="The seller sends it by carrier.",
    SHOP="The seller brings it to a club shop.",
)
RefusedDisposal = enum(
    consignment.Disposal,
    name="RefusedDisposal",
    description="What happens to a piece that is not authentic.",
    RETURN="It goes back to its seller.",
    RETAIN="The house keeps it.",
)
TaskKind = enum(
    consignment.TaskKind,
    name="ConsignmentTaskKind",
    description="What staff have to do.",
    CONFIRM="Call the seller before anything is sent.",
    RETURN="Give the piece back.",
)
TaskOutcome = enum(
    consignment.TaskOutcome,
    name="ConsignmentTaskOutcome",
    description="How a task ended.",
    CONFIRMED="The seller was reached and the piece may come.",
    DECLINED="The house does not want the piece.",
    UNREACHABLE="Nobody answered; another task follows.",
    DONE="The piece was given back.",
    VOID="Nobody needs to do it any more.",
)

TIMELINE = "consignmentTimeline"


@noun(consignment.Photo, description="A picture by the seller or the intake desk.")
class ConsignmentPhoto:
    key: str | None = strawberry.field(description="Names the file of an upload; null for a picture elsewhere.")

    @strawberry.field(graphql_type=URL, description="Where to see it.")
    def url(root: consignment.Photo, info: Info) -> str:
        return resolve.address(info.context, root)


@noun(consignment.Parcel, description="Something on its way with a carrier.")
class ConsignmentParcel:
    carrier: str = strawberry.field(description="The carrier that brings it.")
    tracking: str = strawberry.field(description="The carrier's tracking number.")
    sent_at: datetime = strawberry.field(description="When it was sent.")


@noun(consignment.Refused, description="Why authenticity was refused, the proof, and what becomes of the piece.")
class ConsignmentRefused:
    reason: str = strawberry.field(description="What was found that refused it.")
    evidence: list[ConsignmentPhoto] = strawberry.field(description="Pictures of what was found.")
    refused_at: datetime = strawberry.field(description="When the verdict fell.")
    disposal: RefusedDisposal = strawberry.field(description="Whether it goes back or stays.")  # type: ignore[valid-type]
    kept_until: datetime | None = strawberry.field(
        description="Until when the piece stays, so that the verdict can be contested; null when it stays for good."
    )

    @strawberry.field(description="Why staff decided so. For staff; null for the seller.")
    def note(root: consignment.Refused, info: Info) -> str | None:
        return root.note if resolve.for_staff(info.context) else None


@noun(consignment.ConsignmentTask, description="Something that staff have to do: outcome, agent and time.")
class ConsignmentTask:
    kind: TaskKind = strawberry.field(description="What is to be done.")  # type: ignore[valid-type]
    attempt: int = strawberry.field(description="The first try, the second, and so on.")
    due_at: datetime = strawberry.field(description="When it is to be done.")
    outcome: TaskOutcome | None = strawberry.field(description="How it ended; null while it is open.")  # type: ignore[valid-type]
    done_at: datetime | None = strawberry.field(description="When it ended; null while it is open.")

    @strawberry.field(graphql_type=Account | None, description="Who did it. For staff; null for the seller.")
    async def agent(root: consignment.ConsignmentTask, info: Info) -> Any:
        if root.agent is None or not resolve.for_staff(info.context):
            return None
        return await info.context.loaders.account.load(root.agent)

    @strawberry.field(description="What was said. For staff; null for the seller.")
    def note(root: consignment.ConsignmentTask, info: Info) -> str | None:
        return root.note if resolve.for_staff(info.context) else None


@noun(consignment.IntakeReceipt, description="Proof that the house took a piece in.")
class IntakeReceipt:
    code: str = strawberry.field(description="The code that people use for it, such as RC-7K2M-9QXD.")
    handed_over_by: str = strawberry.field(description="Who brought or carried it.")
    taken_at: datetime = strawberry.field(description="When it was taken in.")
    photos: list[ConsignmentPhoto] = strawberry.field(description="Pictures taken at the desk.")
    seal_number: str = attribute("seal", str, description="The number of the seal that it was put under.")
    weight_grams: int = strawberry.field(description="What it weighs under seal, in grams.")
    condition: str = strawberry.field(description="How the piece looked at the desk.")

    @strawberry.field(
        graphql_type=ClubShop | None, description="The club shop that took it in; null for the house itself."
    )
    async def shop(root: consignment.IntakeReceipt, info: Info) -> Any:
        return None if root.shop_id is None else await info.context.loaders.club_shop.load(root.shop_id)

    @strawberry.field(graphql_type=Account | None, description="Who took it in. For staff; null for the seller.")
    async def taken_by(root: consignment.IntakeReceipt, info: Info) -> Any:
        return await info.context.loaders.account.load(root.taken_by) if resolve.for_staff(info.context) else None


@noun(consignment.TimelineEntry, description="One thing that happened to a consignment.")
class ConsignmentTimelineEntry:
    name: str = strawberry.field(description="What happened, in the past tense, such as `consignment.received`.")
    occurred_at: datetime = strawberry.field(description="When it happened.")

    @strawberry.field(graphql_type=Account | None, description="Who did it. For staff; null for the seller.")
    async def actor(root: consignment.TimelineEntry, info: Info) -> Any:
        if root.actor_id is None or not resolve.for_staff(info.context):
            return None
        return await info.context.loaders.account.load(root.actor_id)


@noun(
    consignment.Consignment,
    description="A piece on its way from its seller through the house to a buyer. Seen by its seller; by staff "
    "once submitted.",
)
class Consignment(Node):
    id: strawberry.ID = global_id("Consignment")
    code: str = strawberry.field(description="The code that people use for it, such as CO-7K2M-9QXD.")
    route: ConsignmentRoute = strawberry.field(description="By carrier, or over the counter of a shop.")  # type: ignore[valid-type]
    state: ConsignmentState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    state_since: datetime = strawberry.field(description="Since when it stands there.")
    brand: str = strawberry.field(description="The brand, as the seller says.")
    title: str = strawberry.field(description="What it is, as the seller says.")
    description: str = strawberry.field(description="All that the seller says of it.")
    photos: list[ConsignmentPhoto] = strawberry.field(description="The pictures that the seller sent.")
    currency: CurrencyCode = strawberry.field(description="The currency of all its amounts.")  # type: ignore[valid-type]
    asking_price: Money | None = strawberry.field(
        description="What the seller hopes for; null where the seller did not say."
    )
    estimate_low: Money | None = strawberry.field(
        description="What the photos let one expect, at least; null until it was estimated."
    )
    estimate_high: Money | None = strawberry.field(
        description="What the photos let one expect, at most; null until it was estimated."
    )
    estimate_note: str | None = strawberry.field(
        description="What the estimate leans on; null until there is one. It binds nobody."
    )
    created_at: datetime = strawberry.field(description="When it was begun.")
    parcel: ConsignmentParcel | None = strawberry.field(
        description="How the seller sent it; null until then, and when it is brought."
    )
    received_at: datetime | None = strawberry.field(description="When the house took it in; null until then.")
    refused: ConsignmentRefused | None = strawberry.field(
        description="Why it was refused as not authentic; null unless it was."
    )
    mode: SettlementMode | None = strawberry.field(description="When the seller is paid; null until agreed.")  # type: ignore[valid-type]
    agreed_at: datetime | None = strawberry.field(description="When seller and house agreed; null until then.")
    expires_at: datetime | None = strawberry.field(
        description="When what is running now lapses by itself; null when nothing does."
    )
    end_reason: str = strawberry.field(description="Why it was declined or withdrawn; empty for neither.")
    return_parcel: ConsignmentParcel | None = strawberry.field(
        description="How the house sent it back; null unless it did."
    )
    returned_at: datetime | None = strawberry.field(description="When its seller had it again; null until then.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(description="The mutations that the caller can send now.")
    def next_actions(root: consignment.Consignment, info: Info) -> list[str]:
        return list(root.actions_for(info.context.viewer))

    @strawberry.field(graphql_type=Account, description="The account of its seller.")
    async def seller(root: consignment.Consignment, info: Info) -> Any:
        return await info.context.loaders.account.load(root.seller)

    @strawberry.field(
        graphql_type=Category | None,
        description="What kind of thing it is, as the seller says; null where the seller did not say.",
    )
    async def category(root: consignment.Consignment, info: Info) -> Any:
        return None if root.category_id is None else await info.context.loaders.category.load(root.category_id)

    @strawberry.field(
        graphql_type=ClubShop | None,
        description="The club shop that it is brought to or lies in; null for the house itself.",
    )
    async def shop(root: consignment.Consignment, info: Info) -> Any:
        return None if root.shop_id is None else await info.context.loaders.club_shop.load(root.shop_id)

    @strawberry.field(
        graphql_type=Appointment | None, description="When the seller brings it; null without an appointment."
    )
    async def appointment(root: consignment.Consignment, info: Info) -> Any:
        if root.appointment_id is None:
            return None
        return await info.context.loaders.appointment.load(root.appointment_id)

    @strawberry.field(graphql_type=IntakeReceipt | None, description="The receipt for it; null until it was taken in.")
    async def receipt(root: consignment.Consignment, info: Info) -> Any:
        return await resolve.receipt(info.context, root)

    @strawberry.field(
        graphql_type=Product | None, description="Which product of the catalogue it is; null until that is known."
    )
    async def product(root: consignment.Consignment, info: Info) -> Any:
        return None if root.product_id is None else await info.context.loaders.product.load(root.product_id)

    @strawberry.field(
        graphql_type=Annotated["Piece", strawberry.lazy("schema.piece")] | None,  # noqa: F821
        description="The piece, once known; null for a seller whose piece belongs to somebody else by now.",
    )
    async def piece(root: consignment.Consignment, info: Info) -> Any:
        return None if root.piece_id is None else await info.context.loaders.piece.load(root.piece_id)

    @strawberry.field(
        graphql_type=Annotated["Listing", strawberry.lazy("schema.listing")] | None,  # noqa: F821
        description="The listing that it is sold by; null until there is one.",
    )
    async def listing(root: consignment.Consignment, info: Info) -> Any:
        return None if root.listing_id is None else await info.context.loaders.listing.load(root.listing_id)

    @strawberry.field(
        graphql_type=Annotated["Appraisal", strawberry.lazy("schema.appraisal")] | None,  # noqa: F821
        description="How it is judged; null until an appraisal was opened.",
    )
    async def appraisal(root: consignment.Consignment, info: Info) -> Any:
        return await info.context.loaders.appraisal_of.load(root.id)

    @strawberry.field(
        graphql_type=Contract | None, description="What was offered, and agreed; null until terms were offered."
    )
    async def contract(root: consignment.Consignment, info: Info) -> Any:
        return await resolve_contract.of_consignment(info.context, root.id)

    @strawberry.field(graphql_type=list[ConsignmentTask], description="What staff had or have to do, oldest first.")
    async def tasks(root: consignment.Consignment, info: Info) -> Any:
        return await resolve.tasks(info.context, root)

    @strawberry.field(
        graphql_type=Connection[ConsignmentTimelineEntry], description="What happened to it, oldest first."
    )
    async def timeline(
        root: consignment.Consignment,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            TIMELINE, (0,), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.timeline(info.context, root, page), list_name=TIMELINE)


fetchable("Consignment", resolve.seen)
