"""Grading standards: what is looked at in a category, what each finding costs, and the grade that follows from it.

A standard is immutable; a better one is another version. An appraisal pins the version that it judges by.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import appraiser as appraisers
from domain.catalogue import CategoryId
from domain.event import Event
from domain.localized import Localized
from domain.money import BASIS_POINTS
from domain.piece import Grade
from domain.refusal import InvalidInput, Refusal, require
from domain.text import line
from domain.viewer import AccountId, Role, Viewer

GradingStandardId = NewType("GradingStandardId", UUID)

POINTS = 100
"""What every criterion has before anything is deducted."""

NOTE_LENGTH_MAX = 500
INSTRUMENT_LENGTH_MAX = 80
ENTRIES_MAX = 100

GRADES = tuple(Grade)
"""Best first."""


# Nouns


class Severity(StrEnum):
    """How much of something was found, mildest first."""

    NONE = "NONE"
    LIGHT = "LIGHT"
    VISIBLE = "VISIBLE"
    HEAVY = "HEAVY"


SEVERITIES = tuple(Severity)


class MeasureUnit(StrEnum):
    """What a measurement counts."""

    MILLIMETRE = "MILLIMETRE"
    GRAM = "GRAM"
    CARAT = "CARAT"
    MICRON = "MICRON"
    SECOND_PER_DAY = "SECOND_PER_DAY"
    DEGREE = "DEGREE"
    PERMILLE = "PERMILLE"
    COUNT = "COUNT"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One side of condition, such as the corners or the movement; weights of a standard sum to 10,000."""

    code: str
    name: Localized
    weight_bps: int


@dataclass(frozen=True, slots=True)
class Deduction:
    """What a finding of this severity costs its criterion; with it the grade is `at_best` that."""

    severity: Severity
    points: int
    at_best: Grade | None = None


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One question about condition. An optional one may be left out where it does not apply."""

    code: str
    criterion: str
    question: Localized
    deductions: tuple[Deduction, ...]
    optional: bool = False

    def deduction(self, severity: Severity) -> Deduction:
        """The cost of a finding; a severity without a cost of its own costs as much as the next milder one."""
        milder = [one for one in self.deductions if SEVERITIES.index(one.severity) <= SEVERITIES.index(severity)]
        return milder[-1] if milder else Deduction(Severity.NONE, 0)


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark of authenticity to examine."""

    code: str
    question: Localized


@dataclass(frozen=True, slots=True)
class Limit:
    """A value above `above`, or below `below`, speaks for this much of what the item asks about; one of the two."""

    item: str
    severity: Severity
    above: Decimal | None = None
    below: Decimal | None = None

    @property
    def bound(self) -> Decimal:
        bound = self.below if self.above is None else self.above
        assert bound is not None, "a limit has a bound"
        return bound

    def passed(self, value: Decimal) -> bool:
        return value > self.above if self.above is not None else self.below is not None and value < self.below


@dataclass(frozen=True, slots=True)
class MeasurementRule:
    """A measurement to take, and with which kind of instrument; its `limits`, mildest first, are for graders."""

    code: str
    name: Localized
    unit: MeasureUnit
    instrument: str
    optional: bool = False
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Band:
    """The lowest score that earns a grade."""

    grade: Grade
    from_score_bps: int


@dataclass(frozen=True, slots=True)
class GradingStandard:
    """How one category is judged; `version` counts from 1 within the category."""

    id: GradingStandardId
    category_id: CategoryId
    version: int
    title: Localized
    criteria: tuple[Criterion, ...]
    checklist: tuple[ChecklistItem, ...]
    marks: tuple[Mark, ...]
    measurements: tuple[MeasurementRule, ...]
    bands: tuple[Band, ...]
    published_by: AccountId | None
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found for one item of the checklist."""

    item: str
    severity: Severity
    note: str = ""


class MarkResult(StrEnum):
    """What a mark of authenticity says."""

    PASS = "PASS"
    FAIL = "FAIL"
    UNCLEAR = "UNCLEAR"


@dataclass(frozen=True, slots=True)
class MarkFinding:
    """What was found for one mark of authenticity."""

    mark: str
    result: MarkResult
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What an instrument showed."""

    code: str
    value: Decimal
    unit: MeasureUnit
    instrument: str


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """What is left of a criterion's 100 points."""

    criterion: str
    points: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """What follows from a filled checklist. `capped_by` is the item that keeps the grade below what the score earns."""

    scores: tuple[CriterionScore, ...]
    score_bps: int
    grade: Grade
    capped_by: str | None


# Refusals


@dataclass(eq=False)
class ChecklistIncomplete(Refusal):
    """Something that the pinned standard asks for was left out."""

    code = "CHECKLIST_INCOMPLETE"
    missing: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"The standard also asks for: {', '.join(self.missing)}."


# Rules


def worse(one: Grade, other: Grade) -> Grade:
    """The lower of two grades."""
    return max(one, other, key=GRADES.index)


def steps_between(one: Grade, other: Grade) -> int:
    return abs(GRADES.index(one) - GRADES.index(other))


def assess(standard: GradingStandard, answers: Sequence[Answer]) -> Assessment:
    """The grade that a checklist earns: points left by criterion, weighted, then the bands, then the caps."""
    check_complete(standard, answers)
    severities = {answer.item: answer.severity for answer in answers}
    found = {item.code: item.deduction(severities[item.code]) for item in standard.checklist if item.code in severities}
    scores = tuple(
        CriterionScore(
            criterion.code,
            max(0, POINTS - sum(found[i.code].points for i in items_of(standard, criterion) if i.code in found)),
        )
        for criterion in standard.criteria
    )
    weighted = sum(
        score.points * criterion.weight_bps for score, criterion in zip(scores, standard.criteria, strict=True)
    )
    score_bps = weighted // POINTS
    grade = next(band.grade for band in standard.bands if score_bps >= band.from_score_bps)
    capped_by = None
    for code, deduction in found.items():
        if deduction.at_best is not None and worse(grade, deduction.at_best) is not grade:
            grade, capped_by = deduction.at_best, code
    return Assessment(scores, score_bps, grade, capped_by)


def items_of(standard: GradingStandard, criterion: Criterion) -> list[ChecklistItem]:
    return [item for item in standard.checklist if item.criterion == criterion.code]


def check_complete(standard: GradingStandard, answers: Sequence[Answer]) -> None:
    """Refuse answers to questions that the standard does not ask, twice the same, and questions without an answer."""
    asked = {item.code: item.optional for item in standard.checklist}
    check_answered("answers", asked, [answer.item for answer in answers])
    check_notes("answers", [answer.note for answer in answers])


def check_marks(standard: GradingStandard, findings: Sequence[MarkFinding]) -> None:
    """Every mark of authenticity is examined, once."""
    check_answered("marks", {mark.code: False for mark in standard.marks}, [finding.mark for finding in findings])
    check_notes("marks", [finding.note for finding in findings])


def check_measured(standard: GradingStandard, measured: Sequence[Measurement]) -> None:
    """Every required measurement is taken once, in the standard's unit, by a named instrument."""
    rules = {rule.code: rule for rule in standard.measurements}
    check_answered(
        "measurements", {code: rule.optional for code, rule in rules.items()}, [one.code for one in measured]
    )
    for one in measured:
        check_unit(rules[one.code], one)
        line(one.instrument, "measurements", "instrument", longest=INSTRUMENT_LENGTH_MAX)


def check_unit(rule: MeasurementRule, one: Measurement) -> None:
    said = f"{one.code} is measured in {rule.unit.lower()}."
    require(one.unit is rule.unit, InvalidInput(said, path=("measurements",)))
    require(one.value >= 0, InvalidInput(f"{one.code} is not negative.", path=("measurements",)))


def check_notes(field: str, notes: Sequence[str]) -> None:
    fit = all(len(note) <= NOTE_LENGTH_MAX for note in notes)
    require(fit, InvalidInput(f"A remark has {NOTE_LENGTH_MAX} characters at most.", path=(field,)))


def check_answered(field: str, asked: dict[str, bool], given: Sequence[str]) -> None:
    """`asked` says of each code whether it is optional."""
    unknown = [code for code in given if code not in asked]
    require(not unknown, InvalidInput(f"The standard does not ask for: {', '.join(unknown)}.", path=(field,)))
    require(len(set(given)) == len(given), InvalidInput("Answer each question once.", path=(field,)))
    missing = tuple(code for code, optional in asked.items() if not optional and code not in given)
    require(not missing, ChecklistIncomplete(missing, path=(field,)))


def check_standard(command: "PublishStandard") -> None:
    """Refuse a standard that could not be applied, or in which more damage could earn a better grade."""
    criteria = [criterion.code for criterion in command.criteria]
    for field, codes in (
        ("criteria", criteria),
        ("checklist", [item.code for item in command.checklist]),
        ("marks", [mark.code for mark in command.marks]),
        ("measurements", [rule.code for rule in command.measurements]),
    ):
        require(all(is_code(code) for code in codes), InvalidInput("A code is a-z, 0-9 and _, 1 to 40.", path=(field,)))
        require(len(set(codes)) == len(codes), InvalidInput("Each code is used once.", path=(field,)))
        require(len(codes) <= ENTRIES_MAX, InvalidInput(f"{ENTRIES_MAX} entries at most.", path=(field,)))
    require(
        all(criterion.weight_bps > 0 for criterion in command.criteria)
        and sum(criterion.weight_bps for criterion in command.criteria) == BASIS_POINTS,
        InvalidInput("The weights are positive and sum to 10,000.", path=("criteria",)),
    )
    require(
        set(criteria) == {item.criterion for item in command.checklist if not item.optional},
        InvalidInput(
            "Every criterion has at least one required question, and every question a criterion.", path=("checklist",)
        ),
    )
    for item in command.checklist:
        check_deductions(item)
    for rule in command.measurements:
        line(rule.instrument, "measurements", "instrument", longest=INSTRUMENT_LENGTH_MAX)
        check_limits(rule, {item.code for item in command.checklist})
    check_bands(command.bands)


def check_deductions(item: ChecklistItem) -> None:
    """Severities rise, and with them the cost; the best possible grade only falls."""
    severities = [SEVERITIES.index(deduction.severity) for deduction in item.deductions]
    points = [deduction.points for deduction in item.deductions]
    caps = [len(GRADES) if one.at_best is None else -GRADES.index(one.at_best) for one in item.deductions]
    require(
        severities == sorted(set(severities))
        and 0 not in severities
        and points == sorted(points)
        and all(0 <= point <= POINTS for point in points)
        and caps == sorted(caps, reverse=True),
        InvalidInput(
            f"The deductions of {item.code} go from light to heavy, cost 0 to 100 points, and never less than a"
            " milder one.",
            path=("checklist",),
        ),
    )


def check_limits(rule: MeasurementRule, items: Collection[str]) -> None:
    """Each has one bound and speaks of a question; for one question on one side, the further out the worse."""
    path = ("measurements", "limits")
    sides: dict[tuple[str, bool], list[Limit]] = {}
    for limit in rule.limits:
        require(limit.item in items, InvalidInput(f"There is no question {limit.item}.", path=path))
        one = (limit.above is None) != (limit.below is None)
        require(one, InvalidInput("A limit has one bound: above or below.", path=path))
        require(limit.severity is not Severity.NONE, InvalidInput("A limit speaks of a finding.", path=path))
        sides.setdefault((limit.item, limit.above is None), []).append(limit)
    for (_, downwards), limits in sides.items():
        bounds = [limit.bound for limit in limits]
        severities = [SEVERITIES.index(limit.severity) for limit in limits]
        rises = bounds == sorted(set(bounds), reverse=downwards) and severities == sorted(set(severities))
        require(rises, InvalidInput("Limits go from mild to heavy, each further out.", path=path))


def check_bands(bands: Sequence[Band]) -> None:
    """Every score has a grade, and a higher score never a worse one."""
    scores = [band.from_score_bps for band in bands]
    require(
        [band.grade for band in bands] == [grade for grade in GRADES if grade in {band.grade for band in bands}]
        and scores == sorted(set(scores), reverse=True)
        and bool(bands)
        and bands[-1].from_score_bps == 0
        and bands[0].from_score_bps <= BASIS_POINTS,
        InvalidInput(
            "The bands go from the best grade down, each from a lower score, the last from 0.", path=("bands",)
        ),
    )


def is_code(text: str) -> bool:
    return 1 <= len(text) <= 40 and text.isascii() and text.replace("_", "").isalnum() and text == text.lower()


# Ports


class GradingStandards(Protocol):
    async def current(self, category_ids: Sequence[UUID]) -> GradingStandard | None:
        """The latest standard of the first of these categories that has one."""
        ...

    async def find(self, standard_id: GradingStandardId) -> GradingStandard:
        """Any version, as it was published."""
        ...

    async def next_version(self, category_id: UUID) -> int:
        """The number of the category's next version; until the end of the transaction nobody else gets one."""
        ...

    async def add(self, standard: GradingStandard) -> None: ...


class GradingReader(Protocol):
    """Standards are public."""

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[GradingStandard | None]: ...
    async def of_category(self, category_id: UUID, version: int | None) -> GradingStandard | None:
        """This version, the latest when none is named; not that of a category around it."""
        ...

    async def in_force(self, category_path: Sequence[UUID]) -> GradingStandard | None:
        """The latest of the category or of the nearest one around it; the path leads from the root."""
        ...


class Work(appraisers.Work, Protocol):
    @property
    def grading_standards(self) -> GradingStandards: ...


# Verbs


@dataclass(frozen=True, slots=True)
class PublishStandard:
    """The next version of a category's standard."""

    category_id: CategoryId
    title: Localized
    criteria: tuple[Criterion, ...]
    checklist: tuple[ChecklistItem, ...]
    marks: tuple[Mark, ...]
    measurements: tuple[MeasurementRule, ...]
    bands: tuple[Band, ...]


async def publish(work: Work, viewer: Viewer, command: PublishStandard, *, now: datetime) -> GradingStandard:
    """A merchandiser or a senior appraiser of the category publishes; appraisals under way keep what they pinned."""
    viewer.require(Role.MERCHANDISER, Role.APPRAISER)
    category = await work.categories.find(command.category_id)
    published_by = await appraisers.require_senior(work, viewer, category.path, Role.MERCHANDISER, now=now)
    check_standard(command)
    standard = GradingStandard(
        id=GradingStandardId(work.new.id()),
        category_id=category.id,
        version=await work.grading_standards.next_version(category.id),
        title=command.title,
        criteria=command.criteria,
        checklist=command.checklist,
        marks=command.marks,
        measurements=command.measurements,
        bands=command.bands,
        published_by=published_by,
        published_at=now,
    )
    await work.grading_standards.add(standard)
    said = {"categoryId": str(category.id), "version": standard.version}
    work.events.append(Event("gradingStandard.published", "gradingStandard", standard.id, said))
    return standard
