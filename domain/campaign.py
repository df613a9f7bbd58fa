"""Campaigns: a dated promise to add something to what people trade in, or to take something off what they buy.

It comes out of a budget that can not be overdrawn, and whose cost it is has a name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import catalogue, supplier
from domain.catalogue import BrandId
from domain.event import Event
from domain.ledger import AccountKind, Posting, house
from domain.lifecycle import Lifecycle
from domain.localized import Localized
from domain.money import BASIS_POINTS, Currency, Money, total
from domain.page import Page, PageRequest
from domain.refusal import InvalidInput, Refusal, require
from domain.supplier import BillCause, RevenueShare, SupplierId
from domain.text import line
from domain.viewer import AccountId, Role, Viewer
from domain.wallet import post
from domain.work import check_version

CampaignId = NewType("CampaignId", UUID)
SubsidyId = NewType("SubsidyId", UUID)

CODE_LENGTH_MAX = 40


# Nouns


class Funder(StrEnum):
    """Whose money the budget is: the house's own, or a brand's, which owes it to the house from then on.

    Of a JOINT one the house sets all aside, and claims their shares of what is spent from its partners.
    """

    HOUSE = "HOUSE"
    BRAND = "BRAND"
    JOINT = "JOINT"


class CampaignPurpose(StrEnum):
    """What the budget is for: to be added to pieces that are traded in, or for vouchers."""

    TRADE_IN = "TRADE_IN"
    VOUCHER = "VOUCHER"


class CampaignState(StrEnum):
    """An ENDED campaign grants nothing more; what it has promised it keeps."""

    OPEN = "OPEN"
    ENDED = "ENDED"


CAMPAIGN_LIFECYCLE = Lifecycle(
    kind="campaign",
    initial=CampaignState.OPEN,
    moves={"campaignEnd": ([CampaignState.OPEN], CampaignState.ENDED)},
)


@dataclass(frozen=True, slots=True)
class CostShare:
    """A partner's part in what a joint campaign costs, by contract."""

    supplier_id: SupplierId
    share_bps: int


@dataclass(slots=True)
class Campaign:
    """`reserved` is promised, `spent` was given; with what is `available` they are the budget.

    `brand_id` narrows a campaign to purchases of that brand, `minimum` to those that cost so much before shipping.
    `subsidy` is what a trade-in gets, and the most that one order gets by a voucher. `shares` are the partners' in a
    joint campaign; the rest is the house's.
    """

    id: CampaignId
    code: str
    name: Localized
    funder: Funder
    brand_id: BrandId | None
    currency: Currency
    budget: Money
    subsidy: Money
    minimum: Money
    reserved: Money
    spent: Money
    starts_at: datetime
    ends_at: datetime
    state: CampaignState
    opened_by: AccountId
    opened_at: datetime
    ended_at: datetime | None = None
    purpose: CampaignPurpose = CampaignPurpose.TRADE_IN
    shares: tuple[CostShare, ...] = ()
    version: int = 1

    @property
    def available(self) -> Money:
        return self.budget - self.reserved - self.spent

    @property
    def source(self) -> AccountKind:
        """Where its budget comes from: the house's promotion, or what a brand owes for it."""
        return AccountKind.BRAND_RECEIVABLE if self.funder is Funder.BRAND else AccountKind.PROMOTION

    @property
    def others_bps(self) -> tuple[int, ...]:
        """The parts of others in what it costs: all of it a brand's, or those of the partners of a joint one."""
        return (BASIS_POINTS,) if self.funder is Funder.BRAND else tuple(share.share_bps for share in self.shares)

    @property
    def next_actions(self) -> tuple[str, ...]:
        return CAMPAIGN_LIFECYCLE.next_actions(self.state)

    def runs(self, now: datetime) -> bool:
        return self.state is CampaignState.OPEN and self.starts_at <= now < self.ends_at


class SubsidyState(StrEnum):
    """RESERVED with an offer, or an order that waits for its payment; SPENT when the old piece has passed, or the order
    is paid; RELEASED when nothing came of it."""

    RESERVED = "RESERVED"
    SPENT = "SPENT"
    RELEASED = "RELEASED"


@dataclass(slots=True)
class Subsidy:
    """A part of a campaign's budget for one deal, a trade-in or an order; of what was spent some may be `returned`.

    The database keeps the campaign's sums by these rows.
    """

    id: SubsidyId
    campaign_id: CampaignId
    trade_in_id: UUID | None
    amount: Money
    state: SubsidyState
    reserved_at: datetime
    order_id: UUID | None = None
    returned_minor: int = 0
    version: int = 1

    @property
    def given(self) -> Money:
        """What was spent and did not come back."""
        whole = self.amount if self.state is SubsidyState.SPENT else Money.zero(self.amount.currency)
        return Money(whole.minor - self.returned_minor, whole.currency) if whole else whole


# Refusals


@dataclass(eq=False)
class CampaignNotRunning(Refusal):
    """The campaign has not begun, is over, or is about another currency or brand."""

    code = "CAMPAIGN_NOT_RUNNING"

    @property
    def message(self) -> str:
        return "This campaign does not hold for this: its dates, its currency or its brand are others."


@dataclass(eq=False)
class PurchaseTooSmall(Refusal):
    """The campaign is about purchases that cost more than this one."""

    code = "PURCHASE_TOO_SMALL"
    minimum: Money

    @property
    def message(self) -> str:
        return f"This campaign is for purchases of {self.minimum} and more."


@dataclass(eq=False)
class BudgetExhausted(Refusal):
    """What is left of the budget is less than the subsidy."""

    code = "BUDGET_EXHAUSTED"
    available: Money

    @property
    def message(self) -> str:
        return "All of this campaign's budget is promised. The offer can be had without it."


# Ports


class Campaigns(Protocol):
    async def lock(self, campaign_id: CampaignId) -> Campaign: ...
    async def find(self, campaign_id: CampaignId) -> Campaign:
        """The campaign as it is, not locked."""
        ...

    async def find_code(self, code: str) -> Campaign | None:
        """The campaign that people call so, not locked."""
        ...

    async def add(self, campaign: Campaign) -> None: ...
    async def save(self, campaign: Campaign) -> None:
        """Whether it is open; the sums are the database's to keep."""
        ...


class Subsidies(Protocol):
    async def of_trade_in(self, trade_in_id: UUID) -> Subsidy | None:
        """Locked; there is one at most."""
        ...

    async def of_order(self, order_id: UUID) -> Subsidy | None:
        """Locked; there is one at most."""
        ...

    async def add(self, subsidy: Subsidy) -> None: ...
    async def save(self, subsidy: Subsidy) -> None: ...


class Work(catalogue.Work, supplier.Work, Protocol):
    @property
    def campaigns(self) -> Campaigns: ...
    @property
    def subsidies(self) -> Subsidies: ...


class CampaignReader(Protocol):
    """Campaigns that run are public; staff see all of them."""

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Campaign | None]: ...
    async def running(self, now: datetime) -> Sequence[Campaign]:
        """What runs now, the one that ends first before others; there are never many."""
        ...

    async def page(self, page: PageRequest) -> Page[Campaign]:
        """All of them, newest first."""
        ...


# Steps


async def running(work: Work, code: str, currency: Currency, now: datetime) -> Campaign:
    """The campaign that people call so, not locked; refuses at a glance what could not be granted.

    To lock it would have a crowd that comes for the last of a budget wait in a line to be told no.
    """
    found = await work.campaigns.find_code(code.strip())
    of_trade_ins = found is not None and found.purpose is CampaignPurpose.TRADE_IN
    if found is None or not of_trade_ins or found.currency is not currency or not found.runs(now):
        raise CampaignNotRunning(path=("campaignCode",))
    check_left(found)
    return found


async def reserve(work: Work, campaign_id: CampaignId, trade_in_id: UUID, now: datetime) -> None:
    """Promise the subsidy of a running campaign; refuses when its budget has not that much left.

    The last thing to do, for everybody else who wants of the budget waits until the end of the transaction.
    """
    campaign = await work.campaigns.lock(campaign_id)
    require(campaign.runs(now), CampaignNotRunning(path=("campaignCode",)))
    check_left(campaign)
    made = Subsidy(SubsidyId(work.new.id()), campaign.id, trade_in_id, campaign.subsidy, SubsidyState.RESERVED, now)
    await work.subsidies.add(made)


def check_left(campaign: Campaign) -> None:
    enough = campaign.subsidy <= campaign.available
    require(enough, BudgetExhausted(campaign.available, path=("campaignCode",)))


async def spend(work: Work, trade_in_id: UUID) -> None:
    """The deal is done; the caller posts the money out of SUBSIDY_BUDGET."""
    subsidy = await work.subsidies.of_trade_in(trade_in_id)
    assert subsidy is not None, "only what was promised is given"
    assert subsidy.state is SubsidyState.RESERVED, "and once"
    subsidy.state = SubsidyState.SPENT
    await work.subsidies.save(subsidy)


async def release(work: Work, trade_in_id: UUID, now: datetime) -> None:
    """Nothing came of it, or it was undone; for what was spent the caller has posted into SUBSIDY_BUDGET.

    What comes back after a campaign has ended goes on to who had funded it.
    """
    subsidy = await work.subsidies.of_trade_in(trade_in_id)
    if subsidy is None or subsidy.state is SubsidyState.RELEASED:
        return
    campaign = await work.campaigns.lock(subsidy.campaign_id)
    subsidy.state = SubsidyState.RELEASED
    await work.subsidies.save(subsidy)
    if campaign.state is CampaignState.ENDED:
        await fund(work, campaign, -subsidy.amount, now, "Came back after the end")


# Steps of orders; what they move between budget and escrow the caller posts


async def grant(
    work: Work, campaign_id: CampaignId, order_id: UUID, amount: Money, *, paid: bool, now: datetime
) -> Campaign:
    """Promise a running campaign's money to an order, or give it to one that is paid; answers with what it locked.

    As late as can be, for everybody else who wants of the budget waits until the end of the transaction.
    """
    campaign = await work.campaigns.lock(campaign_id)
    require(campaign.runs(now), CampaignNotRunning(path=VOUCHER_CODE))
    require(amount <= campaign.available, BudgetExhausted(campaign.available, path=VOUCHER_CODE))
    state = SubsidyState.SPENT if paid else SubsidyState.RESERVED
    made = Subsidy(SubsidyId(work.new.id()), campaign.id, None, amount, state, now, order_id)
    await work.subsidies.add(made)
    if paid:
        await claim(work, campaign, order_id, Money.zero(amount.currency), amount, now)
    return campaign


VOUCHER_CODE = ("tenders", "voucherCode")


async def give(work: Work, order_id: UUID, now: datetime) -> None:
    """The order that money was promised to is paid."""
    subsidy = await work.subsidies.of_order(order_id)
    assert subsidy is not None, "only what was promised is given"
    assert subsidy.state is SubsidyState.RESERVED, "and once"
    campaign = await work.campaigns.lock(subsidy.campaign_id)
    subsidy.state = SubsidyState.SPENT
    await work.subsidies.save(subsidy)
    await claim(work, campaign, order_id, Money.zero(subsidy.amount.currency), subsidy.amount, now)


async def let_go(work: Work, order_id: UUID, now: datetime) -> None:
    """The order ended before it was paid."""
    subsidy = await work.subsidies.of_order(order_id)
    assert subsidy is not None, "only what was promised is let go"
    campaign = await work.campaigns.lock(subsidy.campaign_id)
    subsidy.state = SubsidyState.RELEASED
    await work.subsidies.save(subsidy)
    await hand_on(work, campaign, subsidy.amount, now)


async def take_back(work: Work, order_id: UUID, amount: Money, refund_id: UUID, now: datetime) -> bool:
    """A part of what was given to an order is in the budget again; answers whether that was the last of it."""
    subsidy = await work.subsidies.of_order(order_id)
    assert subsidy is not None, "only what was given comes back"
    campaign = await work.campaigns.lock(subsidy.campaign_id)
    before = subsidy.given
    subsidy.returned_minor += amount.minor
    whole = subsidy.returned_minor == subsidy.amount.minor
    if whole:
        subsidy.state = SubsidyState.RELEASED
    await work.subsidies.save(subsidy)
    await claim(work, campaign, refund_id, before, before - amount, now)
    await hand_on(work, campaign, amount, now)
    return whole


async def hand_on(work: Work, campaign: Campaign, amount: Money, now: datetime) -> None:
    """What comes back after a campaign has ended goes on to who had funded it."""
    if campaign.state is CampaignState.ENDED:
        await fund(work, campaign, -amount, now, "Came back after the end")


async def claim(work: Work, campaign: Campaign, subject_id: UUID, before: Money, after: Money, now: datetime) -> None:
    """Partners owe their shares of what a joint campaign has given to an order, as it is now less what it was.

    So their parts and the house's are the whole at any moment, to the last unit, whatever comes back and how often.
    """
    postings: list[Posting] = []
    was, now_is = divide(before, campaign.shares), divide(after, campaign.shares)
    for share, old, new in zip(campaign.shares, was, now_is, strict=True):
        if new != old:
            cause = BillCause.JOINT_CAMPAIGN
            postings.append(await supplier.owe(work, share.supplier_id, cause, subject_id, old - new, now))
    borne = -total((posting.amount for posting in postings), campaign.currency)
    if postings:
        rest = [house(AccountKind.PROMOTION, borne)] if borne else []
        await post(work, [*postings, *rest], ("campaign", campaign.id), now, f"Shares of {campaign.code}")


def divide(amount: Money, shares: Sequence[CostShare]) -> list[Money]:
    """What partners bear of an amount, by largest remainder; the rest is the house's."""
    weights = [share.share_bps for share in shares]
    return amount.allocate([*weights, BASIS_POINTS - sum(weights)])[:-1]


async def fund(work: Work, campaign: Campaign, amount: Money, now: datetime, memo: str) -> None:
    """Move an amount from the funder into the budget's account, or back when it is negative."""
    postings = [house(campaign.source, -amount), house(AccountKind.SUBSIDY_BUDGET, amount)]
    await post(work, postings, ("campaign", campaign.id), now, memo)


# Verbs


@dataclass(frozen=True, slots=True)
class OpenCampaign:
    """`brand_id` is needed when the brand pays, `shares` when partners do.

    Without a `minimum` a purchase costs at least twice the subsidy; a voucher has a minimum of its own.
    """

    code: str
    name: Localized
    funder: Funder
    budget: Money
    subsidy: Money
    starts_at: datetime
    ends_at: datetime
    brand_id: BrandId | None = None
    purpose: CampaignPurpose = CampaignPurpose.TRADE_IN
    shares: tuple[CostShare, ...] = ()
    minimum: Money | None = None
    expected_version: int | None = None


async def open_(work: Work, viewer: Viewer, command: OpenCampaign, *, now: datetime) -> Campaign:
    """Finance sets a budget aside; what the campaign grants comes out of it and out of nothing else."""
    viewer.require(Role.FINANCE)
    check_version(command.expected_version, 0)
    code = line(command.code, "code", longest=CODE_LENGTH_MAX)
    in_time = now < command.ends_at and command.starts_at < command.ends_at
    require(in_time, InvalidInput("A campaign ends after it begins, and in the future.", path=("endsAt",)))
    same = command.subsidy.currency is command.budget.currency
    require(same, InvalidInput("Budget and subsidy are in one currency.", path=("subsidy", "currencyCode")))
    fits = 0 < command.subsidy.minor <= command.budget.minor
    require(fits, InvalidInput("A subsidy is more than zero and fits into the budget.", path=("subsidy",)))
    await check_shares(work, command)
    minimum = command.subsidy * 2 if command.minimum is None else command.minimum
    same = minimum.currency is command.budget.currency
    require(same, InvalidInput("Budget and minimum are in one currency.", path=("minimum", "currencyCode")))
    above = command.subsidy < minimum
    require(above, InvalidInput("A purchase costs more than its subsidy.", path=("minimum",)))
    named = command.brand_id is not None or command.funder is not Funder.BRAND
    require(named, InvalidInput("Say which brand pays.", path=("brandId",)))
    if command.brand_id is not None:
        await work.brands.find(command.brand_id)
    taken = await work.campaigns.find_code(code)
    require(taken is None, InvalidInput("Another campaign has this code.", path=("code",)))
    zero = Money.zero(command.budget.currency)
    campaign = Campaign(
        id=CampaignId(work.new.id()),
        code=code,
        name=command.name,
        funder=command.funder,
        brand_id=command.brand_id,
        currency=command.budget.currency,
        budget=command.budget,
        subsidy=command.subsidy,
        minimum=minimum,
        reserved=zero,
        spent=zero,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        state=CampaignState.OPEN,
        opened_by=viewer.require_account(),
        opened_at=now,
        purpose=command.purpose,
        shares=command.shares,
    )
    await work.campaigns.add(campaign)
    await fund(work, campaign, campaign.budget, now, f"Budget of {code}")
    said = {"code": code, "budget": str(campaign.budget), "funder": campaign.funder}
    work.events.append(Event("campaign.opened", "campaign", campaign.id, said))
    return campaign


async def check_shares(work: Work, command: OpenCampaign) -> None:
    """A joint campaign, and no other, has partners who bear a part of it; it is one of vouchers."""
    joint = command.funder is Funder.JOINT
    said = "A joint campaign, and only a joint one, says what its partners bear."
    require(joint == bool(command.shares), InvalidInput(said, path=("shares",)))
    for_vouchers = not joint or command.purpose is CampaignPurpose.VOUCHER
    require(for_vouchers, InvalidInput("A joint campaign is one of vouchers.", path=("purpose",)))
    supplier.check_shares([RevenueShare(one.supplier_id, one.share_bps) for one in command.shares], "shares")
    for share in command.shares:
        await work.suppliers.find(share.supplier_id)


@dataclass(frozen=True, slots=True)
class EndCampaign:
    campaign_id: CampaignId
    expected_version: int | None = None


async def end(work: Work, viewer: Viewer, command: EndCampaign, *, now: datetime) -> Campaign:
    """Finance ends a campaign: what is not promised goes back to who funded it."""
    viewer.require(Role.FINANCE)
    campaign = await work.campaigns.lock(command.campaign_id)
    check_version(command.expected_version, campaign.version)
    campaign.state = CAMPAIGN_LIFECYCLE.move(campaign.state, "campaignEnd")
    campaign.ended_at = now
    await work.campaigns.save(campaign)
    if campaign.available:
        await fund(work, campaign, -campaign.available, now, f"Rest of {campaign.code}")
    work.events.append(Event("campaign.ended", "campaign", campaign.id, {"rest": str(campaign.available)}))
    return campaign
