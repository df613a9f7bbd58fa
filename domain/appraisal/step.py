"""What settlement asks of an appraisal."""

from uuid import UUID

from domain.appraisal.noun import Appraisal, AppraisalState
from domain.appraisal.port import Work
from domain.consignment import ConsignmentId
from domain.refusal import NotFound


async def concluded_for(work: Work, consignment_id: UUID) -> Appraisal:
    """The concluded appraisal of a consignment, with its verdict, grade and value range; it never changes again."""
    appraisal = await work.appraisals.of_consignment(ConsignmentId(consignment_id))
    if appraisal is None or appraisal.state is not AppraisalState.CONCLUDED:
        raise NotFound("Appraisal", consignment_id)
    return appraisal
