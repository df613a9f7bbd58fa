"""What an operation may cost, as a formula of its variables, and what of that its answer used.

An object costs a point, a scalar nothing. A connection costs as many of its rows as the page may have, a list that is
none as many as lists are taken to have. What is read for a field is read once for all rows, so it is no part of what a
row costs. So the formula is a number and, for each connection, what a row of it costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from schema.limits.limit import LimitExceeded, Limits

Variables: TypeAlias = Mapping[str, Any]
Defaults: TypeAlias = Mapping[str, int | bool]

COST_MAX = 10**9
"""Fragments that spread each other make numbers beyond any meaning."""

PARTS_MAX = 64
"""Of a formula; beyond that, every page is taken to be as long as pages can be."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows the variable of a page size asks for."""

    variable: str
    absent: int
    """When the variable is not given."""
    null: int
    most: int

    def of(self, variables: Variables) -> int:
        asked = variables.get(self.variable, self.absent)
        # A whole number may be written as 24.0; what is no number at all is refused before anything is read.
        if asked.__class__ is not int:
            asked = int(asked) if isinstance(asked, float) else self.null
        return min(max(asked, 0), self.most)


@dataclass(frozen=True, slots=True)
class Length:
    """How many there are in the list of a variable, for a field that answers each of them."""

    variable: str
    least: int
    most: int

    def of(self, variables: Variables) -> int:
        given = variables.get(self.variable)
        return min(max(len(given), self.least), self.most) if isinstance(given, list) else self.least


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one page: where they are in the answer, how many there may be, and what one costs.

    With no `path` they are those of a list that is counted as asked for, however long it turns out to be. With no
    `size` they are those of a connection whose arguments are not known yet.
    """

    path: tuple[str, ...] | None
    size: int | Size | Length | None
    row: Cost
    once: int = 0
    """For all that is read for any of its rows."""

    def requested(self, variables: Variables) -> int:
        size = self.size
        assert size is not None, "a connection says the size of its page"
        count = size if isinstance(size, int) else size.of(variables)
        row = self.row
        return self.once + count * (row.requested(variables) if row.parts else row.fixed)

    def actual(self, found: Any, variables: Variables) -> int:
        if self.path is None:
            return self.requested(variables)
        for key in self.path:
            found = found.get(key) if found.__class__ is dict else None
        if found.__class__ is not list or not found:
            return 0
        row = self.row
        if not row.parts:
            return self.once + len(found) * row.fixed
        return self.once + sum(row.actual(one, variables) for one in found)

    def most(self, limits: Limits) -> int:
        size = self.size
        if size is None:
            size = limits.page_size_max
        return self.once + (size if isinstance(size, int) else size.most) * self.row.most(limits)

    def under(self, key: str) -> Rows:
        return self if self.path is None else replace(self, path=(key, *self.path))

    def sized(self, size: int | Size) -> Rows:
        return replace(self, size=size) if self.size is None else self

    def given(self, defaults: Defaults) -> Rows:
        size, row = self.size, self.row.given(defaults)
        if isinstance(size, Size):
            absent = defaults.get(size.variable, size.null)
            # A default that is no number is refused as the variable would be.
            size = replace(size, absent=absent if type(absent) is int else size.null)
        return replace(self, size=size, row=row)

    def without_once(self) -> tuple[Rows, int]:
        return replace(self, once=0), self.once

    @property
    def is_constant(self) -> bool:
        return isinstance(self.size, int) and self.row.is_constant

    @property
    def count(self) -> int:
        return 1 + self.row.count


@dataclass(frozen=True, slots=True)
class Switched:
    """What costs something only if a variable is true, or only if it is not."""

    variable: str
    wanted: bool
    absent: bool
    cost: Cost

    def is_on(self, variables: Variables) -> bool:
        return bool(variables.get(self.variable, self.absent)) is self.wanted

    def requested(self, variables: Variables) -> int:
        return self.cost.requested(variables) if self.is_on(variables) else 0

    def actual(self, found: Any, variables: Variables) -> int:
        return self.cost.actual(found, variables) if self.is_on(variables) else 0

    def most(self, limits: Limits) -> int:
        return self.cost.most(limits)

    def under(self, key: str) -> Switched:
        return replace(self, cost=self.cost.under(key))

    def sized(self, size: int | Size) -> Switched:
        return replace(self, cost=self.cost.sized(size))

    def given(self, defaults: Defaults) -> Switched:
        # Without any value it is refused later; until then it counts as selected.
        absent = bool(defaults.get(self.variable, self.wanted))
        return replace(self, absent=absent, cost=self.cost.given(defaults))

    def without_once(self) -> tuple[Switched, int]:
        cost, once = self.cost.without_once()
        return replace(self, cost=cost), once

    @property
    def is_constant(self) -> bool:
        return False

    @property
    def count(self) -> int:
        return 1 + self.cost.count


@dataclass(frozen=True, slots=True)
class Root:
    """What a field of the query costs; of one that is null no more than finding that out."""

    key: str
    least: int
    cost: Cost

    def requested(self, variables: Variables) -> int:
        return self.cost.requested(variables)

    def actual(self, found: Any, variables: Variables) -> int:
        there = found.__class__ is dict and found.get(self.key) is not None
        return self.cost.actual(found, variables) if there else self.least

    def most(self, limits: Limits) -> int:
        return self.cost.most(limits)

    def under(self, key: str) -> Root:
        raise AssertionError("the query is nobody's field")

    def sized(self, size: int | Size) -> Root:
        return self

    def given(self, defaults: Defaults) -> Root:
        return replace(self, cost=self.cost.given(defaults))

    def without_once(self) -> tuple[Root, int]:
        return self, 0

    @property
    def is_constant(self) -> bool:
        return self.cost.is_constant

    @property
    def count(self) -> int:
        return 1 + self.cost.count


@dataclass(frozen=True, slots=True)
class Cost:
    """A formula: what there is once, and what depends on pages and variables."""

    fixed: int = 0
    parts: tuple[Rows | Switched | Root, ...] = ()
    once: int = 0
    """For what is read, however many rows it is read for."""

    def requested(self, variables: Variables) -> int:
        total = self.fixed + self.once
        for part in self.parts:
            total += part.requested(variables)
        return total

    def actual(self, found: Any, variables: Variables) -> int:
        total = self.fixed + self.once
        for part in self.parts:
            total += part.actual(found, variables)
        return total

    def most(self, limits: Limits) -> int:
        return min(self.fixed + self.once + sum(part.most(limits) for part in self.parts), COST_MAX)

    def under(self, key: str) -> Cost:
        """The same, one field deeper in the answer."""
        return replace(self, parts=tuple(part.under(key) for part in self.parts)) if self.parts else self

    def sized(self, size: int | Size) -> Cost:
        """The same of a connection whose page has this size."""
        return replace(self, parts=tuple(part.sized(size) for part in self.parts)) if self.parts else self

    def given(self, defaults: Defaults) -> Cost:
        """The same in an operation whose variables have these defaults."""
        return replace(self, parts=tuple(part.given(defaults) for part in self.parts)) if self.parts else self

    def without_once(self) -> tuple[Cost, int]:
        """What it costs each time, and what it costs besides however often."""
        apart = [part.without_once() for part in self.parts]
        once = self.once + sum(once for _, once in apart)
        return Cost(self.fixed, tuple(part for part, _ in apart)), min(once, COST_MAX)

    @property
    def count(self) -> int:
        return sum(part.count for part in self.parts)

    @property
    def is_constant(self) -> bool:
        return all(part.is_constant for part in self.parts)

    def plus(self, other: Cost, limits: Limits) -> Cost:
        fixed, once = min(self.fixed + other.fixed, COST_MAX), min(self.once + other.once, COST_MAX)
        if not other.parts:
            return Cost(fixed, self.parts, once)
        both = Cost(fixed, self.parts + other.parts, once)
        return both if both.count <= PARTS_MAX else Cost(both.most(limits))


NOTHING = Cost()


def repeated(size: int | Size | Length, row: Cost, limits: Limits) -> Cost:
    """A list that is no connection."""
    row, once = row.without_once()
    if isinstance(size, int) and not row.parts:
        return Cost(min(size * row.fixed, COST_MAX), once=once)
    return Cost(0, (Rows(None, size, row, once),))


def switched(variable: str, wanted: bool, cost: Cost) -> Cost:
    return Cost(0, (Switched(variable, wanted, wanted, cost),)) if cost != NOTHING else cost


@dataclass(frozen=True, slots=True)
class Price:
    """What one operation of a document costs: in most documents a number, found once."""

    cost: Cost
    told: int
    """For what it asks of the schema itself, whatever that turns out to be."""
    most: int
    """More than this is refused."""
    constant: int | None
    roots: tuple[str, ...] | None = None
    """The fields of the query, if nothing but that one of them is null makes it cheaper than what was requested."""

    @classmethod
    def of(cls, cost: Cost, told: int, defaults: Defaults, limits: Limits) -> Price:
        cost = cost.given(defaults)
        constant = told + cost.requested({}) if cost.is_constant else None
        whole = all(isinstance(part, Root) and not part.cost.parts for part in cost.parts)
        roots = tuple(part.key for part in cost.parts if isinstance(part, Root)) if whole else None
        return cls(cost, told, told + limits.cost, constant, roots)

    def requested(self, variables: Variables) -> int:
        """The most that it can cost; LimitExceeded when that is more than an operation may."""
        requested = self.constant
        if requested is None:
            requested = self.told + self.cost.requested(variables)
        if requested > self.most:
            raise self.too_much(requested)
        return requested

    def actual(self, requested: int, data: Any, variables: Variables) -> int:
        """What was used of what was requested: rows that were not there are not paid for."""
        # The lesser of the two, should an answer ever hold more than was reckoned with: nobody is charged for that.
        return min(requested, self.used(data, variables)) if self.cost.parts else requested

    def used(self, data: Any, variables: Variables) -> int:
        """What the rows of an answer cost."""
        return self.told + self.cost.actual(data, variables)

    def too_much(self, requested: int) -> LimitExceeded:
        found, most = requested - self.told, self.most - self.told
        message = (
            f"This may cost {found} points and an operation has {most}: ask for smaller pages or for less of each."
        )
        return LimitExceeded("cost", most, message, requested=found)
