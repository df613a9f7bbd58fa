"""`python -m benchmarks.scale`: the same reads in a small house and in a large one, side by side on one server.

Filling the large one takes minutes; with `--data` it is kept and used again.
"""

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import orjson
from rich.console import Console

from app.seed import Progress
from benchmarks import cases, report
from benchmarks.cases import LISTING, Case
from benchmarks.figures import Ratio, cost, processor
from benchmarks.load import Load, post
from benchmarks.progress import shown
from benchmarks.report import Told
from benchmarks.rounds import play
from benchmarks.servers import UNCACHED, Ground, Server, Stage, ground
from persistence.embedded import Services
from schema.ids import encode_id

SMALL, LARGE = "small", "large"
COST_MOST = 1.2

CATEGORIES = """
SELECT category_2_id FROM listing WHERE state = 'LISTED' AND category_2_id IS NOT NULL
GROUP BY category_2_id ORDER BY count(*) DESC, category_2_id LIMIT $1
"""
SHELVES = 6
PAGES = 4
"""Of each shelf so many pages in turn: what happens to stand on a single page costs more or less than on another."""

KINDS = ("listing", "detail", "price", "category")
RATIOS = tuple(
    ratio
    for kind in KINDS
    for ratio in (
        Ratio(
            f"{kind}_scale",
            f"{kind}: cost in the large house ÷ in the small",
            at_most=COST_MOST,
            cases=(f"{kind}_{LARGE}", f"{kind}_{SMALL}"),
            measure=cost,
        ),
        Ratio(
            f"{kind}_scale_cpu",
            "… by processor time",
            cases=(f"{kind}_{SMALL}", f"{kind}_{LARGE}"),
            measure=processor,
        ),
    )
)


def run(pieces: dict[str, int], rounds: int, seconds: float, *, data_dir: Path | None, out: Console) -> Told:
    with ground(data_dir) as base, shown(out) as progress:
        houses = {name: asyncio.run(furnished(base, name, many, progress)) for name, many in pieces.items()}
        stage = Stage()
        for name, house in houses.items():
            stage.serve(name, "app.server", house.settings(**UNCACHED))
        stage.drive("driver")
        with stage.open():
            chosen = [case for name, house in houses.items() for case in reads(stage.servers[name], name, house)]
            # The same read in both houses, one after the other.
            chosen.sort(key=lambda case: KINDS.index(case.name.partition("_")[0]))
            played = play(stage, chosen, rounds=rounds, seconds=seconds, progress=progress)
    return Told(played, {ratio.name: ratio.value(played) for ratio in RATIOS})


async def furnished(base: Ground, name: str, pieces: int, progress: Progress) -> Ground:
    """A database of this name with this many pieces, made unless there is one."""
    database = f"cercle_{name}_{pieces}"
    owner = await asyncpg.connect(base.services.owner_url)
    try:
        if not await owner.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database):
            await owner.execute(f"DROP DATABASE IF EXISTS {database}_unfinished")
            await owner.execute(f"CREATE DATABASE {database}_unfinished")
            unfinished = on_database(base, f"{database}_unfinished")
            await unfinished.furnish(pieces, lambda what, done, total: progress(f"{name}: {what}", done, total))
            await settled(unfinished)
            await owner.execute(f"ALTER DATABASE {database}_unfinished RENAME TO {database}")
    finally:
        await owner.close()
    return on_database(base, database)


def on_database(base: Ground, database: str) -> Ground:
    """The same server and roles, another database."""
    there = base.services
    owner_url, app_url = (
        urlunsplit(urlsplit(url)._replace(path=f"/{database}")) for url in (there.owner_url, there.app_url)
    )
    return Ground(Services(owner_url, app_url, there.redis_url), base.data_dir)


async def settled(house: Ground) -> None:
    """What autovacuum would do in the minutes after, so that it does not do it while something is measured."""
    connection = await asyncpg.connect(house.services.owner_url)
    try:
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def reads(server: Server, name: str, house: Ground) -> list[Case]:
    slugs, categories = asyncio.run(chosen_in(house))
    loads = (
        pages(server, [{}]),
        cases.detail(server, slugs),
        pages(server, [priced(1_000 * (number + 1)) for number in range(SHELVES)]),
        pages(server, [{"filter": {"categoryId": encode_id("Category", category)}} for category in categories]),
    )
    return [Case(f"{kind}_{name}", load, server=name) for kind, load in zip(KINDS, loads, strict=True)]


def priced(least: int) -> dict[str, Any]:
    """A shelf by price, from so many euros to three times as many."""
    price = {"currencyCode": "EUR", "min": f"{least}.00", "max": f"{3 * least}.00"}
    return {"sort": "PRICE_ASC", "filter": {"price": price}}


def pages(server: Server, shelves: Sequence[dict[str, Any]]) -> Load:
    """The first pages of some shelves, each found by the cursor at the end of the one before."""
    url = f"{server.url}/graphql"
    requests = []
    for shelf in shelves:
        after: str | None = None
        for _ in range(PAGES):
            requests.append(post(url, LISTING, {**shelf, "after": after}))
            info = orjson.loads(cases.sent(url, requests[-1]))["data"]["listings"]["pageInfo"]
            if not info["hasNextPage"]:
                break
            after = info["endCursor"]
    return Load(url, requests, 1, b'"nodes":[{')


async def chosen_in(house: Ground) -> tuple[Sequence[str], Sequence[UUID]]:
    connection = await asyncpg.connect(house.services.owner_url)
    try:
        categories = [row["category_2_id"] for row in await connection.fetch(CATEGORIES, SHELVES)]
    finally:
        await connection.close()
    return await cases.slugs(house.services.owner_url), categories


def arguments(given: Sequence[str]) -> Namespace:
    parser = ArgumentParser("benchmarks.scale", description=__doc__)
    parser.add_argument("--pieces", type=int, default=1_000_000, help="how many pieces the large house has")
    parser.add_argument("--beside", type=int, default=20_000, help="how many the small one has")
    parser.add_argument("--rounds", type=int, default=7, help="how often each case has its turn")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long a turn lasts")
    parser.add_argument("--data", type=Path, help="where to keep the databases for the next time")
    return parser.parse_args(given)


def main() -> None:
    told, out = arguments(sys.argv[1:]), Console()
    pieces = {SMALL: told.beside, LARGE: told.pieces}
    result = run(pieces, told.rounds, told.seconds, data_dir=told.data, out=out)
    report.tell(result, RATIOS, out)
    report.keep(result, report.latest("-scale.json"), pieces=pieces, rounds=told.rounds, seconds=told.seconds)


if __name__ == "__main__":
    main()
