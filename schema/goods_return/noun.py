"""A return as its buyer and staff read it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain import goods_return
from resolvers import goods_return as resolve
from resolvers import media as resolve_media
from schema.account import Account
from schema.enum import enum
from schema.ids import Node, global_id, id_of
from schema.mutation import Info, given
from schema.node import fetchable
from schema.noun import noun
from schema.order import Order, OrderLine, OrderRefund
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.piece import Piece
from schema.scalars import URL, Money
from schema.shop import ClubShop

GoodsReturnState = enum(
    goods_return.GoodsReturnState,
    name="GoodsReturnState",
    description="Where a return stands.",
    REQUESTED="The buyer has asked; the house has not answered yet.",
    APPROVED="The goods may come, within 14 days.",
    REJECTED="The house said no; the sale stands.",
    IN_TRANSIT="The goods are on their way back.",
    RECEIVED="The house has the goods.",
    INSPECTED="Somebody has looked; the money has not moved yet.",
    REFUNDED="Goods and money are back where they came from.",
    DENIED="What came back is not what was sent; nothing is refunded.",
    CANCELLED="The buyer keeps the goods after all.",
    EXPIRED="The goods did not come in time.",
)
ReturnReason = enum(
    goods_return.ReturnReason,
    name="GoodsReturnReason",
    description="Why a buyer gives something back.",
    CHANGED_MIND="The buyer does not want it after all.",
    DOES_NOT_FIT="It is the wrong size.",
    NOT_AS_DESCRIBED="It is not what the listing said.",
    DAMAGED="It arrived damaged.",
    WRONG_ITEM="Something else came.",
    NOT_AUTHENTIC="The buyer doubts that it is authentic.",
)
Finding = enum(
    goods_return.Finding,
    name="GoodsReturnFinding",
    description="How what came back differs from what was sent.",
    NOT_RECORDED="Nothing was recorded when it was sent, so nothing can be compared.",
    TAG_MISSING="The tag is gone.",
    TAG_DIFFERS="Another tag than the one that was fixed to it.",
    WEIGHT_DIFFERS="Another weight than it was sent with.",
)
Condition = enum(
    goods_return.ReturnCondition,
    name="GoodsReturnCondition",
    description="What an inspection finds.",
    AS_SENT="As good as it was sent.",
    WORSE="The same goods, but they have lost something.",
    NOT_THE_SAME="Not the goods that were sent; nothing is given back.",
)
Disposition = enum(
    goods_return.Disposition,
    name="GoodsReturnDisposition",
    description="What becomes of goods that came back.",
    RESTOCK="Back on the shelf as it was.",
    REFURBISH="Made good, then sold as refurbished.",
    CLEAR="Sold in clearance.",
    RETURN_TO_CONSIGNOR="Back to the seller who consigned it.",
)

OWN = "goodsReturns"
QUEUE = "goodsReturnQueue"
BY_ID = (UUID(int=0),)


def addresses(info: Info, keys: tuple[str, ...]) -> list[str]:
    return [resolve_media.address(info.context, key) for key in keys]


# Nouns


@noun(goods_return.ReturnParcel, description="Goods on their way with a carrier.")
class GoodsReturnParcel:
    carrier: str = strawberry.field(description="The carrier that has them.")
    tracking: str = strawberry.field(description="The carrier's tracking number.")
    sent_at: datetime = strawberry.field(description="When they were sent.")


@noun(goods_return.ReturnReceipt, description="What came in, held against what went out.")
class GoodsReturnReceipt:
    tag_number: str | None = strawberry.field(description="The number of its tag; null when the tag was gone.")
    weight_grams: int | None = strawberry.field(description="What it weighed, in grams; null when it was not weighed.")
    taken_at: datetime = strawberry.field(description="When it was taken in.")
    matched: bool = strawberry.field(description="Whether tag and weight are those that were sent.")
    findings: list[Finding] = strawberry.field(  # type: ignore[valid-type]
        description="Every difference. With any, an appraiser has to look."
    )

    @strawberry.field(graphql_type=list[URL], description="Where to see the photos that were taken.")
    def photos(root: goods_return.ReturnReceipt, info: Info) -> Any:
        return addresses(info, root.photos)

    @strawberry.field(graphql_type=ClubShop | None, description="The shop that took it; null for the house itself.")
    async def shop(root: goods_return.ReturnReceipt, info: Info) -> Any:
        return None if root.shop_id is None else await info.context.loaders.club_shop.load(root.shop_id)

    @strawberry.field(graphql_type=Account | None, description="Who took it in. For staff; null for others.")
    async def taken_by(root: goods_return.ReturnReceipt, info: Info) -> Any:
        return await resolve.handler(info.context, root.taken_by)


@noun(goods_return.ReturnInspection, description="What somebody found who looked closely.")
class GoodsReturnInspection:
    condition: Condition = strawberry.field(description="In which condition it came back.")  # type: ignore[valid-type]
    deduction_bps: int = strawberry.field(description="How much it has lost, in basis points of what was paid.")
    deduction: Money = strawberry.field(description="How much it has lost, and is not given back.")
    note: str = strawberry.field(description="What was found; may be empty when nothing was.")
    inspected_at: datetime = strawberry.field(description="When somebody looked at it.")

    @strawberry.field(graphql_type=list[URL], description="Where to see the photos that prove it.")
    def photos(root: goods_return.ReturnInspection, info: Info) -> Any:
        return addresses(info, root.photos)

    @strawberry.field(graphql_type=Account | None, description="Who looked. For staff; null for others.")
    async def inspected_by(root: goods_return.ReturnInspection, info: Info) -> Any:
        return await resolve.handler(info.context, root.inspected_by)


@noun(
    goods_return.GoodsReturn,
    description="Goods of one order line on their way back. Seen by their buyer and by staff who handle returns.",
)
class GoodsReturn(Node):
    id: strawberry.ID = global_id("GoodsReturn")
    code: str = strawberry.field(
        description="The code that people use for it, such as GR-7K2M-9QXD; it belongs on the parcel."
    )
    state: GoodsReturnState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    quantity: int = strawberry.field(description="How many of the line.")
    reason: ReturnReason = strawberry.field(description="Why the buyer gives it back.")  # type: ignore[valid-type]
    note: str = strawberry.field(description="What the buyer said; may be empty.")
    late: bool = strawberry.field(description="Whether the house agreed to it after the window.")
    worth: Money = strawberry.field(description="What was paid for it.")
    requested_at: datetime = strawberry.field(description="When it was asked for.")
    decided_at: datetime | None = strawberry.field(description="When the house said yes or no; null until then.")
    decision: str = strawberry.field(description="What the house said to it; may be empty for a yes.")
    send_by: datetime | None = strawberry.field(
        description="Until when the goods have to be sent or brought; null until it is approved."
    )
    parcel: GoodsReturnParcel | None = strawberry.field(
        description="How the buyer sent them; null until then, and when they are brought."
    )
    receipt: GoodsReturnReceipt | None = strawberry.field(description="What came in; null until it has.")
    inspection: GoodsReturnInspection | None = strawberry.field(
        description="What an inspection found; null until there was one."
    )
    disposition: Disposition | None = strawberry.field(  # type: ignore[valid-type]
        description="What became of the goods; null until they are refunded."
    )
    deducted: Money | None = strawberry.field(
        description="What was not given back, because the goods have lost it; null until it is refunded."
    )
    refunded: Money | None = strawberry.field(
        description="What was given back, duties included where they were; null until it is refunded."
    )
    sent_back: GoodsReturnParcel | None = strawberry.field(
        description="How what is not ours went back; null unless it did."
    )
    closed_at: datetime | None = strawberry.field(description="When it came to its end; null while it is under way.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(description="The mutations that the caller can send now.")
    def next_actions(root: goods_return.GoodsReturn, info: Info) -> list[str]:
        return list(root.actions_for(info.context.viewer))

    @strawberry.field(graphql_type=list[URL], description="Where to see the photos of who asked for it.")
    def photos(root: goods_return.GoodsReturn, info: Info) -> Any:
        return addresses(info, root.photos)

    @strawberry.field(
        graphql_type=Account | None, description="The account of who gives it back; null when it can not be read."
    )
    async def buyer(root: goods_return.GoodsReturn, info: Info) -> Any:
        return await info.context.loaders.account.load(root.buyer)

    @strawberry.field(graphql_type=Order | None, description="The order; null for appraisers, who see none.")
    async def order(root: goods_return.GoodsReturn, info: Info) -> Any:
        return await resolve.order_of(info.context, root)

    @strawberry.field(graphql_type=OrderLine | None, description="Its line; null where the order is.")
    async def line(root: goods_return.GoodsReturn, info: Info) -> Any:
        return await resolve.line_of(info.context, root)

    @strawberry.field(graphql_type=Piece | None, description="The piece, when it is one of one; null for other goods.")
    async def piece(root: goods_return.GoodsReturn, info: Info) -> Any:
        return None if root.piece_id is None else await info.context.loaders.piece.load(root.piece_id)

    @strawberry.field(
        graphql_type=list[Piece], description="What opened goods from stock have become. For staff; empty for others."
    )
    async def opened(root: goods_return.GoodsReturn, info: Info) -> Any:
        return await resolve.opened(info.context, root)

    @strawberry.field(graphql_type=OrderRefund | None, description="The refund, by tender; null until there is one.")
    async def refund(root: goods_return.GoodsReturn, info: Info) -> Any:
        return await resolve.refund_of(info.context, root)

    @strawberry.field(graphql_type=Account | None, description="Who said yes or no. For staff; null for others.")
    async def decided_by(root: goods_return.GoodsReturn, info: Info) -> Any:
        return await resolve.handler(info.context, root.decided_by)


fetchable("GoodsReturn", resolve.find)


# Root fields


def to_states(states: list[Any] | None) -> tuple[goods_return.GoodsReturnState, ...]:
    return tuple(goods_return.GoodsReturnState(state) for state in states or ())


@strawberry.input(description="Which returns: all that match everything given.")
class GoodsReturnFilterInput:
    states: list[GoodsReturnState] | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="Only in these states."
    )
    code: str | None = strawberry.field(default=strawberry.UNSET, description="Only the one with this code.")
    order_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Only of this order.")
    buyer_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Only of this buyer.")

    def to_filter(self) -> goods_return.GoodsReturnFilter:
        order_id, buyer_id = given(self.order_id), given(self.buyer_id)
        return goods_return.GoodsReturnFilter(
            states=to_states(given(self.states)),
            buyer=None if buyer_id is None else id_of("Account", buyer_id, "filter", "buyerId"),
            order_id=None if order_id is None else id_of("Order", order_id, "filter", "orderId"),
            code=given(self.code),
        )


@strawberry.type
class GoodsReturnReadQuery:
    @strawberry.field(
        graphql_type=GoodsReturn, description="A return: the caller's own, or any for staff who handle returns."
    )
    async def goods_return(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which return, by its id.")]
    ) -> Any:
        return await resolve.goods_return(info.context, id_of("GoodsReturn", id, "id"))

    @strawberry.field(graphql_type=Connection[GoodsReturn], description="The caller's own returns, newest first.")
    async def goods_returns(
        self,
        info: Info,
        states: Annotated[
            list[GoodsReturnState] | None,  # type: ignore[valid-type]
            strawberry.argument(description="Only in these states; in any when left out."),
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(OWN, BY_ID, first=first, after=after, last=last, before=before, with_total=asks_total(info))
        return Connection(page=await resolve.own(info.context, to_states(given(states)), page), list_name=OWN)

    @strawberry.field(
        graphql_type=Connection[GoodsReturn],
        description="Everybody's returns, oldest first.",
    )
    async def goods_return_queue(
        self,
        info: Info,
        filter: Annotated[
            GoodsReturnFilterInput | None, strawberry.argument(description="Which of them; all when left out.")
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
        narrowed = goods_return.GoodsReturnFilter() if wanted is None else wanted.to_filter()
        return Connection(page=await resolve.queue(info.context, narrowed, page), list_name=QUEUE)
