"""Orders in PostgreSQL: the order, its lines and its tenders, which the database checks to add up."""

from persistence.order.collection import SqlCosts, SqlOrders
from persistence.order.reader import SqlOrderReader
from persistence.order.row import OrderRow

__all__ = ["OrderRow", "SqlCosts", "SqlOrderReader", "SqlOrders"]
