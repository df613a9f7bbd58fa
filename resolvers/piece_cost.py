"""What a piece has cost: staff see every cost, the seller what is theirs to bear."""

from uuid import UUID

from domain.piece_cost import PieceCost
from domain.policy import Bearer
from domain.viewer import Role
from resolvers.context import Context


async def piece_cost(context: Context, cost_id: UUID) -> PieceCost | None:
    found = await context.loaders.piece_cost.load(cost_id)
    if found is None or context.viewer.has(Role.MERCHANDISER, Role.SUPPORT, Role.FINANCE):
        return found
    consignment = await context.loaders.consignment.load(found.consignment_id)
    own = consignment is not None and consignment.seller == context.viewer.account_id
    return found if own and found.borne_by is Bearer.SELLER else None
