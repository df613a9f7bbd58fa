"""Writing the functions of a plan from what an operation selects."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLLeafType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_object_type,
)
from graphql.execution.collect_fields import CollectedFields, collect_fields
from graphql.type.introspection import SchemaMetaFieldDef, TypeMetaFieldDef
from strawberry.types.field import StrawberryField

from schema.execution.arguments import Arguments
from schema.execution.complete import Body, abstract, complete, judge, leaf, listed, object_, stock
from schema.execution.figures import Declined, Reason
from schema.execution.info import LazyInfo
from schema.execution.level import LevelPlan
from schema.execution.place import Field, Place, Slot
from schema.execution.reader import Attribute, Batch, Direct, Stock, TypeName, reader_of, strawberry_schema
from schema.execution.source import INDENT, Source, attribute
from schema.execution.told import by_class, ignores_info

if TYPE_CHECKING:
    from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor

    from schema.execution.plan import Plan
    from schema.execution.run import Run

PLACES_MAX = 2_000
"""A larger plan is not made: a few fragments that spread each other select more than any document needs."""

Completion = Callable[[str], list[str]]
"""The lines that complete `value`, given the source of its slot."""


class Builder:
    """Writes the functions of a plan, or of one more type within it."""

    def __init__(self, plan: Plan, executor: Executor, later: bool = False) -> None:
        self.plan = plan
        self.executor = executor
        self.later = later
        self.strawberry = strawberry_schema(executor.schema)
        self.source = Source(plan.plain)
        self.places_max = plan.places + PLACES_MAX

    def finish(self, name: str) -> dict[str, Any]:
        return self.source.compiled(name)

    # What is selected

    def root(self, type_: GraphQLObjectType) -> list[Field]:
        """The root fields of the operation."""
        executor = self.executor
        return self.selected(
            type_,
            collect_fields(
                executor.schema,
                executor.fragments,
                executor.variable_values,
                type_,
                executor.operation,
                executor.hide_suggestions,
            ),
        )

    def selected(self, type_: GraphQLObjectType, collected: CollectedFields) -> list[Field]:
        found = []
        if collected.new_defer_usages:
            raise Declined(Reason.DIRECTIVE)
        for key, details in collected.grouped_field_set.items():
            definition = self.executor.schema.get_field(type_, details[0].node.name.value)
            if definition in (SchemaMetaFieldDef, TypeMetaFieldDef) and not self.later:
                raise Declined(Reason.INTROSPECTION)
            if definition is not None:
                found.append(Field(key, type_, definition, details))
        return found

    def selected_of(self, type_: GraphQLObjectType, field: Field) -> list[Field]:
        return self.selected(type_, self.executor.collect_subfields(type_, field.details))

    # Objects and their fields

    def object(self, type_: GraphQLObjectType, fields: list[Field], told: bool = False) -> str:
        """Write the body of an object; its name."""
        written = [self.field(field) for field in fields]
        source = self.source
        name = source.name(type_.name, None)
        source.write(0, f"def {name}(run, source, slot, told):")
        if type_.is_type_of is not None and not told:
            unsure = source.name("unsure", judge(type_, lambda *given: source.names[name](*given)))
            is_type_of = source.name("is_type_of", type_.is_type_of)
            info = "None" if ignores_info(type_.is_type_of) else "resolve_info(run, slot)"
            source.write(1, "if not told:")
            source.write(2, f"verdict = {is_type_of}(source, {info})", "if verdict is not True:")
            source.write(3, f"return {unsure}(run, verdict, source, slot)")
        source.write(1, "out = {}")
        for write in written:
            write()
        source.write(1, "return out")
        return name

    def field(self, field: Field) -> Callable[[], None]:
        """Write what the field needs; what is returned writes the field itself, within the body of its parent."""
        source, reader = self.source, reader_of(field.definition, self.strawberry)
        out = f"out[{field.key!r}]"
        if isinstance(reader, TypeName):
            return lambda: source.write(1, f"{out} = {field.parent_type.name!r}")
        place, completion = self.place(field, field.definition.type, field.parent_type.name)
        at = f"(slot, out, {field.key!r}, {source.name(f'at_{field.name}', place)})"

        def write() -> None:
            if isinstance(reader, Attribute):
                source.attempt(1, at, f"value = {attribute(reader.name)}", *completion(at))
            elif isinstance(reader, Direct):
                source.attempt(1, at, *self.called(field, reader, at, completion))
            elif isinstance(reader, Batch):
                level = LevelPlan(reader.resolver, self.arguments(field, reader.field, reader.info))
                joined = source.name("joined", joined_or_stock(level))
                source.attempt(1, at, f"value = {joined}(run, source, {at})")
            else:
                assert isinstance(reader, Stock)
                source.attempt(1, at, f"value = stock(run, source, {at})", *completion(at))
            source.write(1, f"{out} = value")

        return write

    def called(self, field: Field, reader: Direct, at: str, completion: Completion) -> list[str]:
        """Lines that call a resolver and complete what it gives."""
        source, arguments = self.source, self.arguments(field, reader.field, reader.info)
        converts = bool(reader.field.arguments) and not arguments.are_none
        if not (reader.takes_info or converts or reader.is_async):
            return [f"value = {source.name('resolve', reader.call)}({reader.parameters})", *completion(at)]
        lines = [f"at = {at}"]
        if reader.takes_info:
            info, definition = source.name("Info", reader.info), source.name("field", reader.field)
            # As LazyInfo.__init__ does it, without the call.
            lines.append(f"info = new({info})")
            lines.append(f"info._run, info._slot, info._field, info.context = run, at, {definition}, run.context")
        given = ", ".join(filter(None, [reader.parameters, "**arguments" if converts else ""]))
        call = f"{source.name('resolve', reader.call)}({given})"
        go = [f"value = run.pend({call}, at)"] if reader.is_async else [f"value = {call}", *completion("at")]
        if not converts:
            return [*lines, *go]
        convert = f"arguments = {source.name('arguments', arguments)}.of(run, at)"
        if not reader.is_async:
            return [*lines, convert, *go]
        # What can not be converted fails within the coroutine of an async resolver; stock execution shall say how.
        again = "value = complete(run, stock(run, source, at), at)"
        return [*lines, "try:", INDENT + convert, "except Exception:", INDENT + again, "else:", INDENT + go[0]]

    def arguments(self, field: Field, definition: StrawberryField, info: type[LazyInfo]) -> Arguments:
        assert self.strawberry is not None
        return Arguments(field, definition, info, self.strawberry)

    # Values

    def place(self, field: Field, type_: GraphQLOutputType, typename: str | None) -> tuple[Place, Completion]:
        self.plan.places += 1
        non_null = isinstance(type_, GraphQLNonNull)
        inner: Any = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        place = Place(field, inner, non_null, typename)
        return place, self.completion(place, inner, not non_null)

    def completion(self, place: Place, type_: Any, nullable: bool) -> Completion:
        source, field = self.source, place.field
        if is_leaf_type(type_):
            place.finish = leaf(type_)
            return self.leaf(type_, nullable)
        if is_list_type(type_):
            items = self.items(field, type_.of_type)
            place.finish = listed(lambda *given: source.names[items](*given))
            return lambda at: source.either(
                "value.__class__ in lists", [f"value = {items}(run, value, {at})"], at, nullable
            )
        if is_abstract_type(type_):
            # What is kept with a plan must not hold the builder, which holds the first executor and its context.
            body_of = self.plan.body
            place.finish = abstract(type_, lambda run, found: body_of(run, found, field))
            return self.finished(place, nullable)
        assert is_object_type(type_)
        return self.object_completion(place, type_, nullable)

    def leaf(self, type_: GraphQLLeafType, nullable: bool) -> Completion:
        return lambda at: self.source.leaf(type_, at, nullable)

    def finished(self, place: Place, nullable: bool) -> Completion:
        """By what the place does with any value."""
        finish = self.source.name("finish", place.finish)
        return lambda at: self.source.either(
            "value.__class__ in plain", [f"value = {finish}(run, value, {at})"], at, nullable
        )

    def object_completion(self, place: Place, type_: GraphQLObjectType, nullable: bool) -> Completion:
        source, field = self.source, place.field
        if self.plan.places > self.places_max:
            if not self.later:
                raise Declined(Reason.SIZE)
            place.finish = self.put_off(type_, field)
            return self.finished(place, nullable)
        name = self.object(type_, self.selected_of(type_, field))

        def body(*given: Any) -> Any:
            return source.names[name](*given)

        is_by_class = by_class(type_.is_type_of)
        known: set[type] = set() if is_by_class else self.plan.plain
        told = type_.is_type_of is None or is_by_class
        place.finish = object_(self.plan.plain, known, body)
        classes = source.name("told", known) if is_by_class else "plain"
        return lambda at: source.either(
            f"value.__class__ in {classes}", [f"value = {name}(run, value, {at}, {told})"], at, nullable
        )

    def put_off(self, type_: GraphQLObjectType, field: Field) -> Callable[[Run, Any, Slot], Any]:
        """A body that is made when there is a value for it, for it might be one of very many that never have any."""
        made: list[Body] = []
        body_of = self.plan.body

        def finish(run: Run, value: Any, slot: Slot) -> Any:
            if not made:
                made.append(body_of(run, type_, field))
            return made[0](run, value, slot, False)

        return finish

    def items(self, field: Field, type_: GraphQLOutputType) -> str:
        """Write the body of a list; its name."""
        place, completion = self.place(field, type_, None)
        source = self.source
        name = source.name(f"items_of_{field.name}", None)
        at = f"(slot, out, index, {source.name('item', place)})"
        source.write(0, f"def {name}(run, values, slot, out=None):")
        source.write(1, "if out is None:", "    out = []", "index = len(out)", "for value in values:")
        source.attempt(2, at, *completion(at))
        source.write(2, "out.append(value)", "index += 1")
        source.write(1, "return out")
        return name


def joined_or_stock(level: LevelPlan) -> Callable[[Run, Any, Slot], Any]:
    def joined(run: Run, source: Any, slot: Slot) -> Any:
        try:
            return run.join(level, source, slot)
        except Exception:
            return complete(run, stock(run, source, slot), slot)

    return joined
