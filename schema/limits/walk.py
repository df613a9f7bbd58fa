"""One walk over a document before anything else looks at it: each node is visited once, whatever fragments spread."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_introspection_type,
    is_leaf_type,
)

from schema.limits.connection import is_connection, is_list, rows_of
from schema.limits.cost import NOTHING, Cost, Length, Price, Root, Rows, Size, repeated, switched
from schema.limits.limit import LimitExceeded, Limits

Directives: TypeAlias = tuple[DirectiveNode, ...] | None

REQUEST_COST = 1
MUTATION_COST = 10
COUNT_MAX = 1_000_000
SCHEMA_FIELDS = ("__schema", "__type")


class Facts(NamedTuple):
    """What is known of some selections: how deep they go, how many fields stand at their top, what they cost.

    What they ask of the schema about itself is measured apart.
    """

    depth: int = 0
    width: int = 0
    cost: Cost = NOTHING
    told_depth: int = 0
    told_cost: int = 0


EMPTY = Facts()


class Walk:
    """One document, measured; LimitExceeded at the first thing that there is too much of."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, limits: Limits) -> None:
        self.schema = schema
        self.limits = limits
        self.aliases = 0
        self.directives = 0
        self.fragments: dict[str, FragmentDefinitionNode] = {}
        self.known: dict[str, Facts] = {}
        self.operations: list[OperationDefinitionNode] = []
        for definition in document.definitions:
            if isinstance(definition, FragmentDefinitionNode):
                self.fragments[definition.name.value] = definition
            elif isinstance(definition, OperationDefinitionNode):
                self.operations.append(definition)

    def prices(self) -> dict[str | None, Price]:
        """What each operation costs, by its name."""
        found = {None if one.name is None else one.name.value: self.price(one) for one in self.operations}
        for name in self.fragments:
            # What nobody spreads is validated all the same.
            self.fragment(name, 0)
        return found

    def price(self, operation: OperationDefinitionNode) -> Price:
        limits = self.limits
        self.count_directives(operation.directives)
        defaults = self.defaults(operation)
        root = self.schema.get_root_type(operation.operation)
        facts = self.selections(operation.selection_set, root, 0)
        self.check_depth(facts, operation)
        cost = facts.cost
        if operation.operation is OperationType.MUTATION:
            if facts.width > limits.root_mutations:
                message = f"An operation has {limits.root_mutations} mutations at most: send several operations."
                raise LimitExceeded("root_mutations", limits.root_mutations, message, operation)
            cost = cost.plus(Cost(MUTATION_COST * facts.width), limits)
        if facts.told_cost > limits.introspection_cost:
            message = "This asks too much about the schema at once: ask in parts."
            raise LimitExceeded("introspection_cost", limits.introspection_cost, message, operation)
        if facts.told_cost and cost != NOTHING:
            message = "What is asked about the schema itself stands in an operation of its own."
            raise LimitExceeded("introspection_fields", 0, message, operation)
        cost = Cost(REQUEST_COST).plus(cost, limits)
        return Price.of(cost, facts.told_cost, defaults, limits)

    def defaults(self, operation: OperationDefinitionNode) -> dict[str, int | bool]:
        """What variables are when they are not given, of those that a page or a switch may depend on."""
        found: dict[str, int | bool] = {}
        for definition in operation.variable_definitions or ():
            self.count_directives(definition.directives)
            value = definition.default_value
            if isinstance(value, IntValueNode):
                found[definition.variable.name.value] = number(value)
            elif isinstance(value, BooleanValueNode):
                found[definition.variable.name.value] = value.value
            elif value is not None:
                self.check_value(value, 0)
        return found

    def check_depth(self, facts: Facts, node: OperationDefinitionNode) -> None:
        limits = self.limits
        if facts.depth > limits.depth:
            message = f"Fields are nested {limits.depth} deep at most: ask for what lies deeper by its id, next."
            raise LimitExceeded("depth", limits.depth, message, node)
        if facts.told_depth > limits.introspection_depth:
            message = f"Fields of the schema are nested {limits.introspection_depth} deep at most."
            raise LimitExceeded("introspection_depth", limits.introspection_depth, message, node)

    # Selections

    def selections(self, node: SelectionSetNode, parent: GraphQLNamedType | None, nesting: int) -> Facts:
        """The facts of all that is selected of a type; None where the document names none that there is."""
        limits = self.limits
        if nesting > limits.nesting:
            message = f"Selections are nested {limits.nesting} deep at most, fragments included."
            raise LimitExceeded("nesting", limits.nesting, message, node)
        depth = width = told_depth = told_cost = 0
        cost = NOTHING
        seen: set[str] = set()
        for selection in node.selections:
            self.count_directives(selection.directives)
            if isinstance(selection, FieldNode):
                key = (selection.alias or selection.name).value
                facts = self.field(selection, parent, nesting, 0 if key in seen else 1)
                seen.add(key)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                on = parent if condition is None else self.schema.get_type(condition.name.value)
                facts = self.selections(selection.selection_set, on, nesting + 1)
            else:
                assert isinstance(selection, FragmentSpreadNode)
                facts = self.fragment(selection.name.value, nesting + 1)
            depth = max(depth, facts.depth)
            width = min(width + facts.width, COUNT_MAX)
            told_depth = max(told_depth, facts.told_depth)
            told_cost = min(told_cost + facts.told_cost, COUNT_MAX)
            cost = cost.plus(self.if_selected(selection.directives, facts.cost), limits)
        return Facts(depth, width, cost, told_depth, told_cost)

    def fragment(self, name: str, nesting: int) -> Facts:
        """The facts of a fragment, found when it is first met; of one that is not there, or within itself, none."""
        facts = self.known.get(name)
        if facts is None:
            definition = self.fragments.get(name)
            self.known[name] = EMPTY
            if definition is None:
                return EMPTY
            self.count_directives(definition.directives)
            on = self.schema.get_type(definition.type_condition.name.value)
            facts = self.known[name] = self.selections(definition.selection_set, on, nesting)
        return facts

    def field(self, node: FieldNode, parent: GraphQLNamedType | None, nesting: int, point: int) -> Facts:
        """The facts of a field with all that is selected below it; an object that stands there already has no point."""
        limits = self.limits
        if node.alias is not None:
            self.aliases += 1
            if self.aliases > limits.aliases:
                message = f"A document has {limits.aliases} aliases at most: ask for many things by `nodes`."
                raise LimitExceeded("aliases", limits.aliases, message, node)
        for argument in node.arguments or ():
            self.check_value(argument.value, 0)
        definition = self.definition(node, parent)
        read = self.read(node, parent)
        if node.selection_set is None:
            return Facts(1, 1, Cost(once=read) if read else NOTHING)
        type_ = None if definition is None else get_named_type(definition.type)
        below = self.selections(node.selection_set, type_, nesting + 1)
        if node.name.value in SCHEMA_FIELDS and definition is not None:
            told = repeated(1, Cost(1).plus(below.cost, limits), limits).most(limits)
            return Facts(1, 1, NOTHING, 1 + below.depth, told)
        cost = self.cost(node, definition, below.cost, parent, point).plus(Cost(once=read * point), limits)
        if parent is self.schema.query_type and cost != NOTHING:
            cost = Cost(0, (Root((node.alias or node.name).value, read, cost),))
        return Facts(1 + below.depth, 1, cost, below.told_depth, below.told_cost)

    def definition(self, node: FieldNode, parent: GraphQLNamedType | None) -> GraphQLField | None:
        return self.schema.get_field(parent, node.name.value) if is_composite_type(parent) else None

    # Costs

    def read(self, node: FieldNode, parent: GraphQLNamedType | None) -> int:
        """What is paid for reading something, however many rows it is read for; the count of a list is read too."""
        if parent is None:
            return 0
        name = node.name.value
        is_read = f"{parent.name}.{name}" in self.limits.reads or (name == "totalCount" and is_connection(parent))
        return self.limits.read_cost if is_read else 0

    def cost(
        self, node: FieldNode, definition: GraphQLField | None, below: Cost, parent: GraphQLNamedType | None, point: int
    ) -> Cost:
        """What a field costs with all that is selected below it."""
        limits = self.limits
        if definition is None or is_leaf_type(get_named_type(definition.type)):
            return NOTHING
        key = (node.alias or node.name).value
        if is_connection(parent) and node.name.value in rows_of(parent):
            # An edge costs what its node costs. One that is only counted costs something too.
            row, once = (below if node.name.value == "edges" else Cost(point).plus(below, limits)).without_once()
            return Cost(0, (Rows((key,), None, row if row != NOTHING else Cost(point), once),))
        whole = Cost(point).plus(below, limits)
        if is_connection(type_ := get_named_type(definition.type)) and not is_list(definition.type):
            return whole.sized(self.page_size(node, definition)).under(key)
        if is_list(definition.type):
            schema_itself = is_introspection_type(type_)
            usual = limits.schema_list_size if schema_itself else limits.list_size
            return repeated(self.length(node, definition, usual), whole.sized(limits.page_size_max), limits)
        return whole.under(key)

    def page_size(self, node: FieldNode, definition: GraphQLField) -> int | Size:
        """How long a page may be; as long as pages can be where that is said twice, which no list allows."""
        limits = self.limits
        given = [one for one in node.arguments or () if one.name.value in ("first", "last")]
        if not given:
            return limits.page_size_default if definition.args.keys() & {"first", "last"} else limits.page_size_max
        if len(given) > 1:
            return limits.page_size_max
        value = given[0].value
        if isinstance(value, VariableNode):
            usual = limits.page_size_default
            return Size(value.name.value, usual, usual, limits.page_size_max)
        if isinstance(value, IntValueNode):
            return min(max(number(value), 0), limits.page_size_max)
        return limits.page_size_default

    def length(self, node: FieldNode, definition: GraphQLField, usual: int) -> int | Length:
        """How long a list is taken to be: as usual, or as the list of ids that it answers one by one."""
        for argument in node.arguments or ():
            known = definition.args.get(argument.name.value)
            if known is None or not is_list(known.type):
                continue
            if isinstance(argument.value, ListValueNode):
                return max(usual, len(argument.value.values))
            if isinstance(argument.value, VariableNode):
                return Length(argument.value.name.value, usual, self.limits.items)
        return usual

    def if_selected(self, directives: Directives, cost: Cost) -> Cost:
        """The cost of a selection under its @skip and @include."""
        for directive in directives or ():
            wanted = {"include": True, "skip": False}.get(directive.name.value)
            if wanted is None or cost == NOTHING:
                continue
            for argument in directive.arguments or ():
                value = argument.value
                if isinstance(value, BooleanValueNode) and value.value is not wanted:
                    cost = NOTHING
                elif isinstance(value, VariableNode):
                    cost = switched(value.name.value, wanted, cost)
        return cost

    # What is counted

    def count_directives(self, directives: Directives) -> None:
        if not directives:
            return
        self.directives += len(directives)
        if self.directives > self.limits.directives:
            message = f"A document has {self.limits.directives} directives at most."
            raise LimitExceeded("directives", self.limits.directives, message, directives[0])
        for directive in directives or ():
            for argument in directive.arguments or ():
                self.check_value(argument.value, 0)

    def check_value(self, value: ValueNode, nesting: int) -> None:
        """Lists and objects as they are written."""
        if isinstance(value, ListValueNode):
            if len(value.values) > self.limits.items:
                raise too_long(self.limits, value)
            held: Any = value.values
        elif isinstance(value, ObjectValueNode):
            held = [field.value for field in value.fields]
        else:
            return
        if nesting > self.limits.nesting:
            message = f"Values are nested {self.limits.nesting} deep at most."
            raise LimitExceeded("nesting", self.limits.nesting, message, value)
        for one in held:
            self.check_value(one, nesting + 1)


def too_long(limits: Limits, node: ListValueNode | None = None) -> LimitExceeded:
    return LimitExceeded("items", limits.items, f"A list has {limits.items} items at most: send it in parts.", node)


def number(node: IntValueNode) -> int:
    """An Int as it is written; one beyond 32 bits is refused later, however long it is."""
    text = node.value
    return int(text) if len(text) <= 11 else (0 if text.startswith("-") else 2**31)
