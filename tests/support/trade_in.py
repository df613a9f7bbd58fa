"""A house that takes old pieces in trade, and the ways of one from its owner into a new purchase, or back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from app.house import House
from app.jobs import JOBS
from domain.account import Account
from domain.money import Money
from domain.piece import Piece, account, register
from domain.price import ReferenceSource
from domain.viewer import AccountId, Role, Viewer
from schema.ids import decode_id, encode_id
from tests.support.api import Api
from tests.support.appraisal import Workshop
from tests.support.market import PARIS, TO_PARIS, Market, money
from tests.support.people import People, euros

NEW_PRICE = 2_000
EXCELLENT, GOOD = "1020.00", "860.00"
"""What a piece of the grade is offered at: three tenths of its resale price are for the house's work and risk."""

TRADE_IN = """
fragment Traded on TradeIn {
  id code state grade version nextActions mode overrideReason
  value { amount } low { amount } subsidy { amount } requote { amount } newPrice { amount }
  factors { kind rateBps amount { amount } }
  expiresAt handOverBy answerBy settledAt closedAt answer
  pickUp { carrier label insured { amount } fee { amount } borne { amount } premium { amount } }
  receipt { condition shop { id } }
  inspection { verdict grade findings ageMonths warrantyMonths }
  piece { id slug } order { id state } campaign { code }
  disposition { id code fate method recipient }
}
"""
ORDER = """
query ($id: ID!) {
  order(id: $id) {
    id state version total { amount } refunded { amount } lines { id state blockedBy }
    tenders { kind promised amount { amount } refunded { amount } replaced { amount } }
    tradeIn { id state }
  }
}
"""
PLACE = """
mutation ($input: OrderPlaceInput!) {
  orderPlace(input: $input) {
    __typename ... on Order { id state payment { id } } ... on UserError { code message path }
  }
}
"""


def mutation_of(action: str) -> str:
    kind = action[0].upper() + action[1:]
    return f"""
    mutation ($input: {kind}Input!) {{
      {action}(input: $input) {{ __typename ... on TradeIn {{ ...Traded }} ... on UserError {{ code message path }} }}
    }}
    {TRADE_IN}"""


@dataclass(frozen=True)
class Document:
    product_id: UUID
    price: Money


async def document_price(work: Any, viewer: Viewer, command: Document, *, now: datetime) -> UUID:
    product = await work.products.lock(command.product_id)
    product.reference_price_new, product.reference_source = command.price, ReferenceSource.BRAND_LIST_PRICE
    product.reference_as_of = date(2026, 1, 1)
    await work.products.save(product)
    return command.product_id


@dataclass(frozen=True)
class Own:
    product_id: UUID
    owner: AccountId
    serial: str


async def own(work: Any, viewer: Viewer, command: Own, *, now: datetime) -> Piece:
    """A piece that the house knows, in its owner's hands."""
    theirs = account(command.owner)
    return await register(
        work,
        product_id=command.product_id,  # type: ignore[arg-type]
        serial=command.serial,
        owner=theirs,
        custodian=theirs,
        risk_bearer=theirs,
        now=now,
    )


class Exchange:
    """One product that is taken in trade, staff of every kind, and a shelf of new things to buy."""

    def __init__(self, house: House, api: Api, people: People) -> None:
        self.house, self.api, self.people = house, api, people
        self.market = Market(house, api)
        self.workshop = Workshop(api, people)

    async def open(self, *, cover: int | None = 5_000) -> Exchange:
        await self.workshop.open()
        await self.price(NEW_PRICE)
        self.desk = self.workshop.desk
        self.finance = await self.people.staff(Role.FINANCE)
        self.merchandiser = await self.people.staff(Role.MERCHANDISER)
        self.appraiser = await self.people.staff(Role.APPRAISER)
        await self.workshop.appoint(self.appraiser, rank="SENIOR")
        if cover is not None:
            await self.register_cover(cover)
        return self

    @property
    def product_id(self) -> str:
        return self.workshop.product_id

    async def price(self, amount: int) -> None:
        """What one of the product costs new."""
        await self.people.run(document_price, Document(self.workshop.shelf.product.id, euros(amount)))

    async def known(self, owner: Account, serial: str | None = None) -> str:
        """The id of a piece of this owner that the house knows."""
        wanted = Own(self.workshop.shelf.product.id, owner.id, serial or uuid4().hex[:10].upper())
        return encode_id("Piece", (await self.people.run(own, wanted)).id)

    async def register_cover(self, limit: int, **more: Any) -> None:
        given = {
            "policyNumber": f"P-{uuid4().hex[:8]}",
            "carrier": "Ferro",
            "limit": money(limit),
            "validUntil": (datetime.now(UTC) + timedelta(days=60)).isoformat(),
            **more,
        }
        query = """
        mutation ($input: TransitCoverRegisterInput!) {
          transitCoverRegister(input: $input) { ... on TransitCover { id } ... on UserError { code message } }
        }
        """
        assert "id" in (await self.api(self.finance, query, input=given))["transitCoverRegister"]

    async def campaign(self, whole: int, each: int, /, **given: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        wanted = {
            "code": f"OLD-{uuid4().hex[:6]}",
            "name": {"en": "Old for new", "zh": "以旧换新"},
            "funder": "HOUSE",
            "budget": money(whole),
            "subsidy": money(each),
            "startsAt": (now - timedelta(days=1)).isoformat(),
            "endsAt": (now + timedelta(days=30)).isoformat(),
            **given,
        }
        query = """
        mutation ($input: CampaignOpenInput!) {
          campaignOpen(input: $input) {
            ... on Campaign { id code version available { amount } } ... on UserError { code message path }
          }
        }
        """
        return dict((await self.api(self.finance, query, input=wanted))["campaignOpen"])

    async def end(self, campaign: dict[str, Any]) -> dict[str, Any]:
        query = """
        mutation ($input: CampaignEndInput!) {
          campaignEnd(input: $input) { ... on Campaign { state } ... on UserError { code } }
        }
        """
        return dict((await self.api(self.finance, query, input={"campaignId": campaign["id"]}))["campaignEnd"])

    async def do(self, person: Account | None, action: str, /, **given: Any) -> dict[str, Any]:
        key = given.pop("key", None)
        return dict((await self.api(person, mutation_of(action), key=key, input=given))[action])

    # Step by step

    async def offer(self, owner: Account, *, piece_id: str | None = None, **given: Any) -> dict[str, Any]:
        subject = {"productId": self.product_id} if piece_id is None else {"pieceId": piece_id}
        return await self.do(owner, "tradeInOffer", of=subject, **{"grade": "EXCELLENT", **given})

    async def buy(
        self, owner: Account, trade_in: dict[str, Any], price: int, mode: str, **given: Any
    ) -> dict[str, Any]:
        """A new thing, together with the old one; `cash` and `credit` are whole euros, `provider` takes the rest."""
        cart = await self.market.add(owner, await self.market.piece(price, cost=price // 2))
        assert cart["__typename"] == "Cart", cart
        tenders: dict[str, Any] = {name: money(given[name]) for name in ("cash", "credit") if name in given}
        tenders |= {"provider": given["provider"]} if "provider" in given else {}
        tenders |= given.get("tenders", {})
        tenders["tradeIn"] = {"tradeInId": trade_in["id"], "mode": mode}
        wanted = {"cartId": cart["id"], "delivery": TO_PARIS, "tenders": tenders}
        return dict((await self.api(owner, PLACE, input=wanted))["orderPlace"])

    async def bound(
        self, owner: Account, price: int = 3_000, mode: str = "TENDER", *, piece_id: str | None = None, **given: Any
    ) -> tuple[dict[str, Any], str]:
        """An offer that belongs to a purchase, which is paid in cash but for the old piece; and the order's id."""
        offered = await self.offer(owner, piece_id=piece_id, **given)
        assert offered["__typename"] == "TradeIn", offered
        both = sum(int(float(offered[name]["amount"])) for name in ("value", "subsidy"))
        cash = price if mode == "FULL_PRICE" else price - both
        placed = await self.buy(owner, offered, price, mode, cash=cash)
        assert placed["__typename"] == "Order", placed
        return offered, placed["id"]

    async def receive(self, trade_in: dict[str, Any], **given: Any) -> dict[str, Any]:
        wanted = {"condition": "As it was said", "serial": uuid4().hex[:10].upper(), **given}
        return await self.do(self.desk, "tradeInReceive", tradeInId=trade_in["id"], **wanted)

    def found(self, trade_in: dict[str, Any], corners: str = "LIGHT", **changed: Any) -> dict[str, Any]:
        """An authentic piece: EXCELLENT with light corners, PRISTINE without, GOOD with heavy ones."""
        return {
            "tradeInId": trade_in["id"],
            "verdict": "AUTHENTIC",
            "answers": [{"item": "corners", "severity": corners}, {"item": "lining", "severity": "NONE"}],
            "marks": [{"mark": "stamp", "result": "PASS"}],
            "measurements": [{"code": "width", "value": "260", "unit": "MILLIMETRE", "instrument": "Calliper 4"}],
            **changed,
        }

    async def inspect(self, trade_in: dict[str, Any], corners: str = "LIGHT", **changed: Any) -> dict[str, Any]:
        return await self.do(self.appraiser, "tradeInInspect", **self.found(trade_in, corners, **changed))

    async def settled(self, owner: Account, **given: Any) -> tuple[dict[str, Any], str]:
        """A piece that was as it was said, and is the house's; and the order that it paid a part of."""
        offered, order_id = await self.bound(owner, **given)
        received = await self.receive(offered)
        assert received["state"] == "RECEIVED", received
        done = await self.inspect(offered)
        assert done["state"] == "SETTLED", done
        return done, order_id

    async def publish(self, piece_id: str) -> dict[str, Any]:
        """A piece of the house's goes on the shelf."""
        query = """
        mutation ($input: ListingPublishInput!) {
          listingPublish(input: $input) { __typename ... on Listing { id } ... on UserError { code message } }
        }
        """
        wanted = {"kind": "CLEARANCE", "pieceId": piece_id, "price": money(1_300)}
        return dict((await self.api(self.merchandiser, query, input=wanted))["listingPublish"])

    async def requoted(self, owner: Account, **given: Any) -> tuple[dict[str, Any], str]:
        """A piece that is worse than was said, so that its owner is asked."""
        offered, order_id = await self.bound(owner, **given)
        await self.receive(offered)
        found = await self.inspect(offered, "HEAVY")
        assert found["state"] == "REQUOTED", found
        return found, order_id

    # Looking

    async def order(self, person: Account, order_id: str) -> dict[str, Any]:
        return dict((await self.api(person, ORDER, id=order_id))["order"])

    async def tenders(self, person: Account, order_id: str) -> dict[str, tuple[str, str, str, bool]]:
        """Amount, what of it another one pays, what went back, and whether it is a promise; by kind."""
        found = (await self.order(person, order_id))["tenders"]
        return {
            one["kind"]: (
                one["amount"]["amount"],
                one["replaced"]["amount"],
                one["refunded"]["amount"],
                one["promised"],
            )
            for one in found
        }

    async def trade_in(self, person: Account, trade_in_id: str) -> dict[str, Any]:
        query = "query ($id: ID!) { tradeIn(id: $id) { ...Traded } }" + TRADE_IN
        return dict((await self.api(person, query, id=trade_in_id))["tradeIn"])

    async def job(self, name: str, trade_in: dict[str, Any], after: timedelta) -> None:
        """The worker comes to a job, so much later."""
        subject = decode_id(trade_in["id"])[1]
        await JOBS[name](self.house, name, subject, uuid4().hex, datetime.now(UTC) + after)

    async def holder(self, piece_id: str) -> tuple[str, str]:
        """Who owns a piece and who has it, by kind."""
        query = "SELECT owner_kind, custodian_kind FROM piece WHERE id = $1"
        row = await self.house.readers.pool.fetchrow(query, decode_id(piece_id)[1])
        return row["owner_kind"], row["custodian_kind"]


__all__ = ["EXCELLENT", "GOOD", "NEW_PRICE", "PARIS", "Exchange"]
