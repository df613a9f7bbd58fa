"""What policies are about."""

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
    GIFT_CARD = "GIFT_CARD"
