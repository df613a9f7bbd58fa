"""Consignment: a seller's piece comes in, is looked at, sold or given back.

Other capabilities import its nouns and steps from here.
"""

from domain.consignment.lifecycle import CONSIGNMENT_LIFECYCLE, ConsignmentState
from domain.consignment.noun import (
    Consignment,
    ConsignmentId,
    Disposal,
    Parcel,
    Photo,
    Refused,
    Route,
    SettlementMode,
    may_see,
)
from domain.consignment.port import (
    ConsignmentFilter,
    ConsignmentReader,
    Consignments,
    ConsignmentTasks,
    IntakeReceipts,
    Queue,
    QueueFilter,
    TimelineEntry,
    Work,
)
from domain.consignment.step import (
    agree,
    appraised,
    appraising,
    called_off,
    expire_later,
    happened,
    offer,
    payable,
    refuse,
    reserved,
    settled,
    sold,
    unsold,
)
from domain.consignment.task import ConsignmentTask, IntakeReceipt, TaskKind, TaskOutcome

__all__ = [
    "CONSIGNMENT_LIFECYCLE",
    "Consignment",
    "ConsignmentFilter",
    "ConsignmentId",
    "ConsignmentReader",
    "ConsignmentState",
    "ConsignmentTask",
    "ConsignmentTasks",
    "Consignments",
    "Disposal",
    "IntakeReceipt",
    "IntakeReceipts",
    "Parcel",
    "Photo",
    "Queue",
    "QueueFilter",
    "Refused",
    "Route",
    "SettlementMode",
    "TaskKind",
    "TaskOutcome",
    "TimelineEntry",
    "Work",
    "agree",
    "appraised",
    "appraising",
    "called_off",
    "expire_later",
    "happened",
    "may_see",
    "offer",
    "payable",
    "refuse",
    "reserved",
    "settled",
    "sold",
    "unsold",
]
