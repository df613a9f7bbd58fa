"""Suppliers: who they are, what the house owes them, and that it was paid."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain import money, supplier
from resolvers import supplier as resolve
from schema.account import Account
from schema.catalogue import NEWEST
from schema.enum import enum
from schema.errors import UserError, VersionConflict, refused
from schema.ids import Node, global_id, id_of
from schema.mutation import Info, Keyed, MoneyMove, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.scalars import CountryCode, CurrencyCode, Money

SUPPLIERS = "suppliers"
BILLS = "supplierBills"

BillCause = enum(
    supplier.BillCause,
    name="SupplierBillCause",
    description="What the house owes a supplier for, or claims from one.",
    TRAVEL="A journey that took place.",
    CANCELLATION="What stays with the supplier of a journey that was called off.",
    CO_DEVELOPED="Its share in what it has developed with the house.",
    REFERRAL="Its share in a sale that came through its channel.",
    GOODS="Goods that came from it.",
    JOINT_CAMPAIGN="A claim: its share in what a joint campaign has given.",
    PREMIUM="Insurance of parcels.",
)
BillState = enum(
    supplier.BillState,
    name="SupplierBillState",
    description="Whether a bill was paid, or is not owed any more because what it was for was undone.",
    DUE="It is to be paid.",
    PAID="It was paid into the supplier's wallet.",
    VOID="It is not owed any more; what it was for was undone before it was paid.",
    TAKEN_BACK="It had been paid, and was taken out of the wallet again or is owed by the supplier.",
)


@noun(
    supplier.Supplier,
    description="A partner whose journeys are sold here, or in whose channels ours are. Seen by whoever acts for it, "
    "merchandisers, finance and support.",
)
class Supplier(Node):
    id: strawberry.ID = global_id("Supplier")
    name: str = strawberry.field(description="What it is called.")
    country: CountryCode = strawberry.field(description="Where it is established.")
    channel_code: str | None = strawberry.field(
        description="The code that marks sales through its own channel; null where it has none."
    )
    referral_bps: int = strawberry.field(
        description="Its share of what the house earns on such a sale, in basis points."
    )
    created_at: datetime = strawberry.field(description="When it was taken in.")
    version: int = strawberry.field(
        description="Goes up with every change, and with every bill and payment; for `expectedVersion`."
    )

    @strawberry.field(graphql_type=Account | None, description="Who acts for it and is paid; null where not seen.")
    async def account(root: supplier.Supplier, info: Info) -> Any:
        return await info.context.loaders.account.load(root.account_id)


@noun(supplier.SupplierBill, description="Something that the house owes a supplier, or claims from one.")
class SupplierBill:
    cause: BillCause = strawberry.field(description="What the house owes for, or claims.")  # type: ignore[valid-type]
    amount: Money = strawberry.field(description="How much; negative for a claim of the house.")
    state: BillState = strawberry.field(description="Whether it was paid.")  # type: ignore[valid-type]
    due_at: datetime = strawberry.field(description="Since when it is due.")
    paid_at: datetime | None = strawberry.field(description="When it was paid; null while it is due.")


@noun(supplier.SupplierPayment, description="Bills that were paid together, into the supplier's wallet.")
class SupplierPayment:
    amount: Money = strawberry.field(description="How much in all.")
    paid_at: datetime = strawberry.field(description="When it was paid.")

    @strawberry.field(description="How many bills it paid.")
    def bill_count(root: supplier.SupplierPayment) -> int:
        return len(root.bills)

    @strawberry.field(graphql_type=Supplier | None, description="The supplier; null for those who may not see it.")
    async def supplier(root: supplier.SupplierPayment, info: Info) -> Any:
        return await resolve.find(info.context, root.supplier_id)


@refused(supplier.NothingDue)
class NothingDue(UserError):
    currency: CurrencyCode = strawberry.field(description="The currency in which nothing is due.")  # type: ignore[valid-type]


@refused(supplier.ChannelTaken)
class ChannelTaken(UserError):
    channel_code: str = strawberry.field(description="The code that is taken.")


@refused(supplier.OwnChannel)
class OwnChannel(UserError):
    channel_code: str = strawberry.field(description="The code of the caller's own channel.")


@strawberry.input(description="The new supplier.")
class SupplierRegisterInput(Keyed):
    name: str = strawberry.field(description="What it is called, 1 to 200 characters.")
    country: CountryCode = strawberry.field(description="Where it is established.")
    account_id: strawberry.ID = strawberry.field(description="Who acts for it; has the role SUPPLIER.")
    channel_code: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="A code that marks sales through its own channel, 3 to 20 letters and digits; left out for none.",
    )
    referral_bps: int = strawberry.field(
        default=0, description="Its share of what the house earns on such a sale, in basis points, 5,000 at most."
    )

    def to_command(self) -> supplier.RegisterSupplier:
        return supplier.RegisterSupplier(
            name=self.name,
            country=self.country,
            account_id=id_of("Account", self.account_id, "accountId"),
            channel_code=given(self.channel_code),
            referral_bps=self.referral_bps,
        )


@strawberry.input(description="Which supplier to pay what is due. `expectedVersion` is the supplier's.")
class SupplierPayInput(MoneyMove):
    supplier_id: strawberry.ID = strawberry.field(description="The supplier who is paid.")
    currency: CurrencyCode = strawberry.field(description="The currency of the bills that are paid.")  # type: ignore[valid-type]
    note: str = strawberry.field(default="", description="What it is for, for the audit, up to 200 characters.")

    def to_command(self) -> supplier.PaySupplier:
        return supplier.PaySupplier(
            id_of("Supplier", self.supplier_id, "supplierId"),
            money.Currency(self.currency),
            self.note,
            given(self.expected_version),
        )


@strawberry.input(description="A partner's part in what the house earns.")
class RevenueShareInput:
    supplier_id: strawberry.ID = strawberry.field(description="The partner, as a supplier.")
    share_bps: int = strawberry.field(description="How much of it, in basis points, of which 10,000 make a whole.")

    def to_share(self, index: int) -> supplier.RevenueShare:
        supplier_id = id_of("Supplier", self.supplier_id, "shares", str(index), "supplierId")
        return supplier.RevenueShare(supplier_id, self.share_bps)


fetchable("Supplier", resolve.find)


@strawberry.type
class SupplierQuery:
    @strawberry.field(graphql_type=Supplier, description="A supplier of the house.")
    async def supplier(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which supplier, by its id.")]
    ) -> Any:
        return await resolve.supplier(info.context, id_of("Supplier", id, "id"))

    @strawberry.field(graphql_type=Connection[Supplier], description="All suppliers by name.")
    async def suppliers(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        shape = ("", UUID(int=0))
        page = page_request(
            SUPPLIERS, shape, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.suppliers(info.context, page), list_name=SUPPLIERS)

    @strawberry.field(
        graphql_type=Connection[SupplierBill],
        description="What a supplier is or was owed, newest first.",
    )
    async def supplier_bills(
        self,
        info: Info,
        supplier_id: Annotated[strawberry.ID, strawberry.argument(description="The supplier who is owed.")],
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            BILLS, NEWEST, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        found = await resolve.bills(info.context, id_of("Supplier", supplier_id, "supplierId"), page)
        return Connection(page=found, list_name=BILLS)


@strawberry.type
class SupplierMutation:
    supplier_register = mutation(
        supplier.register,
        SupplierRegisterInput,
        Supplier,
        ChannelTaken,
        description="Take in a supplier, and who acts for it.",
    )
    supplier_pay = mutation(
        supplier.pay,
        SupplierPayInput,
        SupplierPayment,
        NothingDue,
        VersionConflict,
        description="Pay a supplier what is due, into its wallet, from which it is paid out like anybody's cash.",
    )
