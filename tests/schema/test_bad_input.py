"""Values that can not be right: each gives a typed refusal or an error with a code, and changes nothing."""

import base64
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import orjson
import pytest

from domain.account import Account
from domain.viewer import Role
from schema.ids import encode_id
from tests.schema.test_wallet import POCKETS, TRANSFER, account_id, amount
from tests.support.api import Answer, Api
from tests.support.people import People, euros
from tests.support.snapshot import snapshot

ONE_HOUSE = True

GRANT = """
mutation ($input: WalletCreditGrantInput!) {
  walletCreditGrant(input: $input) { ... on CreditLot { expiresAt } ... on UserError { code path } }
}
"""
STATEMENT = """
query ($first: Int, $last: Int, $after: String) {
  wallet { statement(currency: EUR, first: $first, last: $last, after: $after) { nodes { memo } } }
}
"""
MISTAKES = {"BAD_USER_INPUT", "INVALID_INPUT", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"}


def cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def refused(answer: Answer) -> str:
    """The code of the first error, or else of the refusal in the data."""
    if answer.errors:
        return answer.codes[0]
    return next((str(field.get("code")) for field in answer.data.values()), "nothing")


@pytest.fixture
async def sender(api: Api, people: People) -> AsyncIterator[Account]:
    """Somebody with money, of which no test here moves any."""
    sender = await people.customer(cash=euros(10))
    before = await snapshot(api.house)
    yield sender
    assert await snapshot(api.house) == before


async def transfers(api: Api, sender: Account, changes: Sequence[dict[str, Any]]) -> dict[str, str]:
    """What each of these changed inputs is answered, but for the mistakes that all of them should be."""
    found = {}
    for changed in changes:
        given = {"toAccountId": account_id(UUID(int=7)), "amount": amount("1.00"), **changed}
        code = refused(await api(sender, TRANSFER, input=given))
        if code not in MISTAKES:
            found[repr(changed)[:80]] = code
    return found


async def test_text_that_can_not_be_kept_is_refused(api: Api, sender: Account) -> None:
    texts = ["nul \0 here", "x" * 20_001, "x" * 141, "two\nlines", "bell \a", "line separator \u2028 here"]
    assert await transfers(api, sender, [{"memo": text} for text in texts]) == {}


async def test_text_in_the_document_is_held_to_the_same(api: Api, people: People) -> None:
    support = await people.staff(Role.SUPPORT)
    for literal in (r'"a\u0000b"', '"""block\0"""', r'"\u{D800}"', '"' + "x" * 20_001 + '"', "7", "{}"):
        query = f"{{ accounts(filter: {{ emailPrefix: {literal} }}) {{ nodes {{ name }} }} }}"
        assert (await api(support, query)).codes[0] in MISTAKES, literal[:20]


async def test_text_of_every_script_is_kept_as_it_is(api: Api, people: People) -> None:
    sender, receiver = await people.customer(cash=euros(10)), await people.customer()
    memo = "生日快乐 🎂\u3000— ça, c’est à toi ½ ﷽"

    await api(sender, TRANSFER, input={"toAccountId": account_id(receiver.id), "amount": amount("1.00"), "memo": memo})

    assert (await api(receiver, STATEMENT, first=1))["wallet"]["statement"]["nodes"] == [{"memo": memo}]


async def test_an_amount_that_is_none_moves_nothing(api: Api, sender: Account) -> None:
    plain = ["NaN", "Infinity", "-0", "-1.00", "0", "0.00", "1e2", "1E999999999", "1_000", "1,00", " 1", "1.", ".5"]
    strange = ["", "1.005", "9" * 18, "9" * 19, "1" * 100_000, "+1", "0x10", "１", "١٢", 1, 1.5, None, True, [], {}]

    assert await transfers(api, sender, [{"amount": amount(value)} for value in [*plain, *strange]]) == {}


async def test_an_id_of_nothing_or_of_another_kind_is_refused(api: Api, sender: Account) -> None:
    ids: list[Any] = [
        *("", "Account:7", "\0", "é", "=" * 30, "x" * 19_999, "x" * 20_001, str(UUID(int=7))),
        *(encode_id("WalletHold", UUID(int=7)), encode_id("", UUID(int=7)), account_id(sender.id) + "A"),
        base64.urlsafe_b64encode(b"Account:" + b"\xff" * 15).decode(),
        base64.urlsafe_b64encode(b"Account:" + b"\xff" * 17).decode(),
        base64.urlsafe_b64encode("账户:".encode() + b"\xff" * 16).decode(),
        *(7, -1, 2**63, 1.5, True, [], {}),
    ]
    query = "query ($id: ID!) { account(id: $id) { name } }"

    assert await transfers(api, sender, [{"toAccountId": given} for given in ids]) == {}
    for given in ids:
        assert (await api(sender, query, id=given)).codes[0] in MISTAKES, given


async def test_a_moment_that_never_was_or_has_no_zone_is_refused(api: Api, people: People) -> None:
    finance, customer = await people.staff(Role.FINANCE), await people.customer()
    given = {"accountId": account_id(customer.id), "amount": amount("1.00"), "origin": "PROMOTION", "reason": "Hello"}
    never = ["2026-02-30T00:00:00Z", "2026-11-21T25:00:00Z", "20261121T100000Z\0", "２０２６-11-21T10:00:00Z"]
    vague = [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-11-21",
        "2026-11-21T10:00:00",
        "now",
        "",
        0,
    ]

    for moment in [*never, *vague]:
        granted = await api(finance, GRANT, input={**given, "expiresAt": moment})
        assert granted.codes == ["BAD_USER_INPUT"], moment
    assert (await api(customer, POCKETS))["wallet"]["pockets"] == []


async def test_a_cursor_that_we_did_not_make_is_refused(api: Api, people: People) -> None:
    support, customer = await people.staff(Role.SUPPORT), await people.customer(cash=euros(1))
    made_up = [
        *("", "garbage", cursor("walletStatement"), cursor("accounts", 1), cursor("walletStatement", "1")),
        *(cursor("walletStatement", 2**63), cursor("walletStatement", True), cursor("walletStatement", 1, 2)),
        base64.urlsafe_b64encode(b"[" * 5_000).decode(),
        base64.urlsafe_b64encode(b'["walletStatement",' + b"9" * 5_000 + b"]").decode(),
    ]
    query = "query ($after: String) { accounts(first: 1, after: $after) { nodes { name } } }"

    for after in made_up:
        assert (await api(customer, STATEMENT, after=after)).codes == ["INVALID_INPUT"], after[:40]
    for account in ("\0", "no uuid", "x" * 5_000):
        assert (await api(support, query, after=cursor("accounts", "a@example.com", account))).codes == [
            "INVALID_INPUT"
        ]
    assert (await api(support, query, after=cursor("accounts", "\0", str(UUID(int=7))))).codes == ["INVALID_INPUT"]


async def test_a_key_that_is_none_is_refused(api: Api, sender: Account) -> None:
    keys = ["", "x" * 129, "with\nline", "schlüssel", "nul\0"]
    assert await transfers(api, sender, [{"clientMutationKey": key} for key in keys]) == {}


async def test_pages_have_one_to_a_hundred_items_and_one_direction(api: Api, people: People) -> None:
    customer = await people.customer(cash=euros(1))
    for size in ({"first": 0}, {"first": -1}, {"first": 101}, {"last": 0}, {"first": 1, "last": 1}):
        assert (await api(customer, STATEMENT, **size)).codes == ["INVALID_INPUT"], size
    for first in (2**31, -(2**31) - 1, 10**30, 1.5, "1"):
        assert (await api(customer, STATEMENT, first=first)).codes == ["BAD_USER_INPUT"], first


async def test_an_enum_a_boolean_and_a_field_are_what_they_are(api: Api, sender: Account) -> None:
    wrong: list[dict[str, Any]] = [
        *({"amount": amount("1.00", "XXX")}, {"amount": amount("1.00", "eur")}, {"amount": amount("1.00", "")}),
        *({"dryRun": "yes"}, {"dryRun": None}, {"unknown": 1}, {"expectedVersion": 2**31}, {"expectedVersion": "1"}),
    ]
    assert await transfers(api, sender, wrong) == {}
