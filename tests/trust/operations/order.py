"""Carts, orders, payments, shipments and returns."""

from typing import Any
from uuid import uuid4

from domain.account import Account
from domain.viewer import Role
from tests.support.market import TO_PARIS, money
from tests.trust.operations.entry import Entry, Prepared, euro, in_days, of
from tests.trust.world import World

PRICE = 100


async def add(world: World) -> Prepared:
    return await world.customer(), {"listingId": of("Listing", await world.market.piece(PRICE))}


async def remove(world: World) -> Prepared:
    buyer, given = await add(world)
    return buyer, {**given, "cartId": (await world.do(buyer, "cartAdd", **given))["id"]}


async def place(world: World) -> Prepared:
    buyer = await world.customer(cash=PRICE + 100)
    listing = of("Listing", await world.market.piece(PRICE))
    cart = await world.do(buyer, "cartAdd", listingId=listing)
    return buyer, {"cartId": cart["id"], "delivery": TO_PARIS, "tenders": {"cash": money(PRICE)}}


async def bought(world: World) -> tuple[Account, dict[str, Any]]:
    buyer, given = await place(world)
    assert buyer is not None
    return buyer, await world.do(buyer, "orderPlace", **given)


async def cancel(world: World) -> Prepared:
    buyer, order = await bought(world)
    return buyer, {"orderId": order["id"], "reason": "Changed my mind"}


async def resolve_charge_back(world: World) -> Prepared:
    buyer = await world.customer()
    cart = await world.do(buyer, "cartAdd", listingId=of("Listing", await world.market.piece(PRICE)))
    given = {"cartId": cart["id"], "delivery": TO_PARIS, "tenders": {"provider": "TEST"}}
    placed = await world.do(buyer, "orderPlace", **given)
    order = await world.market.order(buyer, placed["id"])
    for kind in ("payment.charged", "payment.charged_back"):
        await world.market.report(order["payment"]["id"], kind)
    return await world.staff(Role.FINANCE), {"orderId": order["id"], "note": "The bank was right"}


async def top_up(world: World) -> Prepared:
    return await world.customer(), {"amount": euro("50.00"), "provider": "TEST"}


async def cover(world: World) -> Prepared:
    given = {"policyNumber": f"P-{uuid4().hex[:8]}", "carrier": "Malca", "limit": money(5_000)}
    return await world.staff(Role.FINANCE), {**given, "validUntil": in_days(30)}


async def pack(world: World) -> Prepared:
    await world.returns()
    _, order = await bought(world)
    parcel = {
        "carrier": "Ferro",
        "tracking": uuid4().hex,
        "declaredValue": money(1),
        "insuredValue": money(PRICE),
        "policyNumber": "P-1",
        "sealNumber": "S-77",
    }
    return await world.staff(Role.SUPPORT), {"orderId": order["id"], "parcel": parcel}


async def packed(world: World) -> Prepared:
    staff, given = await pack(world)
    return staff, {"shipmentId": (await world.do(staff, "shipmentCreate", **given))["id"]}


async def on_its_way(world: World) -> Prepared:
    staff, given = await packed(world)
    await world.do(staff, "shipmentHandOver", **given)
    return staff, given


async def to_be_collected(world: World) -> tuple[Account, Account, dict[str, Any]]:
    """Buyer, shop associate and a shipment that waits behind the counter."""
    counter = await world.counter()
    buyer = await world.customer(cash=PRICE + 100)
    cart = await world.do(buyer, "cartAdd", listingId=of("Listing", await world.market.piece(PRICE)))
    delivery = {"method": "PICKUP", "shopId": counter.shop_id}
    tenders = {"cash": money(PRICE)}
    order = await world.do(buyer, "orderPlace", cartId=cart["id"], delivery=delivery, tenders=tenders)
    shipment = await world.do(counter.associate, "shipmentCreate", orderId=order["id"])
    return buyer, counter.associate, {"shipmentId": shipment["id"]}


async def make_ready(world: World) -> Prepared:
    _, associate, given = await to_be_collected(world)
    return associate, given


async def pick_up(world: World) -> Prepared:
    _, associate, given = await to_be_collected(world)
    await world.do(associate, "shipmentReady", **given)
    code = "SELECT pickup_code FROM shipment ORDER BY id DESC LIMIT 1"
    return associate, {**given, "pickupCode": await world.market.value(code)}


async def delivered(world: World) -> tuple[Account, dict[str, Any]]:
    """A buyer and what reached them."""
    returns = await world.returns()
    buyer = await world.customer(cash=PRICE + 100)
    return buyer, await returns.bought(buyer, await world.market.piece(PRICE, cost=60), cash=PRICE)


async def request_return(world: World) -> Prepared:
    buyer, sale = await delivered(world)
    return buyer, {"orderId": sale["id"], "lineId": sale["lines"][0]["id"], "reason": "CHANGED_MIND"}


async def agree_return(world: World) -> Prepared:
    _, given = await request_return(world)
    return (await world.returns()).support, {**given, "reason": "NOT_AUTHENTIC", "note": "A lab found it out"}


async def requested(world: World) -> tuple[Account, dict[str, Any]]:
    buyer, given = await request_return(world)
    assert buyer is not None
    return buyer, {"goodsReturnId": (await world.do(buyer, "goodsReturnRequest", **given))["id"]}


async def cancel_return(world: World) -> Prepared:
    return await requested(world)


async def approve(world: World) -> Prepared:
    _, given = await requested(world)
    return (await world.returns()).support, given


async def reject(world: World) -> Prepared:
    support, given = await approve(world)
    return support, {**given, "reason": "It was worn for a year"}


async def ship_back(world: World) -> Prepared:
    buyer, given = await requested(world)
    await world.do((await world.returns()).support, "goodsReturnApprove", **given)
    return buyer, {**given, "carrier": "Ferro", "tracking": "B-1"}


async def receive(world: World) -> Prepared:
    buyer, given = await ship_back(world)
    await world.do(buyer, "goodsReturnShip", **given)
    found = {"tagNumber": "TAG-1001", "weightGrams": 1_240}
    return (await world.returns()).support, {"goodsReturnId": given["goodsReturnId"], **found}


async def inspect(world: World) -> Prepared:
    support, given = await receive(world)
    await world.do(support, "goodsReturnReceive", **given)
    return support, {"goodsReturnId": given["goodsReturnId"], "condition": "AS_SENT"}


async def resolve(world: World) -> Prepared:
    support, given = await inspect(world)
    await world.do(support, "goodsReturnInspect", **given)
    return support, {"goodsReturnId": given["goodsReturnId"], "disposition": "RESTOCK"}


async def send_back(world: World) -> Prepared:
    """Another piece came back than was sent."""
    support, given = await receive(world)
    await world.do(support, "goodsReturnReceive", **{**given, "tagNumber": "TAG-9999"})
    named = {"goodsReturnId": given["goodsReturnId"]}
    appraiser = (await world.returns()).appraiser
    await world.do(appraiser, "goodsReturnInspect", **named, condition="NOT_THE_SAME", note="Another lining")
    await world.do(support, "goodsReturnResolve", **named)
    return support, {**named, "carrier": "Ferro", "tracking": "B-2"}


ENTRIES: dict[str, Entry] = {
    "cartAdd": add,
    "cartRemove": remove,
    "orderPlace": place,
    "orderCancel": cancel,
    "orderChargebackResolve": resolve_charge_back,
    "walletTopUp": top_up,
    "transitCoverRegister": cover,
    "shipmentCreate": pack,
    "shipmentHandOver": packed,
    "shipmentDeliver": on_its_way,
    "shipmentCancel": packed,
    "shipmentReady": make_ready,
    "shipmentPickUp": pick_up,
    "goodsReturnRequest": request_return,
    "goodsReturnAgree": agree_return,
    "goodsReturnCancel": cancel_return,
    "goodsReturnApprove": approve,
    "goodsReturnReject": reject,
    "goodsReturnShip": ship_back,
    "goodsReturnReceive": receive,
    "goodsReturnInspect": inspect,
    "goodsReturnResolve": resolve,
    "goodsReturnSendBack": send_back,
}
