"""Who may do what (S4): whoever may not by the table of schema/access is refused, learns nothing, and changes nothing.

Mutations are found in the schema: one that has no row in the table fails here.
"""

import asyncio
from uuid import uuid4

import pytest

from domain.viewer import Role
from schema.access import MUTATIONS as ROWS
from tests.support.snapshot import changed, snapshot
from tests.trust.alter import about_nothing
from tests.trust.operations import OPERATIONS
from tests.trust.selection import MUTATIONS, noun_of
from tests.trust.world import EVERYBODY, Persona, World, outcome, personas

NOBODY_ELSE: frozenset[Persona] = frozenset()
"""Only whom it concerns."""

APPRAISER = Persona.APPRAISER
SHOP_ASSOCIATE = Persona.SHOP_ASSOCIATE

POLICY: dict[str, frozenset[Persona]] = {name: personas(row) for name, row in ROWS.items()}
"""Who, besides whom it concerns, may do a mutation to somebody else's things, or to their own where it names none."""

SEEN: dict[str, frozenset[Persona]] = {
    "appraisalConclude": frozenset({APPRAISER, Persona.ADMIN}),
    "appraisalRelease": frozenset({APPRAISER}),
    "certificateRevoke": frozenset({APPRAISER}),
    "certificateReinstate": frozenset({APPRAISER}),
    "certificateRecall": frozenset({APPRAISER}),
    "gradingStandardPublish": frozenset({APPRAISER}),
    "tradeInInspect": frozenset({APPRAISER, Persona.ADMIN}),
}
"""Who may see the thing and still not do this to it: they learn that they lack the right, not whether it is there."""

NAMES_THE_SHOP: dict[str, tuple[str, ...]] = {
    "appraisalReceive": (),
    "consignmentReceive": ("intake",),
    "goodsReturnReceive": (),
    "tradeInReceive": (),
}
"""Where the input says at which shop something happens that may also happen in the house itself."""

AT_A_SHOP = sorted(name for name, may in POLICY.items() if SHOP_ASSOCIATE in may and Persona.CUSTOMER not in may)

REFUSED = {"NOT_ALLOWED", "NOT_FOUND", "NOT_QUALIFIED"}


def test_every_mutation_has_a_policy() -> None:
    assert sorted(POLICY) == sorted(MUTATIONS)
    assert {Persona(role) for role in set(Role) - {Role.SYSTEM}} == EVERYBODY - {Persona.STRANGER, Persona.KEY}


@pytest.mark.parametrize("name", sorted(MUTATIONS))
async def test_whoever_may_not_is_refused_and_changes_nothing(world: World, name: str) -> None:
    actor, given = await OPERATIONS[name](world)
    nothing = about_nothing(name, given)
    people = {persona: await world.persona(persona) for persona in Persona}
    before = await snapshot(world.house)

    async def ask(persona: Persona, asked: dict[str, object]) -> tuple[str, object]:
        answer = await world.send(people[persona], name, asked, uuid4().hex)
        return outcome(answer, name), answer.body

    denied = sorted(EVERYBODY - POLICY[name])
    foreign = dict(zip(denied, await asyncio.gather(*(ask(persona, given) for persona in denied)), strict=True))
    assert {persona: code for persona, (code, _) in foreign.items() if code not in REFUSED} == {}
    if nothing != given:
        unknown = dict(zip(denied, await asyncio.gather(*(ask(persona, nothing) for persona in denied)), strict=True))
        for persona in set(denied) - SEEN.get(name, NOBODY_ELSE):
            assert unknown[persona] == foreign[persona], "what is somebody else's answers like what never was"
        for persona in sorted(POLICY[name]):
            code, body = await ask(persona, nothing)
            assert code not in (noun_of(name), "INTERNAL"), body
            assert code != "NOT_ALLOWED", f"the policy says that {persona} may"

    assert changed(before, await snapshot(world.house)) == []
    done = await world.send(actor, name, given, uuid4().hex)
    assert outcome(done, name) == noun_of(name), done.body


@pytest.mark.parametrize("name", AT_A_SHOP)
async def test_an_associate_acts_for_no_shop_but_their_own(world: World, name: str) -> None:
    actor, given = await OPERATIONS[name](world)
    counter = await world.counter()
    elsewhere = await world.people.staff(Role.SHOP_ASSOCIATE)
    await counter.appoint(elsewhere, await counter.shop())
    asked = {**given}
    if name in NAMES_THE_SHOP:
        inner = asked
        for field in NAMES_THE_SHOP[name]:
            inner[field] = {**inner[field]}
            inner = inner[field]
        inner["shopId"] = counter.shop_id
    before = await snapshot(world.house)

    refused = await world.send(elsewhere, name, asked, uuid4().hex)

    assert outcome(refused, name) == "NOT_ALLOWED", refused.body
    assert changed(before, await snapshot(world.house)) == []
    done = await world.send(actor, name, given, uuid4().hex)
    assert outcome(done, name) == noun_of(name), done.body
