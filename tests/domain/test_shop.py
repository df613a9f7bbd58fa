"""Slots by the clock of the shop, wherever it is and whatever its clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from domain.appointment import free_slots
from domain.localized import Localized
from domain.shop import SLOT_MINUTES, Address, ClubShop, OpeningHours, Purpose, ShopId, ShopService

zones = st.sampled_from(["Europe/Paris", "Asia/Shanghai", "America/New_York", "Pacific/Auckland", "UTC"])
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
times = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))


def shop(zone: str, opens: time, closes: time, minutes: int = 30, capacity: int = 1) -> ClubShop:
    return ClubShop(
        id=ShopId(uuid4()),
        slug="shop",
        name=Localized("Shop", "店"),
        address=Address("1", "Paris", "75002", "FR"),
        time_zone=zone,
        hours=tuple(OpeningHours(weekday, opens, closes) for weekday in range(1, 8)),
        services=(ShopService(Purpose.VIEWING, capacity),),
        slot_minutes=minutes,
        active=True,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


@given(zones, days, times, times, st.sampled_from(SLOT_MINUTES))
def test_every_slot_lies_within_the_hours_of_its_day(
    zone: str, day: date, opens: time, closes: time, minutes: int
) -> None:
    found = shop(zone, opens, closes, minutes)
    slots = found.slots(day)

    assert slots == sorted(set(slots))
    for start in slots:
        local = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert local.date() == found.local_day(start) == day
        assert opens <= local.time()
        assert local + timedelta(minutes=minutes) <= datetime.combine(day, closes)


def test_an_hour_that_the_clocks_leave_out_has_no_slots() -> None:
    spring = shop("Europe/Paris", time(1), time(5), 60).slots(date(2026, 3, 29))

    assert [start.astimezone(ZoneInfo("Europe/Paris")).hour for start in spring] == [1, 3, 4]


@given(st.lists(st.integers(0, 5), min_size=8, max_size=8), st.integers(1, 3))
def test_only_what_has_a_place_and_is_ahead_is_free(taken: list[int], capacity: int) -> None:
    found = shop("UTC", time(10), time(14), 30, capacity)
    day = date(2026, 6, 1)
    starts = found.slots(day)
    now = starts[2]

    free = free_slots(found, Purpose.VIEWING, day, dict(zip(starts, taken, strict=True)), now)

    ahead = [(start, count) for start, count in zip(starts, taken, strict=True) if start > now]
    expected = [(start, capacity - count) for start, count in ahead if count < capacity]
    assert [(slot.starts_at, slot.free) for slot in free] == expected
    assert free_slots(found, Purpose.DROP_OFF, day, {}, now) == []
