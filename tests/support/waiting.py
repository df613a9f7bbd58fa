"""Waiting for something to become true, as long as a busy machine may take; how fast it is is for benchmarks to say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

PATIENCE_SECONDS = 30


async def until(true: Callable[[], Any | Awaitable[Any]], seconds: float = PATIENCE_SECONDS) -> Any:
    """The first true value of what is called again and again."""
    async with asyncio.timeout(seconds):
        while True:
            found = true()
            if isawaitable(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.02)
