"""An appraiser looks at what came, by the standard that was pinned to the offer; what is worse asks the owner."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain import policy, valuation
from domain.appraisal import MarkFailed, Verdict
from domain.appraiser import NotQualified, Rank
from domain.grading import (
    GRADES,
    Answer,
    Assessment,
    GradingStandard,
    MarkFinding,
    MarkResult,
    Measurement,
    assess,
    check_marks,
    check_measured,
)
from domain.ledger import AccountKind
from domain.money import Money
from domain.policy import AppraisalTerms, PolicyKind
from domain.refusal import InvalidInput, WrongState, require
from domain.text import note
from domain.trade_in.hand_over import check_paid
from domain.trade_in.lifecycle import TradeInState
from domain.trade_in.noun import Inspection, TradeIn, TradeInAnswer, TradeInId
from domain.trade_in.port import Work
from domain.trade_in.settle import fall_back, settle
from domain.trade_in.step import find, happened, lock_for_house, lock_own, lock_pair, secured
from domain.valuation import Facts
from domain.viewer import Role, Viewer
from domain.work import Job


@dataclass(frozen=True, slots=True)
class InspectTradeIn:
    """AUTHENTIC needs the whole checklist of the pinned standard; the other verdicts need findings.

    Age and what is left of the warranty are None where nothing was found to differ from what the owner said.
    """

    trade_in_id: TradeInId
    verdict: Verdict
    answers: tuple[Answer, ...] = ()
    marks: tuple[MarkFinding, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    findings: str = ""
    age_months: int | None = None
    warranty_months: int | None = None
    expected_version: int | None = None


async def inspect(work: Work, viewer: Viewer, command: InspectTradeIn, *, now: datetime) -> TradeIn:
    """An appraiser of the category judges the piece, a senior one where its value asks for two opinions elsewhere.

    As good as was said, or better: both deals are done. Worse: the owner is asked. Not authentic, or not wanted in this
    condition: it goes back.
    """
    of, trade_in, agent = await lock_for_house(
        work, viewer, command.trade_in_id, command.expected_version, "tradeInInspect"
    )
    bound_to = check_paid(of)
    await check_qualified(work, viewer, trade_in, now)
    standard = await work.grading_standards.find(trade_in.standard_id)
    found = judged(command, standard)
    trade_in.inspection = Inspection(
        verdict=command.verdict,
        grade=None if found is None else found.grade,
        score_bps=None if found is None else found.score_bps,
        answers=command.answers,
        marks=command.marks,
        measurements=command.measurements,
        findings=command.findings.strip(),
        age_months=None if found is None else command.age_months,
        warranty_months=None if found is None else command.warranty_months,
        inspected_by=agent,
        inspected_at=now,
    )
    said = {"verdict": command.verdict, "grade": None if found is None else found.grade}
    work.events.append(happened(trade_in, "inspected", **said, standardVersion=trade_in.standard_version))
    value = None if found is None else requoted(trade_in, facts_found(trade_in, found, command))
    if value is None:
        await fall_back(work, bound_to, trade_in, "tradeInInspect/NOT_TAKEN", now)
    elif value == trade_in.value:
        await settle(work, bound_to, trade_in, value, "tradeInInspect", now)
    else:
        await ask_owner(work, trade_in, value, now)
    return trade_in


async def check_qualified(work: Work, viewer: Viewer, trade_in: TradeIn, now: datetime) -> None:
    """Refuse whoever may not judge this category, or not at this value."""
    terms = (await policy.current(work, PolicyKind.APPRAISAL, now)).terms
    assert isinstance(terms, AppraisalTerms), "an appraisal policy has appraisal terms"
    needs = Rank.SENIOR if terms.needs_second(trade_in.value) else Rank.APPRAISER
    appraiser = await work.appraisers.of_account(viewer.require_account())
    category = await work.categories.find(trade_in.category_id)
    rank = None if appraiser is None else appraiser.rank(category.path, now)
    require(rank is Rank.SENIOR or (rank is not None and needs is Rank.APPRAISER), NotQualified(needs))


def judged(command: InspectTradeIn, standard: GradingStandard) -> Assessment | None:
    """The assessment of an authentic piece; refuses what does not bear the verdict out."""
    if command.verdict is not Verdict.AUTHENTIC:
        note(command.findings, "findings")
        return None
    check_marks(standard, command.marks)
    failed = tuple(finding.mark for finding in command.marks if finding.result is MarkResult.FAIL)
    require(not failed, MarkFailed(failed, path=("marks",)))
    check_measured(standard, command.measurements)
    return assess(standard, command.answers)


def facts_found(trade_in: TradeIn, found: Assessment, command: InspectTradeIn) -> Facts:
    """The pinned facts with what was found in the place of what was said; nobody gains by having said too little."""
    valuation.check_months(command.age_months, command.warranty_months)
    said = trade_in.facts
    age, warranty = command.age_months, command.warranty_months
    return replace(
        said,
        grade=max(found.grade, said.grade, key=GRADES.index),
        age_months=said.age_months if age is None else max(age, said.age_months or 0),
        warranty_months=said.warranty_months if warranty is None else min(warranty, said.warranty_months),
    )


def requoted(trade_in: TradeIn, facts: Facts) -> Money | None:
    """What the offer comes to by what was found, and by the terms that it was made under.

    Never more than was offered; None where the house would not have made one.
    """
    if facts == trade_in.facts:
        return trade_in.value
    value = min(trade_in.value, valuation.offer(trade_in.new_price, facts, trade_in.terms).amount)
    least = trade_in.terms.floor(trade_in.currency)
    return None if least is None or value < least else value


async def ask_owner(work: Work, trade_in: TradeIn, value: Money, now: datetime) -> None:
    """A lower offer waits for an answer; without one the piece goes back."""
    trade_in.move("tradeInInspect/LOWER")
    trade_in.requote = value
    trade_in.answer_by = now + timedelta(days=trade_in.terms.answer_days)
    await work.trade_ins.save(trade_in)
    work.outbox.append(Job("tradeInLapse", trade_in.id, trade_in.answer_by))
    work.events.append(happened(trade_in, "requoted", value=str(value)))


# What the owner makes of it


@dataclass(frozen=True, slots=True)
class AnswerTradeIn:
    """`expected_version` says which offer was read, for nobody agrees to what they have not seen."""

    trade_in_id: TradeInId
    answer: TradeInAnswer
    expected_version: int | None = None


async def answer(work: Work, viewer: Viewer, command: AnswerTradeIn, *, now: datetime) -> TradeIn:
    """The owner accepts less, pays the difference, or has the piece sent back."""
    of, trade_in = await lock_own(work, viewer, command.trade_in_id, command.expected_version, "tradeInAnswer")
    bound_to = check_paid(of)
    assert trade_in.requote is not None, "what waits for an answer is a lower offer"
    assert trade_in.answer_by is not None, "and for so long"
    if trade_in.answer_by <= now:
        raise WrongState("trade-in", trade_in.state, ())
    trade_in.answer = command.answer
    if command.answer is TradeInAnswer.CANCEL:
        await fall_back(work, bound_to, trade_in, "tradeInAnswer/CANCEL", now)
        return trade_in
    pays = command.answer is TradeInAnswer.PAY_DIFFERENCE
    owes = secured(trade_in)
    require(owes or not pays, InvalidInput("The full price is paid: nothing is left to pay.", path=("answer",)))
    rest_from = AccountKind.CREDIT if pays else AccountKind.CASH
    await settle(work, bound_to, trade_in, trade_in.requote, "tradeInAnswer", now, rest_from)
    return trade_in


@dataclass(frozen=True, slots=True)
class LapseTradeIn:
    trade_in_id: TradeInId


async def lapse(work: Work, viewer: Viewer, command: LapseTradeIn, *, now: datetime) -> TradeIn:
    """Whoever says nothing has not agreed to less: the piece goes back, and the purchase stands at its full price."""
    viewer.require(Role.SYSTEM)
    of, trade_in = await lock_pair(work, await find(work, command.trade_in_id))
    by = trade_in.answer_by
    if trade_in.state is TradeInState.REQUOTED and by is not None and by <= now:
        await fall_back(work, check_paid(of), trade_in, "unanswered", now)
    return trade_in
