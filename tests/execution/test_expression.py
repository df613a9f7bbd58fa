"""Resolvers that a plan writes out in place of calling them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import strawberry
from graphql import parse

from schema.execution import CompiledExecutionContext, compiled_context, expression
from schema.execution.complete import settle
from schema.execution.expression import NotWritable, written
from schema.execution.source import Source
from tests.execution.harbour import Sea, between, harbour

WORD = "word"


@expression
def plain(root: Any) -> str:
    return root.name + WORD


@expression
def nested(root: Any) -> str:
    """With a docstring, and names of its own."""
    first = root.number + 1
    second = first * 2
    return between("<", second, WORD)


@expression
def decided(root: Any, info: Any, locale: Any = strawberry.UNSET) -> str:
    return (None if locale is strawberry.UNSET else locale) or info.context.locale


def lines(function: Any, info: str | None = None, **known: Any) -> list[str]:
    return written(function, info, known).lines("value", {"root": "source", "locale": "asked"})


def test_what_an_expression_names_becomes_a_constant() -> None:
    assert lines(plain) == ["value = source.name + 'word'"]
    assert lines(nested) == [
        "local_first = source.number + 1",
        "local_second = local_first * 2",
        """value = f"{'<'}{local_second}{'word'}\"""",
    ]


def test_what_is_known_is_decided_before() -> None:
    assert lines(decided, "info", locale=strawberry.UNSET) == ["value = context.locale"]
    assert lines(decided, "info", locale="zh") == ["value = 'zh' or context.locale"]
    open_ = lines(decided, "info")[0]
    assert open_.startswith("value = (None if asked is UNSET__")
    assert open_.endswith(" else asked) or context.locale")


def twice(root: Any) -> list[Any]:
    return [one * 2 for one in root.all]


def branching(root: Any) -> Any:
    if root:
        return 1
    return 2


def looking(root: Any, info: Any) -> Any:
    return info.field_name


def spreading(root: Any) -> Any:
    return dict(**root.all)


def nowhere(root: Any) -> Any:
    return there_is_no_such_thing  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize("function", [twice, branching, looking, spreading, nowhere, len])
def test_what_is_no_expression_is_not_written(function: Any) -> None:
    with pytest.raises((NotWritable, AttributeError)):
        written(function, "info", {})


def test_a_resolver_that_can_not_be_written_out_is_called() -> None:
    @strawberry.type
    class Query:
        @strawberry.field
        @expression
        def all(self) -> list[int]:
            return [one * one for one in range(3)]

    schema = strawberry.Schema(Query, execution_context_class=compiled_context(size=4))
    assert schema.execute_sync("{ all }").data == {"all": [0, 1, 4]}


@contextmanager
def sources(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The source of every plan that is made within this."""
    found: list[str] = []
    compiled = Source.compiled

    def noted(self: Source, name: str) -> Any:
        found.append(self.text)
        return compiled(self, name)

    monkeypatch.setattr(Source, "compiled", noted)
    yield found


def test_objects_that_are_read_at_once_are_one_function(monkeypatch: pytest.MonkeyPatch) -> None:
    context = compiled_context(size=4)
    schema = harbour(context)
    with sources(monkeypatch) as found:
        document = parse("{ ships { crew { number boast } anchorage { lat } frame } }")
        assert context.prepare(schema._schema, document)
    text = found[0]
    assert "def Position" not in text
    assert "def Sailor" not in text


def test_executions_with_the_same_variables_share_what_was_converted() -> None:
    schema = harbour(compiled_context(size=4))
    executor: Any = CompiledExecutionContext.build(
        schema._schema, parse("query ($a: String!) { ship(number: 2) { frame(after: $a) } }"), None, None, {"a": ">"}
    )
    first, second = executor.again(None), executor.again(None)
    assert first.converted_arguments is second.converted_arguments


def test_what_was_met_before_takes_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scalars that are written by `str`, by a function or by themselves, and enums."""
    schema = harbour(compiled_context(size=4))
    document = "{ ships { id name flag value built number crew { number } } }"
    first = schema.execute_sync(document, context_value=Sea())
    met: list[Any] = []
    settled = settle

    def noted(run: Any, value: Any, slot: Any) -> Any:
        met.append(value)
        return settled(run, value, slot)

    monkeypatch.setattr("schema.execution.complete.settle", noted)
    assert schema.execute_sync(document, context_value=Sea()).data == first.data
    assert met == []
