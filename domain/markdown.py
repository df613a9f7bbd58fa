"""Prices that fall as agreed, and the question to the consignor when they should fall further.

A step of the contract is taken on its date without asking. Anything else is proposed, and needs consent; a proposal
below the agreed range also lets the consignor withdraw free of charge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import contract as contracts
from domain import listing as listings
from domain.consignment import ConsignmentId, ConsignmentState, SettlementMode
from domain.contract import Contract, ContractId, ContractState
from domain.event import Event
from domain.lifecycle import Lifecycle
from domain.listing import Listing, ListingId, ListingKind, ListingState, PriceNotAgreed, RepriceListing, reprice_within
from domain.money import Money
from domain.piece import PartyKind
from domain.price import PriceReason
from domain.refusal import InvalidInput, NotFound, Refusal, WrongState, require
from domain.text import line
from domain.viewer import AccountId, Role, Viewer
from domain.work import Job, check_version

MarkdownId = NewType("MarkdownId", UUID)

APPLY = "contractMarkdown"
LAPSE = "markdownLapse"
LOOK_AGAIN = timedelta(days=1)
"""A step that falls due while a buyer has the piece waits: the sale may come to nothing."""
BUSY = (ConsignmentState.RESERVED, ConsignmentState.SOLD)


# Nouns


class MarkdownOrigin(StrEnum):
    """A step of the contract, or one that was proposed later."""

    AGREED = "AGREED"
    PROPOSED = "PROPOSED"


class MarkdownState(StrEnum):
    """PLANNED steps wait for their date, PROPOSED ones for the consignor; the others are over."""

    PLANNED = "PLANNED"
    PROPOSED = "PROPOSED"
    APPLIED = "APPLIED"
    REFUSED = "REFUSED"
    LAPSED = "LAPSED"
    SKIPPED = "SKIPPED"


MARKDOWN_LIFECYCLE = Lifecycle(
    kind="markdown",
    initial=MarkdownState.PLANNED,
    moves={
        "propose": ([MarkdownState.PLANNED], MarkdownState.PROPOSED),
        "apply": ([MarkdownState.PLANNED], MarkdownState.APPLIED),
        "markdownConsent": ([MarkdownState.PROPOSED], MarkdownState.APPLIED),
        "markdownRefuse": ([MarkdownState.PROPOSED], MarkdownState.REFUSED),
        "lapse": ([MarkdownState.PROPOSED], MarkdownState.LAPSED),
        "skip": ([MarkdownState.PLANNED, MarkdownState.PROPOSED], MarkdownState.SKIPPED),
    },
    unattended=frozenset({"propose", "apply", "lapse", "skip"}),
)


@dataclass(slots=True)
class Markdown:
    """One step down. `leaves_range` says that it is below everything that was agreed before.

    A proposal waits until `answer_by`, which no agreed step has.
    """

    id: MarkdownId
    contract_id: ContractId
    consignment_id: ConsignmentId
    listing_id: ListingId
    seller: AccountId
    origin: MarkdownOrigin
    state: MarkdownState
    price: Money
    leaves_range: bool
    due_at: datetime
    note: str
    proposed_by: AccountId | None
    made_at: datetime
    answer_by: datetime | None = None
    ended_at: datetime | None = None
    version: int = 1

    @property
    def next_actions(self) -> tuple[str, ...]:
        return MARKDOWN_LIFECYCLE.next_actions(self.state)

    def end(self, action: str, now: datetime) -> None:
        self.state = MARKDOWN_LIFECYCLE.move(self.state, action)
        self.ended_at = now


# Refusals


@dataclass(eq=False)
class NotADiscount(Refusal):
    """A markdown is below the present price."""

    code = "NOT_A_DISCOUNT"
    price: Money
    present: Money

    @property
    def message(self) -> str:
        return f"The price is {self.present} now: a markdown to {self.price} would not lower it."


@dataclass(eq=False)
class ProposalLapsed(Refusal):
    """The seller did not answer within the time that the contract gives."""

    code = "PROPOSAL_LAPSED"
    answer_by: datetime

    @property
    def message(self) -> str:
        return "The time to answer this proposal is over: the price stays until another one is proposed."


# Ports


class Markdowns(Protocol):
    async def lock(self, markdown_id: MarkdownId) -> Markdown: ...
    async def find(self, markdown_id: MarkdownId) -> Markdown: ...
    async def lock_open(self, contract_id: ContractId) -> Sequence[Markdown]:
        """Planned and proposed steps."""
        ...

    async def add(self, markdown: Markdown) -> None: ...
    async def save(self, markdown: Markdown) -> None: ...


class Work(contracts.Work, Protocol):
    @property
    def markdowns(self) -> Markdowns: ...


class MarkdownReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Markdown | None]: ...
    async def of_contracts(self, contracts: Sequence[UUID]) -> Sequence[Sequence[Markdown]]:
        """By date."""
        ...


# Steps


async def plan(work: Work, contract: Contract, listing_id: ListingId, now: datetime) -> None:
    """The piece is on sale: every agreed step has its date."""
    for step in contract.steps:
        markdown = made(work, contract, listing_id, step.price, MarkdownOrigin.AGREED, now)
        markdown.due_at = now + timedelta(days=step.after_days)
        await work.markdowns.add(markdown)
        work.outbox.append(Job(APPLY, markdown.id, markdown.due_at))


async def drop(work: Work, contract: Contract, now: datetime) -> None:
    """The contract is over: what was planned or proposed comes to nothing."""
    for markdown in await work.markdowns.lock_open(contract.id):
        markdown.end("skip", now)
        await work.markdowns.save(markdown)


def made(
    work: Work, contract: Contract, listing_id: ListingId, price: Money, origin: MarkdownOrigin, now: datetime
) -> Markdown:
    return Markdown(
        id=MarkdownId(work.new.id()),
        contract_id=contract.id,
        consignment_id=contract.consignment_id,
        listing_id=listing_id,
        seller=contract.seller,
        origin=origin,
        state=MarkdownState.PLANNED,
        price=price,
        leaves_range=price < contract.lowest_agreed,
        due_at=now,
        note="",
        proposed_by=None,
        made_at=now,
    )


async def agreed(work: listings.Work, listing: Listing, price: Money, reason: PriceReason, *, now: datetime) -> None:
    """What a contract says to a price that a merchandiser wants: up is free, down is for the agreed steps alone."""
    assert listing.kind is ListingKind.CONSIGNED, "only consigned pieces have a contract"
    if listing.seller.kind is PartyKind.HOUSE:
        return
    allowed = price > listing.price and reason is not PriceReason.AGREED_MARKDOWN
    require(allowed, PriceNotAgreed(price, path=("price",)))


# Verbs


async def reprice_listing(work: Work, viewer: Viewer, command: RepriceListing, *, now: datetime) -> Listing:
    """A merchandiser changes a price, for a reason that everybody can read; a consigned one by its contract."""
    return await reprice_within(work, viewer, command, agreed=agreed, now=now)


@dataclass(frozen=True, slots=True)
class Propose:
    """Ask the consignor for a price that is not agreed, or not yet; `expected_version` is the contract's."""

    contract_id: ContractId
    price: Money
    note: str
    expected_version: int | None = None


async def propose(work: Work, viewer: Viewer, command: Propose, *, now: datetime) -> Markdown:
    """A merchandiser proposes; below the agreed range, the consignor may also go, free of charge."""
    viewer.require(Role.MERCHANDISER)
    note = line(command.note, "note", longest=500)
    contract, listing = await lock_on_sale(work, command.contract_id)
    check_version(command.expected_version, contract.version)
    same = command.price.currency is listing.price.currency
    require(same, InvalidInput(f"This listing is in {listing.price.currency}.", path=("price", "currencyCode")))
    require(command.price.minor > 0, InvalidInput("A price is more than zero.", path=("price",)))
    require(command.price < listing.price, NotADiscount(command.price, listing.price, path=("price",)))
    for earlier in await work.markdowns.lock_open(contract.id):
        if earlier.state is MarkdownState.PROPOSED:
            earlier.end("skip", now)
            await work.markdowns.save(earlier)
    markdown = made(work, contract, listing.id, command.price, MarkdownOrigin.PROPOSED, now)
    markdown.state = MARKDOWN_LIFECYCLE.move(markdown.state, "propose")
    markdown.note, markdown.proposed_by = note, viewer.account_id
    markdown.answer_by = now + timedelta(days=contract.response_days)
    await work.markdowns.add(markdown)
    work.outbox.append(Job(LAPSE, markdown.id, markdown.answer_by))
    if markdown.leaves_range:
        contract.free_withdrawal_since = contract.free_withdrawal_since or now
        await work.contracts.save(contract)
    work.events.append(happened(markdown, "proposed", listing.piece_id))
    return markdown


@dataclass(frozen=True, slots=True)
class Answer:
    markdown_id: MarkdownId
    expected_version: int | None = None


async def consent(work: Work, viewer: Viewer, command: Answer, *, now: datetime) -> Markdown:
    """The consignor agrees, and the price falls at once."""
    markdown, _ = await lock_proposal(work, viewer, command, now)
    _, listing = await lock_on_sale(work, markdown.contract_id)
    require(markdown.price < listing.price, NotADiscount(markdown.price, listing.price))
    markdown.end("markdownConsent", now)
    await lower(work, markdown, listing, viewer.account_id, now)
    return markdown


async def refuse(work: Work, viewer: Viewer, command: Answer, *, now: datetime) -> Markdown:
    """The consignor does not agree; the price stays."""
    markdown, contract = await lock_proposal(work, viewer, command, now)
    markdown.end("markdownRefuse", now)
    await work.markdowns.save(markdown)
    work.events.append(happened(markdown, "refused", contract.piece_id))
    return markdown


@dataclass(frozen=True, slots=True)
class Lapse:
    markdown_id: MarkdownId


async def lapse(work: Work, viewer: Viewer, command: Lapse, *, now: datetime) -> Markdown:
    """The house stops waiting for a consignor who did not answer in time; the price stays."""
    viewer.require(Role.SYSTEM)
    found = await work.markdowns.find(command.markdown_id)
    contract = await work.contracts.lock(found.contract_id)
    markdown = await work.markdowns.lock(found.id)
    over = markdown.answer_by is not None and markdown.answer_by <= now
    if markdown.state is MarkdownState.PROPOSED and over:
        markdown.end("lapse", now)
        await work.markdowns.save(markdown)
        work.events.append(happened(markdown, "lapsed", contract.piece_id))
    return markdown


@dataclass(frozen=True, slots=True)
class Apply:
    markdown_id: MarkdownId


async def apply(work: Work, viewer: Viewer, command: Apply, *, now: datetime) -> Markdown:
    """The house takes an agreed step on its date; one that is over, or makes no sense any more, stays as it is."""
    viewer.require(Role.SYSTEM)
    found = await work.markdowns.find(command.markdown_id)
    consignment = await work.consignments.lock(found.consignment_id)
    contract = await work.contracts.lock(found.contract_id)
    markdown = await work.markdowns.lock(found.id)
    if markdown.state is not MarkdownState.PLANNED or markdown.due_at > now:
        return markdown
    if consignment.state in BUSY and contract.state is ContractState.AGREED:
        work.outbox.append(Job(APPLY, markdown.id, now + LOOK_AGAIN))
        return markdown
    listing = await work.listings.lock(markdown.listing_id)
    open_ = consignment.state is ConsignmentState.LISTED and listing.state is ListingState.LISTED
    if open_ and markdown.price < listing.price:
        markdown.end("apply", now)
        await lower(work, markdown, listing, None, now)
    else:
        markdown.end("skip", now)
        await work.markdowns.save(markdown)
    return markdown


# Rules


async def lower(work: Work, markdown: Markdown, listing: Listing, actor: AccountId | None, now: datetime) -> None:
    await work.markdowns.save(markdown)
    await listings.reprice(
        work, listing, markdown.price, reason=PriceReason.AGREED_MARKDOWN, note=None, actor=actor, now=now
    )
    work.events.append(happened(markdown, "applied", listing.piece_id))


async def lock_on_sale(work: Work, contract_id: ContractId) -> tuple[Contract, Listing]:
    """A contract whose piece is on the shelf now, with its listing."""
    found = await work.contracts.find(contract_id)
    consignment = await work.consignments.lock(found.consignment_id)
    contract = await work.contracts.lock(contract_id)
    on_sale = consignment.state is ConsignmentState.LISTED and contract.mode is SettlementMode.AFTER_SALE
    require(on_sale, WrongState("consignment", consignment.state, consignment.next_actions))
    assert contract.listing_id is not None, "what is on sale is listed"
    return contract, await work.listings.lock(ListingId(contract.listing_id))


async def lock_proposal(work: Work, viewer: Viewer, command: Answer, now: datetime) -> tuple[Markdown, Contract]:
    """A proposal to the viewer that may still be answered; those to others do not exist for them."""
    seller = viewer.require_account()
    found = await work.markdowns.find(command.markdown_id)
    require(found.seller == seller, NotFound("Markdown", command.markdown_id))
    await work.consignments.lock(found.consignment_id)
    contract = await work.contracts.lock(found.contract_id)
    markdown = await work.markdowns.lock(found.id)
    check_version(command.expected_version, markdown.version)
    if markdown.state is MarkdownState.PROPOSED:
        assert markdown.answer_by is not None, "a proposal waits for so long"
        require(now < markdown.answer_by, ProposalLapsed(markdown.answer_by))
    return markdown, contract


def happened(markdown: Markdown, what: str, piece_id: UUID | None) -> Event:
    said = {"price_minor": markdown.price.minor, "currency": markdown.price.currency, "origin": markdown.origin}
    return Event(f"markdown.{what}", "markdown", markdown.id, said, piece_id, markdown.seller)
