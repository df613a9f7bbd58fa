"""Trade-ins in PostgreSQL."""

from persistence.trade_in.collection import SqlTradeInReader, SqlTradeIns
from persistence.trade_in.row import TradeInRow

__all__ = ["SqlTradeInReader", "SqlTradeIns", "TradeInRow"]
