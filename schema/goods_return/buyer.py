"""What buyers do: ask for a return, send the goods, or keep them after all."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from domain import goods_return
from resolvers import goods_return as resolve
from schema.errors import UserError, WrongState, refused
from schema.goods_return.noun import GoodsReturn, ReturnReason
from schema.ids import id_of
from schema.mutation import Info, Keyed, given, mutation

# Refusals


@refused(goods_return.ReturnWindowOver)
class ReturnWindowOver(UserError):
    ended_at: datetime = strawberry.field(description="When the time ended.")


@refused(goods_return.PieceNotWithBuyer)
class PieceNotWithBuyer(UserError):
    pass


@refused(goods_return.ReturnUnderWay)
class ReturnUnderWay(UserError):
    goods_return_id: strawberry.Private[UUID]

    @strawberry.field(
        graphql_type=GoodsReturn | None,
        description="The return that is under way; null when the caller may not see it.",
    )
    async def goods_return(self, info: Info) -> Any:
        return await resolve.find(info.context, self.goods_return_id)


# Inputs


@strawberry.input(description="What the buyer wants to give back, and why.")
class GoodsReturnRequestInput(Keyed):
    order_id: strawberry.ID = strawberry.field(description="The order that this is about.")
    line_id: strawberry.ID = strawberry.field(description="Which of its lines; a return is about one.")
    reason: ReturnReason = strawberry.field(description="Why the buyer gives it back.")  # type: ignore[valid-type]
    note: str = strawberry.field(default="", description="Why in words, up to 1,000 characters.")
    quantity: int | None = strawberry.field(
        default=strawberry.UNSET, description="How many of the line; all that are left when left out. A piece is one."
    )
    photos: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Keys of the caller's finished uploads, 12 at most; none when left out."
    )

    def to_command(self) -> goods_return.RequestReturn:
        return goods_return.RequestReturn(
            order_id=id_of("Order", self.order_id, "orderId"),
            line_id=id_of("OrderLine", self.line_id, "lineId"),
            reason=goods_return.ReturnReason(self.reason),
            note=self.note,
            quantity=given(self.quantity),
            photos=tuple(given(self.photos) or ()),
        )


@strawberry.input(
    description="What the house takes back for a buyer, whenever it is. The note says why; the buyer reads it."
)
class GoodsReturnAgreeInput(GoodsReturnRequestInput):
    pass


@strawberry.input(description="How the buyer sent the goods.")
class GoodsReturnShipInput(Keyed):
    goods_return_id: strawberry.ID = strawberry.field(description="The return that this is about.")
    carrier: str = strawberry.field(description="Who carries them, up to 80 characters.")
    tracking: str = strawberry.field(description="The carrier's number for them, up to 80 characters.")

    def to_command(self) -> goods_return.ShipReturn:
        return goods_return.ShipReturn(
            id_of("GoodsReturn", self.goods_return_id, "goodsReturnId"), self.carrier, self.tracking
        )


@strawberry.input(description="Which goods the buyer keeps after all.")
class GoodsReturnCancelInput(Keyed):
    goods_return_id: strawberry.ID = strawberry.field(description="The return that this is about.")

    def to_command(self) -> goods_return.CancelReturn:
        return goods_return.CancelReturn(id_of("GoodsReturn", self.goods_return_id, "goodsReturnId"))


# Root fields


@strawberry.type
class GoodsReturnBuyerMutation:
    goods_return_request = mutation(
        goods_return.request,
        GoodsReturnRequestInput,
        GoodsReturn,
        ReturnWindowOver,
        ReturnUnderWay,
        PieceNotWithBuyer,
        WrongState,
        description="Ask to give something back, within the line's window after delivery. Until it is decided nobody "
        "is paid for it.",
    )
    goods_return_ship = mutation(
        goods_return.ship,
        GoodsReturnShipInput,
        GoodsReturn,
        WrongState,
        description="Say how the goods of an approved return were sent.",
    )
    goods_return_cancel = mutation(
        goods_return.cancel,
        GoodsReturnCancelInput,
        GoodsReturn,
        WrongState,
        description="Keep the goods after all, until the house has them.",
    )
