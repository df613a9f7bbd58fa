"""Whoever reads knows what was changed since, in every process, whatever else happens at the same time."""

import multiprocessing
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import insert, select, text, update

from persistence.connection import spell
from persistence.embedded import Services
from persistence.freshness import SLOTS, WORD, Freshness, Writes, noted, read_rows, read_tables, slot, tables_of
from persistence.listing import ListingRow
from persistence.table import FOLLOWS
from tests.conftest import on_database

TAG = "listing:1"
LISTING = ListingRow.__table__  # type: ignore[attr-defined]


def slots(*tags: str) -> tuple[int, ...]:
    return tuple(slot(tag) for tag in tags)


def test_what_is_read_holds_until_it_is_touched(tmp_path: Path) -> None:
    one = Freshness(tmp_path)
    since = one.now()

    assert one.holds(slots(TAG, "brand:2"), since)
    one.touch(["brand:3"])
    assert one.holds(slots(TAG, "brand:2"), since)
    one.touch([TAG])
    assert not one.holds(slots(TAG, "brand:2"), since)
    assert one.holds(slots(TAG, "brand:2"), one.now())


def test_another_process_is_seen_at_once(tmp_path: Path) -> None:
    reader, writer = Freshness(tmp_path), Freshness(tmp_path)
    since = reader.now()

    writer.touch([TAG])
    assert not reader.holds(slots(TAG), since)

    since = reader.now()
    writer.touch_everything()
    assert not reader.holds(slots("product:9"), since)


def write_until(place: Path, together: Barrier, stop: Event) -> None:
    freshness = Freshness(place)
    together.wait(30)
    while not stop.is_set():
        freshness.touch([TAG])


def test_no_touch_is_lost_among_processes_that_touch_the_same(tmp_path: Path) -> None:
    """The other two write the same slot without a pause; a lost moment would let an old answer hold."""
    context = multiprocessing.get_context("fork")
    together, stop = context.Barrier(3), context.Event()
    others = [context.Process(target=write_until, args=(tmp_path, together, stop)) for _ in range(2)]
    for other in others:
        other.start()
    own, reader = Freshness(tmp_path), Freshness(tmp_path)
    together.wait(30)
    try:
        for _ in range(20_000):
            since = reader.now()
            own.touch([TAG])
            assert not reader.holds(slots(TAG), since)
    finally:
        stop.set()
        for other in others:
            other.join(30)


def test_a_region_is_free_again_when_its_process_is_gone(tmp_path: Path) -> None:
    for _ in range(300):
        Freshness(tmp_path).close()

    assert len(list(tmp_path.glob("freshness.*"))) == 1


def test_moments_of_before_the_machine_was_started_anew_are_forgotten(tmp_path: Path) -> None:
    before = Freshness(tmp_path)
    before.close()
    with (tmp_path / "freshness").open("r+b") as file:
        file.seek((SLOTS + slot(TAG)) * WORD)
        file.write((2**62).to_bytes(WORD, "little"))

    after = Freshness(tmp_path)

    assert after.holds(slots(TAG), after.now())
    assert after.house == Freshness(tmp_path).house


def test_a_statement_is_about_the_tables_that_it_or_its_functions_name() -> None:
    assert tables_of("SELECT * FROM listing l JOIN product p ON true") == {"listing", "product"}
    assert tables_of("SELECT event_forget($1)") == {"event"}
    assert {"ledger_journal", "ledger_posting"} <= tables_of("SELECT ledger_post($1)")


def test_reads_are_noted_by_table_or_by_row() -> None:
    row = uuid4()
    with noted() as reads:
        read_tables("SELECT 1 FROM brand")
        read_rows("piece", row, None)
    read_tables("SELECT 1 FROM category")

    assert reads.tags == {"brand", "piece:?", f"piece:{row}"}


def test_whoever_writes_rows_it_can_not_name_is_seen_by_readers_of_any_row() -> None:
    row, writes, exact = uuid4(), Writes(), Writes()
    with noted() as reads:
        read_rows("brand", row)

    writes.table("brand")
    exact.rows("brand", row)

    assert writes.tags & reads.tags
    assert exact.tags & reads.tags
    assert exact.tags == {"brand", f"brand:{row}"}


@pytest.mark.parametrize(
    ("statement", "written"),
    [
        (select(LISTING), set()),
        (insert(LISTING).values(id=uuid4()), {"listing"}),
        (update(LISTING).values(reserved=1), {"listing"}),
        (text("UPDATE piece SET slug = slug"), {"piece"}),
        (text("SELECT event_forget(:account)"), {"event"}),
    ],
)
def test_what_a_statement_may_write_is_known_from_the_statement(statement: object, written: set[str]) -> None:
    assert spell(statement, {"account": uuid4()})[3] == written  # type: ignore[arg-type]


async def test_every_table_that_a_trigger_writes_follows_its_table(services: Services, template: str) -> None:
    connection = await asyncpg.connect(on_database(services.owner_url, template))
    triggers = await connection.fetch(
        "SELECT t.tgrelid::regclass::text AS on_table, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        " JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace"
    )
    await connection.close()
    assert triggers

    for trigger in triggers:
        written = {
            words[2 if words[0] in ("INSERT", "DELETE") else 1].strip('"')
            for words in (line.split() for line in trigger["prosrc"].replace("(", " ").split("\n"))
            if len(words) > 2 and words[0] in ("INSERT", "UPDATE", "DELETE")
        }
        followers = set(FOLLOWS.get(trigger["on_table"], ())) | {trigger["on_table"]}
        assert written <= followers, (trigger["on_table"], written - followers)
