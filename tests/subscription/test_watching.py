"""Whoever watches a thing is told how it is after each change, whichever process made it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain import wallet
from tests.subscription.conftest import Watched
from tests.subscription.documents import CONSIGNMENT, LISTING, ORDER, TRANSFER, WALLET, global_id
from tests.support.watching import watching


async def test_a_shopper_sees_that_somebody_has_the_piece_in_hand_and_then_that_it_is_sold(watched: Watched) -> None:
    thing = await watched.market.piece(1_000)
    buyer = await watched.world.customer(cash=2_000)
    async with watching(watched.near.url) as shopper:
        await shopper.subscribe(LISTING, id=global_id("Listing", thing))
        free = (await shopper.next())["listingChanged"]
        assert (free["keptUntil"], free["listing"]["state"]) == (None, "LISTED")

        cart = await watched.market.add(buyer, thing)
        kept = (await shopper.next())["listingChanged"]
        assert kept["keptUntil"] is not None
        assert kept["listing"] == free["listing"]

        await watched.market.place(buyer, cart["id"], cash=1_000)
        sold = (await shopper.next())["listingChanged"]
        assert (sold["keptUntil"], sold["listing"]["state"], sold["listing"]["available"]) == (None, "SOLD", 0)


async def test_a_price_that_changes_in_another_process_is_told_here(watched: Watched) -> None:
    listing_id = global_id("Listing", await watched.market.piece(1_000))
    async with watching(watched.near.url) as shopper:
        await shopper.subscribe(LISTING, id=listing_id)
        await shopper.next()
        await watched.reprice(listing_id, 900, watched.far)
        assert (await shopper.next())["listingChanged"]["listing"]["price"] == {"amount": "900.00"}


async def test_goods_that_others_put_in_their_carts_are_fewer(watched: Watched) -> None:
    thing = await watched.market.stock(100, quantity=3)
    async with watching(watched.near.url) as shopper:
        await shopper.subscribe(LISTING, id=global_id("Listing", thing))
        assert (await shopper.next())["listingChanged"]["listing"]["available"] == 3
        await watched.market.add(await watched.world.customer(), thing, 2)
        assert (await shopper.next())["listingChanged"]["listing"]["available"] == 1


async def test_an_offer_that_is_taken_down_ends_for_whoever_may_not_see_it_any_more(watched: Watched) -> None:
    thing = await watched.market.piece(1_000)
    async with watching(watched.near.url) as shopper:
        await shopper.subscribe(LISTING, id=global_id("Listing", thing))
        await shopper.next()
        await watched.withdraw(global_id("Listing", thing))
        assert await shopper.refused() == [{"message": "No such Listing.", "code": "NOT_FOUND"}]


async def test_a_seller_follows_a_consignment_from_submission_to_the_counter(watched: Watched) -> None:
    counter = await watched.world.counter()
    consignment_id = await counter.submitted()
    async with watching(watched.near.url, watched.token(counter.seller)) as seller:
        await seller.subscribe(CONSIGNMENT, id=consignment_id)
        states = [(await seller.next())["consignmentChanged"]["consignment"]["state"]]
        await counter(counter.support, "consignmentConfirm", consignmentId=consignment_id, outcome="CONFIRMED")
        states.append((await seller.next())["consignmentChanged"]["consignment"]["state"])
        assert states == ["SUBMITTED", "CONFIRMED"]


async def test_a_buyer_sees_that_the_provider_has_paid_and_that_the_order_is_called_off(watched: Watched) -> None:
    buyer = await watched.world.customer(cash=400)
    thing = await watched.market.piece(1_000)
    order = await watched.market.buy(buyer, thing, cash=400, provider="TEST")
    async with watching(watched.near.url, watched.token(buyer)) as own:
        await own.subscribe(ORDER, id=order["id"])
        assert (await own.next())["orderChanged"]["order"]["state"] == "PENDING_PAYMENT"
        await watched.market.report(order["payment"]["id"], "payment.charged")
        assert (await own.next())["orderChanged"]["order"]["state"] == "PAID"
        await watched.market.cancel(buyer, order["id"])
        assert (await own.next())["orderChanged"]["order"]["state"] == "CANCELLED"


async def test_money_that_arrives_is_told_and_what_moves_no_money_is_not(watched: Watched) -> None:
    sender, receiver = await watched.world.customer(cash=100), await watched.world.customer(cash=5)
    async with watching(watched.near.url, watched.token(receiver)) as own:
        await own.subscribe(WALLET)
        assert (await own.next())["walletChanged"]["wallet"]["pockets"][0]["cash"] == {"amount": "5.00"}
        given = {"toAccountId": global_id("Account", receiver), "amount": {"amount": "20.00", "currencyCode": "EUR"}}
        sent = await watched.world.api(sender, TRANSFER, input=given)
        assert sent["walletTransfer"]["__typename"] == "WalletPocket", sent.body
        assert (await own.next())["walletChanged"]["wallet"]["pockets"][0]["cash"] == {"amount": "25.00"}

        renamed = 'mutation { accountUpdate(input: { name: "Wei" }) { __typename } }'
        assert (await watched.world.api(receiver, renamed))["accountUpdate"]["__typename"] == "Account"
        await own.quiet()


async def test_a_key_in_the_head_of_a_socket_is_none_for_all_that_is_asked_over_it(watched: Watched) -> None:
    sender, receiver = await watched.world.customer(cash=100), await watched.world.customer()
    given = {"toAccountId": global_id("Account", receiver), "amount": {"amount": "20.00", "currencyCode": "EUR"}}
    headers = {"idempotency-key": "of-the-socket"}
    async with watching(watched.near.url, watched.token(sender), headers=headers) as own:
        await own.subscribe(TRANSFER, "without", input=given)
        without = await own.of("without")
        for key in ("a", "b"):
            await own.subscribe(TRANSFER, key, input={**given, "clientMutationKey": key})
            assert (await own.next(key))["walletTransfer"]["__typename"] == "WalletPocket"

    assert "of-the-socket" not in str(without)
    assert without["payload"]["data"]["walletTransfer"]["__typename"] == "InvalidInput", without


async def test_credit_that_lapses_by_itself_is_told(watched: Watched) -> None:
    owner, soon = await watched.world.customer(), datetime.now(UTC) + timedelta(days=1)
    await watched.market.credit(owner, 30, soon)
    lot = await watched.market.value("SELECT id FROM credit_lot WHERE owner = $1", owner.id)
    async with watching(watched.near.url, watched.token(owner)) as own:
        await own.subscribe(WALLET)
        assert (await own.next())["walletChanged"]["wallet"]["pockets"][0]["credit"] == {"amount": "30.00"}
        await watched.market.run(wallet.expire_lot, wallet.ExpireLot(lot), now=soon)
        assert (await own.next())["walletChanged"]["wallet"]["pockets"][0]["credit"] == {"amount": "0.00"}


async def test_one_connection_watches_many_things_and_asks_others_in_between(watched: Watched) -> None:
    first, second = await watched.market.piece(1_000), await watched.market.piece(2_000)
    async with watching(watched.near.url) as shopper:
        await shopper.subscribe(LISTING, "a", id=global_id("Listing", first))
        await shopper.subscribe(LISTING, "b", id=global_id("Listing", second))
        await shopper.next("a")
        await shopper.next("b")
        await shopper.subscribe("{ listings(first: 1) { nodes { id } } }", "c")
        assert len((await shopper.next("c"))["listings"]["nodes"]) == 1
        assert (await shopper.of("c"))["type"] == "complete"

        await shopper.send({"type": "complete", "id": "a"})
        await watched.reprice(global_id("Listing", first), 950)
        await watched.reprice(global_id("Listing", second), 1_950)
        assert (await shopper.next("b"))["listingChanged"]["listing"]["price"] == {"amount": "1950.00"}
        await shopper.quiet()
