"""What the schema promises everywhere, so that nobody has to remember it."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    parse,
    validate,
)

import domain
from domain.refusal import Refusal
from schema.errors import STANDARD, TYPES
from schema.mutation import Keyed, MoneyMove
from schema.root import build
from tests.house.calls import money_movers, reachable

COMMITTED = Path(__file__).parents[2] / "schema" / "schema.graphql"

IN_NO_UNION = {
    "AmountMismatch": "raised by what a payment provider reports, which is answered to the provider",
    "EstimatedTooOften": "raised by a query, which answers with an error",
    "RefundTooHigh": "raised by what an order or a provider makes of a refund; no caller names its amount",
}
CAN_NOT_HAPPEN = {
    "appraisalConclude": {"CaptureTooHigh": "the whole hold is captured"},
    "goodsReturnResolve": {
        "InsufficientFunds": "money only comes back",
        "RefundTooHigh": "the amount was agreed within what the line has left",
        "SerialAlreadyRegistered": "a piece that was registered keeps its serial",
    },
    "orderCancel": {"InsufficientFunds": "money only comes back", "RefundTooHigh": "what is left is given back"},
    "orderPlace": dict.fromkeys(
        (
            *("AgeNotAllowed", "ConsentMissing", "DepartureClosed", "DepartureFull"),
            *("PassportTooShort", "TravellerDataMissing"),
        ),
        "places that can not be held anew leave the cart, and the order is refused for that",
    ),
    "payoutBatchPost": {"CaptureTooHigh": "the whole hold is captured"},
    "settlementAgree": {"InsufficientFunds": "the seller's pockets are only paid into"},
    "settlementRelease": {"InsufficientFunds": "the seller's pockets are only paid into"},
    "tradeInAnswer": {
        "CaptureTooHigh": "what is captured is a part of what is held",
        "RefundTooHigh": "no more comes back than was paid",
    },
    "tradeInInspect": {
        "CaptureTooHigh": "the whole hold is captured",
        "InsufficientFunds": "a piece that is as it was said leaves nothing to pay",
        "RefundTooHigh": "no more comes back than was paid",
    },
    "tradeInWithdraw": {"CaptureTooHigh": "the whole hold is captured"},
    "shipmentDeliver": {"WrongPickupCode": "what is picked up goes by shipmentPickUp"},
}
"""What a verb shares code with and yet never raises, and why."""

GRAPHQL = ("Boolean", "ID", "Int", "JSON", "String")
"""Scalars that are described elsewhere."""

SENTENCE = re.compile(r"[A-Z0-9`][^\n]*[^ \n.]\.")
"""How a description looks: one line, from a capital to a full stop."""

OTHER_WORDS = re.compile(r"\b(consignors?|viewers?|strangers?|charge-backs?|user|merchant)\b", re.IGNORECASE)
PREFERRED = "seller, caller, somebody who is not signed in, chargeback, person, house"

VERBS_FIRST = re.compile("^(create|update|delete|add|remove|set|get|make|do|place|cancel|post)[A-Z]")


@cache
def schema() -> GraphQLSchema:
    return build()._schema


def object_types() -> Iterator[GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType]:
    for found in schema().type_map.values():
        ours = isinstance(found, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType)
        if ours and not found.name.startswith("__"):
            yield found


def mutations() -> dict[str, GraphQLField]:
    assert schema().mutation_type is not None
    return schema().mutation_type.fields  # type: ignore[union-attr]


def strawberry_field(name: str) -> Any:
    return mutations()[name].extensions["strawberry-definition"]


def verb_of(name: str) -> Any:
    """The domain verb that the mutation runs."""
    resolver = strawberry_field(name).base_resolver.wrapped_func
    free = dict(zip(resolver.__code__.co_freevars, resolver.__closure__, strict=True))
    return free["verb"].cell_contents


def input_of(name: str) -> Any:
    return strawberry_field(name).arguments[0].type


def upper(name: str) -> str:
    return name[:1].upper() + name[1:]


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    assert COMMITTED.read_text() == build().as_str() + "\n", "run `make sdl`"


def descriptions() -> Iterator[tuple[str, str]]:
    """Where one is due and what it says, of everything that is ours; nothing where there is none."""
    for name, found in schema().type_map.items():
        if name.startswith("__") or name in GRAPHQL:
            continue
        yield name, found.description or ""
        for member, declared in getattr(found, "fields", getattr(found, "values", {})).items():
            yield f"{name}.{member}", declared.description or ""
            for argument, taken in getattr(declared, "args", {}).items():
                yield f"{name}.{member}({argument})", taken.description or ""


def test_everything_is_described() -> None:
    assert [where for where, text in descriptions() if not text] == []


def test_descriptions_are_sentences() -> None:
    odd = [f"{where}: {text}" for where, text in descriptions() if not SENTENCE.fullmatch(text)]

    assert odd == []


def test_descriptions_say_more_than_a_name() -> None:
    """Somebody who reads them for the first time, out of their place, knows what is meant."""
    values = {name for name, found in schema().type_map.items() if isinstance(found, GraphQLEnumType)}
    curt = {
        where: text for where, text in descriptions() if len(text.split()) < 3 and where.partition(".")[0] not in values
    }

    assert curt == {}


def test_descriptions_call_the_same_by_the_same_word() -> None:
    said = {where: found[0] for where, text in descriptions() if (found := OTHER_WORDS.search(text))}

    assert said == {}, f"say it as others do: {PREFERRED}"


def test_what_may_be_null_says_when() -> None:
    silent, wrong = [], []
    for found in object_types():
        if isinstance(found, GraphQLInputObjectType) or found.name in ("Mutation", "Subscription"):
            continue
        for name, field in found.fields.items():
            says = re.search(r"\bnull\b", field.description or "", re.IGNORECASE) is not None
            never = isinstance(field.type, GraphQLNonNull)
            silent += [f"{found.name}.{name}"] if not never and not says else []
            wrong += [f"{found.name}.{name}"] if never and says else []

    assert (silent, wrong) == ([], [])


def test_every_kind_of_thing_says_who_sees_it() -> None:
    nodes = [found for found in object_types() if "Node" in {of.name for of in getattr(found, "interfaces", ())}]

    assert len(nodes) > 40
    assert [found.name for found in nodes if "Seen by" not in (found.description or "")] == []


def members() -> Iterator[tuple[str, str, GraphQLNamedType]]:
    """Where it stands, its name and its kind, of every field, input field and argument."""
    for found in object_types():
        for name, field in found.fields.items():
            yield f"{found.name}.{name}", name, get_named_type(field.type)
            for argument, taken in getattr(field, "args", {}).items():
                yield f"{found.name}.{name}({argument})", argument, get_named_type(taken.type)


NAMED = {
    "Boolean": re.compile("(?!is[A-Z]|has[A-Z]).*|has(Next|Previous)Page"),
    "DateTime": re.compile("since|until|.*(At|By|Since|Until|From|Before)"),
    "ID": re.compile("ids?|.*Ids?"),
    "MoneyInput": re.compile("(?!.*(minor|cents|currency)).*", re.IGNORECASE),
}
"""How what is of a kind is called: a flag by what is so, a moment by an ending, a reference by the thing."""


def test_what_is_of_one_kind_is_named_alike() -> None:
    odd = [where for where, name, kind in members() if kind.name in NAMED and not NAMED[kind.name].fullmatch(name)]
    shares = [where for where, name, kind in members() if name.endswith("Bps") and kind.name != "Int"]

    assert odd == []
    assert shares == []


UNITS = ("Days", "Months", "Minutes", "Hours", "Seconds", "Grams", "Bytes")


def test_what_counts_a_unit_says_which() -> None:
    texts = dict(descriptions())
    counts = {where: unit for where, name, _ in members() for unit in UNITS if name.endswith(unit)}
    shares = [where for where, name, _ in members() if name.endswith("Bps")]

    assert [where for where, unit in counts.items() if unit[:-1].lower() not in texts[where].lower()] == []
    assert [where for where in shares if "basis points" not in texts[where]] == []


def test_inputs_are_named_as_inputs() -> None:
    inputs = [name for name, found in schema().type_map.items() if isinstance(found, GraphQLInputObjectType)]
    filters = {where: kind.name for where, name, kind in members() if name == "filter"}

    assert [name for name in inputs if not name.endswith("Input")] == []
    assert [where for where, name in filters.items() if not name.endswith("FilterInput")] == []


def test_one_thing_is_asked_for_by_its_id_or_its_name_in_web_addresses() -> None:
    slugs = [where for where, name, _ in members() if name == "slug" and where.startswith("Query.")]
    either = [where for where, _, kind in members() if kind.name == "IdOrSlugInput" and not where.endswith("(by)")]

    assert slugs == []
    assert either == []


OTHER_NOUNS = {
    "identityLink": "it is the tie between a person and an issuer, which nobody reads",
    "identityUnlink": "it is the tie between a person and an issuer, which nobody reads",
    "policyPublish": "what is published is a version of it",
    "servicePerform": "it is a line of an order",
    "stockAdjust": "it is what is there of a listing",
}
"""Mutations that begin with no type, and why."""


def test_mutations_begin_with_the_type_that_they_are_about() -> None:
    types = [name[:1].lower() + name[1:] for name in schema().type_map]
    loose = {name for name in mutations() if not any(re.match(f"{noun}[A-Z]", name) for noun in types)}

    assert loose == OTHER_NOUNS.keys()


def test_what_takes_an_expected_version_may_answer_that_it_is_another_one() -> None:
    for name, field in mutations().items():
        takes = "expectedVersion" in get_named_type(field.args["input"].type).fields  # type: ignore[union-attr]
        answers = {member.name for member in get_named_type(field.type).types}  # type: ignore[union-attr]
        assert takes == ("VersionConflict" in answers), name


def refusals() -> set[type[Refusal]]:
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        importlib.import_module(module.name)
    found: set[type[Refusal]] = set()
    open_: list[type[Refusal]] = [Refusal]
    while open_:
        below = [each for each in open_.pop().__subclasses__() if each.__module__.startswith("domain")]
        found.update(below)
        open_ += below
    return found


def test_every_refusal_is_a_type_and_in_the_union_of_a_mutation() -> None:
    schema()
    assert {each.__name__ for each in refusals() - TYPES.keys()} == set(), "declare it with @refused"

    answered = {
        member.name
        for field in mutations().values()
        for member in get_named_type(field.type).types  # type: ignore[union-attr]
    }
    names = {declared.__strawberry_definition__.name for declared in TYPES.values()}  # type: ignore[attr-defined]
    assert names - answered == IN_NO_UNION.keys()


def test_what_a_verb_can_refuse_is_in_the_union_of_its_mutation() -> None:
    """Found by what the verb calls; a refusal that is in no union would reach the client as a bug of ours."""
    missing: dict[str, set[str]] = {}
    for name, field in mutations().items():
        answers = {member.name for member in get_named_type(field.type).types}  # type: ignore[union-attr]
        raised = reachable(verb_of(name)) & refusals()
        off = {each.__name__ for each in raised if TYPES[each].__strawberry_definition__.name not in answers}  # type: ignore[attr-defined]
        missing |= {name: off} if off else {}

    assert missing == {name: set(reasons) for name, reasons in CAN_NOT_HAPPEN.items()}


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [each.code for each in refusals()]

    assert len(codes) == len(set(codes))
    assert all(re.fullmatch("[A-Z][A-Z_]*[A-Z]", code) for code in codes)


def test_every_mutation_takes_a_key_and_answers_with_a_noun_or_a_refusal_as_data() -> None:
    standard = {each.__strawberry_definition__.name for each in STANDARD}  # type: ignore[attr-defined]
    for name, field in mutations().items():
        assert list(field.args) == ["input"], name
        given = field.args["input"].type
        assert isinstance(given, GraphQLNonNull), name
        assert given.of_type.name == f"{upper(name)}Input"
        assert "clientMutationKey" in given.of_type.fields, name
        assert issubclass(input_of(name), Keyed), name
        answer = get_named_type(field.type)
        assert isinstance(answer, GraphQLUnionType), name
        assert answer.name == f"{upper(name)}Result"
        nouns = [each.name for each in answer.types if "UserError" not in {of.name for of in each.interfaces}]
        assert len(nouns) == 1, f"{name} answers with {nouns}"
        assert standard <= {each.name for each in answer.types}, name


def test_mutations_are_named_noun_first() -> None:
    for name in mutations():
        assert not VERBS_FIRST.match(name), f"{name}: the noun comes first"
        assert re.fullmatch("[a-z]+([A-Z][a-z]+)+", name), name


def test_what_moves_money_takes_an_expected_version_and_rehearses() -> None:
    """Found by what the verb calls: whoever gets to the ledger moves money."""
    movers = money_movers()
    moving = {name for name in mutations() if verb_of(name) in movers}
    careless = {name for name in moving if not issubclass(input_of(name), MoneyMove)}

    assert {"walletTransfer", "walletCreditGrant", "orderPlace", "settlementRelease"} <= moving
    assert careless == set()


def test_what_is_paged_through_is_a_connection() -> None:
    for found in object_types():
        if isinstance(found, GraphQLInputObjectType):
            continue
        for name, field in found.fields.items():
            if "first" in field.args:
                assert {"first", "after"} <= field.args.keys(), f"{found.name}.{name}"
                assert get_named_type(field.type).name.endswith("Connection"), f"{found.name}.{name}"


def test_enums_are_what_the_domain_says() -> None:
    for found in schema().type_map.values():
        if isinstance(found, GraphQLEnumType) and not found.name.startswith("__"):
            assert all(re.fullmatch("[A-Z][A-Z0-9_]*", value) for value in found.values), found.name


EXAMPLES = sorted((Path(__file__).parents[2] / "examples").rglob("*.graphql"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_examples_are_valid(example: Path) -> None:
    """That they work as well is shown by the tour, which sends each of them."""
    assert validate(schema(), parse(example.read_text())) == []
