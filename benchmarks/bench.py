"""The whole measurement: furnish a house, prove that answers are equal, play the rounds, tell the ratios."""

import asyncio
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.progress import Progress

from app.config import Settings
from benchmarks import cases, figures
from benchmarks.cases import Case
from benchmarks.figures import Figure, cost, processor, rate, tail
from benchmarks.rounds import play
from benchmarks.servers import Stage, furnish, services, settings_for
from persistence.embedded import Services

MANY = 16

FIGURES = (
    Figure("listing_of_floor", "listing, of its floor", ("listing", "floor_listing"), rate, at_least=0.75),
    Figure("listing_of_floor_cpu", "  the same by processor time", ("listing", "floor_listing"), processor),
    Figure("listing_16_of_floor", "  the same at c=16", ("listing_16", "floor_listing_16"), rate),
    Figure("detail_of_floor", "detail, of its floor", ("detail", "floor_detail"), rate, at_least=0.70),
    Figure("detail_of_floor_cpu", "  the same by processor time", ("detail", "floor_detail"), processor),
    Figure("listing_16_tail", "listing, p99 ÷ p50 at c=16", ("listing_16", "listing_16"), tail, at_most=3),
)


def run(
    pieces: int, rounds: int, seconds: float, *, only: Sequence[str] = (), latest: Path, out: Console
) -> dict[str, Any]:
    """Measure and tell; also into the file `latest`."""
    with services() as found, Progress(console=out, transient=True) as progress:
        shown: dict[str, Any] = {}

        def tell(what: str, done: int, total: int) -> None:
            task = shown.setdefault(what, None) or shown.update({what: progress.add_task(what)}) or shown[what]
            progress.update(task, completed=done, total=total)

        asyncio.run(furnish(found, pieces, tell))
        stage = staged(found)
        with stage.open():
            chosen = [case for case in proved(stage, found) if not only or case.name.startswith(tuple(only))]
            played = play(
                stage, chosen, rounds=rounds, seconds=seconds, progress=lambda done, total: tell("turns", done, total)
            )
    medians = figures.told(played)
    values = {figure.name: figure.value(played) for figure in FIGURES}
    for name, each in medians.items():
        for what, value in each.items():
            out.print(f"{name}.{what} {value}", highlight=False)
    for name, ratio in values.items():
        if ratio is not None:
            out.print(f"{name} {ratio:.3f}", highlight=False)
    out.print("", figures.cases_table(medians), "", figures.figures_table(FIGURES, values))
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "pieces": pieces,
        "rounds": rounds,
        "seconds": seconds,
        "cases": medians,
        "figures": values,
    }
    latest.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    return told


def staged(found: Services) -> Stage:
    stage = Stage()
    settings = settings_for(found, **uncached())
    stage.serve("house", "app.server", settings)
    stage.serve("floor", "benchmarks.floor", settings)
    stage.drive("load")
    return stage


def uncached() -> dict[str, Any]:
    """A house that answers from its database each time, once it could do otherwise."""
    return {"response_cache": "off"} if "response_cache" in Settings.model_fields else {}


def proved(stage: Stage, found: Services) -> list[Case]:
    """The cases, all of which are known to answer with the same as their floor."""
    house, floor = stage.servers["house"], stage.servers["floor"]
    slugs = asyncio.run(cases.slugs(found.owner_url))
    cases.prove_equal(cases.listing(house), cases.floor_listing(floor))
    cases.prove_equal(cases.detail(house, slugs), cases.floor_detail(floor, slugs))
    return [
        Case("constant", cases.constant(floor), server="floor"),
        Case("floor_listing", cases.floor_listing(floor), server="floor"),
        Case("listing", cases.listing(house), server="house"),
        Case("floor_detail", cases.floor_detail(floor, slugs), server="floor"),
        Case("detail", cases.detail(house, slugs), server="house"),
        Case("floor_listing_16", cases.floor_listing(floor, MANY), server="floor"),
        Case("listing_16", cases.listing(house, MANY), server="house"),
    ]
