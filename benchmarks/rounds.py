"""Interleaved rounds: each case has its turn in each round, so that a machine that gets slower does so for all."""

import gc
from collections.abc import Sequence

from app.seed import Progress
from benchmarks.cases import Case
from benchmarks.figures import Round
from benchmarks.servers import Stage, cpu_seconds


def play(
    stage: Stage, cases: Sequence[Case], *, rounds: int, seconds: float, progress: Progress
) -> dict[str, list[Round]]:
    """Every case once to warm up, then in every round, forwards and backwards in turn."""
    total, done = (rounds + 1) * len(cases), 0
    played: dict[str, list[Round]] = {case.name: [] for case in cases}
    gc.collect()
    for number in range(rounds + 1):
        for case in cases if number % 2 else reversed(cases):
            one = turn(stage, case, seconds if number else seconds / 2)
            if number:
                played[case.name].append(one)
            done += 1
            progress("turns", done, total)
    return played


def turn(stage: Stage, case: Case, seconds: float) -> Round:
    driver = stage.drivers[case.driver]
    working = driver.pid if case.server is None else stage.servers[case.server].pid
    before = cpu_seconds(working)
    measured = driver.run(case.load, seconds)
    return Round(measured, cpu_seconds(working) - before)
