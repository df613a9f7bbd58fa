"""How an agreed piece comes onto the shelf, in its seller's name or, once the house has bought it, in the house's."""

from dataclasses import dataclass
from datetime import datetime

from domain import listing as listings
from domain import piece as pieces
from domain.catalogue import ProductId
from domain.consignment.desk import lock_others
from domain.consignment.noun import Consignment, ConsignmentId, SettlementMode
from domain.consignment.seller import Work
from domain.consignment.step import expire_later, happened
from domain.listing import Listing, ListingKind, PriceNotAgreed
from domain.money import Money
from domain.piece import PieceId
from domain.refusal import require
from domain.viewer import AccountId, Role, Viewer
from domain.work import check_version


async def list_agreed(
    work: Work, consignment: Consignment, price: Money, now: datetime, actor: AccountId | None = None
) -> Listing:
    """Publish the piece of a locked consignment, which the caller saves.

    The seller of record is whoever owns the piece: the consignor, or the house that has bought it.
    """
    consignment.require_action("consignmentList")
    assert consignment.piece_id is not None, "what was appraised is a piece"
    assert consignment.product_id is not None, "a piece is of a product"
    piece = await work.pieces.find(PieceId(consignment.piece_id))
    bought = consignment.house_owned
    assert piece.owner == (pieces.HOUSE if bought else pieces.account(consignment.seller)), "the title is where it was"
    consignment.move("consignmentList/BOUGHT" if bought else "consignmentList", now)
    listing = await listings.publish(
        work,
        kind=ListingKind.CONSIGNED,
        product_id=ProductId(consignment.product_id),
        piece_id=piece.id,
        consignment_id=consignment.id,
        price=price,
        quantity=1,
        seller=piece.owner,
        now=now,
        actor=actor,
    )
    consignment.listing_id = listing.id
    if not bought:
        consignment.expires_at = await work.agreements.listed(consignment, listing.id, now)
        expire_later(work, consignment)
    work.events.append(happened(consignment, "listed", listingId=str(listing.id)))
    return listing


@dataclass(frozen=True, slots=True)
class List:
    """Put it on the shelf; a consigned piece at the agreed price, one of the house's own at `price`."""

    consignment_id: ConsignmentId
    price: Money | None = None
    expected_version: int | None = None


async def list_(work: Work, viewer: Viewer, command: List, *, now: datetime) -> Consignment:
    """A merchandiser lists what was agreed."""
    consignment = await lock_others(work, viewer, command.consignment_id, Role.MERCHANDISER)
    check_version(command.expected_version, consignment.version)
    consignment.require_action("consignmentList")
    agreed = await work.agreements.price(consignment)
    price = command.price or agreed
    if consignment.mode is SettlementMode.AFTER_SALE and not consignment.house_owned:
        require(price == agreed, PriceNotAgreed(price, path=("price",)))
    await list_agreed(work, consignment, price, now, viewer.account_id)
    await work.consignments.save(consignment)
    return consignment
