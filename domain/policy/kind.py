"""What policies are about, and what a line can be taxed on."""

from enum import StrEnum


class PolicyKind(StrEnum):
    """What a policy is about."""

    COMMISSION = "COMMISSION"
    MARKDOWN = "MARKDOWN"
    SETTLEMENT = "SETTLEMENT"
    RETURN = "RETURN"
    TAX = "TAX"
    COST = "COST"
    APPRAISAL = "APPRAISAL"
    TRAVEL = "TRAVEL"
    PRICING = "PRICING"
    SHIPPING = "SHIPPING"
    CUSTOMS = "CUSTOMS"
    GIFT_CARD = "GIFT_CARD"
    FX = "FX"


class TaxBasis(StrEnum):
    """What a line is taxed on."""

    FULL_PRICE = "FULL_PRICE"
    MARGIN = "MARGIN"
    COMMISSION = "COMMISSION"
    TRAVEL_MARGIN = "TRAVEL_MARGIN"
