"""`python -m benchmarks`: the house beside what its answers would cost by hand."""

import sys
from argparse import ArgumentParser, Namespace

from rich.console import Console

from benchmarks import bench, profile, report
from benchmarks.progress import shown
from benchmarks.servers import ground


def arguments(given: list[str]) -> Namespace:
    parser = ArgumentParser("benchmarks", description=__doc__)
    parser.add_argument("--pieces", type=int, default=20_000, help="how many pieces the house has")
    parser.add_argument("--rounds", type=int, default=7, help="how often each case has its turn")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long a turn lasts")
    parser.add_argument("--only", nargs="*", default=(), help="only cases whose names begin like this")
    parser.add_argument("--profile", action="store_true", help="draw flame graphs instead: where does the time go")
    return parser.parse_args(given)


def main() -> None:
    told = arguments(sys.argv[1:])
    out = Console()
    if told.profile:
        profile.run(told.pieces, out=out)
        return
    with ground() as base, shown(out) as progress:
        result = bench.run(base, told.pieces, told.rounds, told.seconds, progress, only=told.only)
    report.tell(result, bench.FIGURES, out)
    report.keep(
        result, report.latest(".json"), pieces=told.pieces, rounds=told.rounds, seconds=told.seconds, only=told.only
    )


if __name__ == "__main__":
    main()
