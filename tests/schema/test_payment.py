"""What providers report by signed webhook, top-ups, and money that goes back."""

import asyncio
import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import orjson
import pytest
from pydantic import SecretStr, ValidationError

from app.asgi import create
from app.config import DEVELOPMENT_SECRET, Environment, Settings
from app.house import House
from app.jobs import JOBS
from app.payment_webhook import sign
from domain.viewer import Role
from persistence.connection import transaction
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.market import Market, money
from tests.support.people import People

TOP_UP = """
mutation ($input: WalletTopUpInput!) {
  walletTopUp(input: $input) {
    __typename
    ... on Payment { id state purpose amount { amount } }
    ... on UserError { code message path }
  }
}
"""
PAYMENT = "query ($id: ID!) { payment(id: $id) { state amount { amount } refunded { amount } } }"
PATH = "/webhooks/payments/test"


async def top_up(api: Api, owner: Any, amount: int | str = 100, **given: Any) -> Any:
    wanted = {"amount": money(amount), "provider": "TEST", **given}
    return (await api(owner, TOP_UP, input=wanted))["walletTopUp"]


def event(payment_id: str, kind: str = "payment.charged", amount: str = "100.00", **data: Any) -> bytes:
    said = {"paymentId": payment_id, "amount": amount, "currencyCode": "EUR", **data}
    return orjson.dumps({"type": kind, "timestamp": "2026-01-01T00:00:00Z", "data": said})


async def post(api: Api, body: bytes, *, event_id: str | None = None, path: str = PATH, **headers: str) -> Any:
    """A webhook as a provider sends it; headers may be spoilt."""
    secret = api.house.settings.payment_secret
    signed = sign(secret, event_id or uuid4().hex, body, datetime.now(UTC))
    return await api.client.post(path, content=body, headers={**signed.headers, **headers})


# Topping up


async def test_a_top_up_is_in_the_wallet_once_the_provider_has_reported_the_charge(
    api: Api, people: People, market: Market
) -> None:
    owner = await people.customer()
    payment = await top_up(api, owner)
    assert (payment["state"], payment["purpose"]) == ("OPEN", "TOP_UP")

    authorised = await post(api, event(payment["id"], "payment.authorised"))
    before = await market.pocket(owner)
    charged = await post(api, event(payment["id"]))

    assert (authorised.status_code, authorised.json()) == (200, {"outcome": "APPLIED"})
    assert before["cash"] == "0.00"
    assert (charged.status_code, charged.json()) == (200, {"outcome": "APPLIED"})
    assert (await market.pocket(owner))["cash"] == "100.00"
    assert await market.balance("PSP_CLEARING") == -10_000
    assert (await api(owner, PAYMENT, id=payment["id"]))["payment"]["state"] == "CHARGED"
    assert await market.sound()


async def test_an_event_that_comes_many_times_at_once_counts_once(api: Api, people: People, market: Market) -> None:
    owner = await people.customer()
    payment = await top_up(api, owner)
    body = event(payment["id"])

    answers = await asyncio.gather(*(post(api, body, event_id="evt-1") for _ in range(8)))
    again = await post(api, body, event_id="evt-1")
    other_id = await post(api, body, event_id="evt-2")

    assert {answer.status_code for answer in answers} <= {200, 503}
    assert (again.status_code, again.json()) == (200, {"outcome": "APPLIED"})
    assert other_id.json() == {"outcome": "IGNORED"}
    assert (await market.pocket(owner))["cash"] == "100.00"


async def test_an_event_is_known_once_even_after_its_key_was_forgotten(
    api: Api, people: People, market: Market
) -> None:
    owner = await people.customer()
    payment = await top_up(api, owner)
    await post(api, event(payment["id"]), event_id="evt-1")
    await forget_keys(market)

    again = await post(api, event(payment["id"]), event_id="evt-1")
    await forget_keys(market)
    spoilt = await post(api, event(payment["id"], "payment.failed"), event_id="evt-1")

    assert again.json() == {"outcome": "APPLIED"}
    assert (spoilt.status_code, spoilt.json()["error"]["code"]) == (400, "INVALID_INPUT")
    assert (await market.pocket(owner))["cash"] == "100.00"


async def test_the_same_event_id_with_another_content_is_a_conflict(api: Api, people: People, market: Market) -> None:
    owner = await people.customer()
    payment = await top_up(api, owner)
    await post(api, event(payment["id"], "payment.authorised"), event_id="evt-1")

    reused = await post(api, event(payment["id"]), event_id="evt-1")

    assert (reused.status_code, reused.json()["error"]["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert (await market.pocket(owner))["cash"] == "0.00"


@pytest.mark.parametrize("amount", ["99.99", "100.01"])
async def test_another_amount_than_was_asked_for_is_refused(
    amount: str, api: Api, people: People, market: Market
) -> None:
    owner = await people.customer()
    payment = await top_up(api, owner)

    refused = await post(api, event(payment["id"], amount=amount))
    other_currency = await post(api, event(payment["id"], currencyCode="USD"))

    for answer in (refused, other_currency):
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "AMOUNT_MISMATCH")
    assert (await market.pocket(owner))["cash"] == "0.00"
    assert (await api(owner, PAYMENT, id=payment["id"]))["payment"]["state"] == "OPEN"


async def test_an_unknown_payment_or_provider_is_not_found(api: Api, people: People) -> None:
    payment = await top_up(api, await people.customer())

    unknown = await post(api, event(encode_id("Payment", UUID(int=7))))
    other_provider = await post(api, event(payment["id"]), path="/webhooks/payments/card")
    nobody = await post(api, event(payment["id"]), path="/webhooks/payments/nobody")

    for answer in (unknown, other_provider, nobody):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


async def test_events_in_the_wrong_order_end_where_the_right_order_ends(
    api: Api, people: People, market: Market
) -> None:
    owner = await people.customer()
    payment = await top_up(api, owner)

    back = await post(api, event(payment["id"], "payment.charged_back"))
    charged = await post(api, event(payment["id"]))
    late = await post(api, event(payment["id"], "payment.authorised"))
    failed = await post(api, event(payment["id"], "payment.failed"))

    assert [answer.json()["outcome"] for answer in (back, charged, late, failed)] == [
        "WAITING",
        "APPLIED",
        "IGNORED",
        "IGNORED",
    ]
    assert (await api(owner, PAYMENT, id=payment["id"]))["payment"]["state"] == "CHARGED_BACK"
    assert (await market.pocket(owner))["cash"] == "0.00"
    assert await market.balance("PSP_CLEARING") == 0
    assert await market.sound()


async def test_a_charge_back_takes_the_cash_and_the_rest_is_owed(api: Api, people: People, market: Market) -> None:
    owner, friend = await people.customer(), await people.customer()
    payment = await top_up(api, owner)
    await post(api, event(payment["id"]))
    transfer = "mutation ($input: WalletTransferInput!) { walletTransfer(input: $input) { __typename } }"
    await api(owner, transfer, input={"toAccountId": encode_id("Account", friend.id), "amount": money(70)})

    await post(api, event(payment["id"], "payment.charged_back"))

    assert await market.pocket(owner) == {"cash": "0.00", "credit": "0.00", "held": "0.00", "owed": "70.00"}
    assert await market.sound()


async def test_a_charge_back_of_an_order_blocks_its_sellers_money(api: Api, people: People, market: Market) -> None:
    seller, buyer = await people.customer(), await people.customer()
    order = await market.buy(buyer, await market.consigned(seller, 1_000), provider="TEST")
    await market.report(order["payment"]["id"], "payment.charged")

    await market.report(order["payment"]["id"], "payment.charged_back")

    after = await market.order(buyer, order["id"])
    assert after["lines"][0]["blockedBy"] == ["CHARGEBACK"]
    assert (await market.pocket(buyer))["owed"] == "1000.00"
    blocks = await market.value("SELECT blocks::text FROM settlement WHERE cause = 'SALE'")
    assert "CHARGEBACK" in blocks
    assert await market.balance("ESCROW") == 100_000
    cancelled = await market.cancel(buyer, order["id"])
    assert cancelled["state"] == "CANCELLED"
    assert await market.pocket(buyer) == {"cash": "0.00", "credit": "0.00", "held": "0.00", "owed": "0.00"}
    assert await market.jobs("paymentRefund") == []
    assert await market.sound()


async def test_a_top_up_that_came_too_late_goes_back(api: Api, people: People, market: Market) -> None:
    owner = await people.customer()
    payment = await top_up(api, owner)
    intent_id = (await market.jobs("paymentExpire"))[0]
    later = datetime.now(UTC) + timedelta(minutes=16)
    await JOBS["paymentExpire"](market.house, "paymentExpire", intent_id, "job:1", later)

    charged = await post(api, event(payment["id"]))

    assert charged.json() == {"outcome": "SENT_BACK"}
    assert (await market.pocket(owner))["cash"] == "0.00"
    assert await market.balance("PSP_CLEARING") == 0
    refund_id = (await market.jobs("paymentRefund"))[0]
    await JOBS["paymentRefund"](market.house, "paymentRefund", refund_id, "job:2", later)
    await JOBS["paymentRefund"](market.house, "paymentRefund", refund_id, "job:2", later)
    assert await market.value("SELECT state FROM payment_refund") == "DONE"
    assert await market.value("SELECT count(*) FROM payment_event WHERE kind = 'REFUNDED'") == 1


async def test_a_provider_that_could_not_refund_says_so(api: Api, people: People, market: Market) -> None:
    buyer = await people.customer()
    order = await market.buy(buyer, await market.piece(100), provider="TEST")
    await market.report(order["payment"]["id"], "payment.charged")
    await market.cancel(buyer, order["id"])
    refund_id = encode_id("PaymentRefund", (await market.jobs("paymentRefund"))[0])
    payment_id = order["payment"]["id"]

    nameless = await post(api, event(payment_id, "payment.refunded"))
    mismatch = await post(api, event(payment_id, "payment.refunded", amount="1.00", refundId=refund_id))
    failed = await post(api, event(payment_id, "payment.refund_failed", refundId=refund_id))
    done = await post(api, event(payment_id, "payment.refunded", refundId=refund_id))
    again = await post(api, event(payment_id, "payment.refunded", refundId=refund_id))

    assert [answer.status_code for answer in (nameless, mismatch, failed, done, again)] == [400, 422, 200, 200, 200]
    assert [answer.json()["outcome"] for answer in (failed, done, again)] == ["APPLIED", "APPLIED", "IGNORED"]
    assert await market.value("SELECT state FROM payment_refund") == "DONE"


# Signatures and shapes


async def test_only_what_is_signed_with_our_secret_and_is_fresh_is_believed(
    api: Api, people: People, market: Market
) -> None:
    owner = await people.customer()
    payment = await top_up(api, owner)
    body = event(payment["id"])
    secret = api.house.settings.payment_secret
    other = SecretStr("whsec_" + base64.b64encode(bytes(32)).decode())
    now = datetime.now(UTC)
    right = sign(secret, "evt-1", body, now).headers

    spoilt = (
        {},
        sign(other, "evt-1", body, now).headers,
        {**right, "webhook-id": "evt-2"},
        {**right, "webhook-timestamp": str(int(now.timestamp()) + 1)},
        {**right, "webhook-signature": "v1,"},
        {**right, "webhook-signature": "v2," + right["webhook-signature"][3:]},
        {**right, "webhook-timestamp": "٣"},
        {**right, "webhook-timestamp": "9" * 400},
        sign(secret, "evt-1", body, now - timedelta(minutes=6)).headers,
        sign(secret, "evt-1", body, now + timedelta(minutes=6)).headers,
    )
    for headers in spoilt:
        encoded = {name: value.encode() for name, value in headers.items()}
        answer = await api.client.post(PATH, content=body, headers=encoded)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "BAD_SIGNATURE")
    changed = await api.client.post(PATH, content=body.replace(b"100.00", b"900.00"), headers=right)
    assert changed.status_code == 401
    assert (await market.pocket(owner))["cash"] == "0.00"

    several = {**right, "webhook-signature": f"v1,{base64.b64encode(bytes(32)).decode()} {right['webhook-signature']}"}
    assert (await api.client.post(PATH, content=body, headers=several)).status_code == 200


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of the specification's own libraries."""
    secret = SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    at = datetime.fromtimestamp(1_614_265_330, UTC)

    signed = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", body, at)

    assert signed.signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    by_hand = hmac.new(key, b"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330." + body, hashlib.sha256).digest()
    assert signed.signature.removeprefix("v1,") == base64.b64encode(by_hand).decode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b"{}",
        b'{"type": "payment.charged", "data": {}}',
        b'{"type": "payment.charged", "timestamp": "x", "data": {"paymentId": 7, "amount": "1", "currencyCode": 7}}',
        b"\xff\xfe",
        b"[" * 20_000,
    ],
)
async def test_what_is_no_event_is_refused_and_never_a_fault_of_ours(body: bytes, api: Api) -> None:
    answer = await post(api, body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_INPUT")


@pytest.mark.parametrize(
    "data",
    [
        {"amount": "-100.00"},
        {"amount": "NaN"},
        {"amount": "1e3"},
        {"amount": 100},
        {"amount": "100.001"},
        {"amount": "9" * 18},
        {"currencyCode": "ZZZ"},
        {"currencyCode": ["EUR"]},
        {"reference": "x" * 201},
        {"reference": "\x00"},
        {"refundId": "nonsense"},
    ],
)
async def test_bad_values_in_an_event_are_refused(data: dict[str, Any], api: Api, people: People) -> None:
    payment = await top_up(api, await people.customer())
    said = {"paymentId": payment["id"], "amount": "100.00", "currencyCode": "EUR", **data}
    body = orjson.dumps({"type": "payment.charged", "timestamp": "2026-01-01T00:00:00Z", "data": said})

    answer = await post(api, body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_INPUT")


async def test_a_webhook_without_end_is_cut_off(api: Api) -> None:
    answer = await post(api, b"x" * 70_000)

    assert answer.status_code == 413


# Who may


async def test_a_payment_is_seen_by_its_owner_finance_and_support_alone(api: Api, people: People) -> None:
    owner, stranger = await people.customer(), await people.customer()
    payment = await top_up(api, owner)
    unknown = encode_id("Payment", UUID(int=7))

    for person in (owner, await people.staff(Role.FINANCE), await people.staff(Role.SUPPORT)):
        assert (await api(person, PAYMENT, id=payment["id"]))["payment"]["state"] == "OPEN"
    for person in (stranger, None, await people.staff(Role.APPRAISER)):
        for wanted in (payment["id"], unknown):
            assert (await api(person, PAYMENT, id=wanted)).codes == ["NOT_FOUND"]
    assert (await top_up(api, None))["code"] == "NOT_ALLOWED"


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
async def test_a_top_up_is_more_than_nothing(amount: str, api: Api, people: People, market: Market) -> None:
    refused = await top_up(api, await people.customer(), amount)

    assert (refused["code"], refused["path"]) == ("INVALID_INPUT", ["amount"])
    assert await market.value("SELECT count(*) FROM payment_intent") == 0


async def test_a_rehearsed_top_up_asks_nobody(api: Api, people: People, market: Market) -> None:
    rehearsed = await top_up(api, await people.customer(), dryRun=True)

    assert rehearsed["state"] == "OPEN"
    assert await market.value("SELECT count(*) FROM payment_intent") == 0
    stale = await top_up(api, await people.customer(), expectedVersion=7)
    assert stale["code"] == "VERSION_CONFLICT"


# The provider for tests


async def test_the_test_provider_charges_fails_and_takes_back_on_request(
    api: Api, people: People, market: Market
) -> None:
    owner = await people.customer()
    payment = await top_up(api, owner)
    address = f"/test-provider/payments/{payment['id']}"

    steps = [(await api.client.post(f"{address}/{step}")).json() for step in ("authorise", "charge", "charge")]
    cash = (await market.pocket(owner))["cash"]
    back = (await api.client.post(f"{address}/charge-back")).json()
    unknown = await api.client.post(f"{address}/steal")
    nobodys = await api.client.post(f"/test-provider/payments/{encode_id('Payment', UUID(int=7))}/charge")
    nonsense = await api.client.post("/test-provider/payments/nonsense/charge")

    assert steps == [{"outcome": "APPLIED"}, {"outcome": "APPLIED"}, {"outcome": "IGNORED"}]
    assert cash == "100.00"
    assert back == {"outcome": "APPLIED"}
    assert [answer.status_code for answer in (unknown, nobodys, nonsense)] == [404, 404, 400]


async def test_there_is_no_test_provider_in_production_and_its_webhooks_are_refused(
    house: House, api: Api, people: People, market: Market
) -> None:
    payment = await top_up(api, await people.customer())
    real = SecretStr("whsec_" + base64.b64encode(bytes(range(32))).decode())
    changed = {"environment": Environment.PRODUCTION, "payment_secret": real}
    house.settings = house.settings.model_copy(update=changed)
    app = create(house.settings)
    app.state.house = house
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://cercle.test") as client:
        body = event(payment["id"])
        acted = await client.post(f"/test-provider/payments/{payment['id']}/charge")
        headers = sign(real, "evt-1", body, datetime.now(UTC)).headers
        reported = await client.post(PATH, content=body, headers=headers)

    assert acted.status_code == reported.status_code == 404


def test_production_does_not_start_on_the_payment_secret_that_everybody_knows() -> None:
    given = {"environment": Environment.PRODUCTION, "secret": SecretStr("s" * 40)}

    with pytest.raises(ValidationError, match="CERCLE_PAYMENT_SECRET"):
        Settings(**given)  # type: ignore[arg-type]
    for bad in ("whsec_c2hvcnQ=", "plain", "whsec_!!!", "whsec_" + base64.b64encode(bytes(65)).decode()):
        with pytest.raises(ValidationError, match="CERCLE_PAYMENT_SECRET"):
            Settings(payment_secret=SecretStr(bad))
    assert DEVELOPMENT_SECRET


async def forget_keys(market: Market) -> None:
    from sqlalchemy import text as sql

    async with market.house.transactor.pool.lend() as raw, transaction(raw) as connection:
        await connection.execute(sql("DELETE FROM idempotency_key"))
