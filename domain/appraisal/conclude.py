"""The opinion of an appraiser, and what follows once the opinions settle the appraisal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain import certificate as certificates
from domain import consignment as consignments
from domain import piece as pieces
from domain.appraisal.noun import (
    APPRAISAL_LIFECYCLE,
    Appraisal,
    AppraisalId,
    AppraisalPurpose,
    Comparable,
    Opinion,
    OpinionId,
    Verdict,
)
from domain.appraisal.port import Work
from domain.appraisal.queue import check_fit, happened, put_back
from domain.appraisal.refusal import DeviationUnexplained, MarkFailed
from domain.appraisal.rule import AnotherOpinion, Outcome, judge, settle
from domain.appraisal.service import charge
from domain.appraiser import NotQualified, Rank
from domain.catalogue import ProductId
from domain.claim import ClaimTaken
from domain.consignment import Consignment, Photo
from domain.consignment.content import checked_photos
from domain.grading import (
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
from domain.localized import Localized
from domain.money import Money
from domain.piece import Grade, Party, PartyKind, Piece, PieceId
from domain.refusal import InvalidInput, NotAllowed, require
from domain.text import line, note, perhaps
from domain.viewer import AccountId, Role, Viewer
from domain.work import check_version

COMPARABLES_MAX = 20
EVIDENCE_MAX = 24


@dataclass(frozen=True, slots=True)
class Compare:
    """A sale to lean on: a listing of ours, whose own price counts, or a price and a note on one elsewhere."""

    listing_id: UUID | None = None
    price: Money | None = None
    note: str = ""
    sold_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConcludeAppraisal:
    """What the appraiser found.

    AUTHENTIC needs the whole checklist, a value range and, unless it is known already, which product it is; the others
    need evidence or findings. `grade` is left out to take the one that the checklist gives.
    """

    appraisal_id: AppraisalId
    verdict: Verdict
    findings: str = ""
    answers: tuple[Answer, ...] = ()
    marks: tuple[MarkFinding, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    grade: Grade | None = None
    deviation: str | None = None
    condition: Localized | None = None
    value_low: Money | None = None
    value_high: Money | None = None
    comparables: tuple[Compare, ...] = ()
    evidence: tuple[Photo, ...] = ()
    product_id: ProductId | None = None
    serial: str | None = None
    expected_version: int | None = None


# Rules


def check_finding(command: ConcludeAppraisal, appraisal: Appraisal, standard: GradingStandard) -> Assessment | None:
    """Refuse what does not bear the verdict out; the assessment of an authentic object."""
    require(len(command.comparables) <= COMPARABLES_MAX, InvalidInput("20 comparables at most.", path=("comparables",)))
    if command.verdict is not Verdict.AUTHENTIC:
        said = (command.grade, command.value_low, command.value_high, command.condition)
        require(
            said == (None, None, None, None),
            InvalidInput("Only an authentic object has a grade, a condition and a value.", path=("verdict",)),
        )
        note(command.findings, "findings")
        if command.verdict is Verdict.COUNTERFEIT:
            check_marks(standard, command.marks)
            require(
                bool(command.evidence), InvalidInput("A counterfeit needs photos that show it.", path=("evidence",))
            )
        return None
    check_marks(standard, command.marks)
    failed = tuple(finding.mark for finding in command.marks if finding.result is MarkResult.FAIL)
    require(not failed, MarkFailed(failed, path=("marks",)))
    check_measured(standard, command.measurements)
    check_value(command, appraisal)
    require(command.condition is not None, InvalidInput("Describe the condition.", path=("condition",)))
    assessment = assess(standard, command.answers)
    if command.grade is not None and command.grade is not assessment.grade:
        explained = bool((command.deviation or "").strip())
        require(explained, DeviationUnexplained(assessment.grade, command.grade, path=("deviation",)))
    return assessment


def check_value(command: ConcludeAppraisal, appraisal: Appraisal) -> None:
    low, high = command.value_low, command.value_high
    if low is None or high is None:
        raise InvalidInput("An authentic object has a value range.", path=("valueLow",))
    for field, amount in (("valueLow", low), ("valueHigh", high)):
        require(
            amount.currency is appraisal.currency,
            InvalidInput(f"This appraisal is in {appraisal.currency}.", path=(field, "currencyCode")),
        )
    require(0 < low.minor <= high.minor, InvalidInput("The range goes from low to high.", path=("valueHigh",)))


# Steps


async def opinion_of(
    work: Work, command: ConcludeAppraisal, appraisal: Appraisal, appraiser: AccountId, rank: Rank, now: datetime
) -> Opinion:
    """The opinion that the command makes, checked against the pinned standard."""
    standard = await work.grading_standards.find(appraisal.standard_id)
    assessment = check_finding(command, appraisal, standard)
    grade = None if assessment is None else command.grade or assessment.grade
    deviates = assessment is not None and grade is not assessment.grade
    suggestion = None
    if assessment is not None:
        suggestion = work.grader.suggest(standard, command.answers, command.measurements)
    return Opinion(
        id=OpinionId(work.new.id()),
        appraisal_id=appraisal.id,
        appraiser=appraiser,
        round=appraisal.round,
        rank=rank,
        verdict=command.verdict,
        computed_grade=None if assessment is None else assessment.grade,
        score_bps=None if assessment is None else assessment.score_bps,
        grade=grade,
        deviation=line(command.deviation or "", "deviation", longest=500) if deviates else None,
        answers=command.answers,
        marks=command.marks,
        measurements=command.measurements,
        condition=command.condition,
        currency=appraisal.currency,
        value_low=command.value_low,
        value_high=command.value_high,
        comparables=await compared(work, command.comparables),
        evidence=await checked_photos(work, command.evidence, appraiser, "evidence"),
        findings=note(command.findings, "findings") if command.findings.strip() else "",
        product_id=command.product_id,
        serial=perhaps(command.serial or "", "serial", longest=60).upper() or None,
        given_at=now,
        suggestion=suggestion,
        grader=None if suggestion is None else suggestion.grader,
        suggested_grade=None if suggestion is None else suggestion.grade,
    )


async def compared(work: Work, comparables: Sequence[Compare]) -> tuple[Comparable, ...]:
    """Comparables as they are kept: a listing must have been sold, and its own price counts."""
    sold = await work.sales.sold([one.listing_id for one in comparables if one.listing_id is not None])
    kept: list[Comparable] = []
    for index, one in enumerate(comparables):
        path = ("comparables", str(index))
        if one.listing_id is not None:
            require(one.listing_id in sold, InvalidInput("This was not sold.", path=(*path, "listingId")))
            kept.append(Comparable(sold[one.listing_id], one.listing_id, perhaps(one.note, *path, "note"), one.sold_at))
        elif one.price is not None and one.price.minor > 0:
            kept.append(Comparable(one.price, None, line(one.note, *path, "note"), one.sold_at))
        else:
            raise InvalidInput("A sale has a price of more than zero.", path=(*path, "price"))
    return tuple(kept)


async def identified(
    work: Work, appraisal: Appraisal, consignment: Consignment | None, opinions: Sequence[Opinion], now: datetime
) -> Piece:
    """The piece, known from before or registered now, with the grade, condition and measurements that were found."""
    final = next(opinion for opinion in reversed(opinions) if opinion.verdict is Verdict.AUTHENTIC)
    if consignment is not None and consignment.piece_id is not None:
        piece = await work.pieces.lock(PieceId(consignment.piece_id))
    else:
        named = [opinion.product_id for opinion in reversed(opinions) if opinion.product_id is not None]
        product_id = named[0] if named else None if consignment is None else consignment.product_id
        if product_id is None:
            raise InvalidInput("Say which product of the catalogue it is.", path=("productId",))
        piece = await pieces.register(
            work,
            product_id=ProductId(product_id),
            serial=next((opinion.serial for opinion in reversed(opinions) if opinion.serial), None),
            owner=pieces.account(appraisal.owner),
            custodian=keeper(appraisal, consignment),
            risk_bearer=pieces.HOUSE,
            now=now,
        )
        if consignment is not None:
            await check_free(work, piece, now)
            await consignments.identify(work, consignment, piece)
    pieces.describe(
        piece,
        grade=appraisal.grade,
        condition=final.condition,
        measurements=[pieces.Measurement(one.code, one.value, one.unit) for one in final.measurements],
    )
    await work.pieces.save(piece)
    return piece


async def check_free(work: Work, piece: Piece, now: datetime) -> None:
    """Refuse to consign a locked piece that another way to its next owner has claimed, such as a trade-in."""
    standing = await work.claims.find(piece.id)
    if standing is not None and standing.stands(standing.token, now):
        raise ClaimTaken(standing.expires_at, path=("serial",))


def keeper(appraisal: Appraisal, consignment: Consignment | None) -> Party:
    """Who has the object while it is judged: the shop that took it in, else the house."""
    shop = appraisal.shop_id if consignment is None else consignment.shop_id
    return pieces.HOUSE if shop is None else Party(PartyKind.SHOP, shop)


async def certified(work: Work, appraisal: Appraisal, piece: Piece, now: datetime) -> None:
    """An authentic piece gets its certificate."""
    assert appraisal.grade is not None, "what is authentic has a grade"
    await certificates.issue(
        work,
        piece=piece,
        grade=appraisal.grade,
        verdict=Verdict.AUTHENTIC,
        appraisal_id=appraisal.id,
        consignor=appraisal.owner,
        category_path=appraisal.category_path,
        standard_id=appraisal.standard_id,
        standard_version=appraisal.standard_version,
        now=now,
    )


async def finish(
    work: Work, appraisal: Appraisal, outcome: Outcome, opinions: Sequence[Opinion], now: datetime
) -> None:
    """The verdict stands: opinions are measured by it, the piece and the consignment get what it says."""
    appraisal.move("appraisalConclude")
    appraisal.verdict = outcome.verdict
    appraisal.grade = outcome.grade
    appraisal.value_low, appraisal.value_high = outcome.value_low, outcome.value_high
    appraisal.concluded_at = now
    for opinion, upheld in judge(opinions, outcome, appraisal.terms):
        opinion.upheld, opinion.judged_at = upheld, now
        await work.opinions.save(opinion)
    consignment = None
    if appraisal.consignment_id is not None:
        consignment = await work.consignments.lock(appraisal.consignment_id)
    if outcome.verdict is Verdict.AUTHENTIC:
        piece = await identified(work, appraisal, consignment, opinions, now)
        appraisal.piece_id, appraisal.product_id = piece.id, piece.product_id
        if consignment is not None:
            consignments.appraised(consignment, piece, now)
        await certified(work, appraisal, piece, now)
    elif consignment is not None:
        evidence = [photo for opinion in opinions for photo in opinion.evidence][:EVIDENCE_MAX]
        consignments.refuse(consignment, reason=opinions[-1].findings, evidence=tuple(evidence), now=now)
    if consignment is not None:
        await work.consignments.save(consignment)
        what = "appraised" if outcome.verdict is Verdict.AUTHENTIC else "refused"
        work.events.append(consignments.happened(consignment, what))
    if appraisal.purpose is AppraisalPurpose.SERVICE:
        await charge(work, appraisal, now)
    said = {"verdict": outcome.verdict, "grade": outcome.grade, "standardVersion": appraisal.standard_version}
    work.events.append(happened(appraisal, "concluded", **said))


# Verbs


async def conclude(work: Work, viewer: Viewer, command: ConcludeAppraisal, *, now: datetime) -> Appraisal:
    """The appraiser who has the object in hand gives an opinion; when it settles the matter, the verdict follows."""
    viewer.require(Role.APPRAISER)
    appraiser = await work.appraisers.of_account(viewer.require_account())
    if appraiser is None:
        raise NotQualified(Rank.APPRAISER)
    appraisal = await work.appraisals.lock(command.appraisal_id)
    check_version(command.expected_version, appraisal.version)
    APPRAISAL_LIFECYCLE.move(appraisal.state, "appraisalConclude")
    mine = appraisal.assigned_to == appraiser.account_id
    require(mine, NotAllowed("the appraiser who has it in hand"))
    check_fit(appraisal, appraiser, now)
    rank = appraiser.rank(appraisal.category_path, now)
    assert rank is not None, "who fits has a rank"
    opinion = await opinion_of(work, command, appraisal, appraiser.account_id, rank, now)
    opinions = [*await work.opinions.of(appraisal.id), opinion]
    await work.opinions.add(opinion)
    appraisal.seen_by = (*appraisal.seen_by, appraiser.account_id)
    put_back(appraisal)
    settled = settle(opinions, appraisal.declared, appraisal.terms)
    if isinstance(settled, AnotherOpinion):
        appraisal.move("appraisalConclude/ANOTHER_OPINION")
        appraisal.round, appraisal.needs = settled.round, settled.needs
        work.events.append(happened(appraisal, "opinionGiven", round=opinion.round))
    else:
        await finish(work, appraisal, settled, opinions, now)
    await work.appraisals.save(appraisal)
    return appraisal
