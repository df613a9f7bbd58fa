"""Who asks, and what it costs to be nobody who is known: the same for a request and for a connection that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.auth import BadToken
from app.meter import BAD_COST, THROTTLED
from app.request import HttpRefusal
from persistence.bucket import Empty, Lot

if TYPE_CHECKING:
    from app.house import House
    from domain.viewer import Viewer


async def who(house: House, address: str, authorization: str | None, locale: str) -> Viewer:
    """Who asks; raises BadToken.

    What is not good costs its address a point; a key that has to be looked up is paid for before.
    """
    lot = None
    if authorization is not None and house.doorkeeper.looks_up(authorization):
        lot = await pay(house, address)
    try:
        viewer = await house.viewer(authorization, locale)
    except BadToken:
        if lot is None:
            await pay(house, address)
        raise
    if lot is not None:
        lot.points += BAD_COST
    return viewer


async def pay(house: House, address: str) -> Lot:
    """The point that it costs the address to be nobody who is known."""
    lot = await house.meter.take(address, BAD_COST)
    if isinstance(lot, Empty):
        raise too_much(lot.retry_after_seconds)
    return lot


def too_much(wait: int) -> HttpRefusal:
    return HttpRefusal(429, THROTTLED, f"Too much at once: try again in {wait} s.", retry_after=str(wait))
