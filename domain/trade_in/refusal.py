"""Why an old piece is not taken, or not yet."""

from dataclasses import dataclass
from datetime import datetime

from domain.refusal import Refusal


@dataclass(eq=False)
class TradeInNotOffered(Refusal):
    """The offer has lapsed, belongs to another purchase, or is in another currency."""

    code = "TRADE_IN_NOT_OFFERED"
    expired_at: datetime | None

    @property
    def message(self) -> str:
        return "This offer does not stand any more, or not for this cart: ask for a new one."


@dataclass(eq=False)
class TooManyOffers(Refusal):
    """As many offers stand as one person may have at a time."""

    code = "TOO_MANY_OFFERS"
    most: int

    @property
    def message(self) -> str:
        return f"{self.most} offers stand at a time: use one of them, or withdraw it."


@dataclass(eq=False)
class NotYours(Refusal):
    """The piece is not in its owner's hands, or not theirs."""

    code = "NOT_YOURS"

    @property
    def message(self) -> str:
        return "Only what you own and have with you can be traded in."


@dataclass(eq=False)
class AnotherPiece(Refusal):
    """What came in is not the piece that the offer is for, or bears no serial that would show it."""

    code = "ANOTHER_PIECE"

    @property
    def message(self) -> str:
        return "The offer is for another piece than this one: its serial says so."


@dataclass(eq=False)
class OwnTradeIn(Refusal):
    """Nobody of the house handles what they trade in themselves."""

    code = "OWN_TRADE_IN"

    @property
    def message(self) -> str:
        return "This trade-in is your own: a colleague has to do this."
