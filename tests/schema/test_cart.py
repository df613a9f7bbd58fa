"""Carts, and the claims and reservations that keep what is in them."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text as sql

from domain import claim
from domain.claim import ClaimPurpose, ExpireClaim, ExpireReservations
from domain.viewer import HOUSE, Role, Viewer
from persistence.connection import transaction
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.market import CART_REMOVE, CARTS, Market
from tests.support.people import People, euros

ONE_HOUSE = True

LATER = timedelta(minutes=16)


async def test_a_piece_in_a_cart_is_kept_from_others_who_learn_until_when(
    api: Api, people: People, market: Market
) -> None:
    first, second = await people.customer(), await people.customer()
    bag = await market.piece(1_000)

    cart = await market.add(first, bag)
    refused = await market.add(second, bag)

    assert cart["subtotal"]["amount"] == "1000.00"
    assert cart["items"][0]["kept"] is True
    assert refused["code"] == "CLAIM_TAKEN"
    assert refused["freeAt"] == cart["items"][0]["keptUntil"]
    assert (await api(second, CARTS))["carts"] == []


async def test_adding_a_piece_again_does_not_prolong_its_time(people: People, market: Market) -> None:
    buyer = await people.customer()
    bag = await market.piece(1_000)

    cart = await market.add(buyer, bag)
    again = await market.add(buyer, bag)

    assert len(again["items"]) == 1
    assert again["items"][0]["keptUntil"] == cart["items"][0]["keptUntil"]


async def test_a_claim_lapses_by_itself_and_its_token_goes_up_for_the_next(people: People, market: Market) -> None:
    first, second = await people.customer(), await people.customer()
    bag = await market.piece(1_000)
    await market.add(first, bag)
    await lapse(market, bag.piece_id)

    cart = await market.add(second, bag)

    assert cart["__typename"] == "Cart"
    standing = await market.claim_of(bag)
    assert standing is not None
    assert standing.token == 2


async def test_whoever_lost_a_piece_sees_that_it_is_not_kept_and_can_not_buy_it(
    api: Api, people: People, market: Market
) -> None:
    first, second = await people.customer(cash=euros(1_000)), await people.customer()
    bag = await market.piece(1_000)
    cart = await market.add(first, bag)
    await lapse(market, bag.piece_id)
    await market.add(second, bag)

    mine = (await api(first, CARTS))["carts"]
    placed = await market.place(first, cart["id"], cash=1_000)

    assert mine[0]["items"][0]["kept"] is False
    assert placed["code"] == "CLAIM_LAPSED"
    assert await market.pocket(first) == {"cash": "1000.00", "credit": "0.00", "held": "0.00", "owed": "0.00"}


async def test_what_is_taken_out_of_a_cart_is_free_for_others_at_once(api: Api, people: People, market: Market) -> None:
    first, second = await people.customer(), await people.customer()
    bag = await market.piece(1_000)
    cart = await market.add(first, bag)

    given = {"cartId": cart["id"], "listingId": encode_id("Listing", bag.id), "expectedVersion": cart["version"]}
    emptied = await api(first, CART_REMOVE, input=given)
    taken = await market.add(second, bag)

    assert emptied["cartRemove"]["items"] == []
    assert taken["__typename"] == "Cart"


async def test_nobody_else_can_reach_a_cart(api: Api, people: People, market: Market) -> None:
    owner, stranger = await people.customer(), await people.customer(cash=euros(1_000))
    bag = await market.piece(1_000)
    cart = await market.add(owner, bag)
    nothing = encode_id("Cart", UUID(int=7))

    for cart_id in (cart["id"], nothing):
        removed = await api(stranger, CART_REMOVE, input={"cartId": cart_id, "listingId": encode_id("Listing", bag.id)})
        placed = await market.place(stranger, cart_id, cash=1_000)
        read = await api(stranger, "query ($id: ID!) { cart(id: $id) { version } }", id=cart_id)
        node = await api(stranger, "query ($id: ID!) { node(id: $id) { id } }", id=cart_id)
        assert removed["cartRemove"]["code"] == placed["code"] == "NOT_FOUND"
        assert read.codes == ["NOT_FOUND"]
        assert node["node"] is None

    assert (await api(owner, CARTS))["carts"][0]["version"] == cart["version"]


async def test_a_stranger_has_to_sign_in(market: Market) -> None:
    bag = await market.piece(1_000)

    refused = await market.add(None, bag)

    assert refused["code"] == "NOT_ALLOWED"
    assert await market.claim_of(bag) is None


async def test_a_seller_can_not_buy_their_own_piece(people: People, market: Market) -> None:
    seller = await people.customer()
    bag = await market.consigned(seller, 1_000)

    refused = await market.add(seller, bag)

    assert refused["code"] == "OWN_PIECE"
    assert await market.claim_of(bag) is None


async def test_a_piece_is_one_of_one_and_a_cart_has_its_limits(people: People, market: Market) -> None:
    buyer = await people.customer()
    pieces = [await market.piece(100) for _ in range(6)]

    twice = await market.add(buyer, pieces[0], 2)
    for bag in pieces[:5]:
        assert (await market.add(buyer, bag))["__typename"] == "Cart"
    one_too_many = await market.add(buyer, pieces[5])

    assert twice["code"] == "INVALID_INPUT"
    assert one_too_many["code"] == "CART_FULL"
    assert await market.claim_of(pieces[5]) is None


async def test_new_goods_are_reserved_by_quantity_and_never_beyond_what_is_there(
    people: People, market: Market
) -> None:
    first, second = await people.customer(), await people.customer()
    scarves = await market.stock(100, 5)

    await market.add(first, scarves, 3)
    more = await market.add(first, scarves, 1)
    refused = await market.add(second, scarves, 2)
    last = await market.add(second, scarves, 1)

    assert more["items"][0]["quantity"] == 4
    assert refused["code"] == "NOT_AVAILABLE"
    assert last["__typename"] == "Cart"
    assert (await market.listing(scarves.id)).reserved == 5


async def test_reserved_goods_go_back_when_their_time_is_up(people: People, market: Market) -> None:
    first, second = await people.customer(), await people.customer()
    scarves = await market.stock(100, 5)
    await market.add(first, scarves, 5)
    owner = Viewer(first.id, frozenset({Role.CUSTOMER}))

    early = await market.run(claim.expire_reservations, ExpireReservations(scarves.id))
    refused = await market.add(second, scarves, 1)
    late = await market.run(claim.expire_reservations, ExpireReservations(scarves.id), now=datetime.now(UTC) + LATER)
    taken = await market.add(second, scarves, 5)

    assert early.reserved == 5
    assert refused["code"] == "NOT_AVAILABLE"
    assert late.reserved == 0
    assert taken["__typename"] == "Cart"
    with pytest.raises(Exception, match="system"):
        await market.run(claim.expire_reservations, ExpireReservations(scarves.id), viewer=owner)


async def test_goods_that_nobody_came_back_for_need_no_job_to_be_free_again(people: People, market: Market) -> None:
    first, second = await people.customer(), await people.customer()
    scarves = await market.stock(100, 5)
    await market.add(first, scarves, 5)
    past = datetime.now(UTC) - timedelta(seconds=1)
    await write(market, "UPDATE stock_reservation SET expires_at = :past", past=past)

    taken = await market.add(second, scarves, 5)

    assert taken["__typename"] == "Cart"
    assert (await market.listing(scarves.id)).reserved == 5


async def test_fifty_at_once_get_ten_scarves_and_no_more(people: People, market: Market) -> None:
    buyers = [await people.customer() for _ in range(25)]
    scarves = await market.stock(100, 10)

    answers = await asyncio.gather(*(market.add(buyer, scarves, 1) for buyer in buyers))

    won = [answer for answer in answers if answer["__typename"] == "Cart"]
    assert len(won) == 10
    assert {answer["code"] for answer in answers if answer not in won} == {"NOT_AVAILABLE"}
    assert (await market.listing(scarves.id)).reserved == 10


async def test_many_at_once_for_one_piece_and_one_has_it(people: People, market: Market) -> None:
    buyers = [await people.customer() for _ in range(20)]
    bag = await market.piece(1_000)

    answers = await asyncio.gather(*(market.add(buyer, bag) for buyer in buyers))

    assert [answer["__typename"] for answer in answers].count("Cart") == 1
    assert {answer["code"] for answer in answers if "code" in answer} == {"CLAIM_TAKEN"}


async def test_cart_bundle_trade_in_partner_and_shop_all_take_the_same_claim(people: People, market: Market) -> None:
    bag = await market.piece(1_000)
    assert bag.piece_id is not None

    async def take(work, viewer, command: ClaimPurpose, *, now) -> claim.Claim:  # type: ignore[no-untyped-def]
        return await claim.take(work, bag.piece_id, holder=uuid4(), purpose=command, now=now)

    results = await asyncio.gather(*(market.run(take, purpose) for purpose in ClaimPurpose), return_exceptions=True)

    won = [result for result in results if isinstance(result, claim.Claim)]
    assert len(won) == 1
    assert all(isinstance(result, claim.ClaimTaken) for result in results if result not in won)


async def test_a_stale_token_drops_nothing_and_keeps_nothing(people: People, market: Market) -> None:
    first, second = await people.customer(), await people.customer()
    bag = await market.piece(1_000)
    assert bag.piece_id is not None
    await market.add(first, bag)
    await lapse(market, bag.piece_id)
    await market.add(second, bag)

    async def drop(work, viewer, command: int, *, now) -> None:  # type: ignore[no-untyped-def]
        await claim.drop(work, {bag.piece_id: command}, now)

    async def hold_on(work, viewer, command: int, *, now) -> None:  # type: ignore[no-untyped-def]
        await claim.hold_on(work, {bag.piece_id: command}, holder=uuid4(), until=now, now=now)

    await market.run(drop, 1)
    with pytest.raises(claim.ClaimLapsed):
        await market.run(hold_on, 1)

    standing = await market.claim_of(bag)
    assert standing is not None
    assert standing.stands(2, datetime.now(UTC))


async def test_the_database_itself_lets_no_token_go_down_and_no_standing_claim_be_taken(
    people: People, market: Market
) -> None:
    buyer = await people.customer()
    bag = await market.piece(1_000)
    await market.add(buyer, bag)

    for change in ("token = token - 1", "token = token + 1", "token = 7"):
        with pytest.raises(asyncpg.PostgresError, match="claim"):
            await write(market, f"UPDATE claim SET {change}")
    with pytest.raises(asyncpg.PostgresError, match=r"quantity|state_follows"):
        await write(market, "UPDATE listing SET reserved = 2")
    with pytest.raises(asyncpg.PostgresError, match="permission"):
        await write(market, "DELETE FROM claim")


@pytest.mark.own_house
async def test_the_house_tells_once_that_a_claim_lapsed(people: People, market: Market) -> None:
    buyer = await people.customer()
    bag = await market.piece(1_000)
    assert bag.piece_id is not None
    await market.add(buyer, bag)
    assert await market.jobs("claimExpire") == [bag.piece_id]

    early = await market.run(claim.expire_claim, ExpireClaim(bag.piece_id))
    later = datetime.now(UTC) + LATER
    for _ in range(2):
        await market.run(claim.expire_claim, ExpireClaim(bag.piece_id), now=later, viewer=HOUSE)

    assert early.ended is False
    assert await market.value("SELECT count(*) FROM event WHERE name = 'claim.lapsed'") == 1


async def write(market: Market, statement: str, **values: object) -> None:
    async with market.house.transactor.pool.lend() as raw, transaction(raw) as connection:
        await connection.execute(sql(statement), values)


async def lapse(market: Market, piece_id: object) -> None:
    """As if a quarter of an hour had passed."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    statement = "UPDATE claim SET taken_at = :past, expires_at = :past WHERE piece_id = :piece"
    await write(market, statement, past=past, piece=piece_id)
