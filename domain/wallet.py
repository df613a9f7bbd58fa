"""A customer's money with the house: pockets by currency, credit in lots, holds that reserve, transfers and grants."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import work as unit
from domain.event import Event
from domain.ledger import AccountKind, Journal, JournalId, Ledger, LotId, Posting, customer, house
from domain.lifecycle import Lifecycle
from domain.money import Currency, Money
from domain.page import Page, PageRequest
from domain.refusal import InvalidInput, NotFound, Refusal, require
from domain.text import line, perhaps
from domain.viewer import AccountId, Role, Viewer
from domain.work import Job, check_version

HoldId = NewType("HoldId", UUID)

HOLD_TTL_MAX = timedelta(days=30)
MEMO_LENGTH_MAX = 140


# Nouns


class LotOrigin(StrEnum):
    """Where a lot of credit came from."""

    SETTLEMENT = "SETTLEMENT"
    BONUS = "BONUS"
    PROMOTION = "PROMOTION"
    GOODWILL = "GOODWILL"
    REFUND = "REFUND"


@dataclass(slots=True)
class Pocket:
    """What the house owes one customer in one currency, by kind;

    `owed` is what the customer owes. No amount is negative.
    """

    owner: AccountId
    currency: Currency
    cash: Money
    credit: Money
    deposit: Money
    held: Money
    owed: Money
    version: int

    def spendable(self, kind: AccountKind) -> Money:
        assert kind in SPENDABLE
        return self.cash if kind is AccountKind.CASH else self.credit


SPENDABLE = (AccountKind.CASH, AccountKind.CREDIT)


@dataclass(frozen=True, slots=True)
class Wallet:
    """All the pockets of one account."""

    owner: AccountId


@dataclass(slots=True)
class Lot:
    """Credit that came in at once; only promotional lots expire. Lower `priority` is spent first."""

    id: LotId
    owner: AccountId
    origin: LotOrigin
    amount: Money
    remaining: Money
    priority: int
    expires_at: datetime | None
    cause_kind: str
    cause_id: UUID
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LotSlice:
    """A part of one lot."""

    lot_id: LotId
    amount: Money


class HoldState(StrEnum):
    """Where a hold stands; all but HELD are final."""

    HELD = "HELD"
    CAPTURED = "CAPTURED"
    VOIDED = "VOIDED"
    EXPIRED = "EXPIRED"


@dataclass(slots=True)
class Hold:
    """An amount set aside so that a later capture can not fail, until `expires_at` if it lapses by itself;

    `slices` say which lots a credit hold took.
    """

    id: HoldId
    owner: AccountId
    kind: AccountKind
    amount: Money
    captured: Money
    slices: tuple[LotSlice, ...]
    state: HoldState
    expires_at: datetime | None
    cause_kind: str
    cause_id: UUID
    created_at: datetime
    version: int = 1

    @property
    def next_actions(self) -> tuple[str, ...]:
        return HOLD_LIFECYCLE.next_actions(self.state)


HOLD_LIFECYCLE = Lifecycle(
    kind="hold",
    initial=HoldState.HELD,
    moves={
        "walletHoldCapture": ([HoldState.HELD], HoldState.CAPTURED),
        "walletHoldVoid": ([HoldState.HELD], HoldState.VOIDED),
        "walletHoldExpire": ([HoldState.HELD], HoldState.EXPIRED),
    },
)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One posting as its owner sees it; `memo` is for people."""

    id: int
    journal_id: JournalId
    kind: AccountKind
    amount: Money
    lot_id: LotId | None
    cause_kind: str
    cause_id: UUID
    memo: str
    occurred_at: datetime


# Refusals


@dataclass(eq=False)
class InsufficientFunds(Refusal):
    """There is less to spend than was asked for."""

    code = "INSUFFICIENT_FUNDS"
    kind: AccountKind
    available: Money
    required: Money

    @property
    def message(self) -> str:
        return f"{self.required} is needed from {self.kind.lower()}, but {self.available} is there."


@dataclass(eq=False)
class CaptureTooHigh(Refusal):
    """More was to be captured than the hold has set aside."""

    code = "CAPTURE_TOO_HIGH"
    held: Money
    asked: Money

    @property
    def message(self) -> str:
        return f"The hold has {self.held}; {self.asked} can not be captured from it."


# Rules


def spending_order(lot: Lot) -> tuple[int, bool, datetime, datetime, UUID]:
    """Lots that expire soonest go first within a priority, then the oldest."""
    return (lot.priority, lot.expires_at is None, lot.expires_at or lot.created_at, lot.created_at, lot.id)


def slice_lots(lots: Iterable[Lot], amount: Money, now: datetime) -> tuple[LotSlice, ...]:
    """Take an amount from lots in spending order; refuse when they do not hold enough."""
    live = [lot for lot in lots if lot.remaining and (lot.expires_at is None or lot.expires_at > now)]
    slices: list[LotSlice] = []
    missing = amount
    for lot in sorted(live, key=spending_order):
        part = min(lot.remaining, missing)
        if part:
            slices.append(LotSlice(lot.id, part))
            missing -= part
    if missing:
        raise InsufficientFunds(AccountKind.CREDIT, amount - missing, amount)
    return tuple(slices)


def split_slices(slices: Sequence[LotSlice], amount: Money) -> tuple[tuple[LotSlice, ...], tuple[LotSlice, ...]]:
    """The first slices that make up the amount, and the rest."""
    taken: list[LotSlice] = []
    rest: list[LotSlice] = []
    missing = amount
    for piece in slices:
        part = min(piece.amount, missing)
        if part:
            taken.append(LotSlice(piece.lot_id, part))
        if piece.amount > part:
            rest.append(LotSlice(piece.lot_id, piece.amount - part))
        missing -= part
    assert not missing, "slices hold less than was to be taken from them"
    return tuple(taken), tuple(rest)


def credit_postings(owner: AccountId, slices: Iterable[LotSlice], sign: int) -> list[Posting]:
    """Move slices into (+1) or out of (-1) the owner's credit, lot by lot."""
    return [customer(owner, AccountKind.CREDIT, piece.amount * sign, piece.lot_id) for piece in slices]


def source_postings(hold: Hold, slices: Sequence[LotSlice], cash: Money, sign: int) -> list[Posting]:
    """Move what a hold set aside into (+1) or out of (-1) the kind that it came from."""
    if hold.kind is AccountKind.CREDIT:
        return credit_postings(hold.owner, slices, sign)
    return [customer(hold.owner, AccountKind.CASH, cash * sign)] if cash else []


def release(hold: Hold, action: str) -> list[Posting]:
    """End a hold without spending any of it; the postings give everything back."""
    hold.state = HOLD_LIFECYCLE.move(hold.state, action)
    back = source_postings(hold, hold.slices, hold.amount, +1)
    return [customer(hold.owner, AccountKind.HELD, -hold.amount), *back]


def capture(hold: Hold, amount: Money) -> tuple[list[Posting], tuple[LotSlice, ...]]:
    """Spend up to the whole hold and give the rest back;

    the postings are off by `amount`, which the caller posts to where it goes.

    The slices are the lots that were spent, for a refund to find its way back.
    """
    require(amount.currency is hold.amount.currency, InvalidInput("The amount is in another currency than the hold."))
    require(amount.minor > 0, InvalidInput("The amount to capture is more than zero."))
    require(amount <= hold.amount, CaptureTooHigh(hold.amount, amount))
    hold.state = HOLD_LIFECYCLE.move(hold.state, "walletHoldCapture")
    hold.captured = amount
    spent, rest = split_slices(hold.slices, amount) if hold.slices else ((), ())
    back = source_postings(hold, rest, hold.amount - amount, +1)
    return [customer(hold.owner, AccountKind.HELD, -hold.amount), *back], spent


# Ports


class Wallets(Protocol):
    """Pockets and lots.

    Locking a pocket also guards its lots: no lot changes but by a posting, which takes the pocket.
    """

    async def lock(self, owner: AccountId, currency: Currency) -> Pocket:
        """The pocket, locked until the end of the transaction; made on first use."""
        ...

    async def lock_all(
        self, pockets: Iterable[tuple[AccountId, Currency]]
    ) -> Mapping[tuple[AccountId, Currency], Pocket]:
        """Many pockets, locked in id order, so that two transactions never wait for each other in a ring."""
        ...

    async def lots(self, owner: AccountId, currency: Currency) -> Sequence[Lot]:
        """The lots that still hold something, in no particular order."""
        ...

    async def lot(self, lot_id: LotId) -> Lot: ...

    async def add_lot(self, lot: Lot) -> None:
        """Make an empty lot of this size; a posting fills it."""
        ...


class Holds(Protocol):
    async def lock(self, hold_id: HoldId) -> Hold: ...
    async def add(self, hold: Hold) -> None: ...
    async def save(self, hold: Hold) -> None: ...


class Recipients(Protocol):
    """The little that the wallet needs of people."""

    async def exists(self, account_id: AccountId) -> bool: ...


class Work(unit.Work, Protocol):
    @property
    def wallets(self) -> Wallets: ...
    @property
    def holds(self) -> Holds: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def recipients(self) -> Recipients: ...


class WalletReader(Protocol):
    """What owners see of their own wallets; finance and support see everybody's."""

    async def pockets(self, owners: Sequence[AccountId]) -> Sequence[Sequence[Pocket]]: ...
    async def lots(self, owner: AccountId) -> Sequence[Lot]: ...
    async def holds(self, owner: AccountId) -> Sequence[Hold]: ...
    async def lots_by_ids(self, ids: Sequence[UUID]) -> Sequence[Lot | None]: ...
    async def holds_by_ids(self, ids: Sequence[UUID]) -> Sequence[Hold | None]: ...
    async def statement(self, owner: AccountId, currency: Currency, page: PageRequest) -> Page[StatementLine]: ...


def may_see(viewer: Viewer, owner: AccountId) -> bool:
    return viewer.account_id == owner or viewer.has(Role.FINANCE, Role.SUPPORT)


# Steps that other capabilities build on; they authorise nothing


async def reserve(
    work: Work,
    owner: AccountId,
    kind: AccountKind,
    amount: Money,
    *,
    cause: tuple[str, UUID],
    expires_at: datetime | None,
    now: datetime,
) -> Hold:
    """Set an amount aside in a hold that lapses by itself, or never; refuses when the pocket has less."""
    pocket = await work.wallets.lock(owner, amount.currency)
    require(amount <= pocket.spendable(kind), InsufficientFunds(kind, pocket.spendable(kind), amount))
    slices: tuple[LotSlice, ...] = ()
    if kind is AccountKind.CREDIT:
        slices = slice_lots(await work.wallets.lots(owner, amount.currency), amount, now)
    hold = Hold(
        id=HoldId(work.new.id()),
        owner=owner,
        kind=kind,
        amount=amount,
        captured=Money.zero(amount.currency),
        slices=slices,
        state=HoldState.HELD,
        expires_at=expires_at,
        cause_kind=cause[0],
        cause_id=cause[1],
        created_at=now,
    )
    await work.holds.add(hold)
    taken = source_postings(hold, slices, amount, -1)
    await post(work, [*taken, customer(owner, AccountKind.HELD, amount)], ("hold", hold.id), now, "Set aside")
    if expires_at is not None:
        work.outbox.append(Job("walletHoldExpire", hold.id, expires_at))
    return hold


async def issue(
    work: Work,
    owner: AccountId,
    amount: Money,
    *,
    origin: LotOrigin,
    funded_by: Posting,
    cause: tuple[str, UUID],
    expires_at: datetime | None,
    now: datetime,
    memo: str,
) -> Lot:
    """Give new credit in a lot of its own; `funded_by` is the other side, for credit never comes out of thin air."""
    lot = Lot(
        id=LotId(work.new.id()),
        owner=owner,
        origin=origin,
        amount=amount,
        remaining=Money.zero(amount.currency),
        priority=0 if origin is LotOrigin.PROMOTION else 10,
        expires_at=expires_at,
        cause_kind=cause[0],
        cause_id=cause[1],
        created_at=now,
    )
    await work.wallets.add_lot(lot)
    await post(work, [funded_by, customer(owner, AccountKind.CREDIT, amount, lot.id)], cause, now, memo)
    lot.remaining = amount
    if expires_at is not None:
        work.outbox.append(Job("walletLotExpire", lot.id, expires_at))
    return lot


async def give_back(work: Work, hold: Hold, action: str, *, cause: tuple[str, UUID], now: datetime, memo: str) -> None:
    """End a locked hold without spending any of it, and save it."""
    await post(work, release(hold, action), cause, now, memo)
    await let_lapse(work, hold.slices, now)
    await work.holds.save(hold)


async def let_lapse(work: Work, slices: Iterable[LotSlice], now: datetime) -> None:
    """Promotional credit comes back with the expiry that it had; when that is past, it lapses at once."""
    for piece in slices:
        lot = await work.wallets.lot(piece.lot_id)
        if lot.expires_at is not None:
            work.outbox.append(Job("walletLotExpire", lot.id, max(now, lot.expires_at)))


async def post(work: Work, postings: Sequence[Posting], cause: tuple[str, UUID], now: datetime, memo: str) -> Journal:
    """Post one journal in the name of its cause."""
    journal = Journal(JournalId(work.new.id()), cause[0], cause[1], tuple(postings), now, memo)
    await work.ledger.post(journal)
    return journal


# Verbs


@dataclass(frozen=True, slots=True)
class Transfer:
    """Send cash to another account in the same currency."""

    to: AccountId
    amount: Money
    memo: str = ""
    expected_version: int | None = None


async def transfer(work: Work, viewer: Viewer, command: Transfer, *, now: datetime) -> Pocket:
    """Cash goes from the viewer's pocket to another account's; credit can not be sent."""
    owner = viewer.require_account()
    memo = perhaps(command.memo, "memo", longest=MEMO_LENGTH_MAX)
    require(command.amount.minor > 0, InvalidInput("The amount is more than zero.", path=("amount",)))
    require(command.to != owner, InvalidInput("A transfer goes to somebody else.", path=("toAccountId",)))
    require(await work.recipients.exists(command.to), NotFound("Account", command.to, path=("toAccountId",)))
    currency = command.amount.currency
    pockets = await work.wallets.lock_all([(owner, currency), (command.to, currency)])
    pocket = pockets[owner, currency]
    check_version(command.expected_version, pocket.version)
    require(command.amount <= pocket.cash, InsufficientFunds(AccountKind.CASH, pocket.cash, command.amount))
    journal = Journal(
        id=(journal_id := JournalId(work.new.id())),
        cause_kind="transfer",
        cause_id=journal_id,
        postings=(
            customer(owner, AccountKind.CASH, -command.amount),
            customer(command.to, AccountKind.CASH, command.amount),
        ),
        occurred_at=now,
        memo=memo,
    )
    await work.ledger.post(journal)
    said = {"amount": str(command.amount)}
    work.events.append(Event("wallet.transferred", "wallet", owner, said, account_id=owner))
    work.events.append(Event("wallet.received", "wallet", command.to, said, account_id=command.to))
    pocket.cash -= command.amount
    pocket.version += 1
    return pocket


@dataclass(frozen=True, slots=True)
class GrantCredit:
    """Give credit for a reason; only promotional credit may expire."""

    owner: AccountId
    amount: Money
    origin: LotOrigin
    reason: str
    expires_at: datetime | None = None
    expected_version: int | None = None


async def grant_credit(work: Work, viewer: Viewer, command: GrantCredit, *, now: datetime) -> Lot:
    """Finance or support gives promotional or goodwill credit, funded from PROMOTION."""
    viewer.require(Role.FINANCE, Role.SUPPORT)
    promotional = command.origin is LotOrigin.PROMOTION
    require(
        promotional or command.origin is LotOrigin.GOODWILL,
        InvalidInput("A grant is promotional or goodwill; other credit comes from what caused it.", path=("origin",)),
    )
    require(command.amount.minor > 0, InvalidInput("The amount is more than zero.", path=("amount",)))
    reason = line(command.reason, "reason")
    if command.expires_at is not None:
        require(promotional, InvalidInput("Only promotional credit expires.", path=("expiresAt",)))
        require(command.expires_at > now, InvalidInput("The expiry is in the future.", path=("expiresAt",)))
    require(await work.recipients.exists(command.owner), NotFound("Account", command.owner, path=("accountId",)))
    pocket = await work.wallets.lock(command.owner, command.amount.currency)
    check_version(command.expected_version, pocket.version)
    lot = await issue(
        work,
        command.owner,
        command.amount,
        origin=command.origin,
        funded_by=house(AccountKind.PROMOTION, -command.amount),
        cause=("creditGrant", work.new.id()),
        expires_at=command.expires_at,
        now=now,
        memo=reason,
    )
    work.events.append(
        Event("wallet.creditGranted", "wallet", command.owner, {"amount": str(lot.amount)}, account_id=command.owner)
    )
    return lot


@dataclass(frozen=True, slots=True)
class PlaceHold:
    """Set cash or credit of a customer aside."""

    owner: AccountId
    kind: AccountKind
    amount: Money
    ttl_seconds: int
    reason: str
    expected_version: int | None = None


async def place_hold(work: Work, viewer: Viewer, command: PlaceHold, *, now: datetime) -> Hold:
    """Finance sets a customer's money aside, for instance while a claim is looked into."""
    viewer.require(Role.FINANCE)
    reason = line(command.reason, "reason")
    require(command.kind in SPENDABLE, InvalidInput("A hold is on cash or on credit.", path=("kind",)))
    require(command.amount.minor > 0, InvalidInput("The amount is more than zero.", path=("amount",)))
    ttl = timedelta(seconds=command.ttl_seconds)
    require(
        timedelta(0) < ttl <= HOLD_TTL_MAX, InvalidInput("A hold lasts from 1 second to 30 days.", path=("ttlSeconds",))
    )
    require(await work.recipients.exists(command.owner), NotFound("Account", command.owner, path=("accountId",)))
    pocket = await work.wallets.lock(command.owner, command.amount.currency)
    check_version(command.expected_version, pocket.version)
    hold = await reserve(
        work,
        command.owner,
        command.kind,
        command.amount,
        cause=("manualHold", work.new.id()),
        expires_at=now + ttl,
        now=now,
    )
    work.events.append(Event("wallet.held", "hold", hold.id, {"reason": reason}, account_id=hold.owner))
    return hold


@dataclass(frozen=True, slots=True)
class CaptureHold:
    """Spend a hold, all of it when `amount` is None, on services of the house."""

    hold_id: HoldId
    amount: Money | None = None
    expected_version: int | None = None


async def capture_hold(work: Work, viewer: Viewer, command: CaptureHold, *, now: datetime) -> Hold:
    """Finance captures a hold that it placed; the rest goes back to where it came from."""
    viewer.require(Role.FINANCE)
    hold = await lock_manual_hold(work, command.hold_id)
    check_version(command.expected_version, hold.version)
    amount = command.amount if command.amount is not None else hold.amount
    postings, _ = capture(hold, amount)
    await post(work, [*postings, house(AccountKind.SERVICES, amount)], ("hold", hold.id), now, "Captured")
    await let_lapse(work, hold.slices, now)
    await work.holds.save(hold)
    work.events.append(Event("wallet.holdCaptured", "hold", hold.id, {"amount": str(amount)}, account_id=hold.owner))
    return hold


@dataclass(frozen=True, slots=True)
class VoidHold:
    """Give a hold back unspent."""

    hold_id: HoldId
    expected_version: int | None = None


async def void_hold(work: Work, viewer: Viewer, command: VoidHold, *, now: datetime) -> Hold:
    """Finance voids a hold that it placed; everything goes back to where it came from."""
    viewer.require(Role.FINANCE)
    hold = await lock_manual_hold(work, command.hold_id)
    check_version(command.expected_version, hold.version)
    await give_back(work, hold, "walletHoldVoid", cause=("hold", hold.id), now=now, memo="Released")
    work.events.append(Event("wallet.holdVoided", "hold", hold.id, account_id=hold.owner))
    return hold


async def lock_manual_hold(work: Work, hold_id: HoldId) -> Hold:
    """A hold that belongs to an order or a payout ends with it, never by hand."""
    hold = await work.holds.lock(hold_id)
    require(hold.cause_kind == "manualHold", NotFound("WalletHold", hold_id, path=("holdId",)))
    return hold


@dataclass(frozen=True, slots=True)
class ExpireHold:
    hold_id: HoldId


async def expire_hold(work: Work, viewer: Viewer, command: ExpireHold, *, now: datetime) -> Hold:
    """The house lets a hold lapse; one that has ended already stays as it is."""
    viewer.require(Role.SYSTEM)
    hold = await work.holds.lock(command.hold_id)
    if hold.state is HoldState.HELD and hold.expires_at is not None and hold.expires_at <= now:
        await give_back(work, hold, "walletHoldExpire", cause=("hold", hold.id), now=now, memo="Lapsed")
        work.events.append(Event("wallet.holdExpired", "hold", hold.id, account_id=hold.owner))
    return hold


@dataclass(frozen=True, slots=True)
class ExpireLot:
    lot_id: LotId


async def expire_lot(work: Work, viewer: Viewer, command: ExpireLot, *, now: datetime) -> Lot:
    """The house lets what is left of a promotional lot lapse, into BREAKAGE."""
    viewer.require(Role.SYSTEM)
    lot = await work.wallets.lot(command.lot_id)
    await work.wallets.lock(lot.owner, lot.amount.currency)
    lot = await work.wallets.lot(command.lot_id)
    if lot.remaining and lot.expires_at is not None and lot.expires_at <= now:
        lapsed = [customer(lot.owner, AccountKind.CREDIT, -lot.remaining, lot.id)]
        await post(work, [*lapsed, house(AccountKind.BREAKAGE, lot.remaining)], ("lot", lot.id), now, "Credit lapsed")
        said = {"amount": str(lot.remaining)}
        work.events.append(Event("wallet.creditLapsed", "wallet", lot.owner, said, account_id=lot.owner))
        lot.remaining = Money.zero(lot.amount.currency)
    return lot
