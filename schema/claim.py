"""Why something is not kept for the caller."""

from datetime import datetime

import strawberry

from domain import claim
from schema.errors import UserError, refused


@refused(claim.ClaimTaken)
class ClaimTaken(UserError):
    free_at: datetime = strawberry.field(description="When it may be free again.")


@refused(claim.ClaimLapsed)
class ClaimLapsed(UserError):
    pass
