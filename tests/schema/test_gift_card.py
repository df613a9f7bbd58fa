"""Gift cards: bought, spent by whoever has the code, given back to the same card, and never below zero."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.asgi import create
from app.config import Settings
from app.house import House, open_house
from app.jobs import JOBS
from domain.account import Account
from domain.order import CancelOrder, OrderId
from domain.order import cancel as cancel_order
from domain.viewer import Role, Viewer
from persistence.embedded import Services
from schema.ids import decode_id
from tests.support.api import Api
from tests.support.market import CARTS, TO_PARIS, Market, money
from tests.support.people import People, euros
from tests.support.snapshot import changed, snapshot

ISSUE = """
mutation ($input: GiftCardIssueInput!) {
  giftCardIssue(input: $input) {
    __typename
    ... on GiftCardMade { secret giftCard { id hint state source amount { amount } available { amount } expiresAt } }
    ... on UserError { code message path }
  }
}
"""
LOOK = """
query ($code: String!) {
  giftCard(code: $code) {
    id state amount { amount } available { amount } held { amount } spent { amount } lapsed { amount }
  }
}
"""
OWN = "{ giftCards { nodes { id hint available { amount } } } }"
NODE = "query ($id: ID!) { node(id: $id) { ... on GiftCard { hint available { amount } } } }"
QUOTE = """
query ($cart: ID!, $delivery: DeliveryInput!, $tenders: TendersInput!) {
  orderQuote(cartId: $cart, delivery: $delivery, tenders: $tenders) {
    total { amount } tenders { kind amount { amount } }
  }
}
"""


async def issue(api: Api, person: Account, amount: int, **given: Any) -> Any:
    return (await api(person, ISSUE, input={"amount": money(amount), **given}))["giftCardIssue"]


async def code_of(api: Api, people: People, amount: int) -> str:
    """The code of a card that somebody has bought."""
    return str((await issue(api, await people.customer(cash=euros(amount)), amount))["secret"])


async def look(api: Api, person: Account, code: str) -> list[Any]:
    found = (await api(person, LOOK, code=code))["giftCard"]
    return [found[name]["amount"] for name in ("available", "held", "spent", "lapsed")]


async def place(market: Market, buyer: Account, cart: Any, code: str, amount: int | None = None, **given: Any) -> Any:
    card = {"code": code, **({} if amount is None else {"amount": money(amount)})}
    return await market.place(buyer, cart["id"], tenders={"giftCards": [card]}, **given)


def tenders_of(order: Any) -> dict[str, tuple[str, str]]:
    return {one["kind"]: (one["amount"]["amount"], one["refunded"]["amount"]) for one in order["tenders"]}


# Issued


async def test_whoever_buys_a_card_pays_from_their_cash_and_sees_its_code_once(
    api: Api, people: People, market: Market
) -> None:
    buyer = await people.customer(cash=euros(100))

    made = await issue(api, buyer, 60)

    assert made["secret"].startswith("GC-")
    assert made["giftCard"]["hint"] == made["secret"][-4:]
    assert (made["giftCard"]["available"]["amount"], made["giftCard"]["source"]) == ("60.00", "CASH")
    assert (await market.pocket(buyer))["cash"] == "40.00"
    assert await market.balance("GIFT_CARDS") == 6_000
    kept = await market.value("SELECT row_to_json(g)::text FROM gift_card g")
    assert made["secret"][3:].replace("-", "") not in kept.replace("-", "")
    written = "SELECT count(*) FROM idempotency_key WHERE answer::text LIKE '%' || $1 || '%'"
    assert await market.value(written, made["secret"]) == 0
    assert [one["hint"] for one in (await api(buyer, OWN))["giftCards"]["nodes"]] == [made["secret"][-4:]]
    assert await market.sound()


async def test_the_same_request_gets_the_same_code_and_makes_one_card(api: Api, people: People, market: Market) -> None:
    buyer = await people.customer(cash=euros(100))
    given = {"amount": money(60)}

    first, second = [(await api(buyer, ISSUE, key="once", input=given))["giftCardIssue"] for _ in range(2)]

    assert first == second
    assert await market.value("SELECT count(*) FROM gift_card") == 1


async def test_a_dry_run_shows_the_code_of_no_card(api: Api, people: People, house: House, market: Market) -> None:
    buyer = await people.customer(cash=euros(100))
    before = await snapshot(house)

    tried = await issue(api, buyer, 60, dryRun=True)

    assert tried == {"__typename": "GiftCardMade", "secret": None, "giftCard": None}
    assert (await issue(api, buyer, 200, dryRun=True))["code"] == "INSUFFICIENT_FUNDS"
    assert changed(before, await snapshot(house)) == []
    assert (await issue(api, buyer, 60))["secret"].startswith("GC-")


async def test_the_house_gives_cards_for_a_reason_and_by_the_right_staff(
    api: Api, people: People, house: House, market: Market
) -> None:
    support, buyer = await people.staff(Role.SUPPORT), await people.customer(cash=euros(100))
    given = {"source": "PROMOTION", "reason": "A parcel was late"}
    before = await snapshot(house)

    assert (await issue(api, buyer, 20, **given))["code"] == "NOT_ALLOWED"
    assert (await issue(api, support, 20, source="PROMOTION"))["path"] == ["reason"]
    assert (await issue(api, buyer, 2_000))["path"] == ["amount"]
    assert (await issue(api, buyer, 200))["code"] == "INSUFFICIENT_FUNDS"
    assert (await issue(api, buyer, 20, jurisdiction="CN"))["path"] == ["jurisdiction"]
    assert changed(before, await snapshot(house)) == []

    assert (await issue(api, support, 20, **given))["giftCard"]["source"] == "PROMOTION"
    assert await market.balance("PROMOTION") == -2_000


async def test_how_long_a_card_holds_is_policy_of_where_it_is_issued(api: Api, people: People) -> None:
    support = await people.staff(Role.SUPPORT)
    given = {"source": "PROMOTION", "reason": "A salon"}

    ends = {
        country: (await issue(api, support, 20, **given, jurisdiction=country))["giftCard"]["expiresAt"]
        for country in ("CN", "US", "DE")
    }

    assert ends["CN"] is None
    assert datetime.fromisoformat(ends["US"]) > datetime.now(UTC) + timedelta(days=5 * 365)
    assert ends["DE"] < ends["US"]


# Spent


async def test_whoever_has_the_code_spends_the_card_and_pays_the_rest_otherwise(
    api: Api, people: People, market: Market
) -> None:
    code, buyer = await code_of(api, people, 60), await people.customer(cash=euros(100))
    cart = await market.add(buyer, await market.stock(100, 5))
    wanted = {"cash": money(40), "giftCards": [{"code": code.lower().replace("-", " ")}]}

    quoted = (await api(buyer, QUOTE, cart=cart["id"], delivery=TO_PARIS, tenders=wanted))["orderQuote"]
    order = await place(market, buyer, cart, code, cash=40)

    assert {one["kind"]: one["amount"]["amount"] for one in quoted["tenders"]} == {
        "CASH": "40.00",
        "GIFT_CARD": "60.00",
    }
    assert tenders_of(order) == {"CASH": ("40.00", "0.00"), "GIFT_CARD": ("60.00", "0.00")}
    assert order["state"] == "PAID"
    assert await look(api, buyer, code) == ["0.00", "0.00", "60.00", "0.00"]
    assert (await market.balance("GIFT_CARDS"), await market.balance("ESCROW")) == (0, 10_000)
    assert await market.sound()


async def test_a_card_pays_as_much_as_is_to_be_paid_and_the_rest_stays_on_it(
    api: Api, people: People, market: Market
) -> None:
    code, buyer = await code_of(api, people, 60), await people.customer()

    order = await place(market, buyer, await market.add(buyer, await market.stock(50, 5)), code)

    assert tenders_of(order) == {"GIFT_CARD": ("50.00", "0.00")}
    assert await look(api, buyer, code) == ["10.00", "0.00", "50.00", "0.00"]


async def test_what_goes_back_goes_back_to_the_same_card(api: Api, people: People, market: Market) -> None:
    code, buyer = await code_of(api, people, 60), await people.customer(cash=euros(40))
    order = await place(market, buyer, await market.add(buyer, await market.stock(100, 5)), code, cash=40)

    cancelled = await market.cancel(buyer, order["id"])

    assert tenders_of(cancelled) == {"CASH": ("40.00", "40.00"), "GIFT_CARD": ("60.00", "60.00")}
    assert await look(api, buyer, code) == ["60.00", "0.00", "0.00", "0.00"]
    assert (await market.pocket(buyer))["cash"] == "40.00"
    assert (await market.balance("GIFT_CARDS"), await market.balance("ESCROW")) == (6_000, 0)
    again = await place(market, buyer, await market.add(buyer, await market.stock(60, 5)), code)
    assert again["state"] == "PAID"
    assert await market.sound()


async def test_a_card_waits_with_the_order_for_its_provider_and_is_let_go_with_it(
    api: Api, people: People, market: Market
) -> None:
    code, buyer = await code_of(api, people, 60), await people.customer()
    waits = await place(market, buyer, await market.add(buyer, await market.stock(100, 5)), code, provider="TEST")
    assert await look(api, buyer, code) == ["0.00", "60.00", "0.00", "0.00"]
    assert await market.balance("GIFT_CARDS") == 6_000

    await market.cancel(buyer, waits["id"])
    assert await look(api, buyer, code) == ["60.00", "0.00", "0.00", "0.00"]
    paid = await place(market, buyer, await market.add(buyer, await market.stock(100, 5)), code, provider="TEST")
    await market.report(paid["payment"]["id"], "payment.charged")

    assert (await market.order(buyer, paid["id"]))["state"] == "PAID"
    assert await look(api, buyer, code) == ["0.00", "0.00", "60.00", "0.00"]
    assert (await market.balance("GIFT_CARDS"), await market.balance("ESCROW")) == (0, 10_000)
    assert await market.sound()


async def test_a_card_that_can_not_pay_is_refused_and_nothing_moves(
    api: Api, people: People, house: House, market: Market
) -> None:
    code, buyer = await code_of(api, people, 60), await people.customer(cash=euros(100))
    cart = await market.add(buyer, await market.stock(100, 5))
    before = await snapshot(house)

    unknown = await place(market, buyer, cart, "GC-2222-2222-2222-2222", cash=40)
    garbage = await place(market, buyer, cart, "x" * 500, cash=40)
    too_much = await place(market, buyer, cart, code, 70, cash=30)
    nothing = await place(market, buyer, cart, code, 0, cash=100)
    short = await place(market, buyer, cart, code, 50, cash=40)

    assert unknown["code"] == garbage["code"] == "GIFT_CARD_NOT_GOOD"
    assert unknown["path"] == ["tenders", "giftCards", "0", "code"]
    assert (too_much["code"], nothing["code"], short["code"]) == (
        "GIFT_CARD_TOO_LOW",
        "INVALID_INPUT",
        "TENDERS_DO_NOT_FIT",
    )
    assert changed(before, await snapshot(house)) == []


async def test_two_orders_at_once_spend_a_card_once(api: Api, people: People, market: Market) -> None:
    code = await code_of(api, people, 60)
    buyers = [await people.customer() for _ in range(6)]
    shelf = await market.stock(60, 9)
    carts = [await market.add(buyer, shelf) for buyer in buyers]

    answers = await asyncio.gather(
        *(place(market, buyer, cart, code, 60) for buyer, cart in zip(buyers, carts, strict=True))
    )

    assert sorted(one.get("state", one.get("code")) for one in answers) == ["GIFT_CARD_TOO_LOW"] * 5 + ["PAID"]
    assert (await market.balance("GIFT_CARDS"), await market.balance("ESCROW")) == (0, 6_000)
    assert await market.value("SELECT count(*) FROM gift_card_use") == 1
    assert await market.sound()


def cards_of(order: Any) -> list[tuple[int, str, str]]:
    found = [one for one in order["tenders"] if one["kind"] == "GIFT_CARD"]
    return [(one["place"], one["amount"]["amount"], one["refunded"]["amount"]) for one in found]


async def test_several_cards_pay_one_after_the_other_and_each_gets_back_its_own(
    api: Api, people: People, house: House, market: Market
) -> None:
    codes = [await code_of(api, people, amount) for amount in (30, 60, 20)]
    buyer = await people.customer(cash=euros(20))
    cart = await market.add(buyer, await market.stock(100, 5))
    first, second, spare = ({"code": code} for code in codes)
    wanted = {"cash": money(20), "giftCards": [first, second, spare]}

    async def left() -> list[list[str]]:
        return [(await look(api, buyer, code))[:3] for code in codes]

    quoted = (await api(buyer, QUOTE, cart=cart["id"], delivery=TO_PARIS, tenders=wanted))["orderQuote"]
    order = await market.place(buyer, cart["id"], cash=20, tenders={"giftCards": [first, second, spare]})
    assert [one["amount"]["amount"] for one in quoted["tenders"]] == ["20.00", "30.00", "50.00"]
    assert cards_of(order) == [(1, "30.00", "0.00"), (2, "50.00", "0.00")]
    assert await left() == [["0.00", "0.00", "30.00"], ["10.00", "0.00", "50.00"], ["20.00", "0.00", "0.00"]]

    cancelled = await market.cancel(buyer, order["id"])
    assert cards_of(cancelled) == [(1, "30.00", "30.00"), (2, "50.00", "50.00")]
    assert [(part["kind"], part["place"]) for part in cancelled["refunds"][0]["parts"]] == [
        ("CASH", 1),
        ("GIFT_CARD", 1),
        ("GIFT_CARD", 2),
    ]
    assert [one[0] for one in await left()] == ["30.00", "60.00", "20.00"]
    assert (await market.balance("GIFT_CARDS"), await market.balance("ESCROW")) == (11_000, 0)

    cart = await market.add(buyer, await market.stock(100, 5))
    named = {"giftCards": [{**second, "amount": money(40)}, first]}
    waits = await market.place(buyer, cart["id"], tenders=named, provider="TEST")
    assert [one[:2] for one in await left()] == [["0.00", "30.00"], ["20.00", "40.00"], ["20.00", "0.00"]]
    await market.report(waits["payment"]["id"], "payment.charged")
    assert [one[2] for one in await left()] == ["30.00", "40.00", "0.00"]
    assert (await market.balance("GIFT_CARDS"), await market.balance("ESCROW")) == (4_000, 10_000)
    assert await market.sound()


async def test_a_card_is_named_once_and_no_more_than_five_are(
    api: Api, people: People, house: House, market: Market
) -> None:
    code, buyer = await code_of(api, people, 60), await people.customer(cash=euros(100))
    cart = await market.add(buyer, await market.stock(100, 5))
    before = await snapshot(house)

    async def refused(*cards: dict[str, Any]) -> tuple[str, list[str]]:
        answer = await market.place(buyer, cart["id"], cash=10, tenders={"giftCards": list(cards)})
        return answer["code"], answer["path"]

    path = ["tenders", "giftCards"]
    card = {"code": code}
    assert await refused({**card, "amount": money(30)}, card) == ("INVALID_INPUT", [*path, "1", "code"])
    assert await refused(*[card] * 6) == ("INVALID_INPUT", path)
    unknown = {"code": "GC-2222-2222-2222-2222"}
    assert await refused(card, unknown) == ("GIFT_CARD_NOT_GOOD", [*path, "1", "code"])
    assert changed(before, await snapshot(house)) == []


async def test_a_crowd_with_the_same_cards_in_any_order_spends_each_once(
    api: Api, people: People, market: Market
) -> None:
    codes = [await code_of(api, people, 30) for _ in range(2)]
    buyers = [await people.customer() for _ in range(6)]
    shelf = await market.stock(60, 9)
    carts = [await market.add(buyer, shelf) for buyer in buyers]

    def named(number: int) -> dict[str, Any]:
        return {"giftCards": [{"code": code, "amount": money(30)} for code in codes[:: 1 if number % 2 else -1]]}

    answers = await asyncio.gather(
        *(
            market.place(buyer, cart["id"], tenders=named(number))
            for number, (buyer, cart) in enumerate(zip(buyers, carts, strict=True))
        )
    )

    assert sorted(one.get("state", one.get("code")) for one in answers) == ["GIFT_CARD_TOO_LOW"] * 5 + ["PAID"]
    assert (await market.balance("GIFT_CARDS"), await market.balance("ESCROW")) == (0, 6_000)
    assert await market.value("SELECT count(*) FROM gift_card_use") == 2
    assert await market.sound()


async def test_the_database_lets_no_card_go_below_zero(
    api: Api, people: People, market: Market, database: Services
) -> None:
    code, buyer = await code_of(api, people, 60), await people.customer()
    await place(market, buyer, await market.add(buyer, await market.stock(60, 5)), code)

    owner = await asyncpg.connect(database.owner_url)
    for statement in (
        "UPDATE gift_card SET spent_minor = spent_minor + 1",
        "UPDATE gift_card SET lapsed_minor = 1",
        "UPDATE gift_card_use SET returned_minor = 6001",
        "UPDATE gift_card_use SET state = 'HELD'",
        "UPDATE gift_card_use SET place = 6",
        "UPDATE order_tender SET place = 6",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await owner.execute(statement)
    await owner.close()


# Over


async def lapse(house: House, card_id: UUID, now: datetime) -> None:
    await JOBS["giftCardExpire"](house, "giftCardExpire", card_id, f"lapse-{now}", now)


async def test_what_is_left_lapses_into_breakage_when_the_time_is_over_and_not_before(
    api: Api, people: People, house: House, market: Market
) -> None:
    buyer = await people.customer(cash=euros(100))
    made = await issue(api, buyer, 60)
    card_id = decode_id(made["giftCard"]["id"])[1]
    ends = datetime.fromisoformat(made["giftCard"]["expiresAt"])

    await lapse(house, card_id, ends - timedelta(seconds=1))
    assert await look(api, buyer, made["secret"]) == ["60.00", "0.00", "0.00", "0.00"]
    await lapse(house, card_id, ends + timedelta(seconds=1))
    await lapse(house, card_id, ends + timedelta(days=1))

    assert await look(api, buyer, made["secret"]) == ["0.00", "0.00", "0.00", "60.00"]
    assert (await market.balance("GIFT_CARDS"), await market.balance("BREAKAGE")) == (0, 6_000)
    cart = await market.add(buyer, await market.stock(60, 5))
    assert (await place(market, buyer, cart, made["secret"]))["code"] == "GIFT_CARD_NOT_GOOD"
    assert await market.sound()


async def test_what_comes_back_to_a_card_that_is_over_can_be_spent_for_the_days_of_grace(
    api: Api, people: People, house: House, market: Market
) -> None:
    buyer = await people.customer(cash=euros(100))
    made = await issue(api, buyer, 60)
    order = await place(market, buyer, await market.add(buyer, await market.stock(50, 5)), made["secret"])
    ends = datetime.fromisoformat(made["giftCard"]["expiresAt"]) + timedelta(seconds=1)
    await lapse(house, decode_id(made["giftCard"]["id"])[1], ends)
    assert await market.balance("BREAKAGE") == 1_000

    cancel = CancelOrder(OrderId(decode_id(order["id"])[1]), "Changed my mind")
    viewer = Viewer(buyer.id, frozenset(buyer.roles))
    await market.run(cancel_order, cancel, now=ends + timedelta(days=1), viewer=viewer)

    found = (await api(buyer, LOOK, code=made["secret"]))["giftCard"]
    assert (found["state"], found["available"]["amount"], found["lapsed"]["amount"]) == ("ACTIVE", "50.00", "10.00")
    assert await market.balance("GIFT_CARDS") == 5_000
    await lapse(house, decode_id(made["giftCard"]["id"])[1], ends + timedelta(days=91))
    assert (await market.balance("GIFT_CARDS"), await market.balance("BREAKAGE")) == (0, 6_000)
    assert await market.sound()


# Looked at


async def test_codes_are_not_guessed_and_the_right_one_is_never_held_back(
    house: House, settings: Settings, people: People
) -> None:
    wary = settings.model_copy(update={"sign_in_attempts_per_name": 5, "redis_url": None})
    async with open_house(wary) as opened:
        app = create(wary)
        app.state.house = opened
        async with Api(app, opened) as strict:
            code, guesser, other = await code_of(strict, people, 60), await people.customer(), await people.customer()
            shop = Market(house, strict)
            cart = await shop.add(guesser, await shop.stock(60, 5))
            for number in range(5):
                refused = await strict(guesser, LOOK, code=f"GC-2222-2222-2222-222{number + 2}")
                assert refused.codes == ["NOT_FOUND"]

            assert (await strict(guesser, LOOK, code=code)).codes == ["TOO_MANY_ATTEMPTS"]
            assert (await place(shop, guesser, cart, code))["code"] == "TOO_MANY_ATTEMPTS"
            assert (await strict(None, LOOK, code=code)).codes == ["NOT_ALLOWED"]
            for _ in range(8):
                assert (await look(strict, other, code))[0] == "60.00"


async def test_a_card_is_seen_by_whoever_bought_it_and_those_who_help(api: Api, people: People) -> None:
    buyer = await people.customer(cash=euros(60))
    made = await issue(api, buyer, 60)
    card_id = made["giftCard"]["id"]

    for person in (buyer, await people.staff(Role.SUPPORT), await people.staff(Role.FINANCE)):
        assert (await api(person, NODE, id=card_id))["node"]["hint"] == made["secret"][-4:]
    for person in (await people.customer(), await people.staff(Role.MERCHANDISER), None):
        assert (await api(person, NODE, id=card_id))["node"] is None
    assert (await api(await people.customer(), OWN))["giftCards"]["nodes"] == []
    assert (await api(await people.customer(), CARTS))["carts"] == []
