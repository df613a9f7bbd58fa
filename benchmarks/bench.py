"""The whole measurement: furnish a house, prove that answers are equal, play the rounds, tell the ratios."""

import asyncio
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from shutil import which
from typing import Any

import orjson
from rich.console import Console

from app.seed import Progress
from benchmarks import cases, execution, figures, transfer
from benchmarks.cases import Case
from benchmarks.direct import Replay
from benchmarks.figures import Figure, Ratio, Rounds, processor, rate, tail
from benchmarks.progress import shown
from benchmarks.rounds import play
from benchmarks.servers import CACHES, UNCACHED, Stage, furnish, services, settings_for

MANY = 16

COMPILED = Figure("compiled_of_stock", "compiled ÷ stock execution, on loaded data", at_least=20)
RATIOS = (
    Ratio("listing_of_floor", "listing ÷ its floor", at_least=0.75, cases=("listing", "floor_listing"), measure=rate),
    Ratio("listing_of_floor_cpu", "… by processor time", cases=("listing", "floor_listing"), measure=processor),
    Ratio("listing_16_of_floor", "… at c=16", cases=("listing_16", "floor_listing_16"), measure=rate),
    Ratio("detail_of_floor", "detail ÷ its floor", at_least=0.70, cases=("detail", "floor_detail"), measure=rate),
    Ratio("detail_of_floor_cpu", "… by processor time", cases=("detail", "floor_detail"), measure=processor),
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


@dataclass
class Told:
    """What came of a run."""

    rounds: Rounds
    figures: dict[str, float | None]
    skipped: list[str] = field(default_factory=list)

    @property
    def cases(self) -> dict[str, dict[str, float]]:
        return figures.told(self.rounds)


def run(pieces: int, rounds: int, seconds: float, *, only: Sequence[str] = (), out: Console) -> Told:
    """Measure everything, or the cases whose names begin with one of `only`."""
    with shown(out) as progress, on_stage(pieces, progress) as (stage, chosen, skipped):
        wanted = [case for case in chosen if not only or case.name.startswith(tuple(only))]
        played = play(stage, wanted, rounds=rounds, seconds=seconds, progress=progress)
    values = {ratio.name: ratio.value(played) for ratio in RATIOS}
    if not only or COMPILED.name.startswith(tuple(only)):
        values[COMPILED.name] = execution.measure()["ratio"]
    return Told(played, values, skipped)


@contextmanager
def on_stage(pieces: int, progress: Progress) -> Iterator[tuple[Stage, list[Case], list[str]]]:
    """A furnished house with its floors, all running, and the cases, which are known to answer with the same."""
    with services() as found:
        asyncio.run(furnish(found, pieces, progress))
        settings = settings_for(found, **UNCACHED)
        pairs = asyncio.run(transfer.pairs(settings, found.owner_url, MANY))
        transfers = asyncio.run(transfer.record(settings, pairs))
        stage = Stage()
        stage.serve("floor", "benchmarks.floor", settings)
        stage.serve("off", "app.server", settings)
        for cache in CACHES[1:]:
            stage.serve(cache, "app.server", settings.model_copy(update={"response_cache": cache}))
        stage.drive("driver")
        stage.drive("direct", settings)
        slugs = asyncio.run(cases.slugs(found.owner_url))
        with stage.open():
            chosen = [*reads(stage, slugs), *moves(stage, pairs, transfers)]
            skipped = [] if CACHES else ["listing_memory and listing_valkey: there is no response cache yet"]
            yield stage, chosen, skipped


def reads(stage: Stage, slugs: Sequence[str]) -> list[Case]:
    """Listing and detail, which every server answers alike."""
    floor, houses = stage.servers["floor"], {name: one for name, one in stage.servers.items() if name != "floor"}
    for one in houses.values():
        cases.prove_equal(cases.listing(one), cases.floor_listing(floor))
        cases.prove_equal(cases.detail(one, slugs), cases.floor_detail(floor, slugs))
    return [
        Case("constant", cases.constant(floor), server="floor"),
        Case("floor_listing", cases.floor_listing(floor), server="floor"),
        *(
            Case("listing" if name == "off" else f"listing_{name}", cases.listing(one), server=name)
            for name, one in houses.items()
        ),
        Case("floor_detail", cases.floor_detail(floor, slugs), server="floor"),
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


def tell(told: Told, out: Console) -> None:
    """Lines for machines, tables for people."""
    for name, each in told.cases.items():
        for what, value in each.items():
            out.print(f"{name}.{what} {value}", highlight=False)
    for name, ratio in told.figures.items():
        if ratio is not None:
            out.print(f"{name} {ratio:.3f}", highlight=False)
    for line in told.skipped:
        out.print(f"skipped {line}", highlight=False)
    out.print("", figures.cases_table(told.cases), "", figures.figures_table([*RATIOS, COMPILED], told.figures))


def keep(told: Told, latest: Path, **how: Any) -> None:
    """The same as JSON, with how it was measured."""
    document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "client": "wrk" if which("wrk") else "benchmarks.load",
        **how,
        "cases": told.cases,
        "figures": told.figures,
        "skipped": told.skipped,
    }
    latest.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
