"""Policies: versioned terms, each of its own type."""

from schema.policy.customs import DutyKind
from schema.policy.kind import TaxBasis
from schema.policy.noun import (
    Bearer,
    CancellationLadder,
    CommissionPlan,
    CostKind,
    PolicyPin,
    PolicyVersion,
    SellerLevel,
    TravelCategory,
    TravelCategoryRule,
    TravellerDatum,
)
from schema.policy.root import PolicyMutation, PolicyQuery
from schema.policy.shipping import DeliveryMethod

__all__ = [
    "Bearer",
    "CancellationLadder",
    "CommissionPlan",
    "CostKind",
    "DeliveryMethod",
    "DutyKind",
    "PolicyMutation",
    "PolicyPin",
    "PolicyQuery",
    "PolicyVersion",
    "SellerLevel",
    "TaxBasis",
    "TravelCategory",
    "TravelCategoryRule",
    "TravellerDatum",
]
