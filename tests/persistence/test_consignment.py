"""Lists of consignments and appointments walk an index, and cost the same after years of those that are over."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from domain.appointment import AppointmentFilter
from domain.consignment import ConsignmentFilter, ConsignmentState, Queue, QueueFilter
from domain.page import PageRequest
from domain.shop import ShopId
from domain.viewer import AccountId
from persistence.appointment import SqlAppointmentReader
from persistence.consignment import SqlConsignmentReader
from tests.conftest import Place
from tests.support.consignment import Counter, slot, uuid_of
from tests.support.explained import Explained

PAST = 6_000
FUTURE = datetime(2036, 1, 1, tzinfo=UTC)
CURSOR = (datetime(2026, 6, 1, tzinfo=UTC), UUID(int=0))
PAGES = (PageRequest(size=5), PageRequest(size=5, from_key=CURSOR), PageRequest(5, CURSOR, True))

OVER = f"""
WITH past AS (SELECT n, gen_random_uuid() AS id FROM generate_series(1, {PAST}) n),
model AS (SELECT c FROM consignment c WHERE state = 'SUBMITTED' LIMIT 1),
made AS (
    INSERT INTO consignment SELECT (jsonb_populate_record(c, jsonb_build_object('id', id, 'code', 'P' || n,
        'state', (ARRAY['WITHDRAWN', 'DECLINED', 'EXPIRED'])[1 + n % 3],
        'state_since', timestamptz '2026-01-01 00:00Z' + n * interval '1 hour',
        'created_at', timestamptz '2026-01-01 00:00Z' + n * interval '1 hour'))).* FROM past, model RETURNING id)
INSERT INTO consignment_task (id, consignment_id, kind, attempt, due_at, outcome, agent, done_at, note)
SELECT gen_random_uuid(), id, 'RETURN', 1, now(), 'VOID', NULL, now(), '' FROM made
"""


@pytest.fixture(scope="module")
async def counter(place: Place) -> Counter:
    return await Counter(place.api, place.people).open()


@pytest.fixture(scope="module")
async def explained(counter: Counter, place: Place) -> AsyncIterator[Explained]:
    """A house with thousands of consignments that are over, and a few under way."""
    for _ in range(3):
        await counter.submitted()
    consignment_id = await counter.confirmed()
    at = {"shopId": counter.shop_id, "startsAt": slot().isoformat()}
    await counter(counter.seller, "consignmentBook", consignmentId=consignment_id, **at)
    back = await counter.received()
    await counter(counter.seller, "consignmentWithdraw", consignmentId=back)
    owner = await asyncpg.connect(
        place.database.owner_url, server_settings={"plan_cache_mode": "force_generic_plan", "jit": "off"}
    )
    await owner.execute(OVER)
    await owner.execute("ANALYZE")
    yield Explained(owner)
    await owner.close()


async def test_a_seller_with_a_long_past_reads_one_page_of_it(explained: Explained, counter: Counter) -> None:
    reader = SqlConsignmentReader(explained)

    for states in ((), (ConsignmentState.WITHDRAWN,)):
        for page in PAGES:
            await reader.page(ConsignmentFilter(states, AccountId(counter.seller.id)), page)
        explained.check(states)


@pytest.mark.parametrize("queue", Queue)
async def test_what_waits_is_found_without_reading_what_is_over(
    explained: Explained, counter: Counter, queue: Queue
) -> None:
    reader = SqlConsignmentReader(explained)

    for wanted in (QueueFilter(queue), QueueFilter(queue, shop_id=uuid_of(counter.shop_id), due_before=FUTURE)):
        for page in PAGES:
            await reader.queue(wanted, page)
    explained.check(queue)


async def test_the_diary_of_a_shop_reads_its_days_alone(explained: Explained, counter: Counter) -> None:
    reader = SqlAppointmentReader(explained)
    shop_id = ShopId(uuid_of(counter.shop_id))

    for wanted in (
        AppointmentFilter(shop_id=shop_id, starts_from=slot(), starts_before=slot() + timedelta(days=1)),
        AppointmentFilter(customer=counter.seller.id),
    ):
        for page in PAGES:
            await reader.page(wanted, page)
    explained.check("diary")
