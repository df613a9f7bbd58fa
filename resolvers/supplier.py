"""Suppliers: whoever acts for one sees it and what it is owed; so do those who deal with suppliers."""

from uuid import UUID

from domain.page import Page, PageRequest
from domain.refusal import NotFound
from domain.supplier import Supplier, SupplierBill, SupplierId
from domain.viewer import Role
from resolvers.context import Context

READERS = (Role.MERCHANDISER, Role.FINANCE, Role.SUPPORT)


async def find(context: Context, supplier_id: UUID) -> Supplier | None:
    """The supplier, if there is one for the caller."""
    found = await context.loaders.supplier.load(supplier_id)
    if found is None or context.viewer.has(*READERS):
        return found
    return found if found.account_id == context.viewer.account_id else None


async def supplier(context: Context, supplier_id: UUID) -> Supplier:
    found = await find(context, supplier_id)
    if found is None:
        raise NotFound("Supplier", supplier_id, path=("id",))
    return found


async def suppliers(context: Context, page: PageRequest) -> Page[Supplier]:
    context.viewer.require(*READERS)
    return await context.readers.suppliers.page(page)


async def own(context: Context) -> frozenset[SupplierId]:
    """The suppliers that the caller acts for."""
    viewer = context.viewer
    if viewer.account_id is None or Role.SUPPLIER not in viewer.roles:
        return frozenset()
    return frozenset(one.id for one in await context.loaders.suppliers_of.load(viewer.account_id))


async def bills(context: Context, supplier_id: SupplierId, page: PageRequest) -> Page[SupplierBill]:
    """For the supplier and finance."""
    found = await supplier(context, supplier_id)
    theirs = found.account_id == context.viewer.account_id
    if not theirs:
        context.viewer.require(Role.FINANCE)
    return await context.readers.suppliers.bills(supplier_id, page)
