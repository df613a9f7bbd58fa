"""Appraisal: standards, appraisers, the queue, opinions, paid appraisals and certificates."""

from typing import Any

from domain.account import Account
from domain.viewer import Role
from tests.support.appraisal import STANDARD, Workshop
from tests.trust.operations.entry import Entry, Prepared, account_id, in_days, of
from tests.trust.world import World


async def publish_standard(world: World) -> Prepared:
    category = await world.shelves.category()
    return await world.staff(Role.MERCHANDISER), {**STANDARD, "categoryId": of("Category", category)}


async def appoint(world: World) -> Prepared:
    workshop = await world.workshop()
    person = await world.people.staff(Role.APPRAISER)
    qualification = {
        "categoryId": workshop.category_id,
        "rank": "APPRAISER",
        "validFrom": in_days(-1),
        "validUntil": in_days(300),
    }
    return await world.staff(Role.ADMIN), {
        "accountId": account_id(person),
        "dailyCapacity": 5,
        "qualifications": [qualification],
    }


async def open_(world: World) -> Prepared:
    workshop = await world.workshop()
    consignment = await workshop.consignment(await world.customer())
    return await world.staff(Role.SUPPORT), {"consignmentId": consignment, "categoryId": workshop.category_id}


async def appraiser(world: World) -> tuple[Account, str]:
    """Somebody who may judge, and the id of that right."""
    person = await world.people.staff(Role.APPRAISER)
    return person, await (await world.workshop()).appoint(person)


async def take(world: World) -> Prepared:
    """Nobody else may judge what is in this workshop."""
    workshop = await Workshop(world.api, world.people).open()
    await workshop.opened(await world.customer())
    return await workshop.appraiser(), {"categoryId": workshop.category_id}


async def assign(world: World) -> Prepared:
    _, appraiser_id = await appraiser(world)
    appraisal = await (await world.workshop()).opened(await world.customer())
    return await world.staff(Role.SUPPORT), {"appraisalId": appraisal, "appraiserId": appraiser_id}


async def in_hand(world: World) -> tuple[Account, str]:
    """An appraiser, and the id of an appraisal that waits for the opinion."""
    person, appraiser_id = await appraiser(world)
    appraisal = await (await world.workshop()).opened(await world.customer())
    support = await world.staff(Role.SUPPORT)
    await world.do(support, "appraisalAssign", appraisalId=appraisal, appraiserId=appraiser_id)
    return person, appraisal


async def reassign(world: World) -> Prepared:
    _, appraisal = await in_hand(world)
    _, other = await appraiser(world)
    given = {"appraisalId": appraisal, "appraiserId": other, "reason": "On holiday"}
    return await world.staff(Role.SUPPORT), given


async def release(world: World) -> Prepared:
    person, appraisal = await in_hand(world)
    return person, {"appraisalId": appraisal, "reason": "I know the owner"}


async def conclude(world: World) -> Prepared:
    person, appraisal = await in_hand(world)
    return person, (await world.workshop()).authentic(appraisal)


async def request(world: World) -> Prepared:
    return await world.customer(cash=200), {
        "categoryId": (await world.workshop()).category_id,
        "title": "My grandmother's bag",
        "description": "Bought in Lyon around 1980.",
        "currency": "EUR",
    }


async def requested(world: World) -> tuple[Account, str]:
    owner, given = await request(world)
    assert owner is not None
    return owner, (await world.do(owner, "appraisalRequest", **given))["id"]


async def receive(world: World) -> Prepared:
    _, appraisal = await requested(world)
    return await world.staff(Role.SUPPORT), {"appraisalId": appraisal}


async def cancel(world: World) -> Prepared:
    owner, appraisal = await requested(world)
    return owner, {"appraisalId": appraisal}


async def hand_back(world: World) -> Prepared:
    desk, given = await receive(world)
    await world.do(desk, "appraisalReceive", **given)
    person, appraiser_id = await appraiser(world)
    await world.do(desk, "appraisalAssign", **given, appraiserId=appraiser_id)
    await world.do(person, "appraisalConclude", **(await world.workshop()).authentic(given["appraisalId"]))
    return desk, given


async def certificate(world: World) -> str:
    person, given = await conclude(world)
    concluded: dict[str, Any] = await world.do(person, "appraisalConclude", **given)
    return str(concluded["certificate"]["Certificate_id"])


async def revoke(world: World) -> Prepared:
    given = {"certificateId": await certificate(world), "reason": "MISTAKE", "note": "The reference is wrong"}
    return await world.staff(Role.ADMIN), given


async def recall(world: World) -> Prepared:
    admin, given = await revoke(world)
    await world.do(admin, "certificateRevoke", **given)
    return admin, {
        "certificateId": given["certificateId"],
        "basis": "SAME_CONSIGNOR",
        "since": in_days(-30),
        "reason": "Look at the others",
    }


async def reinstate(world: World) -> Prepared:
    """Two of one consignor: one was revoked, which puts the other under review."""
    workshop, seller, admin = await world.workshop(), await world.customer(), await world.staff(Role.ADMIN)
    certificates = []
    for _ in range(2):
        person, appraiser_id = await appraiser(world)
        appraisal = await workshop.opened(seller)
        support = await world.staff(Role.SUPPORT)
        await world.do(support, "appraisalAssign", appraisalId=appraisal, appraiserId=appraiser_id)
        concluded = await world.do(person, "appraisalConclude", **workshop.authentic(appraisal))
        certificates.append(concluded["certificate"]["Certificate_id"])
    first, second = certificates
    await world.do(admin, "certificateRevoke", certificateId=first, reason="MISTAKE", note="The reference is wrong")
    given = {"basis": "SAME_CONSIGNOR", "since": in_days(-30), "reason": "Look at the others"}
    await world.do(admin, "certificateRecall", certificateId=first, **given)
    return admin, {"certificateId": second, "note": "It is what it says"}


ENTRIES: dict[str, Entry] = {
    "gradingStandardPublish": publish_standard,
    "appraiserAppoint": appoint,
    "appraisalOpen": open_,
    "appraisalTake": take,
    "appraisalAssign": assign,
    "appraisalReassign": reassign,
    "appraisalRelease": release,
    "appraisalConclude": conclude,
    "appraisalRequest": request,
    "appraisalReceive": receive,
    "appraisalCancel": cancel,
    "appraisalHandBack": hand_back,
    "certificateRevoke": revoke,
    "certificateReinstate": reinstate,
    "certificateRecall": recall,
}
