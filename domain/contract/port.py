"""What contracts need of the house's memory."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from domain import appraisal, listing
from domain.account import Account
from domain.consignment import ConsignmentId
from domain.contract.noun import Contract, ContractId
from domain.viewer import AccountId


class Contracts(Protocol):
    async def lock(self, contract_id: ContractId) -> Contract: ...

    async def find(self, contract_id: ContractId) -> Contract:
        """The contract, not locked: for what never changes, such as whose it is."""
        ...

    async def lock_for(self, consignment_id: ConsignmentId) -> Contract | None:
        """The contract of a consignment; there is one at most."""
        ...

    async def add(self, contract: Contract) -> None: ...
    async def save(self, contract: Contract) -> None: ...


class Sellers(Protocol):
    """The little that a contract needs of people."""

    async def find(self, account_id: AccountId) -> Account: ...


class Work(appraisal.Work, listing.Work, Protocol):
    @property
    def contracts(self) -> Contracts: ...
    @property
    def sellers(self) -> Sellers: ...


class ContractReader(Protocol):
    """Contracts for their parties; callers have checked who may."""

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Contract | None]: ...
    async def of_consignments(self, consignments: Sequence[UUID]) -> Sequence[Contract | None]: ...
