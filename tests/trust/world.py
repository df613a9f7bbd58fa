"""One house for a whole module of trust tests: its people, and requests as any of them sends them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from app.house import House
from domain.account import Account
from domain.viewer import Role
from tests.support.api import Answer, Api
from tests.support.people import People, euros
from tests.trust.selection import document


class Persona(StrEnum):
    """Who may knock: a stranger, a customer who has nothing to do with the matter, and staff of every role."""

    STRANGER = "STRANGER"
    CUSTOMER = "CUSTOMER"
    APPRAISER = "APPRAISER"
    MERCHANDISER = "MERCHANDISER"
    FINANCE = "FINANCE"
    SUPPORT = "SUPPORT"
    SHOP_ASSOCIATE = "SHOP_ASSOCIATE"
    ADMIN = "ADMIN"


class World:
    """Staff are made once; customers are new each time."""

    def __init__(self, house: House, api: Api) -> None:
        self.house = house
        self.api = api
        self.people = People(house)
        self.kept: dict[str, Any] = {}
        """What entries of the table make once and share."""
        self._staff: dict[Role, Account] = {}

    async def staff(self, role: Role) -> Account:
        if role not in self._staff:
            self._staff[role] = await self.people.staff(role)
        return self._staff[role]

    async def customer(self, cash: int = 0) -> Account:
        return await self.people.customer(cash=euros(cash) if cash else None)

    async def persona(self, persona: Persona) -> Account | None:
        """Somebody of this kind whom the matter does not concern."""
        if persona is Persona.STRANGER:
            return None
        if persona is Persona.CUSTOMER:
            return await self.customer(cash=1_000)
        return await self.staff(Role(persona))

    async def send(self, person: Account | None, name: str, given: dict[str, Any], key: str | None) -> Answer:
        """A mutation that selects all that can be selected, with this key or with none at all."""
        headers = {"idempotency-key": key} if key is not None else {}
        if person is not None:
            headers["authorization"] = f"Bearer {self.api.token(person)}"
        body = {"query": document(name), "variables": {"input": given}}
        return Answer(await self.api.client.post("/graphql", json=body, headers=headers))


def outcome(answer: Answer, name: str) -> str:
    """The code of the refusal or error, or the type of what was done."""
    if answer.errors and (answer.body.get("data") or {}).get(name) is None:
        return answer.codes[0]
    done = answer.body["data"][name]
    return str(done.get("code") or done["__typename"])
