"""What the house tells Prometheus: what was asked and how it ended, by few labels, and to nobody else."""

from collections.abc import Callable
from uuid import uuid4

import asyncpg
import httpx2
import pytest
from pydantic import SecretStr

from app.asgi import create, told
from app.config import Environment, Settings
from app.house import House, open_house
from domain.viewer import Role
from persistence.embedded import Services
from tests.app.conftest import Telling, figures
from tests.support.api import Api
from tests.support.people import People, euros

OPENMETRICS = {"accept": "application/openmetrics-text; version=1.0.0"}
LISTINGS = "{ listings(first: 1) { nodes { id } } }"
VIEWER = "query Me { viewer { id } }"


async def requests(telling: Telling, **labels: str) -> float:
    return await telling.value("graphql_requests_total", **labels)


async def test_a_request_is_counted_by_its_kind_its_status_and_its_code(telling: Telling, people: People) -> None:
    camille = await people.person(Role.CUSTOMER)
    await telling.api(camille, VIEWER)
    await telling.api(camille, "{ nothing }")
    await telling.api(camille, "mutation { walletTopUp { nothing } }")

    assert await requests(telling, kind="query", operation="other", status="200", code="OK") == 1
    assert await requests(telling, kind="none", operation="other", status="200", code="GRAPHQL_VALIDATION_FAILED") == 2
    told = await telling.figures()
    assert told["cercle_graphql_seconds_count"] == {(("kind", "none"),): 2, (("kind", "query"),): 1}
    assert told["cercle_graphql_in_flight"] == {(): 0}


async def test_a_read_that_was_kept_is_told_apart(telling: Telling) -> None:
    read = f"{{ a{uuid4().hex}: listings(first: 1) {{ nodes {{ id }} }} }}"
    for _ in range(4):
        await telling.api(None, read)

    kept = await requests(telling, kind="query", operation="kept", status="200", code="OK")
    assert kept >= 2
    assert await requests(telling, kind="query", operation="other", status="200", code="OK") == 4 - kept
    assert await telling.value("answers_total", outcome="hit") == kept


async def test_operations_are_told_by_name_if_somebody_registered_them(
    telling: Telling, registering: Callable[[str], None], people: People
) -> None:
    camille = await people.person(Role.CUSTOMER)
    registering(VIEWER)
    await telling.api(camille, VIEWER)
    await telling.api(camille, "query Secret { viewer { id } }")

    assert await requests(telling, kind="query", operation="Me", status="200", code="OK") == 1
    assert await requests(telling, kind="query", operation="other", status="200", code="OK") == 1
    assert "Secret" not in (await telling.api.client.get("/metrics")).text


async def test_labels_stay_few_whatever_strangers_send(telling: Telling) -> None:
    for number in range(60):
        await telling.api(None, f"query Q{number} {{ a{number}: listings(first: 1) {{ nodes {{ id }} }} }}")
        await telling.api(None, f"query Q{number} {{ nothing{number} }}", locale=f"x{number}")
        await telling.api.client.post("/graphql", content=b"{%d" % number)

    assert len((await telling.figures())["cercle_graphql_requests_total"]) <= 6


async def test_verbs_are_counted_by_what_became_of_them(telling: Telling, people: People) -> None:
    camille = await people.person(Role.CUSTOMER)
    update = "mutation ($input: AccountUpdateInput!) { accountUpdate(input: $input) { __typename } }"
    key = uuid4().hex
    for name in ("Camille", "Camille", "Another"):
        await telling.api(camille, update, input={"clientMutationKey": key, "name": name})

    assert await telling.value("verbs_total", verb="accountUpdate", outcome="done") == 2
    assert await telling.value("verbs_total", verb="accountUpdate", outcome="IDEMPOTENCY_KEY_REUSED") == 1


async def test_pools_plans_and_documents_are_told(telling: Telling) -> None:
    await telling.api(None, LISTINGS)
    told = await telling.figures()

    assert told["cercle_pool_size"] == {(("pool", "read"),): 8, (("pool", "watch"),): 3, (("pool", "write"),): 8}
    assert told["cercle_pool_open"][(("pool", "read"),)] >= 1
    assert told["cercle_documents_kept"][()] >= 1
    assert told["cercle_plans_kept"][()] >= 1
    assert told["cercle_cache_away"] == told["cercle_streams_open"] == {(): 0}
    assert (("reason", "introspection"), ("way", "declined")) in told["cercle_executions_total"]


async def test_jobs_that_wait_and_the_balance_of_the_ledger_are_told(
    telling: Telling, database: Services, people: People
) -> None:
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute(
        "INSERT INTO outbox (name, subject_id, due_at) VALUES"
        " ('claimExpire', gen_random_uuid(), now() - interval '1 hour'),"
        " ('claimExpire', gen_random_uuid(), now() + interval '1 hour')"
    )
    await people.customer(cash=euros(12_345))
    told = await telling.figures()

    assert told["cercle_outbox_due"] == {(): 1}
    assert 3_500 < told["cercle_outbox_lag_seconds"][()] < 3_700
    assert told["cercle_queue_jobs"][(("state", "failed"),)] == 0
    assert set(told["cercle_ledger_imbalance_minor"].values()) == {0}

    await owner.execute("UPDATE wallet_pocket SET cash_minor = cash_minor + 7")
    await owner.close()
    async with told_anew(telling) as anew:
        assert 7 in (await anew.figures())["cercle_ledger_imbalance_minor"].values()


def told_anew(telling: Telling) -> "Anew":
    return Anew(telling.api.house)


class Anew:
    """Another process's view of the same house."""

    def __init__(self, house: House) -> None:
        self.app = create(house.settings)
        self.app.state.house = house
        self.house = house

    async def __aenter__(self) -> Telling:
        self.telling = told(self.app, self.house)
        await self.telling.__aenter__()
        self.api = await Api(self.app, self.house).__aenter__()
        return Telling(self.api)

    async def __aexit__(self, *error: object) -> None:
        await self.api.__aexit__(*error)
        await self.telling.__aexit__(None, None, None)


async def test_a_database_that_is_away_hides_only_what_it_alone_knows(settings: Settings) -> None:
    away = settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/nothing"})
    async with open_house(away) as house, Anew(house) as telling:
        told = await telling.figures()

    assert told["cercle_database_answers"] == {(): 0}
    assert "cercle_outbox_due" not in told
    assert told["cercle_process_answers"] == {(): 1}


# Who may ask


async def asked(house: House, address: str, **headers: str) -> httpx2.Response:
    app = create(house.settings)
    app.state.house = house
    transport = httpx2.ASGITransport(app=app, client=(address, 1))
    async with told(app, house), httpx2.AsyncClient(transport=transport, base_url="http://cercle.test") as client:
        return await client.get("/metrics", headers=headers)


def under(house: House, **changes: object) -> House:
    house.settings = house.settings.model_copy(update=changes)
    return house


async def test_in_development_whoever_is_on_this_machine_may_ask(house: House) -> None:
    assert (await asked(house, "127.0.0.1")).status_code == 200
    assert (await asked(house, "::1")).status_code == 200
    assert (await asked(house, "203.0.113.9")).status_code == 404
    assert (await asked(house, "nowhere")).status_code == 404


async def test_in_production_nobody_may_without_a_token_for_a_proxy_is_on_this_machine_too(house: House) -> None:
    under(house, environment=Environment.PRODUCTION)

    refused = await asked(house, "127.0.0.1")
    assert refused.status_code == 404
    assert "cercle_" not in refused.text


@pytest.mark.parametrize("environment", list(Environment))
async def test_with_a_token_only_who_has_it_may_ask(house: House, environment: Environment) -> None:
    under(house, environment=environment, metrics_token=SecretStr("a-token-of-some-length"))

    assert (await asked(house, "203.0.113.9", authorization="Bearer a-token-of-some-length")).status_code == 200
    for wrong in ("Bearer a-token-of-some-lengtH", "Basic a-token-of-some-length", "Bearer", ""):
        refused = await asked(house, "127.0.0.1", authorization=wrong)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert "cercle_" not in refused.text


async def test_prometheus_gets_the_format_that_it_likes_best(telling: Telling) -> None:
    openmetrics = await telling.api.client.get("/metrics", headers=OPENMETRICS)
    plain = await telling.api.client.get("/metrics")

    assert openmetrics.headers["content-type"].startswith("application/openmetrics-text")
    assert openmetrics.text.endswith("# EOF\n")
    assert plain.headers["content-type"].startswith("text/plain")
    assert figures(plain.text)
