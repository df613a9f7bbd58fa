"""A quote: what somebody may have for an amount, for some minutes, whatever the rate does meanwhile."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain import policy
from domain.event import Event
from domain.fx.convert import sell
from domain.fx.noun import FxQuote, FxQuoteId
from domain.fx.port import Work
from domain.fx.rate import in_force
from domain.money import Currency, Money
from domain.policy import FxTerms, PolicyKind
from domain.refusal import InvalidInput, require
from domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class RequestQuote:
    """What for an amount of one currency is to be had in another."""

    sold: Money
    buys: Currency


async def request(work: Work, viewer: Viewer, command: RequestQuote, *, now: datetime) -> FxQuote:
    """Somebody is told what an amount buys, and may have it until the quote lapses; nothing is set aside for it."""
    owner = viewer.require_account()
    sold, buys = command.sold, command.buys
    require(buys is not sold.currency, InvalidInput("Another currency is bought.", path=("to",)))
    rate = await in_force(work, sold.currency, buys, now)
    found = sell(sold, buys, rate.rate)
    holds = await policy.current(work, PolicyKind.FX, now)
    assert isinstance(holds.terms, FxTerms), "the policy of a kind says what its kind says"
    quote = FxQuote(
        id=FxQuoteId(work.new.id()),
        owner=owner,
        rate_id=rate.id,
        rate=rate.rate,
        sold=found.sold,
        mid=found.mid,
        spread=found.spread,
        bought=found.bought,
        policy_version=holds.version,
        quoted_at=now,
        expires_at=now + timedelta(minutes=holds.terms.quote_minutes),
    )
    await work.fx_quotes.add(quote)
    said: dict[str, object] = {"sold": str(quote.sold), "bought": str(quote.bought)}
    work.events.append(Event("fx.quoted", "fxQuote", quote.id, said, account_id=owner))
    return quote
