"""What nobody may know (S4): what is somebody else's answers like what never was, for every kind of thing and role.

Kinds are those that `node` can fetch, root fields are found in the schema: one without a row here fails.
"""

from typing import Any
from uuid import uuid4

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from domain.account import Account
from schema.access import FIELDS as PRIVATE
from schema.access import KINDS, QUERIES
from schema.ids import decode_id, encode_id
from schema.node import FETCHES
from tests.support.api import Answer, KeyHolder
from tests.trust.alter import bare
from tests.trust.operations import OPERATIONS
from tests.trust.selection import SCHEMA, fields_of
from tests.trust.world import Persona, World, personas

Crowd = dict[Persona, Account | KeyHolder | None]

SEES: dict[str, frozenset[Persona]] = {kind: personas(row) for kind, row in KINDS.items()}
"""Who, besides whom it concerns, may see a thing of this kind; everybody, for what is on show."""

TABLES = {
    "ClubShop": "club_shop",
    "Order": "sales_order",
    "Payment": "payment_intent",
    "PolicyVersion": "policy_version",
}

MADE_BY = (
    *("mediaUploadFinish", "listingPublish", "gradingStandardPublish", "certificateRecall", "consignmentReceive"),
    *("appointmentCancel", "markdownConsent", "pieceCostRecord", "settlementBlock", "cartRemove", "walletTopUp"),
    *("goodsReturnApprove", "walletCreditGrant", "walletHoldVoid", "receivableWriteOff", "payoutBatchPost"),
    *("policyPublish", "collectionCreate", "bookingConfirm", "bundleWithdraw", "tripRequestQuote"),
    *("sessionEnd", "apiKeyRevoke", "tradeInDispose", "campaignOpen", "acquisitionPlanSet"),
    *("giftCardIssue", "voucherIssue", "fxQuoteAccept"),
)
"""Mutations whose worlds have at least one thing of every kind."""

FIELDS: dict[str, dict[str, str]] = {
    "account": {"id": "Account"},
    "apiKeys": {"accountId": "Account"},
    "wallet": {"accountId": "Account"},
    "payout": {"id": "Payout"},
    "payouts": {"filter.accountId": "Account"},
    "payoutBatch": {"id": "PayoutBatch"},
    "receivables": {"filter.accountId": "Account"},
    "auditLog": {"filter.actorId": "Account", "filter.subjectId": "Account"},
    "gradingAssessment": {"standardId": "GradingStandard"},
    "gradeSuggestion": {"appraisalId": "Appraisal"},
    "goodsReceipts": {"listingId": "Listing"},
    "appraisers": {"categoryId": "Category"},
    "appraisal": {"id": "Appraisal"},
    "appraisalQueue": {"filter.categoryId": "Category"},
    "certificate": {"id": "Certificate"},
    "certificates": {"filter.recallId": "CertificateRecall"},
    "certificateRecall": {"id": "CertificateRecall"},
    "settlementOptions": {"consignmentId": "Consignment"},
    "settlement": {"id": "Settlement"},
    "settlements": {"filter.sellerId": "Account"},
    "contract": {"id": "Contract"},
    "cart": {"id": "Cart"},
    "order": {"id": "Order"},
    "orderQueue": {"filter.buyerId": "Account"},
    "orderQuote": {"cartId": "Cart"},
    "payment": {"id": "Payment"},
    "shipment": {"id": "Shipment"},
    "tradeIn": {"id": "TradeIn"},
    "tradeInQueue": {"filter.ownerId": "Account"},
    "priceExplain": {"of.tradeInId": "TradeIn"},
    "acquisitionHistory": {"categoryId": "Category", "brandId": "Brand"},
    "goodsReturn": {"id": "GoodsReturn"},
    "goodsReturnQueue": {"filter.orderId": "Order", "filter.buyerId": "Account"},
    "refundPreview": {"orderId": "Order"},
    "consignment": {"id": "Consignment"},
    "consignmentQueue": {"filter.shopId": "ClubShop", "filter.categoryId": "Category"},
    "appointment": {"id": "Appointment"},
    "appointments": {"filter.shopId": "ClubShop"},
    "shopDiary": {"filter.shopId": "ClubShop"},
    "supplier": {"id": "Supplier"},
    "supplierBills": {"supplierId": "Supplier"},
    "booking": {"id": "Booking"},
    "bookingQueue": {"filter.departureId": "Departure"},
    "tripRequest": {"id": "TripRequest"},
}
"""Root fields about things that are not on show, and the kinds of the ids that they take."""

ON_SHOW = {
    *("node", "nodes", "brand", "category", "collection", "product", "products", "piece", "listing", "listings"),
    *("gradingStandard", "clubShop", "travelProduct", "departure", "bundle", "tradeInEstimate"),
}
"""Root fields that take an id and show everybody the same, or, like `node`, are asked kind by kind above."""

REST: dict[str, dict[str, Any]] = {
    "gradingAssessment": {"answers": []},
    "orderQuote": {"delivery": {"method": "PICKUP"}, "tenders": {}},
    "refundPreview": {"lines": []},
    "giftCard": {"code": "GC-2222-2222-2222-2222"},
    "circulation": {"since": "2026-01-01", "until": "2026-12-31"},
    "graderRecords": {"since": "2026-01-01", "until": "2026-12-31"},
    "consignmentQueue": {"filter": {"queue": "TO_CONFIRM"}},
}
"""What else a field needs to be asked."""


def takes_an_id(kind: Any, depth: int = 0) -> bool:
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        return depth < 3 and any(takes_an_id(field.type, depth + 1) for field in named.fields.values())
    return bool(named.name == "ID")


def test_every_kind_and_every_field_that_takes_an_id_has_a_row() -> None:
    assert SCHEMA.query_type is not None
    taking = {
        name
        for name, field in SCHEMA.query_type.fields.items()
        if any(takes_an_id(argument.type) for argument in field.args.values())
    }
    assert set(SEES) == set(FETCHES)
    assert taking == set(FIELDS) | ON_SHOW


@pytest.fixture(scope="module")
async def crowd(world: World, things: dict[str, str]) -> Crowd:
    """One of every kind, whom none of the things concerns."""
    return {persona: await world.persona(persona) for persona in Persona}


@pytest.fixture(scope="module")
async def things(world: World) -> dict[str, str]:
    """The id of one thing of every kind that was made, none of which concerns the personas."""
    for name in MADE_BY:
        actor, given = await OPERATIONS[name](world)
        await world.do(actor, name, **given)
    found = {}
    for kind in SEES:
        table = TABLES.get(kind) or "".join(f"_{c.lower()}" if c.isupper() else c for c in kind).lstrip("_")
        value = await world.house.readers.pool.fetchval(f'SELECT id FROM "{table}" {CHOSEN.get(kind, "")} LIMIT 1')
        if value is not None:
            found[kind] = encode_id(kind, value)
    return found


CHOSEN = {
    "Account": "WHERE roles = '[\"CUSTOMER\"]'",
    "Campaign": "WHERE state = 'OPEN'",
    "Listing": "WHERE state = 'LISTED'",
    "Piece": "WHERE id IN (SELECT piece_id FROM listing WHERE state = 'LISTED')",
    "Product": "WHERE id IN (SELECT product_id FROM listing WHERE state = 'LISTED')",
}
"""What stands for its kind; for things on show one that is."""


@pytest.mark.parametrize("kind", sorted(SEES))
async def test_a_thing_is_there_for_whoever_may_see_it(
    world: World, crowd: Crowd, things: dict[str, str], kind: str
) -> None:
    assert kind in things, f"no {kind} was made: MADE_BY names what makes one"
    query = "query ($id: ID!) { node(id: $id) { __typename id } }"
    seen = set()
    for persona in Persona:
        answer = await world.api(crowd[persona], query, id=things[kind])
        if answer["node"] is not None:
            assert answer["node"] == {"__typename": kind, "id": things[kind]}
            seen.add(persona)

    assert seen == SEES[kind]


def query_of(name: str, given: dict[str, Any]) -> str:
    """The field with its arguments as variables, and all that can be selected of it."""
    assert SCHEMA.query_type is not None
    field = SCHEMA.query_type.fields[name]
    declared = ", ".join(f"${argument}: {field.args[argument].type}" for argument in given)
    passed = ", ".join(f"{argument}: ${argument}" for argument in given)
    held = get_named_type(field.type)
    inside = "" if is_leaf_type(held) else "{ __typename }"
    if isinstance(held, GraphQLObjectType):
        nodes = held.fields.get("nodes")
        node = None if nodes is None else get_named_type(nodes.type)
        inside = f"{{ nodes {{ {fields_of(node, 1)} }} }}" if node is not None else f"{{ {fields_of(held, 1)} }}"  # type: ignore[arg-type]
    return f"query ({declared}) {{ {name}({passed}) {inside} }}" if given else f"{{ {name} {inside} }}"


def asked(name: str, path: str, value: str) -> dict[str, Any]:
    """The arguments of a field with this id in its place."""
    assert SCHEMA.query_type is not None
    argument, _, inner = path.partition(".")
    kind = bare(SCHEMA.query_type.fields[name].args[argument].type)
    rest = REST.get(name, {})
    placed: Any = [value] if isinstance(kind, GraphQLList) else value
    return {**rest, argument: {**rest.get(argument, {}), inner: value} if inner else placed}


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, paths in FIELDS.items() for path in paths])
async def test_what_is_somebody_elses_answers_like_what_never_was(
    world: World, crowd: Crowd, things: dict[str, str], name: str, path: str
) -> None:
    kind = FIELDS[name][path]
    theirs, nobodys = things[kind], encode_id(kind, uuid4())
    assert decode_id(theirs)[0] == kind
    for persona in (Persona.STRANGER, Persona.CUSTOMER, Persona.PARTNER, Persona.KEY):
        person = crowd[persona]
        answers: list[Answer] = []
        for value in (theirs, nobodys):
            given = asked(name, path, value)
            answers.append(await world.api(person, query_of(name, given), **given))
        assert answers[0].body == answers[1].body
        assert "INTERNAL" not in answers[0].codes
        assert not {"GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"} & set(answers[0].codes), answers[0].errors


HELD_BACK = {"NOT_ALLOWED", "NOT_FOUND"}


def given_for(name: str) -> dict[str, Any]:
    """Arguments with which a root field can be asked: about things that never were, where it asks for any."""
    given = dict(REST.get(name, {}))
    for path, kind in FIELDS.get(name, {}).items():
        given.update(asked(name, path, encode_id(kind, uuid4())))
    assert SCHEMA.query_type is not None
    needed = [one for one, argument in SCHEMA.query_type.fields[name].args.items() if is_required_argument(argument)]
    assert set(needed) <= set(given), f"REST says what else {name} needs to be asked"
    return given


@pytest.mark.parametrize("name", sorted(name for name, row in QUERIES.items() if not row.everybody))
async def test_a_root_field_answers_whom_the_table_names_and_holds_back_everybody_else(
    world: World, crowd: Crowd, name: str
) -> None:
    given = given_for(name)
    query, row = query_of(name, given), QUERIES[name]
    may = personas(row)
    for persona in Persona:
        answer = await world.api(crowd[persona], query, **given)
        assert set(answer.codes) <= HELD_BACK, answer.errors
        if persona in may:
            assert "NOT_ALLOWED" not in answer.codes, f"the table says that {persona} may"
        else:
            assert answer.errors or not shown(answer.body["data"][name]), f"{persona} reads {name}"


def shown(value: Any) -> bool:
    """Whether an answer has anything in it."""
    if isinstance(value, dict):
        return any(shown(inner) for name, inner in value.items() if name != "__typename")
    return any(map(shown, value)) if isinstance(value, list) else value is not None


PARTS = {
    "Account.identityCheck": "{ __typename }",
    "Account.circulation": "{ __typename }",
    "Account.creditPurchases": "{ nodes { __typename } }",
}
"""What to select of a field that is more than a value; of others the names of their types."""


@pytest.mark.parametrize("name", sorted(name for name in PRIVATE if name.partition(".")[0] in KINDS))
async def test_a_private_field_is_empty_for_whoever_may_not_see_it(
    world: World, crowd: Crowd, things: dict[str, str], name: str
) -> None:
    kind, _, field = name.partition(".")
    held = get_named_type(SCHEMA.type_map[kind].fields[field].type)  # type: ignore[attr-defined]
    inside = PARTS.get(name, "" if is_leaf_type(held) else "{ __typename }")
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ {field} {inside} }} }} }}"
    may = personas(PRIVATE[name])
    for persona in Persona:
        thing = (await world.api(crowd[persona], query, id=things[kind]))["node"]
        assert (thing is None) is (persona not in SEES[kind])
        if thing is not None and persona not in may:
            assert thing[field] in (None, [], {"nodes": []}), f"{persona} sees {name}"
