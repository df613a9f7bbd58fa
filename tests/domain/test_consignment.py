"""The lifecycle of a consignment as a graph, walked at random."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consignment import (
    CONSIGNMENT_LIFECYCLE,
    Consignment,
    ConsignmentId,
    ConsignmentState,
    Parcel,
    Route,
    SettlementMode,
)
from domain.consignment.lifecycle import BY_SELLER, BY_STAFF
from domain.money import Currency
from domain.refusal import WrongState
from domain.viewer import AccountId, Role, Viewer
from schema.root import build

NOW = datetime(2026, 11, 21, tzinfo=UTC)
MOVES = CONSIGNMENT_LIFECYCLE.moves
FINAL = {ConsignmentState.SETTLED, ConsignmentState.RETURNED}

states = st.sampled_from(ConsignmentState)
walks = st.lists(st.integers(0, 1_000), min_size=1, max_size=40)


def consignment(state: ConsignmentState = ConsignmentState.DRAFT, **changed: object) -> Consignment:
    found = Consignment(
        id=ConsignmentId(uuid4()),
        code="CO-1",
        seller=AccountId(uuid4()),
        route=Route.ONLINE,
        state=state,
        brand="",
        category_id=None,
        title="",
        description="",
        photos=(),
        currency=Currency.EUR,
        asking_price=None,
        created_at=NOW,
        state_since=NOW,
    )
    for name, value in changed.items():
        setattr(found, name, value)
    return found


def test_every_state_is_reached_from_a_draft() -> None:
    reached = {CONSIGNMENT_LIFECYCLE.initial}
    while True:
        further = {end for starts, end in MOVES.values() if end is not None and reached & set(starts)}
        if further <= reached:
            break
        reached |= further
    assert reached == set(ConsignmentState)


def test_what_is_over_stays_over_unless_a_sale_is_undone_after_its_seller_was_paid() -> None:
    leaving = {action for action, (starts, end) in MOVES.items() if FINAL & set(starts) and end is not None}

    assert leaving == {"calledOff"}
    assert ConsignmentState.RETURNED not in MOVES["calledOff"][0]
    assert leaving <= CONSIGNMENT_LIFECYCLE.unattended


def test_from_every_state_some_end_can_be_reached() -> None:
    """Also where the house has nothing to give back, which ends in DECLINED, WITHDRAWN or EXPIRED."""
    ends = set(FINAL)
    while True:
        more = {start for starts, end in MOVES.values() if end in ends for start in starts} - ends
        if not more:
            break
        ends |= more
    assert ends == set(ConsignmentState)


@given(walks)
def test_a_walk_by_the_table_never_leaves_it_and_is_refused_everywhere_else(walk: list[int]) -> None:
    found = consignment()
    for choice in walk:
        possible = [action for action in MOVES if found.may(action)]
        for action in set(MOVES) - set(possible):
            with pytest.raises(WrongState) as refused:
                found.move(action, NOW)
            assert refused.value.state == found.state
            assert refused.value.next_actions == found.next_actions
        if not possible:
            assert found.state is ConsignmentState.RETURNED
            break
        action = possible[choice % len(possible)]
        before, end = found.state, MOVES[action][1]
        found.move(action, NOW + timedelta(seconds=choice))
        assert found.state is (before if end is None else end)


@given(states)
def test_next_actions_are_moves_of_the_state(state: ConsignmentState) -> None:
    shown = consignment(state).next_actions

    assert set(shown) <= set(CONSIGNMENT_LIFECYCLE.next_actions(state))
    assert not any("/" in action or action in CONSIGNMENT_LIFECYCLE.unattended for action in shown)


@given(states, st.sets(st.sampled_from(sorted(set(Role) - {Role.SYSTEM}))))
def test_nobody_is_shown_both_sides_of_the_desk(state: ConsignmentState, roles: set[Role]) -> None:
    found = consignment(state)
    seller = Viewer(found.seller, frozenset(roles))
    somebody = Viewer(AccountId(uuid4()), frozenset(roles))

    assert set(found.actions_for(seller)) <= BY_SELLER
    assert all(action in BY_STAFF and somebody.has(*BY_STAFF[action]) for action in found.actions_for(somebody))
    assert found.actions_for(Viewer()) == ()


def test_every_action_of_the_table_is_a_mutation_that_somebody_may_send() -> None:
    mutations = build().get_type_by_name("Mutation")
    names = {field.graphql_name or camel(field.python_name) for field in mutations.fields}  # type: ignore[union-attr]
    actions = {action.partition("/")[0] for action in MOVES if action not in CONSIGNMENT_LIFECYCLE.unattended}

    assert actions <= names
    assert actions == BY_SELLER | set(BY_STAFF)


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def test_the_house_gives_back_only_what_it_has() -> None:
    never_came = consignment(ConsignmentState.WITHDRAWN)
    under_way = consignment(ConsignmentState.WITHDRAWN, parcel=Parcel("La Poste", "1", NOW))
    here = consignment(ConsignmentState.WITHDRAWN, received_at=NOW)
    sent = consignment(ConsignmentState.WITHDRAWN, received_at=NOW, return_parcel=Parcel("La Poste", "2", NOW))

    assert never_came.next_actions == ()
    assert under_way.next_actions == ("consignmentReceive",)
    assert here.next_actions == ("consignmentReturn",)
    assert sent.next_actions == ("consignmentAcceptReturn",)


def test_only_what_the_house_owns_is_listed_once_all_is_settled() -> None:
    settled = ConsignmentState.SETTLED
    sold = consignment(settled, mode=SettlementMode.AFTER_SALE, listing_id=uuid4())
    bought = consignment(settled, mode=SettlementMode.AT_APPRAISAL)
    at_the_end = consignment(settled, mode=SettlementMode.AFTER_SALE)
    given_away = consignment(settled, mode=SettlementMode.AFTER_SALE, donated=True)

    assert [one.next_actions for one in (sold, bought, at_the_end, given_away)] == [
        *[(), ("consignmentList",), ("consignmentList",), ()],
    ]
