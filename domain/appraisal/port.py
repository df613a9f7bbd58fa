"""What appraisal needs of the house's memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain import associate, certificate, consignment, grading, media, policy, shop, wallet
from domain.appraisal.noun import Appraisal, AppraisalId, AppraisalPurpose, AppraisalState, Opinion
from domain.catalogue import CategoryId
from domain.claim import Claims
from domain.consignment import ConsignmentId
from domain.grader import Grader
from domain.money import Money
from domain.page import Page, PageRequest
from domain.viewer import AccountId


class Appraisals(Protocol):
    async def lock(self, appraisal_id: AppraisalId) -> Appraisal: ...
    async def lock_next(
        self,
        account_id: AccountId,
        *,
        categories: Sequence[CategoryId],
        senior_in: Sequence[CategoryId],
        within: CategoryId | None,
    ) -> Appraisal | None:
        """What waits longest of all that this appraiser may judge, but for what others are taking right now."""
        ...

    async def of_consignment(self, consignment_id: ConsignmentId) -> Appraisal | None:
        """The appraisal of a consignment, not locked."""
        ...

    async def load(self, account_id: AccountId, since: datetime) -> int:
        """What an appraiser has in hand, and the opinions given since then."""
        ...

    async def add(self, appraisal: Appraisal) -> None: ...
    async def save(self, appraisal: Appraisal) -> None: ...


class Opinions(certificate.Opinions, Protocol):
    async def of(self, appraisal_id: AppraisalId) -> Sequence[Opinion]:
        """In the order of their rounds."""
        ...

    async def add(self, opinion: Opinion) -> None: ...
    async def save(self, opinion: Opinion) -> None: ...


class Sales(Protocol):
    """What the house has sold."""

    async def sold(self, listing_ids: Sequence[UUID]) -> Mapping[UUID, Money]:
        """The prices of those listings that were sold."""
        ...


class Work(
    certificate.Work,
    grading.Work,
    consignment.Work,
    media.Work,
    policy.Work,
    wallet.Work,
    shop.Work,
    associate.Desk,
    Protocol,
):
    @property
    def appraisals(self) -> Appraisals: ...
    @property
    def opinions(self) -> Opinions: ...
    @property
    def sales(self) -> Sales: ...
    @property
    def grader(self) -> Grader: ...
    @property
    def claims(self) -> Claims: ...


@dataclass(frozen=True, slots=True)
class AppraisalFilter:
    """Which appraisals; what is None or empty does not narrow. `category` includes all that lies below it."""

    states: tuple[AppraisalState, ...] = ()
    category_id: CategoryId | None = None
    assigned_to: AccountId | None = None
    owner: AccountId | None = None
    purpose: AppraisalPurpose | None = None


class AppraisalReader(Protocol):
    """Appraisals as staff and, in part, the owners of the objects read them; callers have checked who may."""

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Appraisal | None]: ...
    async def of_consignments(self, ids: Sequence[UUID]) -> Sequence[Appraisal | None]: ...
    async def opinions(self, ids: Sequence[UUID]) -> Sequence[Sequence[Opinion]]: ...
    async def page(self, wanted: AppraisalFilter, page: PageRequest) -> Page[Appraisal]:
        """Longest waiting first."""
        ...
