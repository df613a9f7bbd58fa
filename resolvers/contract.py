"""Contracts: their sellers read their own, and the staff who offer, keep or pay them."""

from collections.abc import Sequence
from uuid import UUID

from domain.contract import Contract, may_see
from domain.markdown import Markdown
from domain.piece_cost import PieceCost
from domain.policy import Bearer
from domain.refusal import NotFound
from domain.settlement import Settlement
from domain.viewer import Role
from resolvers.context import Context


async def contract(context: Context, contract_id: UUID) -> Contract:
    """The contract; one that the caller may not see does not exist."""
    found = await visible(context, contract_id)
    if found is None:
        raise NotFound("Contract", contract_id)
    return found


async def visible(context: Context, contract_id: UUID) -> Contract | None:
    found = await context.loaders.contract.load(contract_id)
    return found if found is not None and may_see(context.viewer, found) else None


async def of_consignment(context: Context, consignment_id: UUID) -> Contract | None:
    """The contract of a consignment, once there is one that the caller may see."""
    found = await context.loaders.contract_of.load(consignment_id)
    return found if found is not None and may_see(context.viewer, found) else None


async def settlement(context: Context, found: Contract) -> Settlement | None:
    return await context.loaders.settlement_of.load(found.consignment_id)


async def markdowns(context: Context, found: Contract) -> Sequence[Markdown]:
    return await context.loaders.markdowns.load(found.id)


async def markdown(context: Context, markdown_id: UUID) -> Markdown | None:
    found = await context.loaders.markdown.load(markdown_id)
    return found if found is not None and await visible(context, found.contract_id) is not None else None


async def costs(context: Context, found: Contract) -> Sequence[PieceCost]:
    """Staff see every cost of the piece, the seller what is theirs to bear."""
    recorded = await context.loaders.piece_costs.load(found.consignment_id)
    if context.viewer.has(Role.MERCHANDISER, Role.SUPPORT, Role.FINANCE):
        return recorded
    return [cost for cost in recorded if cost.borne_by is Bearer.SELLER]
