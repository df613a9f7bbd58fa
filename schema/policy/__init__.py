"""Policies: versioned terms, each of its own type."""

from schema.policy.noun import Bearer, CommissionPlan, CostKind, PolicyPin, PolicyVersion, SellerLevel, TaxBasis
from schema.policy.root import PolicyMutation, PolicyQuery

__all__ = [
    "Bearer",
    "CommissionPlan",
    "CostKind",
    "PolicyMutation",
    "PolicyPin",
    "PolicyQuery",
    "PolicyVersion",
    "SellerLevel",
    "TaxBasis",
]
