"""What a piece costs before it is sold, and who bears it; the seller only bears what the contract says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NewType, Protocol
from uuid import UUID

from domain import associate, contract, policy
from domain.consignment import Consignment, ConsignmentId, ConsignmentState
from domain.consignment.desk import lock_others
from domain.contract import Contract
from domain.event import Event
from domain.money import Money
from domain.policy import Bearer, CostKind, CostTerms, PolicyKind
from domain.refusal import InvalidInput, Refusal, WrongState, require
from domain.viewer import AccountId, Role, Viewer

PieceCostId = NewType("PieceCostId", UUID)

CLOSED = (
    ConsignmentState.SOLD,
    ConsignmentState.PAYABLE,
    ConsignmentState.SETTLED,
    ConsignmentState.RETURNED,
)
"""From here on the seller's share is reckoned; what comes later is the house's to bear."""


ANYWHERE = (Role.APPRAISER, Role.MERCHANDISER, Role.SUPPORT, Role.FINANCE)
RECORDERS = (*ANYWHERE, Role.SHOP_ASSOCIATE)
"""Who records costs; a shop's associates those of what that shop took in."""


# Nouns


@dataclass(frozen=True, slots=True)
class PieceCost:
    """One cost, never changed; a mistake is put right by the house bearing another."""

    id: PieceCostId
    consignment_id: ConsignmentId
    piece_id: UUID | None
    kind: CostKind
    amount: Money
    borne_by: Bearer
    note: str
    recorded_by: AccountId | None
    recorded_at: datetime


# Rules


def charged(costs: Iterable[PieceCost], terms: Contract) -> tuple[PieceCost, ...]:
    """The costs that the seller bears by this contract."""
    return tuple(cost for cost in costs if cost.borne_by is Bearer.SELLER and cost.kind in terms.seller_costs)


# Refusals


@dataclass(eq=False)
class CostNotAgreed(Refusal):
    """The contract does not say that the seller bears costs of this kind."""

    code = "COST_NOT_AGREED"
    kind: CostKind
    agreed: tuple[CostKind, ...]

    @property
    def message(self) -> str:
        agreed = ", ".join(kind.lower() for kind in self.agreed) or "no costs"
        return f"The seller agreed to bear {agreed}: record this {self.kind.lower()} as borne by the house."


# Ports


class PieceCosts(Protocol):
    async def of_consignment(self, consignment_id: ConsignmentId) -> Sequence[PieceCost]:
        """In the order in which they were recorded."""
        ...

    async def add(self, cost: PieceCost) -> None: ...


class Work(contract.Work, associate.Desk, Protocol):
    @property
    def piece_costs(self) -> PieceCosts: ...


class PieceCostReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[PieceCost | None]: ...
    async def of_consignments(self, consignments: Sequence[UUID]) -> Sequence[Sequence[PieceCost]]: ...


# Verbs


@dataclass(frozen=True, slots=True)
class Record:
    """The tariff says the amount and the bearer where they are left out."""

    consignment_id: ConsignmentId
    kind: CostKind
    note: str
    amount: Money | None = None
    borne_by: Bearer | None = None


async def record(work: Work, viewer: Viewer, command: Record, *, now: datetime) -> PieceCost:
    """Staff record what a piece has cost."""
    consignment = await lock_others(work, viewer, command.consignment_id, *RECORDERS)
    await associate.require_at(work, viewer, consignment.shop_id, elsewhere=ANYWHERE)
    require(0 < len(command.note.strip()) <= 500, InvalidInput("Say what for, in 1 to 500 characters.", path=("note",)))
    terms = (await policy.current(work, PolicyKind.COST, now)).terms
    assert isinstance(terms, CostTerms), "a cost policy has cost terms"
    amount, borne_by = by_tariff(terms, consignment, command)
    if borne_by is Bearer.SELLER:
        await check_agreed(work, consignment, command.kind)
    cost = PieceCost(
        id=PieceCostId(work.new.id()),
        consignment_id=consignment.id,
        piece_id=consignment.piece_id,
        kind=command.kind,
        amount=amount,
        borne_by=borne_by,
        note=command.note.strip(),
        recorded_by=viewer.account_id,
        recorded_at=now,
    )
    await work.piece_costs.add(cost)
    said = {"kind": cost.kind, "amount_minor": amount.minor, "currency": amount.currency, "borne_by": borne_by}
    work.events.append(
        Event("pieceCost.recorded", "consignment", consignment.id, said, consignment.piece_id, consignment.seller)
    )
    return cost


def by_tariff(terms: CostTerms, consignment: Consignment, command: Record) -> tuple[Money, Bearer]:
    """The amount and its bearer, from the command or from the tariff in the consignment's currency."""
    tariff = terms.tariff(command.kind, consignment.currency)
    amount = command.amount or (tariff.amount if tariff is not None else None)
    if amount is None:
        raise InvalidInput("There is no tariff for this: say the amount.", path=("amount",))
    require(amount.minor > 0, InvalidInput("A cost is more than zero.", path=("amount",)))
    same = amount.currency is consignment.currency
    require(same, InvalidInput(f"This consignment is in {consignment.currency}.", path=("amount", "currencyCode")))
    return amount, command.borne_by or (tariff.borne_by if tariff is not None else Bearer.HOUSE)


async def check_agreed(work: Work, consignment: Consignment, kind: CostKind) -> None:
    """The seller's share must still be open, and a contract that exists must name this kind."""
    if consignment.state in CLOSED:
        raise WrongState("consignment", consignment.state, consignment.next_actions)
    terms = await work.contracts.lock_for(consignment.id)
    if terms is not None and kind not in terms.seller_costs:
        raise CostNotAgreed(kind, terms.seller_costs, path=("borneBy",))
