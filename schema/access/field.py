"""Fields that not everybody sees who sees the thing they are of: they are null, or empty, by rule and not by chance."""

from domain.trade_in import HANDLERS
from domain.viewer import Role
from schema.access.row import ALL_STAFF, Access, only, staff

INTERNAL = staff(*ALL_STAFF)
BUDGET = staff(Role.FINANCE, Role.MERCHANDISER)
PERSONAL = staff(Role.SUPPORT, Role.FINANCE, concerned="whose account it is")

FIELDS: dict[str, Access] = {
    "Account.email": PERSONAL,
    "Account.identityCheck": PERSONAL,
    "Account.circulation": PERSONAL,
    "Account.creditPurchases": PERSONAL,
    "Appraisal.appraiser": INTERNAL,
    "Appraisal.needs": INTERNAL,
    "Appraisal.opinions": INTERNAL,
    "Appraisal.owner": INTERNAL,
    "Appraisal.round": INTERNAL,
    "Campaign.available": BUDGET,
    "Campaign.budget": BUDGET,
    "Campaign.reserved": BUDGET,
    "Campaign.shares": BUDGET,
    "Campaign.spent": BUDGET,
    "Booking.intake": only("its buyer and staff with the role MEDICAL"),
    "Booking.net": staff(Role.FINANCE, concerned="whoever acts for its supplier"),
    "Booking.travellers": staff(Role.SUPPORT, concerned="its buyer and whoever acts for its supplier"),
    "Bundle.shares": staff(Role.MERCHANDISER, Role.FINANCE),
    "Certificate.note": INTERNAL,
    "Certificate.recall": INTERNAL,
    "ClubShop.associates": INTERNAL,
    "ConsignmentRefused.note": INTERNAL,
    "ConsignmentTask.agent": INTERNAL,
    "ConsignmentTask.note": INTERNAL,
    "ConsignmentTimelineEntry.actor": INTERNAL,
    "Departure.netPrices": staff(Role.MERCHANDISER, Role.FINANCE, concerned="whoever acts for its supplier"),
    "GoodsReturn.order": staff(Role.SUPPORT, Role.SHOP_ASSOCIATE, Role.FINANCE, concerned="its buyer"),
    "GoodsReturn.decidedBy": INTERNAL,
    "GoodsReturn.opened": INTERNAL,
    "GoodsReturnInspection.inspectedBy": INTERNAL,
    "GoodsReturnReceipt.takenBy": INTERNAL,
    "IntakeReceipt.takenBy": INTERNAL,
    "Listing.nextActions": INTERNAL,
    "Listing.reserved": INTERNAL,
    "Listing.sellerId": staff(*ALL_STAFF, concerned="the seller"),
    "Listing.stockValue": staff(Role.MERCHANDISER, Role.FINANCE),
    "Order.tradeIn": staff(*HANDLERS, concerned="its owner"),
    "OrderLine.cost": staff(Role.FINANCE),
    "OrderLine.sellerId": staff(*ALL_STAFF, concerned="the seller"),
    "Payout.accountNumber": staff(Role.FINANCE),
    "Piece.custodian": INTERNAL,
    "Piece.owner": INTERNAL,
    "Piece.riskBearer": INTERNAL,
    "Piece.serial": INTERNAL,
    "Piece.standings": INTERNAL,
    "Piece.titleRecords": INTERNAL,
    "PriceChange.actorId": INTERNAL,
    "RefundedLot.lot": staff(Role.FINANCE, Role.SUPPORT, concerned="its owner"),
    "Shipment.fingerprints": INTERNAL,
    "TravelProduct.supplier": staff(Role.MERCHANDISER, Role.FINANCE, Role.SUPPORT),
}
