"""What customers owe the house: a wallet is never below zero, so the rest of a claw-back stands here until paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import wallet
from domain.event import Event
from domain.ledger import AccountKind, Posting, customer, house
from domain.lifecycle import Lifecycle
from domain.money import Currency, Money
from domain.page import Page, PageRequest
from domain.refusal import InvalidInput, NotFound, Refusal, require
from domain.text import line
from domain.viewer import AccountId, Role, Viewer
from domain.wallet import InsufficientFunds
from domain.work import check_version

ReceivableId = NewType("ReceivableId", UUID)

OFFSET_CAP_BPS = 5_000
"""Of each amount that comes in, no more than this share pays old debts, so that selling still pays."""


# Nouns


class ReceivableState(StrEnum):
    """Where a debt stands; all but OPEN are final."""

    OPEN = "OPEN"
    PAID = "PAID"
    WRITTEN_OFF = "WRITTEN_OFF"


RECEIVABLE_LIFECYCLE = Lifecycle(
    kind="receivable",
    initial=ReceivableState.OPEN,
    moves={
        "receivableRepay": ([ReceivableState.OPEN], ReceivableState.PAID),
        "receivableWriteOff": ([ReceivableState.OPEN], ReceivableState.WRITTEN_OFF),
    },
)


@dataclass(slots=True)
class Receivable:
    """One debt and what is left of it. The owner's pocket guards it: lock that first."""

    id: ReceivableId
    owner: AccountId
    amount: Money
    outstanding: Money
    state: ReceivableState
    reason: str
    cause_kind: str
    cause_id: UUID
    created_at: datetime
    ended_at: datetime | None = None
    version: int = 1

    @property
    def next_actions(self) -> tuple[str, ...]:
        return RECEIVABLE_LIFECYCLE.next_actions(self.state)


@dataclass(frozen=True, slots=True)
class Charge:
    """What a claw-back took from cash, and what the customer owes now."""

    owner: AccountId
    taken: Money
    owed: Money
    receivable_id: ReceivableId | None


@dataclass(frozen=True, slots=True)
class ReceivableFilter:
    """Which debts: all that match everything given."""

    owner: AccountId | None = None
    state: ReceivableState | None = None


# Refusals


@dataclass(eq=False)
class NothingOwed(Refusal):
    """There is no debt in this currency."""

    code = "NOTHING_OWED"
    currency: Currency

    @property
    def message(self) -> str:
        return f"Nothing is owed in {self.currency}."


# Ports


class Receivables(Protocol):
    async def lock(self, receivable_id: ReceivableId) -> Receivable: ...
    async def add(self, receivable: Receivable) -> None: ...
    async def save(self, receivable: Receivable) -> None: ...

    async def find(self, receivable_id: ReceivableId) -> Receivable:
        """The debt, not locked."""
        ...

    async def lock_open(self, owner: AccountId, currency: Currency) -> Sequence[Receivable]:
        """What an owner still owes, the oldest debt first."""
        ...


class Work(wallet.Work, Protocol):
    @property
    def receivables(self) -> Receivables: ...


class ReceivableReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Receivable | None]: ...
    async def page(self, wanted: ReceivableFilter, page: PageRequest) -> Page[Receivable]: ...


# Steps that other capabilities build on; they authorise nothing


async def charge_back(
    work: Work,
    owner: AccountId,
    amount: Money,
    *,
    to: AccountKind,
    cause: tuple[str, UUID],
    reason: str,
    now: datetime,
) -> Charge:
    """Take an amount back from a customer into the house's account `to`: cash as far as it goes, the rest is owed."""
    pocket = await work.wallets.lock(owner, amount.currency)
    taken = min(pocket.cash, amount)
    owed = amount - taken
    postings = [house(to, amount)]
    if taken:
        postings.append(customer(owner, AccountKind.CASH, -taken))
    receivable_id = None
    if owed:
        receivable_id = ReceivableId(work.new.id())
        postings.append(customer(owner, AccountKind.RECEIVABLE, -owed))
        await work.receivables.add(
            Receivable(receivable_id, owner, owed, owed, ReceivableState.OPEN, reason, cause[0], cause[1], now)
        )
    await wallet.post(work, postings, cause, now, reason)
    work.events.append(
        Event(
            "receivable.charged",
            "receivable" if receivable_id else cause[0],
            receivable_id or cause[1],
            {"taken": str(taken), "owed": str(owed)},
            account_id=owner,
        )
    )
    return Charge(owner, taken, owed, receivable_id)


async def offset(
    work: Work,
    owner: AccountId,
    incoming: Money,
    *,
    kind: AccountKind = AccountKind.CASH,
    cap_bps: int = OFFSET_CAP_BPS,
    cause: tuple[str, UUID],
    now: datetime,
) -> Money:
    """Pay old debts with a share of what has just been posted to cash or credit; the amount that went to debts."""
    pocket = await work.wallets.lock(owner, incoming.currency)
    cap = min(incoming.at_bps(cap_bps), pocket.spendable(kind), pocket.owed)
    return await settle(work, owner, cap, kind, cause, now) if cap.minor > 0 else Money.zero(incoming.currency)


async def settle(
    work: Work, owner: AccountId, amount: Money, kind: AccountKind, cause: tuple[str, UUID], now: datetime
) -> Money:
    """Move an amount that is there from cash or credit to debts, the oldest first; the pocket is locked."""
    if kind is AccountKind.CREDIT:
        slices = wallet.slice_lots(await work.wallets.lots(owner, amount.currency), amount, now)
        paid = wallet.credit_postings(owner, slices, -1)
    else:
        paid = [customer(owner, AccountKind.CASH, -amount)]
    await wallet.post(
        work, [*paid, customer(owner, AccountKind.RECEIVABLE, amount)], cause, now, "Towards what was owed"
    )
    left = amount
    for debt in await work.receivables.lock_open(owner, amount.currency):
        part = min(debt.outstanding, left)
        if part:
            pay(debt, part, now)
            await work.receivables.save(debt)
            tell(work, debt, "receivable.paid", part)
            left -= part
    assert not left, "the debts of an owner sum to what the pocket says is owed"
    return amount


def pay(debt: Receivable, amount: Money, now: datetime) -> None:
    debt.outstanding -= amount
    if not debt.outstanding:
        debt.state = RECEIVABLE_LIFECYCLE.move(debt.state, "receivableRepay")
        debt.ended_at = now


# Verbs


@dataclass(frozen=True, slots=True)
class ChargeBack:
    """Take money back by hand, for instance after a counterfeit came to light; `expected_version` is the pocket's."""

    owner: AccountId
    amount: Money
    reason: str
    expected_version: int | None = None


async def charge(work: Work, viewer: Viewer, command: ChargeBack, *, now: datetime) -> Charge:
    """Finance takes back from a customer what was paid in error; it stands as a correction of services."""
    viewer.require(Role.FINANCE)
    reason = line(command.reason, "reason")
    require(command.amount.minor > 0, InvalidInput("The amount is more than zero.", path=("amount",)))
    require(await work.recipients.exists(command.owner), NotFound("Account", command.owner, path=("accountId",)))
    pocket = await work.wallets.lock(command.owner, command.amount.currency)
    check_version(command.expected_version, pocket.version)
    return await charge_back(
        work,
        command.owner,
        command.amount,
        to=AccountKind.SERVICES,
        cause=("correction", work.new.id()),
        reason=reason,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Repay:
    """Pay debts from cash, all that is owed when `amount` is None; `expected_version` is the pocket's."""

    currency: Currency
    amount: Money | None = None
    expected_version: int | None = None


async def repay(work: Work, viewer: Viewer, command: Repay, *, now: datetime) -> wallet.Pocket:
    """Customers pay what they owe from their own cash."""
    owner = viewer.require_account()
    pocket = await work.wallets.lock(owner, command.currency)
    check_version(command.expected_version, pocket.version)
    require(bool(pocket.owed), NothingOwed(command.currency))
    amount = pocket.owed if command.amount is None else command.amount
    require(
        amount.currency is command.currency and Money.zero(command.currency) < amount <= pocket.owed,
        InvalidInput("The amount is more than zero and no more than is owed.", path=("amount",)),
    )
    require(amount <= pocket.cash, InsufficientFunds(AccountKind.CASH, pocket.cash, amount))
    await settle(work, owner, amount, AccountKind.CASH, ("repayment", work.new.id()), now)
    return await work.wallets.lock(owner, command.currency)


@dataclass(frozen=True, slots=True)
class WriteOff:
    receivable_id: ReceivableId
    reason: str
    expected_version: int | None = None


async def write_off(work: Work, viewer: Viewer, command: WriteOff, *, now: datetime) -> Receivable:
    """Finance gives a debt up, for a reason; the house bears it."""
    viewer.require(Role.FINANCE)
    reason = line(command.reason, "reason")
    known = await work.receivables.find(command.receivable_id)
    await work.wallets.lock(known.owner, known.amount.currency)
    debt = await work.receivables.lock(command.receivable_id)
    check_version(command.expected_version, debt.version)
    debt.state = RECEIVABLE_LIFECYCLE.move(debt.state, "receivableWriteOff")
    lost = debt.outstanding
    postings: list[Posting] = [
        customer(debt.owner, AccountKind.RECEIVABLE, lost),
        house(AccountKind.WRITE_OFF, -lost),
    ]
    await wallet.post(work, postings, ("receivable", debt.id), now, reason)
    debt.outstanding = Money.zero(lost.currency)
    debt.ended_at = now
    await work.receivables.save(debt)
    tell(work, debt, "receivable.writtenOff", lost)
    return debt


def tell(work: Work, debt: Receivable, name: str, amount: Money) -> None:
    work.events.append(Event(name, "receivable", debt.id, {"amount": str(amount)}, account_id=debt.owner))
