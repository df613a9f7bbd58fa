"""Who may do what (S4): whoever may not is refused, learns nothing, and changes nothing.

Mutations are found in the schema: one that has no row in POLICY fails here.
"""

import asyncio
from uuid import uuid4

import pytest

from domain.viewer import Role
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
    # people
    "accountRegister": EVERYBODY,
    "sessionOpen": EVERYBODY,
    "accountUpdate": SIGNED_IN,
    "accountVerifyIdentity": staff(SUPPORT),
    "accountGrantRole": staff(),
    "accountRevokeRole": staff(),
    "accountErase": staff(SUPPORT),
    # money
    "walletTransfer": SIGNED_IN,
    "walletCreditGrant": staff(FINANCE, SUPPORT),
    "walletHoldPlace": staff(FINANCE),
    "walletHoldCapture": staff(FINANCE),
    "walletHoldVoid": staff(FINANCE),
    "walletTopUp": SIGNED_IN,
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
    # what is sold
    "mediaUploadStart": SIGNED_IN,
    "mediaUploadFinish": NOBODY_ELSE,
    "brandCreate": staff(MERCHANDISER),
    "brandUpdate": staff(MERCHANDISER),
    "categoryCreate": staff(MERCHANDISER),
    "categoryUpdate": staff(MERCHANDISER),
    "collectionCreate": staff(MERCHANDISER),
    "productCreate": staff(MERCHANDISER),
    "productUpdate": staff(MERCHANDISER),
    "pieceRegister": staff(MERCHANDISER),
    "pieceDescribe": staff(MERCHANDISER),
    "pieceRecordTitle": staff(SUPPORT),
    "listingPublish": staff(MERCHANDISER),
    "listingReprice": staff(MERCHANDISER),
    "listingWithdraw": staff(MERCHANDISER),
    "stockAdjust": staff(MERCHANDISER),
    "goodsReceiptRecord": staff(MERCHANDISER),
    # appraisal
    "gradingStandardPublish": staff(MERCHANDISER),
    "appraiserAppoint": staff(),
    "appraisalOpen": staff(SUPPORT, MERCHANDISER, SHOP_ASSOCIATE, APPRAISER),
    "appraisalTake": NOBODY_ELSE,
    "appraisalAssign": staff(MERCHANDISER, SUPPORT),
    "appraisalReassign": staff(MERCHANDISER, SUPPORT),
    "appraisalRelease": staff(MERCHANDISER, SUPPORT),
    "appraisalConclude": NOBODY_ELSE,
    "appraisalRequest": SIGNED_IN,
    "appraisalReceive": staff(SHOP_ASSOCIATE, SUPPORT, APPRAISER),
    "appraisalCancel": staff(MERCHANDISER, SUPPORT),
    "appraisalHandBack": staff(SHOP_ASSOCIATE, SUPPORT, APPRAISER),
    "certificateRevoke": staff(),
    "certificateReinstate": staff(),
    "certificateRecall": staff(),
    # consignment
    "consignmentDraft": SIGNED_IN,
    "consignmentChange": NOBODY_ELSE,
    "consignmentSubmit": SIGNED_IN,
    "consignmentShip": NOBODY_ELSE,
    "consignmentBook": staff(SHOP_ASSOCIATE, SUPPORT),
    "consignmentUnbook": staff(SHOP_ASSOCIATE, SUPPORT),
    "consignmentWithdraw": staff(SUPPORT),
    "consignmentAcceptReturn": staff(SUPPORT),
    "consignmentConfirm": staff(SUPPORT),
    "consignmentEstimate": staff(APPRAISER, SUPPORT),
    "consignmentDecline": staff(SUPPORT, MERCHANDISER),
    "consignmentReceive": staff(SHOP_ASSOCIATE, SUPPORT),
    "consignmentTakeIn": staff(SHOP_ASSOCIATE),
    "consignmentDisposeRefused": staff(SUPPORT),
    "consignmentReturn": staff(SHOP_ASSOCIATE, SUPPORT),
    "consignmentList": staff(MERCHANDISER),
    "shopOpen": staff(),
    "shopChange": staff(),
    "shopAssociateAppoint": staff(),
    "shopAssociateDismiss": staff(),
    "appointmentBook": SIGNED_IN,
    "appointmentCancel": staff(SHOP_ASSOCIATE, SUPPORT),
    "appointmentCheckIn": staff(SHOP_ASSOCIATE, SUPPORT),
    "appointmentMiss": staff(SHOP_ASSOCIATE, SUPPORT),
    # deals
    "policyPublish": staff(FINANCE),
    "contractOffer": staff(MERCHANDISER, SUPPORT),
    "settlementAgree": NOBODY_ELSE,
    "settlementChoosePayout": NOBODY_ELSE,
    "pieceCostRecord": staff(SUPPORT, MERCHANDISER, SHOP_ASSOCIATE, APPRAISER, FINANCE),
    "markdownPropose": staff(MERCHANDISER),
    "markdownConsent": NOBODY_ELSE,
    "markdownRefuse": NOBODY_ELSE,
    "settlementBlock": staff(FINANCE, SUPPORT),
    "settlementUnblock": staff(FINANCE, SUPPORT),
    "settlementRelease": staff(FINANCE),
    # buying
    "cartAdd": SIGNED_IN,
    "cartRemove": NOBODY_ELSE,
    "orderPlace": NOBODY_ELSE,
    "orderCancel": staff(SUPPORT),
    "orderChargeBackResolve": staff(FINANCE),
    "transitCoverRegister": staff(FINANCE),
    "shipmentCreate": staff(SUPPORT, SHOP_ASSOCIATE),
    "shipmentHandOver": staff(SUPPORT, SHOP_ASSOCIATE),
    "shipmentReady": staff(SUPPORT, SHOP_ASSOCIATE),
    "shipmentDeliver": staff(SUPPORT, SHOP_ASSOCIATE),
    "shipmentPickUp": staff(SUPPORT, SHOP_ASSOCIATE),
    "shipmentCancel": staff(SUPPORT, SHOP_ASSOCIATE),
    "goodsReturnRequest": NOBODY_ELSE,
    "goodsReturnAgree": staff(SUPPORT),
    "goodsReturnCancel": staff(SUPPORT),
    "goodsReturnApprove": staff(SUPPORT),
    "goodsReturnReject": staff(SUPPORT),
    "goodsReturnShip": staff(SUPPORT),
    "goodsReturnReceive": staff(SUPPORT, SHOP_ASSOCIATE),
    "goodsReturnInspect": staff(SUPPORT, APPRAISER),
    "goodsReturnResolve": staff(SUPPORT, FINANCE),
    "goodsReturnSendBack": staff(SUPPORT, SHOP_ASSOCIATE),
}
"""Who, besides whom it concerns, may do a mutation to somebody else's things, or to their own where it names none."""

SEEN: dict[str, frozenset[Persona]] = {
    "appraisalConclude": frozenset({APPRAISER, Persona.ADMIN}),
    "appraisalRelease": frozenset({APPRAISER}),
    "certificateRevoke": frozenset({APPRAISER}),
    "certificateReinstate": frozenset({APPRAISER}),
    "certificateRecall": frozenset({APPRAISER}),
    "gradingStandardPublish": frozenset({APPRAISER}),
}
"""Who may see the thing and still not do this to it: they learn that they lack the right, not whether it is there."""

NAMES_THE_SHOP: dict[str, tuple[str, ...]] = {
    "appraisalReceive": (),
    "consignmentReceive": ("intake",),
    "goodsReturnReceive": (),
}
"""Where the input says at which shop something happens that may also happen in the house itself."""

AT_A_SHOP = sorted(name for name, may in POLICY.items() if SHOP_ASSOCIATE in may and Persona.CUSTOMER not in may)

REFUSED = {"NOT_ALLOWED", "NOT_FOUND", "NOT_QUALIFIED"}


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
