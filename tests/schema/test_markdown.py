"""Prices that fall as agreed, and never otherwise."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.house import House
from domain.contract import Contract
from domain.markdown import Answer, Lapse, Markdown, MarkdownState, ProposalLapsed, consent, refuse
from domain.markdown import lapse as lapse_
from domain.viewer import HOUSE, Role, Viewer
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.consigned import Consigned
from tests.support.people import People, euros

ONE_HOUSE = True

PROPOSE = """
mutation ($input: MarkdownProposeInput!) {
  markdownPropose(input: $input) {
    __typename ... on Markdown { id state leavesRange note nextActions } ... on UserError { code path }
  }
}
"""
CONSENT = """
mutation ($input: MarkdownConsentInput!) {
  markdownConsent(input: $input) { __typename ... on Markdown { state price { amount } } ... on UserError { code } }
}
"""
REFUSE = """
mutation ($input: MarkdownRefuseInput!) {
  markdownRefuse(input: $input) { __typename ... on Markdown { state } ... on UserError { code } }
}
"""
STEPS = """
query ($id: ID!) {
  contract(id: $id) { freeWithdrawalSince markdowns { origin state price { amount } dueAt nextActions } }
}
"""
REPRICE = """
mutation ($input: ListingRepriceInput!) {
  listingReprice(input: $input) { __typename ... on Listing { price { amount } } ... on UserError { code } }
}
"""


@pytest.fixture
def consigned(house: House) -> Consigned:
    return Consigned(house)


def amount(value: str) -> dict[str, str]:
    return {"amount": value, "currencyCode": "EUR"}


async def price_of(consigned: Consigned, contract: Contract) -> int:
    row = await consigned.house.readers.pool.fetchrow(
        "SELECT price_minor FROM listing WHERE id = $1", contract.listing_id
    )
    return int(row["price_minor"])


async def reasons(consigned: Consigned, contract: Contract) -> list[str]:
    rows = await consigned.house.readers.pool.fetch(
        "SELECT reason FROM price_change WHERE listing_id = $1 ORDER BY changed_at, id", contract.listing_id
    )
    return [row["reason"] for row in rows]


async def steps(consigned: Consigned, contract: Contract) -> list[Markdown]:
    [found] = await consigned.house.readers.markdowns.of_contracts([contract.id])
    return list(found)


async def propose(api: Api, people: People, contract: Contract, price: str, **more: Any) -> Any:
    merchandiser = await people.staff(Role.MERCHANDISER)
    given = {"contractId": encode_id("Contract", contract.id), "price": amount(price), "note": "Quiet season", **more}
    return (await api(merchandiser, PROPOSE, input=given))["markdownPropose"]


async def test_agreed_steps_are_taken_on_their_dates_and_the_history_says_why(
    api: Api, people: People, consigned: Consigned
) -> None:
    seller = await people.customer()
    contract = await consigned.listed(seller, euros(1_000), schedule_code="STANDARD")
    planned = (await api(seller, STEPS, id=encode_id("Contract", contract.id)))["contract"]["markdowns"]
    assert [(step["price"]["amount"], step["state"]) for step in planned] == [
        *(("900.00", "PLANNED"), ("800.00", "PLANNED"), ("700.00", "PLANNED")),
    ]
    first, second, _ = await steps(consigned, contract)

    await consigned.step_down(first.id, day=29.9)
    assert await price_of(consigned, contract) == 100_000
    await asyncio.gather(*(consigned.step_down(first.id, day=30) for _ in range(5)))
    assert await price_of(consigned, contract) == 90_000
    await consigned.step_down(second.id, day=60)

    assert await price_of(consigned, contract) == 80_000
    assert await reasons(consigned, contract) == ["LISTED", "AGREED_MARKDOWN", "AGREED_MARKDOWN"]


async def test_a_step_waits_while_a_sale_may_come_to_nothing(people: People, consigned: Consigned) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(2_000))
    contract = await consigned.listed(seller, euros(1_000), schedule_code="GENTLE")
    first, _ = await steps(consigned, contract)
    sale = await consigned.sold(buyer, contract, day=29)

    assert (await consigned.step_down(first.id, day=30)).state is MarkdownState.PLANNED
    await consigned.cancel(sale, buyer, day=30.5)
    assert (await consigned.step_down(first.id, day=31)).state is MarkdownState.APPLIED
    assert await price_of(consigned, contract) == 95_000


async def test_nothing_falls_any_more_once_the_seller_was_paid(people: People, consigned: Consigned) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(2_000))
    contract = await consigned.listed(seller, euros(1_000), schedule_code="GENTLE")
    first, _ = await steps(consigned, contract)
    await consigned.delivered(await consigned.sold(buyer, contract, day=1), day=2)
    await consigned.release((await consigned.settlement(contract)).id, day=10)

    await consigned.step_down(first.id, day=30)

    assert {step.state for step in await steps(consigned, contract)} == {MarkdownState.SKIPPED}
    assert await price_of(consigned, contract) == 100_000


async def test_below_the_agreed_range_the_consignor_is_asked_and_free_to_go(
    api: Api, people: People, consigned: Consigned
) -> None:
    seller = await people.customer()
    contract = await consigned.listed(seller, euros(1_000), schedule_code="GENTLE")
    assert contract.bound_until(consigned.at(1)) == contract.term_ends_at

    proposed = await propose(api, people, contract, "800.00")

    assert (proposed["state"], proposed["leavesRange"]) == ("PROPOSED", True)
    assert proposed["nextActions"] == ["markdownConsent", "markdownRefuse"]
    assert await price_of(consigned, contract) == 100_000
    free = await consigned.contract(contract.id)
    assert free.free_withdrawal_since is not None
    assert free.bound_until(consigned.at(1)) is None

    agreed = await api(seller, CONSENT, input={"markdownId": proposed["id"]})
    assert agreed["markdownConsent"] == {"__typename": "Markdown", "state": "APPLIED", "price": {"amount": "800.00"}}
    assert await price_of(consigned, contract) == 80_000
    twice = await api(seller, CONSENT, input={"markdownId": proposed["id"]})
    assert twice["markdownConsent"]["code"] in ("WRONG_STATE", "NOT_A_DISCOUNT")


async def test_within_the_range_an_earlier_step_needs_consent_but_frees_nobody(
    api: Api, people: People, consigned: Consigned
) -> None:
    seller = await people.customer()
    contract = await consigned.listed(seller, euros(1_000), schedule_code="GENTLE")

    proposed = await propose(api, people, contract, "950.00")
    refused = await api(seller, REFUSE, input={"markdownId": proposed["id"]})

    assert not proposed["leavesRange"]
    assert refused["markdownRefuse"]["state"] == "REFUSED"
    assert (await consigned.contract(contract.id)).free_withdrawal_since is None
    assert await price_of(consigned, contract) == 100_000


async def test_a_proposal_that_nobody_answers_in_time_lapses_and_the_price_stays(
    api: Api, people: People, consigned: Consigned, house: House
) -> None:
    seller = await people.customer()
    contract = await consigned.listed(seller, euros(1_000), schedule_code="GENTLE")
    proposed = await propose(api, people, contract, "800.00")
    [asked] = [step for step in await steps(consigned, contract) if step.state is MarkdownState.PROPOSED]
    assert asked.answer_by is not None
    assert asked.answer_by - asked.made_at == timedelta(days=contract.response_days) == timedelta(days=7)
    due = await house.readers.pool.fetchrow("SELECT name, due_at FROM outbox WHERE subject_id = $1", asked.id)
    assert tuple(due) == ("markdownLapse", asked.answer_by)

    async def lapse(at: datetime) -> Markdown:
        command = Lapse(asked.id)
        found = await house.transactor(lapse_, HOUSE, command, action="markdownLapse", key=uuid4().hex, now=at)
        assert isinstance(found, Markdown)
        return found

    assert (await lapse(asked.answer_by - timedelta(seconds=1))).state is MarkdownState.PROPOSED
    await asyncio.gather(*(lapse(asked.answer_by) for _ in range(3)))
    late = [await api(seller, mutation, input={"markdownId": proposed["id"]}) for mutation in (CONSENT, REFUSE)]

    seen = (await api(seller, STEPS, id=encode_id("Contract", contract.id)))["contract"]
    [lapsed] = [step for step in seen["markdowns"] if step["origin"] == "PROPOSED"]
    assert (lapsed["state"], lapsed["nextActions"]) == ("LAPSED", [])
    assert [next(iter(answer.body["data"].values()))["code"] for answer in late] == ["WRONG_STATE", "WRONG_STATE"]
    assert await price_of(consigned, contract) == 100_000
    assert seen["freeWithdrawalSince"] is not None, "the range was left by proposing"
    told = await house.readers.pool.fetchval("SELECT count(*) FROM event WHERE name = 'markdown.lapsed'")
    assert told == 1
    assert (await propose(api, people, contract, "850.00"))["state"] == "PROPOSED", "another one may be asked"


async def test_an_answer_that_comes_too_late_counts_no_more_even_before_the_job_has_run(
    api: Api, people: People, consigned: Consigned, house: House
) -> None:
    seller = await people.customer()
    contract = await consigned.listed(seller, euros(1_000))
    await propose(api, people, contract, "900.00")
    [asked] = await steps(consigned, contract)
    assert asked.answer_by is not None

    viewer = Viewer(account_id=seller.id, roles=frozenset({Role.CUSTOMER}))
    for verb in (consent, refuse):
        with pytest.raises(ProposalLapsed):
            await house.transactor(
                verb, viewer, Answer(asked.id), action=verb.__name__, key=verb.__name__, now=asked.answer_by
            )

    assert (await steps(consigned, contract))[0].state is MarkdownState.PROPOSED
    assert await price_of(consigned, contract) == 100_000


async def test_a_markdown_lowers_the_price_or_is_none(api: Api, people: People, consigned: Consigned) -> None:
    contract = await consigned.listed(await people.customer(), euros(1_000))

    assert (await propose(api, people, contract, "1000.00"))["code"] == "NOT_A_DISCOUNT"
    assert (await propose(api, people, contract, "900.00", expectedVersion=1))["code"] == "VERSION_CONFLICT"
    assert await steps(consigned, contract) == []


async def test_only_merchandisers_propose_and_only_the_consignor_answers(
    api: Api, people: People, consigned: Consigned
) -> None:
    seller = await people.customer()
    contract = await consigned.listed(seller, euros(1_000))
    given = {"contractId": encode_id("Contract", contract.id), "price": amount("900.00"), "note": "Quiet season"}
    for role in (Role.CUSTOMER, Role.APPRAISER, Role.SUPPORT, Role.FINANCE):
        refused = await api(await people.person(role), PROPOSE, input=given)
        assert refused["markdownPropose"]["code"] == "NOT_ALLOWED"
    assert await steps(consigned, contract) == []

    proposed = await propose(api, people, contract, "900.00")
    for caller in (await people.customer(), await people.staff(Role.MERCHANDISER)):
        for mutation, field in ((CONSENT, "markdownConsent"), (REFUSE, "markdownRefuse")):
            hidden = (await api(caller, mutation, input={"markdownId": proposed["id"]}))[field]
            unknown = (await api(caller, mutation, input={"markdownId": encode_id("Markdown", UUID(int=7))}))[field]
            assert hidden == unknown
            assert hidden["code"] == "NOT_FOUND"
    [markdown] = await steps(consigned, contract)
    assert markdown.state is MarkdownState.PROPOSED
    assert await price_of(consigned, contract) == 100_000


async def test_a_merchandiser_may_raise_a_consigned_price_but_not_lower_it(
    api: Api, people: People, consigned: Consigned
) -> None:
    merchandiser = await people.staff(Role.MERCHANDISER)
    contract = await consigned.listed(await people.customer(), euros(1_000), schedule_code="GENTLE")
    given = {"listingId": encode_id("Listing", contract.listing_id), "reason": "COMPETITION"}  # type: ignore[arg-type]

    lower = await api(merchandiser, REPRICE, input={**given, "price": amount("999.00")})
    raised = await api(merchandiser, REPRICE, input={**given, "price": amount("1100.00")})

    assert lower["listingReprice"]["code"] == "PRICE_NOT_AGREED"
    assert raised["listingReprice"]["price"] == {"amount": "1100.00"}
    assert await reasons(consigned, contract) == ["LISTED", "COMPETITION"]
