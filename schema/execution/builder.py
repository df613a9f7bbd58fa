"""Writing the functions of a plan from what an operation selects."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLLeafType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_object_type,
)
from graphql.execution.collect_fields import CollectedFields, collect_fields
from graphql.pyutils import Path
from graphql.type.introspection import SchemaMetaFieldDef, TypeMetaFieldDef
from strawberry.types.field import StrawberryField

from schema.execution.arguments import Arguments
from schema.execution.complete import (
    PLAIN_MAX,
    Body,
    abstract,
    complete,
    is_plain,
    judge,
    leaf,
    listed,
    object_,
    stock,
)
from schema.execution.expression import NotWritable, is_expression, written
from schema.execution.figures import Declined, Reason
from schema.execution.info import LazyInfo
from schema.execution.level import LevelPlan
from schema.execution.place import Field, Place, Slot
from schema.execution.reader import PARENT, Attribute, Batch, Direct, Reader, TypeName, reader_of, strawberry_schema
from schema.execution.run import Run
from schema.execution.selection import Selection, selected
from schema.execution.sketch import Recipe, Sketch, columns_of
from schema.execution.source import INDENT, Source, attempt, attribute, completed, indented, member_names
from schema.execution.told import InstanceOf, by_class, ignores_info

if TYPE_CHECKING:
    from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor

    from schema.execution.plan import Plan

PLACES_MAX = 2_000
"""A larger plan is not made: a few fragments that spread each other select more than any document needs."""

RECIPES_MAX = 8
"""Ways in which the items of one list are made; a reader has one for each set of columns."""

DEPTH_MAX = 8
"""Objects within each other that one function writes: Python nests no more than twenty blocks."""

Completion = Callable[[str], list[str]]
"""The lines that complete `value`, given the source of its slot."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The object whose fields are being written: what its value, its dictionary and its slot are called in source."""

    source: str
    out: str
    slot: str
    depth: int
    sketch: Sketch | None = None
    """How the object is made, where it is not there itself."""


class Builder:
    """Writes the functions of a plan, or of one more type within it."""

    def __init__(self, plan: Plan, executor: Executor, later: bool = False) -> None:
        self.plan = plan
        self.executor = executor
        self.later = later
        self.strawberry = strawberry_schema(executor.schema)
        self.source = Source(plan.plain)
        self.places_max = plan.places + PLACES_MAX
        self.places = 0

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
        """Write the body of an object as a function; its name."""
        source = self.source
        scope = Scope("source", "out", "slot", 0)
        lines = self.fields(fields, scope)
        name = source.name(type_.name, None)
        source.write(0, f"def {name}(run, source, slot, told):")
        if type_.is_type_of is not None and not told:
            unsure = source.name("unsure", judge(type_, lambda *given: source.names[name](*given)))
            is_type_of = source.name("is_type_of", type_.is_type_of)
            info = "None" if ignores_info(type_.is_type_of) else "resolve_info(run, slot)"
            source.write(1, "if not told:")
            source.write(2, f"verdict = {is_type_of}(source, {info})", "if verdict is not True:")
            source.write(3, f"return {unsure}(run, verdict, source, slot)")
        source.write(1, "context = run.context", "out = {}", *lines, "return out")
        return name

    def fields(self, fields: list[Field], scope: Scope) -> list[str]:
        """The lines of all fields of an object; a sketch becomes an object where one of them needs it."""
        sketch = scope.sketch
        if sketch is None:
            return [line for field in fields for line in self.field(field, scope)]
        there, made, lines = replace(scope, sketch=None), [], []
        for field in fields:
            drawn = self.drawn(field, sketch, scope)
            if drawn is None:
                made = [f"{scope.source} = {sketch.source}"]
                drawn = self.field(field, there)
            lines += drawn
        return [*made, *lines]

    def field(self, field: Field, scope: Scope) -> list[str]:
        """The lines of a field, within the body of its parent."""
        source, reader = self.source, reader_of(field.definition, self.strawberry)
        out = f"{scope.out}[{field.key!r}]"
        if isinstance(reader, TypeName):
            return [f"{out} = {field.parent_type.name!r}"]
        expressed = self.expressed(field, reader)
        place, completion = self.place(
            field, field.definition.type, field.parent_type.name, scope, expressed is not None
        )
        at = f"({scope.slot}, {scope.out}, {field.key!r}, {source.name(f'at_{field.name}', place)})"
        if expressed is not None:
            lines = [*expressed(scope, at), *completion(at)]
        elif isinstance(reader, Direct):
            lines = self.called(field, reader, at, scope, completion)
        elif isinstance(reader, Batch):
            level = LevelPlan(reader.resolver, self.arguments(field, reader.field, reader.info))
            lines = [f"value = {source.name('joined', joined_or_stock(level))}(run, {scope.source}, {at})"]
        else:
            lines = [f"value = stock(run, {scope.source}, {at})", *completion(at)]
        return [*attempt(at, lines), f"{out} = value"]

    def drawn(self, field: Field, parent: Sketch, scope: Scope) -> list[str] | None:
        """The lines of a field whose parent is a sketch; None where they need the parent itself."""
        reader = reader_of(field.definition, self.strawberry)
        if isinstance(reader, TypeName):
            return self.field(field, scope)
        sketch = self.sketched(field, reader, parent)
        if sketch is None or sketch.makes(parent.made):
            return None
        self.source.names.update(sketch.constants)
        place, completion = self.place(
            field, field.definition.type, field.parent_type.name, replace(scope, sketch=sketch), True
        )
        at = f"({scope.slot}, {scope.out}, {field.key!r}, {self.source.name(f'at_{field.name}', place)})"
        return [*attempt(at, completion(at)), f"{scope.out}[{field.key!r}] = value"]

    def sketched(self, field: Field, reader: Reader, parent: Sketch) -> Sketch | None:
        """The value of a field as a sketch of its own, if its parent's tells it."""
        if isinstance(reader, Attribute):
            return parent.attribute(reader.name)
        if not isinstance(reader, Direct) or reader.is_async or not is_expression(reader.call):
            return None
        known = self.known(field, reader)
        if known is None:
            return None
        named = next((name for name, value in reader.given.items() if value == PARENT), None)
        try:
            return parent.resolved(reader.call, reader.info_name, named, known, lambda: self.selection(field))
        except NotWritable:
            return None

    def known(self, field: Field, reader: Direct) -> dict[str, Any] | None:
        """The arguments of a field, where they are the same in every execution."""
        absent, arguments = reader.absent(), self.arguments(field, reader.field, reader.info)
        if not reader.field.arguments or arguments.are_none:
            return absent
        return arguments.known(Run(self.plan, self.executor), absent)

    def expressed(self, field: Field, reader: Reader) -> Callable[[Scope, str], list[str]] | None:
        """Lines that read a field by an expression of its parent; None for one that has to be called."""
        if isinstance(reader, Attribute):
            return lambda scope, at: [f"value = {attribute(scope.source, reader.name)}"]
        if not isinstance(reader, Direct) or reader.is_async or not is_expression(reader.call):
            return None
        known = self.known(field, reader)
        try:
            expression = written(reader.call, reader.info_name, known or {}, lambda: self.selection(field))
        except NotWritable:
            return None
        source = self.source
        source.names.update(expression.constants)
        if known is not None:
            return lambda scope, at: expression.lines("value", reader.named(scope.source))
        arguments = self.arguments(field, reader.field, reader.info)
        kept, stem = source.name("arguments", arguments), f"given_{len(source.names)}"
        # What the operation does not give is absent, and the resolver's own default stands for it.
        defaults = {name: source.name("absent", value) for name, value in reader.absent().items()}
        taken = {name: f"{stem}.get({name!r}, {default})" for name, default in defaults.items()}

        def lines(scope: Scope, at: str) -> list[str]:
            return [f"{stem} = {kept}.of(run, {at})", *expression.lines("value", reader.named(scope.source) | taken)]

        return lines

    def selection(self, field: Field) -> Selection:
        """What is selected of a field, as its resolver would find it."""
        path = Path(None, field.key, field.parent_type.name)
        return selected(self.executor.build_resolve_info(field.definition, field.nodes, field.parent_type, path))

    def called(self, field: Field, reader: Direct, at: str, scope: Scope, completion: Completion) -> list[str]:
        """Lines that call a resolver and complete what it gives."""
        source, arguments = self.source, self.arguments(field, reader.field, reader.info)
        converts = bool(reader.field.arguments) and not arguments.are_none
        parameters = reader.parameters.format(source=scope.source)
        if not (reader.takes_info or converts or reader.is_async):
            return [f"value = {source.name('resolve', reader.call)}({parameters})", *completion(at)]
        lines = [f"at = {at}"]
        if reader.takes_info:
            info, definition = source.name("Info", reader.info), source.name("field", reader.field)
            # As LazyInfo.__init__ does it, without the call.
            lines.append(f"info = new({info})")
            lines.append(f"info._run, info._slot, info._field, info.context = run, at, {definition}, context")
        given = ", ".join(filter(None, [parameters, "**arguments" if converts else ""]))
        call = f"{source.name('resolve', reader.call)}({given})"
        go = [f"value = run.pend({call}, at)"] if reader.is_async else [f"value = {call}", *completion("at")]
        if not converts:
            return [*lines, *go]
        convert = f"arguments = {source.name('arguments', arguments)}.of(run, at)"
        if not reader.is_async:
            return [*lines, convert, *go]
        # What can not be converted fails within the coroutine of an async resolver; stock execution shall say how.
        again = f"value = complete(run, stock(run, {scope.source}, at), at)"
        return [*lines, "try:", INDENT + convert, "except Exception:", INDENT + again, "else:", INDENT + go[0]]

    def arguments(self, field: Field, definition: StrawberryField, info: type[LazyInfo]) -> Arguments:
        assert self.strawberry is not None
        return Arguments(field, definition, info, self.strawberry)

    # Values

    def place(
        self, field: Field, type_: GraphQLOutputType, typename: str | None, scope: Scope, within: bool
    ) -> tuple[Place, Completion]:
        """`within`: what is selected of an object may be written within the body of its parent."""
        self.plan.places += 1
        non_null = isinstance(type_, GraphQLNonNull)
        inner: Any = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        place = Place(field, inner, non_null, typename)
        return place, self.completion(place, inner, not non_null, scope, within)

    def completion(self, place: Place, type_: Any, nullable: bool, scope: Scope, within: bool) -> Completion:
        source, field, sketch = self.source, place.field, scope.sketch
        if sketch is not None:
            scope = replace(scope, sketch=None)
            if is_object_type(type_) and self.is_drawn(type_, sketch, scope):
                place.finish = self.put_off(type_, field)
                return self.drawn_object(type_, field, sketch, nullable, scope)
            if is_list_type(type_) and (told_of := sketch.drawing) is not None:
                recipe, rows = told_of
                drawn = self.drawn_items(field, type_.of_type, recipe)
                if drawn is not None:
                    return lambda at: [f"value = {drawn}(run, {rows}, {at})"]
            names = member_names(type_) if is_leaf_type(type_) else {}
            served = sketch.served(type_.wrapped_cls, names) if names else None
            if served is not None and (nullable or None not in served[0].values()):
                place.finish = leaf(type_)
                told = source.name("told", served[0])
                return lambda at: [f"value = {told}[{served[1]}]"]
            completion = self.completion(place, type_, nullable, scope, within)
            return lambda at: [f"value = {sketch.source}", *completion(at)]
        if is_leaf_type(type_):
            place.finish = leaf(type_)
            return self.leaf(type_, nullable)
        if is_list_type(type_):
            items = self.items(field, type_.of_type)
            drawing = self.drawing(self.plan.drawn, field, type_.of_type)
            place.finish = listed(lambda *given: source.names[items](*given), drawing)
            return lambda at: source.either(
                "value.__class__ in lists", [f"value = {items}(run, value, {at})"], at, nullable
            )
        if is_abstract_type(type_):
            # What is kept with a plan must not hold the builder, which holds the first executor and its context.
            body_of = self.plan.body
            place.finish = abstract(type_, lambda run, found: body_of(run, found, field))
            return self.finished(place, nullable)
        assert is_object_type(type_)
        return self.object_completion(place, type_, nullable, scope, within)

    def leaf(self, type_: GraphQLLeafType, nullable: bool) -> Completion:
        return lambda at: self.source.leaf(type_, at, nullable)

    def finished(self, place: Place, nullable: bool) -> Completion:
        """By what the place does with any value."""
        finish = self.source.name("finish", place.finish)
        return lambda at: self.source.either(
            "value.__class__ in plain", [f"value = {finish}(run, value, {at})"], at, nullable
        )

    def object_completion(
        self, place: Place, type_: GraphQLObjectType, nullable: bool, scope: Scope, within: bool
    ) -> Completion:
        source, field = self.source, place.field
        if self.plan.places > self.places_max:
            if not self.later:
                raise Declined(Reason.SIZE)
            place.finish = self.put_off(type_, field)
            return self.finished(place, nullable)
        is_by_class = by_class(type_.is_type_of)
        known: set[type] = set() if is_by_class else self.plan.plain
        classes = source.name("told", known) if is_by_class else "plain"
        told = type_.is_type_of is None or is_by_class
        if within and told and scope.depth < DEPTH_MAX:
            place.finish = self.put_off(type_, field)
            learn = source.name("learn", learner(self.plan.plain, known, type_))
            return self.inner(type_, field, f"value.__class__ in {classes} or {learn}(value)", nullable, scope)
        name = self.object(type_, self.selected_of(type_, field))

        def body(*given: Any) -> Any:
            return source.names[name](*given)

        place.finish = object_(self.plan.plain, known, body, self.drawing(self.plan.drawn_one, field, type_))
        return lambda at: source.either(
            f"value.__class__ in {classes}", [f"value = {name}(run, value, {at}, {told})"], at, nullable
        )

    def inner(self, type_: GraphQLObjectType, field: Field, test: str, nullable: bool, scope: Scope) -> Completion:
        """An object written within the body of its parent."""
        inside = self.inside(scope)
        lines = self.fields(self.selected_of(type_, field), inside)

        def completion(at: str) -> list[str]:
            body = [f"{inside.source} = value", *filled(inside, lines, at)]
            otherwise = f"value = {completed(at)}"
            if not nullable:
                return [f"if {test}:", *indented(body), "else:", INDENT + otherwise]
            return [
                "if value is not None:",
                *indented([f"if {test}:", *indented(body), "else:", INDENT + otherwise]),
            ]

        return completion

    def inside(self, scope: Scope, sketch: Sketch | None = None) -> Scope:
        """An object within another; its slot is a tuple that is made when something goes wrong or has to wait."""
        number = self.places = self.places + 1
        return Scope(f"source_{number}", f"out_{number}", f"<slot {number}>", scope.depth + 1, sketch)

    def is_drawn(self, type_: GraphQLObjectType, sketch: Sketch, scope: Scope) -> bool:
        """Whether the fields of an object can be written from its sketch, which tells that it is of the type."""
        told = type_.is_type_of
        return (
            by_class(told)
            and sketch.made is not None
            and issubclass(sketch.made, told.classes)  # type: ignore[union-attr]
            and is_plain(sketch.made)
            and scope.depth < DEPTH_MAX
            and self.plan.places <= self.places_max
        )

    def drawn_object(
        self, type_: GraphQLObjectType, field: Field, sketch: Sketch, nullable: bool, scope: Scope
    ) -> Completion:
        """An object that is known by its sketch, written within the body of its parent."""
        inside = self.inside(scope, sketch.object)
        lines = self.fields(self.selected_of(type_, field), inside)

        def completion(at: str) -> list[str]:
            body = filled(inside, lines, at)
            if sketch.null_if is None:
                return body
            null = ["value = None"] if nullable else ["value = None", f"value = {completed(at)}"]
            return [f"if {sketch.null_if}:", *indented(null), "else:", *indented(body)]

        return completion

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
        place, completion = self.place(field, type_, None, Scope("values", "out", "slot", 1), True)
        source = self.source
        name = source.name(f"items_of_{field.name}", None)
        at = f"(slot, out, index, {source.name('item', place)})"
        source.write(0, f"def {name}(run, values, slot, out=None):")
        source.write(1, "if out is None:", "    out = []", "context = run.context", "index = len(out)")
        source.write(1, "for value in values:")
        source.write(2, *attempt(at, completion(at)), "out.append(value)", "index += 1")
        source.write(1, "return out")
        return name

    def drawing(
        self, drawn: Callable[[Run, Any, Field, Recipe], Body | None], field: Field, type_: GraphQLOutputType
    ) -> Callable[[Run, Recipe], Body | None]:
        """What finds the body for a recipe, which is written when the first value of it comes."""
        kept: dict[Hashable, tuple[Recipe, Body | None]] = {}

        def find(run: Run, recipe: Recipe) -> Body | None:
            # By what it says: a reader that was forgotten and made again has another one that says the same.
            key = (recipe.expression, recipe.columns, id(recipe.names))
            if key not in kept:
                if len(kept) >= RECIPES_MAX:
                    return None
                # With the recipe, so that its names stay what they are.
                kept[key] = recipe, drawn(run, type_, field, recipe)
            return kept[key][1]

        return find

    def drawn_items(self, field: Field, type_: GraphQLOutputType, recipe: Recipe) -> str | None:
        """Write the body of a list whose items are never made; its name, None where they have to be."""
        named: Any = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        sketch, scope = Sketch.of(recipe), Scope("item", "out", "slot", 1)
        if not (is_object_type(named) and sketch.null_if is None and self.is_drawn(named, sketch, scope)):
            return None
        source = self.source
        source.names.update(sketch.constants)
        place, completion = self.place(field, type_, None, replace(scope, sketch=sketch), True)
        name = source.name(f"drawn_items_of_{field.name}", None)
        at = f"(slot, out, len(out), {source.name('item', place)})"
        source.write(0, f"def {name}(run, rows, slot):")
        source.write(1, "out, context = [], run.context", f"for {', '.join(columns_of(recipe))}, in rows:")
        source.write(2, *attempt(at, completion(at)), "out.append(value)")
        source.write(1, "return out")
        return name

    def drawn_one(self, field: Field, type_: GraphQLObjectType, recipe: Recipe) -> str | None:
        """Write the body of an object that is never made; its name, None where it has to be."""
        sketch, scope = Sketch.of(recipe), Scope("source", "out", "slot", 0)
        if sketch.null_if is not None or not self.is_drawn(type_, sketch, scope):
            return None
        source = self.source
        source.names.update(sketch.constants)
        lines = self.fields(self.selected_of(type_, field), replace(scope, sketch=sketch))
        name = source.name(f"drawn_{type_.name}", None)
        source.write(0, f"def {name}(run, row, slot):")
        source.write(1, f"{', '.join(columns_of(recipe))}, = row", "context, out = run.context, {}")
        source.write(1, *lines, "return out")
        return name


def filled(inside: Scope, lines: list[str], at: str) -> list[str]:
    """Lines that make `value` of the fields of an object within another, whose slot is known by now."""
    return [f"{inside.out} = {{}}", *(line.replace(inside.slot, at) for line in lines), f"value = {inside.out}"]


def learner(plain: set[type], told: set[type], type_: GraphQLObjectType) -> Callable[[Any], bool]:
    """Whether a value of a class that was not met before is of the type, which its class then tells for good."""
    classes = type_.is_type_of.classes if isinstance(type_.is_type_of, InstanceOf) else object

    def learn(value: Any) -> bool:
        cls = type(value)
        if value is None or value is Undefined or not (cls in plain or (len(plain) < PLAIN_MAX and is_plain(cls))):
            return False
        plain.add(cls)
        if isinstance(value, classes):
            told.add(cls)
            return True
        return False

    return learn


def joined_or_stock(level: LevelPlan) -> Callable[[Run, Any, Slot], Any]:
    def joined(run: Run, source: Any, slot: Slot) -> Any:
        try:
            return run.join(level, source, slot)
        except Exception:
            return complete(run, stock(run, source, slot), slot)

    return joined
