"""Suppliers: partners whose journeys are sold here, or in whose channels ours are, and what the house owes them.

What is owed stands in bills, one for each thing that it is owed for; finance pays them into the supplier's wallet, and
from there the money takes the way of every payout.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import account as accounts
from domain import wallet
from domain.event import Event
from domain.ledger import AccountKind, Posting, customer, house
from domain.money import BASIS_POINTS, Currency, Money, total
from domain.page import Page, PageRequest
from domain.refusal import InvalidInput, NotFound, Refusal, require
from domain.text import line, perhaps
from domain.viewer import AccountId, Role, Viewer
from domain.work import check_version

SupplierId = NewType("SupplierId", UUID)
SupplierBillId = NewType("SupplierBillId", UUID)

CHANNEL = re.compile("[A-Z0-9]{3,20}")
REFERRAL_BPS_MAX = 5_000
BILLS_AT_ONCE = 500


# Nouns


@dataclass(slots=True)
class Supplier:
    """`account_id` acts for it and is paid; `channel_code` marks sales that came through the supplier's own channel.

    Of what the house earns on such a sale `referral_bps` are the supplier's.
    """

    id: SupplierId
    name: str
    country: str
    account_id: AccountId
    channel_code: str | None
    referral_bps: int
    active: bool
    created_at: datetime
    version: int = 1


class ShareReason(StrEnum):
    """Why somebody has a part in what the house earns."""

    CO_DEVELOPED = "CO_DEVELOPED"
    REFERRAL = "REFERRAL"


@dataclass(frozen=True, slots=True)
class RevenueShare:
    """A part of what the house itself earns on a sale, agreed before it."""

    supplier_id: SupplierId
    share_bps: int
    reason: ShareReason = ShareReason.CO_DEVELOPED


class BillCause(StrEnum):
    """What the house owes a supplier for, or claims from one."""

    TRAVEL = "TRAVEL"
    CANCELLATION = "CANCELLATION"
    CO_DEVELOPED = "CO_DEVELOPED"
    REFERRAL = "REFERRAL"
    GOODS = "GOODS"
    JOINT_CAMPAIGN = "JOINT_CAMPAIGN"
    PREMIUM = "PREMIUM"


class BillState(StrEnum):
    """DUE until it is PAID; what it was for may be undone, and it is VOID, or TAKEN_BACK where it had been paid."""

    DUE = "DUE"
    PAID = "PAID"
    VOID = "VOID"
    TAKEN_BACK = "TAKEN_BACK"


@dataclass(slots=True)
class SupplierBill:
    """`subject_id` is the order line, the receipt of goods or the insured trade-in that it is owed for; of a joint
    campaign it is the order or the refund.

    A negative amount is a claim of the house, which lessens what is paid next.
    """

    id: SupplierBillId
    supplier_id: SupplierId
    cause: BillCause
    subject_id: UUID
    amount: Money
    state: BillState
    due_at: datetime
    paid_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class SupplierPayment:
    """Bills that were paid together, into the supplier's wallet."""

    supplier_id: SupplierId
    amount: Money
    bills: tuple[SupplierBillId, ...]
    paid_at: datetime


# Refusals


@dataclass(eq=False)
class NothingDue(Refusal):
    """There is nothing to pay in this currency."""

    code = "NOTHING_DUE"
    currency: Currency

    @property
    def message(self) -> str:
        return f"Nothing is owed to this supplier in {self.currency}."


@dataclass(eq=False)
class OwnChannel(Refusal):
    """A partner buys through its own channel, and would have a share in what it pays itself."""

    code = "OWN_CHANNEL"
    channel_code: str

    @property
    def message(self) -> str:
        return f"Nobody earns on what they buy themselves: leave the channel {self.channel_code} out."


@dataclass(eq=False)
class ChannelTaken(Refusal):
    """Another supplier has this channel code."""

    code = "CHANNEL_TAKEN"
    channel_code: str

    @property
    def message(self) -> str:
        return f"The channel {self.channel_code} is somebody else's: choose another code."


# Rules


def check_shares(shares: Sequence[RevenueShare], *path: str) -> tuple[RevenueShare, ...]:
    """Each partner once, and together no more than everything."""
    named = [share.supplier_id for share in shares]
    once = len(set(named)) == len(named) and len(named) <= 5
    require(once, InvalidInput("Five partners at most, each once.", path=path))
    fits = all(share.share_bps > 0 for share in shares) and sum(share.share_bps for share in shares) <= BASIS_POINTS
    require(fits, InvalidInput("Shares are more than zero, and together 10,000 at most.", path=path))
    return tuple(shares)


def together(agreed: Sequence[RevenueShare], more: Sequence[RevenueShare]) -> tuple[RevenueShare, ...]:
    """Shares that were agreed in two places: the first go first, the others have what is left of everything.

    Who is named in both has one part, which is both; for it there is one bill.
    """
    parts: dict[tuple[SupplierId, ShareReason], int] = {}
    left = BASIS_POINTS
    for share in (*agreed, *more):
        part = min(left, share.share_bps)
        if part:
            parts[share.supplier_id, share.reason] = parts.get((share.supplier_id, share.reason), 0) + part
            left -= part
    return tuple(RevenueShare(supplier_id, bps, reason) for (supplier_id, reason), bps in parts.items())


def acts_for(viewer: Viewer, supplier: Supplier) -> bool:
    """Whether the viewer is who acts for this supplier."""
    return viewer.account_id == supplier.account_id and Role.SUPPLIER in viewer.roles


# Ports


class Suppliers(Protocol):
    async def lock(self, supplier_id: SupplierId) -> Supplier: ...
    async def find(self, supplier_id: SupplierId) -> Supplier: ...
    async def of_channel(self, channel_code: str) -> Supplier | None: ...
    async def billed(self, supplier_id: SupplierId) -> None:
        """What it is owed is another amount than before, and so is its version."""
        ...

    async def add_new(self, supplier: Supplier) -> bool:
        """False when its channel code is another one's."""
        ...


class SupplierBills(Protocol):
    async def add(self, bill: SupplierBill) -> None: ...
    async def lock_due(self, supplier_id: SupplierId, currency: Currency, limit: int) -> Sequence[SupplierBill]:
        """The oldest first, locked in id order."""
        ...

    async def lock_standing(self, subject_id: UUID) -> Sequence[SupplierBill]:
        """What is owed, or was paid, for this and was not undone; locked in id order."""
        ...

    async def save(self, bill: SupplierBill) -> None: ...


class Work(accounts.Work, wallet.Work, Protocol):
    @property
    def suppliers(self) -> Suppliers: ...
    @property
    def supplier_bills(self) -> SupplierBills: ...


class SupplierReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Supplier | None]: ...
    async def of_accounts(self, account_ids: Sequence[UUID]) -> Sequence[Sequence[Supplier]]:
        """The suppliers that each account acts for."""
        ...

    async def page(self, page: PageRequest) -> Page[Supplier]:
        """By name."""
        ...

    async def bills(self, supplier_id: SupplierId, page: PageRequest) -> Page[SupplierBill]:
        """Newest first."""
        ...


# Steps


async def owe(
    work: Work, supplier_id: SupplierId, cause: BillCause, subject_id: UUID, amount: Money, now: datetime
) -> Posting:
    """Keep a bill and answer with its side of the journal, which the caller posts."""
    bill = SupplierBill(
        SupplierBillId(work.new.id()), supplier_id, cause, subject_id, amount, BillState.DUE, due_at=now
    )
    await work.supplier_bills.add(bill)
    await work.suppliers.billed(supplier_id)
    return house(AccountKind.SUPPLIER_PAYABLE, amount)


BILLED = {ShareReason.CO_DEVELOPED: BillCause.CO_DEVELOPED, ShareReason.REFERRAL: BillCause.REFERRAL}


async def share(
    work: Work, subject_id: UUID, earned: Money, shares: Iterable[RevenueShare], now: datetime
) -> list[Posting]:
    """Partners' parts of what the house has earned on an order line, each with its bill."""
    return [
        await owe(work, part.supplier_id, BILLED[part.reason], subject_id, amount, now)
        for part, amount in divide(earned, shares)
    ]


async def undo(work: Work, bills: Iterable[SupplierBill]) -> tuple[list[Posting], list[SupplierBill]]:
    """What locked bills were for is undone: what is due falls away, with its side of the journal; what was paid

    is for the caller to take back.
    """
    postings: list[Posting] = []
    paid: list[SupplierBill] = []
    for bill in bills:
        if bill.state is BillState.DUE:
            bill.state = BillState.VOID
            postings.append(house(AccountKind.SUPPLIER_PAYABLE, -bill.amount))
        else:
            bill.state = BillState.TAKEN_BACK
            paid.append(bill)
        await work.supplier_bills.save(bill)
        await work.suppliers.billed(bill.supplier_id)
    return postings, paid


def divide(earned: Money, shares: Iterable[RevenueShare]) -> list[tuple[RevenueShare, Money]]:
    """What partners get of what the house has earned, by largest remainder; nothing of a loss."""
    agreed = list(shares)
    if not agreed or earned.minor <= 0:
        return []
    weights = [share.share_bps for share in agreed]
    parts = earned.allocate([*weights, BASIS_POINTS - sum(weights)])
    return [(share, part) for share, part in zip(agreed, parts, strict=False) if part]


# Verbs


@dataclass(frozen=True, slots=True)
class RegisterSupplier:
    name: str
    country: str
    account_id: AccountId
    channel_code: str | None = None
    referral_bps: int = 0


async def register(work: Work, viewer: Viewer, command: RegisterSupplier, *, now: datetime) -> Supplier:
    """A merchandiser takes a supplier in; whoever acts for it has been given the role by an admin."""
    viewer.require(Role.MERCHANDISER)
    person = await work.accounts.present(command.account_id)
    if person is None:
        raise NotFound("Account", command.account_id, path=("accountId",))
    fits = Role.SUPPLIER in person.roles
    require(fits, InvalidInput("Who acts for a supplier has the role SUPPLIER.", path=("accountId",)))
    shares = 0 <= command.referral_bps <= REFERRAL_BPS_MAX
    require(shares, InvalidInput(f"A referral earns 0 to {REFERRAL_BPS_MAX} basis points.", path=("referralBps",)))
    code = None if command.channel_code is None else command.channel_code.strip().upper()
    said = "A channel code has 3 to 20 capital letters and digits."
    require(code is None or CHANNEL.fullmatch(code) is not None, InvalidInput(said, path=("channelCode",)))
    made = Supplier(
        id=SupplierId(work.new.id()),
        name=line(command.name, "name"),
        country=command.country,
        account_id=command.account_id,
        channel_code=code,
        referral_bps=command.referral_bps,
        active=True,
        created_at=now,
    )
    if not await work.suppliers.add_new(made):
        assert code is not None, "only a code can be taken"
        raise ChannelTaken(code, path=("channelCode",))
    work.events.append(Event("supplier.registered", "supplier", made.id, account_id=made.account_id))
    return made


@dataclass(frozen=True, slots=True)
class PaySupplier:
    """`expected_version` is the supplier's, which says what was owed when it was read."""

    supplier_id: SupplierId
    currency: Currency
    note: str = ""
    expected_version: int | None = None


async def pay(work: Work, viewer: Viewer, command: PaySupplier, *, now: datetime) -> SupplierPayment:
    """Finance pays what is due into the supplier's wallet, from which it is paid out like anybody's cash."""
    viewer.require(Role.FINANCE)
    found = await work.suppliers.lock(command.supplier_id)
    check_version(command.expected_version, found.version)
    perhaps(command.note, "note")
    bills = await work.supplier_bills.lock_due(found.id, command.currency, BILLS_AT_ONCE)
    amount = total((bill.amount for bill in bills), command.currency)
    require(amount.minor > 0, NothingDue(command.currency, path=("currency",)))
    for bill in bills:
        bill.state, bill.paid_at = BillState.PAID, now
        await work.supplier_bills.save(bill)
    await work.suppliers.billed(found.id)
    await work.wallets.lock(found.account_id, command.currency)
    postings = [house(AccountKind.SUPPLIER_PAYABLE, -amount), customer(found.account_id, AccountKind.CASH, amount)]
    await wallet.post(work, postings, ("supplier", found.id), now, f"Paid to {found.name}")
    said: dict[str, object] = {"amount": str(amount), "bills": len(bills), "note": command.note.strip()}
    work.events.append(Event("supplier.paid", "supplier", found.id, said, account_id=found.account_id))
    return SupplierPayment(found.id, amount, tuple(bill.id for bill in bills), now)


def referral(supplier: Supplier | None, shares: Sequence[RevenueShare]) -> tuple[RevenueShare, ...]:
    """The shares of a line with that of the channel that the sale came through, as far as something is left of it.

    Who brought the sale first keeps it: what is paid later of it is attributed to nobody else.
    """
    attributed = any(share.reason is ShareReason.REFERRAL for share in shares)
    if supplier is None or not supplier.referral_bps or attributed:
        return tuple(shares)
    left = BASIS_POINTS - sum(share.share_bps for share in shares)
    share = RevenueShare(supplier.id, min(left, supplier.referral_bps), ShareReason.REFERRAL)
    return (*shares, share) if share.share_bps else tuple(shares)
