"""The audit: what was done and what staff tried, for admins."""

from app.house import House
from domain.viewer import Role
from tests.schema.test_account import GRANT, account_id
from tests.support.api import Api
from tests.support.people import People

ONE_HOUSE = True

AUDIT = """
query ($filter: AuditFilterInput, $first: Int, $after: String) {
  auditLog(filter: $filter, first: $first, after: $after) {
    nodes { name action refused actor { id } subjectKind subjectId occurredAt data }
    pageInfo { endCursor hasNextPage }
  }
}
"""


async def test_an_admin_reads_who_did_what(api: Api, people: People) -> None:
    admin, customer = await people.staff(Role.ADMIN), await people.customer()
    await api(admin, GRANT, input={"accountId": account_id(customer), "role": "SUPPORT"})

    entries = (await api(admin, AUDIT, filter={"subjectId": account_id(customer)}))["auditLog"]["nodes"]
    by_action = (await api(admin, AUDIT, filter={"action": "accountGrantRole"}))["auditLog"]["nodes"]

    assert entries == by_action
    entry = entries[0]
    assert (entry["name"], entry["action"], entry["refused"]) == ("account.roleGranted", "accountGrantRole", False)
    assert entry["actor"] == {"id": account_id(admin)}
    assert (entry["subjectKind"], entry["subjectId"]) == ("account", account_id(customer))
    assert entry["data"] == {"role": "SUPPORT"}


async def test_what_staff_tried_without_the_right_to_is_kept_once(api: Api, people: People, house: House) -> None:
    admin, support, customer = (
        await people.staff(Role.ADMIN),
        await people.staff(Role.SUPPORT),
        await people.customer(),
    )
    given = {"accountId": account_id(support), "role": "ADMIN", "clientMutationKey": "climb"}

    for person in (support, support, customer, None):
        refused = await api(person, GRANT, input=given)
        assert refused["accountGrantRole"]["code"] == "NOT_ALLOWED"

    tried = (await api(admin, AUDIT, filter={"refusedOnly": True}))["auditLog"]["nodes"]
    assert [(entry["name"], entry["action"], entry["actor"]["id"]) for entry in tried] == [
        ("access.refused", "accountGrantRole", account_id(support))
    ]
    assert tried[0]["data"] == {"needs": "admin rights"}


async def test_the_audit_is_filtered_by_actor_and_time_and_paged(api: Api, people: People) -> None:
    admin, customer = await people.staff(Role.ADMIN), await people.customer()
    for role in ("SUPPORT", "FINANCE", "APPRAISER"):
        await api(admin, GRANT, input={"accountId": account_id(customer), "role": role})
    mine = {"actorId": account_id(admin)}

    first = (await api(admin, AUDIT, filter=mine, first=2))["auditLog"]
    rest = (await api(admin, AUDIT, filter=mine, first=2, after=first["pageInfo"]["endCursor"]))["auditLog"]
    moment = first["nodes"][0]["occurredAt"]
    before = (await api(admin, AUDIT, filter={**mine, "until": "2020-01-01T00:00:00Z"}))["auditLog"]["nodes"]
    since = (await api(admin, AUDIT, filter={**mine, "since": moment}))["auditLog"]["nodes"]

    roles = [entry["data"]["role"] for entry in first["nodes"] + rest["nodes"]]
    assert roles == ["APPRAISER", "FINANCE", "SUPPORT"]
    assert before == []
    assert [entry["data"]["role"] for entry in since] == ["APPRAISER"]


async def test_nobody_but_admins_reads_the_audit(api: Api, people: People) -> None:
    for person in (None, await people.customer(), *[await people.staff(role) for role in (Role.SUPPORT, Role.FINANCE)]):
        assert (await api(person, AUDIT)).codes == ["NOT_ALLOWED"]
