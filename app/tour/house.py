"""A running house as its callers know it, and the operations that consumers are shown."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

EXAMPLES = Path(__file__).parents[2] / "examples"
OPERATION = re.compile(r"^(?:query|mutation) (\w+)", re.MULTILINE)
PATIENCE_SECONDS = 30

Json = dict[str, Any]


class Off(Exception):
    """Something is not as it must be."""


def operations() -> dict[str, str]:
    """Every operation of the examples by name, with the document that it stands in."""
    documents = [path.read_text() for path in sorted(EXAMPLES.rglob("*.graphql"))]
    return {name: document for document in documents for name in OPERATION.findall(document)}


@dataclass
class House:
    """A running house as its callers know it: an address, and a token for each of them."""

    url: str
    tokens: dict[str, str]
    client: httpx2.Client
    documents: dict[str, str] = field(default_factory=operations)
    sent: set[str] = field(default_factory=set)

    def ask(self, who: str | None, name: str, **variables: Any) -> Any:
        """The data of one operation's first field; anything but a plain success is off."""
        headers = {"idempotency-key": uuid4().hex}
        if who is not None:
            headers["authorization"] = f"Bearer {self.tokens[who]}"
        body = {"query": self.documents[name], "operationName": name, "variables": variables}
        answer = self.client.post(f"{self.url}/graphql", json=body, headers=headers).json()
        self.sent.add(name)
        if answer.get("errors"):
            raise Off(f"{name}: {answer['errors'][0]['message']}")
        found = next(iter(answer["data"].values()))
        if isinstance(found, dict) and "code" in found and "message" in found:
            raise Off(f"{name}: {found['code']}, {found['message']}")
        return found

    def charge(self, payment_id: str) -> None:
        """Have the test provider report that it has the money."""
        response = self.client.post(f"{self.url}/test-provider/payments/{payment_id}/charge")
        if response.status_code >= 300:
            raise Off(f"The test provider's webhook was answered with {response.status_code}: {response.text}")

    def wait(self, what: str, found: Callable[[], Json | None]) -> Json:
        """Ask until it is there, for the worker does some things in its own time."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            one = found()
            if one is not None:
                return one
            time.sleep(0.2)
        raise Off(f"{what} did not happen within {PATIENCE_SECONDS} s; is the worker running?")


ADDRESS: Json = {
    "recipient": "Lin Wei",
    "phone": "+852 5550 1234",
    "country": "HK",
    "city": "Hong Kong",
    "line1": "18 Queen's Road Central",
}


def euros(amount: str) -> Json:
    return {"amount": amount, "currencyCode": "EUR"}
