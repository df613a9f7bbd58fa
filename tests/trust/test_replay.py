"""Every mutation acts once, however often and by whomever its request is sent (R4).

Mutations are found in the schema: one that has no entry in `operations` fails here.
"""

import asyncio
from uuid import uuid4

import pytest

from tests.support.snapshot import changed, snapshot
from tests.support.told import seen, untold
from tests.trust.alter import different
from tests.trust.operations import OPERATIONS
from tests.trust.selection import MUTATIONS, input_type, noun_of
from tests.trust.world import World, outcome

AT_ONCE = 16
IN_FLIGHT = "IDEMPOTENCY_KEY_IN_FLIGHT"


def test_every_mutation_takes_a_key_and_has_an_entry() -> None:
    assert sorted(OPERATIONS) == sorted(MUTATIONS)
    assert [name for name in MUTATIONS if "clientMutationKey" not in input_type(name).fields] == []


@pytest.mark.parametrize("name", sorted(MUTATIONS))
async def test_a_mutation_acts_once(world: World, name: str) -> None:
    actor, given = await OPERATIONS[name](world)
    key = uuid4().hex
    before, stood = await marks(world), await seen(world.house)

    keyless = await world.send(actor, name, given, None)
    assert outcome(keyless, name) == "INVALID_INPUT"
    assert keyless.data[name]["path"] == ["clientMutationKey"]

    answers = await asyncio.gather(*(world.send(actor, name, given, key) for _ in range(AT_ONCE)))
    first = next(answer for answer in answers if outcome(answer, name) != IN_FLIGHT)
    assert outcome(first, name) == noun_of(name), first.body
    assert {outcome(answer, name) for answer in answers} <= {noun_of(name), IN_FLIGHT}
    assert all(answer.body == first.body for answer in answers if outcome(answer, name) != IN_FLIGHT)
    assert await transactions_since(world, before) <= {1}
    assert await untold(world.house, stood) == [], "whoever watches it is told"

    kept = await snapshot(world.house)
    for _ in range(2):
        again = await world.send(actor, name, given, key)
        assert again.body == first.body
    other = await world.send(actor, name, different(name, given), key)
    if actor is None:
        # The key of a stranger belongs to what they ask for, so that nobody's answer can be had by guessing a key.
        assert other.body != first.body
    else:
        assert outcome(other, name) == "IDEMPOTENCY_KEY_REUSED"
        assert changed(kept, await snapshot(world.house)) == []

    stranger = await world.customer()
    theirs = await world.send(stranger, name, given, key)
    assert theirs.body != first.body, "an answer belongs to who asked"


async def marks(world: World) -> tuple[int, int]:
    row = await world.house.readers.pool.fetchrow(
        "SELECT (SELECT coalesce(max(id), 0) FROM event), (SELECT coalesce(max(id), 0) FROM ledger_posting)"
    )
    return row[0], row[1]


async def transactions_since(world: World, since: tuple[int, int]) -> set[int]:
    """How many transactions told of something or moved money."""
    query = """
    SELECT count(DISTINCT xid) FROM (
        SELECT xid FROM event WHERE id > $1 UNION ALL SELECT xid FROM ledger_posting WHERE id > $2) acted
    """
    return {await world.house.readers.pool.fetchval(query, *since)} - {0}
