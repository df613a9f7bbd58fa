"""What is right but for one thing finds no bug (S5): every mutation as it should be, with a value of it replaced.

What is drawn from nothing is mostly refused at the door; this comes further in.
"""

import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from uuid import uuid4

import pytest

from tests.trust.operations import OPERATIONS
from tests.trust.world import World

NASTY: tuple[Any, ...] = (
    *(None, True, [], {}, 0, -1, 1, 2**31 - 1, -(2**31), 0.5, "", "0", "-1", "NaN", "1e5", "999999999999999999"),
    *("9999999999999.99", "0.01", "a", "EUR", "港" * 40, "x" * 501, "\u202e", " ", "%s", "' OR 1=1", "1900-01-01"),
    *("2199-12-31T23:59:59Z", "1900-01-01T00:00:00Z", "9999-12-31", "https://example.com/x"),
)
Path = tuple[str | int, ...]


def leaves(given: Any, path: Path = ()) -> Iterator[Path]:
    """Where there is a value, objects and lists included."""
    if path:
        yield path
    if isinstance(given, dict | list):
        for key, value in given.items() if isinstance(given, dict) else enumerate(given):
            yield from leaves(value, (*path, key))


def replaced(given: Any, path: Path, value: Any) -> Any:
    changed = deepcopy(given)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


def variations(name: str, given: dict[str, Any], ids: list[str]) -> Iterator[dict[str, Any]]:
    """Each value replaced by a few others, and by others of the same input."""
    dice = random.Random(name)
    places = list(leaves(given))
    for path in places:
        for value in dice.sample(NASTY, 6):
            yield replaced(given, path, value)
        if ids:
            yield replaced(given, path, dice.choice(ids))
        if isinstance(path[-1], int) or len(path) > 1:
            yield replaced(given, path[:-1], deepcopy(NASTY[dice.randrange(len(NASTY))]))
    for one in dice.sample(places, min(4, len(places))):
        for other in dice.sample(places, min(4, len(places))):
            if other[: len(one)] != one and one[: len(other)] != other:
                value = dice.choice(NASTY)
                yield replaced(replaced(given, one, value), other, dice.choice(NASTY))


@pytest.mark.deep
@pytest.mark.parametrize("name", sorted(OPERATIONS))
async def test_a_mutation_that_is_nearly_right_finds_no_bug(world: World, name: str) -> None:
    actor, given = await OPERATIONS[name](world)
    ids = [value for value in given.values() if isinstance(value, str) and len(value) > 20]
    for sent in variations(name, given, ids):
        answer = await world.send(actor, name, sent, uuid4().hex)
        assert answer.status < 500, (sent, answer.body)
        assert "INTERNAL" not in answer.codes, (sent, answer.body)
