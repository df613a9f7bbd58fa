"""Suppliers, journeys and their departures, bookings, bundles and wishes."""

from typing import Any
from uuid import uuid4

from domain.account import Account
from domain.viewer import Role
from tests.support.market import money
from tests.support.people import euros
from tests.support.travel import Travel, service, text, traveller
from tests.trust.operations.entry import Entry, Prepared, account_id, in_days, of, slug
from tests.trust.world import World

PRICE = 100


async def agency(world: World) -> Travel:
    """One supplier with its people, made once."""
    if "travel" not in world.kept:
        world.kept["travel"] = await Travel(world.market, world.people).open()
    travel: Travel = world.kept["travel"]
    return travel


async def register(world: World) -> Prepared:
    person = await world.people.person(Role.SUPPLIER)
    given = {"name": "Rutas del Sur", "country": "ES", "accountId": account_id(person)}
    return await world.staff(Role.MERCHANDISER), {**given, "channelCode": uuid4().hex[:12], "referralBps": 500}


async def pay(world: World) -> Prepared:
    """A journey called off so late that all of it stays: the supplier's part is due."""
    travel = await agency(world)
    buyer, booking = await booked(world, days=2)
    await travel.do(buyer, "bookingCancel", bookingId=booking["id"], reason="A broken leg")
    return await world.staff(Role.FINANCE), {"supplierId": travel.supplier_id, "currency": "EUR"}


async def create(world: World) -> Prepared:
    travel = await agency(world)
    option = {"code": "CITY", "name": text("In the city"), "units": [{"kind": "ADULT", "ageMin": 18}]}
    given = {
        "slug": slug("journey"),
        "category": "INTEREST",
        "supplierId": travel.supplier_id,
        "operator": "Atelier des Routes",
        "seller": "HOUSE",
        "name": text("Ten days of porcelain"),
        "story": text("From kiln to table."),
        "place": {"city": "Limoges", "country": "FR", "timeZone": "Europe/Paris"},
        "options": [option],
        "ladderCode": "STANDARD",
    }
    return await world.staff(Role.MERCHANDISER), given


async def open_departure(world: World) -> Prepared:
    travel = await agency(world)
    given = {
        "travelProductId": await travel.product(),
        "optionCode": "CITY",
        "startsAt": in_days(60),
        "endsAt": in_days(64),
        "prices": [{"kind": "ADULT", "price": money(PRICE), "net": money(80)}],
        "capacity": 12,
    }
    return travel.supplier, given


async def cancel_departure(world: World) -> Prepared:
    travel = await agency(world)
    return travel.supplier, {"departureId": await travel.departure(), "reason": "A strike of the pilots"}


async def hold(world: World) -> Prepared:
    travel = await agency(world)
    given = {"departureId": await travel.departure(price=PRICE, net=80), "travellers": [traveller()]}
    return await world.customer(cash=PRICE), given


async def booked(
    world: World, *, days: float = 60, product: dict[str, Any] | None = None, **given: Any
) -> tuple[Account, dict[str, Any]]:
    """Paid, and confirmed where the journey is instant, as it is by itself."""
    travel = await agency(world)
    journey = await travel.product(**{"instant": True, **(product or {})})
    buyer = await world.customer(cash=PRICE)
    departure = await travel.departure(journey, days=days, price=PRICE, net=80)
    held = await travel.held(buyer, departure, **given)
    await travel.pay(buyer)
    return buyer, {"id": held["id"]}


async def pay_balance(world: World) -> Prepared:
    buyer, booking = await booked(world, days=120, pay="DEPOSIT")
    return buyer, {"bookingId": booking["id"]}


async def pending(world: World) -> Prepared:
    _, booking = await booked(world, product={"instant": False})
    return (await agency(world)).supplier, {"bookingId": booking["id"]}


async def confirm(world: World) -> Prepared:
    supplier, given = await pending(world)
    return supplier, {**given, "reference": "RS-1"}


async def reject(world: World) -> Prepared:
    supplier, given = await pending(world)
    return supplier, {**given, "reason": "The house is full"}


async def cancel(world: World) -> Prepared:
    buyer, booking = await booked(world)
    return buyer, {"bookingId": booking["id"], "reason": "An exam came up"}


async def submit_intake(world: World) -> Prepared:
    buyer, booking = await booked(world, product={"category": "MEDICAL"})
    return buyer, {"bookingId": booking["id"], "text": "Penicillin is no good for me"}


async def create_bundle(world: World) -> Prepared:
    travel = await agency(world)
    departure = await travel.departure(price=PRICE, net=80)
    luggage = await world.market.stock(50, 5)
    components = [{"departureId": departure, "units": ["ADULT"]}, {"listingId": of("Listing", luggage)}]
    given = {"slug": slug("bundle"), "name": text("A week away"), "story": text("With a case."), "price": money(140)}
    return await world.staff(Role.MERCHANDISER), {**given, "components": components}


async def withdraw_bundle(world: World) -> Prepared:
    merchandiser, given = await create_bundle(world)
    return merchandiser, {"bundleId": (await world.do(merchandiser, "bundleCreate", **given))["id"]}


async def add_bundle(world: World) -> Prepared:
    _, given = await withdraw_bundle(world)
    return await world.customer(cash=200), {**given, "travellers": [traveller()]}


async def remove_bundle(world: World) -> Prepared:
    buyer, given = await add_bundle(world)
    cart = await world.do(buyer, "bundleAdd", **given)
    return buyer, {"cartId": cart["id"], "bundleId": given["bundleId"]}


async def submit(world: World) -> Prepared:
    days = {"startsOn": in_days(100)[:10], "endsOn": in_days(110)[:10]}
    return await world.customer(), {"category": "LEISURE", "wishes": "Kyoto by slow trains", "party": 2, **days}


async def submitted(world: World) -> Prepared:
    buyer, given = await submit(world)
    return buyer, {"tripRequestId": (await world.do(buyer, "tripRequestSubmit", **given))["id"]}


async def quote(world: World) -> Prepared:
    _, given = await submitted(world)
    said = {
        **given,
        "travelProductId": await (await agency(world)).product(),
        "optionCode": "CITY",
        "startsAt": in_days(100),
        "endsAt": in_days(110),
        "prices": [{"kind": "ADULT", "price": money(PRICE), "net": money(80)}],
        "note": "Ten days, four ryokan",
        "validUntil": in_days(7),
    }
    return await world.staff(Role.MERCHANDISER), said


async def accept(world: World) -> Prepared:
    buyer, given = await submitted(world)
    merchandiser, said = await quote(world)
    await world.do(merchandiser, "tripRequestQuote", **{**said, **given})
    return buyer, {**given, "travellers": [traveller()]}


async def perform(world: World) -> Prepared:
    travel = await agency(world)
    buyer = await world.customer(cash=PRICE)
    await world.market.add(buyer, await world.market.run(service, euros(PRICE)))
    order = await travel.pay(buyer)
    given = {"orderId": order["id"], "lineId": order["lines"][0]["id"]}
    return await world.staff(Role.SUPPORT), given


ENTRIES: dict[str, Entry] = {
    "supplierRegister": register,
    "supplierPay": pay,
    "travelProductCreate": create,
    "departureOpen": open_departure,
    "departureCancel": cancel_departure,
    "bookingHold": hold,
    "bookingPayBalance": pay_balance,
    "bookingConfirm": confirm,
    "bookingReject": reject,
    "bookingCancel": cancel,
    "bookingSubmitIntake": submit_intake,
    "bundleCreate": create_bundle,
    "bundleWithdraw": withdraw_bundle,
    "bundleAdd": add_bundle,
    "bundleRemove": remove_bundle,
    "tripRequestSubmit": submit,
    "tripRequestQuote": quote,
    "tripRequestAccept": accept,
    "tripRequestDecline": submitted,
    "servicePerform": perform,
}
