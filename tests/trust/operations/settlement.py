"""Policies, contracts, markdowns, costs and settlements."""

from domain.account import Account
from domain.contract import Contract
from domain.settlement import Settlement
from domain.viewer import Role
from tests.support.people import euros
from tests.trust.operations.entry import Entry, Prepared, euro, of
from tests.trust.world import World


async def offered(world: World, seller: Account) -> Contract:
    return await world.consigned.offered(seller, euros(1_000))


async def agreed(world: World, seller: Account) -> Contract:
    return await world.consigned.agreed(seller, euros(1_000))


async def settlement(world: World) -> Settlement:
    """Of a piece that was sold and delivered; its window still runs."""
    contract = await world.consigned.listed(await world.customer(), euros(1_000))
    sale = await world.consigned.sold(await world.customer(cash=1_100), contract)
    await world.consigned.delivered(sale)
    return await world.consigned.settlement(contract)


async def publish_policy(world: World) -> Prepared:
    terms = {"returns": {"promiseDays": 7, "statutory": []}}
    return await world.staff(Role.FINANCE), {"terms": terms, "note": "As before"}


async def offer(world: World) -> Prepared:
    consignment = await world.consigned.appraised(await world.customer(), euros(900))
    given = {"consignmentId": of("Consignment", consignment), "price": euro("1000.00")}
    return await world.staff(Role.MERCHANDISER), given


async def agree(world: World) -> Prepared:
    seller = await world.customer()
    contract = await offered(world, seller)
    return seller, {
        "contractId": of("Contract", contract),
        "mode": "AFTER_SALE",
        "payout": {"kind": "CASH"},
        "expectedVersion": contract.version,
    }


async def choose_payout(world: World) -> Prepared:
    seller = await world.customer()
    return seller, {"contractId": of("Contract", await agreed(world, seller)), "payout": {"kind": "CREDIT"}}


async def record_cost(world: World) -> Prepared:
    consignment = await world.consigned.appraised(await world.customer(), euros(900))
    return await world.staff(Role.SUPPORT), {
        "consignmentId": of("Consignment", consignment),
        "kind": "SERVICE",
        "note": "New lining",
        "amount": euro("40.00"),
    }


async def propose(world: World) -> Prepared:
    contract = await world.consigned.listed(await world.customer(), euros(1_000))
    given = {"contractId": of("Contract", contract), "price": euro("900.00"), "note": "Quiet season"}
    return await world.staff(Role.MERCHANDISER), given


async def answer(world: World) -> Prepared:
    seller = await world.customer()
    contract = await world.consigned.listed(seller, euros(1_000))
    staff = await world.staff(Role.MERCHANDISER)
    given = {"contractId": of("Contract", contract), "price": euro("900.00"), "note": "Quiet season"}
    return seller, {"markdownId": (await world.do(staff, "markdownPropose", **given))["id"]}


async def block(world: World) -> Prepared:
    return await world.staff(Role.FINANCE), {
        "settlementId": of("Settlement", await settlement(world)),
        "reason": "DISPUTE",
        "note": "The buyer doubts it",
    }


async def unblock(world: World) -> Prepared:
    finance, given = await block(world)
    await world.do(finance, "settlementBlock", **given)
    return finance, {**given, "note": "It is what it says"}


async def release(world: World) -> Prepared:
    """Its window has run out."""
    found = await settlement(world)
    moments = ("opened_at", "delivered_at", "payable_at")
    aged = ", ".join(f"{moment} = {moment} - interval '60 days'" for moment in moments)
    await world.owner.execute(f"UPDATE settlement SET {aged} WHERE id = $1", found.id)
    return await world.staff(Role.FINANCE), {"settlementId": of("Settlement", found)}


ENTRIES: dict[str, Entry] = {
    "policyPublish": publish_policy,
    "contractOffer": offer,
    "settlementAgree": agree,
    "settlementChoosePayout": choose_payout,
    "pieceCostRecord": record_cost,
    "markdownPropose": propose,
    "markdownConsent": answer,
    "markdownRefuse": answer,
    "settlementBlock": block,
    "settlementUnblock": unblock,
    "settlementRelease": release,
}
