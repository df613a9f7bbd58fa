"""Why no money is exchanged."""

from dataclasses import dataclass

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
