"""How a piece comes into the house: from a parcel, over the counter by appointment, or with somebody who walks in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain import appointment as appointments
from domain import associate as associates
from domain import piece as pieces
from domain.appointment import AppointmentId
from domain.catalogue import ProductId
from domain.consignment import content as contents
from domain.consignment.content import Content
from domain.consignment.desk import lock_for_agent
from domain.consignment.lifecycle import ConsignmentState
from domain.consignment.noun import Consignment, ConsignmentId, Photo, ReceiptId, Route
from domain.consignment.refusal import OwnConsignment
from domain.consignment.seller import Work as SellerWork
from domain.consignment.seller import begin, hand_in
from domain.consignment.step import close_task, happened, identify, open_task, owe_return
from domain.consignment.task import IntakeReceipt, TaskKind, TaskOutcome
from domain.piece import Party, PartyKind
from domain.refusal import InvalidInput, NotFound, require
from domain.shop import ShopId
from domain.text import line, note
from domain.viewer import AccountId, Role, Viewer
from domain.work import check_version

WEIGHT_GRAMS_MAX = 200_000
COUNTER = (Role.SHOP_ASSOCIATE, Role.SUPPORT)


class Sellers(Protocol):
    """The little that the counter needs of people."""

    async def exists(self, account_id: AccountId) -> bool: ...


class Work(SellerWork, Protocol):
    @property
    def recipients(self) -> Sellers: ...


@dataclass(frozen=True, slots=True)
class Intake:
    """What the desk finds; `shop_id` is None in the house itself. The product is left out when nobody knows it yet."""

    shop_id: ShopId | None
    handed_over_by: str
    photos: tuple[Photo, ...]
    seal: str
    weight_grams: int
    condition: str
    product_id: ProductId | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class Receive:
    """Take in what was sent or brought."""

    consignment_id: ConsignmentId
    intake: Intake
    expected_version: int | None = None


async def receive(work: Work, viewer: Viewer, command: Receive, *, now: datetime) -> Consignment:
    """Support or a shop takes a confirmed piece in; the seller gets a receipt, the house has custody and the risk."""
    consignment, agent = await lock_for_agent(work, viewer, command.consignment_id, *COUNTER)
    check_version(command.expected_version, consignment.version)
    at_shop = command.intake.shop_id is not None or viewer.has(Role.SUPPORT)
    require(at_shop, InvalidInput("Say which shop this is.", path=("intake", "shopId")))
    await associates.require_at(work, viewer, command.intake.shop_id, elsewhere=(Role.SUPPORT,))
    late = consignment.state is ConsignmentState.WITHDRAWN
    consignment.require_action("consignmentReceive")
    consignment.move("consignmentReceive/WITHDRAWN" if late else "consignmentReceive", now)
    if consignment.appointment_id is not None:
        appointment = await work.appointments.lock(AppointmentId(consignment.appointment_id))
        await appointments.check_in(work, appointment)
    await take(work, consignment, command.intake, agent, now)
    if late:
        await owe_return(work, consignment, now)
    await work.consignments.save(consignment)
    return consignment


@dataclass(frozen=True, slots=True)
class TakeIn:
    """Somebody is at the counter with a piece: make the consignment and take it in, in one go."""

    seller: AccountId
    content: Content
    intake: Intake


async def take_in(work: Work, viewer: Viewer, command: TakeIn, *, now: datetime) -> Consignment:
    """A shop talks to the seller in person, which is the confirmation, and gives a receipt."""
    viewer.require(Role.SHOP_ASSOCIATE)
    agent = viewer.require_account()
    require(command.intake.shop_id is not None, InvalidInput("Say which shop this is.", path=("intake", "shopId")))
    require(command.seller != agent, OwnConsignment(path=("sellerId",)))
    require(await work.recipients.exists(command.seller), NotFound("Account", command.seller, path=("sellerId",)))
    await associates.require_at(work, viewer, command.intake.shop_id, elsewhere=(Role.ADMIN,))
    consignment = await begin(work, command.seller, command.content, now, photos_of=agent)
    hand_in(consignment, now)
    consignment.move("consignmentConfirm", now)
    consignment.move("consignmentReceive", now)
    consignment.received_at = now
    await work.consignments.add(consignment)
    await open_task(work, consignment, TaskKind.CONFIRM, now)
    await close_task(
        work, consignment, TaskKind.CONFIRM, TaskOutcome.CONFIRMED, agent, now, "In person, at the counter"
    )
    for what in ("submitted", "confirmed"):
        work.events.append(happened(consignment, what))
    await take(work, consignment, command.intake, agent, now)
    await work.consignments.save(consignment)
    return consignment


async def take(work: Work, consignment: Consignment, intake: Intake, agent: AccountId, now: datetime) -> None:
    """Custody and risk pass to whoever takes it in; the receipt says so."""
    shop_id = None if intake.shop_id is None else (await work.shops.find(intake.shop_id)).id
    keeper = pieces.HOUSE if shop_id is None else Party(PartyKind.SHOP, shop_id)
    consignment.route = Route.ONLINE if shop_id is None else Route.SHOP
    consignment.shop_id, consignment.received_at, consignment.expires_at = shop_id, now, None
    await register(work, consignment, intake, keeper, now)
    receipt = await written(work, consignment, intake, agent, now)
    await work.intake_receipts.add(receipt)
    said = {"receipt": receipt.code, "shopId": None if shop_id is None else str(shop_id), "sealed": bool(receipt.seal)}
    work.events.append(happened(consignment, "received", **said))


async def register(work: Work, consignment: Consignment, intake: Intake, keeper: Party, now: datetime) -> None:
    """A known product makes a piece at once; otherwise its appraiser says what it is."""
    if intake.product_id is None:
        require(intake.serial is None, InvalidInput("A serial belongs to a product.", path=("intake", "serial")))
        return
    piece = await pieces.register(
        work,
        product_id=intake.product_id,
        serial=None if intake.serial is None else line(intake.serial, "intake", "serial", longest=80),
        owner=pieces.account(consignment.seller),
        custodian=keeper,
        risk_bearer=pieces.HOUSE,
        now=now,
    )
    await identify(work, consignment, piece)


async def written(
    work: Work, consignment: Consignment, intake: Intake, agent: AccountId, now: datetime
) -> IntakeReceipt:
    fits = 0 < intake.weight_grams <= WEIGHT_GRAMS_MAX
    require(fits, InvalidInput("A weight is 1 to 200,000 grams.", path=("intake", "weightGrams")))
    photos = await contents.checked_photos(work, intake.photos, agent, "intake", "photos")
    require(bool(photos), InvalidInput("Take at least one photo of it.", path=("intake", "photos")))
    return IntakeReceipt(
        id=ReceiptId(work.new.id()),
        code=work.new.code("RC"),
        consignment_id=consignment.id,
        piece_id=consignment.piece_id,
        shop_id=consignment.shop_id,
        handed_over_by=line(intake.handed_over_by, "intake", "handedOverBy"),
        taken_by=agent,
        taken_at=now,
        photos=photos,
        seal=line(intake.seal, "intake", "sealNumber", longest=40),
        weight_grams=intake.weight_grams,
        condition=note(intake.condition, "intake", "condition", longest=1_000),
    )
