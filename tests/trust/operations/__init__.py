"""For every mutation a way to make a world in which it can be done, and who does it with which input.

An entry makes what it needs anew, so that it can be prepared again and again in one house.
"""

from tests.trust.operations import (
    account,
    appraisal,
    catalogue,
    consignment,
    fx,
    order,
    payout,
    session,
    settlement,
    trade_in,
    travel,
    wallet,
)
from tests.trust.operations.entry import Entry

OPERATIONS: dict[str, Entry] = {
    **account.ENTRIES,
    **session.ENTRIES,
    **wallet.ENTRIES,
    **payout.ENTRIES,
    **fx.ENTRIES,
    **catalogue.ENTRIES,
    **appraisal.ENTRIES,
    **consignment.ENTRIES,
    **settlement.ENTRIES,
    **order.ENTRIES,
    **travel.ENTRIES,
    **trade_in.ENTRIES,
}
