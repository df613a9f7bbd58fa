"""A study tour with its luggage, paid in credit and from outside, called off by its ladder; and what suppliers get."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.tour.house import ADDRESS, House, Json, Off, euros
from domain.viewer import Role

CREDIT = "100.00"
AT_HOME: Json = {
    "passport": {"country": "CN", "validUntil": "2090-01-31"},
    "emergencyContact": {"name": "Lin Hua", "relation": "sister", "phone": "+86 10 5550 1234"},
}
TRAVELLER: Json = {"unit": "STUDENT", "givenName": "Jia", "familyName": "Lin", "birthDate": "2002-03-04", **AT_HOME}
PATIENT: Json = {"unit": "ADULT", "givenName": "Wei", "familyName": "Lin", "birthDate": "1958-09-12", **AT_HOME}


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


@dataclass
class Journey:
    """A member who has credit left travels; a supplier confirms, and is paid."""

    house: House
    say: Callable[[str, str], None]
    traveller: str = Role.CUSTOMER + " 1"

    def run(self) -> None:
        order = self.buy_a_bundle()
        journey = self.confirm()
        self.call_off(order, journey)
        self.pay_supplier()
        self.take_care()
        self.have_one_made()

    def buy_a_bundle(self) -> Json:
        """The journey and the bag at one price, in credit as far as that is wished."""
        shown = self.house.ask(None, "Journeys", filter={"category": "STUDY_TOUR"})["nodes"]
        page = self.house.ask(None, "JourneyPage", slug=shown[0]["slug"])
        bundle = self.house.ask(None, "BundlePage", slug="a-term-abroad")
        parts = " + ".join(one["bundled"]["formatted"] for one in bundle["prices"])
        self.say("bundle", f"{bundle['name']}: {parts} = {bundle['price']['formatted']}")
        added = self.house.ask(self.traveller, "AddBundle", input={"bundleId": bundle["id"], "travellers": [TRAVELLER]})
        delivery = {"method": "STANDARD", "address": ADDRESS}
        tenders = {"credit": euros(CREDIT), "provider": "TEST"}
        self.house.ask(self.traveller, "Quote", cartId=added["id"], delivery=delivery, tenders=tenders)
        self.look_abroad(added["id"], delivery, tenders)
        placed = self.house.ask(
            self.traveller, "PlaceOrder", input={"cartId": added["id"], "delivery": delivery, "tenders": tenders}
        )
        self.house.charge(placed["payment"]["id"])
        paid = self.house.ask(self.traveller, "MyOrder", id=placed["id"])
        if paid["state"] != "PAID":
            raise Off(f"The bundle's order is {paid['state']} after its charge.")
        shared = ", ".join(f"{one['kind'].lower()} {one['amount']['formatted']}" for one in paid["tenders"])
        self.say("packed", f"{page['name']} with a bag, {shared}")
        return {**paid, "id": placed["id"]}

    def look_abroad(self, cart_id: str, delivery: Json, tenders: Json) -> None:
        """The same basket, sent over a border: goods bear what the country asks, the journey bears nothing."""
        there = {**delivery, "address": {**delivery["address"], "country": "CN", "city": "Shanghai"}}
        found = self.house.ask(self.traveller, "Quote", cartId=cart_id, delivery=there, tenders=tenders)
        asked = {line["kind"]: line["duties"] for line in found["lines"]}
        if asked["DEPARTURE"] or not asked["GOODS"]:
            raise Off(f"At a border these lines bear {asked}.")
        told = " and ".join(f"{one['kind'].lower()} {one['amount']['formatted']}" for one in asked["GOODS"])
        self.say("abroad", f"to Shanghai {told} come on top, {found['duties']['formatted']} in all")

    def confirm(self) -> Json:
        """Whoever acts for the supplier expects the traveller."""
        waiting = self.house.ask(Role.SUPPLIER, "BookingsToConfirm")["nodes"]
        mine = self.house.ask(self.traveller, "MyBookings")["nodes"][0]
        if mine["id"] not in [one["id"] for one in waiting]:
            raise Off("The supplier does not see what it has to confirm.")
        confirmed = self.house.ask(
            Role.SUPPLIER, "ConfirmBooking", input={"bookingId": mine["id"], "reference": "VR-20311"}
        )
        seen: Json = self.house.ask(self.traveller, "MyBooking", id=mine["id"])
        self.say("confirmed", f"{confirmed['code']} by {seen['departure']['product']['operator']}, as VR-20311")
        return {**seen, "id": mine["id"]}

    def call_off(self, order: Json, journey: Json) -> None:
        """Only the journey: the bag is kept, and what the ladder leaves goes back to both tenders."""
        lines = [line["id"] for line in order["lines"]]
        foretold = [self.preview(order, [line]) for line in lines]
        whole = self.preview(order, lines)
        ended = self.house.ask(
            self.traveller, "CancelBooking", input={"bookingId": journey["id"], "reason": "An exam came up"}
        )
        if ended["retained"]["amount"] == "0.00":
            raise Off("The ladder of the study tour keeps nothing.")
        after = self.house.ask(self.traveller, "MyOrder", id=order["id"])
        promised = next(one["amount"]["formatted"] for one in foretold if one["lines"][0]["deductionReason"])
        if after["refunded"]["formatted"] != promised:
            raise Off(f"{promised} was promised and {after['refunded']['formatted']} refunded.")
        shared = ", ".join(f"{one['kind'].lower()} {one['refunded']['formatted']}" for one in after["tenders"])
        self.say("called off", f"{shared}; all of it would have been {whole['amount']['formatted']}, as foretold")

    def preview(self, order: Json, lines: list[str]) -> Json:
        wanted = [{"lineId": line} for line in lines]
        found: Json = self.house.ask(self.traveller, "RefundPreview", orderId=order["id"], lines=wanted)
        return found

    def pay_supplier(self) -> None:
        """What the ladder kept is the supplier's in its part: due at once, and paid into its wallet."""
        for one in self.house.ask(Role.FINANCE, "Suppliers")["nodes"]:
            due = [bill for bill in self.bills(one) if bill["state"] == "DUE"]
            if due:
                paid = self.house.ask(
                    Role.FINANCE, "PaySupplier", input={"supplierId": one["id"], "currency": "EUR", "note": "The tour"}
                )
                self.say("supplier", f"{one['name']} is paid {paid['amount']['formatted']} for {paid['billCount']}")
                return
        raise Off("Nothing is due to any supplier.")

    def bills(self, supplier: Json) -> list[Json]:
        found: list[Json] = self.house.ask(Role.SUPPLIER, "MyBills", supplierId=supplier["id"])["nodes"]
        return found

    def take_care(self) -> None:
        """A medical journey: its details are for the traveller and for those who care."""
        shown = self.house.ask(None, "Journeys", filter={"category": "MEDICAL"})["nodes"]
        departure = shown[0]["departures"]["nodes"][0]
        held = self.house.ask(
            self.traveller, "HoldPlaces", input={"departureId": departure["id"], "travellers": [PATIENT]}
        )
        named: Json = {"bookingId": held["id"]}
        self.house.ask(self.traveller, "SubmitIntake", input={**named, "text": "Penicillin is no good for me"})
        seen: dict[str, Any] = {
            who: self.house.ask(who, "MyBooking", id=held["id"])["intake"]
            for who in (self.traveller, str(Role.MEDICAL), str(Role.SUPPORT))
        }
        if [bool(one) for one in seen.values()] != [True, True, False]:
            raise Off(f"Medical details are seen by {[who for who, one in seen.items() if one]}.")
        self.house.ask(self.traveller, "CancelBooking", input={**named, "reason": "Another doctor"})
        self.say("sealed", "medical details for the traveller and the doctor alone, forgotten when it was called off")

    def have_one_made(self) -> None:
        """What is not in the catalogue is wished for, quoted, and held for whoever wished."""
        wish = {"category": "LEISURE", "wishes": "Kyoto by slow trains, with my mother", "party": 2}
        days = {"startsOn": in_days(100)[:10], "endsOn": in_days(110)[:10]}
        asked = self.house.ask(self.traveller, "WishForTrip", input={**wish, **days, "budget": euros("9000.00")})
        self.house.ask(Role.MERCHANDISER, "TripsToQuote")
        product = self.house.ask(None, "Journeys", filter={"category": "LEISURE"})["nodes"][0]
        unit = product["departures"]["nodes"][0]["prices"][0]["kind"]
        said = {
            "optionCode": "HOUSE",
            "startsAt": in_days(100),
            "endsAt": in_days(110),
            "prices": [{"kind": unit, "price": euros("3000.00"), "net": euros("2400.00")}],
        }
        opened = self.house.ask(
            Role.SUPPLIER, "OpenDeparture", input={**said, "travelProductId": product["id"], "capacity": 8}
        )
        quoted = {
            **said,
            "travelProductId": product["id"],
            "tripRequestId": asked["id"],
            "note": "Ten days, four houses",
        }
        self.house.ask(Role.MERCHANDISER, "QuoteTrip", input={**quoted, "validUntil": in_days(7)})
        self.house.ask(self.traveller, "MyTrips")
        who = {**PATIENT, "unit": unit}
        taken = self.house.ask(
            self.traveller, "AcceptTrip", input={"tripRequestId": asked["id"], "travellers": [who, who]}
        )
        held = taken["booking"]
        self.say(
            "made to measure",
            f"{held['code']} for two at {held['price']['formatted']}; {opened['vacancies']} places more for everybody",
        )
