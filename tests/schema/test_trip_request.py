"""Tailor-made journeys: asked for, quoted, and booked by whoever asked alone."""

from typing import Any

import pytest

from domain.account import Account
from tests.support.market import money
from tests.support.travel import Travel, in_days, traveller

ONE_HOUSE = True

WISH = {"category": "LEISURE", "wishes": "Kyoto by slow trains, with my mother", "party": 2}


async def asked(travel: Travel, buyer: Account, **given: Any) -> Any:
    days = {"startsOn": in_days(100)[:10], "endsOn": in_days(110)[:10]}
    return await travel.do(buyer, "tripRequestSubmit", **{**WISH, **days, "budget": money(9_000), **given})


async def quoted(travel: Travel, request: Any, **given: Any) -> Any:
    said = {
        "tripRequestId": request["id"],
        "travelProductId": await travel.product(instant=True),
        "optionCode": "CITY",
        "startsAt": in_days(100),
        "endsAt": in_days(110),
        "prices": [{"kind": "ADULT", "price": money(3_000), "net": money(2_400)}],
        "note": "Ten days, four ryokan, no plane",
        "validUntil": in_days(7),
    }
    return await travel.do(travel.merchandiser, "tripRequestQuote", **{**said, **given})


async def test_a_wish_becomes_a_quote_and_the_quote_a_booking(travel: Travel) -> None:
    buyer = await travel.buyer()
    request = await asked(travel, buyer)
    quote = await quoted(travel, request)
    assert (quote["state"], quote["quote"]["prices"][0]["price"]["amount"]) == ("QUOTED", "3000.00")

    who = [traveller(), traveller()]
    accepted = await travel.do(buyer, "tripRequestAccept", tripRequestId=request["id"], travellers=who)

    booking = await travel.booking(buyer, accepted["booking"]["id"])
    assert (accepted["state"], booking["state"], booking["price"]["amount"]) == ("ACCEPTED", "ON_HOLD", "6000.00")
    await travel.pay(buyer)
    assert (await travel.booking(buyer, booking["id"]))["state"] == "CONFIRMED"
    departure = booking["departure"]["id"]
    stranger = await travel.buyer()
    assert await travel.read(stranger, "Departure", departure) is None
    assert (await travel.hold(stranger, departure))["code"] == "NOT_FOUND"
    assert (await travel.read(travel.supplier, "Departure", departure))["vacancies"] == 0


@pytest.mark.own_house
async def test_a_quote_that_lapsed_or_was_declined_is_no_journey(travel: Travel) -> None:
    buyer = await travel.buyer()
    request = await asked(travel, buyer)
    early = await travel.send(buyer, "tripRequestAccept", tripRequestId=request["id"], travellers=[traveller()])
    assert early["code"] == "WRONG_STATE"
    await quoted(travel, request)
    many = await travel.send(buyer, "tripRequestAccept", tripRequestId=request["id"], travellers=[traveller()] * 3)
    assert (many["code"], many["path"]) == ("INVALID_INPUT", ["travellers"])
    await travel.market.run(lapse, None)
    late = await travel.send(buyer, "tripRequestAccept", tripRequestId=request["id"], travellers=[traveller()])
    assert late["code"] == "QUOTE_LAPSED"

    over = await travel.do(buyer, "tripRequestDecline", tripRequestId=request["id"])

    assert (over["state"], over["nextActions"]) == ("DECLINED", [])
    own = "query ($states: [TripRequestState!]) { tripRequests(states: $states) { nodes { id } } }"
    assert (await travel.market.api(buyer, own, states=["DECLINED"]))["tripRequests"]["nodes"] == [
        {"id": request["id"]}
    ]
    assert (await travel.market.api(buyer, own, states=["QUOTED", "ACCEPTED"]))["tripRequests"]["nodes"] == []
    assert await travel.market.value("SELECT count(*) FROM departure") == 0


async def lapse(work: Any, viewer: object, command: None, *, now: object) -> None:
    from sqlalchemy import text

    lapsed = "jsonb_set(quote, '{valid_until}', '\"2020-01-01T00:00:00Z\"')"
    await work.connection.execute(text(f"UPDATE trip_request SET quote = {lapsed}"), {})


async def test_what_was_accepted_and_not_paid_in_time_is_quoted_again(travel: Travel) -> None:
    buyer = await travel.buyer()
    request = await asked(travel, buyer)
    await quoted(travel, request)
    given = {"tripRequestId": request["id"], "travellers": [traveller(), traveller()]}
    accepted = await travel.do(buyer, "tripRequestAccept", **given)
    first = await travel.booking(buyer, accepted["booking"]["id"])

    await travel.pass_(minutes=31)

    assert (await travel.booking(buyer, first["id"]))["state"] == "EXPIRED"
    found = await travel.read(buyer, "TripRequest", request["id"])
    assert (found["state"], found["booking"]) == ("QUOTED", None)
    assert "tripRequestAccept" in found["nextActions"]
    gone = await travel.hold(buyer, first["departure"]["id"], traveller())
    assert gone["code"] == "DEPARTURE_CLOSED"
    again = await travel.do(buyer, "tripRequestAccept", **given)
    await travel.pay(buyer)
    await travel.pass_(minutes=62)
    assert (await travel.read(buyer, "TripRequest", request["id"]))["state"] == "ACCEPTED"
    assert (await travel.booking(buyer, again["booking"]["id"]))["state"] == "CONFIRMED"
    assert await travel.market.sound()


async def test_a_provider_that_is_slow_does_not_cost_a_request_its_booking(travel: Travel) -> None:
    buyer = await travel.buyer()
    request = await asked(travel, buyer)
    await quoted(travel, request)
    accepted = await travel.do(buyer, "tripRequestAccept", tripRequestId=request["id"], travellers=[traveller()])
    order = await travel.pay(buyer, provider="TEST")
    await travel.pass_(minutes=20)
    held = accepted["booking"]["id"]

    assert (await travel.read(buyer, "TripRequest", request["id"]))["booking"] == {"id": held}
    await travel.pass_(minutes=31 + 30 + 24 * 60)
    assert (await travel.order(buyer, order["id"]))["state"] == "EXPIRED"
    assert (await travel.read(buyer, "TripRequest", request["id"]))["state"] == "QUOTED"


async def test_what_was_quoted_can_be_held_for_as_long_as_the_quote_stands(travel: Travel) -> None:
    buyer = await travel.buyer()
    request = await asked(travel, buyer)
    quote = await quoted(travel, request)
    assert quote["state"] == "QUOTED"
    await travel.do(buyer, "tripRequestAccept", tripRequestId=request["id"], travellers=[traveller()])

    query = "SELECT cut_off_at < starts_at AND decide_at = starts_at FROM departure"
    assert await travel.market.value(query)


async def test_a_request_is_for_whoever_asked_and_for_those_who_quote(travel: Travel) -> None:
    buyer, stranger = await travel.buyer(), await travel.buyer()
    request = await asked(travel, buyer)
    for person in (stranger, travel.supplier, None):
        assert await travel.read(person, "TripRequest", request["id"], "id") is None
        answer = await travel.send(person, "tripRequestDecline", tripRequestId=request["id"])
        assert answer["code"] in ("NOT_FOUND", "NOT_ALLOWED")
    assert (await travel.read(travel.merchandiser, "TripRequest", request["id"], "state"))["state"] == "SUBMITTED"
