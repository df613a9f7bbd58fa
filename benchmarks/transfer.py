"""A transfer of money: people who can send some, and what the house says to the database for one transfer."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from app.config import Settings
from app.house import House, open_house
from app.start import minted
from benchmarks.load import KEY, Load, post
from benchmarks.servers import Server
from domain import wallet
from domain.ledger import AccountKind, customer, house
from domain.money import Currency, Money
from domain.viewer import HOUSE, AccountId, Role, Viewer
from schema.ids import encode_id

CURRENCY = Currency.EUR
CENT = Money(1, CURRENCY)
PLENTY = Money(10**11, CURRENCY)
MEMO = "For the tickets"
ACTION = "walletTransfer"

TRANSFER = """
mutation Transfer($input: WalletTransferInput!) {
  walletTransfer(input: $input) {
    __typename
    ... on WalletPocket { currency cash { amount } version }
    ... on UserError { code message path }
  }
}
"""
MEMBERS = """
SELECT id, email, roles, token_epoch FROM account WHERE email LIKE 'member%' AND erased_at IS NULL ORDER BY email
LIMIT $1
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Somebody with plenty of money, and somebody to send it to; no two pairs share a pocket."""

    sender: AccountId
    token: str
    receiver: AccountId


@dataclass(frozen=True, slots=True)
class Fund:
    """Money from nowhere, as a provider of payments would bring it."""

    owner: AccountId


@dataclass(frozen=True, slots=True)
class Message:
    """One message to the database; `fresh` says which of its arguments are another value every time."""

    text: str
    arguments: tuple[Any, ...]
    fresh: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was sent for one transfer, from BEGIN to COMMIT, and the key that it had in hexadecimal digits."""

    messages: Sequence[Message]
    key_hex: str


async def pairs(settings: Settings, owner_url: str, wanted: int) -> list[Pair]:
    connection = await asyncpg.connect(owner_url)
    try:
        members = await connection.fetch(MEMBERS, 2 * wanted)
    finally:
        await connection.close()
    assert len(members) == 2 * wanted, "a seeded house has members"
    return [
        Pair(UUID(int=one["id"].int), minted(settings, one).token, UUID(int=other["id"].int))  # type: ignore[arg-type]
        for one, other in zip(members[::2], members[1::2], strict=True)
    ]


def over_graphql(server: Server, pairs: Sequence[Pair]) -> Load:
    """A transfer for each of the pairs, every connection another pair."""
    url = f"{server.url}/graphql"
    amount = {"amount": str(CENT.amount), "currencyCode": CURRENCY}
    requests = []
    for pair in pairs:
        asked = {"toAccountId": encode_id("Account", pair.receiver), "amount": amount, "memo": MEMO}
        headers = {"authorization": f"Bearer {pair.token}", "idempotency_key": KEY.decode()}
        requests.append(post(url, TRANSFER, {"input": asked}, **headers))
    return Load(url, requests, len(pairs), b'"WalletPocket"')


async def fund(work: Any, viewer: Viewer, command: Fund, *, now: datetime) -> Money:
    postings = [house(AccountKind.PSP_CLEARING, -PLENTY), customer(command.owner, AccountKind.CASH, PLENTY)]
    await wallet.post(work, postings, ("topUp", work.new.id()), now, "Top-up")
    return PLENTY


async def record(settings: Settings, pairs: Sequence[Pair]) -> list[Recorded]:
    """Give every sender plenty, and watch one transfer of each."""
    async with open_house(settings) as opened:
        return [await recorded(opened, pair) for pair in pairs]


async def recorded(opened: House, pair: Pair) -> Recorded:
    transact = opened.transactor
    seen: list[tuple[str, tuple[Any, ...]]] = []

    def note(query: Any) -> None:
        seen.append((query.query, query.args))

    now = datetime.now(UTC)
    key = f"{uuid4().hex}/{ACTION}"
    await transact(fund, HOUSE, Fund(pair.sender), action="fund", key=uuid4().hex, now=now)
    viewer = Viewer(pair.sender, frozenset({Role.CUSTOMER}))
    async with transact.pool.lend() as raw:
        raw.add_query_logger(note)
    # Lent last, so lent next.
    await transact(wallet.transfer, viewer, wallet.Transfer(pair.receiver, CENT, MEMO), action=ACTION, key=key, now=now)
    await asyncio.sleep(0)
    raw.remove_query_logger(note)
    same = {pair.sender, pair.receiver}
    messages = [Message(text, arguments, fresh(arguments, key, now, same)) for text, arguments in seen]
    assert messages[0].text.startswith("BEGIN"), "it was seen from its beginning"
    assert messages[-1].text == "COMMIT", "it was seen to its end"
    return Recorded(messages, key.encode().hex())


def fresh(arguments: Sequence[Any], key: str, now: datetime, same: set[AccountId]) -> dict[int, str]:
    """Which arguments are new with each transfer: its key, its moment, and ids that are nobody's."""
    found = {}
    for place, value in enumerate(arguments):
        if value == key:
            found[place] = "key"
        elif value == now:
            found[place] = "now"
        elif isinstance(value, UUID) and value not in same:
            found[place] = "id"
    return found
