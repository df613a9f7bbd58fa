"""The seller agrees, and chooses how to be paid; buying at appraisal settles there and then."""

from dataclasses import dataclass
from datetime import datetime

from domain import consignment as consigned
from domain.consignment import Consignment, SettlementMode
from domain.contract import Contract, ContractId
from domain.event import Event
from domain.money import BASIS_POINTS, Money
from domain.policy import ChoiceFixed
from domain.refusal import InvalidInput, NotFound, Refusal, require
from domain.settlement.noun import SettlementCause
from domain.settlement.pay import buy
from domain.settlement.port import Work
from domain.viewer import AccountId, Viewer
from domain.work import check_version

# Refusals


@dataclass(eq=False)
class OfferLapsed(Refusal):
    """The offer stood until a moment that has passed."""

    code = "OFFER_LAPSED"
    lapsed_at: datetime

    @property
    def message(self) -> str:
        return "This offer has lapsed: ask for a new one."


@dataclass(eq=False)
class NotBoughtAtOnce(Refusal):
    """The house does not buy this piece at appraisal."""

    code = "NOT_BOUGHT_AT_ONCE"

    @property
    def message(self) -> str:
        return "The house does not buy this piece at once: it can be settled after the sale."


@dataclass(eq=False)
class PayoutFixed(Refusal):
    """Cash and credit can not be exchanged any more."""

    code = "PAYOUT_FIXED"
    fixed_at: datetime

    @property
    def message(self) -> str:
        return "How the proceeds are paid has been fixed, and can not be changed any more."


# Verbs


@dataclass(frozen=True, slots=True)
class Agree:
    """`expected_version` says which version of the contract was read, for nobody agrees to what they have not seen."""

    contract_id: ContractId
    mode: SettlementMode
    credit_bps: int
    expected_version: int | None = None


async def agree(work: Work, viewer: Viewer, command: Agree, *, now: datetime) -> Contract:
    """The seller agrees to the terms as they stand."""
    consignment, contract = await lock_own(work, viewer, command.contract_id)
    check_share(command.credit_bps)
    reason = "Say which version of the contract you agree to."
    require(command.expected_version is not None, InvalidInput(reason, path=("expectedVersion",)))
    check_version(command.expected_version, contract.version)
    contract.move("settlementAgree")
    require(now < contract.offer_expires_at, OfferLapsed(contract.offer_expires_at))
    at_once = command.mode is SettlementMode.AT_APPRAISAL
    contract.mode, contract.credit_bps, contract.agreed_at = command.mode, command.credit_bps, now
    if at_once or contract.choice_fixed is ChoiceFixed.AGREEMENT:
        contract.payout_fixed_at = now
    consigned.agree(consignment, contract.id, command.mode, now)
    said = {
        "mode": command.mode,
        "credit_bps": command.credit_bps,
        "version": contract.version,
        "consignmentId": str(consignment.id),
    }
    work.events.append(Event("contract.agreed", "contract", contract.id, said, contract.piece_id, contract.seller))
    if at_once:
        await buy(work, consignment, contract, bought_at_once(contract), SettlementCause.APPRAISAL, now)
    else:
        await work.contracts.save(contract)
    await work.consignments.save(consignment)
    return contract


@dataclass(frozen=True, slots=True)
class ChoosePayout:
    contract_id: ContractId
    credit_bps: int
    expected_version: int | None = None


async def choose_payout(work: Work, viewer: Viewer, command: ChoosePayout, *, now: datetime) -> Contract:
    """The seller changes cash into credit or back, until the choice is fixed."""
    _, contract = await lock_own(work, viewer, command.contract_id)
    check_share(command.credit_bps)
    check_version(command.expected_version, contract.version)
    if contract.payout_fixed_at is not None:
        raise PayoutFixed(contract.payout_fixed_at)
    contract.move("settlementChoosePayout")
    contract.credit_bps = command.credit_bps
    await work.contracts.save(contract)
    said = {"credit_bps": command.credit_bps, "consignmentId": str(contract.consignment_id)}
    work.events.append(
        Event("contract.payoutChosen", "contract", contract.id, said, contract.piece_id, contract.seller)
    )
    return contract


# Rules


async def lock_own(work: Work, viewer: Viewer, contract_id: ContractId) -> tuple[Consignment, Contract]:
    """The viewer's own contract with its consignment; those of others do not exist for them."""
    seller: AccountId = viewer.require_account()
    found = await work.contracts.find(contract_id)
    require(found.seller == seller, NotFound("Contract", contract_id))
    consignment = await work.consignments.lock(found.consignment_id)
    return consignment, await work.contracts.lock(contract_id)


def check_share(credit_bps: int) -> None:
    in_range = 0 <= credit_bps <= BASIS_POINTS
    require(in_range, InvalidInput("The share of credit is 0 to 10,000 basis points.", path=("payout", "creditBps")))


def bought_at_once(contract: Contract) -> Money:
    if contract.buy_out is None:
        raise NotBoughtAtOnce()
    return contract.buy_out
