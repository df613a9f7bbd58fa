"""Ratios between cases, what they have to be at least, and how they are told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from rich.table import Table

from benchmarks.load import Measured


@dataclass(frozen=True, slots=True)
class Round:
    """One case in one round, with the processor time of whoever did the work."""

    measured: Measured
    cpu_seconds: float

    @property
    def cpu_us(self) -> float:
        """For one request."""
        return self.cpu_seconds / self.measured.requests * 1e6


Rounds = Mapping[str, Sequence[Round]]
"""By case, the rounds in their order."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What is told in the end, and what it has to be; `name` and `title` are for machines and for people."""

    name: str
    title: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def required(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return "" if self.at_most is None else f"≤ {self.at_most:g}"

    def met(self, value: float) -> bool | None:
        if self.at_least is not None:
            return value >= self.at_least
        return None if self.at_most is None else value <= self.at_most


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio(Figure):
    """Two cases, compared within each round; the median of the rounds counts."""

    cases: tuple[str, str]
    measure: Callable[[Round, Round], float]

    def value(self, rounds: Rounds) -> float | None:
        """None when one of the cases was not measured."""
        one, other = (rounds.get(case) for case in self.cases)
        if not one or not other:
            return None
        return median(self.measure(mine, theirs) for mine, theirs in zip(one, other, strict=True))


def rate(one: Round, other: Round) -> float:
    """How many times as much the first does in the same time."""
    return one.measured.per_second / other.measured.per_second


def processor(one: Round, other: Round) -> float:
    """How much of the first's processor time the other needs."""
    return other.cpu_us / one.cpu_us if one.cpu_us else 0.0


def cost(one: Round, other: Round) -> float:
    """How many times as long the first takes."""
    return other.measured.per_second / one.measured.per_second


def tail(one: Round, _: Round) -> float:
    return one.measured.p99_us / one.measured.p50_us


def told(rounds: Rounds) -> dict[str, dict[str, float]]:
    """The medians of each case."""
    return {
        name: {
            "per_second": round(median(one.measured.per_second for one in each), 1),
            "p50_us": round(median(one.measured.p50_us for one in each), 1),
            "p99_us": round(median(one.measured.p99_us for one in each), 1),
            "cpu_us": round(median(one.cpu_us for one in each), 1),
        }
        for name, each in rounds.items()
    }


def cases_table(medians: Mapping[str, Mapping[str, float]]) -> Table:
    table = Table("case", box=None, header_style="bold")
    for column in ("a second", "p50 µs", "p99 µs", "CPU µs"):
        table.add_column(column, justify="right")
    for name, values in medians.items():
        table.add_row(name, *(f"{value:,.0f}" for value in values.values()))
    return table


def figures_table(figures: Sequence[Figure], values: Mapping[str, float | None]) -> Table:
    table = Table("figure", box=None, header_style="bold")
    for column in ("measured", "required", ""):
        table.add_column(column, justify="right")
    for figure in figures:
        value = values.get(figure.name)
        if value is not None:
            met = figure.met(value)
            verdict = "" if met is None else "met" if met else "[bold]missed[/]"
            table.add_row(figure.title, f"{value:.3g}", figure.required, verdict)
    return table
