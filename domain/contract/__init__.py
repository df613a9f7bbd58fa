"""Contract: what house and seller agree on for one piece, pinned to the policies of its day.

Agreeing is the settlement's business, for it may pay at once.
"""

from domain.contract.noun import (
    BOUGHT_AT_END,
    CONTRACT_LIFECYCLE,
    AgreedStep,
    Contract,
    ContractId,
    ContractState,
    EndAction,
    PayoutChoice,
    may_see,
)
from domain.contract.offer import Offer, offer
from domain.contract.port import ContractReader, Contracts, Work

__all__ = [
    "BOUGHT_AT_END",
    "CONTRACT_LIFECYCLE",
    "AgreedStep",
    "Contract",
    "ContractId",
    "ContractReader",
    "ContractState",
    "Contracts",
    "EndAction",
    "Offer",
    "PayoutChoice",
    "Work",
    "may_see",
    "offer",
]
