"""A consignment: one piece on its way from a seller through the house, and back or on to its next owner."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from domain.consignment.lifecycle import BY_SELLER, BY_STAFF, CONSIGNMENT_LIFECYCLE, ConsignmentState
from domain.money import Currency, Money
from domain.refusal import WrongState, require
from domain.viewer import AccountId, Role, Viewer

ConsignmentId = NewType("ConsignmentId", UUID)
TaskId = NewType("TaskId", UUID)
ReceiptId = NewType("ReceiptId", UUID)


class Route(StrEnum):
    """How the piece comes in: by carrier, or over the counter of a club shop."""

    ONLINE = "ONLINE"
    SHOP = "SHOP"


class SettlementMode(StrEnum):
    """When the seller is paid: the house buys at appraisal, or shares the price after the sale."""

    AT_APPRAISAL = "AT_APPRAISAL"
    AFTER_SALE = "AFTER_SALE"


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture: the key of a finished upload, or an address elsewhere; one of the two."""

    key: str | None = None
    url: str | None = None

    def __post_init__(self) -> None:
        assert (self.key is None) != (self.url is None), "a photo is here or elsewhere"


@dataclass(frozen=True, slots=True)
class Parcel:
    """Something on its way with a carrier; over the counter there is none."""

    carrier: str
    tracking: str
    sent_at: datetime


class Disposal(StrEnum):
    """What happens to a piece that is not authentic."""

    RETURN = "RETURN"
    RETAIN = "RETAIN"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why authenticity was refused, the proof, and what becomes of the piece.

    The piece stays until `kept_until`, so that the seller can contest the verdict; None keeps it for good.
    """

    reason: str
    evidence: tuple[Photo, ...]
    refused_at: datetime
    disposal: Disposal
    kept_until: datetime | None
    decided_by: AccountId | None = None
    note: str = ""


@dataclass(slots=True)
class Consignment:
    """What the seller said, what the house made of it, and where it stands; all amounts are in `currency`."""

    id: ConsignmentId
    code: str
    seller: AccountId
    route: Route
    state: ConsignmentState
    brand: str
    category_id: UUID | None
    title: str
    description: str
    photos: tuple[Photo, ...]
    currency: Currency
    asking_price: Money | None
    created_at: datetime
    state_since: datetime
    estimate_low: Money | None = None
    estimate_high: Money | None = None
    estimate_note: str | None = None
    shop_id: UUID | None = None
    appointment_id: UUID | None = None
    parcel: Parcel | None = None
    received_at: datetime | None = None
    product_id: UUID | None = None
    piece_id: UUID | None = None
    refused: Refused | None = None
    contract_id: UUID | None = None
    mode: SettlementMode | None = None
    agreed_at: datetime | None = None
    listing_id: UUID | None = None
    donated: bool = False
    expires_at: datetime | None = None
    end_reason: str = ""
    return_parcel: Parcel | None = None
    returned_at: datetime | None = None
    version: int = 1

    @property
    def held(self) -> bool:
        """The house has the piece and must sell it or give it back."""
        gone = self.return_parcel is not None or self.returned_at is not None or self.state is ConsignmentState.SETTLED
        return self.received_at is not None and not gone

    @property
    def house_owned(self) -> bool:
        """The house has bought the piece, at appraisal or at the end of its term, and has not offered it yet."""
        return self.state is ConsignmentState.SETTLED and self.listing_id is None and not self.donated

    @property
    def next_actions(self) -> tuple[str, ...]:
        """The mutations that are possible now, by the state and by where the piece is."""
        return tuple(action for action in CONSIGNMENT_LIFECYCLE.next_actions(self.state) if self._sensible(action))

    def actions_for(self, viewer: Viewer) -> tuple[str, ...]:
        """The mutations that are possible now for this viewer."""
        if viewer.account_id == self.seller:
            return tuple(action for action in self.next_actions if action in BY_SELLER)
        return tuple(action for action in self.next_actions if action in BY_STAFF and viewer.has(*BY_STAFF[action]))

    def move(self, action: str, now: datetime | None = None) -> None:
        """Take one step of the lifecycle; refuses with what is possible instead."""
        if not self.may(action):
            raise WrongState(CONSIGNMENT_LIFECYCLE.kind, self.state, self.next_actions)
        state = CONSIGNMENT_LIFECYCLE.move(self.state, action)
        if now is not None and state is not self.state:
            self.state_since = now
        self.state = state

    def may(self, action: str) -> bool:
        """Whether the move is possible in this state."""
        return self.state in CONSIGNMENT_LIFECYCLE.moves[action][0]

    def require_action(self, action: str) -> None:
        """Refuse what the state or the place of the piece does not allow, with what is possible instead."""
        possible = self.next_actions
        require(action in possible, WrongState(CONSIGNMENT_LIFECYCLE.kind, self.state, possible))

    def _sensible(self, action: str) -> bool:
        match action:
            case "consignmentReturn" | "consignmentDisposeRefused":
                return self.held
            case "consignmentAcceptReturn":
                return self.return_parcel is not None
            case "consignmentReceive":
                return self.received_at is None and (self.state is not ConsignmentState.WITHDRAWN or bool(self.parcel))
            case "consignmentList":
                waits = self.state is ConsignmentState.AGREED and self.mode is SettlementMode.AFTER_SALE
                return waits or self.house_owned
        return True


HANDLERS = (Role.SUPPORT, Role.SHOP_ASSOCIATE, Role.MERCHANDISER, Role.APPRAISER, Role.FINANCE)
"""Staff who have to do with consignments."""


def may_see(viewer: Viewer, consignment: Consignment) -> bool:
    """Sellers see their own, staff whatever was submitted."""
    drafted = consignment.state is ConsignmentState.DRAFT
    return viewer.account_id == consignment.seller or (viewer.has(*HANDLERS) and not drafted)
