"""What a used piece is worth: factors that sum to the price, whatever it is made of."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.money import BASIS_POINTS, Currency, Money, total
from domain.piece import Grade
from domain.policy import PriceStep
from domain.policy.check import check
from domain.policy.pricing import default_pricing
from domain.valuation import FactorKind, Facts, explained, offer, resale

TERMS = default_pricing()

amounts = st.builds(Money, st.integers(1, 10**12), st.sampled_from(Currency))
facts = st.builds(
    Facts,
    grade=st.sampled_from(Grade),
    age_months=st.none() | st.integers(0, 600),
    warranty_months=st.integers(0, 60),
    sold=st.integers(0, 100),
    on_sale=st.integers(0, 100),
    plan_fill_bps=st.none() | st.integers(0, 30_000),
)


@given(amounts, facts)
def test_the_factors_of_an_offer_sum_to_it_in_whole_units(new: Money, known: Facts) -> None:
    made = offer(new, known, TERMS)

    assert total((factor.amount for factor in made.factors), new.currency) == made.amount
    assert made.amount.minor >= 0
    assert made.amount.minor % (10 * 10**new.currency.exponent) == 0


@given(amounts, facts, st.integers(1, 10**12))
def test_whatever_a_price_was_decided_to_be_its_factors_sum_to_it(new: Money, known: Facts, asked: int) -> None:
    price = Money(asked, new.currency)
    for what in (known, None):
        made = explained(price, new, what, TERMS)
        assert made.amount == price
        assert total((factor.amount for factor in made.factors), new.currency) == price
    elsewhere = Currency.JPY if new.currency is not Currency.JPY else Currency.EUR
    assert [factor.kind for factor in explained(price, Money(1, elsewhere), known, TERMS).factors] == [
        FactorKind.DECIDED
    ]


@given(amounts, facts)
def test_a_used_piece_sells_within_the_band(new: Money, known: Facts) -> None:
    made = resale(new, known, TERMS).amount.minor

    low, high = new.minor * TERMS.band_low_bps, new.minor * TERMS.band_high_bps
    assert made >= low // BASIS_POINTS
    assert made * BASIS_POINTS**2 <= high * (BASIS_POINTS + TERMS.warranty_high_bps)
    if not known.warranty_months:
        assert made * BASIS_POINTS <= high


@given(amounts, facts)
def test_a_worse_grade_is_never_worth_more(new: Money, known: Facts) -> None:
    offers = [offer(new, replace(known, grade=grade), TERMS).amount for grade in Grade]

    assert offers == sorted(offers, key=lambda amount: amount.minor, reverse=True)


@given(amounts, facts)
def test_a_warranty_adds_its_five_to_ten_percent(new: Money, known: Facts) -> None:
    wide = replace(TERMS, band_low_bps=0, band_high_bps=BASIS_POINTS)
    without = resale(new, replace(known, warranty_months=0), wide)
    for months in (1, 12, 24, 60):
        rates = {one.kind: one.rate_bps for one in resale(new, replace(known, warranty_months=months), wide).factors}
        assert 500 <= rates.get(FactorKind.WARRANTY, 500) <= 1_000  # type: ignore[operator]
    assert FactorKind.WARRANTY not in {one.kind for one in without.factors}


def test_a_full_plan_takes_no_more() -> None:
    new = Money(200_000, Currency.EUR)
    ratios = (None, 0, 5_000, 10_000, 15_000)
    offers = [offer(new, Facts(Grade.EXCELLENT, plan_fill_bps=fill), TERMS).amount.minor for fill in ratios]

    assert offers == [102_000, 107_000, 102_000, 87_000, 0]


def test_the_terms_that_a_house_opens_with_are_in_order() -> None:
    check(TERMS)
    assert [step for step in TERMS.plan if step.change_bps == -BASIS_POINTS] == [PriceStep(15_000, -BASIS_POINTS)]
