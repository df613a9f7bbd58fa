"""The zones and the rates at borders that a house opens with; finance publishes the next versions.

The rates and limits are illustrative, neither researched nor kept up to date: finance puts those of its own goods in
their place before it sends anything. What they name as their source is where such rates are to be looked up.
"""

from collections.abc import Mapping, Sequence

from domain.localized import Localized
from domain.money import Currency, Money
from domain.policy.customs import CustomsArea, CustomsTerms, DutyRate
from domain.policy.shipping import DeliveryMethod, ShippingTerms, ShippingZone, ZoneMethod

HOME = "FR"
UNION = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
NO_CARRIER = "AQ BV HM TF"
"""Where nobody lives."""

ILLUSTRATIVE = "Illustrative, not a rate in force: look it up in {}"
"""What the source of every rate says that a house opens with; it is kept with each line that bears one."""

# By currency, in minor units: express nearby; standard far away, what of goods makes that free, express far away.
FEES = {
    Currency.CNY: (12_000, 15_000, 400_000, 30_000),
    Currency.HKD: (14_000, 16_000, 400_000, 34_000),
    Currency.EUR: (2_500, 2_000, 50_000, 4_500),
    Currency.USD: (2_800, 2_200, 55_000, 5_000),
    Currency.JPY: (3_500, 3_000, 80_000, 7_000),
}
# Illustrative too: what arrives free of duty in the Union and in Britain, and free of all in Japan.
SMALL = {
    Currency.CNY: (115_000, 120_000, 48_000),
    Currency.HKD: (125_000, 130_000, 52_000),
    Currency.EUR: (15_000, 16_000, 6_200),
    Currency.USD: (16_500, 17_000, 6_700),
    Currency.JPY: (24_000, 25_500, 10_000),
}


def amounts(table: Mapping[Currency, Sequence[int]], column: int) -> tuple[Money, ...]:
    return tuple(Money(row[column], currency) for currency, row in table.items())


def shipping_terms() -> ShippingTerms:
    nothing = tuple(Money.zero(currency) for currency in Currency)
    near = (ZoneMethod(DeliveryMethod.STANDARD, nothing), ZoneMethod(DeliveryMethod.EXPRESS, amounts(FEES, 0)))
    far = (
        ZoneMethod(DeliveryMethod.STANDARD, amounts(FEES, 1), free_from=amounts(FEES, 2)),
        ZoneMethod(DeliveryMethod.EXPRESS, amounts(FEES, 3)),
    )
    return ShippingTerms(
        home=HOME,
        zones=(
            ShippingZone("NEAR", Localized("The Union", "欧盟"), tuple(UNION.split()), near),
            ShippingZone("NOWHERE", Localized("Where no carrier goes", "无承运商"), tuple(NO_CARRIER.split()), ()),
            ShippingZone("WORLD", Localized("Everywhere else", "其他地区"), (), far),
        ),
    )


def customs_terms() -> CustomsTerms:
    def area(code: str, countries: str, source: str, *rates: DutyRate, small: int | None = None) -> CustomsArea:
        free = () if small is None else amounts(SMALL, small)
        return CustomsArea(
            code=code,
            countries=tuple(countries.split()),
            rates=rates,
            source=ILLUSTRATIVE.format(source),
            duty_free_up_to=free,
            tax_free_up_to=free if code == "JP" else (),
            given_back=code != "CN",
        )

    return CustomsTerms(
        areas=(
            area("EU", UNION, "the tariff of the Union", DutyRate(300), DutyRate(450, "watches"), small=0),
            area("GB", "GB", "the UK Global Tariff", DutyRate(200), small=1),
            area("CN", "CN", "the tariff of the People's Republic", DutyRate(600), DutyRate(1_000, "watches")),
            area("JP", "JP", "the tariff of Japan", DutyRate(400), DutyRate(800, "bags"), small=2),
            area("US", "US", "the Harmonized Tariff Schedule", DutyRate(500), DutyRate(900, "bags")),
            area("HK", "HK", "the Dutiable Commodities Ordinance", DutyRate(0)),
        )
    )
