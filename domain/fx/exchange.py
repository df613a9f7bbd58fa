"""Money of one currency becomes money of another: out of a pocket, through the house's liquidity, into another."""

from dataclasses import dataclass
from datetime import datetime

from domain import wallet
from domain.event import Event
from domain.fx.noun import FxExchange, FxExchangeId, FxLiquidity, FxQuote, FxQuoteId
from domain.fx.port import Work
from domain.fx.refusal import FxLiquidityShort, FxQuoteLapsed, FxQuoteUsed
from domain.ledger import AccountKind, Posting, customer, house
from domain.money import Money
from domain.refusal import InvalidInput, NotFound, require
from domain.text import line
from domain.viewer import AccountId, Role, Viewer
from domain.wallet import InsufficientFunds
from domain.work import check_version

# Rows are locked in this order: quote or exchange, pockets, liquidity.


# Rules


def postings(exchange: FxExchange) -> list[Posting]:
    """Both sides by themselves sum to zero; the spread is the house's, and stands apart."""
    given = [
        customer(exchange.owner, AccountKind.CASH, -exchange.sold),
        house(AccountKind.FX_LIQUIDITY, exchange.sold),
        house(AccountKind.FX_LIQUIDITY, -exchange.mid),
        customer(exchange.owner, AccountKind.CASH, exchange.bought),
    ]
    return [*given, house(AccountKind.FX_SPREAD, exchange.spread)] if exchange.spread else given


def check_usable(quote: FxQuote, now: datetime) -> None:
    if quote.used_at is not None:
        raise FxQuoteUsed(quote.used_at, path=("quoteId",))
    require(now < quote.expires_at, FxQuoteLapsed(quote.expires_at, path=("quoteId",)))


# Verbs


@dataclass(frozen=True, slots=True)
class ExchangeMoney:
    """Use a quote; `expected_version` is that of the pocket that pays."""

    quote_id: FxQuoteId
    expected_version: int | None = None


async def exchange(work: Work, viewer: Viewer, command: ExchangeMoney, *, now: datetime) -> FxExchange:
    """Whoever was given a quote has what it says, once, for as long as it holds."""
    owner = viewer.require_account()
    quote = await lock_own(work, owner, command.quote_id)
    check_usable(quote, now)
    sells, buys = quote.sold.currency, quote.bought.currency
    pockets = await work.wallets.lock_all([(owner, sells), (owner, buys)])
    pocket = pockets[owner, sells]
    check_version(command.expected_version, pocket.version)
    require(quote.sold <= pocket.cash, InsufficientFunds(AccountKind.CASH, pocket.cash, quote.sold))
    await draw(work, quote.mid, quote.sold)
    made = FxExchange(
        id=FxExchangeId(work.new.id()),
        owner=owner,
        quote_id=quote.id,
        sold=quote.sold,
        mid=quote.mid,
        spread=quote.spread,
        bought=quote.bought,
        exchanged_at=now,
    )
    quote.used_at = now
    await work.fx_quotes.use(quote)
    await work.fx_exchanges.add(made)
    await wallet.post(work, postings(made), ("fxExchange", made.id), now, f"{made.sold} for {made.bought}")
    said: dict[str, object] = {"sold": str(made.sold), "bought": str(made.bought), "spread": str(made.spread)}
    work.events.append(Event("fx.exchanged", "fxExchange", made.id, said, account_id=owner))
    return made


async def lock_own(work: Work, owner: AccountId, quote_id: FxQuoteId) -> FxQuote:
    """Somebody else's quote does not exist."""
    quote = await work.fx_quotes.lock(quote_id)
    require(quote.owner == owner, NotFound("FxQuote", quote_id, path=("quoteId",)))
    return quote


async def draw(work: Work, amount: Money, against: Money) -> None:
    """Lock the liquidity of two currencies, and refuse when there is less than this amount of the one to give."""
    pools = await work.fx_liquidities.lock_all((amount.currency, against.currency))
    require(amount <= pools[amount.currency].balance, FxLiquidityShort(amount.currency))


@dataclass(frozen=True, slots=True)
class MoveLiquidity:
    """More than zero is put in from the treasury, less is taken back out."""

    amount: Money
    reason: str
    expected_version: int | None = None


async def move_liquidity(work: Work, viewer: Viewer, command: MoveLiquidity, *, now: datetime) -> FxLiquidity:
    """Finance decides how much of its own money the house exchanges."""
    viewer.require(Role.FINANCE)
    reason = line(command.reason, "reason")
    amount = command.amount
    require(bool(amount), InvalidInput("The amount is more than zero, or less.", path=("amount",)))
    pool = (await work.fx_liquidities.lock_all([amount.currency]))[amount.currency]
    check_version(command.expected_version, pool.version)
    require(Money.zero(amount.currency) <= pool.balance + amount, FxLiquidityShort(amount.currency, path=("amount",)))
    moved = work.new.id()
    sides = [house(AccountKind.TREASURY, -amount), house(AccountKind.FX_LIQUIDITY, amount)]
    await wallet.post(work, sides, ("fxLiquidity", moved), now, reason)
    work.events.append(Event("fx.liquidityMoved", "fxLiquidity", moved, {"amount": str(amount), "reason": reason}))
    pool.balance += amount
    pool.version += 1
    return pool
