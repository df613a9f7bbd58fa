"""Grading standards: anyone may read how the house judges."""

from collections.abc import Sequence
from uuid import UUID

from domain.grading import Answer, Assessment, GradingStandard, GradingStandardId, assess
from domain.refusal import NotFound
from domain.viewer import STAFF
from resolvers.context import Context


async def standard(context: Context, category_id: UUID, version: int | None) -> GradingStandard | None:
    """The category's standard of this version; without one, what is in force for it, which may be a parent's."""
    if version is not None:
        return await context.readers.grading.of_category(category_id, version)
    category = await context.loaders.category.load(category_id)
    return None if category is None else await context.readers.grading.in_force(category.path)


async def by_id(context: Context, standard_id: UUID) -> GradingStandard | None:
    return await context.loaders.grading_standard.load(standard_id)


async def assessment(context: Context, standard_id: GradingStandardId, answers: Sequence[Answer]) -> Assessment:
    """What a checklist would earn; for staff, before an opinion is given."""
    context.viewer.require(*STAFF)
    found = await context.loaders.grading_standard.load(standard_id)
    if found is None:
        raise NotFound("GradingStandard", standard_id, path=("standardId",))
    return assess(found, answers)
