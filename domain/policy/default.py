"""The terms that a house opens with; finance publishes the next versions."""

from domain.localized import Localized
from domain.money import Currency, Money
from domain.policy.border import customs_terms, shipping_terms
from domain.policy.kind import TaxBasis
from domain.policy.pricing import default_pricing
from domain.policy.terms import (
    AppraisalTerms,
    Bearer,
    ChoiceFixed,
    CommissionLevel,
    CommissionPlan,
    CommissionShape,
    CommissionTerms,
    CommissionTier,
    CostKind,
    CostTariff,
    CostTerms,
    FxTerms,
    GiftCardRule,
    GiftCardTerms,
    GradeRate,
    MarkdownSchedule,
    MarkdownStep,
    MarkdownTerms,
    ReturnTerms,
    SellerLevel,
    SettlementTerms,
    StatutoryReturn,
    TaxRate,
    TaxTerms,
    Terms,
)
from domain.policy.travel import (
    CancellationLadder,
    CategoryRule,
    LadderStep,
    TravelCategory,
    TravellerDatum,
    TravelTerms,
)

PASSPORT, EMERGENCY_CONTACT, DIET, SCHOOL = TravellerDatum

# The whole price of goods, then the services of an intermediary; standard rates by law, for finance to keep current.
TAX_RATES = {
    "CN": (1_300, 600),
    "HK": (0, 0),
    "FR": (2_000, 2_000),
    "DE": (1_900, 1_900),
    "IT": (2_200, 2_200),
    "JP": (1_000, 1_000),
    "GB": (2_000, 2_000),
    "US": (0, 0),
}
# Cars of the house, an hour of an appraiser, a month on the shelf: by currency, in minor units.
TARIFFS = {
    Currency.CNY: (30_000, 8_000, 60_000, 12_000),
    Currency.HKD: (32_000, 9_000, 64_000, 13_000),
    Currency.EUR: (4_000, 1_000, 8_000, 1_500),
    Currency.USD: (4_500, 1_100, 9_000, 1_700),
    Currency.JPY: (6_500, 1_600, 13_000, 2_500),
}
# From which value on two appraisers look, and the fee for an appraisal without consigning.
APPRAISAL_LIMITS = {
    Currency.CNY: (8_000_000, 58_000),
    Currency.HKD: (8_500_000, 62_000),
    Currency.EUR: (1_000_000, 7_500),
    Currency.USD: (1_100_000, 8_000),
    Currency.JPY: (1_600_000, 12_000),
}
# What one gift card may be of: in China 5,000 by law, for a card by name.
GIFT_CARDS_MOST = {
    Currency.CNY: 500_000,
    Currency.HKD: 1_000_000,
    Currency.EUR: 100_000,
    Currency.USD: 100_000,
    Currency.JPY: 100_000,
}
# The bounds of the tiers: about the price of a bag, and of a watch.
TIER_BOUNDS = {
    Currency.CNY: (1_000_000, 8_000_000),
    Currency.HKD: (1_000_000, 8_000_000),
    Currency.EUR: (150_000, 1_000_000),
    Currency.USD: (150_000, 1_000_000),
    Currency.JPY: (200_000, 1_500_000),
}


def tiered(currency: Currency, low: int, high: int) -> CommissionPlan:
    return CommissionPlan(
        code=f"TIERED-{currency}",
        name=Localized("The dearer the piece, the smaller our share", "价越高，佣金越低"),
        shape=CommissionShape.TIERED,
        tiers=(
            CommissionTier(Money(low, currency), 2_500),
            CommissionTier(Money(high, currency), 1_800),
            CommissionTier(None, 1_200),
        ),
    )


def default_terms() -> tuple[Terms, ...]:
    """Version 1 of every kind."""
    commission = CommissionTerms(
        plans=(
            CommissionPlan("STANDARD", Localized("One rate", "统一佣金"), CommissionShape.FLAT, rate_bps=2_000),
            *(tiered(currency, low, high) for currency, (low, high) in TIER_BOUNDS.items()),
            CommissionPlan(
                "BY-LEVEL",
                Localized("By level of seller", "按卖家等级"),
                CommissionShape.BY_LEVEL,
                levels=(
                    CommissionLevel(SellerLevel.STANDARD, 2_000),
                    CommissionLevel(SellerLevel.SILVER, 1_700),
                    CommissionLevel(SellerLevel.GOLD, 1_400),
                ),
            ),
        )
    )
    markdown = MarkdownTerms(
        schedules=(
            MarkdownSchedule("NONE", Localized("The price stays", "不降价"), ()),
            MarkdownSchedule(
                "GENTLE",
                Localized("Two small steps", "小幅两次"),
                (MarkdownStep(30, 9_500), MarkdownStep(60, 9_000)),
            ),
            MarkdownSchedule(
                "STANDARD",
                Localized("Three steps in ninety days", "九十天三次"),
                (MarkdownStep(30, 9_000), MarkdownStep(60, 8_000), MarkdownStep(90, 7_000)),
            ),
        ),
        floor_bps=5_000,
        response_days=7,
    )
    settlement = SettlementTerms(
        credit_bonus_bps=1_000,
        buy_out=tuple(
            GradeRate(grade, bps)
            for grade, bps in (
                ("NEW", 2_000),
                ("PRISTINE", 2_200),
                ("EXCELLENT", 2_500),
                ("VERY_GOOD", 3_000),
                ("GOOD", 3_500),
            )
        ),
        choice_fixed=ChoiceFixed.SALE,
        offset_cap_bps=5_000,
        days_to_sell=30,
        days_to_deliver=4,
    )
    returns = ReturnTerms(
        promise_days=7,
        statutory=tuple(
            StatutoryReturn(country, days)
            for country, days in (("CN", 7), ("DE", 14), ("FR", 14), ("IT", 14), ("GB", 14), ("JP", 8))
        ),
    )
    tax = TaxTerms(
        rates=tuple(
            TaxRate(country, basis, commission_bps if basis is TaxBasis.COMMISSION else goods_bps)
            for country, (goods_bps, commission_bps) in TAX_RATES.items()
            for basis in TaxBasis
        )
    )
    kinds = (CostKind.APPRAISAL, CostKind.STORAGE, CostKind.SERVICE, CostKind.FREIGHT)
    cost = CostTerms(
        tariffs=tuple(
            CostTariff(kind, Money(minor, currency), Bearer.SELLER if kind is CostKind.SERVICE else Bearer.HOUSE)
            for currency, amounts in TARIFFS.items()
            for kind, minor in zip(kinds, amounts, strict=True)
        )
    )
    appraisal = AppraisalTerms(
        second_opinion_from=tuple(Money(value, currency) for currency, (value, _) in APPRAISAL_LIMITS.items()),
        value_tolerance_bps=1_500,
        grade_tolerance=1,
        service_fees=tuple(Money(fee, currency) for currency, (_, fee) in APPRAISAL_LIMITS.items()),
        service_days=90,
    )
    sold = (commission, markdown, settlement, returns, tax, cost, appraisal)
    abroad = (shipping_terms(), customs_terms(), FxTerms(quote_minutes=15))
    return *sold, travel_terms(), default_pricing(), *abroad, gift_card_terms()


def travel_terms() -> TravelTerms:
    def ladder(code: str, name: Localized, *steps: tuple[int, int]) -> CancellationLadder:
        return CancellationLadder(code, name, tuple(LadderStep(days, bps) for days, bps in steps))

    return TravelTerms(
        categories=(
            CategoryRule(
                TravelCategory.STUDY_TOUR,
                age_min=14,
                guardian_below_age=18,
                required=(PASSPORT, EMERGENCY_CONTACT, SCHOOL),
                passport_months=6,
            ),
            CategoryRule(
                TravelCategory.K12,
                age_min=5,
                age_max=18,
                guardian_below_age=18,
                required=(PASSPORT, EMERGENCY_CONTACT, DIET, SCHOOL),
                passport_months=6,
            ),
            CategoryRule(TravelCategory.INTEREST, age_min=8, guardian_below_age=18, required=(EMERGENCY_CONTACT, DIET)),
            CategoryRule(
                TravelCategory.MEDICAL,
                age_min=18,
                intake=True,
                intake_days=30,
                required=(PASSPORT, EMERGENCY_CONTACT),
                passport_months=6,
            ),
            CategoryRule(TravelCategory.LEISURE),
        ),
        ladders=(
            ladder("FLEXIBLE", Localized("Free until two weeks before", "提前两周免费取消"), (14, 0), (7, 5_000)),
            ladder(
                "STANDARD",
                Localized("In four steps", "四级阶梯"),
                (60, 1_000),
                (30, 3_000),
                (14, 6_000),
                (3, 9_000),
            ),
            ladder("STRICT", Localized("The deposit stays", "定金不退"), (60, 2_000), (30, 6_000)),
        ),
        hold_minutes=30,
        confirm_hours=72,
        deposit_bps=2_000,
        balance_days=45,
        remind_days=7,
        seat="FR",
    )


def gift_card_terms() -> GiftCardTerms:
    """What the law asks at least, for finance to keep current; where it asks for nothing the house's own promise."""
    return GiftCardTerms(
        rules=(
            GiftCardRule("CN", None, 0, "Single-purpose prepaid cards (2012, art. 18, 19): by name, without an end"),
            GiftCardRule("DE", 1_461, 90, "BGB sections 195, 199: three years from the end of the year"),
            GiftCardRule("US", 1_827, 90, "12 CFR 1005.20(e): five years at least"),
        ),
        elsewhere_days=1_827,
        grace_days=90,
        most=tuple(Money(minor, currency) for currency, minor in GIFT_CARDS_MOST.items()),
    )
