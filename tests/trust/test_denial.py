"""Who may do what (S4): whoever may not is refused, learns nothing, and changes nothing.

Mutations are found in the schema: one that has no row in POLICY fails here.
"""

import asyncio
from uuid import uuid4

import pytest

from tests.support.snapshot import changed, snapshot
from tests.trust.alter import about_nothing
from tests.trust.operations import OPERATIONS
from tests.trust.selection import MUTATIONS, noun_of
from tests.trust.world import Persona, World, outcome

EVERYBODY = frozenset(Persona)
SIGNED_IN = EVERYBODY - {Persona.STRANGER}
NOBODY_ELSE: frozenset[Persona] = frozenset()
"""Only whom it concerns."""


def staff(*roles: Persona) -> frozenset[Persona]:
    """These, and admins, who count as all of them."""
    return frozenset({*roles, Persona.ADMIN})


APPRAISER, MERCHANDISER, FINANCE = Persona.APPRAISER, Persona.MERCHANDISER, Persona.FINANCE
SUPPORT, SHOP_ASSOCIATE = Persona.SUPPORT, Persona.SHOP_ASSOCIATE

POLICY: dict[str, frozenset[Persona]] = {
    "accountRegister": EVERYBODY,
    "accountSignIn": EVERYBODY,
    "accountUpdate": SIGNED_IN,
    "accountVerifyIdentity": staff(SUPPORT),
    "accountGrantRole": staff(),
    "accountRevokeRole": staff(),
    "accountErase": staff(SUPPORT),
    "walletTransfer": SIGNED_IN,
    "walletCreditGrant": staff(FINANCE, SUPPORT),
    "walletHoldPlace": staff(FINANCE),
    "walletHoldCapture": staff(FINANCE),
    "walletHoldVoid": staff(FINANCE),
    "receivableCharge": staff(FINANCE),
    "receivableRepay": SIGNED_IN,
    "receivableWriteOff": staff(FINANCE),
    "payoutRequest": SIGNED_IN,
    "payoutCancel": staff(FINANCE),
    "payoutBatchPreview": staff(FINANCE),
    "payoutBatchPost": staff(FINANCE),
    "payoutBatchCancel": staff(FINANCE),
    "payoutConfirm": staff(FINANCE),
    "payoutFail": staff(FINANCE),
}
"""Who, besides whom it concerns, may do a mutation to somebody else's things, or to their own where it names none."""

REFUSED = {"NOT_ALLOWED", "NOT_FOUND"}


def test_every_mutation_has_a_policy() -> None:
    assert sorted(POLICY) == sorted(MUTATIONS)


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
        assert unknown == foreign, "what is somebody else's answers like what never was"
        for persona in sorted(POLICY[name]):
            code, body = await ask(persona, nothing)
            assert code != noun_of(name), body
            assert code != "INTERNAL", body

    assert changed(before, await snapshot(world.house)) == []
    done = await world.send(actor, name, given, uuid4().hex)
    assert outcome(done, name) == noun_of(name), done.body
