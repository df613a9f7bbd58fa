"""What is left of an offer, what it saves, and what its passport tells, without a database."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import listing, passport, piece
from domain.catalogue import ProductId
from domain.listing import Listing, ListingId, ListingKind, ListingState, NotAvailable
from domain.money import Currency, Money
from domain.piece import PieceId
from domain.price import saving
from domain.refusal import WrongState

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def euros(minor: int) -> Money:
    return Money(minor, Currency.EUR)


def offer(quantity: int = 1, piece_id: UUID | None = None) -> Listing:
    return Listing(
        id=ListingId(uuid4()),
        kind=ListingKind.NEW if piece_id is None else ListingKind.REFURBISHED,
        slug="offer",
        product_id=ProductId(uuid4()),
        piece_id=None if piece_id is None else PieceId(piece_id),
        consignment_id=None,
        options=(),
        price=euros(100),
        reference_price=None,
        reference_source=None,
        reference_as_of=None,
        quantity=quantity,
        reserved=0,
        seller=piece.HOUSE,
        state=ListingState.LISTED,
        published_at=NOW,
    )


MOVES = st.lists(st.tuples(st.sampled_from(("reserve", "release", "sell")), st.integers(1, 4)), max_size=40)


@given(st.integers(1, 6), MOVES)
def test_what_is_left_never_falls_below_zero_and_the_state_follows_from_it(
    quantity: int, moves: list[tuple[str, int]]
) -> None:
    one, sold, promised = offer(quantity), 0, 0
    for move, many in moves:
        if move == "reserve" and many <= quantity - sold - promised:
            listing.reserve(one, many)
            promised += many
        elif move == "reserve":
            with pytest.raises(NotAvailable):
                listing.reserve(one, many)
        elif many <= promised:
            getattr(listing, move)(one, many)
            promised -= many
            sold += many if move == "sell" else 0
        left = quantity - sold
        assert (one.quantity, one.reserved, one.available) == (left, promised, left - promised)
        state = "SOLD" if left == 0 else "LISTED" if left > promised else "RESERVED"
        assert one.state == state


def test_a_sold_piece_can_come_back_and_is_one_of_one_again() -> None:
    one = offer(piece_id=uuid4())
    listing.reserve(one, 1)
    listing.sell(one, 1)
    with pytest.raises(NotAvailable):
        listing.reserve(one, 1)

    listing.relist(one)

    assert (one.state, one.quantity, one.reserved) == ("LISTED", 1, 0)
    with pytest.raises(WrongState):
        listing.relist(one)


def test_what_was_promised_before_a_withdrawal_is_still_sold() -> None:
    one = offer(3)
    listing.reserve(one, 1)
    listing.withdraw(one)

    with pytest.raises(NotAvailable):
        listing.reserve(one, 1)
    listing.sell(one, 1)

    assert (one.state, one.quantity, one.reserved) == ("WITHDRAWN", 2, 0)
    with pytest.raises(WrongState):
        listing.withdraw(one)


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_a_saving_never_claims_more_than_there_is(price: int, new: int) -> None:
    found = saving(euros(price), euros(new))

    if price >= new:
        assert found is None
    else:
        assert found is not None
        assert found.amount == euros(new - price)
        assert found.percent * new <= (new - price) * 100 < (found.percent + 1) * new


def test_prices_in_two_currencies_are_not_compared() -> None:
    assert saving(euros(1), Money(10**9, Currency.CNY)) is None


def test_a_passport_tells_nothing_that_it_does_not_know_of() -> None:
    data = {"email": "lin@cercle.example", "grade": "GOOD", "price_minor": 5, "currency": "EUR", "reason": "she asked"}

    told = passport.entry(1, "listing.repriced", data, NOW)
    handled = passport.entry(2, "consignment.received", data, NOW)

    assert told.details == passport.PassportDetails(grade=piece.Grade.GOOD, price=euros(5))
    assert handled.details == passport.PassportDetails()
    assert handled.kind is passport.PassportKind.HANDLED


@pytest.mark.parametrize(("serial", "shown"), [("AB123456", "•••••456"), ("AB12", "••12"), ("7", "•")])
def test_a_serial_shows_its_last_signs_and_never_more_than_half(serial: str, shown: str) -> None:
    assert piece.mask(serial) == shown


def test_title_custody_and_risk_move_apart() -> None:
    owner, carrier = piece.account(uuid4()), piece.Party(piece.PartyKind.CARRIER)  # type: ignore[arg-type]
    one = piece.Piece(
        id=PieceId(uuid4()),
        product_id=ProductId(uuid4()),
        slug="one",
        serial=None,
        grade=None,
        condition=None,
        owner=owner,
        custodian=owner,
        risk_bearer=owner,
        media=(),
        measurements=(),
        created_at=NOW,
    )
    moved = replace(one)

    piece.hand_over(moved, carrier, piece.HOUSE)
    assert (moved.owner, moved.custodian, moved.risk_bearer) == (owner, carrier, piece.HOUSE)
    piece.transfer_title(moved, piece.HOUSE)
    assert (moved.owner, moved.custodian) == (piece.HOUSE, carrier)
    with pytest.raises(AssertionError):
        piece.transfer_title(moved, carrier)
