"""Who may watch what: every subscription has its row here."""

from domain.viewer import Role, Scope
from schema.access.query import HANDLERS
from schema.access.row import EVERYBODY, Access, signed_in, staff

SUPPORT, SHOP_ASSOCIATE, FINANCE = Role.SUPPORT, Role.SHOP_ASSOCIATE, Role.FINANCE

SUBSCRIPTIONS: dict[str, Access] = {
    "consignmentChanged": staff(*HANDLERS, concerned="its seller", scope=Scope.CONSIGNMENTS_READ),
    "listingChanged": EVERYBODY,
    "orderChanged": staff(SUPPORT, SHOP_ASSOCIATE, FINANCE, concerned="its buyer", scope=Scope.ORDERS_READ),
    "walletChanged": signed_in(),
}
