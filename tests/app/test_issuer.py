"""Tokens of another issuer: whose they are, what ends them, and what no token can make the house believe."""

import asyncio
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import jwt
import pytest

from app import auth, jwks
from app.asgi import create
from app.config import Settings
from app.house import House, open_house
from app.jwks import COOLDOWN_SECONDS, FRESH_SECONDS, STALE_SECONDS_MAX, Fetcher, KeySet, read_keys
from domain.unavailable import Unavailable
from domain.viewer import Role
from tests.schema.test_account import ERASE, account_id
from tests.schema.test_session import END_ALL, with_token
from tests.support.api import Answer, Api
from tests.support.houses import cercle
from tests.support.issuer import Issuer, SigningKey, issuing, unsigned
from tests.support.people import People

WHO = "{ viewer { id email name roles } }"
LINK = """
mutation ($input: IdentityLinkInput!) {
  identityLink(input: $input) { ... on Account { id } ... on UserError { code path } }
}
"""
UNLINK = """
mutation ($input: IdentityUnlinkInput!) {
  identityUnlink(input: $input) { ... on Account { id } ... on UserError { code path } }
}
"""


@pytest.fixture
async def other() -> AsyncIterator[Issuer]:
    async with issuing() as found:
        yield found


@pytest.fixture
def settings(settings: Settings, other: Issuer) -> Settings:
    """Every house here takes the tokens of that issuer."""
    return settings.model_copy(update={"oidc_issuers": (other.settings(),)})


async def who(api: Api, token: str) -> Answer:
    return await with_token(api, token, WHO)


async def test_a_subject_is_one_account_from_its_first_token_on(api: Api, other: Issuer, house: House) -> None:
    first = await asyncio.gather(*(who(api, other.token("ada", jti=str(number))) for number in range(6)))
    later = await who(api, other.token("ada", email="ada@elsewhere.example", name="Ada Two"))
    somebody_else = await who(api, other.token("bob"))

    assert {json.dumps(answer["viewer"]) for answer in first} == {json.dumps(later["viewer"])}
    assert later["viewer"]["email"] == "ada@issuer.example"
    assert later["viewer"]["roles"] == ["CUSTOMER"]
    assert somebody_else["viewer"]["id"] != later["viewer"]["id"]
    assert await house.readers.pool.fetchval("SELECT count(*) FROM account") == 2
    assert other.fetched == 1, "the keys are fetched once for all of them"


@pytest.mark.parametrize(
    ("claimed", "called"),
    [("  Ada  ", "Ada"), ("x" * 900, "x" * 200), ("", "Member"), (None, "Member"), (7, "Member"), ("a\nb", "Member")],
)
async def test_a_name_that_no_account_can_have_keeps_nobody_out(
    api: Api, other: Issuer, claimed: Any, called: str
) -> None:
    assert (await who(api, other.token("ada", name=claimed)))["viewer"]["name"] == called


async def test_its_roles_are_what_the_issuer_says_now(api: Api, other: Issuer) -> None:
    staff_only = "{ accounts { nodes { name } } }"
    hour_ago = int(time.time()) - 3_000
    plain = other.token("ada", iat=hour_ago)
    assert (await with_token(api, plain, staff_only)).codes == ["NOT_ALLOWED"]

    promoted = other.token("ada", iat=hour_ago + 10, roles=["house-support", "unheard-of", 7])
    assert (await who(api, promoted))["viewer"]["roles"] == ["CUSTOMER", "SUPPORT"]
    assert (await with_token(api, promoted, staff_only))["accounts"]["nodes"]
    assert (await with_token(api, plain, staff_only)).codes == ["NOT_ALLOWED"], "an older token has what it says"

    demoted = other.token("ada", iat=hour_ago + 20)
    assert (await who(api, demoted))["viewer"]["roles"] == ["CUSTOMER"]
    assert (await with_token(api, promoted, staff_only)).codes == ["NOT_ALLOWED"], "the account has lost it"
    assert (await who(api, other.token("ada", iat=hour_ago + 5, roles=["house-finance"])))["viewer"]["roles"] == [
        "CUSTOMER"
    ], "what is older than the newest word changes nothing"


async def test_an_account_is_never_found_by_its_email_and_an_admin_links_it(
    api: Api, other: Issuer, people: People
) -> None:
    customer, admin = await people.customer(), await people.staff(Role.ADMIN)
    token = other.token("ada", email=customer.email)

    refused = await who(api, token)
    by_customer = await api(customer, LINK, input=link(customer, other, "ada"))
    linked = await api(admin, LINK, input=link(customer, other, "ada"))
    again = await api(admin, LINK, input=link(customer, other, "ada"))
    taken = await api(admin, LINK, input=link(admin, other, "ada"))
    second = await api(admin, LINK, input=link(customer, other, "eve"))
    seen = await who(api, token)

    assert (refused.status, refused.codes) == (401, ["UNAUTHENTICATED"])
    assert "an admin to link this identity" in refused.errors[0]["message"]
    assert by_customer["identityLink"]["code"] == "NOT_ALLOWED"
    assert linked["identityLink"] == again["identityLink"] == {"id": account_id(customer)}
    assert taken["identityLink"]["path"] == second["identityLink"]["path"] == ["subject"]
    assert seen["viewer"]["id"] == account_id(customer)


async def test_an_unlinked_identity_is_over_at_once(api: Api, other: Issuer, people: People) -> None:
    customer, admin = await people.customer(), await people.staff(Role.ADMIN)
    token = other.token("ada")
    await api(admin, LINK, input=link(customer, other, "ada"))
    assert (await who(api, token))["viewer"]["id"] == account_id(customer)
    given = {"accountId": account_id(customer), "issuer": other.name}

    by_customer = await api(customer, UNLINK, input=given)
    unlinked = await api(admin, UNLINK, input=given)
    again = await api(admin, UNLINK, input=given)

    assert by_customer["identityUnlink"]["code"] == "NOT_ALLOWED"
    assert unlinked["identityUnlink"] == {"id": account_id(customer)}
    assert again["identityUnlink"] == {"code": "NOT_FOUND", "path": ["issuer"]}
    assert (await who(api, token)).codes == ["UNAUTHENTICATED"]


async def test_signing_out_everywhere_and_an_erasure_end_the_issuers_tokens_too(api: Api, other: Issuer) -> None:
    earlier = int(time.time()) - 30
    token = other.token("ada", iat=earlier)
    assert (await who(api, token))["viewer"]

    assert (await with_token(api, token, END_ALL, input={}))["sessionEndAll"]["name"] == "Ada Member"
    assert (await who(api, token)).codes == ["UNAUTHENTICATED"]
    fresh = other.token("ada", iat=int(time.time()) + 5)
    assert (await who(api, fresh))["viewer"], "signing in anew at the issuer is another matter"
    await with_token(api, fresh, ERASE, input={})
    assert (await who(api, fresh)).codes == ["UNAUTHENTICATED"]


def link(account: Any, at: Issuer, subject: str) -> dict[str, str]:
    return {"accountId": account_id(account), "issuer": at.name, "subject": subject}


def hashed(claims: dict[str, Any], secret: bytes, kid: str) -> str:
    """A token with an HMAC, made by hand, for libraries refuse to take a public key for a secret."""
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT", "kid": kid}, claims)]
    said = ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    return said + "." + urlsafe_b64encode(hmac.digest(secret, said.encode(), "sha256")).decode().rstrip("=")


BAD: dict[str, Any] = {
    "another audience": lambda one: one.token(aud="somebody else"),
    "no audience": lambda one: one.token(aud=None),
    "another issuer": lambda one: one.token(iss="https://issuer.example"),
    "no issuer": lambda one: one.token(iss=None),
    "an issuer that is no text": lambda one: jwt_of(one, {**one.claims(), "iss": [one.name]}),
    "over": lambda one: one.token(iat=int(time.time()) - 7_200, exp=int(time.time()) - 3_600),
    "without an end": lambda one: one.token(exp=None),
    "without a beginning": lambda one: one.token(iat=None),
    "made in the future": lambda one: one.token(iat=int(time.time()) + 3_600, exp=int(time.time()) + 7_200),
    "not valid before tomorrow": lambda one: one.token(nbf=int(time.time()) + 86_400),
    "over at no time that there is": lambda one: one.token(exp=10**400),
    "made at no time that there is": lambda one: one.token(iat=-(10**15)),
    "made before there was time": lambda one: one.token(iat=-(10**400)),
    "over at a time that is no number": lambda one: one.token(exp=[1]),
    "without a subject": lambda one: one.token(sub=None),
    "an endless subject": lambda one: one.token("s" * 300),
    "a subject with a NUL": lambda one: one.token("a\x00b"),
    "of another key of the same name": lambda one: one.token(key=SigningKey(kid=one.key.kid)),
    "of another kind of key with the same name": lambda one: one.token(key=SigningKey("RS256", kid=one.key.kid)),
    "of a key that is not published": lambda one: one.token(key=SigningKey()),
    "without a key's name": lambda one: jwt.encode(one.claims(), one.key.private, algorithm="ES256"),
    "not signed": lambda one: unsigned(one.claims(), one.key.kid),
    "signed with the public key as a secret": lambda one: hashed(one.claims(), one.key.public_pem, one.key.kid),
    "with a critical extension": lambda one: jwt.encode(
        one.claims(), one.key.private, algorithm="ES256", headers={"kid": one.key.kid, "crit": ["x"], "x": 1}
    ),
    "changed": lambda one: ".".join([*one.token().split(".")[:1], *one.token("eve").split(".")[1:2], "AAAA"]),
    "in no form at all": lambda one: "a.b.c",
    "too long": lambda one: one.token(name="x" * 5_000),
}


def jwt_of(one: Issuer, claims: dict[str, Any]) -> str:
    def part(value: Any) -> str:
        return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'ES256', 'kid': one.key.kid})}.{part(claims)}.AAAA"


@pytest.mark.parametrize("what", BAD)
async def test_a_token_is_refused_that_is(api: Api, other: Issuer, house: House, what: str) -> None:
    assert (await who(api, other.token("honest")))["viewer"]

    answer = await who(api, BAD[what](other))

    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
    assert await house.readers.pool.fetchval("SELECT count(*) FROM account") == 1


async def test_an_email_that_the_issuer_has_not_verified_opens_no_account(api: Api, other: Issuer) -> None:
    for claims in ({"email_verified": False}, {"email_verified": "true"}, {"email": None}, {"email": ["a@b.example"]}):
        answer = await who(api, other.token(uuid4().hex, **claims))
        assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])


async def test_an_issuer_that_opens_no_accounts_speaks_for_those_that_were_linked(
    settings: Settings, other: Issuer
) -> None:
    closed = settings.model_copy(update={"oidc_issuers": (other.settings(opens_accounts=False),)})
    async with open_house(closed) as house:
        app = create(closed)
        app.state.house = house
        async with Api(app, house) as api:
            people = People(house)
            admin, customer = await people.staff(Role.ADMIN), await people.customer()
            assert (await who(api, other.token("ada"))).codes == ["UNAUTHENTICATED"]
            await api(admin, LINK, input=link(customer, other, "ada"))
            assert (await who(api, other.token("ada")))["viewer"]["id"] == account_id(customer)


@pytest.mark.parametrize("algorithm", ["RS256", "EdDSA", "ES256"])
async def test_keys_of_all_three_kinds_are_taken(api: Api, other: Issuer, algorithm: str) -> None:
    other.rotate(algorithm)

    assert (await who(api, other.token("ada")))["viewer"]["name"] == "Ada Member"


async def test_a_token_that_names_the_house_itself_is_nobodys(api: Api, other: Issuer, settings: Settings) -> None:
    """The issuer's tokens and ours share a header; neither passes for the other."""
    ours = jwt.encode(
        {**other.claims(), "iss": auth.ISSUER, "roles": ["ADMIN"], "epoch": 0},
        other.key.private,
        algorithm="ES256",
        headers={"kid": other.key.kid},
    )
    theirs = jwt.encode(
        other.claims(), settings.secret.get_secret_value(), algorithm="HS256", headers={"kid": other.key.kid}
    )

    for token in (ours, theirs):
        assert (await who(api, token)).codes == ["UNAUTHENTICATED"]


# The keys


class Hand:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def keys(other: Issuer) -> AsyncIterator[tuple[KeySet, Hand]]:
    fetcher, clock = Fetcher(), Hand()
    yield KeySet(f"{other.name}/jwks", fetcher, clock), clock
    await fetcher.close()


async def test_a_new_key_is_found_when_a_token_names_it(keys: tuple[KeySet, Hand], other: Issuer) -> None:
    kept, clock = keys
    old = other.key.kid
    assert await kept.key(old) is not None
    other.rotate()

    clock.now += COOLDOWN_SECONDS
    assert await kept.key(other.key.kid) is not None
    assert await kept.key(old) is None, "what is not published any more does not count any more"
    assert other.fetched == 2


async def test_a_flood_of_keys_that_nobody_knows_asks_the_issuer_once(keys: tuple[KeySet, Hand], other: Issuer) -> None:
    kept, clock = keys
    await kept.key(other.key.kid)
    for _ in range(3):
        clock.now += COOLDOWN_SECONDS
        before = other.fetched
        found = await asyncio.gather(*(kept.key(uuid4().hex) for _ in range(200)))
        assert found == [None] * 200
        clock.now += COOLDOWN_SECONDS / 2
        assert await kept.key(uuid4().hex) is None
        assert other.fetched == before + 1
    assert await kept.key(other.key.kid) is not None


async def test_while_an_issuer_is_away_its_last_keys_go_on_for_a_day(keys: tuple[KeySet, Hand], other: Issuer) -> None:
    kept, clock = keys
    assert await kept.key(other.key.kid) is not None
    await other.stop()

    clock.now += FRESH_SECONDS
    assert await kept.key(other.key.kid) is not None
    await asyncio.sleep(0.05)
    assert await kept.key("unknown") is None
    clock.now += STALE_SECONDS_MAX
    with pytest.raises(Unavailable):
        await kept.key(other.key.kid)
    await other.start()
    clock.now += COOLDOWN_SECONDS
    assert await kept.key(other.key.kid) is not None


async def test_news_of_a_known_key_is_fetched_while_nobody_waits(keys: tuple[KeySet, Hand], other: Issuer) -> None:
    kept, clock = keys
    first = other.key.kid
    await kept.key(first)
    other.keys.append(SigningKey(kid="next").shown)

    clock.now += FRESH_SECONDS
    assert await kept.key(first) is not None
    assert kept._behind is not None
    await kept._behind
    assert await kept.key("next") is not None
    assert other.fetched == 2


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("500 Broken", b"{}"),
        ("302 Found", b""),
        ("200 OK", b"<html>"),
        ("200 OK", b"[]"),
        ("200 OK", b'{"keys": 7}'),
        ("200 OK", b'{"keys": [' + b" " * 100_000 + b"]}"),
    ],
)
async def test_what_is_no_list_of_keys_changes_none(
    keys: tuple[KeySet, Hand], other: Issuer, status: str, body: bytes
) -> None:
    kept, clock = keys
    other.status, other.body = status, body
    with pytest.raises(Unavailable):
        await kept.key(other.key.kid)
    other.status, other.body = "200 OK", None
    clock.now += COOLDOWN_SECONDS
    assert await kept.key(other.key.kid) is not None

    other.status, other.body = status, body
    clock.now += COOLDOWN_SECONDS
    assert await kept.key("unknown") is None
    assert await kept.key(other.key.kid) is not None


async def test_an_issuer_that_hangs_is_given_up_and_one_that_was_never_reached_is_said_to_be_away(
    settings: Settings, other: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jwks, "FETCH_SECONDS_MAX", 0.2)
    other.hangs = True
    async with open_house(settings) as house:
        app = create(settings)
        app.state.house = house
        async with Api(app, house) as api:
            answers = await asyncio.gather(*(who(api, other.token(f"s{number}")) for number in range(5)))
            stranger = await api(None, "{ viewer { name } }")

    assert {(answer.status, *answer.codes) for answer in answers} == {(503, "UNAVAILABLE")}
    assert all(answer.headers["retry-after"] for answer in answers)
    assert other.fetched == 1
    assert stranger["viewer"] is None


def test_of_the_published_keys_only_those_are_taken_that_sign_and_are_strong() -> None:
    good = SigningKey(kid="good").shown
    rsa = SigningKey("RS256", kid="rsa").shown
    others: list[Any] = [
        {**good, "kid": "for encryption", "use": "enc"},
        {**good, "kid": "another algorithm", "alg": "ES384"},
        {**good, "kid": "another curve", "crv": "P-384"},
        {**good, "kid": "off the curve", "x": good["y"]},
        {**rsa, "kid": "for another algorithm", "alg": "PS256"},
        {"kty": "oct", "kid": "a secret", "k": "c2VjcmV0", "alg": "HS256"},
        {**good, "kid": 7},
        {name: value for name, value in good.items() if name != "kid"},
        SigningKey("RS256", kid="short", bits=1_024).shown,
        "nonsense",
        None,
    ]

    found = read_keys(json.dumps({"keys": [good, rsa, *others]}).encode())

    assert sorted(found) == ["good", "rsa"]
    assert {name: key.algorithm for name, key in found.items()} == {"good": "ES256", "rsa": "RS256"}


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_a_key_that_is_none_takes_no_other_with_it(algorithm: str) -> None:
    good = SigningKey(kid="good").shown
    other = SigningKey(algorithm, kid="other").shown
    for name in (*other, "alg", "d", "crv"):
        for odd in (None, 5, -1.5, True, "", "é", "A", "A" * 1_000, [], ["P-256"], {}, {"a": 1}):
            assert "good" in read_keys(json.dumps({"keys": [{**other, name: odd}, good]}).encode()), (name, odd)


def test_an_issuer_is_reached_over_tls_or_on_this_machine_and_never_names_the_house_itself(other: Issuer) -> None:
    for changes in (
        {"jwks_uri": "http://issuer.example/jwks"},
        {"jwks_uri": "http://localhost.issuer.example/jwks"},
        {"jwks_uri": "file:///etc/passwd"},
        {"roles": {"everything": "SYSTEM"}},
        {"unheard": "of"},
    ):
        with pytest.raises(ValueError, match=r"jwks_uri|roles|unheard"):
            other.settings(**changes)


def test_what_is_wrong_with_the_setting_is_said_in_one_line() -> None:
    for setting, named in (
        ("nonsense", "CERCLE_OIDC_ISSUERS is not the JSON"),
        ('[{"issuer": "https://issuer.example"}]', "CERCLE_OIDC_ISSUERS_0_AUDIENCE"),
    ):
        ended = cercle("token", "nobody@example.com", oidc_issuers=setting)
        assert ended.returncode == 1
        assert named in ended.stderr
        assert "Traceback" not in ended.stderr


async def test_what_was_checked_is_not_checked_again_until_it_is_over(
    api: Api, other: Issuer, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = other.token("ada", exp=int(time.time()) + 2)
    assert (await who(api, token))["viewer"]
    checked: list[str] = []
    found = house.doorkeeper._issuers
    assert found is not None

    async def noted(authorization: str) -> Any:
        checked.append(authorization)
        raise auth.BadToken("checked again")

    monkeypatch.setattr(found, "claim", noted)
    assert (await who(api, token))["viewer"]
    monkeypatch.setattr(auth, "time", lambda: datetime.now(UTC).timestamp() + 3)
    assert (await who(api, token)).codes == ["UNAUTHENTICATED"]
    assert checked == []
