"""Bundles: a journey, luggage, a piece and a service at one price, each with terms of its own."""

import asyncio
from itertools import combinations
from typing import Any
from uuid import uuid4

import pytest

from domain.account import Account
from domain.listing import Listing
from domain.viewer import Role
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.market import money
from tests.support.people import People, euros
from tests.support.statements import counted
from tests.support.travel import Travel, service, text, traveller

ONE_HOUSE = True


class Parts:
    """What the bundles of these tests are made of."""

    def __init__(self, travel: Travel) -> None:
        self.travel = travel
        self.departure: str
        self.luggage: Listing
        self.bag: Listing
        self.initials: Listing
        self.seller: Account

    async def open(self, **given: Any) -> "Parts":
        """`given` is the journey's."""
        market = self.travel.market
        self.departure = await self.travel.departure(
            await self.travel.product(category="STUDY_TOUR", instant=True, **given), days=40
        )
        self.luggage = await market.stock(300, 5)
        self.seller = await self.travel.people.customer()
        self.bag = await market.consigned(self.seller, 500)
        self.initials = await market.run(service, euros(50))
        return self

    async def bundle(self, price: int = 1_668, **given: Any) -> Any:
        """1,850 when bought one by one."""
        listings = [{"listingId": encode_id("Listing", one.id)} for one in (self.luggage, self.bag, self.initials)]
        wanted = {
            "slug": f"bundle-{uuid4().hex[:12]}",
            "name": text("A term abroad"),
            "story": text("Everything for it."),
            "price": money(price),
            "components": [{"departureId": self.departure, "units": ["STUDENT"]}, *listings],
            **given,
        }
        return await self.travel.do(self.travel.merchandiser, "bundleCreate", **wanted)


STUDENT = traveller("STUDENT", "2005-02-03")


async def test_the_price_is_split_to_the_last_cent_and_members_pieces_keep_theirs(travel: Travel) -> None:
    bundle = await (await Parts(travel).open()).bundle()

    prices = [(one["alone"]["amount"], one["bundled"]["amount"]) for one in bundle["prices"]]
    # 1,668 less the member's 500 is 1,168, over 1,000 : 300 : 50.
    assert prices == [("1000.00", "865.18"), ("300.00", "259.56"), ("500.00", "500.00"), ("50.00", "43.26")]
    assert sum(int(bundled.replace(".", "")) for _, bundled in prices) == 166_800


async def test_all_of_a_bundle_is_bought_and_each_part_keeps_its_terms(travel: Travel) -> None:
    parts = await Parts(travel).open()
    bundle, buyer = await parts.bundle(), await travel.buyer(2_000)
    await travel.market.credit(buyer, 500)

    cart = await travel.do(buyer, "bundleAdd", bundleId=bundle["id"], travellers=[STUDENT])
    assert cart["subtotal"]["amount"] == "1668.00"
    order = await travel.pay(buyer, credit=500, cash=1_168)

    lines = {line["kind"]: line for line in order["lines"]}
    assert {kind: (one["taxBasis"], one["soldByHouse"], one["returnDays"]) for kind, one in lines.items()} == {
        "GOODS": ("FULL_PRICE", True, 14),
        "PIECE": ("COMMISSION", False, 7),
        "SERVICE": ("FULL_PRICE", True, 0),
        "DEPARTURE": ("TRAVEL_MARGIN", True, 0),
    }
    assert {one["bundle"]["slug"] for one in lines.values()} == {bundle["slug"]}
    assert lines["DEPARTURE"]["booking"]["state"] == "CONFIRMED"
    assert (await travel.market.claim_of(parts.bag)).purpose == "BUNDLE"  # type: ignore[union-attr]


async def test_a_refund_is_foretold_for_every_subset_and_no_order_of_lines_changes_its_sum(travel: Travel) -> None:
    parts = await Parts(travel).open()
    bundle, buyer = await parts.bundle(), await travel.buyer(2_000)
    await travel.market.credit(buyer, 500)
    await travel.do(buyer, "bundleAdd", bundleId=bundle["id"], travellers=[STUDENT])
    order = await travel.pay(buyer, credit=500, cash=1_168)
    ids = [line["id"] for line in order["lines"]]
    alone = {one: cents((await travel.preview(buyer, order, [one]))["amount"]) for one in ids}
    by_kind = {line["kind"]: alone[line["id"]] for line in order["lines"]}
    # 40 days before the departure 30 % of its price stay.
    assert by_kind == {"GOODS": 25_956, "PIECE": 50_000, "SERVICE": 4_326, "DEPARTURE": 86_518 - 25_955}

    for size in range(1, len(ids) + 1):
        for subset in combinations(ids, size):
            forwards = await travel.preview(buyer, order, list(subset))
            backwards = await travel.preview(buyer, order, list(reversed(subset)))
            assert cents(forwards["amount"]) == sum(alone[one] for one in subset)
            assert forwards["amount"] == backwards["amount"]
            assert sum(cents(part["amount"]) for part in forwards["parts"]) == cents(forwards["amount"])
            paid = {tender["kind"]: cents(tender["amount"]) for tender in order["tenders"]}
            assert all(cents(part["amount"]) <= paid[part["kind"]] for part in forwards["parts"])

    # What was foretold is what is given back.
    journey = next(line for line in order["lines"] if line["kind"] == "DEPARTURE")
    foretold = await travel.preview(buyer, order, [journey["id"]])
    await travel.do(buyer, "bookingCancel", bookingId=journey["booking"]["id"], reason="An exam")
    after = await travel.order(buyer, order["id"])
    assert after["refunded"] == foretold["amount"]
    assert {one["kind"]: one["refunded"] for one in after["tenders"]} == {
        part["kind"]: part["amount"] for part in foretold["parts"]
    }
    assert after["state"] == "PAID"
    rest = [line["id"] for line in order["lines"] if line is not journey]
    left = await travel.preview(buyer, after, rest)
    assert cents(left["amount"]) == by_kind["GOODS"] + by_kind["PIECE"] + by_kind["SERVICE"]
    assert await travel.market.sound()


@pytest.mark.own_house
async def test_a_service_that_was_performed_is_earned_and_not_given_back(travel: Travel, people: People) -> None:
    parts = await Parts(travel).open()
    buyer, support = await travel.buyer(), await people.staff(Role.SUPPORT)
    await travel.market.add(buyer, parts.initials)
    order = await travel.pay(buyer)
    (line,) = order["lines"]
    denied = await travel.send(buyer, "servicePerform", orderId=order["id"], lineId=line["id"])
    assert denied["code"] == "NOT_ALLOWED"

    done = await travel.do(support, "servicePerform", orderId=order["id"], lineId=line["id"])
    assert done["state"] == "DELIVERED"
    foretold = await travel.preview(buyer, done, [line["id"]])
    assert (foretold["amount"]["amount"], foretold["lines"][0]["deductionReason"]) == ("0.00", "It has taken place.")
    await travel.pass_(minutes=1)

    assert (await travel.order(buyer, order["id"]))["state"] == "COMPLETED"
    assert (await travel.market.balance("SALES"), await travel.market.balance("TAX_PAYABLE")) == (4_167, 833)


async def test_a_bundle_is_kept_as_a_whole_or_not_at_all(travel: Travel) -> None:
    parts = await Parts(travel).open()
    bundle, buyer, other = await parts.bundle(), await travel.buyer(), await travel.buyer()
    await travel.market.add(other, parts.bag)

    refused = await travel.send(buyer, "bundleAdd", bundleId=bundle["id"], travellers=[STUDENT])

    assert refused["code"] == "CLAIM_TAKEN"
    assert (await travel.read(None, "Departure", parts.departure))["vacancies"] == 20
    assert (await travel.market.listing(parts.luggage.id)).reserved == 0
    wrong = await travel.send(buyer, "bundleAdd", bundleId=bundle["id"], travellers=[traveller()])
    assert (wrong["code"], wrong["path"]) == ("INVALID_INPUT", ["travellers"])


async def test_a_bundle_leaves_the_cart_as_a_whole(travel: Travel) -> None:
    parts = await Parts(travel).open()
    bundle, buyer = await parts.bundle(), await travel.buyer()
    cart = await travel.do(buyer, "bundleAdd", bundleId=bundle["id"], travellers=[STUDENT])
    alone = await travel.market.add(buyer, parts.luggage)
    assert alone["code"] == "INVALID_INPUT"
    booking = cart["bookings"][0]["booking"]["id"]
    single = await travel.send(buyer, "bookingCancel", bookingId=booking, reason="Only this")
    assert single["code"] == "INVALID_INPUT"

    emptied = await travel.do(buyer, "bundleRemove", cartId=cart["id"], bundleId=bundle["id"])

    assert (emptied["items"], emptied["bookings"]) == ([], [])
    assert (await travel.read(None, "Departure", parts.departure))["vacancies"] == 20
    assert (await travel.market.listing(parts.luggage.id)).reserved == 0
    again = await travel.do(await travel.buyer(), "bundleAdd", bundleId=bundle["id"], travellers=[STUDENT])
    assert len(again["items"]) == 3


@pytest.mark.own_house
async def test_who_developed_it_with_the_house_shares_what_the_house_earns(travel: Travel) -> None:
    parts, (_, partner) = await Parts(travel).open(), await travel.another()
    bundle = await parts.bundle(shares=[{"supplierId": partner, "shareBps": 5_000}])
    buyer = await travel.buyer()
    await travel.do(buyer, "bundleAdd", bundleId=bundle["id"], travellers=[STUDENT])
    await travel.pay(buyer)
    await travel.pass_(days=46)

    # The journey was sold for 865.18 and cost 800: of the margin 10.87 are tax, half of 54.32 is the partner's.
    assert await travel.owed() == {"TRAVEL": 80_000, "CO_DEVELOPED": 2_716}
    assert await travel.market.balance("COMMISSION") == 2_716
    assert await travel.market.sound()


@pytest.mark.own_house
async def test_who_developed_the_journey_keeps_its_share_when_that_is_sold_in_a_bundle(travel: Travel) -> None:
    (_, partner), (_, other) = await travel.another(), await travel.another()
    parts = await Parts(travel).open(shares=[{"supplierId": partner, "shareBps": 4_000}])
    both = [{"supplierId": partner, "shareBps": 1_000}, {"supplierId": other, "shareBps": 2_000}]
    bundle = await parts.bundle(shares=both)
    buyer = await travel.buyer()
    await travel.do(buyer, "bundleAdd", bundleId=bundle["id"], travellers=[STUDENT])
    await travel.pay(buyer)
    await travel.pass_(days=46)

    # Of 54.32: four tenths by the journey and one by the bundle in one bill, two by the bundle alone.
    query = "SELECT array_agg(amount_minor ORDER BY amount_minor) FROM supplier_bill WHERE cause = 'CO_DEVELOPED'"
    assert await travel.market.value(query) == [1_086, 2_716]
    assert await travel.market.balance("COMMISSION") == 5_432 - 1_086 - 2_716
    assert await travel.market.sound()


async def test_a_bundle_that_would_make_a_members_piece_cheaper_is_not_made(travel: Travel) -> None:
    parts = await Parts(travel).open()
    listings = [encode_id("Listing", one.id) for one in (parts.luggage, parts.bag)]
    given = {
        "slug": "too-cheap",
        "name": text("A"),
        "story": text("B"),
        "components": [{"listingId": x} for x in listings],
    }
    cheap = await travel.send(travel.merchandiser, "bundleCreate", **given, price=money(500))
    assert (cheap["code"], cheap["path"]) == ("INVALID_INPUT", ["price"])
    dear = await travel.send(travel.merchandiser, "bundleCreate", **given, price=money(801))
    assert (dear["code"], dear["path"]) == ("INVALID_INPUT", ["price"])
    denied = await travel.send(travel.supplier, "bundleCreate", **given, price=money(700))
    assert denied["code"] == "NOT_ALLOWED"


async def test_a_withdrawn_bundle_is_not_sold_any_more_but_in_carts(travel: Travel) -> None:
    parts = await Parts(travel).open()
    bundle, buyer = await parts.bundle(), await travel.buyer()
    await travel.do(buyer, "bundleAdd", bundleId=bundle["id"], travellers=[STUDENT])
    await travel.do(travel.merchandiser, "bundleWithdraw", bundleId=bundle["id"])

    late = await travel.send(await travel.buyer(), "bundleAdd", bundleId=bundle["id"], travellers=[STUDENT])

    assert late["code"] == "BUNDLE_NOT_AVAILABLE"
    assert (await travel.pay(buyer))["state"] == "PAID"


async def test_of_all_who_want_the_same_bundle_at_once_one_has_it(travel: Travel) -> None:
    parts = await Parts(travel).open()
    bundle = await parts.bundle()
    buyers = [await travel.buyer() for _ in range(8)]

    answers = await asyncio.gather(
        *(travel.send(buyer, "bundleAdd", bundleId=bundle["id"], travellers=[STUDENT]) for buyer in buyers)
    )

    assert sorted(one["__typename"] for one in answers) == ["Cart", *["ClaimTaken"] * 7]
    assert (await travel.read(None, "Departure", parts.departure))["vacancies"] == 19


def cents(amount: dict[str, str]) -> int:
    return int(amount["amount"].replace(".", ""))


SHELF = """
{
  bundles(first: 10) {
    nodes {
      slug price { amount } shares { shareBps supplier { name } }
      prices { bundled { amount } component { listing { slug } departure { vacancies product { name } } } }
    }
  }
}
"""
MINE = """
{
  bookings(first: 10) {
    nodes {
      code travellers { givenName } net { amount } intake { text }
      payments { order { code } } departure { vacancies product { name supplier { name } } }
    }
  }
}
"""


async def test_lists_of_bundles_and_bookings_cost_the_same_statements_however_long_they_are(
    travel: Travel, api: Api
) -> None:
    parts, (_, partner) = await Parts(travel).open(), await travel.another()
    buyer = await travel.buyer(50_000)
    counts: list[list[int]] = []
    for more in (1, 3):
        for _ in range(more):
            bundle = await parts.bundle(shares=[{"supplierId": partner, "shareBps": 100}])
            await travel.held(buyer, parts.departure, STUDENT)
            await travel.pay(buyer)
        taken = []
        for person, query in ((travel.merchandiser, SHELF), (buyer, MINE)):
            await api(person, "{ viewer { id } }")
            with counted() as statements:
                answer = await api(person, query)
            assert not answer.errors, answer.errors
            taken.append(len(statements))
        counts.append(taken)
    assert counts[0] == counts[1]
    assert bundle["state"] == "ACTIVE"
