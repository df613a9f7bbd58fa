"""Rates are stated by staff, one after the other, and the newest one counts."""

from dataclasses import dataclass
from datetime import datetime

from domain.event import Event
from domain.fx.noun import RATE_BILLIONTHS_MAX, SPREAD_BPS_MAX, FxRate, FxRateId, RateTerms
from domain.fx.port import RateWork
from domain.fx.refusal import FxRateMissing
from domain.money import Currency
from domain.refusal import InvalidInput, require
from domain.text import line
from domain.viewer import Role, Viewer


@dataclass(frozen=True, slots=True)
class StateRate:
    """It holds from `valid_from`, now when that is None."""

    rate: RateTerms
    source: str
    valid_from: datetime | None = None
    valid_until: datetime | None = None


async def state(work: RateWork, viewer: Viewer, command: StateRate, *, now: datetime) -> FxRate:
    """Finance states what a currency is worth in another; quotes that were given before keep theirs."""
    viewer.require(Role.FINANCE)
    check_terms(command.rate)
    valid_from = now if command.valid_from is None else command.valid_from
    require(valid_from <= now, InvalidInput("A rate holds from a moment that has come.", path=("validFrom",)))
    lasts = command.valid_until is None or command.valid_until > now
    require(lasts, InvalidInput("A rate lapses in the future.", path=("validUntil",)))
    made = FxRate(
        id=FxRateId(work.new.id()),
        rate=command.rate,
        valid_from=valid_from,
        valid_until=command.valid_until,
        source=line(command.source, "source"),
        stated_by=viewer.account_id,
        stated_at=now,
    )
    await work.fx_rates.add(made)
    said: dict[str, object] = {
        "base": made.rate.base,
        "counter": made.rate.counter,
        "billionths": made.rate.billionths,
        "spread_bps": made.rate.spread_bps,
    }
    work.events.append(Event("fx.rateStated", "fxRate", made.id, said))
    return made


def check_terms(rate: RateTerms) -> None:
    require(rate.base is not rate.counter, InvalidInput("Two currencies have a rate.", path=("counter",)))
    said = "A rate is more than zero and a million at most."
    require(0 < rate.billionths <= RATE_BILLIONTHS_MAX, InvalidInput(said, path=("rate",)))
    said = f"A spread is 0 to {SPREAD_BPS_MAX} basis points."
    require(0 <= rate.spread_bps <= SPREAD_BPS_MAX, InvalidInput(said, path=("spreadBps",)))


async def in_force(work: RateWork, sells: Currency, buys: Currency, now: datetime) -> FxRate:
    """The rate that an exchange is made at; one that has lapsed does not bring back the one before it."""
    found = await work.fx_rates.newest(sells, buys, now)
    if found is None or not found.holds(now):
        raise FxRateMissing(sells, buys)
    return found
