"""Accounts through the API: opening one, signing in, roles, identity, what is kept and what goes."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from app import auth
from app.asgi import create
from app.config import Settings
from app.house import House, open_house
from app.secret import Argon2Passwords
from domain.account import Account
from domain.viewer import Role
from schema.ids import encode_id
from tests.schema.test_consignment_end import judged
from tests.schema.test_wallet import TRANSFER
from tests.support.api import Answer, Api
from tests.support.appraisal import Workshop
from tests.support.consignment import Counter, intake
from tests.support.market import TO_PARIS, Market
from tests.support.people import Fund, People, euros, fund

REGISTER = """
mutation ($input: AccountRegisterInput!) {
  accountRegister(input: $input) {
    ... on Account { id name roles identityLevel locale currency jurisdiction version }
    ... on UserError { code message path }
  }
}
"""
SIGN_IN = """
mutation ($input: SessionOpenInput!) {
  sessionOpen(input: $input) {
    ... on SessionPass { token issuedAt expiresAt account { name } }
    ... on UserError { code message path }
  }
}
"""
UPDATE = """
mutation ($input: AccountUpdateInput!) {
  accountUpdate(input: $input) {
    ... on Account { name email locale currency version }
    ... on UserError { code message path }
  }
}
"""
VERIFY = """
mutation ($input: AccountVerifyIdentityInput!) {
  accountVerifyIdentity(input: $input) {
    ... on Account { identityLevel identityCheck { document country } version }
    ... on UserError { code message }
  }
}
"""
GRANT = """
mutation ($input: AccountGrantRoleInput!) {
  accountGrantRole(input: $input) { ... on Account { roles version } ... on UserError { code message } }
}
"""
COST = """
mutation ($input: PieceCostRecordInput!) {
  pieceCostRecord(input: $input) { __typename ... on UserError { code message path } }
}
"""
REVOKE = """
mutation ($input: AccountRevokeRoleInput!) {
  accountRevokeRole(input: $input) { ... on Account { roles version } ... on UserError { code message } }
}
"""
ERASE = """
mutation ($input: AccountEraseInput!) {
  accountErase(input: $input) {
    ... on Account { id name email erasedAt }
    ... on ErasureBlocked { code deals { kind note } }
    ... on NotFound { code message }
  }
}
"""
ACCOUNTS = """
query ($filter: AccountFilterInput, $first: Int, $after: String) {
  accounts(filter: $filter, first: $first, after: $after) {
    nodes { email name } pageInfo { hasNextPage endCursor } totalCount
  }
}
"""
PASSWORD = "correct horse battery"


def account_id(account: Account) -> str:
    return encode_id("Account", account.id)


def registration(**changes: Any) -> dict[str, Any]:
    return {
        "email": "Mei.Chen@example.com",
        "name": "陈美",
        "password": PASSWORD,
        "locale": "ZH",
        "currency": "CNY",
        "jurisdiction": "CN",
        **changes,
    }


async def signed_in(api: Api, token: str, query: str) -> Answer:
    response = await api.client.post("/graphql", json={"query": query}, headers={"authorization": f"Bearer {token}"})
    return Answer(response)


async def everything_kept(house: House) -> str:
    """Every row of every table as text, to look for what must not be there."""
    pool = house.readers.pool
    tables = await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    parts = [await pool.fetchval(f'SELECT string_agg(t::text, chr(10)) FROM "{row[0]}" t') for row in tables]
    return "\n".join(part for part in parts if part)


async def test_a_stranger_registers_signs_in_and_is_a_customer(api: Api) -> None:
    opened = await api(None, REGISTER, input=registration())
    session = (await api(None, SIGN_IN, input={"email": "mei.chen@EXAMPLE.com", "password": PASSWORD}))["sessionOpen"]

    account = opened["accountRegister"]
    assert (account["name"], account["roles"], account["identityLevel"]) == ("陈美", ["CUSTOMER"], "UNVERIFIED")
    seen = await signed_in(api, session["token"], "{ viewer { id email currency } }")
    assert seen["viewer"] == {"id": account["id"], "email": "Mei.Chen@example.com", "currency": "CNY"}
    assert session["account"] == {"name": "陈美"}


async def test_registering_twice_with_one_key_opens_one_account_and_needs_the_same_password(api: Api) -> None:
    first = await api(None, REGISTER, key="mine", input=registration())
    again = await api(None, REGISTER, key="mine", input=registration())
    other = await api(None, REGISTER, key="mine", input=registration(password="another password"))

    assert first.data == again.data
    assert other["accountRegister"]["code"] == "EMAIL_TAKEN"


async def test_of_sixteen_who_register_one_email_at_once_one_gets_it(api: Api, house: House) -> None:
    same = [registration(password=f"password number {i}", email="Same@example.com") for i in range(8)]
    answers = await asyncio.gather(*(api(None, REGISTER, input=given) for given in same))

    codes = [answer["accountRegister"].get("code") for answer in answers]
    assert sorted(codes, key=str) == ["EMAIL_TAKEN"] * 7 + [None]
    assert await house.readers.pool.fetchval("SELECT count(*) FROM account JOIN credential USING (id)") == 1


async def test_an_unknown_email_and_a_wrong_password_answer_and_take_alike(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api(None, REGISTER, input=registration())
    compared: list[str] = []
    verified = Argon2Passwords._verified

    def counted(self: Argon2Passwords, kept: str, password: str) -> bool:
        compared.append(kept.split("$")[3])
        return verified(self, kept, password)

    monkeypatch.setattr(Argon2Passwords, "_verified", counted)

    wrong = await api(None, SIGN_IN, input={"email": "mei.chen@example.com", "password": "not the password"})
    unknown = await api(None, SIGN_IN, input={"email": "nobody@example.com", "password": PASSWORD})

    assert wrong["sessionOpen"]["code"] == "BAD_CREDENTIALS"
    assert wrong.data == unknown.data
    assert len(compared) == 2
    assert compared[0] == compared[1], "one hash each, of the same cost"


async def test_the_same_sign_in_again_gives_the_same_session_and_nothing_kept_holds_token_or_password(
    api: Api, house: House
) -> None:
    await api(None, REGISTER, input=registration())
    given = {"email": "mei.chen@example.com", "password": PASSWORD}

    first = await api(None, SIGN_IN, key="in", input=given)
    again = await api(None, SIGN_IN, key="in", input=given)
    other = await api(None, SIGN_IN, key="in", input={**given, "password": "not the password"})

    assert first.data == again.data
    assert other["sessionOpen"]["code"] == "BAD_CREDENTIALS"
    kept = await everything_kept(house)
    assert PASSWORD not in kept
    assert first["sessionOpen"]["token"].split(".")[2] not in kept
    assert kept.count("$argon2id$") == 1, "the hash is in the credential, in no kept answer and in no event"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"email": "no address"}, ["email"]),
        ({"email": "é@example.com"}, ["email"]),
        ({"password": "short"}, ["password"]),
        ({"password": "x" * 201}, ["password"]),
        ({"name": " "}, ["name"]),
        ({"name": "two\nlines"}, ["name"]),
        ({"name": "x" * 201}, ["name"]),
    ],
)
async def test_a_registration_that_can_not_be_right_names_the_field(
    api: Api, house: House, changes: dict[str, str], path: list[str]
) -> None:
    refused = (await api(None, REGISTER, input=registration(**changes)))["accountRegister"]

    assert (refused["code"], refused["path"]) == ("INVALID_INPUT", path)
    assert await house.readers.pool.fetchval("SELECT count(*) FROM account") == 0


async def test_people_change_their_own_name_language_and_currency(api: Api, people: People) -> None:
    customer = await people.customer()

    changed = await api(customer, UPDATE, input={"name": "Wei Lin", "currency": "JPY", "expectedVersion": 1})
    stale = await api(customer, UPDATE, input={"locale": "ZH", "expectedVersion": 1})
    stranger = await api(None, UPDATE, input={"name": "Nobody"})

    assert changed["accountUpdate"] == {
        "name": "Wei Lin",
        "email": customer.email,
        "locale": "EN",
        "currency": "JPY",
        "version": 2,
    }
    assert stale["accountUpdate"]["code"] == "VERSION_CONFLICT"
    assert stranger["accountUpdate"]["code"] == "NOT_ALLOWED"


async def test_support_records_who_saw_which_document_and_nobody_sees_their_own(api: Api, people: People) -> None:
    support, finance = await people.staff(Role.SUPPORT), await people.staff(Role.FINANCE)
    await api(None, REGISTER, input=registration())
    wanted = (await api(support, ACCOUNTS, filter={"emailPrefix": "mei."}))["accounts"]["nodes"]
    assert wanted == [{"email": "Mei.Chen@example.com", "name": "陈美"}]
    customer = await people.customer()
    given = {"accountId": account_id(customer), "document": "PASSPORT", "documentCountry": "CN"}

    by_finance = await api(finance, VERIFY, input=given)
    own = await api(support, VERIFY, input={**given, "accountId": account_id(support)})
    seen = await api(support, VERIFY, input=given)

    assert by_finance["accountVerifyIdentity"]["code"] == "NOT_ALLOWED"
    assert own["accountVerifyIdentity"]["code"] == "NOT_ALLOWED"
    assert seen["accountVerifyIdentity"]["identityCheck"] == {"document": "PASSPORT", "country": "CN"}
    assert seen["accountVerifyIdentity"]["identityLevel"] == "VERIFIED"


async def test_a_granted_role_counts_from_the_next_token_and_a_revoked_one_ends_every_token_at_once(
    api: Api, people: People, house: House
) -> None:
    admin, clerk = await people.staff(Role.ADMIN), await people.customer()
    given = {"accountId": account_id(clerk), "role": "SUPPORT"}
    before = api.token(clerk)

    granted = await api(admin, GRANT, input=given)
    with_old_token = await signed_in(api, before, "{ accounts { nodes { name } } }")
    clerk.roles = (Role.CUSTOMER, Role.SUPPORT)
    during = api.token(clerk)
    with_new_token = await signed_in(api, during, "{ accounts { nodes { name } } }")
    revoked = await api(admin, REVOKE, input=given)
    afterwards = await signed_in(api, during, "{ accounts { nodes { name } } }")
    before_too = await signed_in(api, before, "{ viewer { name } }")

    assert granted["accountGrantRole"]["roles"] == ["CUSTOMER", "SUPPORT"]
    assert with_old_token.codes == ["NOT_ALLOWED"]
    assert with_new_token["accounts"]["nodes"]
    assert revoked["accountRevokeRole"]["roles"] == ["CUSTOMER"]
    assert (afterwards.status, afterwards.codes) == (401, ["UNAUTHENTICATED"])
    assert before_too.codes == ["UNAUTHENTICATED"]


async def test_another_process_knows_within_moments_that_a_right_is_gone(
    api: Api, people: People, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "STANDING_SECONDS", 0.3)
    admin, clerk = await people.staff(Role.ADMIN), await people.staff(Role.SUPPORT)
    query = "{ accounts { nodes { name } } }"
    async with open_house(settings) as elsewhere:
        app = create(settings)
        app.state.house = elsewhere
        async with Api(app, elsewhere) as there:
            assert (await there(clerk, query))["accounts"]["nodes"]
            await api(admin, REVOKE, input={"accountId": account_id(clerk), "role": "SUPPORT"})
            here_at_once = await api(clerk, query)
            await asyncio.sleep(0.35)
            there_in_time = await there(clerk, query)

    assert here_at_once.codes == there_in_time.codes == ["UNAUTHENTICATED"]


async def test_nobody_becomes_the_house_itself_and_no_admin_locks_themselves_out(api: Api, people: People) -> None:
    admin, customer = await people.staff(Role.ADMIN), await people.customer()

    system = await api(admin, GRANT, input={"accountId": account_id(customer), "role": "SYSTEM"})
    own = await api(admin, REVOKE, input={"accountId": account_id(admin), "role": "ADMIN"})
    climbing = await api(customer, GRANT, input={"accountId": account_id(customer), "role": "ADMIN"})

    assert system["accountGrantRole"]["code"] == "INVALID_INPUT"
    assert own["accountRevokeRole"]["code"] == "NOT_ALLOWED"
    assert climbing["accountGrantRole"]["code"] == "NOT_ALLOWED"
    assert (await api(customer, "{ viewer { roles } }"))["viewer"]["roles"] == ["CUSTOMER"]


async def test_the_owner_exports_everything_personal_and_no_secret(api: Api, people: People) -> None:
    await api(None, REGISTER, input=registration())
    session = (await api(None, SIGN_IN, input={"email": "mei.chen@example.com", "password": PASSWORD}))["sessionOpen"]

    export = (await signed_in(api, session["token"], "{ accountExport }"))["accountExport"]
    stranger = await api(None, "{ accountExport }")

    assert export["account"][0]["email"] == "Mei.Chen@example.com"
    assert "credential" not in export
    assert "argon2" not in str(export)
    assert stranger.codes == ["NOT_ALLOWED"]


async def test_the_export_holds_wallet_and_statement_but_nobody_elses(api: Api, people: People) -> None:
    customer, _other = await people.customer(cash=euros(10)), await people.customer(cash=euros(20))

    export = (await api(customer, "{ accountExport }"))["accountExport"]

    assert [pocket["cash_minor"] for pocket in export["wallet_pocket"]] == [1000]
    assert [posting["amount_minor"] for posting in export["ledger_posting"]] == [1000]
    assert str(_other.id) not in str(export)


async def test_an_erasure_is_refused_while_money_is_there_and_says_what_blocks(
    api: Api, people: People, house: House
) -> None:
    customer, clerk = await people.customer(cash=euros(10)), await people.staff(Role.SUPPORT)

    rich = await api(customer, ERASE, input={})
    staff = await api(clerk, ERASE, input={})

    assert rich["accountErase"] == {
        "code": "ERASURE_BLOCKED",
        "deals": [{"kind": "WALLET", "note": "EUR holds 1000"}],
    }
    assert staff["accountErase"]["deals"] == [{"kind": "STAFF_ROLE", "note": "SUPPORT"}]
    assert (await api(customer, "{ viewer { name } }"))["viewer"]["name"] == "Lin Wei"


async def test_an_export_names_staff_by_their_role_and_holds_no_note_for_staff(api: Api, people: People) -> None:
    counter, workshop = await Counter(api, people).open(), await Workshop(api, people).open()
    consignment = await counter.submitted()
    call = {"consignmentId": consignment, "outcome": "CONFIRMED", "note": "Sounds nervous on the phone"}
    await counter(counter.support, "consignmentConfirm", **call)
    at_desk = {"consignmentId": consignment, "intake": intake(counter.shop_id)}
    assert (await counter(counter.associate, "consignmentReceive", **at_desk))["state"] == "RECEIVED"
    spent = {"consignmentId": consignment, "kind": "SERVICE", "amount": {"amount": "9.00", "currencyCode": "EUR"}}
    for bearer in ("HOUSE", "SELLER"):
        cost = {**spent, "note": f"On the {bearer.lower()}", "borneBy": bearer}
        assert (await api(counter.support, COST, input=cost))["pieceCostRecord"]["__typename"] == "PieceCost"
    await judged(counter, workshop, consignment)
    dispose = {"consignmentId": consignment, "disposal": "RETAIN", "note": "Known to the police"}
    await counter(counter.support, "consignmentDisposeRefused", **dispose)
    verify = {"accountId": account_id(counter.seller), "document": "PASSPORT", "documentCountry": "FR"}
    await api(counter.support, VERIFY, input=verify)

    export = (await api(counter.seller, "{ accountExport }"))["accountExport"]

    text = str(export)
    staff = await people.house.readers.pool.fetch("SELECT id FROM account WHERE NOT roles ? 'CUSTOMER'")
    assert not [row["id"] for row in staff if str(row["id"]) in text]
    assert export["account"][0]["identity_check"]["checked_by"] == "SUPPORT"
    assert export["intake_receipt"][0]["taken_by"] == "SHOP_ASSOCIATE"
    assert export["consignment"][0]["refused"]["decided_by"] == "SUPPORT"
    assert export["consignment"][0]["refused"]["reason"] == "The stamp is printed, not pressed."
    assert [cost["note"] for cost in export["piece_cost"]] == ["On the seller"]
    for internal in ("nervous", "police", "On the house"):
        assert internal not in text
    assert export["consignment"][0]["seller"] == str(counter.seller.id)


async def test_an_erasure_leaves_journals_and_nothing_that_names_the_person(
    api: Api, people: People, house: House
) -> None:
    await api(None, REGISTER, input=registration())
    session = (await api(None, SIGN_IN, input={"email": "mei.chen@example.com", "password": PASSWORD}))["sessionOpen"]
    mine = {"authorization": f"Bearer {session['token']}"}
    update = {"query": UPDATE, "variables": {"input": {"name": "陈美丽", "clientMutationKey": "new name"}}}
    await api.client.post("/graphql", json=update, headers=mine)
    assert "陈美丽" in await everything_kept(house)

    erase = {"query": ERASE, "variables": {"input": {"clientMutationKey": "forget me"}}}
    erased = Answer(await api.client.post("/graphql", json=erase, headers=mine))
    afterwards = await signed_in(api, session["token"], "{ viewer { name } }")
    sign_in = await api(None, SIGN_IN, input={"email": "mei.chen@example.com", "password": PASSWORD})
    anew = await api(None, REGISTER, input=registration())

    assert erased["accountErase"]["name"] == "Erased"
    assert erased["accountErase"]["erasedAt"] is not None
    assert (afterwards.status, afterwards.codes) == (401, ["UNAUTHENTICATED"])
    assert sign_in["sessionOpen"]["code"] == "BAD_CREDENTIALS"
    assert anew["accountRegister"]["name"] == "陈美", "the email is free again"
    kept = await everything_kept(house)
    assert "陈美丽" not in kept


async def test_nothing_that_a_buyer_and_seller_said_of_themselves_is_left_anywhere(
    api: Api, people: People, house: House, market: Market
) -> None:
    await api(None, REGISTER, input=registration(name="Zhao Unikat"))
    sign_in = {"email": "mei.chen@example.com", "password": PASSWORD}
    session = (await api(None, SIGN_IN, input=sign_in))["sessionOpen"]
    person = (await api(await people.staff(Role.SUPPORT), ACCOUNTS, filter={"emailPrefix": "mei."}))["accounts"]
    assert person["nodes"][0]["name"] == "Zhao Unikat"
    account = await house.readers.accounts.by_email("mei.chen@example.com")
    assert account is not None
    await people.run(fund, Fund(account.id, euros(100)))
    home = {**TO_PARIS["address"], "recipient": "Zhao Unikat", "line1": "7 rue Unikat", "phone": "+33 7 77 77"}
    thing = await market.piece(100)
    order = await market.buy(account, thing, cash=100, delivery={"method": "STANDARD", "address": home})
    await market.cancel(account, order["id"], reason="Zhao Unikat has no room for it")
    counter = await Counter(api, people).open()
    counter.seller = account
    consignment = await counter.submitted()
    await counter(account, "consignmentWithdraw", consignmentId=consignment, reason="Zhao Unikat keeps it")
    friend = await people.customer()
    give = {"toAccountId": account_id(friend), "amount": {"amount": "100.00", "currencyCode": "EUR"}}
    assert (await api(account, TRANSFER, input=give))["walletTransfer"]["__typename"] == "WalletPocket"
    export = str((await signed_in(api, session["token"], "{ accountExport }"))["accountExport"])
    assert "7 rue Unikat" in export
    assert str(friend.id) not in export

    erased = await api(account, ERASE, input={})

    assert erased["accountErase"].get("erasedAt"), erased.body
    kept = await everything_kept(house)
    for personal in ("Unikat", "+33 7 77 77", "mei.chen", "Mei.Chen"):
        assert personal not in kept, kept[max(0, kept.index(personal) - 200) :][:400]
    assert (await house.readers.ledger.health()).ok


async def test_support_erases_for_others_and_nobody_else_does(api: Api, people: People) -> None:
    customer, other = await people.customer(), await people.customer()
    support, finance = await people.staff(Role.SUPPORT), await people.staff(Role.FINANCE)
    given = {"accountId": account_id(customer)}

    by_other = await api(other, ERASE, input=given)
    by_finance = await api(finance, ERASE, input=given)
    by_support = await api(support, ERASE, input=given)
    again = await api(support, ERASE, input=given)
    received = await api(support, "query ($id: ID!) { account(id: $id) { name email } }", id=account_id(customer))

    assert by_other["accountErase"] == by_finance["accountErase"] == again["accountErase"]
    assert by_other["accountErase"]["code"] == "NOT_FOUND"
    assert by_support["accountErase"]["name"] == "Erased"
    assert received["account"]["email"].endswith("@erased.invalid")


async def test_staff_find_people_by_how_their_email_begins(api: Api, people: People) -> None:
    support, customer = await people.staff(Role.SUPPORT), await people.customer()
    for i in range(3):
        await api(None, REGISTER, input=registration(email=f"zoe.{i}@example.com"))

    first = (await api(support, ACCOUNTS, filter={"emailPrefix": "ZOE."}, first=2))["accounts"]
    rest = (
        await api(support, ACCOUNTS, filter={"emailPrefix": "zoe."}, first=2, after=first["pageInfo"]["endCursor"])
    )["accounts"]
    wild = (await api(support, ACCOUNTS, filter={"emailPrefix": "zoe%"}))["accounts"]
    by_role = (await api(support, ACCOUNTS, filter={"role": "SUPPORT"}))["accounts"]
    refused = await api(customer, ACCOUNTS)

    emails = [node["email"] for node in first["nodes"] + rest["nodes"]]
    assert emails == ["zoe.0@example.com", "zoe.1@example.com", "zoe.2@example.com"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (3, True, False)
    assert wild["nodes"] == []
    assert [node["email"] for node in by_role["nodes"]] == [support.email]
    assert refused.codes == ["NOT_ALLOWED"]


async def test_an_account_of_somebody_else_does_not_exist_for_a_customer(api: Api, people: People) -> None:
    customer, other = await people.customer(), await people.customer()
    query = "query ($id: ID!) { account(id: $id) { email } }"

    theirs = await api(customer, query, id=account_id(other))
    nobodys = await api(customer, query, id=encode_id("Account", UUID(int=7)))
    own = await api(customer, query, id=account_id(customer))

    assert theirs.codes == nobodys.codes == ["NOT_FOUND"]
    assert theirs.errors[0]["message"] == nobodys.errors[0]["message"]
    assert own["account"]["email"] == customer.email
