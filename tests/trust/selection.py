"""A document for every mutation, that selects all that can be selected of its answer."""

from functools import cache

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from schema.root import build

SCHEMA = build()._schema
assert SCHEMA.mutation_type is not None
MUTATIONS = SCHEMA.mutation_type.fields

VOLATILE = frozenset({"SettlementOption.payableAt"})
"""`Type.field` whose value depends on the moment at which it is read: a forecast from now."""


def input_type(name: str) -> GraphQLInputObjectType:
    found = get_named_type(MUTATIONS[name].args["input"].type)
    assert isinstance(found, GraphQLInputObjectType)
    return found


def noun_of(name: str) -> str:
    """The type of what was done; the rest of the union is refusals."""
    union = get_named_type(MUTATIONS[name].type)
    assert isinstance(union, GraphQLUnionType)
    (noun,) = [member.name for member in union.types if not is_refusal(member)]
    return noun


def is_refusal(member: GraphQLObjectType) -> bool:
    return any(interface.name == "UserError" for interface in member.interfaces)


@cache
def document(name: str) -> str:
    union = get_named_type(MUTATIONS[name].type)
    assert isinstance(union, GraphQLUnionType)
    members = [f"... on {member.name} {{ {fields_of(member, 1)} }}" for member in union.types if not is_refusal(member)]
    refusals = [
        f"... on {member.name} {{ {fields_of(member, 1)} }}"
        for member in union.types
        if is_refusal(member) and set(member.fields) - {"code", "message", "path"}
    ]
    return (
        f"mutation ($input: {input_type(name).name}!) {{ {name}(input: $input) {{ __typename"
        f" ... on UserError {{ code message path }} {' '.join([*members, *refusals])} }} }}"
    )


def fields_of(parent: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
    """Every field that needs no argument, and of what it holds the plain values, `depth` levels down.

    An alias names the type, for members of a union have fields of one name and different types.
    """
    selected = ["__typename"]
    for name, field in parent.fields.items():
        if f"{parent.name}.{name}" in VOLATILE or any(map(is_required_argument, field.args.values())):
            continue
        inside = selection(field, depth)
        if inside is not None:
            selected.append(f"{parent.name}_{name}: {name}{inside}")
    return " ".join(selected)


def selection(field: GraphQLField, depth: int) -> str | None:
    """What to select of a field; None when it holds more than `depth` allows."""
    held = get_named_type(field.type)
    if is_leaf_type(held):
        return ""
    if depth == 0 or held.name.endswith("Connection"):
        return None
    if isinstance(held, GraphQLObjectType | GraphQLInterfaceType):
        return f" {{ {fields_of(held, depth - 1)} }}"
    return " { __typename }"
