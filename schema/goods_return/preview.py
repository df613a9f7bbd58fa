"""What a return would give back, to the last unit, before anything is sent."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain import goods_return, wallet
from resolvers import goods_return as resolve
from resolvers import order as resolve_order
from resolvers import trade_in as resolve_trade_in
from resolvers import wallet as resolve_wallet
from schema.ids import id_of
from schema.mutation import Info, given
from schema.noun import noun
from schema.order import OrderLine, OrderRefundPart
from schema.scalars import Money
from schema.wallet import CreditLot

if TYPE_CHECKING:
    from schema.trade_in import TradeIn


@noun(goods_return.LineRefund, description="What one line would give back.")
class RefundPreviewLine:
    quantity: int = strawberry.field(description="For how many of it.")
    worth: Money = strawberry.field(description="What was paid for them.")
    deduction: Money = strawberry.field(description="What they have lost, and would not be given back.")
    deduction_reason: str | None = strawberry.field(description="Why; null when nothing is deducted.")
    amount: Money = strawberry.field(description="What would be given back of the price.")
    discount: Money = strawberry.field(description="What of that goes back to whoever bore the voucher.")
    duties: Money = strawberry.field(
        description="What would be given back besides of what a border asked: the same part, where the country gives "
        "it back; else nothing."
    )

    @strawberry.field(
        graphql_type=OrderLine | None, description="The line that it is about; null for those who may not see it."
    )
    async def line(root: goods_return.LineRefund, info: Info) -> Any:
        return await resolve_order.find_line(info.context, root.line_id)


@noun(wallet.LotSlice, description="Credit that would go back into the lot that it was spent from.")
class RefundedLot:
    amount: Money = strawberry.field(description="How much goes back into it.")

    @strawberry.field(
        graphql_type=CreditLot | None,
        description="Which lot, with the expiry that it keeps. For its owner, finance and support; null for others.",
    )
    async def lot(root: wallet.LotSlice, info: Info) -> Any:
        return await resolve_wallet.lot(info.context, root.lot_id)


@noun(
    goods_return.RefundPreview,
    description="What would go back now, by the very steps that will: largest remainder over what is left of each "
    "tender, credit into the lots that it came from. What is called off before it was sent goes back at once, with the "
    "shipping; later the price of an express way stays, for the standard way costs nothing, and each return and each "
    "journey has a refund of its own, one after the other in the order of the lines.",
)
class RefundPreview:
    amount: Money = strawberry.field(description="How much would go back in all.")
    lines: list[RefundPreviewLine] = strawberry.field(description="Line by line, in the order asked for.")
    shipping: Money = strawberry.field(description="What of the shipping goes back with them.")
    parts: list[OrderRefundPart] = strawberry.field(description="How much to each tender.")
    piece_goes_back: bool = strawberry.field(
        description="Whether the old piece that has paid a part goes back itself, and not its value: then the part of "
        "TRADE_IN is the piece, and that of SUBSIDY goes back to its fund. It does while it is still the house's, with "
        "one refund of all that is left and nothing of its value given back before; else its owner gets the agreed "
        "value in cash."
    )
    lots: list[RefundedLot] = strawberry.field(description="How much of the credit into each lot.")

    @strawberry.field(
        graphql_type=Annotated["TradeIn", strawberry.lazy("schema.trade_in")] | None,
        description="The trade-in whose piece goes back itself; null for all but its owner and staff who handle "
        "trade-ins, for API keys as well, and where none does.",
    )
    async def trade_in(root: goods_return.RefundPreview, info: Info) -> Any:
        return None if root.trade_in_id is None else await resolve_trade_in.find(info.context, root.trade_in_id)


@strawberry.input(description="A line of an order to give back.")
class RefundPreviewLineInput:
    line_id: strawberry.ID = strawberry.field(description="The line to give back.")
    quantity: int | None = strawberry.field(
        default=strawberry.UNSET, description="How many of it; all that is left, or is on its way, when left out."
    )

    def to_wanted(self, index: int) -> goods_return.WantedLine:
        return goods_return.WantedLine(
            id_of("OrderLine", self.line_id, "lines", str(index), "lineId"), given(self.quantity)
        )


@strawberry.type
class RefundPreviewQuery:
    @strawberry.field(
        graphql_type=RefundPreview,
        description="What giving these lines back would refund now, whichever is named first. A return that was "
        "inspected counts with its deduction.",
    )
    async def refund_preview(
        self,
        info: Info,
        order_id: Annotated[strawberry.ID, strawberry.argument(description="Which order, by its id.")],
        lines: Annotated[list[RefundPreviewLineInput], strawberry.argument(description="Which lines, each once.")],
    ) -> Any:
        wanted = [one.to_wanted(index) for index, one in enumerate(lines)]
        return await resolve.refund_preview(info.context, id_of("Order", order_id, "orderId"), wanted)
