"""API keys through the API: issued, used within their scopes, rotated, revoked, and kept as hashes alone."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from app import auth
from app.asgi import create
from app.config import Settings
from app.house import House, open_house
from domain.account import Account
from domain.api_key import KEY_PREFIX, KEYS_MAX, SECRET_SHOWN, read_key, write_key
from domain.viewer import Role, Scope
from persistence.embedded import Services
from schema.access import KINDS, MUTATIONS, QUERIES, SUBSCRIPTIONS
from schema.ids import decode_id, encode_id
from tests.schema.test_account import REVOKE, account_id, everything_kept
from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.market import Market
from tests.support.people import People, euros

ONE_HOUSE = True

KEY = "secret apiKey { id publicId name scopes expiresAt rotatedAt formerUntil revokedAt usedAt version }"
ISSUE = f"""
mutation ($input: ApiKeyIssueInput!) {{
  apiKeyIssue(input: $input) {{ ... on ApiKeySecret {{ {KEY} }} ... on UserError {{ code message path }} }}
}}
"""
ROTATE = f"""
mutation ($input: ApiKeyRotateInput!) {{
  apiKeyRotate(input: $input) {{ ... on ApiKeySecret {{ {KEY} }} ... on UserError {{ code message path }} }}
}}
"""
REVOKE_KEY = """
mutation ($input: ApiKeyRevokeInput!) {
  apiKeyRevoke(input: $input) { ... on ApiKey { revokedAt version } ... on UserError { code path } }
}
"""
KEYS = """
query ($id: ID) { apiKeys(accountId: $id, first: 5) { nodes { id name usedAt account { name } } totalCount } }
"""
OWN = "{ apiKey { name scopes usedAt } viewer { name } }"
CARTS = "{ carts { id } }"
SCOPES = {"orders": Scope.ORDERS_READ, "consignments": Scope.CONSIGNMENTS_READ}
ORDERS = "{ orders(first: 1) { nodes { id } } }"


async def with_key(api: Api, secret: str, query: str, *, key: str | None = None, **variables: Any) -> Answer:
    headers = {"authorization": f"Bearer {secret}", "idempotency-key": key or uuid4().hex}
    return Answer(await api.client.post("/graphql", json={"query": query, "variables": variables}, headers=headers))


async def issued(api: Api, partner: Account, *scopes: Scope, **more: Any) -> dict[str, Any]:
    asked = {"name": "Feed", "scopes": list(scopes), **more}
    answer = await api(partner, ISSUE, input=asked)
    assert "code" not in answer["apiKeyIssue"], answer.body
    return answer["apiKeyIssue"]  # type: ignore[no-any-return]


@pytest.fixture
async def partner(people: People) -> Account:
    return await people.person(Role.PARTNER, name="Maison Relais")


async def test_a_partner_gets_a_key_that_knows_itself_and_is_nobody_without_a_scope(api: Api, partner: Account) -> None:
    made = await issued(api, partner)

    assert made["secret"].startswith(KEY_PREFIX + made["apiKey"]["publicId"])
    seen = await with_key(api, made["secret"], OWN)
    assert seen["apiKey"]["name"] == "Feed"
    assert seen["viewer"] is None
    for private in (CARTS, ORDERS, "{ accountExport }", "{ sessions { nodes { id } } }", KEYS):
        assert (await with_key(api, made["secret"], private)).codes == ["NOT_ALLOWED"], private
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await with_key(api, made["secret"], node, id=account_id(partner)))["node"] is None
    assert (await with_key(api, made["secret"], node, id=made["apiKey"]["id"]))["node"] is not None


async def test_a_key_is_its_account_where_its_scopes_say_so_and_nowhere_beside(api: Api, partner: Account) -> None:
    made = await issued(api, partner, Scope.ORDERS_READ)
    secret = made["secret"]

    assert (await with_key(api, secret, ORDERS))["orders"] == {"nodes": []}
    assert (await with_key(api, secret, "{ carts { id } brands(first: 1) { nodes { id } } }"))["carts"] == []
    hidden = "query Both { ...Roots } fragment Roots on Query { orders(first: 1) { nodes { id } } accountExport }"
    assert set((await with_key(api, secret, hidden)).codes) == {"NOT_ALLOWED"}
    assert (await with_key(api, secret, "{ accountExport }")).codes == ["NOT_ALLOWED"]
    assert (await with_key(api, secret, "{ consignments { nodes { id } } }")).codes == ["NOT_ALLOWED"]
    cart = "mutation ($input: CartAddInput!) { cartAdd(input: $input) { __typename ... on UserError { message } } }"
    refused = (await with_key(api, secret, cart, input={"listingId": encode_id("Listing", uuid4())}))["cartAdd"]
    assert refused == {"__typename": "NotAllowed", "message": "This needs an API key with a scope for it."}


async def test_a_scope_opens_its_own_kinds_by_their_ids_and_no_others(
    api: Api, people: People, market: Market, house: House
) -> None:
    both = await people.person(Role.PARTNER, cash=euros(2_000))
    order = await market.buy(both, await market.piece(1_000), cash=1_000)
    await market.consigned(both, 900)
    made = {beside: await issued(api, both, scope) for beside, scope in SCOPES.items()}
    ids = [account_id(both), order["id"], *(one["apiKey"]["id"] for one in made.values())]
    for kind, table in {"Consignment": "consignment", "Contract": "contract"}.items():
        ids.append(
            encode_id(kind, await house.readers.pool.fetchval(f"SELECT id FROM {table} ORDER BY id DESC LIMIT 1"))
        )

    async def kinds(secret: str, beside: str) -> list[str]:
        text = f"query ($ids: [ID!]!) {{ {beside}(first: 1) {{ nodes {{ id }} }} nodes(ids: $ids) {{ __typename }} }}"
        return sorted(one["__typename"] for one in (await with_key(api, secret, text, ids=ids))["nodes"] if one)

    everything = ["Account", "ApiKey", "ApiKey", "Consignment", "Contract", "Order"]
    assert await kinds(api.token(both), "orders") == everything
    assert await kinds(made["orders"]["secret"], "orders") == ["ApiKey", "Order"]
    assert await kinds(made["consignments"]["secret"], "consignments") == ["ApiKey", "Consignment", "Contract"]


@pytest.mark.parametrize("text", ["no document at all {", "{ a " * 3_000, "{ nothingOfThatName }", "query A { brands"])
async def test_what_is_no_document_is_told_to_a_key_as_to_anybody(api: Api, partner: Account, text: str) -> None:
    made = await issued(api, partner, *Scope)

    told, strangers = await with_key(api, made["secret"], text), await api(None, text)

    assert told.codes == strangers.codes
    assert told.codes[0] in ("GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED")


def test_a_kind_opens_to_the_scopes_that_open_the_question_for_one_of_it() -> None:
    asked = {kind: QUERIES[kind[0].lower() + kind[1:]] for kind in KINDS if kind[0].lower() + kind[1:] in QUERIES}

    assert {kind for kind, row in asked.items() if row.scopes != KINDS[kind].scopes} == set()
    assert len(asked) > 20


async def test_a_key_does_not_show_the_person_behind_it(api: Api, people: People, market: Market) -> None:
    both = await people.person(Role.PARTNER, cash=euros(2_000), name="Maison Relais")
    made = await issued(api, both, *Scope)
    await market.buy(both, await market.piece(1_000), cash=1_000)
    asked = """{
      orders(first: 1) { nodes { buyer { ...Shown } } }
      viewer { email }
      apiKey { name account { name } }
    }
    fragment Shown on Account { name email circulation { issued { amount } } creditPurchases { totalCount } }
    """

    answer = await with_key(api, made["secret"], asked)

    buyer = {"name": "Maison Relais", "email": None, "circulation": None, "creditPurchases": None}
    assert answer["orders"]["nodes"] == [{"buyer": buyer}], "an order says whose it is, and no more of them"
    assert answer["viewer"] is None
    assert answer["apiKey"] == {"name": "Feed", "account": None}


async def test_a_key_never_carries_what_else_its_account_may(api: Api, people: People, house: House) -> None:
    both = await people.person(Role.PARTNER, Role.FINANCE)
    made = await issued(api, both, *Scope)

    assert (await api(both, "{ ledgerHealth { ok } }"))["ledgerHealth"]["ok"]
    assert (await with_key(api, made["secret"], "{ ledgerHealth { ok } }")).codes == ["NOT_ALLOWED"]
    payout = "{ settlements(first: 1) { nodes { id } } payouts(first: 1) { nodes { id } } }"
    assert set((await with_key(api, made["secret"], payout)).codes) == {"NOT_ALLOWED"}


@pytest.mark.own_house
async def test_a_key_gets_another_secret_and_the_one_before_goes_on_for_the_overlap(
    api: Api, partner: Account, house: House, database: Services
) -> None:
    made = await issued(api, partner, Scope.ORDERS_READ)
    given = {"apiKeyId": made["apiKey"]["id"]}

    rotated = (await api(partner, ROTATE, input={**given, "overlapHours": 2}))["apiKeyRotate"]
    assert rotated["secret"] != made["secret"]
    assert rotated["apiKey"]["publicId"] == made["apiKey"]["publicId"]
    assert [len((await with_key(api, one["secret"], ORDERS)).errors) for one in (made, rotated)] == [0, 0]

    at_once = (await api(partner, ROTATE, input={**given, "overlapHours": 0}))["apiKeyRotate"]
    told = [(await with_key(api, one["secret"], ORDERS)).status for one in (made, rotated, at_once)]
    assert told == [401, 401, 200]

    again = (await api(partner, ROTATE, input={**given, "overlapHours": 1}))["apiKeyRotate"]
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute("UPDATE api_key SET former_until = now() - interval '1 second'")
    await owner.close()
    house.doorkeeper.forget_key(decode_id(made["apiKey"]["id"])[1])
    told = [(await with_key(api, one["secret"], ORDERS)).status for one in (at_once, again)]
    assert told == [401, 200], "the overlap is over"


async def test_a_key_with_the_scope_rotates_itself_and_no_other(api: Api, partner: Account) -> None:
    made, other = [await issued(api, partner, Scope.API_KEY_ROTATE) for _ in range(2)]
    without = await issued(api, partner, Scope.ORDERS_WRITE)

    refused = await with_key(api, made["secret"], ROTATE, input={"apiKeyId": other["apiKey"]["id"]})
    unknown = await with_key(api, made["secret"], ROTATE, input={"apiKeyId": encode_id("ApiKey", uuid4())})
    powerless = await with_key(api, without["secret"], ROTATE, input={"apiKeyId": without["apiKey"]["id"]})
    more = await with_key(api, made["secret"], ISSUE, input={"name": "More", "scopes": list(Scope)})
    own = await with_key(api, made["secret"], ROTATE, input={"apiKeyId": made["apiKey"]["id"]})

    assert refused.data == unknown.data
    assert refused["apiKeyRotate"]["code"] == "NOT_FOUND"
    assert (powerless["apiKeyRotate"]["code"], more["apiKeyIssue"]["code"]) == ("NOT_FOUND", "NOT_ALLOWED")
    assert own["apiKeyRotate"]["secret"] != made["secret"]
    assert (await with_key(api, own["apiKeyRotate"]["secret"], OWN))["apiKey"]["name"] == "Feed"


async def test_a_revoked_key_is_out_at_once_here_and_within_moments_in_another_process(
    api: Api, partner: Account, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "STANDING_SECONDS", 0.3)
    made = await issued(api, partner, Scope.ORDERS_READ)
    async with open_house(settings) as elsewhere:
        app = create(settings)
        app.state.house = elsewhere
        async with Api(app, elsewhere) as there:
            assert (await with_key(there, made["secret"], OWN))["apiKey"]
            await api(partner, ROTATE, input={"apiKeyId": made["apiKey"]["id"], "overlapHours": 100})
            revoked = await api(partner, REVOKE_KEY, input={"apiKeyId": made["apiKey"]["id"]})
            here = await with_key(api, made["secret"], OWN)
            await asyncio.sleep(0.35)
            in_time = await with_key(there, made["secret"], OWN)

    assert revoked["apiKeyRevoke"]["revokedAt"] is not None
    assert (here.status, here.codes, in_time.codes) == (401, ["UNAUTHENTICATED"], ["UNAUTHENTICATED"])
    over = await api(partner, ROTATE, input={"apiKeyId": made["apiKey"]["id"]})
    assert over["apiKeyRotate"]["path"] == ["apiKeyId"]


async def test_a_key_ends_with_its_time_and_with_the_role_of_its_account(
    api: Api, partner: Account, people: People, house: House
) -> None:
    soon = datetime.now(UTC) + timedelta(days=1)
    made = await issued(api, partner, expiresAt=soon.isoformat())
    key = await house.readers.api_keys.by_public_id(made["apiKey"]["publicId"])
    parsed = read_key(made["secret"])
    assert key is not None
    assert parsed is not None
    assert key.opens(parsed.secret, soon - timedelta(seconds=1))
    assert not key.opens(parsed.secret, soon)
    for days, path in ((-1, ["expiresAt"]), (400, ["expiresAt"])):
        moment = (datetime.now(UTC) + timedelta(days=days)).isoformat()
        refused = await api(partner, ISSUE, input={"name": "Feed", "scopes": [], "expiresAt": moment})
        assert refused["apiKeyIssue"]["path"] == path

    await api(await people.staff(Role.ADMIN), REVOKE, input={"accountId": account_id(partner), "role": "PARTNER"})
    assert (await with_key(api, made["secret"], OWN)).codes == ["UNAUTHENTICATED"]


async def test_the_secret_is_shown_once_and_kept_nowhere(
    api: Api, partner: Account, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock().hang(monkeypatch)
    asked = {"name": "Feed", "scopes": ["ORDERS_READ"]}

    token = api.token(partner)
    first, again = [(await with_key(api, token, ISSUE, key="one", input=asked))["apiKeyIssue"] for _ in range(2)]
    clock.move(SECRET_SHOWN + timedelta(seconds=1))
    late = (await with_key(api, token, ISSUE, key="one", input=asked))["apiKeyIssue"]

    assert first == again
    assert late == {**first, "secret": None}
    kept = await everything_kept(house)
    assert first["secret"][-43:] not in kept
    export = (await with_key(api, token, "{ accountExport }"))["accountExport"]
    assert not {"digest", "former_digest"} & set(export["api_key"][0])


async def test_only_partners_have_keys_and_only_they_and_admins_look_after_them(api: Api, people: People) -> None:
    partner, other = await people.person(Role.PARTNER), await people.person(Role.PARTNER)
    customer, admin = await people.customer(), await people.staff(Role.ADMIN)
    asked = {"name": "Feed", "scopes": []}
    made = await issued(api, partner)

    by_admin = await api(admin, ISSUE, input={**asked, "accountId": account_id(partner)})
    for_customer = await api(admin, ISSUE, input={**asked, "accountId": account_id(customer)})
    by_customer = await api(customer, ISSUE, input=asked)
    by_other = await api(other, ISSUE, input={**asked, "accountId": account_id(partner)})
    listed = [await api(person, KEYS, id=account_id(partner)) for person in (partner, admin)]
    hidden = [await api(person, KEYS, id=account_id(partner)) for person in (other, customer)]
    refused = [await api(one, REVOKE_KEY, input={"apiKeyId": made["apiKey"]["id"]}) for one in (other, customer)]

    assert by_admin["apiKeyIssue"]["apiKey"]["name"] == "Feed"
    assert for_customer["apiKeyIssue"]["path"] == ["accountId"]
    assert by_customer["apiKeyIssue"]["code"] == "NOT_ALLOWED"
    assert by_other["apiKeyIssue"]["code"] == "NOT_FOUND"
    assert [answer["apiKeys"]["totalCount"] for answer in listed] == [2, 2]
    assert [answer.codes for answer in hidden] == [["NOT_FOUND"]] * 2
    assert {answer["apiKeyRevoke"]["code"] for answer in refused} == {"NOT_FOUND"}
    assert (await with_key(api, made["secret"], OWN))["apiKey"]


async def test_an_account_has_a_bounded_number_of_keys_however_many_are_asked_for_at_once(
    api: Api, partner: Account
) -> None:
    asked = {"name": "Feed", "scopes": []}
    answers = await asyncio.gather(*(api(partner, ISSUE, input=asked) for _ in range(KEYS_MAX + 4)))

    codes = [answer["apiKeyIssue"].get("code") for answer in answers]
    assert codes.count("TOO_MANY_KEYS") == 4
    assert codes.count(None) == KEYS_MAX


async def test_use_is_noted_once_an_hour_and_costs_no_write_beside(api: Api, partner: Account, house: House) -> None:
    made = await issued(api, partner)
    query = "SELECT used_at FROM api_key"

    await with_key(api, made["secret"], OWN)
    first = await house.readers.pool.fetchval(query)
    for _ in range(3):
        await with_key(api, made["secret"], OWN)
    assert first is not None
    assert await house.readers.pool.fetchval(query) == first


@pytest.mark.parametrize(
    "text",
    [
        KEY_PREFIX,
        f"{KEY_PREFIX}ABCDEFGH",
        f"{KEY_PREFIX}abcdefgh{'A' * 43}",
        f"{KEY_PREFIX}ABCDEFGH{'A' * 42}",
        f"{KEY_PREFIX}ABCDEFGH{'é' * 43}",
        f"{KEY_PREFIX}ABCDEFGH{'A' * 43}",
        f"{KEY_PREFIX}{'A' * 3_000}",
        f"{KEY_PREFIX}' OR 1=1 --",
    ],
)
async def test_what_is_no_key_opens_nothing(api: Api, partner: Account, text: str) -> None:
    await issued(api, partner)
    raw = f"Bearer {text}".encode("latin-1", "replace")
    answer = Answer(
        await api.client.post("/graphql", json={"query": OWN}, headers=[(b"authorization", raw)])  # type: ignore[arg-type]
    )

    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])


async def test_a_key_with_another_secret_opens_nothing(api: Api, partner: Account) -> None:
    made = await issued(api, partner)

    answer = await with_key(api, write_key(made["apiKey"]["publicId"], bytes(32)), OWN)

    assert answer.codes == ["UNAUTHENTICATED"]


def test_every_scope_opens_something() -> None:
    rows = [*MUTATIONS.values(), *QUERIES.values(), *SUBSCRIPTIONS.values()]

    assert set().union(*(row.scopes for row in rows)) == set(Scope)
