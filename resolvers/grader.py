"""What graders suggest, and how often people agreed."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from domain.grader import GraderRecord, Suggestion, check_period
from domain.grading import Answer, Measurement
from domain.refusal import NotFound
from domain.viewer import Role
from resolvers.context import Context

READERS = (Role.APPRAISER, Role.MERCHANDISER)


async def suggestion(
    context: Context, appraisal_id: UUID, answers: Sequence[Answer], measured: Sequence[Measurement]
) -> Suggestion:
    """What the grader would say of an object, by the standard that its appraisal pins; nothing is kept of it."""
    context.viewer.require(Role.APPRAISER)
    appraisal = await context.loaders.appraisal.load(appraisal_id)
    standard = None if appraisal is None else await context.loaders.grading_standard.load(appraisal.standard_id)
    if standard is None:
        raise NotFound("Appraisal", appraisal_id, path=("appraisalId",))
    return context.readers.grader.suggest(standard, answers, measured)


async def records(context: Context, since: date, until: date) -> Sequence[GraderRecord]:
    context.viewer.require(*READERS)
    check_period(since, until)
    return await context.readers.graders.records(since, until)
