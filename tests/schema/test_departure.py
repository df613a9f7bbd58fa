"""Departures: opened by their suppliers, filled up to their capacity, decided by how many come."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from app.jobs import JOBS
from domain.viewer import Role
from schema.ids import decode_id
from tests.support.api import Api
from tests.support.people import People
from tests.support.snapshot import changed, snapshot
from tests.support.statements import counted
from tests.support.travel import Travel, in_days, traveller

ONE_HOUSE = True

SHOWN = """
{ travelProducts(first: 5) { nodes { slug
  departures(first: 3) { nodes { id vacancies availability product { slug } } } } } }
"""


async def test_enough_travellers_and_it_goes_too_few_and_everybody_gets_everything_back(travel: Travel) -> None:
    buyer, other = await travel.buyer(1_000), await travel.buyer(2_000)
    few = await travel.departure(participantsMin=2, decideAt=in_days(60), days=90)
    enough = await travel.departure(participantsMin=2, decideAt=in_days(60), days=90)
    order, booking = await travel.booked(buyer, few)
    await travel.booked(other, enough, traveller(), traveller())

    await travel.pass_(days=61)

    off = await travel.read(buyer, "Departure", few)
    assert (off["state"], off["endReason"]) == ("CANCELLED", "1 of the 2 that it takes have booked")
    assert (await travel.read(buyer, "Departure", enough))["state"] == "GOING"
    ended = await travel.booking(buyer, booking["id"])
    assert (ended["state"], ended["retained"]["amount"]) == ("CANCELLED", "0.00")
    assert (await travel.order(buyer, order["id"]))["refunded"]["amount"] == "1000.00"
    assert (await travel.market.pocket(buyer))["cash"] == "1000.00"
    assert (await travel.market.pocket(other))["cash"] == "0.00"
    assert await travel.market.sound()


async def test_a_departure_that_was_decided_late_takes_place_all_the_same(travel: Travel) -> None:
    """The worker was away, and came to the end of the journey before its beginning."""
    buyer = await travel.buyer(1_000)
    departure = await travel.departure(days=20)
    _, booking = await travel.booked(buyer, departure)
    house, later = travel.market.house, datetime.now(UTC) + timedelta(days=30)
    for name in ("departureComplete", "departureDecide"):
        await JOBS[name](house, name, decode_id(departure)[1], uuid4().hex, later)
    query = "SELECT id FROM outbox WHERE name = ANY($1::text[])"
    first = await house.readers.pool.fetch(query, ["departureComplete", "departureDecide"])
    travel.done |= {row["id"] for row in first[:2]}

    await travel.pass_(days=31)

    assert (await travel.read(travel.supplier, "Departure", departure))["state"] == "COMPLETED"
    assert (await travel.booking(buyer, booking["id"]))["state"] == "TRAVELLED"
    assert await travel.owed() == {"TRAVEL": 80_000}
    assert await travel.market.sound()


async def test_a_supplier_calls_its_own_departure_off_and_nobody_elses(travel: Travel) -> None:
    buyer, (stranger, _) = await travel.buyer(1_000), await travel.another()
    departure = await travel.departure()
    await travel.booked(buyer, departure)
    held = await travel.held(buyer, departure)
    before = await snapshot(travel.market.house)
    for person in (stranger, buyer, None):
        denied = await travel.send(person, "departureCancel", departureId=departure, reason="Mine is better")
        assert denied["code"] == "NOT_ALLOWED"
    assert changed(before, await snapshot(travel.market.house)) == []

    await travel.do(travel.supplier, "departureCancel", departureId=departure, reason="A strike of the pilots")
    await travel.pass_(minutes=1)

    assert (await travel.market.pocket(buyer))["cash"] == "1000.00"
    assert (await travel.booking(buyer, held["id"]))["state"] == "CANCELLED"
    closed = await travel.hold(buyer, departure)
    assert closed["code"] == "DEPARTURE_CLOSED"
    again = await travel.send(travel.supplier, "departureCancel", departureId=departure, reason="Twice")
    assert again["code"] == "WRONG_STATE"
    assert await travel.market.sound()


async def test_a_departure_that_could_not_be_is_not_opened(travel: Travel) -> None:
    product = await travel.product()
    given = {
        "travelProductId": product,
        "optionCode": "CITY",
        "startsAt": in_days(9),
        "endsAt": in_days(10),
        "capacity": 5,
    }
    prices = [{"kind": "ADULT", "price": euro(10), "net": euro(8)}]
    for wrong, path in (
        ({"capacity": 0}, ["capacity"]),
        ({"singles": 6}, ["capacity"]),
        ({"participantsMin": 6}, ["participantsMin"]),
        ({"startsAt": in_days(-1)}, ["startsAt"]),
        ({"endsAt": in_days(8)}, ["startsAt"]),
        ({"cutOffAt": in_days(11)}, ["cutOffAt"]),
        ({"prices": []}, ["prices"]),
        ({"prices": [{"kind": "SENIOR", "price": euro(10), "net": euro(8)}]}, ["prices"]),
        ({"prices": [{"kind": "ADULT", "price": euro(8), "net": euro(10)}]}, ["prices", "net"]),
        ({"optionCode": "MOON"}, ["optionCode"]),
    ):
        answer = await travel.send(travel.supplier, "departureOpen", **{**given, "prices": prices, **wrong})
        assert (answer["code"] in ("INVALID_INPUT", "NOT_FOUND"), answer["path"]) == (True, path), answer


async def test_who_comes_too_late_is_told_until_when_one_could_book(travel: Travel) -> None:
    departure = await travel.departure(days=10, cutOffAt=in_days(5))
    await travel.market.run(later, None)
    answer = await travel.hold(await travel.buyer(), departure)
    assert (answer["code"], answer["path"]) == ("DEPARTURE_CLOSED", ["departureId"])


async def later(work: object, viewer: object, command: None, *, now: object) -> None:
    """The cut-off has come."""
    from sqlalchemy import text

    await work.connection.execute(  # type: ignore[attr-defined]
        text("UPDATE departure SET cut_off_at = now() - interval '1 minute'"), {}
    )


async def test_the_database_itself_sells_no_place_twice(travel: Travel) -> None:
    departure = await travel.departure(capacity=2)
    await travel.held(await travel.buyer(), departure)
    with pytest.raises(asyncpg.CheckViolationError, match="taken"):
        await travel.market.run(overbook, None)


async def overbook(work: object, viewer: object, command: None, *, now: object) -> None:
    from sqlalchemy import text

    await work.connection.execute(text("UPDATE departure SET taken = 3"), {})  # type: ignore[attr-defined]


async def test_journeys_are_on_show_and_what_they_cost_the_house_is_not(
    travel: Travel, people: People, api: Api
) -> None:
    departure = await travel.departure()
    net = "netPrices { net { amount } } availability product { supplier { name } }"
    seen = {
        "stranger": await travel.read(None, "Departure", departure, net),
        "supplier": await travel.read(travel.supplier, "Departure", departure, net),
        "finance": await travel.read(await people.staff(Role.FINANCE), "Departure", departure, net),
    }
    assert {name for name, one in seen.items() if one["netPrices"]} == {"supplier", "finance"}
    assert {name for name, one in seen.items() if one["product"]["supplier"]} == {"supplier", "finance"}
    assert seen["stranger"]["availability"] == "AVAILABLE"


async def test_a_list_of_journeys_costs_the_same_statements_however_long_it_is(travel: Travel, api: Api) -> None:
    await travel.departure()
    with counted() as one:
        await api(None, SHOWN)
    for _ in range(4):
        product = await travel.product()
        for days in (80, 90):
            await travel.departure(product, days=days)
    with counted() as five:
        answer = await api(None, SHOWN)
    assert len(answer["travelProducts"]["nodes"]) == 5
    assert len(five) == len(one)


def euro(amount: int) -> dict[str, str]:
    return {"amount": str(amount), "currencyCode": "EUR"}
