"""Certificates: what anyone can check, what makes a check fail, revoking and recalling."""

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from domain.viewer import Role
from persistence.embedded import Services
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.appraisal import ERRORS, Workshop, uuid_of
from tests.support.people import People

ONE_HOUSE = True

VERIFY = """
query ($code: String!) {
  certificateVerify(code: $code) {
    code status payload keyId signature issuedAt revokedAt reason
    statement { brand name reference serialEnding verdict grade standardVersion pieceId }
  }
  certificateKeys { keyId publicKey algorithm current }
}
"""
REVOKE = f"""
mutation ($input: CertificateRevokeInput!) {{
  certificateRevoke(input: $input) {{ ... on Certificate {{ state reason note revokedAt nextActions }} {ERRORS} }}
}}
"""
REINSTATE = f"""
mutation ($input: CertificateReinstateInput!) {{
  certificateReinstate(input: $input) {{ ... on Certificate {{ state }} {ERRORS} }}
}}
"""
RECALL = f"""
mutation ($input: CertificateRecallInput!, $first: Int) {{
  certificateRecall(input: $input) {{
    ... on CertificateRecall {{
      id marked complete cause {{ code }}
      certificates(first: $first) {{ totalCount nodes {{ id code state }} pageInfo {{ hasNextPage }} }}
    }}
    {ERRORS}
  }}
}}
"""
CERTIFICATE = """
query ($id: ID!) { certificate(id: $id) { code state verifyUrl qrCode note recall { id } } }
"""


@pytest.fixture
async def workshop(api: Api, people: People) -> Workshop:
    return await Workshop(api, people).open()


def genuine(check: dict[str, Any], keys: list[dict[str, Any]], payload: bytes | None = None) -> bool:
    """What a stranger does with the public key alone."""
    text = next(key["publicKey"] for key in keys if key["keyId"] == check["keyId"])
    key = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    try:
        key.verify(urlsafe_b64decode(check["signature"]), check["payload"].encode() if payload is None else payload)
    except InvalidSignature:
        return False
    return True


async def status(api: Api, code: str) -> str:
    return str((await api(None, VERIFY, code=code))["certificateVerify"]["status"])


# Checking


async def test_anyone_checks_a_code_and_reads_what_it_certifies_but_nothing_of_a_person(
    api: Api, people: People, workshop: Workshop
) -> None:
    seller = await people.person(Role.CUSTOMER, name="Ouyang Xiu")
    judged = await workshop.judged(await workshop.appraiser(), seller, serial="MX 2041 77")

    answer = await api(None, VERIFY, code=judged["certificate"]["code"])

    check = answer["certificateVerify"]
    assert check["status"] == "VALID"
    assert check["statement"] == {
        "brand": "Maison Aubrac",
        "name": "Satchel",
        "reference": "MA-27",
        "serialEnding": "1 77",
        "verdict": "AUTHENTIC",
        "grade": "PRISTINE",
        "standardVersion": 1,
        "pieceId": judged["piece"]["id"],
    }
    said = json.dumps(check, ensure_ascii=False)
    for secret in ("Ouyang", str(seller.id), seller.email, "2041"):
        assert secret not in said


async def test_a_code_is_read_from_paper_with_small_letters_and_spaces(
    api: Api, people: People, workshop: Workshop
) -> None:
    code = (await workshop.judged(await workshop.appraiser(), await people.customer()))["certificate"]["code"]

    assert await status(api, f"  {code.lower()} ") == "VALID"


@pytest.mark.parametrize("code", ["CE-2345-6789", "", "'; DROP TABLE certificate", "证书", "x" * 1_000, "\u2028"])
async def test_a_code_that_was_never_issued_is_unknown(api: Api, code: str) -> None:
    check = (await api(None, VERIFY, code=code))["certificateVerify"]

    assert check["status"] == "UNKNOWN"
    assert [check[name] for name in ("statement", "payload", "signature", "issuedAt")] == [None] * 4


async def test_the_public_key_alone_proves_a_certificate_and_any_changed_byte_is_found(
    api: Api, people: People, workshop: Workshop
) -> None:
    code = (await workshop.judged(await workshop.appraiser(), await people.customer()))["certificate"]["code"]
    answer = await api(None, VERIFY, code=code)
    check, keys = answer["certificateVerify"], answer["certificateKeys"]
    payload = check["payload"].encode()

    assert [key["algorithm"] for key in keys if key["current"]] == ["Ed25519"]
    assert genuine(check, keys)
    assert json.loads(check["payload"])["code"] == code
    for position in range(len(payload)):
        changed = bytearray(payload)
        changed[position] ^= 1
        assert not genuine(check, keys, bytes(changed))


@pytest.mark.own_house
@pytest.mark.parametrize(
    "forged",
    [
        "payload = replace(payload, 'PRISTINE', 'NEW')",
        "payload = overlay(payload placing ' ' from 2 for 0)",
        "signature = reverse(signature)",
        "signature = 'no signature at all'",
        "key_id = '0000000000000000'",
        "piece_id = (SELECT other.id FROM piece other WHERE other.id <> certificate.piece_id)",
    ],
)
async def test_a_record_that_somebody_bent_in_the_database_is_invalid(
    api: Api, people: People, workshop: Workshop, database: Services, forged: str
) -> None:
    appraiser = await workshop.appraiser()
    code = (await workshop.judged(appraiser, await people.customer()))["certificate"]["code"]
    other = (await workshop.judged(appraiser, await people.customer()))["certificate"]["code"]
    await revoke(api, workshop, other)
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute(f"UPDATE certificate SET {forged} WHERE code = $1", code)
    await owner.close()

    check = (await api(None, VERIFY, code=code))["certificateVerify"]

    assert (check["status"], check["statement"], check["payload"]) == ("INVALID", None, None)


async def test_the_app_itself_can_not_change_what_was_signed(people: People, workshop: Workshop) -> None:
    await workshop.judged(await workshop.appraiser(), await people.customer())

    async with people.house.transactor.pool.lend() as raw:
        with pytest.raises(Exception, match="permission denied"):
            await raw.execute("UPDATE certificate SET payload = '{}'")


async def test_the_qr_code_leads_to_a_check_by_browser(api: Api, people: People, workshop: Workshop) -> None:
    seller = await people.customer()
    judged = await workshop.judged(await workshop.appraiser(), seller)
    code = judged["certificate"]["code"]

    own = (await api(seller, CERTIFICATE, id=judged["certificate"]["id"]))["certificate"]
    checked = await api.client.get(f"/certificates/{code}")
    unknown = await api.client.get("/certificates/CE-2222-2222")
    picture = await api.client.get(f"/certificates/{code}.svg")
    nonsense = await api.client.get("/certificates/no code.svg")

    assert own["verifyUrl"].endswith(f"/certificates/{code}")
    assert own["qrCode"].startswith("data:image/svg+xml")
    assert checked.status_code == 200
    assert (checked.json()["status"], checked.json()["certifies"]["grade"]) == ("VALID", "PRISTINE")
    assert (unknown.status_code, unknown.json()["status"]) == (404, "UNKNOWN")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert b"<svg" in picture.content
    assert nonsense.status_code == 404


@pytest.mark.own_house
async def test_the_whole_certificate_is_for_staff_and_whom_it_was_issued_to(
    api: Api, people: People, workshop: Workshop
) -> None:
    seller, stranger = await people.customer(), await people.customer()
    certificate = (await workshop.judged(await workshop.appraiser(), seller))["certificate"]

    for person, seen in ((seller, True), (workshop.desk, True), (stranger, False), (None, False)):
        found = (await api(person, CERTIFICATE, id=certificate["id"]))["certificate"]
        assert (found is not None) == seen
    node = "query ($id: ID!) { node(id: $id) { id ... on Certificate { code } } }"
    assert (await api(seller, node, id=certificate["id"]))["node"]["code"] == certificate["code"]
    assert (await api(stranger, node, id=certificate["id"]))["node"] is None
    listed = "{ certificates { nodes { id } } }"
    assert (await api(seller, listed)).codes == ["NOT_ALLOWED"]
    assert [one["id"] for one in (await api(workshop.desk, listed))["certificates"]["nodes"]] == [certificate["id"]]


async def test_a_piece_and_its_consignment_lead_to_the_certificate(
    api: Api, people: People, workshop: Workshop
) -> None:
    seller = await people.customer()
    judged = await workshop.judged(await workshop.appraiser(), seller)
    query = """
    query ($piece: ID!, $appraisal: ID!) {
      node(id: $piece) { ... on Piece { certificate { code status } } }
      appraisal(id: $appraisal) { consignment { appraisal { id certificate { code } } } }
    }
    """

    found = await api(seller, query, piece=judged["piece"]["id"], appraisal=judged["id"])

    code = judged["certificate"]["code"]
    assert found["node"] == {"certificate": {"code": code, "status": "VALID"}}
    assert found["appraisal"]["consignment"]["appraisal"] == {"id": judged["id"], "certificate": {"code": code}}


# Revoking


async def revoke(api: Api, workshop: Workshop, code: str, reason: str = "COUNTERFEIT") -> dict[str, Any]:
    pool = api.house.readers.pool
    certificate_id = encode_id("Certificate", await pool.fetchval("SELECT id FROM certificate WHERE code = $1", code))
    given = {"certificateId": certificate_id, "reason": reason, "note": "The movement was exchanged."}
    return dict((await api(workshop.admin, REVOKE, input=given))["certificateRevoke"])


@pytest.mark.own_house
async def test_a_revoked_certificate_says_so_with_its_reason_and_counts_against_who_missed_it(
    api: Api, people: People, workshop: Workshop
) -> None:
    seller, appraiser, senior = await people.customer(), await workshop.appraiser(), await workshop.appraiser("SENIOR")
    judged = await workshop.judged(appraiser, seller)
    given = {"certificateId": judged["certificate"]["id"], "reason": "COUNTERFEIT", "note": "Opened by the maker."}

    revoked = (await api(senior, REVOKE, input=given))["certificateRevoke"]
    again = (await api(senior, REVOKE, input={**given, "note": "Once more."}))["certificateRevoke"]

    assert (revoked["state"], revoked["reason"], revoked["note"]) == ("REVOKED", "COUNTERFEIT", "Opened by the maker.")
    assert again["code"] == "WRONG_STATE"
    check = (await api(None, VERIFY, code=judged["certificate"]["code"]))["certificateVerify"]
    assert (check["status"], check["reason"]) == ("REVOKED", "COUNTERFEIT")
    assert check["revokedAt"] is not None
    record = "{ appraisers(first: 1) { nodes { record { judged upheld accuracyBps } } } }"
    found = (await api(workshop.desk, record))["appraisers"]["nodes"][0]["record"]
    assert found == {"judged": 1, "upheld": 0, "accuracyBps": 0}


async def test_only_admins_and_senior_appraisers_of_the_category_revoke(
    api: Api, people: People, workshop: Workshop
) -> None:
    seller, appraiser = await people.customer(), await workshop.appraiser()
    certificate = (await workshop.judged(appraiser, seller))["certificate"]
    elsewhere = await Workshop(api, people).open()
    foreign = await elsewhere.appraiser("SENIOR")
    given = {"certificateId": certificate["id"], "reason": "MISTAKE", "note": "A slip."}

    for person in (seller, appraiser, workshop.desk, foreign, None):
        assert (await api(person, REVOKE, input=given))["certificateRevoke"]["code"] == "NOT_ALLOWED"

    assert await status(api, certificate["code"]) == "VALID"
    unknown = {**given, "certificateId": encode_id("Certificate", seller.id)}
    assert (await api(workshop.admin, REVOKE, input=unknown))["certificateRevoke"]["code"] == "NOT_FOUND"


# Recalling


def back(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


async def recall(api: Api, person: Any, certificate: dict[str, Any], basis: str, since: str) -> dict[str, Any]:
    given = {"certificateId": certificate["id"], "basis": basis, "since": since, "reason": "One was found wanting."}
    return dict((await api(person, RECALL, input=given, first=1))["certificateRecall"])


async def test_siblings_of_the_same_consignor_come_under_review_and_nothing_else_does(
    api: Api, people: People, workshop: Workshop
) -> None:
    seller, other, appraiser = await people.customer(), await people.customer(), await workshop.appraiser()
    cause, first, second = [(await workshop.judged(appraiser, seller))["certificate"] for _ in range(3)]
    theirs = (await workshop.judged(appraiser, other))["certificate"]
    await revoke(api, workshop, cause["code"])

    made = await recall(api, workshop.admin, cause, "SAME_CONSIGNOR", back(1))

    assert (made["marked"], made["complete"], made["cause"]["code"]) == (2, True, cause["code"])
    assert made["certificates"]["totalCount"] == 2
    assert made["certificates"]["pageInfo"]["hasNextPage"]
    assert [one["state"] for one in made["certificates"]["nodes"]] == ["UNDER_REVIEW"]
    found = [await status(api, one["code"]) for one in (cause, first, second, theirs)]
    assert found == ["REVOKED", "UNDER_REVIEW", "UNDER_REVIEW", "VALID"]


async def test_siblings_by_the_same_appraiser_come_under_review(api: Api, people: People, workshop: Workshop) -> None:
    careless, careful = await workshop.appraiser(), await workshop.appraiser()
    cause = (await workshop.judged(careless, await people.customer()))["certificate"]
    sibling = (await workshop.judged(careless, await people.customer()))["certificate"]
    unrelated = (await workshop.judged(careful, await people.customer()))["certificate"]

    made = await recall(api, workshop.admin, cause, "SAME_APPRAISER", back(1))

    assert made["marked"] == 1
    found = [await status(api, one["code"]) for one in (cause, sibling, unrelated)]
    assert found == ["VALID", "UNDER_REVIEW", "VALID"]


async def test_a_recall_reaches_back_to_its_moment_and_marks_once(api: Api, people: People, workshop: Workshop) -> None:
    seller, appraiser = await people.customer(), await workshop.appraiser()
    cause, sibling = [(await workshop.judged(appraiser, seller))["certificate"] for _ in range(2)]

    late = await recall(api, workshop.admin, cause, "SAME_CONSIGNOR", datetime.now(UTC).isoformat())
    ahead = await recall(api, workshop.admin, cause, "SAME_CONSIGNOR", back(-1))
    first = await recall(api, workshop.admin, cause, "SAME_CONSIGNOR", back(1))
    again = await recall(api, workshop.admin, cause, "SAME_CONSIGNOR", back(1))

    assert (late["marked"], ahead["code"], first["marked"], again["marked"]) == (0, "INVALID_INPUT", 1, 0)
    assert await status(api, sibling["code"]) == "UNDER_REVIEW"


async def test_a_review_ends_in_reinstating_or_revoking(api: Api, people: People, workshop: Workshop) -> None:
    seller, appraiser = await people.customer(), await workshop.appraiser()
    cause, right, wrong = [(await workshop.judged(appraiser, seller))["certificate"] for _ in range(3)]
    await recall(api, workshop.admin, cause, "SAME_CONSIGNOR", back(1))
    given = {"certificateId": right["id"], "note": "Looked at again, all is well."}

    denied = (await api(workshop.desk, REINSTATE, input=given))["certificateReinstate"]
    stood = (await api(workshop.admin, REINSTATE, input=given))["certificateReinstate"]
    twice = (await api(workshop.admin, REINSTATE, input={**given, "note": "Again."}))["certificateReinstate"]
    fell = await revoke(api, workshop, wrong["code"])

    assert denied["code"] == "NOT_ALLOWED"
    assert (stood["state"], twice["code"], fell["state"]) == ("VALID", "WRONG_STATE", "REVOKED")
    assert [await status(api, one["code"]) for one in (right, wrong)] == ["VALID", "REVOKED"]


async def test_recalling_is_for_admins_and_senior_appraisers(api: Api, people: People, workshop: Workshop) -> None:
    seller, appraiser = await people.customer(), await workshop.appraiser()
    cause, sibling = [(await workshop.judged(appraiser, seller))["certificate"] for _ in range(2)]

    for person in (seller, appraiser, workshop.desk, None):
        assert (await recall(api, person, cause, "SAME_CONSIGNOR", back(1)))["code"] == "NOT_ALLOWED"

    assert await status(api, sibling["code"]) == "VALID"
    made = await recall(api, workshop.admin, cause, "SAME_CONSIGNOR", back(1))
    by_id = "query ($id: ID!) { certificateRecall(id: $id) { marked } }"
    assert (await api(workshop.desk, by_id, id=made["id"]))["certificateRecall"] == {"marked": 1}
    assert (await api(seller, by_id, id=made["id"]))["certificateRecall"] is None


async def test_the_passport_tells_of_the_certificate(api: Api, people: People, workshop: Workshop) -> None:
    judged = await workshop.judged(await workshop.appraiser(), await people.customer())
    await revoke(api, workshop, judged["certificate"]["code"])

    query = "SELECT name FROM event WHERE piece_id = $1 ORDER BY id"
    names = [row["name"] for row in await people.house.readers.pool.fetch(query, uuid_of(judged["piece"]["id"]))]

    assert names == [
        "piece.registered",
        "certificate.issued",
        "consignment.appraised",
        "appraisal.concluded",
        "certificate.revoked",
    ]
