"""Suppliers, journeys and their departures through the API, and time that passes with all that is due in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from app.jobs import JOBS
from domain import listing
from domain.account import Account
from domain.catalogue import CreateProduct, ProductKind, create_product
from domain.listing import Listing, ListingKind
from domain.localized import Localized
from domain.money import Money
from domain.piece import HOUSE
from domain.viewer import AccountId, Role, Viewer
from schema.ids import encode_id
from tests.support.market import TO_PARIS, Market, a_product, money
from tests.support.people import People, euros

NOUNS = {
    "Supplier": "id name channelCode referralBps version",
    "SupplierPayment": "amount { amount } billCount supplier { id }",
    "TravelProduct": "id slug category name operator seller",
    "Departure": "id state vacancies capacity availability startsAt endReason version nextActions prices { kind }",
    "Booking": """
      id code state version nextActions price { amount } paid { amount } balance { amount } retained { amount }
      retainedNow { amount } taxBasis soldByHouse supplierReference endReason expiresAt ladder { code }
      schedule { part amount { amount } dueAt } payments { part amount { amount } paidAt }
      travellers { givenName unit guardian { name } } intake { text purgedAt } pins { kind version }
      departure { id vacancies state }
    """,
    "Cart": """
      id version subtotal { amount } items { quantity price { amount } listing { id } bundle { slug } }
      bookings { part price { amount } keptUntil booking { id state } bundle { slug } }
    """,
    "Order": """
      id code state version endReason subtotal { amount } total { amount } refunded { amount }
      tenders { kind amount { amount } refunded { amount } }
      lines {
        id kind state price { amount } refunded { amount } taxBasis taxRateBps jurisdiction soldByHouse returnDays
        bookingPart booking { id state } bundle { slug } pins { kind version } deliveredAt
      }
    """,
    "Bundle": """
      id slug state price { amount } version
      prices { alone { amount } bundled { amount } component { units listing { id } departure { id } } }
    """,
    "TripRequest": "id code state nextActions version quote { note prices { kind price { amount } } } booking { id }",
}
EXTRA = {
    "DepartureFull": "vacancies asked",
    "DepartureClosed": "cutOffAt",
    "AgeNotAllowed": "age ageMin ageMax",
    "ConsentMissing": "age belowAge",
    "TravellerDataMissing": "missing",
    "PassportTooShort": "validUntil neededUntil",
    "WrongState": "was: state nextActions",
    "BookingLapsed": "leftCart",
}
ANSWERS = {
    "supplierRegister": "Supplier",
    "supplierPay": "SupplierPayment",
    "travelProductCreate": "TravelProduct",
    "departureOpen": "Departure",
    "departureCancel": "Departure",
    "bookingPayBalance": "Cart",
    "bundleAdd": "Cart",
    "bundleRemove": "Cart",
    "orderPlace": "Order",
    "orderCancel": "Order",
    "servicePerform": "Order",
}
MAY_REFUSE = {
    "bookingHold": (
        *("DepartureFull", "DepartureClosed", "AgeNotAllowed", "ConsentMissing"),
        *("TravellerDataMissing", "PassportTooShort"),
    ),
    "bundleAdd": ("DepartureFull",),
    "orderPlace": ("BookingLapsed",),
    "bookingCancel": ("WrongState",),
    "bookingConfirm": ("WrongState",),
    "bookingReject": ("WrongState",),
}
PREVIEW = """
query ($order: ID!, $lines: [RefundPreviewLineInput!]!) {
  refundPreview(orderId: $order, lines: $lines) {
    amount { amount } shipping { amount } pieceGoesBack
    lines { worth { amount } deduction { amount } deductionReason amount { amount } line { id kind } }
    parts { kind amount { amount } }
  }
}
"""


def noun_of(name: str) -> str:
    if name in ANSWERS:
        return ANSWERS[name]
    return next(noun for noun in ("TripRequest", "Booking", "Bundle") if name.lower().startswith(noun.lower()))


def document(name: str) -> str:
    noun = noun_of(name)
    refusals = " ".join(f"... on {one} {{ {EXTRA[one]} }}" for one in MAY_REFUSE.get(name, ()))
    return f"""
    mutation ($input: {name[0].upper() + name[1:]}Input!) {{
      {name}(input: $input) {{
        __typename ... on {noun} {{ {NOUNS[noun]} }} ... on UserError {{ code message path }} {refusals}
      }}
    }}"""


def text(value: str) -> dict[str, str]:
    return {"en": value, "zh": f"{value}（中）"}


def traveller(unit: str = "ADULT", born: str = "1990-05-17", **more: Any) -> dict[str, Any]:
    """Says all that a category may ask; what none asks is not kept."""
    who = {"unit": unit, "givenName": "Camille", "familyName": "Morvan", "birthDate": born}
    return {**who, **DETAILS, **more}


DETAILS: dict[str, Any] = {
    "passport": {"country": "FR", "validUntil": "2099-12-31"},
    "emergencyContact": {"name": "Paul Morvan", "relation": "brother", "phone": "+33 1 11 11 11 11"},
    "diet": "No nuts",
    "school": {"name": "Lycée Colbert", "contact": "Mme Roux"},
}
GUARDIAN = {"name": "Anne Morvan", "relation": "mother", "phone": "+33 1 00 00 00 00"}


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


async def service(work: Any, viewer: Viewer, command: Money, *, now: Any) -> Listing:
    """A service, offered as often as it is asked for."""
    goods = await a_product(work, now)
    merchandiser = Viewer(AccountId(uuid4()), frozenset({Role.MERCHANDISER}))
    name = Localized("Initials on leather", "皮面压印")
    said = CreateProduct(uuid4().hex, ProductKind.SERVICE, goods.brand_id, goods.category_id, name)
    product = await create_product(work, merchandiser, said, now=now)
    return await listing.publish(
        work,
        kind=ListingKind.NEW,
        product_id=product.id,
        piece_id=None,
        consignment_id=None,
        price=command,
        quantity=100,
        seller=HOUSE,
        now=now,
    )


class Travel:
    """A supplier with its journeys, and the ways to book, pay and call them off."""

    def __init__(self, market: Market, people: People) -> None:
        self.market = market
        self.people = people
        self.api = market.api
        self.supplier: Account
        self.merchandiser: Account
        self.supplier_id: str
        self.done: set[int] = set()

    async def open(self, **given: Any) -> Travel:
        self.merchandiser = await self.people.staff(Role.MERCHANDISER)
        self.supplier, self.supplier_id = await self.another(**given)
        return self

    async def another(self, **given: Any) -> tuple[Account, str]:
        """A supplier more, and who acts for it."""
        person = await self.people.person(Role.SUPPLIER, name="Marisol Vega")
        made = await self.do(
            self.merchandiser,
            "supplierRegister",
            name="Maison des Voyages",
            country="FR",
            accountId=encode_id("Account", person.id),
            **given,
        )
        return person, made["id"]

    async def send(self, person: Account | None, name: str, /, key: str | None = None, **given: Any) -> Any:
        return (await self.api(person, document(name), key=key, input=given))[name]

    async def do(self, person: Account | None, name: str, /, **given: Any) -> Any:
        """Do it, which must work."""
        answer = await self.send(person, name, **given)
        assert answer["__typename"] == noun_of(name), answer
        return answer

    # What there is

    async def product(self, **given: Any) -> str:
        options = [
            {
                "code": "CITY",
                "name": text("In the city"),
                "units": [{"kind": kind} for kind in ("ADULT", "CHILD", "STUDENT", "SINGLE")],
            }
        ]
        wanted = {
            "slug": f"journey-{uuid4().hex[:12]}",
            "category": "LEISURE",
            "supplierId": self.supplier_id,
            "operator": "Atelier des Routes",
            "seller": "HOUSE",
            "name": text("Ten days of porcelain"),
            "story": text("From kiln to table."),
            "place": {"city": "Paris", "country": "FR", "timeZone": "Europe/Paris", "airport": "CDG"},
            "options": options,
            "ladderCode": "STANDARD",
            **given,
        }
        made = await self.do(self.merchandiser, "travelProductCreate", **wanted)
        return str(made["id"])

    async def departure(
        self,
        product: str | None = None,
        *,
        days: float = 90,
        length: float = 5,
        price: int = 1_000,
        net: int = 800,
        **given: Any,
    ) -> str:
        prices = [
            {"kind": kind, "price": money(price * bps // 100), "net": money(net * bps // 100)}
            for kind, bps in (("ADULT", 100), ("CHILD", 50), ("STUDENT", 100), ("SINGLE", 130))
        ]
        wanted = {
            "travelProductId": product or await self.product(),
            "optionCode": "CITY",
            "startsAt": in_days(days),
            "endsAt": in_days(days + length),
            "prices": prices,
            "capacity": 20,
            "singles": min(5, given.get("capacity", 20)),
            **given,
        }
        return str((await self.do(self.supplier, "departureOpen", **wanted))["id"])

    # Booking

    async def hold(self, buyer: Account, departure: str, *travellers: dict[str, Any], **given: Any) -> Any:
        who = list(travellers) or [traveller()]
        return await self.send(buyer, "bookingHold", departureId=departure, travellers=who, **given)

    async def held(self, buyer: Account, departure: str, *travellers: dict[str, Any], **given: Any) -> Any:
        booking = await self.hold(buyer, departure, *travellers, **given)
        assert booking["__typename"] == "Booking", booking
        return booking

    async def cart(self, buyer: Account) -> Any:
        return (await self.api(buyer, f"{{ carts {{ {NOUNS['Cart']} }} }}"))["carts"][0]

    async def pay(self, buyer: Account, **tenders: Any) -> Any:
        """Buy all that is in the cart; `cash` and `credit` are euros, or `provider` takes the rest."""
        answer = await self.place(buyer, **tenders)
        assert answer["__typename"] == "Order", answer
        return answer

    async def place(
        self,
        buyer: Account,
        *,
        channel: str | None = None,
        method: str = "STANDARD",
        dry_run: bool = False,
        **tenders: Any,
    ) -> Any:
        cart = await self.cart(buyer)
        said = {name: money(value) if name in ("cash", "credit") else value for name, value in tenders.items()}
        if not said:
            said = {"cash": cart["subtotal"] | {"currencyCode": "EUR"}}
        given = {"cartId": cart["id"], "delivery": TO_PARIS | {"method": method}, "tenders": said}
        given |= {"dryRun": True} if dry_run else {}
        return await self.send(buyer, "orderPlace", **given, **({"channelCode": channel} if channel else {}))

    async def booked(
        self, buyer: Account, departure: str, *travellers: dict[str, Any], **given: Any
    ) -> tuple[Any, Any]:
        """Held, paid in cash and confirmed: the order and the booking."""
        held = await self.held(buyer, departure, *travellers, **given)
        order = await self.pay(buyer)
        await self.do(self.supplier, "bookingConfirm", bookingId=held["id"], reference="MV-1")
        return order, await self.booking(buyer, held["id"])

    async def buyer(self, cash: int = 10_000) -> Account:
        return await self.people.customer(cash=euros(cash))

    # Looking

    async def read(self, viewer: Account | None, kind: str, thing_id: str, fields: str | None = None) -> Any:
        query = f"query ($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ {fields or NOUNS[kind]} }} }} }}"
        return (await self.api(viewer, query, id=thing_id))["node"]

    async def booking(self, viewer: Account, booking_id: str) -> Any:
        return await self.read(viewer, "Booking", booking_id)

    async def order(self, viewer: Account, order_id: str) -> Any:
        return await self.read(viewer, "Order", order_id)

    async def preview(self, viewer: Account, order: Any, lines: list[str]) -> Any:
        given = {"order": order["id"], "lines": [{"lineId": line} for line in lines]}
        return (await self.api(viewer, PREVIEW, **given))["refundPreview"]

    # Time

    async def pass_(self, **span: float) -> None:
        """So much time passes: every job that becomes due in it is done at its moment, and those that follow too."""
        until = datetime.now(UTC) + timedelta(**span)
        query = "SELECT id, name, subject_id, due_at FROM outbox WHERE due_at <= $1 ORDER BY due_at, id"
        while True:
            rows = await self.market.house.readers.pool.fetch(query, until)
            left = [row for row in rows if row["id"] not in self.done]
            if not left:
                return
            row = left[0]
            self.done.add(row["id"])
            moment = max(row["due_at"], datetime.now(UTC))
            await JOBS[row["name"]](self.market.house, row["name"], row["subject_id"], f"job:{row['id']}", moment)

    async def owed(self) -> dict[str, int]:
        """Bills that are due, in cents, by what they are for."""
        query = "SELECT cause, sum(amount_minor)::bigint FROM supplier_bill WHERE state = 'DUE' GROUP BY cause"
        return {row[0]: row[1] for row in await self.market.house.readers.pool.fetch(query)}
