"""An exchange is undone at the rate of its quote; what the rate of the day makes of that, the house gains or loses."""

from dataclasses import dataclass
from datetime import datetime

from domain import wallet
from domain.event import Event
from domain.fx.convert import MINOR_MAX, worth
from domain.fx.exchange import draw
from domain.fx.noun import FX_EXCHANGE_LIFECYCLE, FxExchange, FxExchangeId
from domain.fx.port import Work
from domain.ledger import AccountKind, Posting, customer, house
from domain.money import Money
from domain.refusal import InvalidInput, require
from domain.text import line
from domain.viewer import Role, Viewer
from domain.wallet import InsufficientFunds
from domain.work import check_version

# Rules


def reversal(exchange: FxExchange, day: Money) -> list[Posting]:
    """Everybody has back what they gave, the spread included.

    Liquidity gives what it gave back for as much as that is worth on this day, so that it tells what was exchanged
    and never what rates did; the rest, or what is missing, is the house's gain or loss on FX.
    """
    gain = exchange.mid - day
    moved = [
        (AccountKind.FX_LIQUIDITY, -exchange.sold),
        (AccountKind.FX_LIQUIDITY, day),
        (AccountKind.FX_SPREAD, -exchange.spread),
        (AccountKind.FX, gain),
    ]
    return [
        customer(exchange.owner, AccountKind.CASH, -exchange.bought),
        customer(exchange.owner, AccountKind.CASH, exchange.sold),
        *(house(kind, amount) for kind, amount in moved if amount),
    ]


# Steps that other capabilities build on; they authorise nothing


async def undo(work: Work, exchange: FxExchange, now: datetime, memo: str) -> None:
    """Undo a locked exchange; refuses when the customer has spent what was bought.

    The rate of the day is the last one that was stated, also where it has lapsed: money goes back on any day.
    """
    exchange.state = FX_EXCHANGE_LIFECYCLE.move(exchange.state, "fxExchangeReverse")
    sells, buys = exchange.sold.currency, exchange.bought.currency
    pockets = await work.wallets.lock_all([(exchange.owner, sells), (exchange.owner, buys)])
    cash = pockets[exchange.owner, buys].cash
    require(exchange.bought <= cash, InsufficientFunds(AccountKind.CASH, cash, exchange.bought))
    await draw(work, exchange.sold, exchange.bought)
    rate = await work.fx_rates.newest(sells, buys, now)
    assert rate is not None, "what was exchanged had a rate"
    day = worth(exchange.sold, buys, rate.rate)
    said = "The last rate that was stated is out of all reckoning: state the right one first."
    require(day.minor <= MINOR_MAX, InvalidInput(said))
    exchange.reversed_at, exchange.day_rate_id, exchange.gain = now, rate.id, exchange.mid - day
    await work.fx_exchanges.reverse(exchange)
    await wallet.post(work, reversal(exchange, day), ("fxExchange", exchange.id), now, memo)
    told: dict[str, object] = {"sold": str(exchange.sold), "bought": str(exchange.bought)}
    work.events.append(Event("fx.reversed", "fxExchange", exchange.id, told, account_id=exchange.owner))


# Verbs


@dataclass(frozen=True, slots=True)
class ReverseExchange:
    """Undo an exchange, for a reason that its owner reads."""

    exchange_id: FxExchangeId
    reason: str
    expected_version: int | None = None


async def reverse(work: Work, viewer: Viewer, command: ReverseExchange, *, now: datetime) -> FxExchange:
    """Finance gives a customer back what they gave, at the rate that they had."""
    viewer.require(Role.FINANCE)
    reason = line(command.reason, "reason")
    found = await work.fx_exchanges.lock(command.exchange_id)
    check_version(command.expected_version, found.version)
    await undo(work, found, now, reason)
    return found
