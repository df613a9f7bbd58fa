"""How a price is divided, and how what is left is paid. The one place for it: previews and payments both come here."""

from dataclasses import dataclass

from domain.contract.noun import Contract
from domain.money import BASIS_POINTS, Money


@dataclass(frozen=True, slots=True)
class Split:
    """The parts of a price, which sum to it; `shortfall` is what costs ask for beyond it, and the seller then owes."""

    gross: Money
    commission: Money
    commission_tax: Money
    costs: Money
    net: Money
    shortfall: Money


@dataclass(frozen=True, slots=True)
class Payout:
    """How a net amount reaches the seller: what they owe first, then cash and credit; the bonus comes on top."""

    offset: Money
    cash: Money
    credit: Money
    bonus: Money

    @property
    def received(self) -> Money:
        return self.cash + self.credit + self.bonus


def sold_for(contract: Contract, price: Money, costs: Money) -> Split:
    """A price that a buyer paid: commission to the last unit, tax on it, the seller's costs as far as it reaches."""
    commission = contract.plan.commission(price, contract.seller_level)
    # Both rates are capped by policy; the cap here is for prices of a few minor units, where both round up.
    commission_tax = min(commission.at_bps(contract.commission_tax_bps), price - commission)
    return _after_costs(price, commission, commission_tax, costs)


def bought_for(price: Money, costs: Money) -> Split:
    """A price that the house pays itself: there is no commission on it."""
    zero = Money.zero(price.currency)
    return _after_costs(price, zero, zero, costs)


def _after_costs(price: Money, commission: Money, commission_tax: Money, costs: Money) -> Split:
    left = price - commission - commission_tax
    charged = min(costs, left)
    return Split(price, commission, commission_tax, charged, left - charged, costs - charged)


def pay(contract: Contract, net: Money, owed: Money, credit_bps: int) -> Payout:
    """Debts first, within the cap; the rest in the chosen shares, by largest remainder; the bonus on credit alone."""
    offset = min(owed, net.at_bps(contract.offset_cap_bps))
    cash, credit = (net - offset).allocate([BASIS_POINTS - credit_bps, credit_bps])
    return Payout(offset, cash, credit, credit.at_bps(contract.credit_bonus_bps))
