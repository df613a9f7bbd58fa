"""What customers owe the house."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain import money, receivable
from resolvers import receivable as resolve
from schema.account import Account
from schema.enum import enum
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.ids import Node, global_id, id_of
from schema.mutation import Info, MoneyMove, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.scalars import CurrencyCode, Money, MoneyInput
from schema.wallet import InsufficientFunds, WalletPocket

ReceivableState = enum(
    receivable.ReceivableState,
    name="ReceivableState",
    description="Where a debt stands.",
    OPEN="Something is still owed.",
    PAID="All of it was paid.",
    WRITTEN_OFF="The house has given it up.",
)

RECEIVABLES = "receivables"


# Nouns


@noun(receivable.Receivable, description="What a customer owes. Seen by the customer, finance and support.")
class Receivable(Node):
    id: strawberry.ID = global_id("Receivable")
    amount: Money = strawberry.field(description="What was owed at first.")
    outstanding: Money = strawberry.field(description="What is owed still.")
    state: ReceivableState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    reason: str = strawberry.field(description="Why it is owed.")
    created_at: datetime = strawberry.field(description="Since when it is owed.")
    ended_at: datetime | None = strawberry.field(description="When it was paid or given up; null until then.")
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(graphql_type=Account, description="The account of who owes it.")
    async def owner(root: receivable.Receivable, info: Info) -> Any:
        return await info.context.loaders.account.load(root.owner)


@noun(receivable.Charge, description="What was taken back from a customer.")
class ReceivableCharge:
    taken: Money = strawberry.field(description="What was there in cash, and was taken.")
    owed: Money = strawberry.field(description="The rest, which the customer owes now.")


# Refusals


@refused(receivable.NothingOwed)
class NothingOwed(UserError):
    currency: CurrencyCode = strawberry.field(description="The currency in which nothing is owed.")  # type: ignore[valid-type]


# Inputs


@strawberry.input(description="What to take back from a customer. `expectedVersion` is the pocket's.")
class ReceivableChargeInput(MoneyMove):
    account_id: strawberry.ID = strawberry.field(description="The account of the customer.")
    amount: MoneyInput = strawberry.field(description="How much to take back.")
    reason: str = strawberry.field(description="Why; the customer reads it.")

    def to_command(self) -> receivable.ChargeBack:
        return receivable.ChargeBack(
            owner=id_of("Account", self.account_id, "accountId"),
            amount=self.amount.to_money("amount"),
            reason=self.reason,
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="How much of one's debts to pay from one's cash. `expectedVersion` is the pocket's.")
class ReceivableRepayInput(MoneyMove):
    currency: CurrencyCode = strawberry.field(description="The currency of the debts.")  # type: ignore[valid-type]
    amount: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="How much, in that currency; all of it when left out."
    )

    def to_command(self) -> receivable.Repay:
        amount = given(self.amount)
        return receivable.Repay(
            currency=money.Currency(self.currency),
            amount=None if amount is None else amount.to_money("amount"),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which debt the house gives up.")
class ReceivableWriteOffInput(MoneyMove):
    receivable_id: strawberry.ID = strawberry.field(description="The debt that this is about.")
    reason: str = strawberry.field(description="Why, for the audit.")

    def to_command(self) -> receivable.WriteOff:
        return receivable.WriteOff(
            id_of("Receivable", self.receivable_id, "receivableId"), self.reason, given(self.expected_version)
        )


@strawberry.input(description="Which debts: all that match everything given.")
class ReceivableFilterInput:
    account_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only of this account; only finance and support may name another than their own.",
    )
    state: ReceivableState | None = strawberry.field(default=strawberry.UNSET, description="Only in this state.")  # type: ignore[valid-type]

    def to_filter(self) -> receivable.ReceivableFilter:
        owner = given(self.account_id)
        return receivable.ReceivableFilter(
            owner=None if owner is None else id_of("Account", owner, "accountId"), state=given(self.state)
        )


# Root fields


@strawberry.type
class ReceivableQuery:
    @strawberry.field(
        graphql_type=Connection[Receivable],
        description="What the caller owes, the oldest first; what anybody owes for finance and support.",
    )
    async def receivables(
        self,
        info: Info,
        filter: Annotated[
            ReceivableFilterInput | None, strawberry.argument(description="Which of them; all when left out.")
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        wanted = given(filter)
        page = page_request(
            RECEIVABLES, ("",), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        found = await resolve.receivables(
            info.context, receivable.ReceivableFilter() if wanted is None else wanted.to_filter(), page
        )
        return Connection(page=found, list_name=RECEIVABLES)


@strawberry.type
class ReceivableMutation:
    receivable_charge = mutation(
        receivable.charge,
        ReceivableChargeInput,
        ReceivableCharge,
        VersionConflict,
        description="Take money back from a customer: cash as far as it goes, the rest is owed.",
    )
    receivable_repay = mutation(
        receivable.repay,
        ReceivableRepayInput,
        WalletPocket,
        NothingOwed,
        InsufficientFunds,
        VersionConflict,
        description="Pay what you owe from your own cash, the oldest debt first.",
    )
    receivable_write_off = mutation(
        receivable.write_off,
        ReceivableWriteOffInput,
        Receivable,
        WrongState,
        VersionConflict,
        description="Give a debt up; the house bears it.",
    )


fetchable("Receivable", resolve.receivable)
