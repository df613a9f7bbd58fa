"""A move of money that goes well unless somebody stops it, to see whether it was stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from domain.account import Account
from tests.schema.test_wallet import POCKETS, TRANSFER, account_id, amount
from tests.support.api import Api
from tests.support.people import People, euros


@dataclass
class Transfer:
    """10 euros of the 100 that the giver has."""

    api: Api
    giver: Account
    taker: Account
    query: str = TRANSFER

    @classmethod
    async def between_strangers(cls, api: Api, people: People) -> Transfer:
        return cls(api, await people.customer(cash=euros(100)), await people.customer())

    @property
    def variables(self) -> dict[str, Any]:
        """With a key of its own each time."""
        key = uuid4().hex
        about = {"toAccountId": account_id(self.taker.id), "amount": amount("10.00"), "clientMutationKey": key}
        return {"input": about}

    @property
    def body(self) -> dict[str, Any]:
        return {"query": self.query, "variables": self.variables}

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.api.token(self.giver)}"}

    async def left(self) -> str:
        """What the giver has, in euros."""
        return str((await self.api(self.giver, POCKETS))["wallet"]["pockets"][0]["cash"]["amount"])
