"""Sales that reached their buyers, and what comes back of them, through the API as each person in turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text as sql

from app.jobs import JOBS
from domain import order, settlement
from domain.account import Account
from domain.listing import Listing
from domain.viewer import Role
from persistence.connection import transaction
from schema.ids import id_of
from tests.support.market import Market, money
from tests.support.people import People

GOODS_RETURN = """
fragment Returned on GoodsReturn {
  id code state quantity reason late worth { amount } nextActions version closedAt sendBy decision
  parcel { carrier tracking }
  receipt { matched findings tagNumber weightGrams }
  inspection { condition deductionBps deduction { amount } note }
  disposition deducted { amount } refunded { amount }
  refund { amount { amount } parts { kind amount { amount } } }
  sentBack { carrier tracking }
}
"""
PREVIEW = """
query ($order: ID!, $lines: [RefundPreviewLineInput!]!) {
  refundPreview(orderId: $order, lines: $lines) {
    amount { amount }
    lines { quantity worth { amount } deduction { amount } deductionReason amount { amount } line { id } }
    parts { kind amount { amount } }
    lots { amount { amount } lot { id remaining { amount } } }
  }
}
"""
SHIP = """
mutation ($input: ShipmentCreateInput!) {
  shipmentCreate(input: $input) { ... on Shipment { id } ... on UserError { code message path } }
}
"""
COVER = """
mutation ($input: TransitCoverRegisterInput!) {
  transitCoverRegister(input: $input) { ... on TransitCover { id } ... on UserError { code message } }
}
"""
TAG, WEIGHT = "TAG-1001", 1_240


def mutation_of(action: str) -> str:
    kind = action[0].upper() + action[1:]
    extra = {
        "goodsReturnInspect": "... on NeedsAppraiser { findings }",
        "goodsReturnResolve": "... on DispositionNotPossible { possible }",
        "goodsReturnRequest": "... on ReturnWindowOver { endedAt } ... on ReturnUnderWay { goodsReturn { code } }",
    }.get(action, "")
    return f"""
    mutation ($input: {kind}Input!) {{
      {action}(input: $input) {{
        __typename
        ... on GoodsReturn {{ ...Returned }}
        ... on UserError {{ code message path }}
        ... on WrongState {{ was: state nextActions }}
        {extra}
      }}
    }}
    {GOODS_RETURN}"""


class Returns:
    """Staff of the house and the ways of goods to a buyer and back."""

    def __init__(self, market: Market, people: People) -> None:
        self.market = market
        self.people = people
        self.house = market.house
        self.api = market.api
        self.support: Account
        self.appraiser: Account
        self.finance: Account
        self.associate: Account

    async def open(self) -> Returns:
        self.support = await self.people.staff(Role.SUPPORT)
        self.appraiser = await self.people.staff(Role.APPRAISER)
        self.finance = await self.people.staff(Role.FINANCE)
        self.associate = await self.people.staff(Role.SHOP_ASSOCIATE)
        cover = {
            "policyNumber": "P-1",
            "carrier": "Ferro",
            "limit": money(90_000),
            "validUntil": "2100-01-01T00:00:00Z",
        }
        await self.api(self.finance, COVER, input=cover)
        return self

    # There

    async def deliver(self, sale: dict[str, Any], *, tagged: bool = True) -> None:
        """All lines reach the buyer in one parcel; pieces wear a tag, unless nobody recorded one."""
        pieces = [line["id"] for line in sale["lines"] if await self.is_piece(line["id"])] if tagged else []
        parcel = {
            "carrier": "Ferro",
            "tracking": uuid4().hex,
            "declaredValue": money("1.00"),
            "insuredValue": sale["total"] | {"currencyCode": "EUR"},
            "policyNumber": "P-1",
            "sealNumber": "S-9",
        }
        prints = [{"lineId": line, "tagNumber": TAG, "weightGrams": WEIGHT} for line in pieces]
        given = {"orderId": sale["id"], "parcel": parcel, "fingerprints": prints}
        made = (await self.api(self.support, SHIP, input=given))["shipmentCreate"]
        for step in ("shipmentHandOver", "shipmentDeliver"):
            kind = step[0].upper() + step[1:]
            query = f"mutation ($i: {kind}Input!) {{ {step}(input: $i) {{ ... on UserError {{ code message }} }} }}"
            assert (await self.api(self.support, query, i={"shipmentId": made["id"]}))[step] == {}

    async def is_piece(self, line_id: str) -> bool:
        query = "SELECT piece_id IS NOT NULL FROM order_line WHERE id = $1"
        return bool(await self.market.value(query, id_of("OrderLine", line_id)))

    async def bought(
        self, buyer: Account, thing: Listing, quantity: int = 1, *, tagged: bool = True, **tenders: Any
    ) -> dict[str, Any]:
        """Bought and delivered; the order as the buyer sees it."""
        sale = await self.market.buy(buyer, thing, quantity, **tenders)
        if "provider" in tenders:
            await self.market.report(sale["payment"]["id"], "payment.charged")
        await self.deliver(sale, tagged=tagged)
        found: dict[str, Any] = await self.market.order(buyer, sale["id"])
        return found

    # And back

    async def act(self, who: Account, action: str, goods_return_id: str | None = None, **given: Any) -> Any:
        named = {} if goods_return_id is None else {"goodsReturnId": goods_return_id}
        key = given.pop("key", None)
        return (await self.api(who, mutation_of(action), key=key, input={**named, **given}))[action]

    async def ask(self, buyer: Account, sale: dict[str, Any], line: int = 0, **given: Any) -> Any:
        wanted = {"orderId": sale["id"], "lineId": sale["lines"][line]["id"], "reason": "CHANGED_MIND", **given}
        return await self.act(buyer, "goodsReturnRequest", **wanted)

    async def agree(self, sale: dict[str, Any], line: int = 0, **given: Any) -> Any:
        wanted = {"orderId": sale["id"], "lineId": sale["lines"][line]["id"], "reason": "NOT_AUTHENTIC", **given}
        return await self.act(self.support, "goodsReturnAgree", note="A lab found it out", **wanted)

    async def asked(self, buyer: Account, sale: dict[str, Any], line: int = 0, **given: Any) -> Any:
        made = await self.ask(buyer, sale, line, **given)
        assert made["__typename"] == "GoodsReturn", made
        return made

    async def done(self, who: Account, action: str, goods_return_id: str, **given: Any) -> Any:
        made = await self.act(who, action, goods_return_id, **given)
        assert made["__typename"] == "GoodsReturn", made
        return made

    async def received(self, buyer: Account, sale: dict[str, Any], line: int = 0, **given: Any) -> Any:
        """Asked for, approved, sent and taken in as it was sent, but for what is `given`."""
        asking = {name: given.pop(name) for name in ("quantity", "reason") if name in given}
        made = await self.asked(buyer, sale, line, **asking)
        await self.done(self.support, "goodsReturnApprove", made["id"])
        return await self.sent_in(buyer, made, **given)

    async def sent_in(self, buyer: Account, made: dict[str, Any], **given: Any) -> Any:
        await self.done(buyer, "goodsReturnShip", made["id"], carrier="Ferro", tracking="B-1")
        found = {"tagNumber": TAG, "weightGrams": WEIGHT, **given}
        return await self.done(self.support, "goodsReturnReceive", made["id"], **found)

    async def inspected(self, buyer: Account, sale: dict[str, Any], line: int = 0, **given: Any) -> Any:
        """The same, and looked at: AS_SENT, or `worse` by so many basis points."""
        worse = given.pop("worse", 0)
        made = await self.received(buyer, sale, line, **given)
        return await self.looked_at(made, worse)

    async def looked_at(self, made: dict[str, Any], worse: int = 0) -> Any:
        found: dict[str, Any] = {"condition": "AS_SENT"}
        if worse:
            found = {"condition": "WORSE", "deductionBps": worse, "note": "The handle is scratched"}
        return await self.done(self.support, "goodsReturnInspect", made["id"], **found)

    async def preview(self, who: Account, sale: dict[str, Any], *lines: int, **given: Any) -> Any:
        wanted = [{"lineId": sale["lines"][line]["id"], **given} for line in lines or (0,)]
        return (await self.api(who, PREVIEW, order=sale["id"], lines=wanted))["refundPreview"]

    # Time passes

    async def age(self, sale: dict[str, Any], days: int) -> None:
        """The delivery was so long ago."""
        await self.execute(
            "UPDATE order_line SET delivered_at = delivered_at - make_interval(days => :days) WHERE order_id = :order",
            days=days,
            order=id_of("Order", sale["id"]),
        )

    async def execute(self, statement: str, **values: Any) -> None:
        async with self.house.transactor.pool.lend() as raw, transaction(raw) as connection:
            await connection.execute(sql(statement), values)

    async def all_is_due(self, sale: dict[str, Any], days: int = 60) -> None:
        """What the worker does when the window has long passed: sellers are paid, the house takes its part."""
        later = datetime.now(UTC) + timedelta(days=days)
        order_id = id_of("Order", sale["id"])
        rows = await self.house.readers.pool.fetch("SELECT id FROM settlement WHERE order_id = $1", order_id)
        for row in rows:
            command = settlement.ReleaseDue(settlement.SettlementId(UUID(int=row["id"].int)))
            await self.market.run(settlement.release_due, command, now=later)
        await self.market.run(order.complete, order.CompleteOrder(order.OrderId(order_id)), now=later)

    async def expire(self, goods_return_id: str, days: int) -> Any:
        """What the worker does when an approved return was to be sent by."""
        later = datetime.now(UTC) + timedelta(days=days)
        subject_id = id_of("GoodsReturn", goods_return_id)
        return await JOBS["goodsReturnExpire"](self.house, "goodsReturnExpire", subject_id, uuid4().hex, later)

    # Looking behind the scenes

    async def settlement(self, sale: dict[str, Any]) -> Any:
        query = "SELECT * FROM settlement WHERE order_id = $1"
        return await self.house.readers.pool.fetchrow(query, id_of("Order", sale["id"]))

    async def consignment(self, thing: Listing) -> str:
        return str(await self.market.value("SELECT state FROM consignment WHERE id = $1", thing.consignment_id))

    async def parties(self, thing: Listing) -> tuple[str, str, str]:
        """Owner, custodian and risk bearer of a piece: HOUSE, CARRIER, or the id of an account."""
        query = "SELECT * FROM piece WHERE id = $1"
        row = await self.house.readers.pool.fetchrow(query, thing.piece_id)
        kinds = ("owner", "custodian", "risk_bearer")
        named = (row[f"{kind}_id"] if row[f"{kind}_kind"] == "ACCOUNT" else row[f"{kind}_kind"] for kind in kinds)
        owner, custodian, risk = map(str, named)
        return owner, custodian, risk
