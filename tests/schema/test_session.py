"""Sessions through the API: signing in, going on, spent tokens, signing out here and everywhere, too many tries."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app import auth
from app.asgi import create
from app.config import Settings
from app.house import House, open_house
from domain.session import ACCESS_TTL, SESSION_IDLE_MAX, TOKENS_SHOWN, Presented, SessionId, write_token
from domain.viewer import Role
from persistence.redis import Cache
from schema.ids import encode_id
from tests.schema.test_account import ERASE, PASSWORD, REGISTER, REVOKE, everything_kept, registration
from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.people import People

ONE_HOUSE = True

PASS = "token refreshToken issuedAt expiresAt session { id device current expiresAt } account { name }"
OPEN = f"""
mutation ($input: SessionOpenInput!) {{
  sessionOpen(input: $input) {{
    ... on SessionPass {{ {PASS} }}
    ... on UserError {{ code message }}
    ... on TooManyAttempts {{ retryAfterSeconds }}
  }}
}}
"""
REFRESH = f"""
mutation ($input: SessionRefreshInput!) {{
  sessionRefresh(input: $input) {{ ... on SessionPass {{ {PASS} }} ... on UserError {{ code message }} }}
}}
"""
END = """
mutation ($input: SessionEndInput!) {
  sessionEnd(input: $input) { ... on Session { end endedAt } ... on UserError { code path } }
}
"""
END_ALL = """
mutation ($input: SessionEndAllInput!) {
  sessionEndAll(input: $input) { ... on Account { name } ... on UserError { code path } }
}
"""
SESSIONS = "{ sessions(first: 10) { nodes { id device current } totalCount } }"
WHO = "{ viewer { name } }"


class Visitor:
    """Somebody with a password, on as many devices as they like."""

    def __init__(self, api: Api, **changes: Any) -> None:
        self.api = api
        self.given = registration(email=f"{uuid4().hex}@example.com", **changes)

    async def register(self) -> "Visitor":
        answer = await self.api(None, REGISTER, input=self.given)
        self.id = answer["accountRegister"]["id"]
        return self

    async def open(self, device: str = "Telephone", *, key: str | None = None) -> dict[str, Any]:
        asked = {"email": self.given["email"], "password": PASSWORD, "device": device}
        opened: dict[str, Any] = (await self.api(None, OPEN, key=key, input=asked))["sessionOpen"]
        return opened

    async def refresh(self, token: str, *, key: str | None = None) -> dict[str, Any]:
        answer = await self.api(None, REFRESH, key=key, input={"refreshToken": token})
        return answer["sessionRefresh"]  # type: ignore[no-any-return]


async def with_token(api: Api, token: str, query: str, **variables: Any) -> Answer:
    headers = {"authorization": f"Bearer {token}", "idempotency-key": uuid4().hex}
    return Answer(await api.client.post("/graphql", json={"query": query, "variables": variables}, headers=headers))


@pytest.fixture
async def visitor(api: Api) -> Visitor:
    return await Visitor(api).register()


async def test_a_device_signs_in_and_goes_on_for_as_long_as_it_is_used(
    api: Api, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock().hang(monkeypatch)
    opened = await visitor.open()
    assert (opened["session"]["device"], opened["account"]["name"]) == ("Telephone", "陈美")
    assert (await with_token(api, opened["token"], WHO))["viewer"] == {"name": "陈美"}
    first_end = opened["session"]["expiresAt"]

    clock.move(ACCESS_TTL)
    once = await visitor.refresh(opened["refreshToken"])
    twice = await visitor.refresh(once["refreshToken"])

    tokens = {given["refreshToken"] for given in (opened, once, twice)}
    assert len(tokens) == 3
    assert once["session"]["id"] == twice["session"]["id"] == opened["session"]["id"]
    assert twice["session"]["expiresAt"] > first_end
    moments = [datetime.fromisoformat(opened[name]) for name in ("issuedAt", "expiresAt")]
    assert moments[1] - moments[0] == ACCESS_TTL

    clock.move(SESSION_IDLE_MAX)
    assert (await visitor.refresh(twice["refreshToken"]))["code"] == "SESSION_OVER"


@pytest.mark.own_house
async def test_a_refresh_token_that_comes_back_ends_the_session_for_both_hands(
    api: Api, visitor: Visitor, house: House
) -> None:
    stolen = await visitor.open()
    elsewhere = await visitor.open("Laptop")
    ours = await visitor.refresh(stolen["refreshToken"])

    theirs = await visitor.refresh(stolen["refreshToken"])
    afterwards = await visitor.refresh(ours["refreshToken"])
    old_pass, new_pass = [await with_token(api, one["token"], WHO) for one in (stolen, ours)]

    assert theirs["code"] == afterwards["code"] == "SESSION_OVER"
    assert theirs["message"] == afterwards["message"], "whoever it was learns nothing"
    assert old_pass.codes == new_pass.codes == ["UNAUTHENTICATED"]
    assert (await with_token(api, elsewhere["token"], WHO))["viewer"], "another device is none of this"
    kept = await house.readers.pool.fetch('SELECT "end" FROM session ORDER BY opened_at')
    assert [row["end"] for row in kept] == ["REUSED", None]
    assert await house.readers.pool.fetchval("SELECT count(*) FROM event WHERE name = 'session.reused'") == 1


async def test_a_refresh_whose_answer_was_lost_is_answered_again_under_its_key_and_ends_nothing(
    api: Api, visitor: Visitor, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock().hang(monkeypatch)
    opened = await visitor.open()

    answers = await asyncio.gather(*(visitor.refresh(opened["refreshToken"], key="once") for _ in range(8)))
    again = await visitor.refresh(opened["refreshToken"], key="once")

    told = [answer for answer in answers if answer.get("code") != "IDEMPOTENCY_KEY_IN_FLIGHT"]
    assert all(answer == again for answer in told)
    assert told
    assert "code" not in await visitor.refresh(again["refreshToken"])
    clock.move(TOKENS_SHOWN + timedelta(seconds=1))
    late = await visitor.refresh(opened["refreshToken"], key="once")
    assert late == {**again, "refreshToken": None, "session": late["session"]}


async def test_of_many_who_refresh_at_once_with_keys_of_their_own_one_goes_on_and_the_session_ends(
    api: Api, visitor: Visitor
) -> None:
    opened = await visitor.open()

    answers = await asyncio.gather(*(visitor.refresh(opened["refreshToken"]) for _ in range(6)))

    assert sorted(answer.get("code", "GOES_ON") for answer in answers) == ["GOES_ON"] + ["SESSION_OVER"] * 5
    (won,) = [answer for answer in answers if "code" not in answer]
    assert (await visitor.refresh(won["refreshToken"]))["code"] == "SESSION_OVER"


async def test_nothing_that_is_kept_holds_a_token(api: Api, visitor: Visitor, house: House) -> None:
    opened = await visitor.open(key="in")
    went_on = await visitor.refresh(opened["refreshToken"], key="on")
    await visitor.refresh(opened["refreshToken"])

    kept = await everything_kept(house)

    for given in (opened, went_on):
        assert given["refreshToken"][-40:] not in kept
        assert given["token"].split(".")[2] not in kept


async def test_a_refresh_token_that_was_made_up_ends_nobodys_session(api: Api, visitor: Visitor, house: House) -> None:
    opened = await visitor.open()
    went_on = await visitor.refresh(opened["refreshToken"])
    session_id = SessionId(await house.readers.pool.fetchval("SELECT id FROM session"))
    forged = [write_token(Presented(session_id, turn, bytes(32))) for turn in (0, 1, 2, 3, 2**32 - 1)] + [
        "",
        "nonsense",
        opened["refreshToken"] + "A",
        opened["refreshToken"].swapcase(),
        went_on["token"],
        "é" * 90,
    ]

    codes = {(await visitor.refresh(token))["code"] for token in forged}

    assert codes == {"SESSION_OVER"}
    assert "code" not in await visitor.refresh(went_on["refreshToken"])


async def test_a_person_sees_where_they_are_signed_in_and_signs_out_on_a_device(
    api: Api, visitor: Visitor, people: People
) -> None:
    here, lost = await visitor.open("Laptop"), await visitor.open("Telephone")
    before = (await with_token(api, here["token"], SESSIONS))["sessions"]
    other = await people.customer()

    by_other = await api(other, END, input={"sessionId": lost["session"]["id"]})
    unknown = await api(other, END, input={"sessionId": encode_id("Session", uuid4())})
    ended = await with_token(api, here["token"], END, input={"sessionId": lost["session"]["id"]})
    again = await with_token(api, here["token"], END, input={"sessionId": lost["session"]["id"]})
    after = (await with_token(api, here["token"], SESSIONS))["sessions"]

    assert [(one["device"], one["current"]) for one in before["nodes"]] == [("Telephone", False), ("Laptop", True)]
    assert by_other.data == unknown.data
    assert by_other["sessionEnd"] == {"code": "NOT_FOUND", "path": ["sessionId"]}
    assert ended["sessionEnd"]["end"] == "SIGNED_OUT"
    assert again.data == ended.data
    assert [one["device"] for one in after["nodes"]] == ["Laptop"]
    assert (after["totalCount"], before["totalCount"]) == (1, 2)
    assert (await with_token(api, lost["token"], WHO)).codes == ["UNAUTHENTICATED"]
    assert (await visitor.refresh(lost["refreshToken"]))["code"] == "SESSION_OVER"
    assert (await api(other, SESSIONS))["sessions"]["nodes"] == []


async def test_whoever_names_no_session_signs_out_where_they_are(api: Api, visitor: Visitor, people: People) -> None:
    opened = await visitor.open()

    ended = await with_token(api, opened["token"], END, input={})
    without_one = await api(await people.customer(), END, input={})
    stranger = await api(None, END, input={})

    assert ended["sessionEnd"]["end"] == "SIGNED_OUT"
    assert (await with_token(api, opened["token"], WHO)).codes == ["UNAUTHENTICATED"]
    assert without_one["sessionEnd"]["code"] == "NOT_FOUND"
    assert stranger["sessionEnd"]["code"] == "NOT_ALLOWED"


async def test_signing_out_everywhere_ends_every_token_here_at_once_and_in_another_process_within_moments(
    api: Api, visitor: Visitor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "STANDING_SECONDS", 0.3)
    devices = [await visitor.open(f"Device {number}") for number in range(3)]
    async with open_house(settings) as elsewhere:
        app = create(settings)
        app.state.house = elsewhere
        async with Api(app, elsewhere) as there:
            assert all([(await with_token(there, one["token"], WHO))["viewer"] for one in devices])
            assert (await with_token(api, devices[0]["token"], END_ALL, input={}))["sessionEndAll"]["name"]
            here = [await with_token(api, one["token"], WHO) for one in devices]
            await asyncio.sleep(0.35)
            in_time = [await with_token(there, one["token"], WHO) for one in devices]

    assert [answer.codes for answer in here + in_time] == [["UNAUTHENTICATED"]] * 6
    assert {(await visitor.refresh(one["refreshToken"]))["code"] for one in devices} == {"SESSION_OVER"}
    assert "code" not in await visitor.open(), "signing in again is another matter"


async def test_support_signs_somebody_out_everywhere_and_nobody_else_does(
    api: Api, visitor: Visitor, people: People
) -> None:
    opened = await visitor.open()
    given = {"accountId": visitor.id}

    by_other = await api(await people.customer(), END_ALL, input=given)
    by_finance = await api(await people.staff(Role.FINANCE), END_ALL, input=given)
    assert (await with_token(api, opened["token"], WHO))["viewer"]
    by_support = await api(await people.staff(Role.SUPPORT), END_ALL, input=given)

    assert by_other.data == by_finance.data
    assert by_other["sessionEndAll"] == {"code": "NOT_FOUND", "path": ["accountId"]}
    assert by_support["sessionEndAll"] == {"name": "陈美"}
    assert (await with_token(api, opened["token"], WHO)).codes == ["UNAUTHENTICATED"]


async def test_a_role_that_is_taken_away_ends_the_sessions_and_one_that_is_given_counts_from_the_next_turn(
    api: Api, visitor: Visitor, people: People, house: House
) -> None:
    admin = await people.staff(Role.ADMIN)
    grant = "mutation ($input: AccountGrantRoleInput!) { accountGrantRole(input: $input) { __typename } }"
    opened = await visitor.open()
    await api(admin, grant, input={"accountId": visitor.id, "role": "SUPPORT"})
    staff_only = "{ accounts { nodes { name } } }"
    assert (await with_token(api, opened["token"], staff_only)).codes == ["NOT_ALLOWED"]

    promoted = await visitor.refresh(opened["refreshToken"])
    assert (await with_token(api, promoted["token"], staff_only))["accounts"]["nodes"]
    await api(admin, REVOKE, input={"accountId": visitor.id, "role": "SUPPORT"})

    assert (await with_token(api, promoted["token"], WHO)).codes == ["UNAUTHENTICATED"]
    assert (await visitor.refresh(promoted["refreshToken"]))["code"] == "SESSION_OVER"


async def test_a_token_says_no_session_that_is_not_its_own(api: Api, people: People, house: House) -> None:
    """A customer's token with somebody else's session in it can not be made without the house's secret."""
    customer = await people.customer()
    token = api.token(customer)
    head, body, signature = token.split(".")

    assert (await with_token(api, token, WHO))["viewer"]
    assert (await with_token(api, f"{head}.{body}.{signature[:-4]}AAAA", WHO)).codes == ["UNAUTHENTICATED"]


async def test_an_erased_person_is_signed_in_nowhere_and_nothing_says_where_they_were(
    api: Api, visitor: Visitor, house: House
) -> None:
    opened, other = await visitor.open("Unikat One"), await visitor.open("Unikat Two")

    assert (await with_token(api, opened["token"], ERASE, input={}))["accountErase"]["name"] == "Erased"

    for one in (opened, other):
        assert (await with_token(api, one["token"], WHO)).codes == ["UNAUTHENTICATED"]
        assert (await visitor.refresh(one["refreshToken"]))["code"] == "SESSION_OVER"
    assert "Unikat" not in await everything_kept(house)


# Too many tries


STRICT = {"sign_in_attempts_per_name": 5, "sign_in_attempts_per_address": 12}


@pytest.fixture
async def strict(settings: Settings, house: House) -> Any:
    """A house that lets people try as often as in production, at a Valkey of which it knows nothing."""
    wary = settings.model_copy(update={**STRICT, "redis_url": None})
    async with open_house(wary) as opened:
        app = create(wary)
        app.state.house = opened
        async with Api(app, opened) as api:
            yield api


def aliased(tries: list[tuple[str, str]]) -> tuple[str, dict[str, Any]]:
    """One request with a field for each try."""
    declared = ", ".join(f"$i{number}: SessionOpenInput!" for number in range(len(tries)))
    fields = " ".join(
        f"t{number}: sessionOpen(input: $i{number}) {{ ... on UserError {{ code }}"
        " ... on TooManyAttempts { retryAfterSeconds } ... on SessionPass { token } }"
        for number in range(len(tries))
    )
    given = {
        f"i{number}": {"email": email, "password": password, "clientMutationKey": uuid4().hex}
        for number, (email, password) in enumerate(tries)
    }
    return f"mutation ({declared}) {{ {fields} }}", given


async def test_every_field_of_a_request_counts_as_an_attempt_of_its_own(strict: Api) -> None:
    visitor = await Visitor(strict).register()
    email = visitor.given["email"]
    codes: list[str] = []
    for _ in range(2):
        query, given = aliased([(email, f"guess number {number}") for number in range(4)])
        answer = await strict(None, query, **given)
        codes += [told["code"] for told in answer.data.values()]

    right = await strict(None, OPEN, input={"email": email.upper(), "password": PASSWORD})

    assert codes == ["BAD_CREDENTIALS"] * 5 + ["TOO_MANY_ATTEMPTS"] * 3
    assert right["sessionOpen"]["code"] == "TOO_MANY_ATTEMPTS", "the right password is not looked at either"
    assert 0 < right["sessionOpen"]["retryAfterSeconds"] <= 900


async def test_an_unknown_name_is_counted_and_answered_like_a_known_one(strict: Api) -> None:
    visitor = await Visitor(strict).register()
    told = []
    for email in (visitor.given["email"], "nobody@example.com"):
        answers = [
            (await strict(None, OPEN, input={"email": email, "password": f"guess number {number}"}))["sessionOpen"]
            for number in range(6)
        ]
        told.append([answer["code"] for answer in answers])

    assert told[0] == told[1] == ["BAD_CREDENTIALS"] * 5 + ["TOO_MANY_ATTEMPTS"]


async def test_one_address_that_tries_many_names_is_held_back(strict: Api) -> None:
    codes = [
        (await strict(None, OPEN, input={"email": f"name{number}@example.com", "password": PASSWORD}))["sessionOpen"]
        for number in range(13)
    ]

    assert [told["code"] for told in codes] == ["BAD_CREDENTIALS"] * 12 + ["TOO_MANY_ATTEMPTS"]


async def test_signing_in_with_the_right_password_never_holds_anybody_back(strict: Api) -> None:
    visitor = await Visitor(strict).register()

    assert all(["code" not in await visitor.open(f"Device {number}") for number in range(14)])


@pytest.mark.own_house
async def test_attempts_are_counted_together_by_all_processes(api: Api, settings: Settings) -> None:
    wary = settings.model_copy(update={**STRICT, "sign_in_attempts_per_address": 1_000_000})
    email = f"{uuid4().hex}@example.com"
    codes = []
    for _ in range(2):
        async with open_house(wary) as opened:
            app = create(wary)
            app.state.house = opened
            async with Api(app, opened) as there:
                for number in range(3):
                    asked = {"email": email, "password": f"guess number {number}"}
                    codes.append((await there(None, OPEN, input=asked))["sessionOpen"]["code"])

    assert codes == ["BAD_CREDENTIALS"] * 5 + ["TOO_MANY_ATTEMPTS"]
    cache = Cache(settings.redis_url)
    assert await cache.ask(lambda server: server.keys(f"*{email}*"), [b"?"]) == [], "no name is readable there"
    await cache.close()
