"""Appraisals: an object waits, appraisers judge it by a pinned standard, and a verdict follows."""

import strawberry

from resolvers import appraisal as resolve
from schema.appraisal.conclude import AppraisalConcludeMutation
from schema.appraisal.noun import Appraisal
from schema.appraisal.queue import AppraisalQuery, AppraisalQueueMutation
from schema.appraisal.service import AppraisalServiceMutation
from schema.node import fetchable

__all__ = ["Appraisal", "AppraisalMutation", "AppraisalQuery"]


@strawberry.type
class AppraisalMutation(AppraisalQueueMutation, AppraisalConcludeMutation, AppraisalServiceMutation):
    pass


fetchable("Appraisal", resolve.by_id)
