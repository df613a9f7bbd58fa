"""Figures of several processes: each tells its own, and whoever is asked tells those of all."""

import asyncio
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.telemetry.exchange import Exchange, meeting_place
from app.telemetry.metric import FAMILIES, Reading, known


def process(place: Path, name: str, *, plans: int = 0) -> Exchange:
    exchange = Exchange(place, name)
    exchange.sources.append(lambda: iter([("plans_kept", (), plans)]))
    return exchange


def told(readings: list[Reading], name: str) -> float:
    return next(value for found, _, value in readings if found == name)


async def test_whoever_is_asked_tells_of_all(tmp_path: Path) -> None:
    first, second, worker = (
        process(tmp_path, name, plans=plans) for name, plans in (("api 1", 3), ("api 2", 4), ("worker", 0))
    )
    async with first.open(), second.open(), worker.open():
        for asked in (first, second, worker):
            found = await asked.all()
            assert {name: told(readings, "plans_kept") for name, readings in found.items()} == {
                "api 1": 3,
                "api 2": 4,
                "worker": 0,
            }
    assert set(await first.all()) == {"api 1"}


async def test_a_process_that_was_killed_is_not_told_of_and_its_successor_takes_its_place(tmp_path: Path) -> None:
    first = process(tmp_path, "api 1")
    for name in ("api-2", "process-7"):
        with socket.socket(socket.AF_UNIX) as killed:
            killed.bind(str(meeting_place(tmp_path) / f"{name}.sock"))

    async with first.open():
        assert set(await first.all()) == {"api 1"}
        assert not (meeting_place(tmp_path) / "process-7.sock").exists()
        async with process(tmp_path, "api 2", plans=5).open():
            assert told((await first.all())["api 2"], "plans_kept") == 5


@pytest.fixture
def hung(tmp_path: Path) -> Iterator[None]:
    """A process that takes calls and never answers."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(meeting_place(tmp_path) / "api-2.sock"))
        listener.listen()
        yield


@pytest.mark.usefixtures("hung")
async def test_a_process_that_hangs_is_told_as_one_and_the_others_go_on(tmp_path: Path) -> None:
    first = process(tmp_path, "api 1", plans=3)
    async with first.open():
        found = await asyncio.wait_for(first.all(), 10)

    assert found["api 2"] == [("process_answers", (), 0)]
    assert told(found["api 1"], "process_answers") == 1
    assert told(found["api 1"], "plans_kept") == 3


async def test_readings_of_another_version_are_left_out(tmp_path: Path) -> None:
    newer = process(tmp_path, "api 2", plans=1)
    newer.sources.append(lambda: iter([("something_new", (), 1), ("pool_open", ("read", "of a kind"), 1)]))
    async with newer.open():
        found = (await process(tmp_path, "api 1").all())["api 2"]

    assert {name for name, _, _ in found} == {"process_answers", "process_start_time_seconds", "plans_kept"}
    assert known(found) == found


async def test_a_long_path_is_no_reason_to_be_silent(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 60) / ("y" * 60)
    async with process(deep, "api 2").open():
        assert set(await process(deep, "api 1").all()) == {"api 1", "api 2"}


@pytest.mark.parametrize("data_dir", ["data", "data/" + "x" * 90], ids=["by its path", "by its digest"])
def test_nobody_else_may_enter_where_processes_meet(data_dir: str) -> None:
    with tempfile.TemporaryDirectory() as short:
        place = meeting_place(Path(short, data_dir))
        assert os.stat(place).st_mode & 0o077 == 0

        place.rmdir()
        place.symlink_to(short)
        try:
            with pytest.raises(PermissionError):
                meeting_place(Path(short, data_dir))
        finally:
            place.unlink()


def test_every_figure_says_what_it_is() -> None:
    assert all(family.meaning.endswith(".") for family in FAMILIES.values())
    assert all(family.bounds == tuple(sorted(set(family.bounds))) for family in FAMILIES.values())
