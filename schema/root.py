"""The schema: Query, Mutation and Subscription made of each feature's root fields."""

from functools import cache

import strawberry
from strawberry.extensions import MaxTokensLimiter
from strawberry.schema.config import StrawberryConfig

from schema.access import described
from schema.account import AccountMutation, AccountQuery
from schema.acquisition import AcquisitionMutation, AcquisitionQuery
from schema.api_key import ApiKeyMutation, ApiKeyQuery
from schema.appointment import AppointmentMutation, AppointmentQuery
from schema.appraisal import AppraisalMutation, AppraisalQuery
from schema.appraiser import AppraiserMutation, AppraiserQuery
from schema.audit import AuditQuery
from schema.booking import BookingMutation, BookingQuery
from schema.bundle import BundleMutation, BundleQuery
from schema.campaign import CampaignMutation, CampaignQuery
from schema.cart import CartMutation, CartQuery
from schema.catalogue import CatalogueQuery
from schema.certificate import CertificateMutation, CertificateQuery
from schema.change import ChangeSubscription
from schema.circulation import CirculationQuery
from schema.coded import CodedSchema
from schema.consignment import ConsignmentMutation, ConsignmentQuery
from schema.contract import ContractMutation, ContractQuery
from schema.departure import DepartureMutation, DepartureQuery
from schema.disposition import DispositionQuery
from schema.document import OneOperation, Remember
from schema.errors import HANDLERS
from schema.execution import CompiledExecutionContext
from schema.fx import FxMutation, FxQuery
from schema.gift_card import GiftCardMutation, GiftCardQuery
from schema.goods_return import GoodsReturnMutation, GoodsReturnQuery
from schema.grader import GraderQuery
from schema.grading import GradingMutation, GradingQuery
from schema.identity import IdentityMutation
from schema.listing import ListingMutation, ListingQuery
from schema.markdown import MarkdownMutation
from schema.media import MediaMutation
from schema.merchandise import CatalogueMutation
from schema.node import NodeQuery
from schema.order import OrderMutation, OrderQuery
from schema.payment import PaymentMutation, PaymentQuery
from schema.payout import PayoutMutation, PayoutQuery
from schema.piece import PieceMutation, PieceQuery
from schema.piece_cost import PieceCostMutation
from schema.policy import PolicyMutation, PolicyQuery
from schema.receivable import ReceivableMutation, ReceivableQuery
from schema.scalars import SCALARS
from schema.session import SessionMutation, SessionQuery
from schema.settlement import SettlementMutation, SettlementQuery
from schema.shipment import ShipmentMutation, ShipmentQuery
from schema.shop import ShopMutation, ShopQuery
from schema.stock import StockMutation, StockQuery
from schema.supplier import SupplierMutation, SupplierQuery
from schema.title import TitleMutation
from schema.trade_in import TradeInMutation, TradeInQuery
from schema.travel_product import TravelProductMutation, TravelProductQuery
from schema.trip_request import TripRequestMutation, TripRequestQuery
from schema.valuation import ValuationQuery
from schema.voucher import VoucherMutation, VoucherQuery
from schema.wallet import WalletMutation, WalletQuery

TOKENS_MAX = 2_000


@strawberry.type(description="Everything that can be read.")
class Query(
    AccountQuery,
    SessionQuery,
    ApiKeyQuery,
    WalletQuery,
    FxQuery,
    NodeQuery,
    CatalogueQuery,
    PieceQuery,
    ListingQuery,
    StockQuery,
    AuditQuery,
    PayoutQuery,
    ReceivableQuery,
    GradingQuery,
    GraderQuery,
    AppraiserQuery,
    AppraisalQuery,
    CertificateQuery,
    SettlementQuery,
    PolicyQuery,
    ContractQuery,
    CirculationQuery,
    SupplierQuery,
    TravelProductQuery,
    DepartureQuery,
    BookingQuery,
    BundleQuery,
    TripRequestQuery,
    CartQuery,
    OrderQuery,
    PaymentQuery,
    ShipmentQuery,
    GoodsReturnQuery,
    TradeInQuery,
    ValuationQuery,
    CampaignQuery,
    VoucherQuery,
    GiftCardQuery,
    AcquisitionQuery,
    DispositionQuery,
    ConsignmentQuery,
    ShopQuery,
    AppointmentQuery,
):
    pass


@strawberry.type(description="Everything that can be done. Every mutation takes a key and acts once.")
class Mutation(
    AccountMutation,
    SessionMutation,
    ApiKeyMutation,
    IdentityMutation,
    WalletMutation,
    FxMutation,
    MediaMutation,
    CatalogueMutation,
    PieceMutation,
    TitleMutation,
    ListingMutation,
    StockMutation,
    PayoutMutation,
    ReceivableMutation,
    GradingMutation,
    AppraiserMutation,
    AppraisalMutation,
    SettlementMutation,
    PolicyMutation,
    PieceCostMutation,
    MarkdownMutation,
    ContractMutation,
    CertificateMutation,
    SupplierMutation,
    TravelProductMutation,
    DepartureMutation,
    BookingMutation,
    BundleMutation,
    TripRequestMutation,
    CartMutation,
    OrderMutation,
    PaymentMutation,
    ShipmentMutation,
    GoodsReturnMutation,
    TradeInMutation,
    CampaignMutation,
    VoucherMutation,
    GiftCardMutation,
    AcquisitionMutation,
    ConsignmentMutation,
    ShopMutation,
    AppointmentMutation,
):
    pass


@strawberry.type(
    description="Everything that can be watched, over a WebSocket (graphql-transport-ws) or as an event stream. Each "
    "answer is the thing as it is now; of changes that come together one answer is given."
)
class Subscription(ChangeSubscription):
    pass


@cache
def build(*, compiled: bool = True) -> CodedSchema:
    """The executable schema; it never changes, so a process makes it once.

    Without `compiled` it executes as graphql-core does, which is what compiled execution is held against.
    """
    schema = CodedSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        execution_context_class=CompiledExecutionContext if compiled else None,
        extensions=[lambda: MaxTokensLimiter(TOKENS_MAX), OneOperation, Remember],
        exception_handlers=HANDLERS,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    described(schema._schema)
    return schema
