"""Pieces of members, on the shelf under contracts as the house makes them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.seed.assortment import Model
from app.seed.draw import Draw
from domain.account import Account
from domain.appraisal import Appraisal, AppraisalId, AppraisalPurpose, AppraisalState, Verdict
from domain.appraiser import Rank
from domain.catalogue import CategoryId
from domain.consignment import Consignment, ConsignmentId, ConsignmentState, Photo, Route, SettlementMode
from domain.contract import Contract, ContractId, ContractState
from domain.contract.offer import Offer, pin
from domain.grading import GradingStandard
from domain.money import Money
from domain.piece import Grade, PieceId
from domain.policy import AppraisalTerms, InForce
from domain.viewer import AccountId

TERM_DAYS = 540


@dataclass(frozen=True, slots=True)
class Dealing:
    """What every deal of the seed is made under."""

    policies: InForce
    terms: AppraisalTerms
    standards: dict[CategoryId, GradingStandard]
    appraiser: AccountId


@dataclass(slots=True)
class Deals:
    """A batch of consigned pieces; `due` are the days on which their terms are over."""

    consignments: list[Consignment] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=list)
    appraisals: list[Appraisal] = field(default_factory=list)
    due: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entrusted:
    """A piece that a member gave to the house, and what it is listed for."""

    model: Model
    piece_id: UUID
    grade: Grade
    seller: Account
    came_at: datetime
    listed_at: datetime
    listing_id: UUID
    price: Money


def deal(draw: Draw, dealing: Dealing, one: Entrusted, deals: Deals) -> ConsignmentId:
    """Submitted, received, appraised, agreed and listed, with a record of each."""
    consignment = submitted(draw, one)
    appraisal = appraised(draw, dealing, one, consignment)
    offer = Offer(consignment.id, one.price, term_days=TERM_DAYS)
    offered_at = min(one.came_at + timedelta(hours=6), one.listed_at)
    contract = pin(
        offer, consignment, appraisal, dealing.policies, jurisdiction=one.seller.jurisdiction, now=offered_at
    )
    contract.id, contract.code = ContractId(draw.id(offered_at)), f"CT-{draw.code().upper()}"
    contract.state, contract.mode = ContractState.AGREED, SettlementMode.AFTER_SALE
    contract.credit_bps, contract.agreed_at = draw.one((0, 5_000, 10_000)), offered_at
    contract.listing_id, contract.listed_at = one.listing_id, one.listed_at
    contract.term_ends_at = one.listed_at + timedelta(days=TERM_DAYS)
    consignment.contract_id, consignment.mode = contract.id, contract.mode
    consignment.agreed_at, consignment.expires_at = offered_at, contract.grace_ends_at
    deals.consignments.append(consignment)
    deals.contracts.append(contract)
    deals.appraisals.append(appraisal)
    due = {"name": "consignmentExpire", "subject_id": consignment.id, "due_at": consignment.expires_at}
    deals.due.append(due)
    return consignment.id


def submitted(draw: Draw, one: Entrusted) -> Consignment:
    """A consignment as it stands once its piece is on the shelf."""
    product = one.model.product
    return Consignment(
        id=ConsignmentId(draw.id(one.came_at)),
        code=f"CO-{draw.code().upper()}",
        seller=one.seller.id,
        route=Route.ONLINE,
        state=ConsignmentState.LISTED,
        brand=one.model.brand.name.en,
        category_id=product.category_id,
        title=product.name.en,
        description="From my own wardrobe, with box and dust bag.",
        photos=tuple(Photo(url=f"https://photos.cercle.example/{media.key}") for media in product.media),
        currency=one.price.currency,
        asking_price=one.price,
        created_at=one.came_at - timedelta(days=3),
        state_since=one.listed_at,
        received_at=one.came_at,
        product_id=product.id,
        piece_id=one.piece_id,
        listing_id=one.listing_id,
    )


def appraised(draw: Draw, dealing: Dealing, one: Entrusted, consignment: Consignment) -> Appraisal:
    """What the house's appraiser concluded."""
    path = one.model.place.category.path
    standard = dealing.standards[path[0]]
    return Appraisal(
        id=AppraisalId(draw.id(one.came_at)),
        code=f"AP-{draw.code().upper()}",
        purpose=AppraisalPurpose.CONSIGNMENT,
        consignment_id=consignment.id,
        owner=one.seller.id,
        title=consignment.title,
        description=consignment.description,
        photos=consignment.photos,
        category_id=path[-1],
        category_path=path,
        standard_id=standard.id,
        standard_version=standard.version,
        terms=dealing.terms,
        currency=consignment.currency,
        declared=consignment.asking_price,
        fee=None,
        hold_id=None,
        state=AppraisalState.CONCLUDED,
        round=1,
        needs=Rank.APPRAISER,
        seen_by=(dealing.appraiser,),
        opened_at=one.came_at,
        product_id=one.model.product.id,
        piece_id=PieceId(one.piece_id),
        verdict=Verdict.AUTHENTIC,
        grade=one.grade,
        value_low=one.price.at_bps(8_500),
        value_high=one.price.at_bps(11_000),
        concluded_at=one.came_at + timedelta(hours=4),
        received_at=one.came_at,
    )
