"""Vouchers: something off what is bought, out of a campaign's budget, borne by whom that names and never by a seller.

What a voucher takes off pays as a tender does, out of the budget: the full price is in escrow, and whoever sells for
themselves through the house has their part of the full price.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol, TypeVar
from uuid import UUID

from domain import campaign
from domain.bundle import BundleId
from domain.campaign import BudgetExhausted, Campaign, CampaignId, CampaignPurpose
from domain.cart import Cart
from domain.catalogue import Category, CategoryId, Product, ProductId
from domain.event import Event
from domain.lifecycle import Lifecycle
from domain.listing import ListingKind
from domain.money import BASIS_POINTS, Currency, Money
from domain.order import Discount, LineKind, Order, VoucherNotGood
from domain.order import Work as OrderWork
from domain.page import Page, PageRequest
from domain.refusal import InvalidInput, Refusal, require
from domain.text import line
from domain.viewer import AccountId, Role, Viewer
from domain.work import check_version

VoucherId = NewType("VoucherId", UUID)
VoucherUseId = NewType("VoucherUseId", UUID)
T = TypeVar("T")

CODE_LENGTH_MAX = 40
PER_PERSON_MAX = 100
CATEGORIES_MAX = 20
PATH = ("tenders", "voucherCode")


# Nouns


class VoucherState(StrEnum):
    """A WITHDRAWN voucher takes nothing off any more; what it has taken off it keeps."""

    OPEN = "OPEN"
    WITHDRAWN = "WITHDRAWN"


VOUCHER_LIFECYCLE = Lifecycle(
    kind="voucher",
    initial=VoucherState.OPEN,
    moves={"voucherWithdraw": ([VoucherState.OPEN], VoucherState.WITHDRAWN)},
)


@dataclass(slots=True)
class Voucher:
    """So much or such a share off, for as long as its campaign runs and as far as its budget goes.

    `line_kinds`, `listing_kinds`, `category_ids` and `bundle_id` say what it is for; what is empty or None does not
    narrow, but for what members sell: a voucher is for that only where `listing_kinds` names it.
    """

    id: VoucherId
    campaign_id: CampaignId
    code: str
    currency: Currency
    percent_bps: int | None
    amount: Money | None
    minimum: Money
    per_person: int
    line_kinds: tuple[LineKind, ...]
    listing_kinds: tuple[ListingKind, ...]
    category_ids: tuple[CategoryId, ...]
    bundle_id: BundleId | None
    state: VoucherState
    issued_by: AccountId
    issued_at: datetime
    withdrawn_at: datetime | None = None
    version: int = 1

    @property
    def next_actions(self) -> tuple[str, ...]:
        return VOUCHER_LIFECYCLE.next_actions(self.state)


class VoucherUseState(StrEnum):
    """GIVEN_BACK when nothing of what it took off is spent any more: the person may use the voucher once more."""

    TAKEN = "TAKEN"
    GIVEN_BACK = "GIVEN_BACK"


@dataclass(slots=True)
class VoucherUse:
    """One person's use for one order; `number` is among theirs of this voucher, `per_person` how many those may be."""

    id: VoucherUseId
    voucher_id: VoucherId
    account_id: AccountId
    order_id: UUID
    number: int
    per_person: int
    state: VoucherUseState
    taken_at: datetime
    version: int = 1


# Refusals


@dataclass(eq=False)
class VoucherUsedUp(Refusal):
    """This person has used the voucher as often as anybody may."""

    code = "VOUCHER_USED_UP"
    per_person: int

    @property
    def message(self) -> str:
        return f"This voucher can be used {self.per_person} times by one person."


# Ports


class Vouchers(Protocol):
    async def lock(self, voucher_id: VoucherId) -> Voucher: ...
    async def find(self, voucher_id: VoucherId) -> Voucher:
        """The voucher as it is, not locked."""
        ...

    async def find_code(self, code: str) -> Voucher | None:
        """The voucher that people call so, not locked."""
        ...

    async def add(self, voucher: Voucher) -> None: ...
    async def save(self, voucher: Voucher) -> None: ...


class VoucherUses(Protocol):
    async def taken(self, voucher_id: VoucherId, account_id: AccountId) -> Sequence[int]:
        """The numbers of a person's uses that stand."""
        ...

    async def of_order(self, order_id: UUID) -> VoucherUse | None:
        """Locked; there is one at most."""
        ...

    async def add(self, use: VoucherUse) -> None: ...
    async def save(self, use: VoucherUse) -> None: ...


class Bundles(Protocol):
    """The little that a voucher needs of bundles."""

    async def lock(self, bundle_id: BundleId) -> object: ...


class Work(campaign.Work, Protocol):
    @property
    def vouchers(self) -> Vouchers: ...
    @property
    def bundles(self) -> Bundles: ...


class BuyingWork(OrderWork, campaign.Work, Protocol):
    """What applying one to an order needs."""

    @property
    def vouchers(self) -> Vouchers: ...
    @property
    def voucher_uses(self) -> VoucherUses: ...


class VoucherReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Voucher | None]: ...
    async def by_code(self, code: str) -> Voucher | None: ...
    async def taken(self, voucher_id: VoucherId, account_id: AccountId) -> Sequence[int]: ...
    async def page(self, page: PageRequest) -> Page[Voucher]:
        """All of them, newest first."""
        ...


# Rules


def discount_of(
    voucher: Voucher | None,
    of: Campaign | None,
    taken: Sequence[int],
    products: Mapping[ProductId, Sequence[CategoryId]],
    currency: Currency,
    now: datetime,
) -> Discount:
    """What a voucher would take off in a cart of this currency; `products` are those within, with all they lie in."""
    if voucher is None or of is None:
        raise VoucherNotGood(path=PATH)
    stands = voucher.state is VoucherState.OPEN and of.runs(now) and voucher.currency is currency
    require(stands, VoucherNotGood(path=PATH))
    require(len(taken) < voucher.per_person, VoucherUsedUp(voucher.per_person, path=PATH))
    # Whoever comes when all is promised is told before anything is locked.
    require(bool(of.available), BudgetExhausted(of.available, path=PATH))
    wanted = set(voucher.category_ids)
    named = frozenset(product_id for product_id, path in products.items() if not wanted.isdisjoint(path))
    return Discount(
        voucher_id=voucher.id,
        percent_bps=voucher.percent_bps,
        amount=voucher.amount,
        at_most=of.subsidy,
        minimum=voucher.minimum,
        line_kinds=voucher.line_kinds,
        listing_kinds=voucher.listing_kinds,
        products=named if wanted else None,
        bundle_id=voucher.bundle_id,
        others_bps=of.others_bps,
    )


def categories_of(
    products: Iterable[Product], categories: Mapping[CategoryId, Category]
) -> dict[ProductId, Sequence[CategoryId]]:
    """By product all categories that it lies in, at any depth."""
    return {product.id: categories[product.category_id].path for product in products}


# What an order asks


class VoucherDiscounts:
    """Answers an order out of its voucher; the order is locked, and saved, by the caller."""

    def __init__(self, work: BuyingWork) -> None:
        self.work = work

    async def offered(self, code: str, cart: Cart, now: datetime) -> Discount:
        """What a code would take off in this cart, at a glance: nothing is locked."""
        work = self.work
        voucher = await work.vouchers.find_code(code.strip())
        found = None if voucher is None else await work.campaigns.find(voucher.campaign_id)
        taken = () if voucher is None else await work.voucher_uses.taken(voucher.id, cart.owner)
        products: dict[ProductId, Sequence[CategoryId]] = {}
        if voucher is not None and voucher.category_ids:
            listings = await work.shelf.find_all(item.listing_id for item in cart.items)
            for product_id in sorted({one.product_id for one in listings.values()}):
                product = await work.products.find(product_id)
                products[product.id] = (await work.categories.find(product.category_id)).path
        return discount_of(voucher, found, taken, products, cart.currency, now)

    async def take(self, order: Order, now: datetime) -> None:
        """What was taken off is promised to the order, or given to one that is paid."""
        work = self.work
        tender = order.voucher
        assert tender is not None, "an order with a voucher has its tender"
        assert tender.source_id is not None, "which says what it is of"
        voucher = await work.vouchers.find(VoucherId(tender.source_id))
        paid = order.paid_at is not None
        await campaign.grant(work, voucher.campaign_id, order.id, tender.amount, paid=paid, now=now)
        # The campaign is locked by now, so nobody else uses this voucher at the same moment.
        taken = await work.voucher_uses.taken(voucher.id, order.buyer)
        require(len(taken) < voucher.per_person, VoucherUsedUp(voucher.per_person, path=PATH))
        number = next(number for number in range(1, voucher.per_person + 1) if number not in taken)
        use_id = VoucherUseId(work.new.id())
        state = VoucherUseState.TAKEN
        await work.voucher_uses.add(
            VoucherUse(use_id, voucher.id, order.buyer, order.id, number, voucher.per_person, state, now)
        )
        said: dict[str, object] = {"code": voucher.code, "amount": str(tender.amount)}
        work.events.append(Event("voucher.used", "order", order.id, said, account_id=order.buyer))

    async def give(self, order: Order, now: datetime) -> None:
        """The order is paid."""
        await campaign.give(self.work, order.id, now)

    async def let_go(self, order: Order, now: datetime) -> None:
        """The order ended before it was paid: the budget and the person have it again."""
        await campaign.let_go(self.work, order.id, now)
        await self._free(order)

    async def take_back(self, order: Order, amount: Money, refund_id: UUID, now: datetime) -> None:
        """A part of it is in the budget again; once all of it is, the person may use the voucher once more."""
        if await campaign.take_back(self.work, order.id, amount, refund_id, now):
            await self._free(order)

    async def _free(self, order: Order) -> None:
        use = await self.work.voucher_uses.of_order(order.id)
        assert use is not None, "an order with a voucher has its use"
        use.state = VoucherUseState.GIVEN_BACK
        await self.work.voucher_uses.save(use)


# Verbs


@dataclass(frozen=True, slots=True)
class IssueVoucher:
    """Either `percent_bps` or `amount` off."""

    campaign_id: CampaignId
    code: str
    percent_bps: int | None = None
    amount: Money | None = None
    minimum: Money | None = None
    per_person: int = 1
    line_kinds: tuple[LineKind, ...] = ()
    listing_kinds: tuple[ListingKind, ...] = ()
    category_ids: tuple[CategoryId, ...] = ()
    bundle_id: BundleId | None = None
    expected_version: int | None = None


async def issue(work: Work, viewer: Viewer, command: IssueVoucher, *, now: datetime) -> Voucher:
    """A merchandiser issues a voucher on a campaign, whose budget it draws on and whose funder bears it."""
    viewer.require(Role.MERCHANDISER)
    code = line(command.code, "code", longest=CODE_LENGTH_MAX)
    of = await work.campaigns.lock(command.campaign_id)
    check_version(command.expected_version, of.version)
    open_ = of.purpose is CampaignPurpose.VOUCHER and of.ended_at is None and now < of.ends_at
    require(
        open_, InvalidInput("A voucher is issued on a campaign of vouchers that is not over.", path=("campaignId",))
    )
    check_terms(command, of.currency)
    for category_id in command.category_ids:
        await work.categories.find(category_id)
    if command.bundle_id is not None:
        await work.bundles.lock(command.bundle_id)
    taken = await work.vouchers.find_code(code)
    require(taken is None, InvalidInput("Another voucher has this code.", path=("code",)))
    voucher = Voucher(
        id=VoucherId(work.new.id()),
        campaign_id=of.id,
        code=code,
        currency=of.currency,
        percent_bps=command.percent_bps,
        amount=command.amount,
        minimum=command.minimum or Money.zero(of.currency),
        per_person=command.per_person,
        line_kinds=unique(command.line_kinds),
        listing_kinds=unique(command.listing_kinds),
        category_ids=unique(command.category_ids),
        bundle_id=command.bundle_id,
        state=VoucherState.OPEN,
        issued_by=viewer.require_account(),
        issued_at=now,
    )
    await work.vouchers.add(voucher)
    told: dict[str, object] = {"code": code, "campaign": of.code, "funder": of.funder}
    work.events.append(Event("voucher.issued", "voucher", voucher.id, told))
    return voucher


def unique(named: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(named))


def check_terms(command: IssueVoucher, currency: Currency) -> None:
    one = (command.percent_bps is None) != (command.amount is None)
    require(one, InvalidInput("A voucher takes a share off, or an amount.", path=("amount",)))
    share = command.percent_bps is None or 0 < command.percent_bps <= BASIS_POINTS
    require(share, InvalidInput(f"A share is 1 to {BASIS_POINTS} basis points.", path=("percentBps",)))
    for name, amount, least in (("amount", command.amount, 1), ("minimum", command.minimum, 0)):
        if amount is not None:
            same = amount.currency is currency
            require(same, InvalidInput(f"This campaign is in {currency}.", path=(name, "currencyCode")))
            require(amount.minor >= least, InvalidInput("An amount is more than zero.", path=(name,)))
    often = 1 <= command.per_person <= PER_PERSON_MAX
    require(often, InvalidInput(f"One person uses it 1 to {PER_PERSON_MAX} times.", path=("perPerson",)))
    few = len(command.category_ids) <= CATEGORIES_MAX
    require(few, InvalidInput(f"{CATEGORIES_MAX} categories at most.", path=("categoryIds",)))


@dataclass(frozen=True, slots=True)
class WithdrawVoucher:
    voucher_id: VoucherId
    expected_version: int | None = None


async def withdraw(work: Work, viewer: Viewer, command: WithdrawVoucher, *, now: datetime) -> Voucher:
    """A merchandiser takes a voucher back; the orders that used it keep what it took off."""
    viewer.require(Role.MERCHANDISER)
    voucher = await work.vouchers.lock(command.voucher_id)
    check_version(command.expected_version, voucher.version)
    voucher.state = VOUCHER_LIFECYCLE.move(voucher.state, "voucherWithdraw")
    voucher.withdrawn_at = now
    await work.vouchers.save(voucher)
    work.events.append(Event("voucher.withdrawn", "voucher", voucher.id, {"code": voucher.code}))
    return voucher
