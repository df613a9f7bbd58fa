"""Large pages for what is in memory once a process has started.

Every request touches a little of all that was made at start, and that lies all over: in pages of 4 KiB the processor
spends a tenth of its time on looking up where they are. Linux gathers them into pages of 2 MiB when it is asked to, and
takes the better part of a millisecond for each.
"""

import asyncio
import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

MAPS = Path("/proc/self/maps")
SIZE = Path("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size")
COLLAPSE = 25
"""MADV_COLLAPSE, by which the kernel does it at once; those before 6.1 do not know it."""

SETTLED_SECONDS = 5.0
"""Whoever serves for so long has been asked what it is asked most, and goes on for a while."""

PAUSE_SECONDS = 0.005

LIBC = ctypes.CDLL(None)


def private(line: str) -> bool:
    """Whether a line of the map is of memory that this process alone writes, and that stands for no file."""
    _, rights, _, _, inode, *_ = line.split(maxsplit=5)
    return rights == "rw-p" and inode == "0"


def whole_pages(text: str, size: int) -> Iterator[int]:
    """The addresses of all large pages that fit into such memory."""
    for line in filter(private, text.splitlines()):
        begin, end = (int(address, 16) for address in line.split(maxsplit=1)[0].split("-"))
        yield from range(-(-begin // size) * size, end - size + 1, size)


def at_hand() -> tuple[int, list[int]]:
    """How large a large page is, and where there could be one; none where the system has none."""
    if sys.platform != "linux" or not SIZE.exists():
        return 0, []
    size = int(SIZE.read_text())
    return size, list(whole_pages(MAPS.read_text(), size))


async def settle() -> int:
    """Gather what this process has in memory, a page at a time; says how many pages there are then."""
    size, addresses = at_hand()
    gathered = 0
    for address in addresses:
        # What was given back meanwhile is refused, and so is what can not be gathered.
        gathered += LIBC.madvise(ctypes.c_void_p(address), ctypes.c_size_t(size), COLLAPSE) == 0
        await asyncio.sleep(PAUSE_SECONDS)
    return gathered


async def settle_later() -> None:
    await asyncio.sleep(SETTLED_SECONDS)
    await settle()
