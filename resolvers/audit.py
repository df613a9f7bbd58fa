"""The audit, for admins."""

from domain.audit import AuditEntry, AuditFilter
from domain.page import Page, PageRequest
from domain.viewer import Role
from resolvers.context import Context


async def log(context: Context, wanted: AuditFilter, page: PageRequest) -> Page[AuditEntry]:
    context.viewer.require(Role.ADMIN)
    return await context.readers.audit.page(wanted, page)
