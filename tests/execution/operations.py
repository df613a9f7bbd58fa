"""Valid operations of any schema, drawn by Hypothesis.

Fields are drawn with aliases, arguments, variables and directives, in inline and named fragments that overlap and nest.
One response key means one field with the same arguments wherever it occurs, so all that is drawn can be merged.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)
from hypothesis import strategies as st

Values = Mapping[str, st.SearchStrategy[Any]]
"""By the name of a scalar or an input type, `Type.field(argument)` or `Input.field`: JSON values to draw from."""

SCALARS: Values = {
    "Int": st.integers(-3, 12),
    "Float": st.floats(-10, 10).map(lambda number: round(number, 2)),
    "String": st.sampled_from(["", "a", "harbour", "港"]),
    "ID": st.sampled_from(["1", "2", "3", "nothing"]),
    "Boolean": st.booleans(),
}


@dataclass
class Operation:
    document: str
    variables: dict[str, Any]

    def __repr__(self) -> str:
        return f"{self.document}\n{orjson.dumps(self.variables).decode()}"


@dataclass
class Drawing:
    """One operation while it is drawn."""

    schema: GraphQLSchema
    draw: Callable[[st.SearchStrategy[Any]], Any]
    values: Values
    depth: int
    width: int
    keys: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    declared: dict[str, str] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    fragments: dict[str, tuple[str, str]] = field(default_factory=dict)
    fields: int = 0

    def chance(self, of: int) -> bool:
        return bool(self.draw(st.integers(1, of)) == 1)

    # Selections

    def selections(self, type_: Any, depth: int) -> str:
        """A selection set of this type; its fields have room for `depth` more levels."""
        parts = [self.selection(type_, depth) for _ in range(self.draw(st.integers(1, self.width)))]
        chosen = [part for part in parts if part]
        return "{ " + " ".join(chosen or ["__typename"]) + " }"

    def selection(self, type_: Any, depth: int) -> str | None:
        if depth > 0 and (self.chance(5) or isinstance(type_, GraphQLUnionType)) and not self.is_full:
            return self.fragment(type_, depth)
        if isinstance(type_, GraphQLUnionType) or self.chance(12):
            return f"__typename {self.directive()}".strip()
        candidates = [
            (name, one) for name, one in type_.fields.items() if self.can_select(f"{type_.name}.{name}", one, depth)
        ]
        if not candidates:
            return "__typename"
        name, chosen = self.draw(st.sampled_from(candidates))
        return self.chosen_field(type_, name, chosen, depth)

    @property
    def is_full(self) -> bool:
        """Whether the operation is as large as it should be."""
        return self.fields >= 120

    def can_select(self, name: str, chosen: GraphQLField, depth: int) -> bool:
        leaf = is_leaf_type(get_named_type(chosen.type))
        if not leaf and (depth <= 0 or self.is_full):
            return False
        return all(
            self.can_give(f"{name}({key})", one) for key, one in chosen.args.items() if is_required_argument(one)
        )

    def chosen_field(self, type_: Any, name: str, chosen: GraphQLField, depth: int) -> str:
        self.fields += 1
        arguments = self.arguments(f"{type_.name}.{name}", chosen)
        key = self.key(name, arguments, str(chosen.type))
        held = get_named_type(chosen.type)
        below = "" if is_leaf_type(held) else " " + self.selections(held, depth - 1)
        alias = "" if key == name else f"{key}: "
        return " ".join(f"{alias}{name}{arguments} {self.directive()}{below}".split(" "))

    def key(self, name: str, arguments: str, type_: str) -> str:
        """A response key that means this field everywhere; sometimes an alias where none is needed."""
        meaning = (name, arguments, type_)
        known = [key for key, other in self.keys.items() if other == meaning]
        if known and not self.chance(4):
            return str(self.draw(st.sampled_from(known)))
        key = name if name not in self.keys and not self.chance(5) else f"k{len(self.keys)}"
        self.keys[key] = meaning
        return key

    def fragment(self, type_: Any, depth: int) -> str:
        """A fragment that may apply here: inline or named, on this type or on one that overlaps with it."""
        condition = self.draw(st.sampled_from(self.overlapping(type_)))
        if self.chance(2):
            on = f" on {condition.name}" if condition is not type_ or self.chance(2) else ""
            return f"...{on} {self.directive()} {self.selections(condition, depth - 1)}"
        fitting = [name for name, (on, _) in self.fragments.items() if on == condition.name]
        if fitting and self.chance(2):
            return f"...{self.draw(st.sampled_from(fitting))} {self.directive()}"
        body = self.selections(condition, depth - 1)
        name = f"F{len(self.fragments)}"
        self.fragments[name] = (condition.name, body)
        return f"...{name} {self.directive()}"

    def overlapping(self, type_: Any) -> list[Any]:
        mine = set(self.possible(type_))
        return [
            other
            for other in self.schema.type_map.values()
            if isinstance(other, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)
            and not other.name.startswith("__")
            and mine & set(self.possible(other))
        ]

    def possible(self, type_: Any) -> list[GraphQLObjectType]:
        return list(self.schema.get_possible_types(type_)) if is_abstract_type(type_) else [type_]

    def directive(self) -> str:
        if not self.chance(8):
            return ""
        name, on = self.draw(st.sampled_from(["skip", "include"])), self.draw(st.booleans())
        said = self.variable("Boolean!", on) if self.chance(2) else str(on).lower()
        return f"@{name}(if: {said})"

    # Arguments

    def arguments(self, name: str, chosen: GraphQLField) -> str:
        given = []
        for key, argument in chosen.args.items():
            where = f"{name}({key})"
            if self.can_give(where, argument) and (is_required_argument(argument) or self.chance(2)):
                given.append(f"{key}: {self.argument(where, argument)}")
        return f"({', '.join(given)})" if given else ""

    def can_give(self, where: str, argument: GraphQLArgument) -> bool:
        return where in self.values or self.is_known(argument.type)

    def is_known(self, type_: Any) -> bool:
        named = get_named_type(type_)
        if named.name in self.values or isinstance(named, GraphQLEnumType):
            return True
        if isinstance(named, GraphQLInputObjectType):
            return all(self.is_known(one.type) for one in named.fields.values() if is_required_input_field(one))
        return False

    def argument(self, where: str, argument: GraphQLArgument) -> str:
        value = self.draw(self.values[where]) if where in self.values else self.value(argument.type)
        return self.variable(str(argument.type), value) if self.chance(3) else self.literal(argument.type, value)

    def value(self, type_: Any, depth: int = 3) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return self.there(type_.of_type, depth)
        if self.chance(8):
            return None
        return self.there(type_, depth)

    def there(self, type_: Any, depth: int) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return self.there(type_.of_type, depth)
        if isinstance(type_, GraphQLList):
            item = type_.of_type
            one = self.there if isinstance(item, GraphQLNonNull) else self.value
            return [one(item, depth) for _ in range(self.draw(st.integers(0, 2)))]
        if type_.name in self.values:
            return self.draw(self.values[type_.name])
        if isinstance(type_, GraphQLEnumType):
            return self.draw(st.sampled_from(sorted(type_.values)))
        given = {}
        declared = type_.extensions.get("strawberry-definition")
        one_of = type_.is_one_of or getattr(declared, "is_one_of", False)
        if one_of and (known := sorted(name for name, one in type_.fields.items() if self.is_known(one.type))):
            name = self.draw(st.sampled_from(known))
            where = f"{type_.name}.{name}"
            of = self.values.get(where)
            return {name: self.there(type_.fields[name].type, depth - 1) if of is None else self.draw(of)}
        for name, one in type_.fields.items():
            required = is_required_input_field(one)
            if self.is_known(one.type) and (required or (depth > 0 and self.chance(3))):
                where, needs = f"{type_.name}.{name}", isinstance(one.type, GraphQLNonNull)
                if where in self.values:
                    given[name] = self.draw(self.values[where])
                else:
                    given[name] = (self.there if needs else self.value)(one.type, depth - 1)
        return given

    def variable(self, type_: str, value: Any) -> str:
        name = f"v{len(self.declared)}"
        self.declared[name] = type_
        self.variables[name] = value
        return f"${name}"

    def literal(self, type_: Any, value: Any) -> str:
        if isinstance(type_, GraphQLNonNull):
            return self.literal(type_.of_type, value)
        if value is None:
            return "null"
        if isinstance(type_, GraphQLList) and isinstance(value, list):
            return f"[{', '.join(self.literal(type_.of_type, one) for one in value)}]"
        if isinstance(type_, GraphQLEnumType):
            return str(value)
        if isinstance(type_, GraphQLInputObjectType) and isinstance(value, dict):
            inner = (f"{key}: {self.literal(type_.fields[key].type, one)}" for key, one in value.items())
            return "{" + ", ".join(inner) + "}"
        return orjson.dumps(value).decode()


@st.composite
def operations(
    draw: Any,
    schema: GraphQLSchema,
    *,
    values: Values | None = None,
    depth: int = 5,
    width: int = 4,
    kind: str = "query",
) -> Operation:
    """Operations of one kind that are valid against the schema."""
    drawing = Drawing(schema, draw, {**SCALARS, **(values or {})}, depth, width)
    root = schema.query_type if kind == "query" else schema.mutation_type
    body = drawing.selections(root, depth)
    declared = ", ".join(f"${name}: {type_}" for name, type_ in drawing.declared.items())
    fragments = [f"fragment {name} on {on} {inner}" for name, (on, inner) in drawing.fragments.items()]
    head = f"{kind} Drawn" + (f"({declared})" if declared else "")
    return Operation("\n".join([f"{head} {body}", *fragments]), drawing.variables)
