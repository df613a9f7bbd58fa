"""Fields that not everybody sees who sees the thing they are of: they are null, or empty, by rule and not by chance."""

from domain.viewer import STAFF, Role
from schema.access.row import Access, staff

ALL_STAFF = staff(*(STAFF - {Role.SYSTEM}))
PERSONAL = staff(Role.SUPPORT, Role.FINANCE, concerned="whose account it is")

FIELDS: dict[str, Access] = {
    "Account.email": PERSONAL,
    "Account.identityCheck": PERSONAL,
    "Account.circulation": PERSONAL,
    "Account.creditPurchases": PERSONAL,
    "Appraisal.appraiser": ALL_STAFF,
    "Appraisal.needs": ALL_STAFF,
    "Appraisal.opinions": ALL_STAFF,
    "Appraisal.owner": ALL_STAFF,
    "Appraisal.round": ALL_STAFF,
    "BankAccount.number": staff(Role.FINANCE),
    "Certificate.note": ALL_STAFF,
    "Certificate.recall": ALL_STAFF,
    "ClubShop.associates": ALL_STAFF,
    "ConsignmentRefused.note": ALL_STAFF,
    "ConsignmentTask.agent": ALL_STAFF,
    "ConsignmentTask.note": ALL_STAFF,
    "ConsignmentTimelineEntry.actor": ALL_STAFF,
    "GoodsReturn.decidedBy": ALL_STAFF,
    "GoodsReturn.opened": ALL_STAFF,
    "GoodsReturnInspection.inspectedBy": ALL_STAFF,
    "GoodsReturnReceipt.takenBy": ALL_STAFF,
    "IntakeReceipt.takenBy": ALL_STAFF,
    "Listing.nextActions": ALL_STAFF,
    "Listing.reserved": ALL_STAFF,
    "Listing.sellerId": staff(*ALL_STAFF.roles, concerned="the seller"),
    "Listing.stockValue": staff(Role.MERCHANDISER, Role.FINANCE),
    "OrderLine.cost": staff(Role.FINANCE),
    "OrderLine.sellerId": staff(*ALL_STAFF.roles, concerned="the seller"),
    "OrderLine.tax": staff(Role.FINANCE),
    "Piece.custodian": ALL_STAFF,
    "Piece.owner": ALL_STAFF,
    "Piece.riskBearer": ALL_STAFF,
    "Piece.serial": ALL_STAFF,
    "Piece.standings": ALL_STAFF,
    "Piece.titleRecords": ALL_STAFF,
    "PriceChange.actorId": ALL_STAFF,
    "RefundedLot.lot": staff(Role.FINANCE, Role.SUPPORT, concerned="its owner"),
    "Shipment.fingerprints": ALL_STAFF,
}
