"""Why something is not taken back, or not in this way."""

from dataclasses import dataclass
from datetime import datetime

from domain.goods_return.noun import Disposition, Finding, GoodsReturnId
from domain.refusal import Refusal


@dataclass(eq=False)
class ReturnWindowOver(Refusal):
    """The time in which the buyer may simply send it back has passed."""

    code = "RETURN_WINDOW_OVER"
    ended_at: datetime

    @property
    def message(self) -> str:
        return f"It could be returned until {self.ended_at:%Y-%m-%d %H:%M} UTC. Ask the house about what came up later."


@dataclass(eq=False)
class ReturnUnderWay(Refusal):
    """The same goods are on their way back already."""

    code = "RETURN_UNDER_WAY"
    goods_return_id: GoodsReturnId

    @property
    def message(self) -> str:
        return "A return of this order line is under way: wait for its end, or cancel it first."


@dataclass(eq=False)
class PieceNotWithBuyer(Refusal):
    """The buyer who wants to return it has sold it, or given it out of hand."""

    code = "PIECE_NOT_WITH_BUYER"

    @property
    def message(self) -> str:
        return "The buyer does not have this piece any more, so it can not be returned."


@dataclass(eq=False)
class OwnReturn(Refusal):
    """Nobody decides about their own purchase in the name of the house."""

    code = "OWN_RETURN"

    @property
    def message(self) -> str:
        return "This is your own purchase: somebody else decides about its return."


@dataclass(eq=False)
class NeedsAppraiser(Refusal):
    """What came back differs from what was sent, is very valuable, or was judged before: an appraiser has to look."""

    code = "NEEDS_APPRAISER"
    findings: tuple[Finding, ...]

    @property
    def message(self) -> str:
        found = ", ".join(finding.replace("_", " ").lower() for finding in self.findings)
        why = f" ({found})" if found else ""
        return f"An appraiser who did not take it in has to look at it{why}."


@dataclass(eq=False)
class DispositionNotPossible(Refusal):
    """Goods of this seller, or of this sale, can not go that way."""

    code = "DISPOSITION_NOT_POSSIBLE"
    possible: tuple[Disposition, ...]

    @property
    def message(self) -> str:
        return f"Possible here: {', '.join(self.possible)}."
