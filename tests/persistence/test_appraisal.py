"""Reads and takes of appraisals walk an index, and cost the same after years of concluded ones."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.appraisal import AppraisalFilter, AppraisalState
from domain.certificate import CertificateFilter, CertificateState, RecallId
from domain.page import PageRequest
from domain.viewer import AccountId
from persistence.appraisal import SqlAppraisalReader, SqlAppraisals
from persistence.certificate import SqlCertificateReader
from tests.conftest import Place
from tests.support.appraisal import Workshop

PAST = 3_000
CURSOR = (datetime(2026, 6, 1, tzinfo=UTC), UUID(int=0))
PAGES = (PageRequest(size=5), PageRequest(size=5, from_key=CURSOR), PageRequest(5, CURSOR, True))
AT_WORK = (AppraisalState.QUEUED, AppraisalState.ASSIGNED)

CONCLUDED = f"""
WITH past AS (
    SELECT n, gen_random_uuid() AS appraisal, gen_random_uuid() AS certificate FROM generate_series(1, {PAST}) n),
model AS (SELECT a, o, c FROM appraisal a JOIN appraisal_opinion o ON o.appraisal_id = a.id
    JOIN certificate c ON c.appraisal_id = a.id WHERE a.state = 'CONCLUDED' LIMIT 1),
appraisals AS (
    INSERT INTO appraisal SELECT (jsonb_populate_record(a, jsonb_build_object('id', appraisal, 'code', 'P' || n,
        'consignment_id', NULL, 'purpose', 'SERVICE', 'fee_minor', 1, 'hold_id', (SELECT id FROM wallet_hold),
        'opened_at', timestamptz '2026-01-01 00:00Z' + n * interval '1 hour'))).* FROM past, model RETURNING 1),
opinions AS (
    INSERT INTO appraisal_opinion SELECT (jsonb_populate_record(o, jsonb_build_object(
        'id', gen_random_uuid(), 'appraisal_id', appraisal))).* FROM past, model RETURNING 1)
INSERT INTO certificate SELECT (jsonb_populate_record(c, jsonb_build_object('id', certificate, 'code', 'P' || n,
    'appraisal_id', appraisal, 'state', 'SUPERSEDED',
    'issued_at', timestamptz '2026-01-01 00:00Z' + n * interval '1 hour'))).* FROM past, model
"""


class Explained:
    """Stands for the pool: runs each statement, and keeps the plan that every call of it gets."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.plans: list[str] = []

    async def fetch(self, query: str, *arguments: object) -> Any:
        plan = await self.connection.fetch(f"EXPLAIN (GENERIC_PLAN, COSTS OFF) {query}", *arguments)
        self.plans.append("\n".join(row[0] for row in plan))
        return await self.connection.fetch(query, *arguments)

    def check(self, about: str, index: str) -> None:
        """Every plan so far reads through this index alone, in the order of the list."""
        for plan in self.plans:
            assert "Seq Scan on appraisal" not in plan, f"{about}\n{plan}"
            assert "Seq Scan on certificate" not in plan, f"{about}\n{plan}"
            assert "Sort" not in plan, f"{about}\n{plan}"
            assert index in plan, f"{about}\n{plan}"
        assert self.plans
        self.plans.clear()


@pytest.fixture(scope="module")
async def explained(place: Place) -> AsyncIterator[Explained]:
    """A house that has judged thousands of objects and has a few before it."""
    workshop = await Workshop(place.api, place.people).open()
    seller, appraiser = await place.people.customer(), await workshop.appraiser()
    await workshop.judged(appraiser, seller)
    for _ in range(3):
        await workshop.opened(seller)
    owner = await asyncpg.connect(place.database.owner_url)
    await owner.execute(
        "INSERT INTO wallet_hold (id, owner, kind, currency, amount_minor, captured_minor, slices, state, expires_at,"
        " cause_kind, cause_id, created_at, version) SELECT gen_random_uuid(), $1, 'CASH', 'EUR', 1, 0, '[]', 'HELD',"
        " now(), 'appraisal', gen_random_uuid(), now(), 1",
        seller.id,
    )
    await owner.execute(CONCLUDED)
    await owner.execute("ANALYZE")
    yield Explained(owner)
    await owner.close()


async def test_the_queue_is_walked_by_the_index_of_what_is_at_work(explained: Explained) -> None:
    reader = SqlAppraisalReader(explained)
    for states, index in ((AT_WORK, "ix_appraisal_at_work"), (AT_WORK[:1], "ix_appraisal_"), (AT_WORK[1:], "ix_")):
        for page in PAGES:
            await reader.page(AppraisalFilter(states=states), page)
        explained.check(f"{states}", index)


async def test_other_lists_of_appraisals_are_walked_by_an_index_of_their_own(explained: Explained) -> None:
    reader = SqlAppraisalReader(explained)
    nobody = AccountId(UUID(int=1))
    for wanted, index in (
        (AppraisalFilter(states=(AppraisalState.CANCELLED,)), "ix_appraisal_state"),
        (AppraisalFilter(owner=nobody), "ix_appraisal_owner"),
        (AppraisalFilter(assigned_to=nobody), "ix_appraisal_assigned"),
        (AppraisalFilter(), "ix_appraisal_all"),
    ):
        for page in PAGES:
            await reader.page(wanted, page)
        explained.check(f"{wanted}", index)


async def test_the_next_object_is_found_without_looking_at_what_was_judged(explained: Explained) -> None:
    query = str(SqlAppraisals._NEXT)
    for number, name in enumerate(("me", "senior_in", "categories", "within"), start=1):
        query = query.replace(f":{name}", f"${number}")

    plan = await explained.connection.fetch(f"EXPLAIN (COSTS OFF) {query}", UUID(int=1), [], [], None)

    text = "\n".join(row[0] for row in plan)
    assert "Index Scan using ix_appraisal_" in text, text
    assert "Sort" not in text, text


async def test_lists_of_certificates_are_walked_by_an_index_of_their_own(explained: Explained) -> None:
    reader = SqlCertificateReader(explained)
    for wanted, index in (
        (CertificateFilter(), "ix_certificate_issued"),
        (CertificateFilter(state=CertificateState.REVOKED), "ix_certificate_state"),
        (CertificateFilter(recall_id=RecallId(UUID(int=1))), "ix_certificate_recall"),
    ):
        for page in PAGES:
            await reader.page(wanted, page)
        explained.check(f"{wanted}", index)
