"""What a country asks for goods that come to it; the house collects it, and owes it once they are there.

The duty is a share of the price, import tax one of price and duty together.
"""

from domain.money import Money
from domain.order.noun import LineDuty
from domain.policy import CustomsArea, DutyKind, TaxBasis, TaxTerms, within


def ask(
    area: CustomsArea,
    tax: TaxTerms,
    country: str,
    price: Money,
    basis: TaxBasis,
    categories: tuple[str, ...],
    arriving: Money,
) -> tuple[LineDuty, ...]:
    """What is asked for goods of this price and basis; `arriving` is the worth of all that comes with the order."""
    rate = area.rate(categories, basis)
    duty_bps = 0 if within(area.duty_free_up_to, arriving) else rate.duty_bps
    tax_bps = tax.rate_bps(country, TaxBasis.FULL_PRICE) if rate.import_tax_bps is None else rate.import_tax_bps
    duty = price.at_bps(duty_bps)
    due = Money.zero(price.currency) if within(area.tax_free_up_to, arriving) else (price + duty).at_bps(tax_bps)
    asked = (
        LineDuty(DutyKind.DUTY, price, duty_bps, duty, area.source),
        LineDuty(DutyKind.IMPORT_TAX, price + duty, tax_bps, due, area.source),
    )
    return tuple(one for one in asked if one.amount)
