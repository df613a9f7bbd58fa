"""The comparison notices what is wrong: each test breaks compiled execution in one way, and it is found out."""

from collections.abc import Callable
from typing import Any

import pytest
from graphql import GraphQLError

from schema.execution import compiled_context
from schema.execution import complete as completing
from schema.execution import source as writing
from schema.execution.builder import Builder
from schema.execution.run import Run
from schema.execution.sketch import Sketch
from tests.execution.comparison import difference
from tests.execution.harbour import Sea, harbour

STOCK = harbour()
DOCUMENT = "{ fleet(first: 7) { name id length crew { nickname surname letter oath } } guarded }"


async def found(document: str = DOCUMENT, in_order: bool = False) -> str | None:
    compiled = await harbour(compiled_context(size=4)).execute(document, context_value=Sea())
    stock = await STOCK.execute(document, context_value=Sea())
    return difference(stock, compiled, in_order=in_order)


async def test_nothing_is_noticed_while_nothing_is_broken() -> None:
    assert await found() is None


async def test_another_order_of_keys_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    selected = Builder.selected
    monkeypatch.setattr(Builder, "selected", lambda *given: selected(*given)[::-1])
    assert "keys" in str(await found())


async def test_a_null_that_stays_where_it_is_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def settle(run: Any, value: Any, slot: Any) -> Any:
        return None if value is None else completing.settle(run, value, slot)

    def complete(run: Any, value: Any, slot: Any) -> Any:
        return run.pend(value, slot) if run.is_awaitable(value) else settle(run, value, slot)

    monkeypatch.setattr(writing, "complete", complete)
    assert await found("{ fleet(first: 4) { name crew { surname } } }") is not None


async def test_a_null_that_goes_too_far_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(run: Run, error: Exception, slot: Any) -> None:
        raise error

    monkeypatch.setattr(writing, "fail", fail)
    assert await found() is not None


async def test_an_integer_beyond_32_bits_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = {key: (usual, test.split(" and ")[0]) for key, (usual, test) in writing.EXACT.items()}
    monkeypatch.setattr(writing, "EXACT", exact)
    assert await found("{ fleet(first: 2) { length } }") is not None
    assert await found("{ fleet(first: 2) { weight } }") is not None


async def test_an_error_of_another_place_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    keys_of = completing.keys_of
    monkeypatch.setattr(completing, "keys_of", lambda slot: (*keys_of(slot)[:-1], "elsewhere"))
    assert await found("{ fleet(first: 5) { crew { nickname } } }") is not None


async def test_an_error_without_its_location_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(error: Exception, nodes: Any, path: Any) -> GraphQLError:
        return GraphQLError(str(error), path=path, original_error=error)

    monkeypatch.setattr(completing, "located_error", nowhere)
    assert "errors" in str(await found("{ fleet(first: 5) { crew { nickname } } }"))


async def test_an_error_that_is_lost_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    add: Callable[..., None] = Run.add

    def forgetful(self: Run, error: GraphQLError, keys: Any) -> None:
        add(self, error, keys)
        self.errors = self.errors[:2]

    monkeypatch.setattr(Run, "add", forgetful)
    assert await found() is not None


async def test_errors_in_another_order_are_noticed_where_there_is_one_order(monkeypatch: pytest.MonkeyPatch) -> None:
    def backwards(self: Run, error: GraphQLError, keys: Any) -> None:
        self.nulled.add(keys)
        self.errors.insert(0, error)

    monkeypatch.setattr(Run, "add", backwards)
    assert await found("{ fleet(first: 7) { length tags } }", in_order=True) is not None


async def test_an_async_null_that_stays_where_it_is_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def propagate(self: Run, error: Exception, slot: Any) -> None:
        slot[1][slot[2]] = None
        self.add(GraphQLError(str(error), path=completing.keys_of(slot), original_error=error), ())

    monkeypatch.setattr(Run, "propagate", propagate)
    assert await found("{ fleet(first: 6) { crew { oath } } }") is not None


async def test_a_sketch_that_forgets_when_it_is_null_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sketch, "null_if", None)
    assert await found("{ barges { cargo { tons } } }") is not None


async def test_a_sketch_that_takes_the_wrong_field_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    attribute = Sketch.attribute
    monkeypatch.setattr(Sketch, "attribute", lambda self, name: attribute(self, {"label": "number"}.get(name, name)))
    assert await found("{ bargesLater { number label } }") is not None
