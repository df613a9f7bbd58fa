"""How often operations are compiled, run again by a plan that is there, or left to stock execution, and why."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Reason(StrEnum):
    """Why an operation is left to stock execution."""

    MIDDLEWARE = "middleware"
    EXECUTOR = "executor"
    DIRECTIVE = "directive"
    INTROSPECTION = "introspection"
    FRAGMENT_ARGUMENTS = "fragment_arguments"
    SWITCH = "switch"
    VARIANTS = "variants"
    SIZE = "size"
    DEPTH = "depth"
    FAILED = "failed"

    @property
    def meaning(self) -> str:
        return MEANINGS[self]


MEANINGS = {
    Reason.MIDDLEWARE: "an extension wraps every resolver",
    Reason.EXECUTOR: "the executor was told to resolve, await or abort in a way of its own",
    Reason.DIRECTIVE: "it has a directive other than @skip and @include",
    Reason.INTROSPECTION: "it asks for __schema or __type",
    Reason.FRAGMENT_ARGUMENTS: "a fragment takes arguments",
    Reason.SWITCH: "an @skip or @include has no Boolean",
    Reason.VARIANTS: "its @skip and @include were combined in too many ways",
    Reason.SIZE: "it selects too much to be worth a plan",
    Reason.DEPTH: "it is nested too deeply",
    Reason.FAILED: "making the plan failed, which the log tells",
}


class Declined(Exception):
    """There is no plan for this operation."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.meaning)
        self.reason = reason


@dataclass(slots=True)
class ExecutionFigures:
    """Counts since the process began; only ever added to, so a reader needs no lock."""

    compiled: int = 0
    reused: int = 0
    declined: Counter[Reason] = field(default_factory=Counter)

    @property
    def executed(self) -> int:
        """Operations that were executed by a plan."""
        return self.compiled + self.reused

    def snapshot(self) -> dict[str, int]:
        """All counts by name; every reason is there, so that a chart of it begins at zero."""
        return {
            "compiled": self.compiled,
            "reused": self.reused,
            **{f"declined_{reason}": self.declined[reason] for reason in Reason},
        }
