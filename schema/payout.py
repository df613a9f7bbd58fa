"""Payouts: from a wallet's cash to a bank account, in batches."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain import money, payout
from resolvers import payout as resolve
from schema.account import Account, IdentityLevel
from schema.enum import enum
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.ids import Node, global_id, id_of
from schema.mutation import Info, Keyed, MoneyMove, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.scalars import CurrencyCode, Money, MoneyInput
from schema.wallet import InsufficientFunds

PayoutState = enum(
    payout.PayoutState,
    name="PayoutState",
    description="Where a payout stands.",
    REQUESTED="The cash is set aside and waits for a batch.",
    BATCHED="It is part of a batch that was not posted yet.",
    SENT="It was given to the bank.",
    PAID="The bank has reported that it arrived.",
    FAILED="The bank sent it back: it is its owner's cash again.",
    CANCELLED="Its owner or finance took it back before it was posted.",
)
PayoutBatchState = enum(
    payout.PayoutBatchState,
    name="PayoutBatchState",
    description="Where a batch of payouts stands.",
    PREVIEWED="It can be looked at; no money has moved.",
    POSTED="It was given to the bank.",
    CANCELLED="It was let go; its payouts wait for the next one.",
)

PAYOUTS = "payouts"
BATCHES = "payoutBatches"


# Nouns


@noun(payout.Payout, description="Cash on its way to a bank account. Seen by its owner, finance and support.")
class Payout(Node):
    id: strawberry.ID = global_id("Payout")
    code: str = strawberry.field(description="The code that people use for it, such as PO-7K2M-9QXD.")
    amount: Money = strawberry.field(description="How much is paid out.")
    state: PayoutState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    requested_at: datetime = strawberry.field(description="When it was asked for.")
    sent_at: datetime | None = strawberry.field(description="When it was given to the bank; null until then.")
    ended_at: datetime | None = strawberry.field(
        description="When it arrived, came back or was cancelled; null until then."
    )
    failure: str | None = strawberry.field(description="Why the bank sent it back; null unless it did.")
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(description="The holder of the bank account.")
    def holder(root: payout.Payout) -> str:
        return root.bank_account.holder

    @strawberry.field(description="The last four characters of the bank account's number.")
    def last_four(root: payout.Payout) -> str:
        return root.bank_account.last_four

    @strawberry.field(description="The number of the bank account, for finance; null for everybody else.")
    async def account_number(root: payout.Payout, info: Info) -> str | None:
        return await resolve.number_of(info.context, root)

    @strawberry.field(graphql_type=Account, description="The account whose cash it is.")
    async def owner(root: payout.Payout, info: Info) -> Any:
        return await info.context.loaders.account.load(root.owner)


@noun(payout.PayoutBatch, description="Payouts of one currency that go to the bank together. Seen by finance.")
class PayoutBatch(Node):
    id: strawberry.ID = global_id("PayoutBatch")
    code: str = strawberry.field(description="The code that people use for it, such as PB-7K2M-9QXD.")
    total: Money = strawberry.field(description="The sum of its payouts.")
    count: int = strawberry.field(description="How many payouts it has.")
    state: PayoutBatchState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    created_at: datetime = strawberry.field(description="When it was gathered.")
    posted_at: datetime | None = strawberry.field(description="When it was given to the bank; null until then.")
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(
        description="Goes up by one with every change, also when an owner takes a payout out; for `expectedVersion`."
    )

    @strawberry.field(graphql_type=Connection[Payout], description="Its payouts, newest first.")
    async def payouts(
        root: payout.PayoutBatch,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            PAYOUTS, ("",), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        found = await resolve.payouts(info.context, payout.PayoutFilter(batch_id=root.id), page)
        return Connection(page=found, list_name=PAYOUTS)


# Refusals


@refused(payout.IdentityNotVerified)
class IdentityNotVerified(UserError):
    level: IdentityLevel = strawberry.field(description="How well the house knows the person.")  # type: ignore[valid-type]


@refused(payout.NothingToPay)
class NothingToPay(UserError):
    currency: CurrencyCode = strawberry.field(description="The currency in which nothing waits.")  # type: ignore[valid-type]


# Inputs


@strawberry.input(description="How much to pay out, and where to. `expectedVersion` is the pocket's.")
class PayoutRequestInput(MoneyMove):
    amount: MoneyInput = strawberry.field(description="How much to pay out.")
    account_number: str = strawberry.field(
        description="The IBAN or number of the bank account; kept sealed, shown by its last four characters."
    )
    holder: str = strawberry.field(description="The holder of the bank account, up to 140 characters.")

    def to_command(self) -> payout.PayoutRequest:
        return payout.PayoutRequest(
            amount=self.amount.to_money("amount"),
            account_number=self.account_number,
            holder=self.holder,
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which payout to take back.")
class PayoutCancelInput(MoneyMove):
    payout_id: strawberry.ID = strawberry.field(description="The payout that this is about.")

    def to_command(self) -> payout.Cancel:
        return payout.Cancel(id_of("Payout", self.payout_id, "payoutId"), given(self.expected_version))


@strawberry.input(description="Which payout has arrived.")
class PayoutConfirmInput(MoneyMove):
    payout_id: strawberry.ID = strawberry.field(description="The payout that this is about.")

    def to_command(self) -> payout.Confirm:
        return payout.Confirm(id_of("Payout", self.payout_id, "payoutId"), given(self.expected_version))


@strawberry.input(description="Which payout the bank sent back, and why.")
class PayoutFailInput(MoneyMove):
    payout_id: strawberry.ID = strawberry.field(description="The payout that this is about.")
    reason: str = strawberry.field(description="What the bank said; its owner reads it.")

    def to_command(self) -> payout.Fail:
        return payout.Fail(id_of("Payout", self.payout_id, "payoutId"), self.reason, given(self.expected_version))


@strawberry.input(description="What to gather into a batch.")
class PayoutBatchPreviewInput(Keyed):
    currency: CurrencyCode = strawberry.field(description="The currency of the payouts.")  # type: ignore[valid-type]
    limit: int = strawberry.field(default=payout.BATCH_SIZE_MAX, description="How many at most, 1 to 1,000.")

    def to_command(self) -> payout.PreviewBatch:
        return payout.PreviewBatch(money.Currency(self.currency), self.limit)


@strawberry.input(description="Which batch to give to the bank.")
class PayoutBatchPostInput(MoneyMove):
    batch_id: strawberry.ID = strawberry.field(description="The batch that this is about.")

    def to_command(self) -> payout.PostBatch:
        return payout.PostBatch(id_of("PayoutBatch", self.batch_id, "batchId"), given(self.expected_version))


@strawberry.input(description="Which batch to let go.")
class PayoutBatchCancelInput(MoneyMove):
    batch_id: strawberry.ID = strawberry.field(description="The batch that this is about.")

    def to_command(self) -> payout.CancelBatch:
        return payout.CancelBatch(id_of("PayoutBatch", self.batch_id, "batchId"), given(self.expected_version))


@strawberry.input(description="Which payouts: all that match everything given.")
class PayoutFilterInput:
    account_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only of this account; only finance and support may name another than their own.",
    )
    state: PayoutState | None = strawberry.field(default=strawberry.UNSET, description="Only in this state.")  # type: ignore[valid-type]

    def to_filter(self) -> payout.PayoutFilter:
        owner = given(self.account_id)
        return payout.PayoutFilter(
            owner=None if owner is None else id_of("Account", owner, "accountId"), state=given(self.state)
        )


# Root fields


@strawberry.type
class PayoutQuery:
    @strawberry.field(
        graphql_type=Payout, description="A payout: the caller's own, or anybody's for finance and support."
    )
    async def payout(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which payout, by its id.")]
    ) -> Any:
        return await resolve.payout(info.context, id_of("Payout", id, "id"))

    @strawberry.field(
        graphql_type=Connection[Payout], description="The caller's payouts, all of them for finance and support."
    )
    async def payouts(
        self,
        info: Info,
        filter: Annotated[
            PayoutFilterInput | None, strawberry.argument(description="Which of them; all when left out.")
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        wanted = given(filter)
        page = page_request(
            PAYOUTS, ("",), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        found = await resolve.payouts(
            info.context, payout.PayoutFilter() if wanted is None else wanted.to_filter(), page
        )
        return Connection(page=found, list_name=PAYOUTS)

    @strawberry.field(graphql_type=PayoutBatch, description="A batch of payouts.")
    async def payout_batch(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which batch, by its id.")]
    ) -> Any:
        return await resolve.batch(info.context, id_of("PayoutBatch", id, "id"))

    @strawberry.field(graphql_type=Connection[PayoutBatch], description="All batches, newest first.")
    async def payout_batches(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            BATCHES, ("",), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.batches(info.context, page), list_name=BATCHES)


@strawberry.type
class PayoutMutation:
    payout_request = mutation(
        payout.request,
        PayoutRequestInput,
        Payout,
        IdentityNotVerified,
        InsufficientFunds,
        VersionConflict,
        description="Ask for cash to be paid out; it is set aside at once.",
        prepare=resolve.request,
    )
    payout_cancel = mutation(
        payout.cancel,
        PayoutCancelInput,
        Payout,
        WrongState,
        VersionConflict,
        description="Take a payout back before it is posted.",
    )
    payout_batch_preview = mutation(
        payout.preview_batch,
        PayoutBatchPreviewInput,
        PayoutBatch,
        NothingToPay,
        description="Gather what waits in one currency into a batch; no money moves.",
    )
    payout_batch_post = mutation(
        payout.post_batch,
        PayoutBatchPostInput,
        PayoutBatch,
        WrongState,
        VersionConflict,
        description="Give a batch to the bank: what was held is on its way.",
    )
    payout_batch_cancel = mutation(
        payout.cancel_batch,
        PayoutBatchCancelInput,
        PayoutBatch,
        WrongState,
        VersionConflict,
        description="Let a batch go; its payouts wait for the next one.",
    )
    payout_confirm = mutation(
        payout.confirm,
        PayoutConfirmInput,
        Payout,
        WrongState,
        VersionConflict,
        description="Record that a payout arrived.",
    )
    payout_fail = mutation(
        payout.fail,
        PayoutFailInput,
        Payout,
        WrongState,
        VersionConflict,
        description="Record that the bank sent a payout back: it is its owner's cash again.",
    )


fetchable("Payout", resolve.payout)
fetchable("PayoutBatch", resolve.batch)
