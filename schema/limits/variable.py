"""Lists in the variables of a request: no document says how long they are."""

from typing import Any

from schema.limits.limit import LimitExceeded, Limits
from schema.limits.walk import too_long


def check_variables(variables: dict[str, Any], limits: Limits) -> None:
    """LimitExceeded when a list is too long or values are nested too deeply."""
    for value in variables.values():
        if value.__class__ is list or value.__class__ is dict:
            check_deep(value, limits)


def check_deep(value: Any, limits: Limits) -> None:
    level = [value]
    for _ in range(limits.nesting):
        below: list[Any] = []
        for held in level:
            if held.__class__ is list:
                if len(held) > limits.items:
                    raise too_long(limits)
                below += held
            elif held.__class__ is dict:
                below += held.values()
        if not below:
            return
        level = [one for one in below if one.__class__ is list or one.__class__ is dict]
        if not level:
            return
    message = f"Values are nested {limits.nesting} deep at most."
    raise LimitExceeded("nesting", limits.nesting, message)
