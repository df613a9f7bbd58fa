"""Typed attributes of categories, and their values on products."""

from decimal import Decimal
from typing import Any

import strawberry

from domain import attribute
from schema.enum import enum
from schema.execution import expression
from schema.localized import LocalizedInput, localized
from schema.mutation import Info, given
from schema.noun import noun

AttributeKind = enum(
    attribute.AttributeKind,
    name="AttributeKind",
    description="What a value of an attribute is.",
    TEXT="Free text, in every language.",
    NUMBER="A decimal number in the unit of the definition.",
    BOOLEAN="Yes or no.",
    CHOICE="One of the choices that the definition lists.",
)


# Nouns


@noun(attribute.Choice, description="An allowed value.")
class Choice:
    code: str = strawberry.field(description="A stable code, for programs.")
    label: str = localized("label", description="What people read instead of the code.")


@noun(attribute.AttributeDefinition, description="An attribute that products of a category have.")
class AttributeDefinition:
    code: str = strawberry.field(description="A stable code, for programs.")
    kind: AttributeKind = strawberry.field(description="What kind of value it takes.")  # type: ignore[valid-type]
    label: str = localized("label", description="What people read instead of the code.")
    required: bool = strawberry.field(description="Whether every product has a value.")
    unit: str | None = strawberry.field(description="The unit of a NUMBER; null for anything else.")
    choices: list[Choice] = strawberry.field(description="The allowed values of a CHOICE; empty for anything else.")


@noun(attribute.OptionDefinition, description="What a buyer of new goods chooses.")
class OptionDefinition:
    code: str = strawberry.field(description="A stable code, for programs.")
    label: str = localized("label", description="What people read instead of the code.")
    choices: list[Choice] = strawberry.field(description="What there is to choose from.")


@noun(attribute.AttributeValue, description="A choice that was made for an option.")
class SelectedOption:
    code: str = strawberry.field(description="The code of the option.")
    value: str = strawberry.field(description="The code of what was chosen.")


@noun(
    attribute.ProductAttribute,
    description="What a product is like, in one respect. One of number, flag and text fits the kind.",
)
class ProductAttribute:
    definition: AttributeDefinition = strawberry.field(description="What is told, and how to read it.")

    @strawberry.field(
        graphql_type=Decimal | None,
        description="The value of a NUMBER, in the definition's unit; null for any other kind.",
    )
    @expression
    def number(root: Any) -> Any:
        # Plain digits already, as a Decimal is written.
        return root.value if root.definition.kind is attribute.AttributeKind.NUMBER else None

    @strawberry.field(graphql_type=bool | None, description="Whether it is so, for a BOOLEAN; null for any other kind.")
    @expression
    def flag(root: Any) -> Any:
        return root.value == "true" if root.definition.kind is attribute.AttributeKind.BOOLEAN else None

    @strawberry.field(
        graphql_type=str | None,
        description="A TEXT as it stands, or what people read for a CHOICE; null for any other kind.",
    )
    @expression
    def text(root: Any, info: Info) -> Any:
        return (
            root.value
            if root.definition.kind is attribute.AttributeKind.TEXT
            else root.definition.label_of(root.value).read(info.context.viewer.locale)
            if root.definition.kind is attribute.AttributeKind.CHOICE
            else None
        )


# Inputs


@strawberry.input(description="An allowed value.")
class ChoiceInput:
    code: str = strawberry.field(description="A stable code, for programs.")
    label: LocalizedInput = strawberry.field(description="What people read instead of the code.")

    def to_choice(self, *path: str) -> attribute.Choice:
        return attribute.Choice(self.code, self.label.to_localized(*path, "label", longest=100))


@strawberry.input(description="An attribute that products of a category have.")
class AttributeDefinitionInput:
    code: str = strawberry.field(description="Its stable code, such as strap_length.")
    kind: AttributeKind = strawberry.field(description="What kind of value it takes.")  # type: ignore[valid-type]
    label: LocalizedInput = strawberry.field(description="What people read instead of the code.")
    required: bool = strawberry.field(default=False, description="Whether every product must have a value.")
    unit: str | None = strawberry.field(
        default=strawberry.UNSET, description="The unit of a NUMBER, such as mm; left out for anything else."
    )
    choices: list[ChoiceInput] = strawberry.field(
        default_factory=list, description="The allowed values of a CHOICE; empty for anything else."
    )

    def to_definition(self, *path: str) -> attribute.AttributeDefinition:
        return attribute.AttributeDefinition(
            code=self.code,
            kind=attribute.AttributeKind(self.kind),
            label=self.label.to_localized(*path, "label", longest=100),
            required=self.required,
            unit=given(self.unit),
            choices=tuple(choice.to_choice(*path, "choices") for choice in self.choices),
        )


@strawberry.input(description="What a buyer of new goods chooses.")
class OptionDefinitionInput:
    code: str = strawberry.field(description="Its stable code, such as shoe_size.")
    label: LocalizedInput = strawberry.field(description="What people read instead of the code.")
    choices: list[ChoiceInput] = strawberry.field(description="What there is to choose from.")

    def to_definition(self, *path: str) -> attribute.OptionDefinition:
        return attribute.OptionDefinition(
            code=self.code,
            label=self.label.to_localized(*path, "label", longest=100),
            choices=tuple(choice.to_choice(*path, "choices") for choice in self.choices),
        )


@strawberry.input(description="A value for an attribute, or a choice for an option.")
class AttributeValueInput:
    code: str = strawberry.field(description="The code of the attribute or option.")
    value: str = strawberry.field(
        description="Plain digits for a NUMBER, true or false for a BOOLEAN, a code for a CHOICE."
    )

    def to_value(self) -> attribute.AttributeValue:
        return attribute.AttributeValue(self.code, self.value)
