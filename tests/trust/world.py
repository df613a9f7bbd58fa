"""One house for a whole module of trust tests: its people, and requests as any of them sends them."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import uuid4

from app.house import House
from domain import api_key
from domain.account import Account
from domain.viewer import Role, Scope
from schema.access import Access
from tests.support.api import Answer, Api, KeyHolder
from tests.support.appraisal import Workshop
from tests.support.catalogue import Shelves
from tests.support.consigned import Consigned
from tests.support.consignment import Counter
from tests.support.market import Market
from tests.support.people import People, euros
from tests.support.returns import Returns
from tests.trust.selection import document, noun_of


class Persona(StrEnum):
    """Who may knock: a stranger, members and partners who have nothing to do with the matter, a partner's machine with
    a key of every scope, and staff of every role.
    """

    STRANGER = "STRANGER"
    CUSTOMER = "CUSTOMER"
    PARTNER = "PARTNER"
    SUPPLIER = "SUPPLIER"
    KEY = "KEY"
    APPRAISER = "APPRAISER"
    MERCHANDISER = "MERCHANDISER"
    FINANCE = "FINANCE"
    SUPPORT = "SUPPORT"
    SHOP_ASSOCIATE = "SHOP_ASSOCIATE"
    MEDICAL = "MEDICAL"
    ADMIN = "ADMIN"


EVERYBODY = frozenset(Persona)


def personas(row: Access) -> frozenset[Persona]:
    """Who, besides whom it concerns, may by a row of the table: to somebody else's things, or to none in particular."""
    if row.everybody:
        return EVERYBODY
    found = {Persona(role) for role in row.roles}
    if row.signed_in:
        found |= EVERYBODY - {Persona.STRANGER, Persona.KEY}
        found |= {Persona.KEY} if row.scopes else set()
    return frozenset(found)


class World:
    """Staff are made once; customers are new each time."""

    def __init__(self, house: House, api: Api, owner: Any) -> None:
        self.house = house
        self.api = api
        self.owner = owner
        """A connection of whoever owns the tables, for time to pass where no test can wait."""
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

    async def key(self, *scopes: Scope) -> KeyHolder:
        """A partner's machine whose key has these scopes."""
        partner = await self.people.staff(Role.PARTNER)
        made = await self.people.run(api_key.issue, api_key.IssueKey("Machine", scopes, partner.id), as_=partner)
        holder = KeyHolder(self.house.secrets.api_keys.write(made))
        # The first use of the hour is noted.
        assert (await self.api(holder, "{ apiKey { id } }"))["apiKey"]
        return holder

    async def persona(self, persona: Persona) -> Account | KeyHolder | None:
        """Somebody of this kind whom the matter does not concern."""
        if persona is Persona.STRANGER:
            return None
        if persona is Persona.KEY:
            if "key" not in self.kept:
                self.kept["key"] = await self.key(*Scope)
            return self.kept["key"]  # type: ignore[no-any-return]
        if persona is Persona.CUSTOMER:
            return await self.customer(cash=1_000)
        return await self.staff(Role(persona))

    # What several entries need

    @cached_property
    def shelves(self) -> Shelves:
        return Shelves(self.house)

    @cached_property
    def market(self) -> Market:
        return Market(self.house, self.api)

    @cached_property
    def consigned(self) -> Consigned:
        return Consigned(self.house)

    async def counter(self) -> Counter:
        """A club shop with its staff; every call has a seller of its own."""
        if "counter" not in self.kept:
            self.kept["counter"] = await Counter(self.api, self.people).open(capacity=20)
        counter: Counter = self.kept["counter"]
        counter.seller = await self.customer()
        return counter

    async def workshop(self) -> Workshop:
        if "workshop" not in self.kept:
            self.kept["workshop"] = await Workshop(self.api, self.people).open()
        workshop: Workshop = self.kept["workshop"]
        return workshop

    async def returns(self) -> Returns:
        if "returns" not in self.kept:
            self.kept["returns"] = await Returns(self.market, self.people).open()
        returns: Returns = self.kept["returns"]
        return returns

    # Requests

    async def do(self, person: Account | None, name: str, /, **given: Any) -> dict[str, Any]:
        """Do a mutation, which must work; its fields by their names."""
        answer = await self.send(person, name, given, uuid4().hex)
        assert outcome(answer, name) == noun_of(name), answer.body
        return {alias.partition("_")[2]: value for alias, value in answer.body["data"][name].items()}

    async def send(
        self, person: Account | KeyHolder | None, name: str, given: dict[str, Any], key: str | None
    ) -> Answer:
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
