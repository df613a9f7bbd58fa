"""Policies: versioned terms, each of its own type."""

from schema.policy.noun import (
    Bearer,
    CancellationLadder,
    CommissionPlan,
    CostKind,
    PolicyPin,
    PolicyVersion,
    SellerLevel,
    TaxBasis,
    TravelCategory,
    TravelCategoryRule,
)
from schema.policy.root import PolicyMutation, PolicyQuery

__all__ = [
    "Bearer",
    "CancellationLadder",
    "CommissionPlan",
    "CostKind",
    "PolicyMutation",
    "PolicyPin",
    "PolicyQuery",
    "PolicyVersion",
    "SellerLevel",
    "TaxBasis",
    "TravelCategory",
    "TravelCategoryRule",
]
