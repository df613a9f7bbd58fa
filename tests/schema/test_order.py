"""Orders through the API: placed, paid, cancelled, lapsed, completed."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text as sql

from app.house import House
from domain import listing
from domain.account import Account
from domain.consignment import ConsignmentState
from domain.listing import Listing, ListingState
from domain.localized import Localized
from domain.price import PriceReason
from domain.viewer import Role
from persistence.connection import transaction
from schema.ids import encode_id, id_of
from tests.support.api import Api
from tests.support.market import CARTS, Market, money
from tests.support.people import People, euros
from tests.support.statements import counted

QUOTE = """
query ($cart: ID!, $delivery: DeliveryInput!, $tenders: TendersInput!) {
  orderQuote(cartId: $cart, delivery: $delivery, tenders: $tenders) {
    subtotal { amount } shipping { amount } total { amount }
    tenders { kind amount { amount } }
    lines { price { amount } taxBasis taxRateBps tax { amount } soldByHouse returnDays }
  }
}
"""
ORDERS = "query ($first: Int, $after: String) { orders(first: $first, after: $after) {"
ORDERS += " nodes { code } pageInfo { endCursor hasNextPage } totalCount } }"
TO_PARIS: dict[str, Any] = {
    "method": "EXPRESS",
    "address": {
        "recipient": "Lin Wei",
        "phone": "+33 1 00 00 00 00",
        "country": "FR",
        "city": "Paris",
        "line1": "1 rue de la Paix",
    },
}


def uuid_of(order: dict[str, Any]) -> UUID:
    return id_of("Order", order["id"])  # type: ignore[no-any-return]


async def consignment_state(market: Market, thing: Listing) -> str:
    return str(await market.value("SELECT state FROM consignment WHERE id = $1", thing.consignment_id))


async def settlement_states(market: Market) -> list[str]:
    rows = await market.house.readers.pool.fetch("SELECT state FROM settlement WHERE cause = 'SALE' ORDER BY id")
    return [row["state"] for row in rows]


async def nothing_moved(market: Market, buyer: Account, cash: str) -> None:
    assert (await market.pocket(buyer))["cash"] == cash
    assert (await market.pocket(buyer))["held"] == "0.00"
    assert await market.balance("ESCROW") == 0
    assert await market.value("SELECT count(*) FROM sales_order") == 0


# Paid at once


async def test_credit_and_cash_pay_a_consigned_piece_in_one_move(people: People, market: Market) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(1_000))
    await market.credit(buyer, 300)
    bag = await market.consigned(seller, 1_000)

    order = await market.buy(buyer, bag, credit=300, cash=700)

    assert order["state"] == "PAID"
    assert order["nextActions"] == ["orderCancel", "shipmentCreate"]
    assert order["total"]["amount"] == "1000.00"
    assert [(one["kind"], one["amount"]["amount"]) for one in order["tenders"]] == [
        ("CREDIT", "300.00"),
        ("CASH", "700.00"),
    ]
    line = order["lines"][0]
    assert (line["taxBasis"], line["tax"]["amount"], line["soldByHouse"]) == ("COMMISSION", "0.00", False)
    assert await market.pocket(buyer) == {"cash": "300.00", "credit": "0.00", "held": "0.00", "owed": "0.00"}
    assert await market.balance("ESCROW") == 100_000
    assert await consignment_state(market, bag) == ConsignmentState.SOLD
    assert (await market.listing(bag.id)).state is ListingState.SOLD
    assert await settlement_states(market) == ["PENDING"]
    assert await market.value("SELECT count(*) FROM ledger_journal WHERE cause_kind = 'order'") == 1
    assert await market.sound()


async def test_the_cart_is_empty_after_the_purchase_and_the_claim_has_done_its_work(
    api: Api, people: People, market: Market
) -> None:
    buyer = await people.customer(cash=euros(1_000))
    bag = await market.piece(1_000)

    await market.buy(buyer, bag, cash=1_000)

    assert (await api(buyer, CARTS))["carts"] == []
    claim = await market.claim_of(bag)
    assert claim is not None
    assert claim.ended
    sold = "SELECT count(*) FROM event WHERE name = 'piece.sold' AND piece_id = $1"
    assert await market.value(sold, bag.piece_id) == 1
    assert (await market.add(await people.customer(), bag))["code"] == "NOT_AVAILABLE"


async def test_a_mixed_cart_has_a_seller_of_record_and_a_tax_basis_for_each_line(
    api: Api, people: People, market: Market
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(4_000))
    finance = await people.staff(Role.FINANCE)
    for thing in (await market.consigned(seller, 1_000), await market.piece(1_200, cost=600)):
        await market.add(buyer, thing)
    cart = await market.add(buyer, await market.stock(120, 9), 2)

    order = await market.place(buyer, cart["id"], cash=2_440)

    told = [(line["taxBasis"], line["tax"], line["soldByHouse"], line["returnDays"]) for line in order["lines"]]
    assert told == [
        ("COMMISSION", {"amount": "0.00"}, False, 7),
        ("MARGIN", None, True, 14),
        ("FULL_PRICE", {"amount": "40.00"}, True, 14),
    ]
    assert all(line["cost"] is None for line in order["lines"])
    seen = await market.order(finance, order["id"])
    assert seen["lines"][1]["tax"] == {"amount": "100.00"}
    assert seen["lines"][1]["cost"] == {"amount": "600.00"}


async def test_a_quote_says_what_the_order_will_and_changes_nothing(api: Api, people: People, market: Market) -> None:
    buyer = await people.customer(cash=euros(500))
    cart = await market.add(buyer, await market.stock(120, 9), 2)
    tenders = {"credit": money(0), "cash": money(200), "provider": "TEST"}

    quote = (await api(buyer, QUOTE, cart=cart["id"], delivery=TO_PARIS, tenders=tenders))["orderQuote"]
    given = {"cartId": cart["id"], "delivery": TO_PARIS, "tenders": tenders}
    order = await market.place(buyer, cart["id"], delivery=TO_PARIS, cash=200, provider="TEST", dryRun=True)

    assert quote["subtotal"]["amount"] == "240.00"
    assert quote["shipping"]["amount"] == "25.00"
    assert quote["total"] == order["total"] == {"amount": "265.00"}
    assert quote["tenders"] == [
        {"kind": "CASH", "amount": {"amount": "200.00"}},
        {"kind": "EXTERNAL", "amount": {"amount": "65.00"}},
    ]
    assert quote["lines"][0]["tax"] == order["lines"][0]["tax"] == {"amount": "40.00"}
    assert given["cartId"] == (await api(buyer, CARTS))["carts"][0]["id"]
    await nothing_moved(market, buyer, "500.00")


async def test_tenders_must_fit_and_the_wallet_must_have_them(people: People, market: Market) -> None:
    buyer = await people.customer(cash=euros(500))
    bag = await market.piece(1_000)
    cart = await market.add(buyer, bag)

    short = await market.place(buyer, cart["id"], cash=500)
    too_much = await market.place(buyer, cart["id"], cash=1_001, provider="TEST")
    poor = await market.place(buyer, cart["id"], cash=1_000)
    no_credit = await market.place(buyer, cart["id"], cash=500, credit=500)
    held = await market.place(buyer, cart["id"], cash=501, provider="TEST")

    assert short["code"] == too_much["code"] == "TENDERS_DO_NOT_FIT"
    assert poor["code"] == no_credit["code"] == held["code"] == "INSUFFICIENT_FUNDS"
    assert (poor["kind"], no_credit["kind"]) == ("CASH", "CREDIT")
    await nothing_moved(market, buyer, "500.00")
    assert (await market.listing(bag.id)).state is ListingState.LISTED


async def test_bad_addresses_are_refused_by_name(people: People, market: Market) -> None:
    buyer = await people.customer(cash=euros(1_000))
    cart = await market.add(buyer, await market.piece(1_000))
    address = TO_PARIS["address"]

    for delivery, path in (
        ({"method": "STANDARD"}, ["delivery", "address"]),
        ({"method": "PICKUP", "address": address}, ["delivery", "shopId"]),
        ({"method": "STANDARD", "address": {**address, "city": " "}}, ["delivery", "address", "city"]),
        ({"method": "STANDARD", "address": {**address, "postalCode": "9" * 21}}, ["delivery", "address", "postalCode"]),
        (
            {"method": "STANDARD", "address": address, "shopId": encode_id("ClubShop", UUID(int=1))},
            ["delivery", "shopId"],
        ),
    ):
        refused = await market.place(buyer, cart["id"], delivery=delivery, cash=1_000)
        assert (refused["code"], refused["path"]) == ("INVALID_INPUT", path)
    nowhere = {"method": "PICKUP", "shopId": encode_id("ClubShop", UUID(int=1))}
    assert (await market.place(buyer, cart["id"], delivery=nowhere, cash=1_000))["code"] == "NOT_FOUND"
    await nothing_moved(market, buyer, "1000.00")


async def test_a_price_that_changed_has_to_be_agreed_to(people: People, market: Market) -> None:
    buyer = await people.customer(cash=euros(1_000))
    bag = await market.piece(1_000)
    cart = await market.add(buyer, bag)

    async def mark_down(work: Any, viewer: Any, command: UUID, *, now: datetime) -> None:
        found = await work.listings.lock(command)
        note = Localized("Agreed", "约定")
        await listing.reprice(
            work, found, euros(900), reason=PriceReason.AGREED_MARKDOWN, note=note, actor=None, now=now
        )

    await market.run(mark_down, bag.id)
    refused = await market.place(buyer, cart["id"], cash=1_000)
    await market.add(buyer, bag)
    order = await market.place(buyer, cart["id"], cash=900)

    assert refused["code"] == "PRICE_CHANGED"
    assert order["total"]["amount"] == "900.00"


async def test_an_old_version_of_the_cart_is_refused(people: People, market: Market) -> None:
    buyer = await people.customer(cash=euros(2_000))
    cart = await market.add(buyer, await market.piece(1_000))
    await market.add(buyer, await market.piece(1_000))

    refused = await market.place(buyer, cart["id"], cash=1_000, expectedVersion=cart["version"])

    assert refused["code"] == "VERSION_CONFLICT"
    await nothing_moved(market, buyer, "2000.00")


async def test_the_same_key_buys_once_even_when_sent_at_the_same_time(people: People, market: Market) -> None:
    buyer = await people.customer(cash=euros(2_000))
    cart = await market.add(buyer, await market.piece(1_000))

    answers = await asyncio.gather(*(market.place(buyer, cart["id"], key="once", cash=1_000) for _ in range(8)))
    again = await market.place(buyer, cart["id"], key="once", cash=1_000)

    codes = {answer.get("code") for answer in answers}
    assert codes <= {None, "IDEMPOTENCY_KEY_IN_FLIGHT"} or codes <= {again["code"], "IDEMPOTENCY_KEY_IN_FLIGHT"}
    assert again["__typename"] == "Order"
    assert (await market.pocket(buyer))["cash"] == "1000.00"
    assert await market.value("SELECT count(*) FROM sales_order") == 1


async def test_two_carts_of_two_buyers_with_each_others_pieces_do_not_lock_each_other_out(
    people: People, market: Market
) -> None:
    one, other = await people.customer(cash=euros(9_000)), await people.customer(cash=euros(9_000))
    for _ in range(3):
        mine, theirs = await market.consigned(one, 1_000), await market.consigned(other, 1_000)
        carts = [await market.add(one, theirs), await market.add(other, mine)]

        placed = await asyncio.gather(
            market.place(one, carts[0]["id"], cash=1_000), market.place(other, carts[1]["id"], cash=1_000)
        )

        assert [order["state"] for order in placed] == ["PAID", "PAID"]
    assert await market.balance("ESCROW") == 600_000


# With a provider


async def test_a_provider_pays_the_rest_and_until_then_the_wallets_part_is_held(people: People, market: Market) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(500))
    await market.credit(buyer, 100)
    bag = await market.consigned(seller, 1_000)

    order = await market.buy(buyer, bag, credit=100, cash=300, provider="TEST")

    assert order["state"] == "PENDING_PAYMENT"
    assert order["payment"]["amount"]["amount"] == "600.00"
    assert await market.pocket(buyer) == {"cash": "200.00", "credit": "0.00", "held": "400.00", "owed": "0.00"}
    assert (await market.listing(bag.id)).state is ListingState.RESERVED
    assert await consignment_state(market, bag) == ConsignmentState.RESERVED
    assert await market.balance("ESCROW") == 0

    assert await market.report(order["payment"]["id"], "payment.charged") == (200, {"outcome": "APPLIED"})

    paid = await market.order(buyer, order["id"])
    assert (paid["state"], paid["payment"]["state"]) == ("PAID", "CHARGED")
    assert await market.pocket(buyer) == {"cash": "200.00", "credit": "0.00", "held": "0.00", "owed": "0.00"}
    assert await market.balance("ESCROW") == 100_000
    assert await market.balance("PSP_CLEARING") == -50_000 - 60_000
    assert await market.value("SELECT count(*) FROM ledger_journal WHERE cause_kind = 'order'") == 1
    assert await consignment_state(market, bag) == ConsignmentState.SOLD
    assert await settlement_states(market) == ["PENDING"]
    assert await market.sound()


@pytest.mark.parametrize("how", ["failed", "expired", "cancelled"])
async def test_a_payment_that_comes_to_nothing_gives_everything_back(how: str, people: People, market: Market) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(500))
    await market.credit(buyer, 100)
    bag, scarves = await market.consigned(seller, 1_000), await market.stock(50, 3)
    await market.add(buyer, scarves, 2)
    order = await market.buy(buyer, bag, credit=100, cash=300, provider="TEST")

    if how == "failed":
        await market.report(order["payment"]["id"], "payment.failed")
    elif how == "expired":
        await market.expire_order(uuid_of(order))
    else:
        await market.cancel(buyer, order["id"], expectedVersion=order["version"])

    ended = await market.order(buyer, order["id"])
    assert ended["state"] == ("EXPIRED" if how == "expired" else "CANCELLED")
    assert ended["payment"]["state"] == how.upper()
    assert ended["nextActions"] == []
    assert await market.pocket(buyer) == {"cash": "500.00", "credit": "100.00", "held": "0.00", "owed": "0.00"}
    assert (await market.listing(bag.id)).state is ListingState.LISTED
    assert (await market.listing(scarves.id)).available == 3
    assert await consignment_state(market, bag) == ConsignmentState.LISTED
    assert (await market.add(await people.customer(), bag))["__typename"] == "Cart"
    assert await market.sound()


async def test_an_order_does_not_lapse_before_its_time_or_once_it_is_paid(people: People, market: Market) -> None:
    buyer = await people.customer()
    order = await market.buy(buyer, await market.piece(1_000), provider="TEST")

    await market.expire_order(uuid_of(order), after=timedelta(minutes=1))
    early = await market.order(buyer, order["id"])
    await market.report(order["payment"]["id"], "payment.charged")
    await market.expire_order(uuid_of(order))

    assert early["state"] == "PENDING_PAYMENT"
    assert (await market.order(buyer, order["id"]))["state"] == "PAID"
    assert await market.jobs("orderExpire") == [uuid_of(order)]


async def test_a_charge_after_the_order_is_over_goes_back_to_the_provider_by_itself(
    people: People, market: Market
) -> None:
    buyer = await people.customer()
    bag = await market.piece(1_000)
    order = await market.buy(buyer, bag, provider="TEST")
    await market.expire_order(uuid_of(order))
    winner = await people.customer(cash=euros(1_000))
    assert (await market.buy(winner, bag, cash=1_000))["state"] == "PAID"
    clearing = await market.balance("PSP_CLEARING")

    assert await market.report(order["payment"]["id"], "payment.charged") == (200, {"outcome": "SENT_BACK"})

    over = await market.order(buyer, order["id"])
    assert over["state"] == "EXPIRED"
    assert over["payment"]["refunded"]["amount"] == "1000.00"
    assert len(await market.jobs("paymentRefund")) == 1
    assert await market.balance("PSP_CLEARING") == clearing
    assert await market.balance("ESCROW") == 100_000
    assert await market.sound()


async def test_a_charge_and_a_cancellation_at_the_same_time_leave_no_money_behind(
    people: People, market: Market
) -> None:
    for _ in range(5):
        buyer = await people.customer(cash=euros(100))
        order = await market.buy(buyer, await market.piece(1_000), cash=100, provider="TEST")

        await asyncio.gather(
            market.report(order["payment"]["id"], "payment.charged"),
            market.cancel(buyer, order["id"]),
            market.expire_order(uuid_of(order)),
        )

        after = await market.order(buyer, order["id"])
        assert after["state"] in ("CANCELLED", "EXPIRED", "PAID")
        if after["state"] != "PAID":
            assert await market.pocket(buyer) == {"cash": "100.00", "credit": "0.00", "held": "0.00", "owed": "0.00"}
            assert after["payment"]["refunded"] in ({"amount": "900.00"}, {"amount": "0.00"})
    paid = await market.value("SELECT coalesce(sum(total_minor), 0) FROM sales_order WHERE state = 'PAID'")
    assert await market.balance("ESCROW") == paid
    assert await market.sound()


# Cancelled after payment


async def test_cancelling_a_paid_order_gives_each_tender_back_and_undoes_the_sale(
    people: People, market: Market
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(500))
    soon = datetime.now(UTC) + timedelta(days=3)
    await market.credit(buyer, 60)
    await market.credit(buyer, 40, expires_at=soon)
    bag = await market.consigned(seller, 1_000)
    order = await market.buy(buyer, bag, credit=100, cash=300, provider="TEST")
    await market.report(order["payment"]["id"], "payment.charged")

    cancelled = await market.cancel(buyer, order["id"])

    assert cancelled["state"] == "CANCELLED"
    assert cancelled["endReason"] == "Changed my mind"
    assert [(one["kind"], one["refunded"]["amount"]) for one in cancelled["tenders"]] == [
        ("CREDIT", "100.00"),
        ("CASH", "300.00"),
        ("EXTERNAL", "600.00"),
    ]
    assert [part["amount"]["amount"] for part in cancelled["refunds"][0]["parts"]] == ["100.00", "300.00", "600.00"]
    assert await market.pocket(buyer) == {"cash": "500.00", "credit": "100.00", "held": "0.00", "owed": "0.00"}
    lots = await market.house.readers.wallets.lots(buyer.id)
    assert sorted(lot.remaining.minor for lot in lots) == [4_000, 6_000]
    assert any(lot.expires_at == soon for lot in lots)
    assert await market.balance("ESCROW") == 0
    assert await settlement_states(market) == ["CANCELLED"]
    assert await consignment_state(market, bag) == ConsignmentState.LISTED
    assert (await market.listing(bag.id)).state is ListingState.LISTED
    assert len(await market.jobs("paymentRefund")) == 1
    assert await market.sound()


async def test_what_was_cancelled_can_be_bought_again_by_somebody_else(people: People, market: Market) -> None:
    seller = await people.customer()
    first, second = await people.customer(cash=euros(1_000)), await people.customer(cash=euros(1_000))
    bag = await market.consigned(seller, 1_000)
    order = await market.buy(first, bag, cash=1_000)
    await market.cancel(first, order["id"])

    again = await market.buy(second, bag, cash=1_000)

    assert again["state"] == "PAID"
    assert await settlement_states(market) == ["CANCELLED", "PENDING"]
    assert await market.balance("ESCROW") == 100_000


async def test_a_second_cancellation_names_the_state_and_moves_nothing(people: People, market: Market) -> None:
    buyer = await people.customer(cash=euros(1_000))
    order = await market.buy(buyer, await market.piece(1_000), cash=1_000)
    await market.cancel(buyer, order["id"])

    again = await market.cancel(buyer, order["id"])

    assert (again["code"], again["stands"], again["nextActions"]) == ("WRONG_STATE", "CANCELLED", [])
    assert (await market.pocket(buyer))["cash"] == "1000.00"


async def test_support_may_cancel_for_a_buyer_and_nobody_else_may(people: People, market: Market) -> None:
    buyer, stranger = await people.customer(cash=euros(2_000)), await people.customer()
    order = await market.buy(buyer, await market.piece(1_000), cash=1_000)
    unknown = encode_id("Order", UUID(int=7))

    for person in (stranger, await people.staff(Role.APPRAISER), await people.staff(Role.SHOP_ASSOCIATE)):
        for order_id in (order["id"], unknown):
            assert (await market.cancel(person, order_id))["code"] == "NOT_FOUND"
    assert (await market.order(buyer, order["id"]))["version"] == order["version"]

    done = await market.cancel(await people.staff(Role.SUPPORT), order["id"])

    assert done["state"] == "CANCELLED"
    assert (await market.pocket(buyer))["cash"] == "2000.00"


async def test_a_rehearsed_cancellation_changes_nothing(people: People, market: Market) -> None:
    buyer = await people.customer(cash=euros(1_000))
    order = await market.buy(buyer, await market.piece(1_000), cash=1_000)

    rehearsed = await market.cancel(buyer, order["id"], dryRun=True)

    assert rehearsed["state"] == "CANCELLED"
    assert rehearsed["refunded"]["amount"] == "1000.00"
    assert (await market.order(buyer, order["id"]))["state"] == "PAID"
    assert (await market.pocket(buyer))["cash"] == "0.00"


# Reading


async def test_buyers_see_their_own_orders_and_nobody_elses(api: Api, people: People, market: Market) -> None:
    buyer, stranger = await people.customer(cash=euros(9_000)), await people.customer()
    codes = [(await market.buy(buyer, await market.stock(100, 5), cash=100))["code"] for _ in range(3)]
    order_id = encode_id("Order", await market.value("SELECT id FROM sales_order LIMIT 1"))
    line_id = encode_id("OrderLine", await market.value("SELECT id FROM order_line LIMIT 1"))
    unknown = encode_id("Order", UUID(int=7))
    node = "query ($id: ID!) { node(id: $id) { __typename } }"

    page = (await api(buyer, ORDERS, first=2))["orders"]
    rest = (await api(buyer, ORDERS, first=2, after=page["pageInfo"]["endCursor"]))["orders"]

    assert [one["code"] for one in page["nodes"] + rest["nodes"]] == codes[::-1]
    assert page["totalCount"] == 3
    assert (await api(stranger, ORDERS, first=5))["orders"]["nodes"] == []
    for wanted in (order_id, unknown):
        read = await api(stranger, "query ($id: ID!) { order(id: $id) { code } }", id=wanted)
        assert read.codes == ["NOT_FOUND"]
        assert (await api(stranger, node, id=wanted))["node"] is None
    assert (await api(stranger, node, id=line_id))["node"] is None
    assert (await api(buyer, node, id=order_id))["node"] == {"__typename": "Order"}
    assert (await api(buyer, node, id=line_id))["node"] == {"__typename": "OrderLine"}
    assert (await api(None, ORDERS, first=5)).codes == ["NOT_ALLOWED"]


async def test_staff_work_through_the_queue_of_orders_and_customers_do_not(
    api: Api, people: People, market: Market
) -> None:
    buyer = await people.customer(cash=euros(9_000))
    first = await market.buy(buyer, await market.stock(100, 5), cash=100)
    second = await market.buy(buyer, await market.stock(100, 5), cash=100)
    await market.cancel(buyer, first["id"])
    query = "query ($filter: OrderFilterInput) { orderQueue(filter: $filter) { nodes { code buyer { name } } } }"

    for role in (Role.SUPPORT, Role.SHOP_ASSOCIATE, Role.FINANCE, Role.ADMIN):
        member = await people.staff(role)
        waiting = (await api(member, query, filter={"states": ["PAID"]}))["orderQueue"]["nodes"]
        assert [one["code"] for one in waiting] == [second["code"]]
        everything = (await api(member, query))["orderQueue"]["nodes"]
        assert [one["code"] for one in everything] == [first["code"], second["code"]]
    for person in (buyer, await people.staff(Role.APPRAISER)):
        assert (await api(person, query)).codes == ["NOT_ALLOWED"]


async def test_what_an_order_says_of_its_refund_is_what_calling_it_off_gives_back(
    api: Api, people: People, market: Market
) -> None:
    buyer = await people.customer(cash=euros(1_000))
    await market.credit(buyer, 1)
    order = await market.buy(buyer, await market.stock(3, 5), quantity=2, credit=1, cash=5)
    query = """
    query ($id: ID!, $lines: [RefundPreviewLineInput!]) {
      order(id: $id) {
        lines { id }
        refundPreview(lines: $lines) { pieceGoesBack amount { amount } parts { kind place amount { amount } } }
      }
    }"""

    found = (await api(buyer, query, id=order["id"]))["order"]
    line = {"lineId": found["lines"][0]["id"]}
    one = (await api(buyer, query, id=order["id"], lines=[line | {"quantity": 1}]))["order"]
    too_many = await api(buyer, query, id=order["id"], lines=[line | {"quantity": 3}])
    # A third of everything, by largest remainder.
    assert [part["amount"]["amount"] for part in one["refundPreview"]["parts"]] == ["0.50", "2.50"]
    assert too_many.codes == ["INVALID_INPUT"]

    cancelled = await market.cancel(buyer, order["id"])

    assert found["refundPreview"] == {
        "pieceGoesBack": False,
        "amount": cancelled["refunds"][0]["amount"],
        "parts": cancelled["refunds"][0]["parts"],
    }
    assert (await api(buyer, query, id=order["id"]))["order"]["refundPreview"] is None


async def test_a_list_of_orders_costs_the_same_statements_however_long_it_is(
    api: Api, house: House, people: People, market: Market
) -> None:
    buyer = await people.customer(cash=euros(9_000))
    support = await people.staff(Role.SUPPORT)
    query = """
    { orderQueue(first: 10) { nodes {
        code buyer { name } payment { state } refunds { reason } shipments { code lines { state } }
        tenders { kind } lines { listing { slug } product { slug } piece { slug } }
    } } }"""
    undone = "{ orderQueue(first: 10) { nodes { refundPreview { pieceGoesBack parts { kind } tradeIn { id } } } } }"
    await market.buy(buyer, await market.piece(100), cash=100)
    await api(support, query)
    with counted() as one:
        await api(support, query)
    with counted() as one_undone:
        await api(support, undone)
    for _ in range(4):
        await market.buy(buyer, await market.piece(100), cash=100)
    with counted() as five:
        answer = await api(support, query)
    with counted() as five_undone:
        await api(support, undone)

    assert len(answer["orderQueue"]["nodes"]) == 5
    assert (len(one), len(one_undone)) == (len(five), len(five_undone))
    assert len(five) <= 9


async def test_an_account_with_an_open_order_is_not_erased_and_after_it_no_address_is_left(
    api: Api, people: People, market: Market
) -> None:
    buyer = await people.customer(cash=euros(100))
    order = await market.buy(buyer, await market.stock(100, 5), cash=100)
    erase = """mutation ($input: AccountEraseInput!) { accountErase(input: $input) {
        __typename ... on ErasureBlocked { deals { kind note } } } }"""

    blocked = (await api(buyer, erase, input={}))["accountErase"]
    await market.cancel(buyer, order["id"])
    transfer = "mutation ($input: WalletTransferInput!) { walletTransfer(input: $input) { __typename } }"
    friend = encode_id("Account", (await people.customer()).id)
    await api(buyer, transfer, input={"toAccountId": friend, "amount": money(100)})
    erased = (await api(buyer, erase, input={}))["accountErase"]

    assert blocked["deals"] == [{"kind": "ORDER", "note": f"{order['code']} PAID"}]
    assert erased["__typename"] == "Account"
    kept = await market.value("SELECT concat(delivery, end_reason, (SELECT reason FROM order_refund)) FROM sales_order")
    assert "Lin Wei" not in kept
    assert "rue" not in kept
    assert "mind" not in kept
    assert '"FR"' in kept


# What the database itself refuses


async def test_the_database_refuses_orders_that_do_not_add_up(people: People, market: Market) -> None:
    buyer = await people.customer(cash=euros(2_000))
    await market.buy(buyer, await market.piece(1_000), cash=1_000)

    for statement in (
        "UPDATE sales_order SET total_minor = total_minor + 1",
        "UPDATE order_tender SET refunded_minor = amount_minor + 1",
        "UPDATE order_line SET refunded_minor = -1",
        "UPDATE order_line SET quantity = 2",
        "UPDATE sales_order SET state = 'GONE'",
        "DELETE FROM order_line",
    ):
        with pytest.raises(asyncpg.PostgresError):
            await write(market, statement)
    with pytest.raises(asyncpg.PostgresError, match="does not add up"):
        await write(market, "UPDATE order_tender SET amount_minor = 1", "UPDATE sales_order SET version = version + 1")


async def write(market: Market, *statements: str) -> None:
    async with market.house.transactor.pool.lend() as raw, transaction(raw) as connection:
        for statement in statements:
            await connection.execute(sql(statement))
