"""How many used pieces the demonstration house wants of its maisons, so that offers there follow a plan."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from app.seed.assortment import Model
from app.seed.draw import TODAY, Draw
from domain.account import Account
from domain.acquisition import AcquisitionPlan, AcquisitionPlanId
from domain.viewer import Role

PLANNED = 3
PERIOD = timedelta(days=180)


def plans(draw: Draw, made: Sequence[Model], everybody: Sequence[Account]) -> Iterator[AcquisitionPlan]:
    """One for each of the first maisons."""
    planner = next(one.id for one in everybody if Role.MERCHANDISER in one.roles)
    brands = list(dict.fromkeys(model.product.brand_id for model in made))
    for brand_id in brands[:PLANNED]:
        yield AcquisitionPlan(
            id=AcquisitionPlanId(draw.id(TODAY)),
            category_id=None,
            brand_id=brand_id,
            target=draw.between(10, 60),
            starts_at=TODAY,
            ends_at=TODAY + PERIOD,
            set_by=planner,
            set_at=TODAY,
        )
