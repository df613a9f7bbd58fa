"""Whatever is sent is answered in JSON with a code, soon, without much memory, and while others are served.

How long something takes is told by the processor time that the server used for it, in units of an honest request that
is sent just before: one that takes 5 to 10 ms. Nobody waits for the loop longer than it computes.
"""

import pytest

from tests.hostile.case import OK, Case, cases
from tests.hostile.conftest import Target
from tests.hostile.process import MIB

LOOP_MAX = 40
"""Honest requests' worth of the event loop at one go: about a quarter of a second."""

WHOLE_MAX = 150
"""The same for all threads: about a second."""

GROWTH_MAX = 64 * MIB
CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_it_is_answered_with_its_code_and_takes_little(target: Target, case: Case) -> None:
    await target.ask_honestly()
    held, before = target.process.forget_peak(), target.process.used()

    for _ in range(case.times):
        answer = await target.send(case)

    used, grown = target.process.used() - before, target.process.peak() - held
    told = answer.json()
    codes = [error["extensions"]["code"] for error in told.get("errors", [])] or [OK]
    assert (answer.status_code, codes[0]) == (case.status, case.code), told
    if "limit" in case.told:
        assert told["errors"][0]["extensions"]["limit"] == case.told["limit"]
    assert answer.headers["content-type"].startswith("application/")
    assert len(codes) <= 11
    assert used.loop <= LOOP_MAX * target.usual
    assert used.whole <= WHOLE_MAX * target.usual
    assert grown <= GROWTH_MAX


def test_there_are_enough_of_them_and_no_two_are_the_same() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
