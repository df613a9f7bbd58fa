"""Appraisal as a service: an owner pays to know, and gets the object back. The fee is set aside until the verdict."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain import associate as associates
from domain import piece as pieces
from domain import wallet as wallets
from domain.appraisal.noun import Appraisal, AppraisalId, AppraisalPurpose, AppraisalState
from domain.appraisal.port import Work
from domain.appraisal.queue import DISPATCH, happened, standard_of, terms_now
from domain.appraisal.refusal import ServiceNotSold
from domain.appraiser import Rank
from domain.catalogue import CategoryId
from domain.consignment import Photo
from domain.consignment.content import checked_photos
from domain.ledger import AccountKind, house
from domain.money import Currency, Money
from domain.refusal import InvalidInput, NotFound, WrongState, require
from domain.shop import ShopId
from domain.text import line, note
from domain.viewer import Role, Viewer
from domain.wallet import SPENDABLE, HoldState
from domain.work import Job, check_version

HOLD_OUTLASTS = timedelta(days=7)
"""The hold lives longer than the request, so that it never lapses under an appraisal that goes on."""
ANYWHERE = (Role.SUPPORT, Role.APPRAISER)
COUNTER = (*ANYWHERE, Role.SHOP_ASSOCIATE)
"""Who takes objects in and gives them back; associates in the shops that they belong to."""


@dataclass(frozen=True, slots=True)
class RequestAppraisal:
    """Have something of one's own appraised; the fee follows from the currency."""

    category_id: CategoryId
    title: str
    description: str
    currency: Currency
    pay_with: AccountKind = AccountKind.CASH
    declared: Money | None = None
    photos: tuple[Photo, ...] = ()
    expected_version: int | None = None


async def request(work: Work, viewer: Viewer, command: RequestAppraisal, *, now: datetime) -> Appraisal:
    """A customer orders an appraisal; the fee is set aside at once, and given back if nothing comes of it."""
    owner = viewer.require_account()
    title = line(command.title, "title")
    description = note(command.description, "description", longest=4_000)
    photos = await checked_photos(work, command.photos, owner, "photos")
    require(command.pay_with in SPENDABLE, InvalidInput("Pay with cash or credit.", path=("payWith",)))
    if command.declared is not None:
        fits = command.declared.currency is command.currency and command.declared.minor > 0
        require(
            fits, InvalidInput("A declared value is more than zero, in the same currency.", path=("declaredValue",))
        )
    category = await work.categories.find(command.category_id)
    standard = await standard_of(work, category)
    terms = await terms_now(work, now)
    fee = terms.service_fee(command.currency)
    if fee is None:
        raise ServiceNotSold(command.currency, path=("currency",))
    lapses_at = now + timedelta(days=terms.service_days)
    appraisal_id = AppraisalId(work.new.id())
    pocket = await work.wallets.lock(owner, command.currency)
    check_version(command.expected_version, pocket.version)
    cause = ("appraisal", appraisal_id)
    hold = await wallets.reserve(
        work, owner, command.pay_with, fee, cause=cause, expires_at=lapses_at + HOLD_OUTLASTS, now=now
    )
    appraisal = Appraisal(
        id=appraisal_id,
        code=work.new.code("AP"),
        purpose=AppraisalPurpose.SERVICE,
        consignment_id=None,
        owner=owner,
        title=title,
        description=description,
        photos=photos,
        category_id=category.id,
        category_path=category.path,
        standard_id=standard.id,
        standard_version=standard.version,
        terms=terms,
        currency=command.currency,
        declared=command.declared,
        fee=fee,
        hold_id=hold.id,
        state=AppraisalState.REQUESTED,
        round=1,
        needs=Rank.APPRAISER,
        seen_by=(),
        opened_at=now,
    )
    await work.appraisals.add(appraisal)
    work.events.append(happened(appraisal, "requested", fee=str(fee)))
    work.outbox.append(Job("appraisalLapse", appraisal.id, lapses_at))
    return appraisal


@dataclass(frozen=True, slots=True)
class ReceiveForAppraisal:
    """The object of a paid appraisal is here; `shop_id` is None in the house itself."""

    appraisal_id: AppraisalId
    shop_id: ShopId | None = None


async def receive(work: Work, viewer: Viewer, command: ReceiveForAppraisal, *, now: datetime) -> Appraisal:
    """The counter takes the object in; from here on it waits for an appraiser."""
    viewer.require(*COUNTER)
    appraisal = await work.appraisals.lock(command.appraisal_id)
    placed = command.shop_id is not None or viewer.has(*ANYWHERE)
    require(placed, InvalidInput("Say which shop this is.", path=("shopId",)))
    shop_id = None if command.shop_id is None else (await work.shops.find(command.shop_id)).id
    await associates.require_at(work, viewer, shop_id, elsewhere=ANYWHERE)
    appraisal.move("appraisalReceive")
    appraisal.received_at, appraisal.shop_id = now, shop_id
    await work.appraisals.save(appraisal)
    work.events.append(happened(appraisal, "received"))
    return appraisal


@dataclass(frozen=True, slots=True)
class CancelAppraisal:
    """Give up a paid appraisal that nobody has begun; the fee is given back."""

    appraisal_id: AppraisalId
    expected_version: int | None = None


async def cancel(work: Work, viewer: Viewer, command: CancelAppraisal, *, now: datetime) -> Appraisal:
    """The owner, or those who hand out work, cancel before an appraiser has given an opinion."""
    viewer.require_account()
    appraisal = await work.appraisals.lock(command.appraisal_id)
    may = viewer.account_id == appraisal.owner or viewer.has(*DISPATCH)
    ours = appraisal.purpose is AppraisalPurpose.SERVICE
    require(may and ours, NotFound("Appraisal", command.appraisal_id, path=("appraisalId",)))
    check_version(command.expected_version, appraisal.version)
    await call_off(work, appraisal, now)
    return appraisal


async def call_off(work: Work, appraisal: Appraisal, now: datetime) -> None:
    """End it unjudged and release the fee."""
    started = WrongState("appraisal", appraisal.state, appraisal.next_actions)
    require("appraisalCancel" in appraisal.next_actions, started)
    appraisal.move("appraisalCancel")
    assert appraisal.hold_id is not None, "a paid appraisal has its fee set aside"
    hold = await work.holds.lock(appraisal.hold_id)
    cause = ("appraisal", appraisal.id)
    await wallets.give_back(work, hold, "walletHoldVoid", cause=cause, now=now, memo="Appraisal fee")
    await work.appraisals.save(appraisal)
    work.events.append(happened(appraisal, "cancelled"))


@dataclass(frozen=True, slots=True)
class LapseAppraisal:
    appraisal_id: AppraisalId


async def lapse(work: Work, viewer: Viewer, command: LapseAppraisal, *, now: datetime) -> Appraisal:
    """The house calls off a request whose object never came; one that came goes on as it is."""
    viewer.require(Role.SYSTEM)
    appraisal = await work.appraisals.lock(command.appraisal_id)
    due = appraisal.opened_at + timedelta(days=appraisal.terms.service_days) <= now
    if appraisal.state is AppraisalState.REQUESTED and due:
        await call_off(work, appraisal, now)
    return appraisal


@dataclass(frozen=True, slots=True)
class HandBack:
    """The owner has the object again."""

    appraisal_id: AppraisalId


async def hand_back(work: Work, viewer: Viewer, command: HandBack, *, now: datetime) -> Appraisal:
    """The counter gives the object back; an authentic piece is in its owner's hands and at its owner's risk again."""
    viewer.require(*COUNTER)
    appraisal = await work.appraisals.lock(command.appraisal_id)
    await associates.require_at(work, viewer, appraisal.shop_id, elsewhere=ANYWHERE)
    appraisal.move("appraisalHandBack")
    here = WrongState("appraisal", appraisal.state, appraisal.next_actions)
    require("appraisalHandBack" in appraisal.next_actions, here)
    appraisal.handed_back_at = now
    if appraisal.piece_id is not None:
        piece = await work.pieces.lock(appraisal.piece_id)
        owner = pieces.account(appraisal.owner)
        pieces.hand_over(piece, owner, owner)
        await work.pieces.save(piece)
    await work.appraisals.save(appraisal)
    work.events.append(happened(appraisal, "handedBack"))
    return appraisal


# Steps


async def charge(work: Work, appraisal: Appraisal, now: datetime) -> None:
    """The service is rendered, whatever the verdict: the fee that was set aside is earned."""
    assert appraisal.hold_id is not None, "a paid appraisal has its fee set aside"
    assert appraisal.fee is not None, "a paid appraisal has a fee"
    hold = await work.holds.lock(appraisal.hold_id)
    if hold.state is not HoldState.HELD:
        # The house took so long that the fee went back to the owner: the verdict is theirs all the same.
        return
    postings, _ = wallets.capture(hold, appraisal.fee)
    earned = house(AccountKind.SERVICES, appraisal.fee)
    await wallets.post(work, [*postings, earned], ("appraisal", appraisal.id), now, f"Appraisal {appraisal.code}")
    await work.holds.save(hold)
