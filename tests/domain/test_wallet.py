"""Lots and holds: what is taken comes back, to the lot it came from."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.ledger import AccountKind, LotId, house, unbalanced
from domain.money import Currency, Money, total
from domain.refusal import WrongState
from domain.viewer import AccountId
from domain.wallet import (
    CaptureTooHigh,
    Hold,
    HoldId,
    HoldState,
    InsufficientFunds,
    Lot,
    LotOrigin,
    LotSlice,
    capture,
    release,
    slice_lots,
    split_slices,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
OWNER = AccountId(UUID(int=1))


def euro(minor: int) -> Money:
    return Money(minor, Currency.EUR)


def lot(remaining: int, *, days: int = 0, priority: int = 10, expires_in: int | None = None) -> Lot:
    return Lot(
        id=LotId(uuid4()),
        owner=OWNER,
        origin=LotOrigin.PROMOTION if expires_in is not None else LotOrigin.SETTLEMENT,
        amount=euro(max(remaining, 1)),
        remaining=euro(remaining),
        priority=priority,
        expires_at=None if expires_in is None else NOW + timedelta(days=expires_in),
        cause_kind="test",
        cause_id=UUID(int=2),
        created_at=NOW + timedelta(days=days),
    )


def hold(kind: AccountKind, slices: list[LotSlice], amount: Money) -> Hold:
    return Hold(
        id=HoldId(uuid4()),
        owner=OWNER,
        kind=kind,
        amount=amount,
        captured=euro(0),
        slices=tuple(slices),
        state=HoldState.HELD,
        expires_at=NOW + timedelta(hours=1),
        cause_kind="test",
        cause_id=UUID(int=3),
        created_at=NOW,
    )


slices = st.lists(st.integers(1, 10**9), min_size=1, max_size=8).map(
    lambda minors: [LotSlice(LotId(uuid4()), euro(minor)) for minor in minors]
)


def test_credit_that_expires_soonest_is_spent_first_then_the_oldest() -> None:
    old, young = lot(100, days=-9), lot(100, days=-1)
    soon, later = lot(100, priority=0, expires_in=3), lot(100, priority=0, expires_in=30)

    taken = slice_lots([young, later, old, soon], euro(350), NOW)

    assert [piece.lot_id for piece in taken] == [soon.id, later.id, old.id, young.id]
    assert taken[-1].amount == euro(50)


def test_a_lot_that_has_lapsed_is_not_spent() -> None:
    with pytest.raises(InsufficientFunds) as refusal:
        slice_lots([lot(100, priority=0, expires_in=0), lot(30)], euro(31), NOW)

    assert refusal.value.available == euro(30)


@given(st.lists(st.integers(0, 10**9), max_size=8), st.integers(1, 10**9))
def test_slices_hold_exactly_what_was_asked_for_and_no_lot_gives_more_than_it_has(
    remaining: list[int], asked: int
) -> None:
    lots = [lot(minor) for minor in remaining]
    assume(sum(remaining) >= asked)

    taken = slice_lots(lots, euro(asked), NOW)

    assert total((piece.amount for piece in taken), Currency.EUR) == euro(asked)
    left = {one.id: one.remaining for one in lots}
    assert all(piece.amount <= left[piece.lot_id] for piece in taken)


@given(slices, st.data())
def test_what_is_taken_and_what_is_left_make_up_the_whole_lot_by_lot(
    pieces: list[LotSlice], data: st.DataObject
) -> None:
    whole = sum(piece.amount.minor for piece in pieces)
    asked = euro(data.draw(st.integers(0, whole)))

    taken, rest = split_slices(pieces, asked)

    assert total((piece.amount for piece in taken), Currency.EUR) == asked
    for piece in pieces:
        parts = [part.amount for part in (*taken, *rest) if part.lot_id == piece.lot_id]
        assert total(parts, Currency.EUR) == piece.amount


@given(slices, st.sampled_from([AccountKind.CASH, AccountKind.CREDIT]), st.data())
def test_a_capture_is_balanced_by_what_it_spends(
    pieces: list[LotSlice], kind: AccountKind, data: st.DataObject
) -> None:
    whole = sum(piece.amount.minor for piece in pieces)
    one = hold(kind, pieces if kind is AccountKind.CREDIT else [], euro(whole))
    amount = euro(data.draw(st.integers(1, whole)))

    postings, spent = capture(one, amount)

    assert unbalanced([*postings, house(AccountKind.SERVICES, amount)]) == {}
    assert one.state is HoldState.CAPTURED
    assert one.captured == amount
    if kind is AccountKind.CREDIT:
        assert total((piece.amount for piece in spent), Currency.EUR) == amount


@given(slices, st.sampled_from([AccountKind.CASH, AccountKind.CREDIT]))
def test_a_release_gives_everything_back_by_itself(pieces: list[LotSlice], kind: AccountKind) -> None:
    whole = euro(sum(piece.amount.minor for piece in pieces))
    one = hold(kind, pieces if kind is AccountKind.CREDIT else [], whole)

    postings = release(one, "walletHoldVoid")

    assert unbalanced(postings) == {}
    assert one.state is HoldState.VOIDED


def test_a_hold_ends_once() -> None:
    one = hold(AccountKind.CASH, [], euro(100))
    release(one, "walletHoldVoid")

    for again in ("walletHoldVoid", "walletHoldExpire"):
        with pytest.raises(WrongState) as refusal:
            release(one, again)
        assert refusal.value.next_actions == ()
    with pytest.raises(WrongState):
        capture(one, euro(1))


def test_no_more_is_captured_than_was_held() -> None:
    one = hold(AccountKind.CASH, [], euro(100))

    with pytest.raises(CaptureTooHigh):
        capture(one, euro(101))

    assert one.state is HoldState.HELD
