"""What nobody may know (S4): what is somebody else's answers like what never was, for every kind of thing and role.

Kinds are those that `node` can fetch, root fields are found in the schema: one without a row here fails.
"""

from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLObjectType, get_named_type, is_leaf_type

from schema.access import KINDS
from schema.ids import decode_id, encode_id
from schema.node import FETCHES
from tests.support.api import Answer
from tests.trust.alter import bare
from tests.trust.operations import OPERATIONS
from tests.trust.selection import SCHEMA, fields_of
from tests.trust.world import Persona, World, personas

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
)
"""Mutations whose worlds have at least one thing of every kind."""

FIELDS: dict[str, dict[str, str]] = {
    "account": {"id": "Account"},
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
    *("gradingStandard", "clubShop", "travelProduct", "departure", "bundle"),
}
"""Root fields that take an id and show everybody the same, or, like `node`, are asked kind by kind above."""

REST: dict[str, dict[str, Any]] = {
    "gradingAssessment": {"answers": []},
    "orderQuote": {"delivery": {"method": "PICKUP"}, "tenders": {}},
    "refundPreview": {"lines": []},
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
async def things(world: World) -> dict[str, str]:
    """The id of one thing of every kind, none of which concerns the personas."""
    for name in MADE_BY:
        actor, given = await OPERATIONS[name](world)
        await world.do(actor, name, **given)
    found = {}
    for kind in SEES:
        table = TABLES.get(kind) or "".join(f"_{c.lower()}" if c.isupper() else c for c in kind).lstrip("_")
        value = await world.house.readers.pool.fetchval(f'SELECT id FROM "{table}" {CHOSEN.get(kind, "")} LIMIT 1')
        assert value is not None, f"no {kind} was made"
        found[kind] = encode_id(kind, value)
    return found


CHOSEN = {
    "Account": "WHERE roles = '[\"CUSTOMER\"]'",
    "Listing": "WHERE state = 'LISTED'",
    "Piece": "WHERE id IN (SELECT piece_id FROM listing WHERE state = 'LISTED')",
    "Product": "WHERE id IN (SELECT product_id FROM listing WHERE state = 'LISTED')",
}
"""What stands for its kind; for things on show one that is."""


@pytest.mark.parametrize("kind", sorted(SEES))
async def test_a_thing_is_there_for_whoever_may_see_it(world: World, things: dict[str, str], kind: str) -> None:
    query = "query ($id: ID!) { node(id: $id) { __typename id } }"
    seen = set()
    for persona in Persona:
        answer = await world.api(await world.persona(persona), query, id=things[kind])
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
    return f"query ({declared}) {{ {name}({passed}) {inside} }}"


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
    world: World, things: dict[str, str], name: str, path: str
) -> None:
    kind = FIELDS[name][path]
    theirs, nobodys = things[kind], encode_id(kind, uuid4())
    assert decode_id(theirs)[0] == kind
    for persona in (Persona.STRANGER, Persona.CUSTOMER):
        person = await world.persona(persona)
        answers: list[Answer] = []
        for value in (theirs, nobodys):
            given = asked(name, path, value)
            answers.append(await world.api(person, query_of(name, given), **given))
        assert answers[0].body == answers[1].body
        assert "INTERNAL" not in answers[0].codes
        assert not {"GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"} & set(answers[0].codes), answers[0].errors
