"""Requests for tailor-made journeys: buyers see their own, staff who quote see all."""

from collections.abc import Sequence
from uuid import UUID

from domain.page import Page, PageRequest
from domain.refusal import NotFound
from domain.trip_request import STAFF, TripRequest, TripRequestState, may_see
from resolvers.context import Context


async def find(context: Context, trip_request_id: UUID) -> TripRequest | None:
    """The request, if there is one for the caller."""
    found = await context.loaders.trip_request.load(trip_request_id)
    return found if found is not None and may_see(context.viewer, found) else None


async def trip_request(context: Context, trip_request_id: UUID) -> TripRequest:
    found = await find(context, trip_request_id)
    if found is None:
        raise NotFound("TripRequest", trip_request_id, path=("id",))
    return found


async def own(context: Context, states: Sequence[TripRequestState], page: PageRequest) -> Page[TripRequest]:
    """The caller's own, newest first."""
    return await context.readers.trip_requests.of_buyer(context.viewer.require_account(), states, page)


async def queue(context: Context, states: Sequence[TripRequestState], page: PageRequest) -> Page[TripRequest]:
    """Everybody's, oldest first, for staff."""
    context.viewer.require(*STAFF)
    return await context.readers.trip_requests.queue(states, page)
