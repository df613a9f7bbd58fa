"""The old piece comes: fetched at the door under cover, or brought to a shop."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain import associate as associates
from domain import claim, piece, supplier
from domain.claim import ClaimPurpose
from domain.ledger import AccountKind, Posting, customer, house
from domain.money import Money
from domain.order import Address, Order
from domain.order.quote import check_address
from domain.piece import Party, PartyKind, Piece, check_serial
from domain.refusal import InvalidInput, WrongState, require
from domain.shipment import WEIGHT_GRAMS_MAX, AboveCover
from domain.shop import ShopId
from domain.supplier import BillCause, SupplierId
from domain.text import line
from domain.title import Tie
from domain.trade_in.noun import PickUp, Receipt, TradeIn, TradeInId
from domain.trade_in.port import Work
from domain.trade_in.refusal import AnotherPiece
from domain.trade_in.step import check_untied, happened, lock_for_house, lock_own, pass_to
from domain.viewer import Role, Viewer
from domain.wallet import InsufficientFunds, post

CLAIMED_FOR = timedelta(days=3_650)
"""A piece that is here stays claimed until it is the house's, or its owner's again; both let it go."""


def check_paid(of: Order | None) -> Order:
    """Refuse to take anything in for a purchase that is not paid."""
    assert of is not None, "what is bound has its order"
    if of.awaits_payment:
        raise WrongState("order", of.state, of.next_actions)
    return of


# Fetched


@dataclass(frozen=True, slots=True)
class PickUpTradeIn:
    """Where the carrier comes to fetch it."""

    trade_in_id: TradeInId
    address: Address
    expected_version: int | None = None


async def pick_up(work: Work, viewer: Viewer, command: PickUpTradeIn, *, now: datetime) -> TradeIn:
    """The owner has the piece fetched; the house bears a part of the freight, and all of the insurance.

    It is insured for its value with what was promised on top; above what any cover pays there is no label.
    """
    check_address(command.address)
    of, trade_in = await lock_own(work, viewer, command.trade_in_id, command.expected_version, "tradeInPickUp")
    check_paid(of)
    tariff = trade_in.terms.freight_in(trade_in.currency)
    if tariff is None:
        raise InvalidInput("Nothing is fetched in this currency: bring it to a shop.", path=("tradeInId",))
    worth = trade_in.value
    cover = await work.transit_covers.covering(worth, now)
    limit = Money.zero(trade_in.currency) if cover is None else cover.limit
    if cover is None or limit < worth:
        raise AboveCover(limit, worth, path=("tradeInId",))
    borne = tariff.fee - tariff.fee.at_bps(tariff.subsidy_bps)
    premium = worth.at_bps(trade_in.terms.insurance_bps)
    trade_in.pick_up = PickUp(
        address=command.address,
        carrier=cover.carrier,
        policy_number=cover.policy_number,
        label=work.new.code("PK"),
        insured=worth,
        fee=tariff.fee,
        borne=borne,
        premium=premium,
        booked_at=now,
    )
    trade_in.move("tradeInPickUp")
    await work.trade_ins.save(trade_in)
    if trade_in.piece_id is not None:
        await pass_to(work, trade_in, Party(PartyKind.CARRIER))
    await pay_freight(work, trade_in, trade_in.pick_up, cover.supplier_id, now)
    work.events.append(happened(trade_in, "fetched", label=trade_in.pick_up.label))
    return trade_in


async def pay_freight(work: Work, trade_in: TradeIn, way: PickUp, insurer: SupplierId | None, now: datetime) -> None:
    """The freight, what of it the house takes upon itself, and the premium: each a line of its own."""
    payable: list[Posting] = []
    if way.premium and insurer is not None:
        payable.append(await supplier.owe(work, insurer, BillCause.PREMIUM, trade_in.id, way.premium, now))
    elif way.premium:
        payable.append(house(AccountKind.CREDITORS, way.premium))
    pocket = await work.wallets.lock(trade_in.owner, trade_in.currency)
    require(way.borne <= pocket.cash, InsufficientFunds(AccountKind.CASH, pocket.cash, way.borne))
    lines = (
        house(AccountKind.SHIPPING, way.fee) if way.fee else None,
        customer(trade_in.owner, AccountKind.CASH, -way.borne) if way.borne else None,
        house(AccountKind.FREIGHT_SUBSIDY, way.borne - way.fee) if way.borne < way.fee else None,
        *payable,
        house(AccountKind.FREIGHT_SUBSIDY, -way.premium) if way.premium else None,
    )
    postings = [one for one in lines if one is not None]
    if postings:
        memo = f"Fetching {trade_in.code}, insured by {way.policy_number}"
        await post(work, postings, ("tradeIn", trade_in.id), now, memo)


# Taken in


@dataclass(frozen=True, slots=True)
class ReceiveTradeIn:
    """`serial` is what stands on the piece; `shop_id` is None in the house itself."""

    trade_in_id: TradeInId
    condition: str
    serial: str | None = None
    weight_grams: int | None = None
    shop_id: ShopId | None = None
    expected_version: int | None = None


async def receive(work: Work, viewer: Viewer, command: ReceiveTradeIn, *, now: datetime) -> TradeIn:
    """Support or a shop takes the piece in; one that the house does not know yet is registered now.

    From here on the house answers for it, and nobody else can make a deal about it.
    """
    of, trade_in, agent = await lock_for_house(
        work, viewer, command.trade_in_id, command.expected_version, "tradeInReceive"
    )
    check_paid(of)
    placed = command.shop_id is not None or viewer.has(Role.SUPPORT)
    require(placed, InvalidInput("Say which shop this is.", path=("shopId",)))
    shop_id = None if command.shop_id is None else (await work.shops.find(command.shop_id)).id
    await associates.require_at(work, viewer, shop_id, elsewhere=(Role.SUPPORT,))
    weighed = command.weight_grams is None or 0 < command.weight_grams <= WEIGHT_GRAMS_MAX
    require(weighed, InvalidInput("A weight is 1 to 200,000 grams.", path=("weightGrams",)))
    keeper = piece.HOUSE if shop_id is None else Party(PartyKind.SHOP, shop_id)
    await identify(work, trade_in, check_serial(command.serial), keeper, now)
    trade_in.receipt = Receipt(
        shop_id=shop_id,
        condition=line(command.condition, "condition"),
        weight_grams=command.weight_grams,
        taken_by=agent,
        taken_at=now,
    )
    trade_in.move("tradeInReceive")
    await work.trade_ins.save(trade_in)
    work.events.append(happened(trade_in, "received"))
    return trade_in


async def identify(work: Work, trade_in: TradeIn, serial: str | None, keeper: Party, now: datetime) -> None:
    """Which piece it is; one that was offered as a known piece is shown to be that one, or is not taken."""
    owner = piece.account(trade_in.owner)
    if trade_in.piece_id is not None and trade_in.claim_token is not None:
        known = await work.pieces.lock(trade_in.piece_id)
        same = known.serial is None or (serial is not None and known.serial == serial.strip().upper())
        require(same, AnotherPiece(path=("serial",)))
        tokens = {trade_in.piece_id: trade_in.claim_token}
        await claim.hold_on(work, tokens, holder=trade_in.id, until=now + CLAIMED_FOR, now=now)
        await pass_to(work, trade_in, keeper)
        return
    made: Piece = await piece.register(
        work,
        product_id=trade_in.product_id,
        serial=serial,
        owner=owner,
        custodian=keeper,
        risk_bearer=piece.HOUSE,
        now=now,
    )
    taken = await claim.take(work, made.id, holder=trade_in.id, purpose=ClaimPurpose.TRADE_IN, ttl=CLAIMED_FOR, now=now)
    await check_untied(work, made.id, now, Tie.CLAIMED)
    trade_in.piece_id, trade_in.claim_token = made.id, taken.token
