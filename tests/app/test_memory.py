"""Large pages: what a process has in memory is gathered without a word of it being lost."""

import asyncio
import sys
from pathlib import Path

import pytest

from app import memory

PAGE = 2 * 1024 * 1024
MAP = """\
000000400000-000000a00000 rw-p 00000000 00:00 0          [heap]
7f0000100000-7f0000700000 rw-p 00000000 00:00 0
7f0000800000-7f0000a00000 r--p 00000000 00:00 0
7f0000c00000-7f0001000000 rw-p 00000000 08:01 1234       /usr/lib/something.so
7f0001000000-7f0001400000 rw-s 00000000 00:01 77         /dev/zero (deleted)
7f0001500000-7f0001600000 rw-p 00000000 00:00 0
"""


def test_whole_pages_of_memory_that_nobody_shares_are_found() -> None:
    found = [hex(address) for address in memory.whole_pages(MAP, PAGE)]

    assert found == ["0x400000", "0x600000", "0x800000", "0x7f0000200000", "0x7f0000400000"]


@pytest.mark.skipif(sys.platform != "linux" or not memory.SIZE.exists(), reason="there are no large pages here")
async def test_what_is_in_memory_stays_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "PAUSE_SECONDS", 0)
    kept = [str(number) for number in range(200_000)]

    await memory.settle()

    assert kept == [str(number) for number in range(200_000)]


async def test_where_there_are_no_large_pages_nothing_is_done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(memory, "SIZE", tmp_path / "nothing")

    assert await memory.settle() == 0


async def test_who_is_told_to_stop_early_does_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[bool] = []

    async def settle() -> int:
        begun.append(True)
        return 0

    monkeypatch.setattr(memory, "settle", settle)
    task = asyncio.create_task(memory.settle_later())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])

    assert task.cancelled()
    assert begun == []
