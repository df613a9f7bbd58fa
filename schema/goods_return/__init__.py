"""Returns: asked for, approved, sent, received, inspected, and undone to the last unit."""

import strawberry

from schema.goods_return.buyer import GoodsReturnBuyerMutation
from schema.goods_return.desk import GoodsReturnDeskMutation
from schema.goods_return.noun import GoodsReturn, GoodsReturnReadQuery
from schema.goods_return.preview import RefundPreview, RefundPreviewLineInput, RefundPreviewQuery

__all__ = ["GoodsReturn", "GoodsReturnMutation", "GoodsReturnQuery", "RefundPreview", "RefundPreviewLineInput"]


@strawberry.type
class GoodsReturnQuery(GoodsReturnReadQuery, RefundPreviewQuery):
    pass


@strawberry.type
class GoodsReturnMutation(GoodsReturnBuyerMutation, GoodsReturnDeskMutation):
    pass
