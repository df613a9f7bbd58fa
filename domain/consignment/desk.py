"""What staff decide before a piece comes in, and about one that may not go back."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.consignment.lifecycle import ConsignmentState
from domain.consignment.noun import Consignment, ConsignmentId, Disposal
from domain.consignment.port import Work as ConsignmentWork
from domain.consignment.refusal import OwnConsignment
from domain.consignment.seller import COME_WITHIN, Work, close
from domain.consignment.step import close_task, expire_later, happened, open_task, owe_return
from domain.consignment.task import TaskKind, TaskOutcome
from domain.money import Money
from domain.refusal import InvalidInput, NotFound, require
from domain.text import line, note, perhaps
from domain.viewer import AccountId, Role, Viewer
from domain.work import check_version

CALL_AGAIN_AFTER = timedelta(days=1)
ATTEMPTS_MAX = 5
"""After so many calls that nobody answered the house stops calling."""


async def lock_others(
    work: ConsignmentWork, viewer: Viewer, consignment_id: ConsignmentId, *roles: Role
) -> Consignment:
    """Somebody else's consignment, for staff with one of these roles; a draft is the seller's alone."""
    viewer.require(*roles)
    consignment = await work.consignments.lock(consignment_id)
    require(consignment.seller != viewer.account_id, OwnConsignment(path=("consignmentId",)))
    drafted = consignment.state is ConsignmentState.DRAFT
    require(not drafted, NotFound("Consignment", consignment_id, path=("consignmentId",)))
    return consignment


async def lock_for_agent(
    work: ConsignmentWork, viewer: Viewer, consignment_id: ConsignmentId, *roles: Role
) -> tuple[Consignment, AccountId]:
    """The same, with who it is that does something to it and stands by it."""
    viewer.require(*roles)
    agent = viewer.require_account()
    return await lock_others(work, viewer, consignment_id, *roles), agent


# Talking to the seller


class CallOutcome(StrEnum):
    """How a call to the seller ended."""

    CONFIRMED = "CONFIRMED"
    DECLINED = "DECLINED"
    UNREACHABLE = "UNREACHABLE"


@dataclass(frozen=True, slots=True)
class Confirm:
    """Report a call; `call_again_at` only when nobody answered."""

    consignment_id: ConsignmentId
    outcome: CallOutcome
    note: str = ""
    call_again_at: datetime | None = None
    expected_version: int | None = None


async def confirm(work: Work, viewer: Viewer, command: Confirm, *, now: datetime) -> Consignment:
    """Support says how the call went, which is kept with agent and time; only CONFIRMED lets the seller ship."""
    consignment, agent = await lock_for_agent(work, viewer, command.consignment_id, Role.SUPPORT)
    check_version(command.expected_version, consignment.version)
    said = perhaps(command.note, "note", longest=1_000)
    again = command.call_again_at
    unreachable = command.outcome is CallOutcome.UNREACHABLE
    require(
        again is None or unreachable, InvalidInput("Only who was not reached is called again.", path=("callAgainAt",))
    )
    require(again is None or again > now, InvalidInput("The next call is in the future.", path=("callAgainAt",)))
    if command.outcome is CallOutcome.DECLINED:
        consignment.end_reason = line(said, "note", longest=1_000)
    if command.outcome is CallOutcome.CONFIRMED:
        consignment.move("consignmentConfirm", now)
        consignment.expires_at = now + COME_WITHIN
        expire_later(work, consignment)
    else:
        consignment.move(f"consignmentConfirm/{command.outcome}", now)
    task = await close_task(work, consignment, TaskKind.CONFIRM, TaskOutcome(command.outcome), agent, now, said)
    assert task is not None, "what is submitted has a call to be made"
    if unreachable and task.attempt < ATTEMPTS_MAX:
        await open_task(work, consignment, TaskKind.CONFIRM, again or now + CALL_AGAIN_AFTER, task.attempt + 1)
    elif unreachable:
        consignment.move("consignmentConfirm/GIVEN_UP", now)
    await work.consignments.save(consignment)
    work.events.append(happened(consignment, "called", outcome=command.outcome, attempt=task.attempt))
    if consignment.state is not ConsignmentState.SUBMITTED:
        work.events.append(happened(consignment, consignment.state.lower()))
    return consignment


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the photos let one expect."""

    consignment_id: ConsignmentId
    low: Money
    high: Money
    note: str = ""
    expected_version: int | None = None


async def estimate(work: ConsignmentWork, viewer: Viewer, command: Estimate, *, now: datetime) -> Consignment:
    """An appraiser or support gives a range from photos, which binds nobody; the seller reads it."""
    roles = (Role.APPRAISER, Role.SUPPORT)
    consignment = await lock_others(work, viewer, command.consignment_id, *roles)
    check_version(command.expected_version, consignment.version)
    consignment.move("consignmentEstimate")
    for field, amount in (("low", command.low), ("high", command.high)):
        same = amount.currency is consignment.currency
        require(same, InvalidInput(f"This consignment is in {consignment.currency}.", path=(field, "currencyCode")))
    fits = 0 < command.low.minor <= command.high.minor
    require(fits, InvalidInput("The range goes from low to high.", path=("high",)))
    consignment.estimate_low, consignment.estimate_high = command.low, command.high
    consignment.estimate_note = perhaps(command.note, "note", longest=1_000) or None
    await work.consignments.save(consignment)
    work.events.append(happened(consignment, "estimated", low=str(command.low), high=str(command.high)))
    return consignment


@dataclass(frozen=True, slots=True)
class Decline:
    """The house does not take it."""

    consignment_id: ConsignmentId
    reason: str
    expected_version: int | None = None


async def decline(work: Work, viewer: Viewer, command: Decline, *, now: datetime) -> Consignment:
    """Support or a merchandiser declines, before the house has agreed to anything; the seller reads the reason."""
    roles = (Role.SUPPORT, Role.MERCHANDISER)
    consignment, agent = await lock_for_agent(work, viewer, command.consignment_id, *roles)
    check_version(command.expected_version, consignment.version)
    reason = note(command.reason, "reason", longest=1_000)
    consignment.move("consignmentDecline", now)
    await close_task(work, consignment, TaskKind.CONFIRM, TaskOutcome.DECLINED, agent, now, reason)
    await close(work, consignment, now)
    consignment.end_reason = reason
    await work.consignments.save(consignment)
    work.events.append(happened(consignment, "declined", reason=reason))
    return consignment


# What is not authentic


@dataclass(frozen=True, slots=True)
class DisposeRefused:
    """Give a refused piece back after all or at once, or keep it: until a day, or for good."""

    consignment_id: ConsignmentId
    disposal: Disposal
    note: str
    kept_until: datetime | None = None
    expected_version: int | None = None


async def dispose_refused(
    work: ConsignmentWork, viewer: Viewer, command: DisposeRefused, *, now: datetime
) -> Consignment:
    """Support decides and says why; verdict and evidence stay as they were found."""
    consignment, agent = await lock_for_agent(work, viewer, command.consignment_id, Role.SUPPORT)
    check_version(command.expected_version, consignment.version)
    consignment.require_action("consignmentDisposeRefused")
    assert consignment.refused is not None, "what was refused says why"
    until = command.kept_until
    require(until is None or until > now, InvalidInput("It is kept until a day to come.", path=("keptUntil",)))
    if command.disposal is Disposal.RETURN and until is None:
        until = now
    consignment.refused = replace(
        consignment.refused,
        disposal=command.disposal,
        kept_until=until,
        decided_by=agent,
        note=note(command.note, "note", longest=1_000),
    )
    await close_task(work, consignment, TaskKind.RETURN, TaskOutcome.VOID, agent, now)
    if command.disposal is Disposal.RETURN:
        await owe_return(work, consignment, now)
    await work.consignments.save(consignment)
    work.events.append(happened(consignment, "disposalDecided", disposal=command.disposal))
    return consignment
