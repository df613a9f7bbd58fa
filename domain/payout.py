"""Cash leaves a wallet for a bank account: requested by its owner, batched, posted and followed up by finance."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import wallet
from domain.account import Account, IdentityLevel
from domain.event import Event
from domain.ledger import AccountKind, customer, house
from domain.lifecycle import Lifecycle
from domain.money import Currency, Money, total
from domain.page import Page, PageRequest
from domain.refusal import InvalidInput, NotFound, Refusal, require
from domain.text import line
from domain.viewer import AccountId, Role, Viewer
from domain.wallet import HoldId, InsufficientFunds
from domain.work import check_version

PayoutId = NewType("PayoutId", UUID)
PayoutBatchId = NewType("PayoutBatchId", UUID)

BATCH_SIZE_MAX = 1_000
IBAN = re.compile("[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")
NATIONAL_NUMBER = re.compile("[0-9]{8,24}")


# Nouns


class PayoutState(StrEnum):
    """Where a payout stands. CANCELLED is final; a bank may send back even what was PAID."""

    REQUESTED = "REQUESTED"
    BATCHED = "BATCHED"
    SENT = "SENT"
    PAID = "PAID"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


PAYOUT_LIFECYCLE = Lifecycle(
    kind="payout",
    initial=PayoutState.REQUESTED,
    moves={
        "payoutBatchPreview": ([PayoutState.REQUESTED], PayoutState.BATCHED),
        "payoutBatchCancel": ([PayoutState.BATCHED], PayoutState.REQUESTED),
        "payoutBatchPost": ([PayoutState.BATCHED], PayoutState.SENT),
        "payoutCancel": ([PayoutState.REQUESTED, PayoutState.BATCHED], PayoutState.CANCELLED),
        "payoutConfirm": ([PayoutState.SENT], PayoutState.PAID),
        "payoutFail": ([PayoutState.SENT, PayoutState.PAID], PayoutState.FAILED),
    },
)


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where money goes: a token that only the house's vault opens, and the digits that people know it by."""

    token: str = field(repr=False)
    last_four: str
    holder: str


@dataclass(slots=True)
class Payout:
    """One amount on its way out; its hold keeps the money aside until the batch is posted."""

    id: PayoutId
    code: str
    owner: AccountId
    amount: Money
    hold_id: HoldId
    bank_account: BankAccount
    state: PayoutState
    requested_at: datetime
    batch_id: PayoutBatchId | None = None
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    failure: str | None = None
    version: int = 1

    @property
    def next_actions(self) -> tuple[str, ...]:
        return PAYOUT_LIFECYCLE.next_actions(self.state)


class PayoutBatchState(StrEnum):
    """Where a batch stands; all but PREVIEWED are final."""

    PREVIEWED = "PREVIEWED"
    POSTED = "POSTED"
    CANCELLED = "CANCELLED"


BATCH_LIFECYCLE = Lifecycle(
    kind="payout batch",
    initial=PayoutBatchState.PREVIEWED,
    moves={
        "payoutBatchPost": ([PayoutBatchState.PREVIEWED], PayoutBatchState.POSTED),
        "payoutBatchCancel": ([PayoutBatchState.PREVIEWED], PayoutBatchState.CANCELLED),
    },
)


@dataclass(slots=True)
class PayoutBatch:
    """Payouts of one currency that go to the bank together; `total` follows what owners take out before that."""

    id: PayoutBatchId
    code: str
    total: Money
    count: int
    state: PayoutBatchState
    created_by: AccountId
    created_at: datetime
    posted_at: datetime | None = None
    version: int = 1

    @property
    def next_actions(self) -> tuple[str, ...]:
        return BATCH_LIFECYCLE.next_actions(self.state)


@dataclass(frozen=True, slots=True)
class PayoutFilter:
    """Which payouts: all that match everything given."""

    owner: AccountId | None = None
    state: PayoutState | None = None
    batch_id: PayoutBatchId | None = None


# Refusals


@dataclass(eq=False)
class IdentityNotVerified(Refusal):
    """Money leaves the house only to people whose document somebody has seen."""

    code = "IDENTITY_NOT_VERIFIED"
    level: IdentityLevel

    @property
    def message(self) -> str:
        return "Show a document to our support first: money is paid out to verified people only."


@dataclass(eq=False)
class NothingToPay(Refusal):
    """No payout in this currency waits for a batch."""

    code = "NOTHING_TO_PAY"
    currency: Currency

    @property
    def message(self) -> str:
        return f"No payout in {self.currency} is waiting."


# Rules


def account_number(text: str) -> str:
    """The number of a bank account without its spaces: an IBAN whose check digits are right, or 8 to 24 digits."""
    number = "".join(text.split()).upper()
    national = NATIONAL_NUMBER.fullmatch(number) is not None
    require(
        national or (IBAN.fullmatch(number) is not None and iban_remainder(number) == 1),
        InvalidInput("An IBAN, or the digits of a bank account, belong here.", path=("accountNumber",)),
    )
    return number


def iban_remainder(iban: str) -> int:
    """By ISO 13616: the first four characters go last, letters count from 10, and 1 is left modulo 97."""
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97


def may_see(viewer: Viewer, payout: Payout) -> bool:
    return viewer.account_id == payout.owner or viewer.has(Role.FINANCE, Role.SUPPORT)


# Ports


class People(Protocol):
    async def present(self, account_id: AccountId) -> Account | None: ...


class Payouts(Protocol):
    async def lock(self, payout_id: PayoutId) -> Payout: ...
    async def add(self, payout: Payout) -> None: ...
    async def save(self, payout: Payout) -> None: ...

    async def lock_waiting(self, currency: Currency, limit: int) -> Sequence[Payout]:
        """The oldest that wait for a batch, in id order."""
        ...

    async def lock_batch(self, batch_id: PayoutBatchId) -> Sequence[Payout]:
        """Those that a batch holds, in id order."""
        ...


class PayoutBatches(Protocol):
    """A batch is locked after its payouts, always."""

    async def lock(self, batch_id: PayoutBatchId) -> PayoutBatch: ...
    async def add(self, batch: PayoutBatch) -> None: ...
    async def save(self, batch: PayoutBatch) -> None: ...


class Work(wallet.Work, Protocol):
    @property
    def accounts(self) -> People: ...
    @property
    def payouts(self) -> Payouts: ...
    @property
    def payout_batches(self) -> PayoutBatches: ...


class PayoutReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Payout | None]: ...
    async def batches_by_ids(self, ids: Sequence[UUID]) -> Sequence[PayoutBatch | None]: ...
    async def page(self, wanted: PayoutFilter, page: PageRequest) -> Page[Payout]: ...
    async def batches(self, page: PageRequest) -> Page[PayoutBatch]: ...


class BankVault(Protocol):
    """Turns the number of a bank account into a token and back; the number itself is kept nowhere."""

    def seal(self, number: str) -> str:
        """The same token for the same number, so that a retry says the same."""
        ...

    def open(self, token: str) -> str: ...


# Verbs


@dataclass(frozen=True, slots=True)
class PayoutRequest:
    """What a customer sends; it never reaches a transaction, for the account number does not."""

    amount: Money
    account_number: str = field(repr=False)
    holder: str
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """Pay out cash of the viewer's own; `expected_version` is the pocket's."""

    amount: Money
    bank_account: BankAccount
    expected_version: int | None = None


async def request(work: Work, viewer: Viewer, command: Request, *, now: datetime) -> Payout:
    """A verified customer asks for cash, which is set aside at once; what they owe the house stays here."""
    owner = viewer.require_account()
    account = await work.accounts.present(owner)
    if account is None:
        raise NotFound("Account", owner)
    require(account.identity_level is IdentityLevel.VERIFIED, IdentityNotVerified(account.identity_level))
    require(command.amount.minor > 0, InvalidInput("The amount is more than zero.", path=("amount",)))
    holder = line(command.bank_account.holder, "holder", longest=140)
    pocket = await work.wallets.lock(owner, command.amount.currency)
    check_version(command.expected_version, pocket.version)
    free = max(pocket.cash - pocket.owed, Money.zero(pocket.currency))
    require(command.amount <= free, InsufficientFunds(AccountKind.CASH, free, command.amount))
    payout_id = PayoutId(work.new.id())
    hold = await wallet.reserve(
        work, owner, AccountKind.CASH, command.amount, cause=("payout", payout_id), expires_at=None, now=now
    )
    payout = Payout(
        id=payout_id,
        code=work.new.code("PO"),
        owner=owner,
        amount=command.amount,
        hold_id=hold.id,
        bank_account=BankAccount(command.bank_account.token, command.bank_account.last_four, holder),
        state=PayoutState.REQUESTED,
        requested_at=now,
    )
    await work.payouts.add(payout)
    tell(work, payout, "payout.requested")
    return payout


@dataclass(frozen=True, slots=True)
class Cancel:
    payout_id: PayoutId
    expected_version: int | None = None


async def cancel(work: Work, viewer: Viewer, command: Cancel, *, now: datetime) -> Payout:
    """The owner takes a request back before it is posted; finance may do it too. The cash is free again."""
    payout = await work.payouts.lock(command.payout_id)
    require(
        viewer.account_id == payout.owner or viewer.has(Role.FINANCE),
        NotFound("Payout", command.payout_id, path=("payoutId",)),
    )
    check_version(command.expected_version, payout.version)
    payout.state = PAYOUT_LIFECYCLE.move(payout.state, "payoutCancel")
    payout.ended_at = now
    if payout.batch_id is not None:
        batch = await work.payout_batches.lock(payout.batch_id)
        batch.total -= payout.amount
        batch.count -= 1
        await work.payout_batches.save(batch)
        payout.batch_id = None
    hold = await work.holds.lock(payout.hold_id)
    await wallet.give_back(work, hold, "walletHoldVoid", cause=("payout", payout.id), now=now, memo="Payout cancelled")
    await work.payouts.save(payout)
    tell(work, payout, "payout.cancelled")
    return payout


@dataclass(frozen=True, slots=True)
class PreviewBatch:
    """Gather what waits in one currency, the oldest first."""

    currency: Currency
    limit: int = BATCH_SIZE_MAX


async def preview_batch(work: Work, viewer: Viewer, command: PreviewBatch, *, now: datetime) -> PayoutBatch:
    """Finance gathers a batch to look at; no money moves yet."""
    viewer.require(Role.FINANCE)
    creator = viewer.require_account()
    require(
        1 <= command.limit <= BATCH_SIZE_MAX,
        InvalidInput(f"A batch has 1 to {BATCH_SIZE_MAX} payouts.", path=("limit",)),
    )
    payouts = await work.payouts.lock_waiting(command.currency, command.limit)
    require(bool(payouts), NothingToPay(command.currency))
    batch = PayoutBatch(
        id=PayoutBatchId(work.new.id()),
        code=work.new.code("PB"),
        total=total([payout.amount for payout in payouts], command.currency),
        count=len(payouts),
        state=PayoutBatchState.PREVIEWED,
        created_by=creator,
        created_at=now,
    )
    await work.payout_batches.add(batch)
    for payout in payouts:
        payout.state = PAYOUT_LIFECYCLE.move(payout.state, "payoutBatchPreview")
        payout.batch_id = batch.id
        await work.payouts.save(payout)
    work.events.append(Event("payoutBatch.previewed", "payoutBatch", batch.id, {"total": str(batch.total)}))
    return batch


@dataclass(frozen=True, slots=True)
class PostBatch:
    batch_id: PayoutBatchId
    expected_version: int | None = None


async def post_batch(work: Work, viewer: Viewer, command: PostBatch, *, now: datetime) -> PayoutBatch:
    """Finance sends a batch to the bank: what was held is now on its way."""
    viewer.require(Role.FINANCE)
    payouts, batch = await lock_batch(work, command.batch_id)
    check_version(command.expected_version, batch.version)
    batch.state = BATCH_LIFECYCLE.move(batch.state, "payoutBatchPost")
    batch.posted_at = now
    holds = {payout.id: await work.holds.lock(payout.hold_id) for payout in sorted(payouts, key=lambda p: p.hold_id)}
    await work.wallets.lock_all([(payout.owner, payout.amount.currency) for payout in payouts])
    for payout in payouts:
        postings, _ = wallet.capture(holds[payout.id], payout.amount)
        postings.append(house(AccountKind.PAYOUT_CLEARING, payout.amount))
        await wallet.post(work, postings, ("payout", payout.id), now, f"Payout {payout.code}")
        await work.holds.save(holds[payout.id])
        payout.state = PAYOUT_LIFECYCLE.move(payout.state, "payoutBatchPost")
        payout.sent_at = now
        await work.payouts.save(payout)
        tell(work, payout, "payout.sent")
    await work.payout_batches.save(batch)
    work.events.append(Event("payoutBatch.posted", "payoutBatch", batch.id, {"total": str(batch.total)}))
    return batch


@dataclass(frozen=True, slots=True)
class CancelBatch:
    batch_id: PayoutBatchId
    expected_version: int | None = None


async def cancel_batch(work: Work, viewer: Viewer, command: CancelBatch, *, now: datetime) -> PayoutBatch:
    """Finance lets a batch go; its payouts wait for the next one."""
    viewer.require(Role.FINANCE)
    payouts, batch = await lock_batch(work, command.batch_id)
    check_version(command.expected_version, batch.version)
    batch.state = BATCH_LIFECYCLE.move(batch.state, "payoutBatchCancel")
    for payout in payouts:
        payout.state = PAYOUT_LIFECYCLE.move(payout.state, "payoutBatchCancel")
        payout.batch_id = None
        await work.payouts.save(payout)
    await work.payout_batches.save(batch)
    work.events.append(Event("payoutBatch.cancelled", "payoutBatch", batch.id))
    return batch


@dataclass(frozen=True, slots=True)
class Confirm:
    payout_id: PayoutId
    expected_version: int | None = None


async def confirm(work: Work, viewer: Viewer, command: Confirm, *, now: datetime) -> Payout:
    """Finance has the bank's word that the money arrived."""
    viewer.require(Role.FINANCE)
    payout = await work.payouts.lock(command.payout_id)
    check_version(command.expected_version, payout.version)
    payout.state = PAYOUT_LIFECYCLE.move(payout.state, "payoutConfirm")
    payout.ended_at = now
    await work.payouts.save(payout)
    tell(work, payout, "payout.paid")
    return payout


@dataclass(frozen=True, slots=True)
class Fail:
    payout_id: PayoutId
    reason: str
    expected_version: int | None = None


async def fail(work: Work, viewer: Viewer, command: Fail, *, now: datetime) -> Payout:
    """The bank sent the money back; it is its owner's cash again."""
    viewer.require(Role.FINANCE)
    payout = await work.payouts.lock(command.payout_id)
    check_version(command.expected_version, payout.version)
    payout.state = PAYOUT_LIFECYCLE.move(payout.state, "payoutFail")
    payout.failure = line(command.reason, "reason")
    payout.ended_at = now
    returned = [
        house(AccountKind.PAYOUT_CLEARING, -payout.amount),
        customer(payout.owner, AccountKind.CASH, payout.amount),
    ]
    await wallet.post(work, returned, ("payout", payout.id), now, f"Payout {payout.code} came back")
    await work.payouts.save(payout)
    tell(work, payout, "payout.failed")
    return payout


async def lock_batch(work: Work, batch_id: PayoutBatchId) -> tuple[Sequence[Payout], PayoutBatch]:
    """The payouts first, for that is the order in which their owners take them out."""
    payouts = await work.payouts.lock_batch(batch_id)
    return payouts, await work.payout_batches.lock(batch_id)


def tell(work: Work, payout: Payout, name: str) -> None:
    work.events.append(Event(name, "payout", payout.id, {"amount": str(payout.amount)}, account_id=payout.owner))
