"""Circulation, for finance."""

from collections.abc import Sequence
from datetime import date

from domain.circulation import Circulation, check_period
from domain.viewer import Role
from resolvers.context import Context


async def circulation(context: Context, since: date, until: date) -> Sequence[Circulation]:
    context.viewer.require(Role.FINANCE)
    check_period(since, until)
    return await context.readers.circulation.circulation(since, until)
