"""Which policy covers which carrier's parcels."""

from dataclasses import dataclass
from datetime import datetime

from domain import stock
from domain.event import Event
from domain.money import Money
from domain.refusal import InvalidInput, require
from domain.shipment.noun import WORDS_MAX, TransitCover, TransitCoverId
from domain.shipment.port import Work
from domain.supplier import SupplierId
from domain.text import line
from domain.viewer import Role, Viewer


@dataclass(frozen=True, slots=True)
class RegisterCover:
    policy_number: str
    carrier: str
    limit: Money
    valid_until: datetime
    supplier_id: SupplierId | None = None


async def register_cover(work: Work, viewer: Viewer, command: RegisterCover, *, now: datetime) -> TransitCover:
    """Finance says which policy covers which carrier's parcels, and up to what; the same number is put anew."""
    viewer.require(Role.FINANCE)
    require(command.limit.minor > 0, InvalidInput("The limit is more than zero.", path=("limit",)))
    require(command.valid_until > now, InvalidInput("A policy ends in the future.", path=("validUntil",)))
    await stock.check_supplier(work, command.supplier_id)
    cover = TransitCover(
        id=TransitCoverId(work.new.id()),
        policy_number=line(command.policy_number, "policyNumber", longest=WORDS_MAX),
        carrier=line(command.carrier, "carrier", longest=WORDS_MAX),
        limit=command.limit,
        valid_until=command.valid_until,
        registered_by=viewer.account_id,
        registered_at=now,
        supplier_id=command.supplier_id,
    )
    kept = await work.transit_covers.put(cover)
    work.events.append(Event("transitCover.registered", "transitCover", kept.id, {"limit": str(kept.limit)}))
    return kept
