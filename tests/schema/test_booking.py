"""Journeys: held, paid, confirmed, called off by the ladder, or travelled and earned."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from domain.viewer import Role, Scope
from persistence.embedded import Services
from tests.schema.test_api_key import issued, with_key
from tests.support.api import Api
from tests.support.market import Market
from tests.support.people import People, euros
from tests.support.snapshot import changed, snapshot
from tests.support.travel import GUARDIAN, Travel, document, traveller


async def test_a_journey_is_held_paid_confirmed_and_travelled_and_only_then_earned(travel: Travel) -> None:
    buyer, market = await travel.buyer(1_000), travel.market
    departure = await travel.departure()

    held = await travel.held(buyer, departure)
    assert (held["state"], held["departure"]["vacancies"], held["price"]["amount"]) == ("ON_HOLD", 19, "1000.00")
    assert (await travel.cart(buyer))["bookings"][0]["price"] == {"amount": "1000.00"}

    order = await travel.pay(buyer)
    (line,) = order["lines"]
    assert (line["kind"], line["taxBasis"], line["jurisdiction"], line["soldByHouse"]) == (
        "DEPARTURE",
        "TRAVEL_MARGIN",
        "FR",
        True,
    )
    assert {pin["kind"] for pin in line["pins"]} == {"TAX", "TRAVEL"}
    assert (await travel.booking(buyer, held["id"]))["state"] == "PENDING"
    assert (await market.balance("ESCROW"), await market.balance("TRAVEL_UNEARNED")) == (0, 100_000)

    confirmed = await travel.do(travel.supplier, "bookingConfirm", bookingId=held["id"], reference="MV-7")
    assert (confirmed["state"], confirmed["supplierReference"]) == ("CONFIRMED", "MV-7")
    await travel.pass_(days=94)
    assert (await travel.booking(buyer, held["id"]))["state"] == "CONFIRMED"

    await travel.pass_(days=96)
    assert (await travel.booking(buyer, held["id"]))["state"] == "TRAVELLED"
    assert (await travel.order(buyer, order["id"]))["state"] == "COMPLETED"
    # A margin of 200 with French tax in it: 33.33, and 166.67 for the house.
    accounts = ("ESCROW", "TRAVEL_UNEARNED", "SUPPLIER_PAYABLE", "TAX_PAYABLE", "COMMISSION")
    assert [await market.balance(one) for one in accounts] == [0, 0, 80_000, 3_333, 16_667]
    assert await travel.owed() == {"TRAVEL": 80_000}
    assert await market.sound()


async def test_what_is_not_paid_in_time_is_free_for_others(travel: Travel) -> None:
    buyer = await travel.buyer()
    departure = await travel.departure(capacity=1)
    held = await travel.held(buyer, departure)
    other = await travel.buyer()

    refused = await travel.hold(other, departure)
    assert (refused["code"], refused["vacancies"], refused["asked"]) == ("DEPARTURE_FULL", 0, 1)

    await travel.pass_(minutes=31)
    assert (await travel.booking(buyer, held["id"]))["state"] == "EXPIRED"
    assert (await travel.held(other, departure))["state"] == "ON_HOLD"
    before = await snapshot(travel.market.house)
    late = await travel.place(buyer)
    assert (late["code"], late["leftCart"], late["path"]) == ("BOOKING_LAPSED", True, ["cartId"])
    assert set(changed(before, await snapshot(travel.market.house))) <= {"cart", "idempotency_key"}


async def test_what_can_not_be_held_anew_leaves_the_cart_and_the_rest_can_be_bought(
    travel: Travel, market: Market
) -> None:
    buyer, other = await travel.buyer(), await travel.buyer()
    departure = await travel.departure(capacity=1)
    await travel.held(buyer, departure)
    await market.add(buyer, await market.stock(100, 5))
    await travel.pass_(minutes=31)
    await travel.held(other, departure)

    tried = await travel.place(buyer, dry_run=True)
    assert tried["code"] == "BOOKING_LAPSED"
    assert [one["booking"]["state"] for one in (await travel.cart(buyer))["bookings"]] == ["EXPIRED"]
    refused = await travel.place(buyer)

    assert refused["leftCart"]
    assert refused["message"].endswith("or place the order without them.")
    assert (await travel.cart(buyer))["bookings"] == []
    placed = await travel.place(buyer, cash=100)
    assert [line["kind"] for line in placed["lines"]] == ["GOODS"]
    assert await market.sound()


@pytest.mark.parametrize("late", [True, False], ids=["let go of by the house", "not yet"])
async def test_places_whose_time_is_over_are_held_anew_where_there_is_room(
    travel: Travel, market: Market, database: Services, late: bool
) -> None:
    buyer = await travel.buyer(2_000)
    departure = await travel.departure(capacity=1)
    first = await travel.held(buyer, departure)
    if late:
        await travel.pass_(minutes=31)
    else:
        connection = await asyncpg.connect(database.app_url)
        await connection.execute("UPDATE booking SET expires_at = now() - interval '1 second'")
        await connection.close()

    order = await travel.place(buyer)

    assert order["__typename"] == "Order", order
    paid = order["lines"][0]["booking"]
    assert (paid["state"], paid["id"] != first["id"]) == ("PENDING", late)
    assert await market.value("SELECT taken FROM departure") == 1
    assert await market.value("SELECT count(*) FROM cart WHERE bookings <> '[]'") == 0
    await travel.do(travel.supplier, "bookingConfirm", bookingId=paid["id"], reference="MV-8")
    assert await market.sound()


async def test_places_are_not_held_anew_where_something_is_asked_that_was_forgotten(travel: Travel) -> None:
    buyer = await travel.buyer()
    departure = await travel.departure(await travel.product(category="STUDY_TOUR"))
    await travel.held(buyer, departure)
    await travel.pass_(minutes=31)

    assert (await travel.place(buyer))["leftCart"]
    assert await travel.market.value("SELECT count(*) FROM cart WHERE bookings <> '[]'") == 0
    await travel.held(buyer, departure)
    assert (await travel.place(buyer))["__typename"] == "Order"


async def test_a_supplier_that_says_no_or_nothing_costs_the_buyer_nothing(travel: Travel) -> None:
    buyer = await travel.buyer(2_000)
    departure = await travel.departure()
    first = await travel.held(buyer, departure)
    order = await travel.pay(buyer)

    rejected = await travel.do(travel.supplier, "bookingReject", bookingId=first["id"], reason="The house is full")

    assert (rejected["state"], rejected["departure"]["vacancies"]) == ("REJECTED", 20)
    ended = await travel.order(buyer, order["id"])
    assert (ended["state"], ended["refunded"]["amount"]) == ("CANCELLED", "1000.00")

    second = await travel.held(buyer, departure)
    await travel.pay(buyer)
    await travel.pass_(hours=73)
    assert (await travel.booking(buyer, second["id"]))["state"] == "EXPIRED"
    assert (await travel.market.pocket(buyer))["cash"] == "2000.00"
    assert await travel.market.balance("TRAVEL_UNEARNED") == 0
    assert await travel.market.sound()


async def test_the_ladder_of_the_day_of_booking_says_what_stays(travel: Travel, people: People, api: Api) -> None:
    buyer = await travel.buyer()
    order, booking = await travel.booked(buyer, await travel.departure(days=40))
    assert (booking["ladder"]["code"], booking["retainedNow"]["amount"]) == ("STANDARD", "300.00")
    # The house changes its mind about ladders; this booking keeps its own.
    finance = await people.staff(Role.FINANCE)
    kept = await api(finance, LADDERS)
    terms = next(one["terms"] for one in kept["policiesInForce"] if one["kind"] == "TRAVEL")
    assert {ladder["code"] for ladder in terms["ladders"]} == {"FLEXIBLE", "STANDARD", "STRICT"}
    stricter = {**TRAVEL_TERMS, "ladders": [{**LADDER, "steps": [{"daysBefore": 30, "retainedBps": 10_000}]}]}
    published = await api(finance, PUBLISH, input={"terms": {"travel": stricter}, "note": "A hard winter"})
    assert published["policyPublish"]["version"] == 2

    foretold = await travel.preview(buyer, order, [order["lines"][0]["id"]])
    assert foretold["amount"]["amount"] == "700.00"
    assert foretold["lines"][0]["deductionReason"].endswith("the ladder STANDARD keeps this.")
    ended = await travel.do(buyer, "bookingCancel", bookingId=booking["id"], reason="An exam came up")

    assert (ended["state"], ended["retained"]["amount"]) == ("CANCELLED", "300.00")
    assert (await travel.market.pocket(buyer))["cash"] == "9700.00"
    assert (await travel.order(buyer, order["id"]))["state"] == "CANCELLED"
    # 240 of what stayed is the supplier's, as 800 of 1,000 would have been; of the 60 left 10 are tax.
    balances = [await travel.market.balance(one) for one in ("TRAVEL_UNEARNED", "TAX_PAYABLE", "COMMISSION")]
    assert balances == [0, 1_000, 5_000]
    assert await travel.owed() == {"CANCELLATION": 24_000}
    assert await travel.market.sound()
    new = await travel.held(buyer, await travel.departure(days=29))
    assert new["retainedNow"]["amount"] == "0.00"
    assert {pin["version"] for pin in new["pins"] if pin["kind"] == "TRAVEL"} == {2}


async def test_a_deposit_keeps_the_places_and_the_balance_is_due_before_the_departure(travel: Travel) -> None:
    buyer = await travel.buyer(3_000)
    departure = await travel.departure(days=90)
    held = await travel.held(buyer, departure, pay="DEPOSIT")
    assert [(one["part"], one["amount"]["amount"]) for one in held["schedule"]] == [
        ("DEPOSIT", "200.00"),
        ("BALANCE", "800.00"),
    ]
    first = await travel.pay(buyer, cash=200)
    await travel.do(travel.supplier, "bookingConfirm", bookingId=held["id"], reference="MV-2")
    await travel.pass_(days=39)
    assert await travel.market.value("SELECT count(*) FROM event WHERE name = 'booking.balanceDue'") == 1

    cart = await travel.do(buyer, "bookingPayBalance", bookingId=held["id"])
    assert cart["subtotal"]["amount"] == "800.00"
    again = await travel.do(buyer, "bookingPayBalance", bookingId=held["id"])
    assert again["subtotal"]["amount"] == "800.00"
    second = await travel.pay(buyer, cash=800)
    paid = await travel.booking(buyer, held["id"])
    assert (paid["balance"]["amount"], [one["part"] for one in paid["payments"]]) == ("0.00", ["DEPOSIT", "BALANCE"])
    assert "bookingPayBalance" not in paid["nextActions"]

    # 90 days before, a tenth stays: out of the deposit, which was paid first.
    for order, left in ((first, "100.00"), (second, "800.00")):
        assert (await travel.preview(buyer, order, [order["lines"][0]["id"]]))["amount"]["amount"] == left
    ended = await travel.do(buyer, "bookingCancel", bookingId=held["id"], reason="No time")
    assert ended["retained"]["amount"] == "100.00"
    assert (await travel.market.pocket(buyer))["cash"] == "2900.00"
    assert await travel.market.sound()


async def test_a_balance_that_is_not_paid_calls_the_journey_off_by_its_ladder(travel: Travel) -> None:
    buyer = await travel.buyer(200)
    held = await travel.held(buyer, await travel.departure(days=90), pay="DEPOSIT")
    await travel.pay(buyer, cash=200)
    await travel.do(travel.supplier, "bookingConfirm", bookingId=held["id"], reference="MV-2")

    await travel.pass_(days=46)

    ended = await travel.booking(buyer, held["id"])
    # 45 days before, 30 % of 1,000 would stay, but no more than was paid.
    assert (ended["state"], ended["retained"]["amount"]) == ("CANCELLED", "200.00")
    assert (await travel.market.pocket(buyer))["cash"] == "0.00"
    assert await travel.market.balance("TRAVEL_UNEARNED") == 0
    assert await travel.market.sound()


async def test_a_provider_may_pay_later_and_the_places_wait_for_it(travel: Travel) -> None:
    buyer = await travel.people.customer()
    departure = await travel.departure(capacity=1)
    held = await travel.held(buyer, departure)
    order = await travel.pay(buyer, provider="TEST")
    assert order["state"] == "PENDING_PAYMENT"
    full = await travel.hold(await travel.buyer(), departure)
    assert full["code"] == "DEPARTURE_FULL"
    refused = await travel.send(buyer, "bookingCancel", bookingId=held["id"], reason="No")
    assert (refused["code"], refused["path"]) == ("INVALID_INPUT", ["bookingId"])

    payment = (await travel.market.order(buyer, order["id"]))["payment"]["id"]
    await travel.market.report(payment, "payment.charged")

    assert (await travel.booking(buyer, held["id"]))["state"] == "PENDING"
    assert await travel.market.balance("TRAVEL_UNEARNED") == 100_000


async def test_an_order_that_is_never_paid_gives_the_places_back_and_a_late_charge_the_money(travel: Travel) -> None:
    buyer = await travel.people.customer()
    departure = await travel.departure(capacity=1)
    held = await travel.held(buyer, departure)
    order = await travel.pay(buyer, provider="TEST")
    payment = (await travel.market.order(buyer, order["id"]))["payment"]["id"]

    await travel.pass_(minutes=20)
    assert (await travel.booking(buyer, held["id"]))["state"] == "EXPIRED"
    assert (await travel.held(await travel.buyer(), departure))["state"] == "ON_HOLD"
    await travel.market.report(payment, "payment.charged")

    assert (await travel.order(buyer, order["id"]))["state"] == "EXPIRED"
    assert await travel.market.value("SELECT count(*) FROM payment_refund") == 1
    assert await travel.market.sound()


async def test_a_minor_travels_with_a_guardians_consent_and_at_the_age_of_the_day_of_departure(travel: Travel) -> None:
    buyer = await travel.buyer()
    product = await travel.product(category="K12")
    departure = await travel.departure(product, days=90)
    start = datetime.now(UTC) + timedelta(days=90)
    fifth = start.replace(year=start.year - 5, day=min(start.day, 28)).date().isoformat()
    nearly = (start.replace(year=start.year - 5, day=min(start.day, 28)) + timedelta(days=20)).date().isoformat()
    before = await snapshot(travel.market.house)

    alone = await travel.hold(buyer, departure, traveller("CHILD", fifth))
    assert (alone["code"], alone["age"], alone["belowAge"]) == ("CONSENT_MISSING", 5, 18)
    assert alone["path"] == ["travellers", "0", "guardian"]
    young = await travel.hold(buyer, departure, traveller("CHILD", nearly, guardian=GUARDIAN))
    assert (young["code"], young["age"], young["ageMin"]) == ("AGE_NOT_ALLOWED", 4, 5)
    old = await travel.hold(buyer, departure, traveller("ADULT", "1980-01-01"))
    assert (old["code"], old["ageMax"]) == ("AGE_NOT_ALLOWED", 18)
    assert changed(before, await snapshot(travel.market.house)) == []

    held = await travel.held(buyer, departure, traveller("CHILD", fifth, guardian=GUARDIAN))
    assert held["travellers"][0]["guardian"] == {"name": "Anne Morvan"}
    assert held["price"]["amount"] == "500.00"


ASKED = "travellers { passport { country validUntil } emergencyContact { phone } diet school { name contact } }"
ALL = ("passport", "emergencyContact", "diet", "school")


@pytest.mark.parametrize(
    ("category", "adult", "minor"),
    [
        ("STUDY_TOUR", ("passport", "emergencyContact"), ("passport", "emergencyContact", "school")),
        ("K12", (), ALL),
        ("INTEREST", ("emergencyContact", "diet"), ("emergencyContact", "diet")),
        ("MEDICAL", ("passport", "emergencyContact"), ()),
        ("LEISURE", (), ()),
    ],
)
async def test_each_category_asks_its_own_of_travellers_and_keeps_no_more_and_no_longer(
    category: str, adult: tuple[str, ...], minor: tuple[str, ...], travel: Travel
) -> None:
    buyer = await travel.buyer()
    departure = await travel.departure(await travel.product(category=category), days=90)
    young = (datetime.now(UTC) + timedelta(days=90 - 366 * 15)).date().isoformat()
    grown = traveller("ADULT", "1990-05-17")
    child = traveller("CHILD", young, guardian=GUARDIAN)
    who = {"K12": [child], "MEDICAL": [grown]}.get(category, [grown, child])
    asked = [adult if one is grown else minor for one in who]
    before = await snapshot(travel.market.house)

    for index, needed in enumerate(asked):
        silent = [{**one, **dict.fromkeys(needed)} if place == index else one for place, one in enumerate(who)]
        if needed:
            refused = await travel.hold(buyer, departure, *silent)
            assert refused["code"] == "TRAVELLER_DATA_MISSING"
            assert refused["path"] == ["travellers", str(index), needed[0]]
            names = {"emergencyContact": "EMERGENCY_CONTACT"}
            assert refused["missing"] == [names.get(one, one.upper()) for one in needed]
    assert changed(before, await snapshot(travel.market.house)) == []

    held = await travel.held(buyer, departure, *who)
    kept = (await travel.read(buyer, "Booking", held["id"], ASKED))["travellers"]
    assert [tuple(name for name in ALL if one[name] is not None) for one in kept] == asked

    await travel.do(buyer, "bookingCancel", bookingId=held["id"], reason="Ill")
    over = (await travel.read(buyer, "Booking", held["id"], ASKED))["travellers"]
    assert over == [dict.fromkeys(ALL) for _ in who]


async def test_a_passport_is_valid_for_months_beyond_the_journey(travel: Travel) -> None:
    buyer = await travel.buyer()
    product = await travel.product(category="STUDY_TOUR")
    departure = await travel.departure(product, startsAt="2031-03-20T08:00:00Z", endsAt="2031-03-31T16:00:00Z")
    before = await snapshot(travel.market.house)

    early = traveller("STUDENT", "2005-02-03", passport={"country": "FR", "validUntil": "2031-09-29"})
    refused = await travel.hold(buyer, departure, early)
    assert (refused["code"], refused["validUntil"], refused["neededUntil"]) == (
        "PASSPORT_TOO_SHORT",
        "2031-09-29",
        "2031-09-30",
    )
    assert refused["path"] == ["travellers", "0", "passport", "validUntil"]
    assert changed(before, await snapshot(travel.market.house)) == []

    enough = {**early, "passport": {"country": "FR", "validUntil": "2031-09-30"}}
    assert (await travel.held(buyer, departure, enough))["state"] == "ON_HOLD"


async def test_single_rooms_are_counted_too(travel: Travel) -> None:
    buyer = await travel.buyer()
    departure = await travel.departure(capacity=10, singles=1)
    held = await travel.held(buyer, departure, traveller("SINGLE"), traveller())
    assert held["price"]["amount"] == "2300.00"

    refused = await travel.hold(buyer, departure, traveller("SINGLE"))

    assert (refused["code"], refused["vacancies"]) == ("DEPARTURE_FULL", 0)


async def test_medical_details_are_sealed_read_by_few_and_forgotten(travel: Travel, people: People) -> None:
    buyer = await travel.buyer()
    product = await travel.product(category="MEDICAL")
    departure = await travel.departure(product)
    held = await travel.held(buyer, departure, traveller(born="1960-01-01"))
    await travel.pay(buyer)
    early = await travel.send(travel.supplier, "bookingConfirm", bookingId=held["id"], reference="MV-3")
    assert early["code"] == "INTAKE_MISSING"

    told = "Penicillin is no good for me"
    await travel.do(buyer, "bookingSubmitIntake", bookingId=held["id"], text=told)
    await travel.do(travel.supplier, "bookingConfirm", bookingId=held["id"], reference="MV-3")

    kept = await travel.market.value("SELECT sealed FROM booking_intake")
    assert told not in kept
    everything = await travel.market.value(
        "SELECT string_agg(t::text, '') FROM (SELECT answer::text AS t FROM idempotency_key UNION ALL "
        "SELECT data::text FROM event UNION ALL SELECT b::text FROM booking b) AS everything"
    )
    assert told not in everything
    carer = await people.staff(Role.MEDICAL)
    readers = {"buyer": buyer, "carer": carer, "support": await people.staff(Role.SUPPORT)}
    readers |= {"admin": await people.staff(Role.ADMIN), "supplier": travel.supplier}
    seen = {name: (await travel.booking(who, held["id"]))["intake"] for name, who in readers.items()}
    assert {name for name, one in seen.items() if one is not None} == {"buyer", "carer"}
    assert seen["carer"]["text"] == told

    await travel.pass_(days=124)
    assert (await travel.booking(buyer, held["id"]))["intake"]["text"] == told
    await travel.pass_(days=126)
    forgotten = (await travel.booking(buyer, held["id"]))["intake"]
    assert forgotten["text"] is None
    assert forgotten["purgedAt"] is not None
    assert await travel.market.value("SELECT sealed FROM booking_intake") is None


@pytest.mark.parametrize("way", ["bookingCancel", "bookingReject"])
async def test_medical_details_are_forgotten_at_once_when_nobody_travels(travel: Travel, way: str) -> None:
    buyer = await travel.buyer()
    departure = await travel.departure(await travel.product(category="MEDICAL"))
    held = await travel.held(buyer, departure, traveller(born="1960-01-01"))
    await travel.pay(buyer)
    await travel.do(buyer, "bookingSubmitIntake", bookingId=held["id"], text="Penicillin is no good for me")

    await travel.do(buyer if way == "bookingCancel" else travel.supplier, way, bookingId=held["id"], reason="Not well")

    intake = (await travel.booking(buyer, held["id"]))["intake"]
    assert (intake["text"], intake["purgedAt"] is not None) == (None, True)
    assert await travel.market.value("SELECT count(*) FROM booking_intake WHERE sealed IS NOT NULL") == 0


async def test_a_supplier_confirms_through_a_key_that_may_and_through_no_other(
    travel: Travel, people: People, api: Api
) -> None:
    buyer, (stranger, _) = await travel.buyer(), await travel.another()
    held = await travel.held(buyer, await travel.departure())
    await travel.pay(buyer)
    confirm = document("bookingConfirm")
    given = {"bookingId": held["id"], "reference": "K-1"}
    scopes = (Scope.BOOKINGS_READ, Scope.BOOKINGS_WRITE)
    for person, allowed in ((travel.supplier, scopes[:1]), (stranger, scopes)):
        secret = (await issued(api, person, *allowed))["secret"]
        before = await snapshot(travel.market.house)
        refused = await with_key(api, secret, confirm, input=given)
        assert refused["bookingConfirm"]["code"] in ("NOT_ALLOWED", "NOT_FOUND")
        assert set(changed(before, await snapshot(travel.market.house))) <= {"api_key"}

    secret = (await issued(api, travel.supplier, *scopes))["secret"]
    confirmed = (await with_key(api, secret, confirm, input=given))["bookingConfirm"]

    assert (confirmed["state"], confirmed["supplierReference"]) == ("CONFIRMED", "K-1")


async def test_an_order_with_a_journey_is_called_off_by_the_journeys_ladder(travel: Travel) -> None:
    buyer = await travel.buyer()
    bag = await travel.market.piece(500)
    await travel.market.add(buyer, bag)
    await travel.held(buyer, await travel.departure(days=20))
    order = await travel.pay(buyer)
    assert [line["kind"] for line in order["lines"]] == ["PIECE", "DEPARTURE"]

    foretold = await travel.preview(buyer, order, [line["id"] for line in order["lines"]])
    ended = await travel.do(buyer, "orderCancel", orderId=order["id"], reason="Changed my mind")

    assert (ended["state"], ended["refunded"]["amount"]) == ("CANCELLED", "900.00")
    assert foretold["amount"] == ended["refunded"]
    assert (await travel.market.listing(bag.id)).state == "LISTED"
    assert (await travel.market.balance("ESCROW"), await travel.market.balance("TRAVEL_UNEARNED")) == (0, 0)
    assert await travel.market.sound()


REFUNDED = """
mutation ($input: OrderCancelInput!) {
  orderCancel(input: $input) {
    __typename ... on Order { state refunds { amount { amount } parts { kind amount { amount } } } }
    ... on UserError { code }
  }
}
"""


async def test_what_is_foretold_of_an_order_that_is_called_off_is_what_goes_back_with_its_shipping(
    travel: Travel,
) -> None:
    """Amounts at which one division of the whole and one of each line differ by a cent between tenders."""
    buyer = await travel.buyer(5_000)
    await travel.market.credit(buyer, 167)
    for price in (223, 803):
        await travel.market.add(buyer, await travel.market.piece(price))
    await travel.held(buyer, await travel.departure(days=20, price=2_000, net=700))
    order = await travel.pay(buyer, method="EXPRESS", credit=167, cash=223 + 803 + 2_000 + 25 - 167)
    told = await travel.preview(buyer, order, [line["id"] for line in reversed(order["lines"])])
    assert (told["amount"]["amount"], told["shipping"]["amount"]) == ("1851.00", "25.00")

    given = {"orderId": order["id"], "reason": "An exam"}
    cancelled = (await travel.api(buyer, REFUNDED, input=given))["orderCancel"]

    assert cancelled["state"] == "CANCELLED"
    assert cancelled["refunds"] == [{"amount": told["amount"], "parts": told["parts"]}]
    assert await travel.market.balance("ESCROW") == 0
    assert await travel.market.sound()


async def test_goods_that_were_not_sent_are_called_off_beside_a_journey_that_was_travelled(travel: Travel) -> None:
    buyer = await travel.buyer(5_000)
    bag, stock = await travel.market.piece(500, cost=200), await travel.market.stock(100, 5)
    await travel.market.add(buyer, bag)
    await travel.market.add(buyer, stock, 2)
    held = await travel.held(buyer, await travel.departure(days=20))
    order = await travel.pay(buyer)
    await travel.do(travel.supplier, "bookingConfirm", bookingId=held["id"], reference="MV-1")
    await travel.pass_(days=26)
    told = await travel.preview(buyer, order, [line["id"] for line in order["lines"]])

    cancelled = (await travel.api(buyer, REFUNDED, input={"orderId": order["id"], "reason": "Not sent"}))["orderCancel"]

    assert cancelled["state"] == "DELIVERED"
    assert cancelled["refunds"] == [{"amount": told["amount"], "parts": told["parts"]}]
    assert told["amount"]["amount"] == "700.00"
    assert (await travel.market.listing(bag.id)).state == "LISTED"
    assert (await travel.market.listing(stock.id)).quantity == 5
    await travel.pass_(days=27)
    after = await travel.order(buyer, order["id"])
    assert (after["state"], sorted(line["state"] for line in after["lines"])) == (
        "COMPLETED",
        ["CANCELLED", "CANCELLED", "DELIVERED"],
    )
    assert await travel.market.balance("ESCROW") == await travel.market.balance("TRAVEL_UNEARNED") == 0
    assert await travel.owed() == {"TRAVEL": 80_000}
    assert await travel.market.sound()


async def test_a_supplier_that_sells_itself_is_taxed_itself_and_the_house_on_its_commission(travel: Travel) -> None:
    buyer = await travel.buyer()
    product = await travel.product(seller="SUPPLIER", instant=True)
    held = await travel.held(buyer, await travel.departure(product))
    order = await travel.pay(buyer)

    assert (order["lines"][0]["taxBasis"], order["lines"][0]["soldByHouse"]) == ("COMMISSION", False)
    assert (await travel.booking(buyer, held["id"]))["state"] == "CONFIRMED"
    await travel.pass_(days=96)
    balances = [await travel.market.balance(one) for one in ("SUPPLIER_PAYABLE", "TAX_PAYABLE", "COMMISSION")]
    assert balances == [80_000, 3_333, 16_667]


async def test_a_booking_is_for_its_buyer_its_supplier_and_staff(travel: Travel, people: People, api: Api) -> None:
    buyer = await travel.buyer()
    held = await travel.held(buyer, await travel.departure())
    stranger, (other, _) = await travel.buyer(), await travel.another()
    assert await travel.booking(travel.supplier, held["id"]) is None, "what is only held is not the supplier's yet"
    await travel.pay(buyer)

    for person in (stranger, other, None):
        assert await travel.read(person, "Booking", held["id"]) is None
    seen = await travel.read(travel.supplier, "Booking", held["id"], "net { amount } travellers { givenName }")
    assert seen == {"net": {"amount": "800.00"}, "travellers": [{"givenName": "Camille"}]}
    merchandiser = await travel.read(travel.merchandiser, "Booking", held["id"], "net { amount } travellers { unit }")
    assert merchandiser == {"net": None, "travellers": None}
    before = await snapshot(travel.market.house)
    for person in (stranger, other):
        answer = await travel.send(person, "bookingConfirm", bookingId=held["id"], reference="X")
        assert answer["code"] == "NOT_FOUND"
    assert changed(before, await snapshot(travel.market.house)) == []
    queue = "{ bookingQueue { nodes { id state } } }"
    assert [one["id"] for one in (await api(travel.supplier, queue))["bookingQueue"]["nodes"]] == [held["id"]]
    assert (await api(other, queue))["bookingQueue"]["nodes"] == []
    assert (await api(stranger, queue)).codes == ["NOT_ALLOWED"]


async def test_a_partners_channel_earns_its_referral_and_suppliers_are_paid_through_their_wallets(
    travel: Travel, people: People
) -> None:
    partner, partner_id = await travel.another(channelCode="atelier9", referralBps=1_000)
    buyer = await travel.buyer()
    await travel.market.add(buyer, await travel.market.piece(600, cost=480))
    held = await travel.held(buyer, await travel.departure())
    unknown = await travel.place(buyer, channel="NOBODY")
    assert (unknown["code"], unknown["path"]) == ("INVALID_INPUT", ["channelCode"])
    order = await travel.pay(buyer, channel="ATELIER9", cash=1_600)
    await travel.do(travel.supplier, "bookingConfirm", bookingId=held["id"], reference="MV-9")
    await travel.pass_(days=96)

    assert await travel.market.value("SELECT channel_code FROM sales_order") == "ATELIER9"
    assert order["state"] == "PAID"
    # A tenth of the 166.67 that the house has earned on the journey; the bag has not been delivered.
    assert await travel.owed() == {"TRAVEL": 80_000, "REFERRAL": 1_667}
    assert await travel.market.balance("SUPPLIER_PAYABLE") == 81_667

    finance = await people.staff(Role.FINANCE)
    denied = await travel.send(travel.merchandiser, "supplierPay", supplierId=partner_id, currency="EUR")
    assert denied["code"] == "NOT_ALLOWED"
    paid = await travel.do(finance, "supplierPay", supplierId=partner_id, currency="EUR")
    assert (paid["amount"]["amount"], paid["billCount"]) == ("16.67", 1)
    assert (await travel.market.pocket(partner))["cash"] == "16.67"
    twice = await travel.send(finance, "supplierPay", supplierId=partner_id, currency="EUR")
    assert twice["code"] == "NOTHING_DUE"
    await travel.do(finance, "supplierPay", supplierId=travel.supplier_id, currency="EUR")
    assert await travel.market.balance("SUPPLIER_PAYABLE") == 0
    assert await travel.market.sound()


async def test_two_who_call_it_off_at_once_call_it_off_once(travel: Travel) -> None:
    buyer = await travel.buyer(1_000)
    _, booking = await travel.booked(buyer, await travel.departure(days=100))

    answers = await asyncio.gather(
        *(travel.send(buyer, "bookingCancel", bookingId=booking["id"], reason="No") for _ in range(4))
    )

    assert sorted(one["__typename"] for one in answers) == ["Booking", "WrongState", "WrongState", "WrongState"]
    assert (await travel.market.pocket(buyer))["cash"] == "900.00"
    assert await travel.market.sound()


async def test_credit_that_paid_a_journey_goes_back_as_credit(travel: Travel) -> None:
    buyer = await travel.people.customer(cash=euros(600))
    await travel.market.credit(buyer, 400)
    held = await travel.held(buyer, await travel.departure(days=100))
    await travel.pay(buyer, credit=400, cash=600)

    await travel.do(buyer, "bookingCancel", bookingId=held["id"], reason="No")

    # 900 go back, by largest remainder over the two tenders.
    pocket = await travel.market.pocket(buyer)
    assert (pocket["credit"], pocket["cash"]) == ("360.00", "540.00")


LADDERS = """
{ policiesInForce { kind terms { ... on TravelTerms { ladders { code name steps { daysBefore retainedBps } } } } } }
"""
PUBLISH = """
mutation ($input: PolicyPublishInput!) {
  policyPublish(input: $input) { ... on PolicyVersion { version } ... on UserError { code message path } }
}
"""
LADDER = {"code": "STANDARD", "name": {"en": "All of it", "zh": "全部"}}
TRAVEL_TERMS = {
    "categories": [],
    "holdMinutes": 30,
    "confirmHours": 72,
    "depositBps": 2_000,
    "balanceDays": 45,
    "remindDays": 7,
    "seat": "FR",
}


ERASE = """
mutation ($input: AccountEraseInput!) {
  accountErase(input: $input) {
    __typename ... on Account { id } ... on ErasureBlocked { deals { kind note } } ... on UserError { code message }
  }
}
"""


async def test_who_is_erased_leaves_no_travellers_behind_and_no_journey_that_is_not_over(
    travel: Travel, api: Api
) -> None:
    buyer = await travel.buyer(1_000)
    _, booking = await travel.booked(buyer, await travel.departure(days=2))
    blocked = (await api(buyer, ERASE, input={}))["accountErase"]
    assert {deal["kind"] for deal in blocked["deals"]} == {"BOOKING", "ORDER"}
    exported = (await api(buyer, "{ accountExport }"))["accountExport"]
    assert "Camille" in str(exported)
    assert "80000" not in str(exported), "what the house owes the supplier is not the buyer's to know"
    await travel.do(buyer, "bookingCancel", bookingId=booking["id"], reason="A broken leg")

    erased = (await api(buyer, ERASE, input={}))["accountErase"]

    assert erased["__typename"] == "Account", erased
    assert "Camille" not in await travel.market.value("SELECT travellers::text FROM booking")
