"""Trade-ins, the campaigns that add to them, and the plans that they follow."""

from typing import Any

from domain.account import Account
from tests.support.market import PARIS
from tests.support.people import euros
from tests.support.trade_in import Exchange
from tests.trust.operations.entry import Entry, Prepared, euro, in_days, slug, text
from tests.trust.world import World


async def exchange(world: World) -> Exchange:
    if "exchange" not in world.kept:
        world.kept["exchange"] = await Exchange(world.house, world.api, world.people).open()
    made: Exchange = world.kept["exchange"]
    return made


async def offer(world: World) -> Prepared:
    given = {"of": {"productId": (await exchange(world)).product_id}, "grade": "EXCELLENT"}
    return await world.customer(), given


async def offered(world: World) -> tuple[Account, dict[str, Any]]:
    owner, given = await offer(world)
    assert owner is not None
    return owner, {"tradeInId": (await world.do(owner, "tradeInOffer", **given))["id"]}


async def withdraw(world: World) -> Prepared:
    return await offered(world)


async def override(world: World) -> Prepared:
    _, given = await offered(world)
    return (await exchange(world)).merchandiser, {**given, "value": euro("1100.00"), "reason": "A rare colour"}


async def bound(world: World) -> tuple[Account, dict[str, Any]]:
    owner = await world.people.customer(cash=euros(3_100))
    made, _ = await (await exchange(world)).bound(owner)
    return owner, made


async def pick_up(world: World) -> Prepared:
    owner, made = await bound(world)
    return owner, {"tradeInId": made["id"], "address": PARIS}


async def receive(world: World) -> Prepared:
    _, made = await bound(world)
    return (await exchange(world)).desk, {"tradeInId": made["id"], "condition": "As it was said"}


async def inspect(world: World) -> Prepared:
    here = await exchange(world)
    _, made = await bound(world)
    await here.receive(made)
    return here.appraiser, here.found(made)


async def answer(world: World) -> Prepared:
    here = await exchange(world)
    owner = await world.people.customer(cash=euros(3_000))
    found, _ = await here.requoted(owner)
    return owner, {"tradeInId": found["id"], "answer": "ACCEPT"}


async def dispose(world: World) -> Prepared:
    here = await exchange(world)
    done, _ = await here.settled(await world.people.customer(cash=euros(3_000)))
    return here.merchandiser, {"tradeInId": done["id"], "fate": "DISMANTLE", "method": "Leather and brass apart"}


async def hand_back(world: World) -> Prepared:
    here = await exchange(world)
    owner = await world.people.customer(cash=euros(3_000))
    found, _ = await here.requoted(owner)
    await here.do(owner, "tradeInAnswer", tradeInId=found["id"], answer="CANCEL")
    return here.desk, {"tradeInId": found["id"]}


async def open_campaign(world: World) -> Prepared:
    given = {
        "code": slug("c"),
        "name": text("Old for new"),
        "funder": "HOUSE",
        "budget": euro("1000.00"),
        "subsidy": euro("100.00"),
        "startsAt": in_days(-1),
        "endsAt": in_days(30),
    }
    return (await exchange(world)).finance, given


async def end_campaign(world: World) -> Prepared:
    here = await exchange(world)
    return here.finance, {"campaignId": (await here.campaign(1_000, 100))["id"]}


async def voucher_campaign(world: World) -> dict[str, Any]:
    here = await exchange(world)
    return await here.campaign(1_000, 100, purpose="VOUCHER")


async def issue_voucher(world: World) -> Prepared:
    campaign = await voucher_campaign(world)
    given = {"campaignId": campaign["id"], "code": slug("v"), "percentBps": 1_000}
    return (await exchange(world)).merchandiser, given


async def withdraw_voucher(world: World) -> Prepared:
    merchandiser, given = await issue_voucher(world)
    return merchandiser, {"voucherId": (await world.do(merchandiser, "voucherIssue", **given))["id"]}


async def set_plan(world: World) -> Prepared:
    """Of a brand of its own, for there is one plan at a time."""
    merchandiser = (await exchange(world)).merchandiser
    brand = {"slug": slug("brand"), "kind": "MAISON", "name": text("Aubrac"), "country": "FR"}
    made = await world.do(merchandiser, "brandCreate", **brand)
    return merchandiser, {"target": 1_000, "startsAt": in_days(-1), "endsAt": in_days(90), "brandId": made["id"]}


ENTRIES: dict[str, Entry] = {
    "tradeInOffer": offer,
    "tradeInWithdraw": withdraw,
    "tradeInOverride": override,
    "tradeInPickUp": pick_up,
    "tradeInReceive": receive,
    "tradeInInspect": inspect,
    "tradeInAnswer": answer,
    "tradeInDispose": dispose,
    "tradeInHandBack": hand_back,
    "campaignOpen": open_campaign,
    "campaignEnd": end_campaign,
    "voucherIssue": issue_voucher,
    "voucherWithdraw": withdraw_voucher,
    "acquisitionPlanSet": set_plan,
}
