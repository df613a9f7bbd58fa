"""Every answer says what it cost; whoever has spent all is told when to come back, and nothing is done meanwhile."""

from collections.abc import AsyncIterator
from itertools import pairwise
from time import monotonic

import pytest
from graphql.language.parser import Parser

from app.asgi import create
from app.config import ResponseCache, Settings
from app.house import House, open_house
from domain.account import Account
from domain.api_key import KEY_PREFIX
from domain.viewer import Role, Scope
from persistence.bucket import Lot
from schema.document import NAME_ONE
from schema.ids import decode_id, encode_id
from schema.root import build
from tests.app.test_websocket import spoken
from tests.schema.test_api_key import ORDERS, issued, with_key
from tests.schema.test_wallet import TRANSFER, account_id, amount
from tests.support.api import Answer, Api, KeyHolder
from tests.support.event_stream import first_answer, listening
from tests.support.market import Market
from tests.support.people import People, euros
from tests.support.statements import counted

CAPACITY = 25_000
SHELF = "{ listings(first: 10) { nodes { id price { amount } } } }"
"""A request, something that is read, a connection, ten rows with two objects each."""

SHELF_COST = 1 + 20 + 1 + 10 * 2
WATCH = """
subscription ($id: ID!) {
  listingChanged(by: { id: $id }) { listing { available priceHistory(first: 5) { nodes { reason } } } }
}
"""
WATCH_COST = 1 + 20 + 1 + 1 + 20 + 1
"""A request, the change and its listing, and what is read for both; besides a point for each price."""

SPARING = {"cost_bucket": CAPACITY, "cost_restored_per_second": 1, "redis_url": None}
STRANGER = "127.0.0.1"
"""Where the test's client says that it comes from."""


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[House]:
    """One that gives hardly anything back with time."""
    told = settings.model_copy(update={**SPARING, "response_cache": ResponseCache.OFF})
    async with open_house(told) as house:
        yield house


@pytest.fixture
def market(house: House, api: Api) -> Market:
    return Market(house, api)


@pytest.fixture
async def keeping(settings: Settings) -> AsyncIterator[Api]:
    """A house that keeps what strangers read."""
    told = settings.model_copy(update=SPARING)
    async with open_house(told) as house:
        app = create(told)
        app.state.house = house
        async with Api(app, house) as api:
            yield api


async def spend_all(house: House, client: object) -> None:
    for points in (1_000, 100, 10, 1):
        while isinstance(await house.meter.buckets.take(client, points), Lot):  # type: ignore[arg-type]
            pass


async def test_an_answer_says_what_it_cost_and_what_is_left(api: Api, people: People, market: Market) -> None:
    for _ in range(3):
        await market.piece(100)
    buyer = await people.customer()
    reading = 10 + len(SHELF) // 20

    first, second = await api(buyer, SHELF), await api(buyer, SHELF)

    used = 1 + 20 + 1 + 3 * 2
    assert len(first["listings"]["nodes"]) == 3
    assert first.meter["requested"] == SHELF_COST + reading
    assert first.meter["actual"] == used + reading
    assert (second.meter["requested"], second.meter["actual"]) == (SHELF_COST, used)
    assert (second.meter["capacity"], second.meter["restoredPerSecond"]) == (CAPACITY, 1)
    assert 0 <= second.meter["available"] - (CAPACITY - used - used - reading) <= 60


@pytest.mark.parametrize(
    ("document", "status"),
    [("{ nothingOfThatName }", 400), ("{ listings(first: ", 400), ("{ " + "a" * 2_000 + " }", 400)],
)
async def test_what_is_not_valid_costs_its_reading(api: Api, document: str, status: int) -> None:
    headers = {"accept": "application/graphql-response+json"}

    answers = [await api.client.post("/graphql", json={"query": document}, headers=headers) for _ in range(2)]

    for answer in map(Answer, answers):
        assert answer.status == status
        assert answer.meter["requested"] == answer.meter["actual"] == 10 + len(document) // 20


async def test_what_is_beyond_a_limit_is_refused_with_the_limit_and_is_not_done(
    api: Api, house: House, people: People
) -> None:
    giver, taker = await people.customer(cash=euros(100)), await people.customer()
    to = account_id(taker.id)
    one = f'walletTransfer(input: {{ toAccountId: "{to}", amount: {{ amount: "1.00", currencyCode: EUR }} }})'
    document = "mutation { " + " ".join(f"m{n}: {one} {{ __typename }}" for n in range(5)) + " }"

    refused = await api(giver, document)

    assert refused.codes == ["LIMIT_EXCEEDED"]
    assert refused.errors[0]["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "root_mutations", "most": 4}
    assert await cash(api, giver) == "100.00"


async def cash(api: Api, account: Account) -> str:
    pockets = (await api(account, "{ wallet { pockets { cash { amount } } } }"))["wallet"]["pockets"]
    return str(pockets[0]["cash"]["amount"])


async def test_who_has_spent_all_is_told_when_to_come_back_and_nothing_is_done(
    api: Api, house: House, people: People
) -> None:
    giver, taker = await people.customer(cash=euros(100)), await people.customer(cash=euros(100))
    told = {"toAccountId": account_id(taker.id), "amount": amount("1.00")}
    assert (await api(giver, TRANSFER, input=told))["walletTransfer"]["__typename"] == "WalletPocket"
    await spend_all(house, giver.id)

    refused = await api(giver, TRANSFER, input=told)
    another = await api(taker, TRANSFER, input={**told, "toAccountId": account_id(giver.id)})

    assert refused.status == 429
    assert refused.codes == ["THROTTLED"]
    seconds = refused.errors[0]["extensions"]["retryAfterSeconds"]
    assert refused.headers["retry-after"] == str(seconds)
    assert 0 < seconds <= refused.meter["requested"]
    assert (refused.meter["actual"], "data" in refused.body) == (0, False)
    assert another["walletTransfer"]["cash"]["amount"] == "100.00"


async def test_a_document_that_is_new_is_not_even_read_for_who_has_spent_all(api: Api, house: House) -> None:
    await spend_all(house, STRANGER)
    document = "{ __typename } # nobody has sent this one before"

    refused = await api(None, document)

    assert refused.codes == ["THROTTLED"]
    assert build().documents.find(document) is None


@pytest.mark.parametrize("way", ["by GET", "with a key", "with a key over a stream"])
async def test_nothing_is_parsed_for_who_has_spent_all(
    api: Api, house: House, people: People, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    made = await issued(api, await people.person(Role.PARTNER), Scope.ORDERS_WRITE)
    secret, key_id = made["secret"], decode_id(made["apiKey"]["id"])[1]
    await with_key(api, secret, "{ __typename }")
    await spend_all(house, STRANGER if way == "by GET" else key_id)
    monkeypatch.setattr(Parser, "parse_document", unread)
    document = "mutation { cartAdd(input: {}) { __typename } } # of nobody before"
    if way == "with a key":
        refused = await with_key(api, secret, document)
    elif way == "with a key over a stream":
        told = await first_answer(api, KeyHolder(secret), document)
        assert [error["extensions"]["code"] for error in told["errors"]] == ["THROTTLED"]
        return
    else:
        told = {"graphql-require-preflight": "1"}
        refused = Answer(await api.client.get("/graphql", params={"query": document}, headers=told))

    assert (refused.status, refused.codes) == (429, ["THROTTLED"])


async def test_what_a_key_may_is_seen_in_the_document_that_was_read_once(
    api: Api, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await issued(api, await people.person(Role.PARTNER), Scope.ORDERS_READ)
    await with_key(api, made["secret"], ORDERS)
    monkeypatch.setattr(Parser, "parse_document", unread)

    assert (await with_key(api, made["secret"], ORDERS))["orders"] == {"nodes": []}
    assert (await first_answer(api, KeyHolder(made["secret"]), ORDERS))["data"] == {"orders": {"nodes": []}}


async def test_what_a_key_watches_is_read_once_however_often_it_is_answered(
    api: Api, people: People, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await issued(api, await people.person(Role.PARTNER), Scope.ORDERS_READ)
    thing = await market.stock(100, quantity=9)
    document = f"{WATCH} # with a key"

    async with listening(api, KeyHolder(made["secret"]), document, id=encode_id("Listing", thing.id)) as watcher:
        await watcher.next()
        # What makes the change is read by then.
        await market.add(await people.customer(), thing)
        await watcher.next()
        monkeypatch.setattr(Parser, "parse_document", unread)
        await market.add(await people.customer(), thing)
        told = await watcher.next()

    assert told["data"]["listingChanged"]["listing"]["available"] == 7


@pytest.mark.parametrize("token", [f"{KEY_PREFIX}ABCDEFGH{'A' * 43}", "no.token.at_all"])
async def test_a_token_or_key_that_is_not_good_costs_its_address_a_point(api: Api, house: House, token: str) -> None:
    async def left() -> int:
        return (await api(None, "{ __typename }")).meter["available"]

    async def send() -> Answer:
        return await with_key(api, token, "{ __typename }")

    before = await left()
    assert {(await send()).status for _ in range(50)} == {401}
    assert 30 <= before - await left() <= 60
    await spend_all(house, STRANGER)
    with counted() as statements:
        refused = await send()

    assert (refused.status, refused.codes) == (429, ["THROTTLED"])
    assert int(refused.headers["retry-after"]) > 0
    assert len(statements) == 0


async def entered(api: Api, way: str, token: str) -> str:
    """What somebody with this token is told first over a connection that stays: a code, of one kind or the other."""
    if way == "event stream":
        answer = await first_answer(api, KeyHolder(token), "{ __typename }")
        return str(answer["errors"][0]["extensions"]["code"] if "errors" in answer else "let in")
    *_, last = await spoken(api, [{"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}])
    return str(last.get("code", "let in"))


@pytest.mark.parametrize("token", [f"{KEY_PREFIX}ABCDEFGH{'A' * 43}", "no.token.at_all"])
@pytest.mark.parametrize(
    ("way", "unknown", "throttled"),
    [("event stream", "UNAUTHENTICATED", "THROTTLED"), ("WebSocket", "4403", "1013")],
    ids=["event stream", "WebSocket"],
)
async def test_it_costs_as_much_over_a_connection_that_stays(
    api: Api, house: House, way: str, token: str, unknown: str, throttled: str
) -> None:
    async def left() -> int:
        return (await api(None, "{ __typename }")).meter["available"]

    before = await left()
    assert {await entered(api, way, token) for _ in range(20)} == {unknown}
    assert 15 <= before - await left() <= 25
    await spend_all(house, STRANGER)
    with counted() as statements:
        assert await entered(api, way, token) == throttled

    assert len(statements) == 0


@pytest.mark.parametrize("way", ["event stream", "WebSocket"])
async def test_a_key_that_is_good_is_let_in_for_nothing(api: Api, people: People, way: str) -> None:
    made = await issued(api, await people.person(Role.PARTNER))
    before = (await api(None, "{ __typename }")).meter["available"]

    for _ in range(20):
        api.house.doorkeeper.forget_key(decode_id(made["apiKey"]["id"])[1])
        assert await entered(api, way, made["secret"]) == "let in"

    assert (await api(None, "{ __typename }")).meter["available"] >= before - 3


async def test_a_key_that_is_good_costs_its_address_nothing(api: Api, people: People) -> None:
    made = await issued(api, await people.person(Role.PARTNER))
    before = (await api(None, "{ __typename }")).meter["available"]

    for _ in range(20):
        api.house.doorkeeper.forget_key(decode_id(made["apiKey"]["id"])[1])
        assert (await with_key(api, made["secret"], "{ __typename }")).status == 200

    assert (await api(None, "{ __typename }")).meter["available"] >= before - 3


async def test_what_changes_something_is_refused_by_get_and_gives_back_what_it_would_have_cost(api: Api) -> None:
    headers = {"graphql-require-preflight": "1"}
    document = "mutation { cartAdd(input: {listingId: 1}) { __typename } }"

    async def send() -> int:
        answer = await api.client.get("/graphql", params={"query": document}, headers=headers)
        return answer.status_code

    assert await send() == 405
    before = (await api(None, "{ __typename }")).meter["available"]
    assert [await send() for _ in range(5)] == [405] * 5
    assert (await api(None, "{ __typename }")).meter["available"] >= before - 3


async def test_strangers_share_the_points_of_their_address_and_people_have_their_own(
    api: Api, house: House, people: People
) -> None:
    member = await people.customer()
    assert (await api(None, "{ __typename }")).status == (await api(member, "{ __typename }")).status == 200
    await spend_all(house, STRANGER)

    assert (await api(None, "{ __typename }")).status == 429
    assert (await api(member, "{ __typename }")).status == 200


async def test_an_answer_that_is_kept_costs_one_point_and_says_what_is_left(keeping: Api) -> None:
    first, *others = [await keeping(None, SHELF) for _ in range(4)]

    assert {answer["listings"]["nodes"] == [] for answer in others} == {True}
    assert [(answer.meter["requested"], answer.meter["actual"]) for answer in others] == [(1, 1)] * 3
    left = [answer.meter["available"] for answer in (first, *others)]
    assert all(-1 <= before - after <= 1 for before, after in pairwise(left))


async def test_an_answer_that_is_kept_is_given_even_to_who_has_spent_all(keeping: Api) -> None:
    await keeping(None, SHELF)
    await spend_all(keeping.house, STRANGER)

    kept, new = await keeping(None, SHELF), await keeping(None, SHELF.replace("10", "11"))

    assert (kept.status, new.status) == (200, 429)


@pytest.mark.parametrize(("name", "message"), [(None, NAME_ONE), ("C", 'Unknown operation named "C".')])
async def test_a_document_that_does_not_tell_which_operation_is_meant_is_read_once_and_costs_a_point_each_time(
    api: Api, monkeypatch: pytest.MonkeyPatch, name: str | None, message: str
) -> None:
    asked = {"query": f"query A {{ __typename }} query B {{ __typename }} # for {name}", "operationName": name}
    first = Answer(await api.client.post("/graphql", json=asked))
    monkeypatch.setattr("schema.coded.parse", unread)
    monkeypatch.setattr("strawberry.schema.schema.parse", unread)

    again = [Answer(await api.client.post("/graphql", json=asked)) for _ in range(2)]

    assert first.meter["requested"] == 1 + 10 + len(asked["query"] or "") // 20
    for answer in (first, *again):
        assert answer.codes == ["OPERATION_RESOLUTION_FAILURE"]
        assert [error["message"] for error in answer.errors] == [message]
    assert [(answer.meter["requested"], answer.meter["actual"]) for answer in again] == [(1, 1)] * 2


def unread(*_arguments: object, **_named: object) -> None:
    raise AssertionError("it was read again")


async def test_variables_beyond_a_limit_cost_a_point(api: Api) -> None:
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    refused = [await api(None, document, ids=["x"] * 251) for _ in range(2)][-1]

    assert refused.codes == ["LIMIT_EXCEEDED"]
    assert (refused.meter["requested"], refused.meter["actual"]) == (1, 1)


async def test_what_is_refused_before_it_is_asked_costs_nothing(api: Api, house: House) -> None:
    before = (await api(None, "{ __typename }")).meter["available"]

    for _ in range(3):
        assert (await api.client.post("/graphql", json=7)).status_code == 400

    assert (await api(None, "{ __typename }")).meter["available"] >= before - 1


async def test_each_answer_to_a_change_is_paid_for_and_what_was_not_used_is_given_back(
    api: Api, people: People, market: Market
) -> None:
    buyer, thing = await people.customer(), await market.stock(100, quantity=9)
    reading = 10 + len(WATCH) // 20

    async with listening(api, buyer, WATCH, id=encode_id("Listing", thing.id)) as watcher:
        answers = [await watcher.next()]
        for _ in range(2):
            await market.add(await people.customer(), thing)
            answers.append(await watcher.next())

    assert [one["data"]["listingChanged"]["listing"]["available"] for one in answers] == [9, 8, 7]
    first, second, third = [one["extensions"]["cost"] for one in answers]
    assert (first["requested"], first["actual"]) == (WATCH_COST + 5 + reading, WATCH_COST + 1 + reading)
    for cost in (second, third):
        assert (cost["requested"], cost["actual"]) == (WATCH_COST + 5, WATCH_COST + 1)
    assert 0 <= third["available"] - (second["available"] - WATCH_COST - 1) <= 60


async def test_who_has_spent_all_is_told_of_a_change_when_there_are_points_for_it(
    api: Api, house: House, people: People, market: Market
) -> None:
    buyer, thing = await people.customer(), await market.stock(100, quantity=9)
    house.meter.buckets.per_second = WATCH_COST

    async with listening(api, buyer, WATCH, id=encode_id("Listing", thing.id)) as watcher:
        await watcher.next()
        await spend_all(house, buyer.id)
        spent_at = monotonic()
        await market.add(await people.customer(), thing)
        told = await watcher.next()

    assert told["data"]["listingChanged"]["listing"]["available"] == 8
    assert monotonic() - spent_at >= 1


async def test_what_happens_while_a_watcher_waits_for_points_is_told_at_once_and_once(
    api: Api, house: House, people: People, market: Market
) -> None:
    buyer, thing = await people.customer(), await market.stock(100, quantity=9)

    async with listening(api, buyer, WATCH, id=encode_id("Listing", thing.id)) as watcher:
        await watcher.next()
        # Another watcher of the same client waits for points.
        async with house.meter.turn(buyer.id):
            for _ in range(3):
                await market.add(await people.customer(), thing)
            # Until all of it was read.
            await house.feed.follow([], lambda: None)
            await watcher.quiet()
        told = await watcher.next()
        await watcher.quiet()

    assert told["data"]["listingChanged"]["listing"]["available"] == 6


async def test_a_query_by_get_pays_as_well(api: Api) -> None:
    headers = {"graphql-require-preflight": "1"}

    answer = Answer(await api.client.get("/graphql", params={"query": "{__typename}"}, headers=headers))

    assert answer.meter["requested"] == 1 + 10


async def test_a_registered_document_was_read_before(api: Api) -> None:
    document = "query Registered { listings(first: 2) { nodes { id } } }"
    build().register(document)

    answer = await api(None, document)

    assert (answer.meter["requested"], answer.meter["actual"]) == (24, 22)


async def test_a_bucket_holds_the_dearest_that_there_is() -> None:
    limits = build().limits
    bucket = Settings.model_fields["cost_bucket"].metadata[0]

    assert bucket.ge >= limits.cost + limits.introspection_cost
