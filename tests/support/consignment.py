"""Consignments and club shops through the API: what a seller says, what a desk finds, and each mutation by its name."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from domain.account import Account
from domain.viewer import HOUSE, Role
from schema.ids import decode_id, encode_id
from tests.support.api import Answer, Api
from tests.support.people import People

PARIS = ZoneInfo("Europe/Paris")

FIELDS = """
id code state version nextActions route endReason
shop { id } appointment { id state startsAt } parcel { carrier tracking } returnParcel { tracking }
estimateLow { amount } estimateHigh { amount } expiresAt receivedAt returnedAt
refused { disposal keptUntil note } listing { id }
receipt { code sealNumber weightGrams handedOverBy } piece { id } seller { id }
tasks { kind attempt outcome doneAt note agent { id } }
"""
WITHOUT_STATE = ("consignmentDraft",)


def send(name: str) -> str:
    """The document of a mutation that answers with a consignment, or why not; `stands` is the state then."""
    kind = name[0].upper() + name[1:]
    wrong = "" if name in WITHOUT_STATE else "... on WrongState { stands: state nextActions }"
    return f"""
    mutation ($input: {kind}Input!) {{
      {name}(input: $input) {{
        __typename ... on Consignment {{ {FIELDS} }} ... on UserError {{ code message path }} {wrong}
      }}
    }}
    """


CONSIGNMENT = f"query ($id: ID!) {{ consignment(id: $id) {{ {FIELDS} }} }}"

SHOP_OPEN = """
mutation ($input: ClubShopOpenInput!) {
  clubShopOpen(input: $input) { __typename ... on ClubShop { id slug version } ... on UserError { code path } }
}
"""

APPOINT = """
mutation ($input: ShopAssociateAppointInput!) {
  shopAssociateAppoint(input: $input) {
    __typename ... on ShopAssociate { since leftAt shop { id } account { id } } ... on UserError { code message path }
  }
}
"""


def content(**changed: Any) -> dict[str, Any]:
    """What a seller says of a bag."""
    return {
        "route": "ONLINE",
        "currency": "EUR",
        "brand": "Maison Aurelle",
        "title": "Sac Lune",
        "description": "Bought in Paris, carried twice.",
        "photos": [{"url": "https://pictures.example.com/lune.jpg"}],
        "askingPrice": {"amount": "1800.00", "currencyCode": "EUR"},
        **changed,
    }


def intake(shop_id: str | None = None, **changed: Any) -> dict[str, Any]:
    """What a desk finds."""
    return {
        "shopId": shop_id,
        "handedOverBy": "Lin Wei",
        "photos": [{"url": "https://pictures.example.com/desk.jpg"}],
        "sealNumber": "S-0042",
        "weightGrams": 820,
        "condition": "Light wear at one corner",
        **changed,
    }


class Counter:
    """Staff of every kind, a shop, and the consignments that they handle."""

    def __init__(self, api: Api, people: People) -> None:
        self.api = api
        self.people = people

    async def open(self, *, capacity: int = 2) -> "Counter":
        self.support = await self.people.staff(Role.SUPPORT)
        self.associate = await self.people.staff(Role.SHOP_ASSOCIATE)
        self.merchandiser = await self.people.staff(Role.MERCHANDISER)
        self.admin = await self.people.staff(Role.ADMIN)
        self.seller = await self.people.customer()
        self.shop_id = await self.shop(capacity)
        return self

    async def shop(self, capacity: int = 2, *, staffed: bool = True, **changed: Any) -> str:
        """A shop in Paris, open every day from 10 to 19, where the associate works; its id."""
        given = {
            "slug": f"paris-{uuid4().hex[:8]}",
            "name": {"en": "Paris", "zh": "巴黎"},
            "address": {"street": "1 rue de la Paix", "city": "Paris", "postalCode": "75002", "country": "FR"},
            "timeZone": "Europe/Paris",
            "hours": [{"weekday": day, "opens": "10:00", "closes": "19:00"} for day in range(1, 8)],
            "services": [{"purpose": purpose, "capacity": capacity} for purpose in ("DROP_OFF", "VIEWING")],
            **changed,
        }
        shop_id = str((await self.api(self.admin, SHOP_OPEN, input=given))["clubShopOpen"]["id"])
        if staffed:
            await self.appoint(self.associate, shop_id)
        return shop_id

    async def appoint(self, person: Account, shop_id: str) -> None:
        """Somebody works in a shop from now on."""
        given = {"shopId": shop_id, "accountId": account_id(person)}
        done = await self.api(self.admin, APPOINT, input=given)
        assert done["shopAssociateAppoint"]["__typename"] == "ShopAssociate", done.body

    async def __call__(
        self, person: Account | None, name: str, *, key: str | None = None, **given: Any
    ) -> dict[str, Any]:
        """Send one mutation; what it answers."""
        answer: Answer = await self.api(person, send(name), key=key, input=given)
        return dict(answer[name])

    async def seen(self, person: Account | None, consignment_id: str) -> dict[str, Any]:
        return dict((await self.api(person, CONSIGNMENT, id=consignment_id))["consignment"])

    async def kept(self, consignment_id: str) -> dict[str, Any]:
        """The row as the database has it, for tests that nothing has changed."""
        row = await self.people.house.readers.pool.fetchrow(
            "SELECT * FROM consignment WHERE id = $1", decode_id(consignment_id)[1]
        )
        return dict(row)

    async def submitted(self, **changed: Any) -> str:
        submitted = await self(self.seller, "consignmentSubmit", content=content(**changed))
        assert submitted["state"] == "SUBMITTED", submitted
        return str(submitted["id"])

    async def confirmed(self, **changed: Any) -> str:
        consignment_id = await self.submitted(**changed)
        called = await self(self.support, "consignmentConfirm", consignmentId=consignment_id, outcome="CONFIRMED")
        assert called["state"] == "CONFIRMED", called
        return consignment_id

    async def received(self, **changed: Any) -> str:
        consignment_id = await self.confirmed()
        taken = await self(self.support, "consignmentReceive", consignmentId=consignment_id, intake=intake(**changed))
        assert taken["state"] == "RECEIVED", taken
        return consignment_id

    async def job(self, verb: Any, command: Any, at: datetime) -> Any:
        """What the worker does at a moment."""
        return await self.people.house.transactor(verb, HOUSE, command, action=verb.__name__, key=uuid4().hex, now=at)


def slot(days: int = 7, hour: int = 10, minute: int = 0) -> datetime:
    """A start of an appointment some days from now, by the clock of Paris."""
    day = datetime.now(PARIS) + timedelta(days=days)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0).astimezone(UTC)


def account_id(person: Account) -> str:
    return encode_id("Account", person.id)


def uuid_of(global_id: str) -> UUID:
    return UUID(str(decode_id(global_id)[1]))
