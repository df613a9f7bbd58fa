"""Consignments, club shops and appointments."""

from datetime import timedelta
from uuid import uuid4

from domain.viewer import Role
from schema.ids import decode_id
from tests.support.consignment import Counter, content, intake, slot
from tests.trust.operations.entry import Entry, Prepared, account_id, euro, of, slug, text
from tests.trust.operations.settlement import agreed
from tests.trust.world import World


async def draft(world: World) -> Prepared:
    return await world.customer(), {"content": content()}


async def update(world: World) -> Prepared:
    seller, given = await draft(world)
    drafted = await world.do(seller, "consignmentDraft", **given)
    return seller, {"consignmentId": drafted["id"], "content": content(title="Sac Demi-Lune")}


async def confirm(world: World) -> Prepared:
    counter = await world.counter()
    return counter.support, {"consignmentId": await counter.submitted(), "outcome": "CONFIRMED"}


async def estimate(world: World) -> Prepared:
    counter = await world.counter()
    given = {"consignmentId": await counter.submitted(), "low": euro("900.00"), "high": euro("1200.00")}
    return counter.support, given


async def ship(world: World) -> Prepared:
    counter = await world.counter()
    seller = counter.seller
    return seller, {"consignmentId": await counter.confirmed(), "carrier": "La Poste", "tracking": "LP1"}


async def book(world: World) -> Prepared:
    counter = await world.counter()
    seller, given = counter.seller, {"shopId": counter.shop_id, "startsAt": slot().isoformat()}
    return seller, {"consignmentId": await counter.confirmed(), **given}


async def unbook(world: World) -> Prepared:
    seller, given = await book(world)
    await world.do(seller, "consignmentBook", **given)
    return seller, {"consignmentId": given["consignmentId"]}


async def withdraw(world: World) -> Prepared:
    counter = await world.counter()
    seller = counter.seller
    return seller, {"consignmentId": await counter.submitted(), "reason": "I keep it"}


async def decline(world: World) -> Prepared:
    counter = await world.counter()
    return counter.support, {"consignmentId": await counter.submitted(), "reason": "Too worn"}


async def receive(world: World) -> Prepared:
    counter = await world.counter()
    return counter.support, {"consignmentId": await counter.confirmed(), "intake": intake()}


async def take_in(world: World) -> Prepared:
    counter = await world.counter()
    return counter.associate, {
        "sellerId": account_id(counter.seller),
        "content": content(route="SHOP"),
        "intake": intake(counter.shop_id),
    }


async def withdrawn(counter: Counter) -> str:
    """Withdrawn after it came in, so that it has to go back."""
    consignment = await counter.received()
    gone = await counter(counter.seller, "consignmentWithdraw", consignmentId=consignment)
    assert gone["state"] == "WITHDRAWN", gone
    return consignment


async def give_back(world: World) -> Prepared:
    counter = await world.counter()
    return counter.support, {"consignmentId": await withdrawn(counter), "carrier": "La Poste", "tracking": "LP2"}


async def accept_return(world: World) -> Prepared:
    counter = await world.counter()
    seller, given = counter.seller, {"consignmentId": await withdrawn(counter)}
    await world.do(counter.support, "consignmentReturn", **given, carrier="La Poste", tracking="LP2")
    return seller, given


async def dispose_refused(world: World) -> Prepared:
    workshop = await world.workshop()
    consignment = await workshop.consignment(await world.customer())
    support = await world.staff(Role.SUPPORT)
    opened = await world.do(support, "appraisalOpen", consignmentId=consignment)
    person = await world.people.staff(Role.APPRAISER)
    appraiser = await workshop.appoint(person)
    await world.do(support, "appraisalAssign", appraisalId=opened["id"], appraiserId=appraiser)
    await world.do(person, "appraisalConclude", **workshop.counterfeit(opened["id"]))
    return support, {"consignmentId": consignment, "disposal": "RETURN", "note": "It is theirs"}


async def list_(world: World) -> Prepared:
    contract = await agreed(world, await world.customer())
    given = {"consignmentId": of("Consignment", contract.consignment_id)}
    return await world.staff(Role.MERCHANDISER), given


async def open_shop(world: World) -> Prepared:
    return await world.staff(Role.ADMIN), {
        "slug": slug("shop"),
        "name": text("Lyon"),
        "address": {"street": "1 place Bellecour", "city": "Lyon", "postalCode": "69002", "country": "FR"},
        "timeZone": "Europe/Paris",
        "hours": [{"weekday": 1, "opens": "10:00", "closes": "19:00"}],
        "services": [{"purpose": "VIEWING", "capacity": 2}],
    }


async def update_shop(world: World) -> Prepared:
    counter = await world.counter()
    return await world.staff(Role.ADMIN), {"shopId": await counter.shop(), "name": text(f"Paris {uuid4().hex[:6]}")}


async def appoint_associate(world: World) -> Prepared:
    associate = await world.people.staff(Role.SHOP_ASSOCIATE)
    given = {"shopId": (await world.counter()).shop_id, "accountId": account_id(associate)}
    return await world.staff(Role.ADMIN), given


async def dismiss_associate(world: World) -> Prepared:
    admin, given = await appoint_associate(world)
    await world.do(admin, "shopAssociateAppoint", **given)
    return admin, given


async def book_viewing(world: World) -> Prepared:
    counter = await world.counter()
    return counter.seller, {"shopId": counter.shop_id, "purpose": "VIEWING", "startsAt": slot().isoformat()}


async def booked(world: World) -> Prepared:
    visitor, given = await book_viewing(world)
    return visitor, {"appointmentId": (await world.do(visitor, "appointmentBook", **given))["id"]}


async def due(world: World) -> Prepared:
    """An appointment of this very hour."""
    _, given = await booked(world)
    moved = "UPDATE appointment SET starts_at = now() - $2::interval, ends_at = now() WHERE id = $1"
    await world.owner.execute(moved, decode_id(given["appointmentId"])[1], timedelta(minutes=30))
    return (await world.counter()).associate, given


ENTRIES: dict[str, Entry] = {
    "consignmentDraft": draft,
    "consignmentUpdate": update,
    "consignmentSubmit": draft,
    "consignmentShip": ship,
    "consignmentBook": book,
    "consignmentUnbook": unbook,
    "consignmentWithdraw": withdraw,
    "consignmentAcceptReturn": accept_return,
    "consignmentConfirm": confirm,
    "consignmentEstimate": estimate,
    "consignmentDecline": decline,
    "consignmentReceive": receive,
    "consignmentTakeIn": take_in,
    "consignmentDisposeRefused": dispose_refused,
    "consignmentReturn": give_back,
    "consignmentList": list_,
    "clubShopOpen": open_shop,
    "clubShopUpdate": update_shop,
    "shopAssociateAppoint": appoint_associate,
    "shopAssociateDismiss": dismiss_associate,
    "appointmentBook": book_viewing,
    "appointmentCancel": booked,
    "appointmentCheckIn": due,
    "appointmentMiss": due,
}
