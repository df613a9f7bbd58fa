"""Compiled execution: a GraphQL operation as Python functions, made once and run many times; see docs/execution.md."""

from schema.execution.arguments import constant
from schema.execution.batch import batch_field
from schema.execution.context import CompiledExecutionContext, compiled_context
from schema.execution.expression import expression
from schema.execution.figures import ExecutionFigures, Reason
from schema.execution.selection import Selection, selected
from schema.execution.sketch import only
from schema.execution.told import instance_of

__all__ = [
    "CompiledExecutionContext",
    "ExecutionFigures",
    "Reason",
    "Selection",
    "batch_field",
    "compiled_context",
    "constant",
    "expression",
    "instance_of",
    "only",
    "selected",
]
