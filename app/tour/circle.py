"""The circle: the seller consigns, the buyer buys, and then the seller buys with what it was paid."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from app.tour.house import ADDRESS, House, Json, Off, euros
from domain.viewer import Role

CARRIER = "Relais Express"
PHOTO = "https://photos.example.com/tour.jpg"


@dataclass
class Circle:
    """The seller consigns, the buyer buys, and then the seller buys with what it was paid."""

    house: House
    say: Callable[[str, str], None]
    seller: str = Role.CUSTOMER + " 1"
    buyer: str = Role.CUSTOMER + " 2"

    def run(self) -> None:
        shelf = self.look_around()
        consignment = self.consign(shelf)
        certificate = self.appraise(consignment, shelf)
        restore = self.waive_the_return_window()
        self.agree(consignment)
        listing = self.put_on_the_shelf(consignment, certificate)
        order = self.buy(listing)
        restore()
        self.deliver(order, self.buyer)
        settlement = self.settle(consignment)
        second = self.spend_again(settlement)
        self.give_back(second)

    def look_around(self) -> Json:
        """A stranger and a partner's page look at the shelf."""
        page = self.house.ask(None, "Listings", first=5)
        counted = self.house.ask(None, "ListingsCounted")
        cards = self.house.ask(None, "ListingCards", first=3, locale="ZH")
        shelf: Json = page["nodes"][0]
        seen = self.house.ask(None, "ListingPage", slug=shelf["slug"])
        named = [card["product"]["name"] for card in cards["nodes"]]
        self.say(
            "shelf",
            f"{counted['totalCount']} listings; first {seen['product']['name']}, {named[0]} on a partner's page",
        )
        return shelf

    def consign(self, shelf: Json) -> str:
        """The seller submits; nothing is sent before somebody of the house has called."""
        brand = shelf["product"]["brand"]["name"]
        submitted = self.house.ask(
            self.seller,
            "Submit",
            input={
                "content": {
                    "route": "ONLINE",
                    "currency": "EUR",
                    "brand": brand,
                    "categoryId": shelf["product"]["category"]["id"],
                    "title": shelf["product"]["name"],
                    "description": "Worn twice, kept in its box. Bought in Lyon.",
                    "photos": [{"url": PHOTO}],
                    "askingPrice": euros("2600.00"),
                }
            },
        )
        consignment_id = str(submitted["id"])
        waiting = self.house.ask(Role.SUPPORT, "ToConfirm", filter={"queue": "TO_CONFIRM"})["nodes"]
        if submitted["code"] not in {one["code"] for one in waiting}:
            raise Off("The submitted piece is not in support's queue.")
        self.house.ask(
            Role.SUPPORT,
            "Confirm",
            input={"consignmentId": consignment_id, "outcome": "CONFIRMED", "note": "Knows how to pack it."},
        )
        self.house.ask(
            self.seller,
            "Ship",
            input={"consignmentId": consignment_id, "carrier": CARRIER, "tracking": "RE-20417"},
        )
        received = self.house.ask(
            Role.SUPPORT,
            "Receive",
            input={
                "consignmentId": consignment_id,
                "intake": {
                    "handedOverBy": "Courier",
                    "photos": [{"url": PHOTO}],
                    "sealNumber": "S-" + uuid4().hex[:6].upper(),
                    "weightGrams": 940,
                    "condition": "Parcel whole, seal whole.",
                },
            },
        )
        self.say("consigned", f"{received['code']} submitted, confirmed by phone, shipped, received")
        return consignment_id

    def appraise(self, consignment_id: str, shelf: Json) -> str:
        """An appraiser judges it by the standard; the certificate can be checked by anybody."""
        category_id = shelf["product"]["category"]["id"]
        opened = self.house.ask(Role.SUPPORT, "OpenAppraisal", input={"consignmentId": consignment_id})
        self.house.ask(Role.APPRAISER, "AppraisalQueue", filter={"categoryId": category_id})
        taken = self.house.ask(Role.APPRAISER, "TakeAppraisal", input={"categoryId": category_id})
        while taken["id"] != opened["id"]:
            taken = self.house.ask(Role.APPRAISER, "TakeAppraisal", input={"categoryId": category_id})
        by = self.house.ask(Role.APPRAISER, "Standard", categoryId=category_id)
        found: Json = {
            "answers": [{"item": one["code"], "severity": "NONE"} for one in by["checklist"]],
            "measurements": [
                {"code": one["code"], "value": "5", "unit": one["unit"], "instrument": one["instrument"]}
                for one in by["measurements"]
            ],
        }
        suggested = self.house.ask(Role.APPRAISER, "SuggestGrade", appraisalId=taken["id"], **found)
        judged = self.house.ask(
            Role.APPRAISER,
            "ConcludeAppraisal",
            input={
                "appraisalId": taken["id"],
                "verdict": "AUTHENTIC",
                **found,
                "marks": [{"mark": one["code"], "result": "PASS"} for one in by["marks"]],
                "condition": {"en": "As new, a hairline on one corner.", "zh": "近全新，一角有细微痕迹。"},
                "valueLow": euros("2200.00"),
                "valueHigh": euros("2600.00"),
                "productId": shelf["product"]["id"],
                "serial": uuid4().hex[:10].upper(),
            },
        )
        code = str(judged["certificate"]["code"])
        checked = self.house.ask(None, "VerifyCertificate", code=code)
        if checked["status"] != "VALID":
            raise Off(f"A stranger was told that certificate {code} is {checked['status']}.")
        value = f"{judged['valueLow']['formatted']} to {judged['valueHigh']['formatted']}"
        self.say(
            "appraised",
            f"{judged['verdict']}, grade {judged['grade']} (rules suggest {suggested['grade']}), {value};"
            f" certificate {code} is {checked['status']}",
        )
        return code

    def waive_the_return_window(self) -> Callable[[], None]:
        """A tour does not last a week: for its own deals buyers can not send back. Undone by what is answered."""
        in_force = self.house.ask(Role.FINANCE, "PoliciesInForce")
        returns = next(one["terms"] for one in in_force if one["terms"]["__typename"] == "ReturnTerms")

        def publish(days: int, statutory: list[Json], note: str) -> None:
            terms = {"returns": {"promiseDays": days, "statutory": statutory}}
            self.house.ask(Role.FINANCE, "PublishPolicy", input={"terms": terms, "note": note})

        publish(0, [], "Tour: delivered is final")
        return lambda: publish(returns["promiseDays"], returns["statutory"], "Tour: as before")

    def agree(self, consignment_id: str) -> None:
        """All four ways to be paid, side by side; the seller takes credit after the sale, for its bonus."""
        offered = self.house.ask(
            Role.MERCHANDISER,
            "OfferContract",
            input={"consignmentId": consignment_id, "price": euros("2400.00"), "scheduleCode": "GENTLE"},
        )
        for option in self.house.ask(self.seller, "SettlementOptions", consignmentId=consignment_id):
            amount = option["amount"]["formatted"] if option["amount"] else "not open"
            bonus = f", of which bonus {option['paid']['bonus']['formatted']}" if option["paid"] else ""
            self.say("option", f"{option['mode']:13} {option['payout']:7} {amount}{bonus}")
        agreed = self.house.ask(
            self.seller,
            "Agree",
            input={
                "contractId": offered["id"],
                "expectedVersion": offered["version"],
                "mode": "AFTER_SALE",
                "payout": {"kind": "CREDIT"},
            },
        )
        self.say("agreed", f"{agreed['mode']}, {agreed['creditBps'] // 100} % in credit, contract {offered['code']}")

    def put_on_the_shelf(self, consignment_id: str, certificate: str) -> Json:
        listed = self.house.ask(Role.MERCHANDISER, "ListPiece", input={"consignmentId": consignment_id})
        listing: Json = listed["listing"]
        page = self.house.ask(None, "ListingPage", slug=listing["slug"])
        told = ", ".join(entry["kind"].lower() for entry in page["piece"]["passport"]["nodes"])
        self.say("listed", f"{listing['slug']} for {listing['price']['formatted']}; its passport: {told}")
        self.house.ask(self.seller, "MyConsignments")
        self.house.ask(self.seller, "MyConsignment", id=consignment_id)
        return listing

    def buy(self, listing: Json) -> str:
        """Credit, cash and a card at once."""
        top_up = self.house.ask(self.buyer, "TopUp", input={"amount": euros("1000.00"), "provider": "TEST"})
        self.house.charge(top_up["id"])
        granted = self.house.ask(
            Role.FINANCE,
            "GrantCredit",
            input={
                "accountId": self.account(self.buyer),
                "amount": euros("300.00"),
                "origin": "GOODWILL",
                "reason": "Welcome to the circle",
            },
        )
        self.say(
            "funded",
            f"buyer topped up {top_up['amount']['formatted']}, was given {granted['amount']['formatted']} in credit",
        )
        cart = self.house.ask(self.buyer, "AddToCart", input={"listingId": listing["id"]})
        delivery = {"method": "STANDARD", "address": ADDRESS}
        tenders = {"credit": euros("300.00"), "cash": euros("1000.00"), "provider": "TEST"}
        self.house.ask(self.buyer, "Quote", cartId=cart["id"], delivery=delivery, tenders=tenders)
        placed = self.house.ask(
            self.buyer, "PlaceOrder", input={"cartId": cart["id"], "delivery": delivery, "tenders": tenders}
        )
        self.house.charge(placed["payment"]["id"])
        order_id = str(placed["id"])
        paid = self.house.ask(self.buyer, "MyOrder", id=order_id)
        if paid["state"] != "PAID":
            raise Off(f"The order is {paid['state']} though everything was paid.")
        parts = " + ".join(f"{one['kind'].lower()} {one['amount']['formatted']}" for one in paid["tenders"])
        self.say("bought", f"{paid['code']} for {placed['total']['formatted']} = {parts}")
        return order_id

    def account(self, who: str) -> str:
        """The id of a customer."""
        return str(self.house.ask(who, "Me")["id"])

    def deliver(self, order_id: str, who: str) -> tuple[str, int]:
        """Packed under cover, tagged and weighed, handed over, delivered; answers with tag and weight of the piece."""
        order = self.house.ask(who, "MyOrder", id=order_id)
        policy, tag, grams = "TC-" + uuid4().hex[:8].upper(), "T-" + uuid4().hex[:8].upper(), 940
        self.house.ask(
            Role.FINANCE,
            "RegisterCover",
            input={
                "policyNumber": policy,
                "carrier": CARRIER,
                "limit": euros("20000.00"),
                "validUntil": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
            },
        )
        waiting = self.house.ask(Role.SUPPORT, "OrdersToShip")["nodes"]
        if order_id not in {one["id"] for one in waiting}:
            raise Off("The paid order is not in support's queue.")
        shipment = self.house.ask(
            Role.SUPPORT,
            "CreateShipment",
            input={
                "orderId": order_id,
                "parcel": parcel(policy),
                "photos": [PHOTO],
                "fingerprints": [
                    {"lineId": line["id"], "tagNumber": tag, "weightGrams": grams} for line in order["lines"]
                ],
            },
        )
        self.house.ask(Role.SUPPORT, "HandOver", input={"shipmentId": shipment["id"]})
        delivered = self.house.ask(Role.SUPPORT, "Deliver", input={"shipmentId": shipment["id"]})
        self.house.ask(who, "MyOrders")
        insured = shipment["insuredValue"]["formatted"]
        self.say("delivered", f"{shipment['code']}, insured for {insured}, {delivered['state']}")
        return tag, grams

    def settle(self, consignment_id: str) -> Json:
        """Delivered and past its window: the worker releases the money and pays the seller."""

        def settled() -> Json | None:
            mine = self.house.ask(self.seller, "MySettlements")["nodes"]
            ours = [one for one in mine if one["consignment"]["id"] == consignment_id and one["state"] == "SETTLED"]
            return ours[0] if ours else None

        found = self.house.wait("The settlement", settled)
        split, payout = found["split"], found["payout"]
        parts = {name: split[name]["formatted"] for name in ("gross", "commission", "commissionTax", "costs", "net")}
        self.say(
            "escrow",
            "{gross} - commission {commission} - its tax {commissionTax} - costs {costs} = {net}".format(**parts),
        )
        self.say(
            "settled", f"{found['code']}: credit {payout['credit']['formatted']} + bonus {payout['bonus']['formatted']}"
        )
        return found

    def spend_again(self, settlement: Json) -> str:
        """The seller's credit buys the next piece: the money has gone round."""
        purse = Decimal(settlement["payout"]["credit"]["amount"]) + Decimal(settlement["payout"]["bonus"]["amount"])
        most = purse - Decimal("100.00")
        affordable = self.house.ask(
            None,
            "Listings",
            first=50,
            sort="PRICE_DESC",
            filter={"price": {"currencyCode": "EUR", "max": str(most)}},
        )["nodes"]
        if not affordable:
            raise Off("There is nothing in EUR that the seller could buy with its credit.")
        cart = self.house.ask(self.seller, "AddToCart", input={"listingId": affordable[0]["id"]})
        delivery = {"method": "STANDARD", "address": ADDRESS}
        quote = self.house.ask(self.seller, "Quote", cartId=cart["id"], delivery=delivery, tenders={"provider": "TEST"})
        placed = self.house.ask(
            self.seller,
            "PlaceOrder",
            input={"cartId": cart["id"], "delivery": delivery, "tenders": {"credit": euros(quote["total"]["amount"])}},
        )
        if placed["state"] != "PAID":
            raise Off(f"An order paid in credit alone is {placed['state']}.")
        pocket = next(one for one in self.house.ask(self.seller, "MyWallet")["pockets"] if one["currency"] == "EUR")
        self.house.ask(self.seller, "MyStatement", currency="EUR")
        self.own_circle()
        self.say("spent again", f"{affordable[0]['product']['name']} for {placed['total']['formatted']}, all in credit")
        self.say("left", f"seller: cash {pocket['cash']['formatted']}, credit {pocket['credit']['formatted']}")
        return str(placed["id"])

    def own_circle(self) -> None:
        """What became of the seller's credit, as the seller reads it."""
        mine = self.house.ask(self.seller, "MyCirculation")
        for one in mine["circulation"]:
            self.say(
                "own circle",
                f"got {one['issued']['formatted']} as credit, spent {one['spent']['formatted']},"
                f" left {one['outstanding']['formatted']}",
            )
        bought = mine["creditPurchases"]["nodes"]
        if not bought or not bought[0]["order"]["lines"]:
            raise Off("The seller's credit does not say what it turned into.")
        self.say("turned into", bought[0]["order"]["lines"][0]["product"]["name"])

    def give_back(self, order_id: str) -> None:
        """A change of mind: what was paid goes back to where it came from, lot by lot."""
        tag, grams = self.deliver(order_id, self.seller)
        line = self.house.ask(self.seller, "MyOrder", id=order_id)["lines"][0]
        preview = self.house.ask(
            self.seller, "RefundPreview", orderId=order_id, lines=[{"lineId": line["id"], "quantity": 1}]
        )
        asked = self.house.ask(
            self.seller, "GiveBack", input={"orderId": order_id, "lineId": line["id"], "reason": "CHANGED_MIND"}
        )
        named = {"goodsReturnId": asked["id"]}
        self.house.ask(Role.SUPPORT, "ReturnsToDecide")
        self.house.ask(Role.SUPPORT, "ApproveReturn", input=named)
        self.house.ask(self.seller, "SendBack", input={**named, "carrier": CARRIER, "tracking": "RE-90311"})
        received = self.house.ask(
            Role.SUPPORT, "ReceiveReturn", input={**named, "tagNumber": tag, "weightGrams": grams}
        )
        if not received["receipt"]["matched"]:
            raise Off(f"What came back is not what was sent: {received['receipt']['findings']}")
        self.house.ask(Role.SUPPORT, "InspectReturn", input={**named, "condition": "AS_SENT"})
        done = self.house.ask(Role.SUPPORT, "ResolveReturn", input={**named, "disposition": "RESTOCK"})
        if done["refunded"] != preview["amount"]:
            raise Off(f"{preview['amount']['formatted']} was promised and {done['refunded']['formatted']} refunded.")
        self.house.ask(self.seller, "MyReturns")
        parts = ", ".join(f"{one['kind'].lower()} {one['amount']['formatted']}" for one in done["refund"]["parts"])
        self.say("given back", f"{asked['code']}: {parts}, as the preview had said")


def parcel(policy: str) -> Json:
    return {
        "carrier": CARRIER,
        "tracking": "RE-" + uuid4().hex[:8].upper(),
        "declaredValue": euros("500.00"),
        "insuredValue": euros("2400.00"),
        "policyNumber": policy,
        "sealNumber": "S-" + uuid4().hex[:6].upper(),
    }
