"""What stands in the way of a consignment."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.refusal import Refusal


@dataclass(eq=False)
class SellerBound(Refusal):
    """The seller has agreed to leave the piece with the house until a day that has not come."""

    code = "SELLER_BOUND"
    bound_until: datetime

    @property
    def message(self) -> str:
        return f"By your contract the piece stays with the house until {self.bound_until.date().isoformat()}."


@dataclass(eq=False)
class PieceRetained(Refusal):
    """A refused piece stays: for now, while the verdict can be contested, or for good."""

    code = "PIECE_RETAINED"
    kept_until: datetime | None

    @property
    def message(self) -> str:
        until = "for good" if self.kept_until is None else f"until {self.kept_until.date().isoformat()}"
        return f"The piece was refused and is kept {until}; consignmentDisposeRefused can change that."


@dataclass(eq=False)
class AlreadyConsigned(Refusal):
    """The piece is with the house already, by another consignment: one of the two is not what it says."""

    code = "ALREADY_CONSIGNED"
    consignment_code: str

    @property
    def message(self) -> str:
        return f"This piece is with the house already, as {self.consignment_code}: look at both before going on."


@dataclass(eq=False)
class BeingBought(Refusal):
    """The piece is in somebody's order, so that it can not be taken off the shelf."""

    code = "BEING_BOUGHT"
    listing_id: UUID

    @property
    def message(self) -> str:
        return "It is in somebody's order: try again should that order come to nothing."


@dataclass(eq=False)
class OwnConsignment(Refusal):
    """Nobody handles their own consignment for the house."""

    code = "OWN_CONSIGNMENT"

    @property
    def message(self) -> str:
        return "This is your own consignment: a colleague handles it for the house."
