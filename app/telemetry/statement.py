"""What the database was asked of late, for which request, and how long it took.

To note a statement takes half a microsecond: nothing is done with it unless its operation turns out to be slow. Texts
of statements hold no values, which are sent apart from them.
"""

import re
from collections import deque
from functools import lru_cache
from time import perf_counter
from zlib import crc32

from app.telemetry.log import REQUEST

KEPT_MAX = 8_192
"""Of all requests together: under a storm of them the first statements of a slow one may be forgotten."""

VERB = re.compile(r"\s*(?:WITH\b.*?\)\s*(?=SELECT|INSERT|UPDATE|DELETE))?(\w+)", re.DOTALL | re.IGNORECASE)
TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+(?:ONLY\s+)?\"?([a-z_]\w*(?:\.\w+)?)", re.IGNORECASE)


class Statements:
    """Those that came last."""

    def __init__(self, most: int = KEPT_MAX) -> None:
        self._kept: deque[tuple[str, str, float]] = deque(maxlen=most)

    def note(self, text: str, began: float) -> None:
        self._kept.append((REQUEST.get(), text, perf_counter() - began))

    def of(self, request_id: str) -> dict[str, list[float]]:
        """The seconds of each run of each statement of a request."""
        found: dict[str, list[float]] = {}
        for whose, text, seconds in list(self._kept):
            if whose == request_id:
                found.setdefault(text, []).append(seconds)
        return found


STATEMENTS = Statements()


@lru_cache(maxsize=4_096)
def fingerprint(text: str) -> str:
    """A short name that a statement has in every process: what it does, to what, and a sum of its text."""
    table = TABLE.search(text)
    verb = VERB.match(text)
    words = [verb[1].upper() if verb else "?", *([table[1]] if table else [])]
    return f"{' '.join(words)} {crc32(text.encode()):08x}"
