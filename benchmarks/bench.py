"""The whole measurement: furnish a house, prove that answers are equal, play the rounds, tell the ratios."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from app.seed import Progress
from benchmarks import cases, transfer
from benchmarks.cases import Case
from benchmarks.direct import Replay
from benchmarks.figures import Figure, Ratio, processor, rate, tail
from benchmarks.report import Told
from benchmarks.rounds import play
from benchmarks.servers import CACHES, UNCACHED, Ground, Stage

MANY = 16

LEAN = "… ÷ the same floor on the house's own HTTP protocol"

COMPILED = Figure("compiled_of_stock", "compiled ÷ stock execution, on loaded data", at_least=20)
RATIOS = (
    Ratio("listing_of_floor", "listing ÷ its floor", at_least=0.75, cases=("listing", "floor_listing"), measure=rate),
    Ratio("listing_of_floor_cpu", "… by processor time", cases=("listing", "floor_listing"), measure=processor),
    Ratio("listing_of_lean", LEAN, cases=("listing", "floor_listing_lean"), measure=rate),
    Ratio("listing_16_of_floor", "… at c=16", cases=("listing_16", "floor_listing_16"), measure=rate),
    Ratio("detail_of_floor", "detail ÷ its floor", at_least=0.70, cases=("detail", "floor_detail"), measure=rate),
    Ratio("detail_of_floor_cpu", "… by processor time", cases=("detail", "floor_detail"), measure=processor),
    Ratio("detail_of_lean", LEAN, cases=("detail", "floor_detail_lean"), measure=rate),
    Ratio(
        "memory_of_constant",
        "listing cached in memory ÷ constant bytes",
        at_least=0.7,
        cases=("listing_memory", "constant"),
        measure=rate,
    ),
    Ratio(
        "memory_of_constant_cpu",
        "… by processor time",
        cases=("listing_memory", "constant"),
        measure=processor,
    ),
    Ratio("memory_of_lean", LEAN, cases=("listing_memory", "constant_lean"), measure=rate),
    Ratio(
        "valkey_of_floor",
        "listing cached in Valkey ÷ its floor",
        at_least=3.5,
        cases=("listing_valkey", "floor_listing"),
        measure=rate,
    ),
    Ratio("transfer_of_sql", "transfer ÷ its SQL, c=1", at_least=0.5, cases=("transfer", "sql"), measure=rate),
    Ratio("transfer_16_of_sql", "… at c=16", at_least=0.5, cases=("transfer_16", "sql_16"), measure=rate),
    Ratio(
        "listing_16_tail",
        "listing, p99 ÷ p50 at c=16",
        at_most=3,
        cases=("listing_16", "listing_16"),
        measure=tail,
    ),
    Ratio(
        "transfer_16_tail",
        "transfer, p99 ÷ p50 at c=16",
        at_most=3,
        cases=("transfer_16", "transfer_16"),
        measure=tail,
    ),
)
FIGURES: tuple[Figure, ...] = (*RATIOS, COMPILED)


def run(
    base: Ground, pieces: int, rounds: int, seconds: float, progress: Progress, *, only: Sequence[str] = ()
) -> Told:
    """Furnish an empty database and measure everything, or what begins with one of `only`."""

    def wanted(name: str) -> bool:
        return not only or name.startswith(tuple(only))

    asyncio.run(base.furnish(pieces, progress))
    with on_stage(base) as (stage, every):
        chosen = [case for case in every if wanted(case.name)]
        played = play(stage, chosen, rounds=rounds, seconds=seconds, progress=progress)
    values = {ratio.name: ratio.value(played) for ratio in RATIOS}
    values[COMPILED.name] = compiled() if wanted(COMPILED.name) else None
    skipped = [] if CACHES else ["listing_memory and listing_valkey: there is no response cache"]
    return Told(played, values, skipped)


def compiled() -> float:
    """Measured in a process of its own, with nothing else in memory."""
    command = [sys.executable, "-m", "benchmarks.execution"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return float(dict(line.split() for line in lines)["ratio"])


@contextmanager
def on_stage(base: Ground) -> Iterator[tuple[Stage, list[Case]]]:
    """A house with its floors, all running, and the cases, which are known to answer with the same."""
    settings, owner_url = base.settings(**UNCACHED), base.services.owner_url
    pairs = asyncio.run(transfer.pairs(settings, owner_url, MANY))
    transfers = asyncio.run(transfer.record(settings, pairs))
    slugs = asyncio.run(cases.slugs(owner_url))
    stage = Stage()
    stage.serve("floor", "benchmarks.floor", settings, False)
    stage.serve("lean", "benchmarks.floor", settings, True)
    stage.serve("off", "app.server", settings)
    for cache in CACHES[1:]:
        stage.serve(cache, "app.server", base.settings(response_cache=cache))
    stage.drive("driver")
    stage.drive("direct", settings)
    with stage.open():
        yield stage, [*reads(stage, slugs), *moves(stage, pairs, transfers)]


def reads(stage: Stage, slugs: Sequence[str]) -> list[Case]:
    """Listing and detail, which every server answers alike."""
    floor, lean = stage.servers["floor"], stage.servers["lean"]
    houses = {name: one for name, one in stage.servers.items() if one not in (floor, lean)}
    for one in houses.values():
        cases.prove_equal(cases.listing(one), cases.floor_listing(floor))
        cases.prove_equal(cases.detail(one, slugs), cases.floor_detail(floor, slugs))
    return [
        Case("constant", cases.constant(floor), server="floor"),
        Case("constant_lean", cases.constant(lean), server="lean"),
        Case("floor_listing", cases.floor_listing(floor), server="floor"),
        Case("floor_listing_lean", cases.floor_listing(lean), server="lean"),
        *(
            Case("listing" if name == "off" else f"listing_{name}", cases.listing(one), server=name)
            for name, one in houses.items()
        ),
        Case("floor_detail", cases.floor_detail(floor, slugs), server="floor"),
        Case("floor_detail_lean", cases.floor_detail(lean, slugs), server="lean"),
        Case("detail", cases.detail(houses["off"], slugs), server="off"),
        Case("floor_listing_16", cases.floor_listing(floor, MANY), server="floor"),
        Case("listing_16", cases.listing(houses["off"], MANY), server="off"),
    ]


def moves(stage: Stage, pairs: Sequence[transfer.Pair], transfers: Sequence[transfer.Recorded]) -> list[Case]:
    """Transfers, one at a time and many."""
    house = stage.servers["off"]
    return [
        Case("sql", Replay(transfers[:1]), driver="direct"),
        Case("transfer", transfer.over_graphql(house, pairs[:1]), server="off"),
        Case("sql_16", Replay(transfers), driver="direct"),
        Case("transfer_16", transfer.over_graphql(house, pairs), server="off"),
    ]
