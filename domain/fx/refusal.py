"""Why no money is exchanged."""

from dataclasses import dataclass
from datetime import datetime

from domain.money import Currency
from domain.refusal import Refusal


@dataclass(eq=False)
class FxRateMissing(Refusal):
    """Between these two currencies no rate was stated, or the last one has lapsed."""

    code = "FX_RATE_MISSING"
    sells: Currency
    buys: Currency

    @property
    def message(self) -> str:
        return f"There is no rate between {self.sells} and {self.buys} right now: ask again later."


@dataclass(eq=False)
class FxQuoteLapsed(Refusal):
    """The quote held until a moment that is past."""

    code = "FX_QUOTE_LAPSED"
    expires_at: datetime

    @property
    def message(self) -> str:
        return f"This quote held until {self.expires_at.isoformat()}: ask for another one."


@dataclass(eq=False)
class FxQuoteUsed(Refusal):
    """Money was exchanged for this quote already."""

    code = "FX_QUOTE_USED"
    used_at: datetime

    @property
    def message(self) -> str:
        return "This quote was used already: ask for another one."


@dataclass(eq=False)
class FxLiquidityShort(Refusal):
    """The house has not as much of this currency to give right now."""

    code = "FX_LIQUIDITY_SHORT"
    currency: Currency

    @property
    def message(self) -> str:
        return f"The house has not that much {self.currency} to exchange right now: try less, or later."
