"""The API as a client sees it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Self
from uuid import uuid4

import httpx2
from starlette.applications import Starlette

from app import auth
from app.house import House
from domain.account import Account
from tests.support import execution


class Answer:
    """One GraphQL answer.

    `body` is what it says, apart from the meter. Indexing reads `data`; asking for data that came with errors fails
    the test with the errors.
    """

    def __init__(self, response: httpx2.Response) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.body: dict[str, Any] = response.json()
        self.meter: dict[str, int] = self.body.pop("extensions", {}).get("cost", {})

    @property
    def errors(self) -> list[dict[str, Any]]:
        return self.body.get("errors") or []

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.errors]

    @property
    def data(self) -> dict[str, Any]:
        assert not self.errors, self.errors
        return self.body["data"]  # type: ignore[no-any-return]

    def __getitem__(self, field: str) -> Any:
        return self.data[field]


@dataclass(frozen=True)
class KeyHolder:
    """A machine with an API key."""

    secret: str


class Api:
    """Sends operations as a given person, or as a stranger."""

    def __init__(self, app: Starlette, house: House) -> None:
        self.app = app
        self.client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://cercle.test")
        self.house = house
        self.comparison = ExitStack()

    async def __aenter__(self) -> Self:
        if execution.WANTED:
            self.comparison.enter_context(execution.compared())
        await self.client.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        self.comparison.close()
        await self.client.__aexit__(*error)

    def token(self, account: Account | KeyHolder) -> str:
        if isinstance(account, KeyHolder):
            return account.secret
        secret = self.house.settings.secret.get_secret_value()
        now = self.house.context(auth.ANONYMOUS).now
        return auth.mint(secret, account.id, frozenset(account.roles), now, epoch=account.token_epoch)

    async def __call__(
        self,
        person: Account | KeyHolder | None,
        query: str,
        *,
        key: str | None = None,
        locale: str = "en",
        **variables: Any,
    ) -> Answer:
        """Send one operation with a fresh idempotency key, unless one is given."""
        headers = {"accept-language": locale, "idempotency-key": key or uuid4().hex}
        if person is not None:
            headers["authorization"] = f"Bearer {self.token(person)}"
        response = await self.client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        return Answer(response)
