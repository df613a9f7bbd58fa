"""An operation that was seen, and its plans."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.execution.cache import VARIANTS_MAX
from schema.execution.figures import Declined, ExecutionFigures, Reason
from schema.execution.plan import Plan

log = logging.getLogger("schema.execution")

SWITCHES = ("skip", "include")


class Operation:
    """An operation that was seen, the variables that switch its selections, and its plans by what they say.

    It holds the schema and the nodes, so that as long as it is kept nothing else can have their identities.
    """

    __slots__ = ("declined", "held", "switches", "variants")

    def __init__(self, executor: StrawberryGraphQLCoreExecutionContext) -> None:
        self.held: tuple[GraphQLSchema, OperationDefinitionNode, list[FragmentDefinitionNode]]
        self.held = executor.schema, executor.operation, list(executor.fragment_definitions.values())
        self.variants: dict[tuple[object, ...], Plan | Reason] = {}
        directives = list(self.directives())
        self.declined: Reason | None = None
        if executor.operation.directives or any(one.name.value not in SWITCHES for one in directives):
            self.declined = Reason.DIRECTIVE
        elif any(fragment.variable_definitions for fragment in self.held[2]):
            self.declined = Reason.FRAGMENT_ARGUMENTS
        values = [argument.value for directive in directives for argument in directive.arguments or ()]
        self.switches = tuple(sorted({value.name.value for value in values if isinstance(value, VariableNode)}))

    def directives(self) -> Iterator[DirectiveNode]:
        _, operation, fragments = self.held
        sets: list[SelectionSetNode] = [operation.selection_set, *(one.selection_set for one in fragments)]
        while sets:
            for selection in sets.pop().selections:
                yield from selection.directives or ()
                if isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set is not None:
                    sets.append(selection.selection_set)

    def plan(self, executor: StrawberryGraphQLCoreExecutionContext, figures: ExecutionFigures) -> Plan:
        """The plan for these variables, made if there is none."""
        if self.declined is not None:
            raise Declined(self.declined)
        coerced = executor.variable_values.coerced
        variant = tuple(coerced.get(name) for name in self.switches)
        if not all(type(switch) is bool for switch in variant):
            raise Declined(Reason.SWITCH)
        found = self.variants.get(variant)
        if found is None:
            found = self.compiled(variant, executor)
            figures.compiled += isinstance(found, Plan)
        elif isinstance(found, Plan):
            if found.has_grown:
                found = self.variants[variant] = Reason.SIZE
            else:
                figures.reused += 1
        if isinstance(found, Reason):
            raise Declined(found)
        return found

    def compiled(self, variant: tuple[object, ...], executor: StrawberryGraphQLCoreExecutionContext) -> Plan | Reason:
        if len(self.variants) >= VARIANTS_MAX:
            return Reason.VARIANTS
        made: Plan | Reason
        try:
            made = Plan(executor)
        except Declined as declined:
            made = declined.reason
        except GraphQLError:
            # What @skip or @include says can not be coerced, which validation would have told.
            made = Reason.SWITCH
        except RecursionError:
            made = Reason.DEPTH
        except Exception:
            log.exception("no plan could be made")
            made = Reason.FAILED
        self.variants[variant] = made
        return made
