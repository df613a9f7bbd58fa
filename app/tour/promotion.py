"""A voucher of a joint campaign takes off of something new, and a gift card pays a part of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from app.tour.house import ADDRESS, House, Json, Off, euros
from domain.viewer import Role

ON_THE_CARD = "25.00"


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


@dataclass
class Promotion:
    """House and partner bear together what a member need not pay."""

    house: House
    say: Callable[[str, str], None]
    buyer: str = Role.CUSTOMER + " 2"

    def run(self) -> None:
        voucher = self.issue()
        secret = self.give_a_card()
        self.buy(voucher, secret)
        self.withdraw(voucher)

    def issue(self) -> Json:
        """Finance sets the budget aside and names the partner's share; a merchandiser says what the voucher is for."""
        partner = self.house.ask(Role.FINANCE, "Suppliers")["nodes"][0]
        campaign = self.house.ask(
            Role.FINANCE,
            "OpenJointCampaign",
            input={
                "code": f"TOUR-{uuid4().hex[:6].upper()}",
                "name": {"en": "A season together", "zh": "同行一季"},
                "funder": "JOINT",
                "purpose": "VOUCHER",
                "budget": euros("500.00"),
                "subsidy": euros("100.00"),
                "startsAt": in_days(-1),
                "endsAt": in_days(30),
                "shares": [{"supplierId": partner["id"], "shareBps": 4_000}],
            },
        )
        voucher: Json = self.house.ask(
            Role.MERCHANDISER,
            "IssueVoucher",
            input={"campaignId": campaign["id"], "code": f"NEW-{uuid4().hex[:6].upper()}", "percentBps": 500},
        )
        self.say("voucher", f"{voucher['code']}: 5 % off, up to €100.00, of which {partner['name']} bears 40 %")
        return voucher

    def give_a_card(self) -> str:
        """One from the member's own cash, one from the house for a reason; the code of the first."""
        top_up = self.house.ask(self.buyer, "TopUp", input={"amount": euros(ON_THE_CARD), "provider": "TEST"})
        self.house.charge(top_up["id"])
        made = self.house.ask(self.buyer, "BuyGiftCard", input={"amount": euros(ON_THE_CARD)})
        given = {"amount": euros("10.00"), "source": "PROMOTION", "reason": "A parcel came late"}
        self.house.ask(Role.SUPPORT, "GiveGiftCard", input=given)
        found = self.house.ask(self.buyer, "GiftCardBalance", code=made["secret"])
        mine = self.house.ask(self.buyer, "MyGiftCards")["nodes"]
        if made["giftCard"]["id"] not in {one["id"] for one in mine}:
            raise Off("The gift card is not among its buyer's.")
        self.say("gift card", f"one with {found['available']['formatted']} on it")
        return str(made["secret"])

    def buy(self, voucher: Json, secret: str) -> None:
        """What the voucher takes off, what the card pays, and the rest from outside are the whole price."""
        wanted = {"price": {"currencyCode": "EUR"}, "kinds": ["NEW"]}
        shelf = self.house.ask(None, "ThingsToTrade", filter=wanted)["nodes"]
        if not shelf:
            raise Off("There is nothing new in EUR.")
        thing = max(shelf, key=lambda one: Decimal(one["price"]["amount"]))
        cart = self.house.ask(self.buyer, "AddToCart", input={"listingId": thing["id"]})
        delivery = {"method": "STANDARD", "address": ADDRESS}
        tenders = {"provider": "TEST", "voucherCode": voucher["code"], "giftCards": [{"code": secret}]}
        given = {"delivery": delivery, "tenders": tenders}
        quote = self.house.ask(self.buyer, "QuoteWithVoucher", cartId=cart["id"], **given)
        placed = self.house.ask(self.buyer, "PlaceOrderWithVoucher", input={"cartId": cart["id"], **given})
        self.house.charge(placed["payment"]["id"])
        paid = self.house.ask(self.buyer, "MyOrder", id=placed["id"])
        if paid["state"] != "PAID":
            raise Off(f"The order with a voucher is {paid['state']} after its charge.")
        shared = " + ".join(f"{one['kind'].lower()} {one['amount']['formatted']}" for one in quote["tenders"])
        self.say("taken off", f"{thing['product']['name']} for {quote['total']['formatted']} = {shared}")

    def withdraw(self, voucher: Json) -> None:
        listed = {one["id"]: one for one in self.house.ask(Role.MERCHANDISER, "Vouchers")["nodes"]}
        self.house.ask(Role.MERCHANDISER, "WithdrawVoucher", input={"voucherId": voucher["id"]})
        spent = listed[voucher["id"]]["campaign"]["spent"]["formatted"]
        self.say("campaign", f"{voucher['code']} is withdrawn, {spent} were given")
