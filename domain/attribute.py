"""Typed attributes: a category defines them, a product has values for them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from domain.localized import Localized
from domain.refusal import InvalidInput, require

CODE = re.compile("[a-z][a-z0-9_]{0,39}")
TEXT_LENGTH_MAX = 500
NUMBER_MAX = Decimal(10) ** 9


class AttributeKind(StrEnum):
    """What a value of an attribute is."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    BOOLEAN = "BOOLEAN"
    CHOICE = "CHOICE"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the allowed values: a stable code and what people read."""

    code: str
    label: Localized


@dataclass(frozen=True, slots=True)
class AttributeDefinition:
    """`unit` belongs to a NUMBER, `choices` to a CHOICE."""

    code: str
    kind: AttributeKind
    label: Localized
    required: bool = False
    unit: str | None = None
    choices: tuple[Choice, ...] = ()

    def label_of(self, code: str) -> Localized:
        """What people read for one of the choices."""
        for choice in self.choices:
            if choice.code == code:
                return choice.label
        raise KeyError(code)


@dataclass(frozen=True, slots=True)
class AttributeValue:
    """A value as text: plain decimal digits for a NUMBER, `true` or `false` for a BOOLEAN, the code of a CHOICE."""

    code: str
    value: str


class ProductAttribute(NamedTuple):
    """What a product is like in one respect: its value beside what its category says of it."""

    definition: AttributeDefinition
    value: str


def paired(values: Sequence[AttributeValue], definitions: Mapping[str, AttributeDefinition]) -> list[ProductAttribute]:
    """The values that are still defined, each beside its definition."""
    return [ProductAttribute(definitions[one.code], one.value) for one in values if one.code in definitions]


@dataclass(frozen=True, slots=True)
class OptionDefinition:
    """What a buyer of new goods chooses, such as a size or a colour."""

    code: str
    label: Localized
    choices: tuple[Choice, ...]


def check_definitions(definitions: Sequence[AttributeDefinition], inherited: Sequence[AttributeDefinition]) -> None:
    """Codes are unique along the tree; units and choices stand where they mean something."""
    seen = {definition.code for definition in inherited}
    for definition in definitions:
        path = ("attributes", definition.code)
        require(bool(CODE.fullmatch(definition.code)), InvalidInput("A code is like `strap_length`.", path=path))
        require(definition.code not in seen, InvalidInput("This attribute is defined already.", path=path))
        seen.add(definition.code)
        number = definition.kind is AttributeKind.NUMBER
        require(number or definition.unit is None, InvalidInput("Only a NUMBER has a unit.", path=path))
        check_choices(definition.choices, wanted=definition.kind is AttributeKind.CHOICE, path=path)


def check_options(options: Sequence[OptionDefinition]) -> None:
    """Option codes are unique and each has choices."""
    codes = [option.code for option in options]
    require(len(set(codes)) == len(codes), InvalidInput("Each option is defined once.", path=("options",)))
    for option in options:
        path = ("options", option.code)
        require(bool(CODE.fullmatch(option.code)), InvalidInput("A code is like `shoe_size`.", path=path))
        check_choices(option.choices, wanted=True, path=path)


def check_choices(choices: Sequence[Choice], *, wanted: bool, path: tuple[str, ...]) -> None:
    codes = [choice.code for choice in choices]
    require(bool(codes) == wanted, InvalidInput("A CHOICE, and nothing else, lists its allowed values.", path=path))
    require(len(set(codes)) == len(codes), InvalidInput("Each allowed value is listed once.", path=path))
    require(all(0 < len(code) <= 40 for code in codes), InvalidInput("A choice's code has 1 to 40 signs.", path=path))


def check_values(
    values: Sequence[AttributeValue], definitions: Sequence[AttributeDefinition]
) -> tuple[AttributeValue, ...]:
    """The values in the order of their definitions; refuses unknown, doubled, missing and badly typed ones."""
    given: dict[str, AttributeValue] = {}
    known = {definition.code: definition for definition in definitions}
    for value in values:
        path = ("attributes", value.code)
        require(value.code in known, InvalidInput(f"The category has no attribute `{value.code}`.", path=path))
        require(value.code not in given, InvalidInput(f"`{value.code}` is given twice.", path=path))
        given[value.code] = AttributeValue(value.code, check_value(value.value, known[value.code], path))
    for definition in definitions:
        missing = definition.required and definition.code not in given
        require(not missing, InvalidInput(f"`{definition.code}` is required.", path=("attributes", definition.code)))
    return tuple(given[definition.code] for definition in definitions if definition.code in given)


def check_value(value: str, definition: AttributeDefinition, path: tuple[str, ...]) -> str:
    """The value in its plain form."""
    match definition.kind:
        case AttributeKind.NUMBER:
            plain = re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,4})?", value)
            require(plain is not None, InvalidInput(f"`{definition.code}` is a number such as 12.5.", path=path))
            return format(Decimal(value), "f")
        case AttributeKind.BOOLEAN:
            require(value in ("true", "false"), InvalidInput(f"`{definition.code}` is true or false.", path=path))
            return value
        case AttributeKind.CHOICE:
            allowed = [choice.code for choice in definition.choices]
            reason = f"`{definition.code}` is one of {', '.join(allowed)}."
            require(value in allowed, InvalidInput(reason, path=path))
            return value
        case AttributeKind.TEXT:
            reason = f"`{definition.code}` is text of 1 to {TEXT_LENGTH_MAX} signs."
            require(0 < len(value.strip()) <= TEXT_LENGTH_MAX, InvalidInput(reason, path=path))
            return value.strip()


def check_selection(selection: Mapping[str, str], options: Sequence[OptionDefinition]) -> tuple[AttributeValue, ...]:
    """One choice for each option, in the order of the options."""
    chosen: list[AttributeValue] = []
    for option in options:
        wanted = selection.get(option.code)
        allowed = [choice.code for choice in option.choices]
        reason = f"`{option.code}` is one of {', '.join(allowed)}."
        require(wanted in allowed, InvalidInput(reason, path=("options", option.code)))
        chosen.append(AttributeValue(option.code, str(wanted)))
    unknown = sorted(set(selection) - {option.code for option in options})
    require(not unknown, InvalidInput(f"The product has no option {', '.join(unknown)}.", path=("options",)))
    return tuple(chosen)
