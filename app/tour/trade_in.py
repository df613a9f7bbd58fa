"""A handbag is traded in against a new watch: a campaign adds to it, an appraiser finds less, its owner agrees."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from app.tour.house import ADDRESS, House, Json, Off, euros
from domain.viewer import Role

SUBSIDY = "150.00"


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def factors(found: Any) -> str:
    """What makes a price up, in one line."""
    parts = [f"{one['says'].lower()} {one['amount']['formatted']}" for one in found["factors"]]
    return ", ".join(parts)


@dataclass
class TradeIn:
    """An owner brings a bag, and goes home with a watch; another bag goes back to where it came from."""

    house: House
    say: Callable[[str, str], None]
    owner: str = Role.CUSTOMER + " 2"

    def run(self) -> None:
        bag, watch = self.look_around()
        campaign = self.prepare(bag)
        offered = self.offer(bag, campaign)
        order = self.buy(watch, offered)
        self.fetch(offered)
        self.judge(offered)
        self.agree(offered, order)
        self.dispose(offered)
        self.change_of_mind(bag)
        self.end(campaign)

    def look_around(self) -> tuple[Json, Json]:
        """A used bag whose price of new is documented, and a new watch that costs more."""
        in_euros = {"price": {"currencyCode": "EUR"}}
        used = self.shelf({**in_euros, "kinds": ["REFURBISHED", "CONSIGNED"]})
        documented = [one for one in used if (one["referencePrice"] or {"price": {}})["price"].get("currencyCode")]
        bags = [one for one in documented if "bag" in one["product"]["category"]["slug"]] or documented
        if not bags:
            raise Off("There is nothing on the shelf whose price of new is documented in EUR.")
        bag = bags[0]
        priced = Decimal(bag["referencePrice"]["price"]["amount"])
        new = [one for one in self.shelf({**in_euros, "kinds": ["NEW"]}) if Decimal(one["price"]["amount"]) > priced]
        watches = [one for one in new if "watch" in one["product"]["category"]["slug"]] or new
        if not watches:
            raise Off("There is nothing new that costs more than the old bag did.")
        found = self.house.ask(None, "TradeInEstimate", productId=bag["product"]["id"])
        self.say(
            "estimate",
            f"{bag['product']['name']}: {found['low']['formatted']} to {found['high']['formatted']} to anybody",
        )
        self.say("because", factors(found))
        told = self.house.ask(None, "ExplainPrice", of={"listingId": bag["id"]})
        self.say("on the shelf", f"{told['amount']['formatted']} = {factors(told)}")
        return bag, min(watches, key=lambda one: Decimal(one["price"]["amount"]))

    def shelf(self, wanted: Json) -> list[Json]:
        nodes: list[Json] = self.house.ask(None, "ThingsToTrade", filter=wanted)["nodes"]
        return nodes

    def prepare(self, bag: Json) -> Json:
        """Finance sets a budget aside, a merchandiser says how many are wanted."""
        category_id = bag["product"]["category"]["id"]
        campaign: Json = self.house.ask(
            Role.FINANCE,
            "OpenCampaign",
            input={
                "code": f"AUTUMN-{uuid4().hex[:6].upper()}",
                "name": {"en": "Old for new, this autumn", "zh": "秋季以旧换新"},
                "funder": "HOUSE",
                "budget": euros("1500.00"),
                "subsidy": euros(SUBSIDY),
                "startsAt": in_days(-1),
                "endsAt": in_days(30),
            },
        )
        running = self.house.ask(None, "CampaignsRunning")
        if campaign["code"] not in {one["code"] for one in running}:
            raise Off("A campaign that runs is not shown to strangers.")
        sold = self.house.ask(Role.MERCHANDISER, "AcquisitionHistory", categoryId=category_id)
        plans = self.house.ask(Role.MERCHANDISER, "AcquisitionPlans")["nodes"]
        mine = [one for one in plans if one["category"] and one["endsAt"] > in_days(0)]
        target = max(4, sold["target"])
        if not mine:
            period = {"startsAt": in_days(-1), "endsAt": in_days(90)}
            given = {"target": target, "categoryId": category_id, **period}
            self.house.ask(Role.MERCHANDISER, "SetAcquisitionPlan", input=given)
        self.say("campaign", f"{campaign['code']} adds {campaign['subsidy']['formatted']}; {target} bags are wanted")
        return campaign

    def offer(self, bag: Json, campaign: Json) -> Json:
        """A member says how it is; what they bought here before is estimated without their asking."""
        for one in self.house.ask(self.owner, "TradeInEligible")["nodes"]:
            worth = one["estimate"]["high"]["formatted"] if one["estimate"] else "nothing"
            self.say("could bring", f"{one['product']['name']} for up to {worth}")
        offered: Json = self.house.ask(
            self.owner,
            "OfferTradeIn",
            input={
                "of": {"productId": bag["product"]["id"]},
                "grade": "PRISTINE",
                "warrantyMonths": 6,
                "campaignCode": campaign["code"],
            },
        )
        self.say(
            "offered",
            f"{offered['code']}: {offered['value']['formatted']} and {offered['subsidy']['formatted']} on top",
        )
        return offered

    def buy(self, watch: Json, offered: Json) -> str:
        """The value pays at once, and as much cash is held; the rest comes by card."""
        both = Decimal(offered["value"]["amount"]) + Decimal(offered["subsidy"]["amount"])
        top_up = self.house.ask(self.owner, "TopUp", input={"amount": euros(str(both + 20)), "provider": "TEST"})
        self.house.charge(top_up["id"])
        cart = self.house.ask(self.owner, "AddToCart", input={"listingId": watch["id"]})
        delivery = {"method": "STANDARD", "address": ADDRESS}
        tenders = {"provider": "TEST", "tradeIn": {"tradeInId": offered["id"], "mode": "TENDER"}}
        quote = self.house.ask(self.owner, "Quote", cartId=cart["id"], delivery=delivery, tenders=tenders)
        placed = self.house.ask(
            self.owner, "PlaceOrder", input={"cartId": cart["id"], "delivery": delivery, "tenders": tenders}
        )
        self.house.charge(placed["payment"]["id"])
        shared = " + ".join(f"{one['kind'].lower()} {one['amount']['formatted']}" for one in quote["tenders"])
        self.say("new watch", f"{watch['product']['name']} for {quote['total']['formatted']} = {shared}")
        return str(placed["id"])

    def fetch(self, offered: Json) -> None:
        """A carrier comes to the door; each part of what that costs is a line of its own."""
        way = self.house.ask(self.owner, "FetchTradeIn", input={"tradeInId": offered["id"], "address": ADDRESS})[
            "pickUp"
        ]
        self.say(
            "fetched",
            f"by {way['carrier']}, insured for {way['insured']['formatted']}; {way['fee']['formatted']}, of which"
            f" {way['borne']['formatted']} are the owner's",
        )

    def judge(self, offered: Json) -> None:
        """It is worse than its owner said: the house asks, and does not decide."""
        given = {"tradeInId": offered["id"]}
        self.house.ask(
            Role.SUPPORT, "ReceiveTradeIn", input={**given, "condition": "Parcel whole", "serial": uuid4().hex[:10]}
        )
        waiting = self.house.ask(Role.APPRAISER, "TradeInQueue", filter={"code": offered["code"]})["nodes"]
        standard = next(one["standard"] for one in waiting if one["id"] == offered["id"])
        found = {
            **given,
            "verdict": "AUTHENTIC",
            "answers": [{"item": one["code"], "severity": "LIGHT"} for one in standard["checklist"]],
            "marks": [{"mark": one["code"], "result": "PASS"} for one in standard["marks"]],
            "measurements": [
                {"code": one["code"], "value": "5", "unit": one["unit"], "instrument": one["instrument"]}
                for one in standard["measurements"]
            ],
        }
        judged = self.house.ask(Role.APPRAISER, "InspectTradeIn", input=found)
        if judged["state"] != "REQUOTED":
            raise Off(f"A bag with marks everywhere is {judged['state']}, as if it were as new.")
        grade, less = judged["inspection"]["grade"], judged["requote"]["formatted"]
        self.say("re-quoted", f"{grade} instead of PRISTINE: {less}, if its owner agrees")

    def agree(self, offered: Json, order_id: str) -> None:
        read = self.house.ask(self.owner, "MyTradeIn", id=offered["id"])
        done = self.house.ask(
            self.owner,
            "AnswerTradeIn",
            input={"tradeInId": offered["id"], "answer": "ACCEPT", "expectedVersion": read["version"]},
        )
        after = self.house.ask(self.owner, "MyTradeIn", id=offered["id"])
        if done["state"] != "SETTLED" or any(one["promised"] for one in after["order"]["tenders"]):
            raise Off("The bag was accepted, and its part of the watch is still a promise.")
        tenders = self.house.ask(self.owner, "MyOrder", id=order_id)["tenders"]
        shared = ", ".join(f"{one['kind'].lower()} {one['amount']['formatted']}" for one in tenders)
        self.say("agreed", f"{done['value']['formatted']} for the bag; the watch is paid: {shared}")

    def dispose(self, offered: Json) -> None:
        """What becomes of the old piece is signed, and anybody can check it."""
        given = {"tradeInId": offered["id"], "fate": "REFURBISH", "method": "New edge paint, then the shelf again"}
        done = self.house.ask(Role.MERCHANDISER, "DisposeTradeIn", input=given)
        told = self.house.ask(None, "VerifyDisposition", code=done["disposition"]["code"])
        if not told["genuine"]:
            raise Off("The certificate of what became of the bag does not prove itself.")
        self.say("disposed", f"{told['fate']}, certificate {done['disposition']['code']} is genuine")

    def change_of_mind(self, bag: Json) -> None:
        """Two more offers: one is decided on by a person, and withdrawn; the bag of the other goes back."""
        first = self.another(bag)
        raised = self.house.ask(
            Role.MERCHANDISER,
            "OverrideTradeIn",
            input={"tradeInId": first["id"], "value": euros("120.00"), "reason": "A colour that is asked for"},
        )
        self.house.ask(self.owner, "WithdrawTradeIn", input={"tradeInId": first["id"]})
        second = self.another(bag)
        value = Decimal(second["value"]["amount"])
        in_euros = {"price": {"currencyCode": "EUR"}, "kinds": ["NEW"]}
        thing = min(
            (one for one in self.shelf(in_euros) if Decimal(one["price"]["amount"]) > value),
            key=lambda one: Decimal(one["price"]["amount"]),
        )
        top_up = self.house.ask(self.owner, "TopUp", input={"amount": euros(str(value)), "provider": "TEST"})
        self.house.charge(top_up["id"])
        self.buy_with(thing, second)
        given = {"tradeInId": second["id"]}
        self.house.ask(Role.SUPPORT, "ReceiveTradeIn", input={**given, "condition": "No box"})
        self.house.ask(
            Role.APPRAISER,
            "InspectTradeIn",
            input={**given, "verdict": "INCONCLUSIVE", "findings": "The stamp can not be read."},
        )
        self.house.ask(Role.SUPPORT, "HandBackTradeIn", input=given)
        states = [one["state"] for one in self.house.ask(self.owner, "MyTradeIns", first=3)["nodes"]]
        self.say("went back", f"{states[0]}; before it {states[1]} after {raised['value']['formatted']}, {states[2]}")

    def another(self, bag: Json) -> Json:
        given = {"of": {"productId": bag["product"]["id"]}, "grade": "GOOD"}
        found: Json = self.house.ask(self.owner, "OfferTradeIn", input=given)
        return found

    def buy_with(self, thing: Json, offered: Json) -> None:
        cart = self.house.ask(self.owner, "AddToCart", input={"listingId": thing["id"]})
        tenders = {"provider": "TEST", "tradeIn": {"tradeInId": offered["id"], "mode": "TENDER"}}
        delivery = {"method": "STANDARD", "address": ADDRESS}
        given = {"cartId": cart["id"], "delivery": delivery, "tenders": tenders}
        placed = self.house.ask(self.owner, "PlaceOrder", input=given)
        self.house.charge(placed["payment"]["id"])

    def end(self, campaign: Json) -> None:
        self.house.ask(Role.FINANCE, "Campaigns")
        ended = self.house.ask(Role.FINANCE, "EndCampaign", input={"campaignId": campaign["id"]})
        if ended["spent"]["formatted"] != campaign["subsidy"]["formatted"]:
            raise Off(f"One bag was subsidised, and {ended['spent']['formatted']} were spent.")
        self.say("campaign", f"{ended['code']} is over, {ended['spent']['formatted']} were given")
