"""The whole circle as it should be: no database, no ledger, no code of the house.

Every action answers "ok", after which the model has changed, or the code of its refusal, after which it has not.
"""

from collections.abc import Iterator
from datetime import datetime

from tests.trust.circle_model.books import overdue
from tests.trust.circle_model.goods_return import Returns


class Circle(Returns):
    """People by number, and all that they have and do."""

    def left_undone(self, now: datetime) -> Iterator[object]:
        """What should have been done by now; nothing, after the worker has done all its jobs."""
        yield from (order for order in self.orders if self.waits_too_long(order, now))
        yield from (line for order in self.orders for line in order.lines if line.is_due(now))
        yield from (one for one in self.settlements if self.is_payable(one, now))
        yield from (one for one in self.returns if self.never_sent(one, now))
        yield from (thing for thing in self.things if self.is_over(thing, now))
        yield from (one for one in self.payments if one.order is None and one.is_open and one.expires_at <= now)
        yield from (hold for hold in self.wallets.holds if overdue(hold, now))


__all__ = ["Circle"]
