"""Settlements: what the seller gets, when, in what, and why not yet."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from domain import settlement
from domain.money import BASIS_POINTS
from resolvers import settlement as resolve
from schema.account import Account
from schema.contract import Contract, SettlementMode
from schema.enum import enum
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.ids import Node, global_id, id_of
from schema.localized import localized
from schema.mutation import Info, Keyed, MoneyMove, given, mutation
from schema.node import fetchable
from schema.noun import attribute, noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.policy import CostKind
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.consignment import Consignment

SettlementState = enum(
    settlement.SettlementState,
    name="SettlementState",
    description="Where a settlement stands.",
    PENDING="Something still stands between the seller and the money.",
    PAYABLE="The price is split, and the seller's part is due.",
    SETTLED="The seller has been paid.",
    CANCELLED="The sale was undone before the seller was paid.",
    REVERSED="The goods came back after the seller was paid, who owes what they got.",
)
SettlementCause = enum(
    settlement.SettlementCause,
    name="SettlementCause",
    description="Why money is due to a seller.",
    APPRAISAL="The house bought the piece at appraisal.",
    SALE="A buyer bought the piece.",
    TERM_END="The house bought the piece when its term had ended.",
)
BlockReason = enum(
    settlement.BlockReason,
    name="SettlementBlockReason",
    description="Why money is not payable yet.",
    NOT_DELIVERED="The buyer does not have the piece yet; follows from dates.",
    RETURN_WINDOW="The buyer may still return it; follows from dates.",
    RETURN_IN_PROGRESS="A return is under way.",
    INSPECTION="Somebody looks at the piece once more.",
    DISPUTE="Somebody disputes the sale.",
    CHARGEBACK="The buyer's bank took the money back.",
    TRADE_IN="The old piece that pays a part has not passed yet.",
)
PayoutKind = enum(
    settlement.PayoutKind,
    name="SettlementPayoutKind",
    description="What the proceeds are taken in.",
    CASH="Cash in the wallet, which can be paid out.",
    CREDIT="Store credit, with the bonus.",
)
ChangeReason = enum(
    settlement.ChangeReason,
    name="SettlementChangeReason",
    description="What could still change an amount or a date.",
    OFFER_LAPSES="The offer ends before it is agreed to.",
    PRICE_FALLS="A markdown is due.",
    SALE_DATE="Nobody knows when it is sold.",
    NOT_SOLD="Nobody may buy it within the term.",
    BUYER_RETURNS="The buyer may return it.",
    DISPUTE="An inspection or a dispute may hold the money back.",
    FURTHER_COSTS="Costs that the seller bears may be added.",
    DEBTS="What the seller owes the house is paid first.",
)

SETTLEMENTS = "settlements"

fetchable("Settlement", resolve.visible)


# Nouns


@noun(settlement.Split, description="How a price is divided. Commission, its tax, costs and net sum to gross.")
class SettlementSplit:
    gross: Money = strawberry.field(description="The price that is divided.")
    commission: Money = strawberry.field(description="What the house keeps.")
    commission_tax: Money = strawberry.field(description="The tax on the commission.")
    costs: Money = strawberry.field(description="The seller's costs, as far as the price reaches.")
    net: Money = strawberry.field(description="What is left for the seller.")
    shortfall: Money = strawberry.field(description="Costs beyond the price, which the seller owes.")


@noun(settlement.Payout, description="How a net amount reaches the seller. Offset, cash and credit sum to it.")
class SettlementPayout:
    offset: Money = strawberry.field(description="What pays for what the seller owed the house.")
    cash: Money = strawberry.field(description="What goes to the seller's cash.")
    credit: Money = strawberry.field(description="What goes to the seller's credit.")
    bonus: Money = strawberry.field(description="What the house adds to the credit.")
    received: Money = strawberry.field(description="All that reaches the wallet: cash, credit and bonus.")


@noun(settlement.CostLine, description="A cost that the seller bears.")
class SettlementCostLine:
    kind: CostKind = strawberry.field(description="What the cost is for.")  # type: ignore[valid-type]
    amount: Money = strawberry.field(description="How much the cost comes to.")
    note: str = strawberry.field(description="What the cost was for, in words.")


@noun(settlement.Block, description="Something that stands between the seller and the money.")
class SettlementBlock:
    reason: BlockReason = strawberry.field(description="What stands in between.")  # type: ignore[valid-type]
    since: datetime = strawberry.field(description="Since when it does.")
    until: datetime | None = strawberry.field(description="Until when it does; null where that is not known.")


@noun(settlement.Settlement, description="What one seller gets for one piece. Seen by the seller, finance and support.")
class Settlement(Node):
    id: strawberry.ID = global_id("Settlement")
    code: str = strawberry.field(description="The code that people use for it, such as SE-7K2M-9QXD.")
    cause: SettlementCause = strawberry.field(description="Why money is due.")  # type: ignore[valid-type]
    state: SettlementState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    credit_bps: int = strawberry.field(description="The share taken as credit, in basis points.")
    cost_lines: list[SettlementCostLine] = strawberry.field(description="The seller's costs, one by one.")
    opened_at: datetime = strawberry.field(description="When the piece was sold or bought.")
    delivered_at: datetime | None = strawberry.field(description="When the buyer received it; null until then.")
    window_ends_at: datetime | None = strawberry.field(
        description="When the buyer can no longer simply return it; null until it is delivered."
    )
    payable_at: datetime | None = strawberry.field(
        description="The later of the window's end, inspection and dispute; null until delivered."
    )
    released_at: datetime | None = strawberry.field(description="When the price was split; null until then.")
    settled_at: datetime | None = strawberry.field(description="When the seller was paid; null until then.")
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    split: Any = attribute("split", SettlementSplit, description="How the price is divided.")
    payout: Any = attribute("payout", SettlementPayout, description="How it is paid: a forecast until SETTLED.")

    @strawberry.field(graphql_type=list[SettlementBlock], description="Why it is not payable yet; empty once it is.")
    def blocked_by(root: settlement.Settlement, info: Info) -> Any:
        return resolve.blocked_by(info.context, root)

    @strawberry.field(
        graphql_type=Annotated["Consignment", strawberry.lazy("schema.consignment")],
        description="The consignment that it is about.",
    )
    async def consignment(root: settlement.Settlement, info: Info) -> Any:
        return await info.context.loaders.consignment.load(root.consignment_id)

    @strawberry.field(graphql_type=Contract, description="The contract that decides.")
    async def contract(root: settlement.Settlement, info: Info) -> Any:
        return await resolve.contract(info.context, root)

    @strawberry.field(graphql_type=Account, description="The account of who is paid.")
    async def seller(root: settlement.Settlement, info: Info) -> Any:
        return await info.context.loaders.account.load(root.seller)


@noun(settlement.Change, description="Something that could still change an option's amount or date.")
class SettlementChange:
    reason: ChangeReason = strawberry.field(description="What could change it.")  # type: ignore[valid-type]
    due_at: datetime | None = attribute("at", datetime | None, description="When it is due; null where it has no date.")

    text: str = localized("text", description="The same for people.")


@noun(
    settlement.SettlementOption,
    description="One of four ways to be paid, reckoned by the rules that pay. Seen by the seller and staff who "
    "see the contract.",
)
class SettlementOption:
    mode: SettlementMode = strawberry.field(description="When the seller is paid.")  # type: ignore[valid-type]
    payout: PayoutKind = strawberry.field(description="What the seller is paid in.")  # type: ignore[valid-type]
    open: bool = strawberry.field(description="Whether it can still be chosen.")
    final: bool = strawberry.field(description="Whether it was paid, so that nothing changes any more.")
    split: SettlementSplit | None = strawberry.field(
        description="How the price is divided; null where it is not offered."
    )
    paid: SettlementPayout | None = strawberry.field(
        description="How it reaches the seller; null where it is not offered."
    )
    cost_lines: list[SettlementCostLine] = strawberry.field(description="The seller's costs so far, one by one.")
    bonus_bps: int = strawberry.field(description="The bonus on credit, in basis points.")
    amount: Money | None = strawberry.field(
        description="All that the seller gets, bonus included; negative where costs exceed the price, null where it "
        "is not offered."
    )
    payable_at: datetime | None = strawberry.field(
        description="When it is paid; a guess as long as something can change it, null where it is not offered."
    )
    changes: list[SettlementChange] = strawberry.field(description="What could still change it.")


# Refusals


@refused(settlement.OfferLapsed)
class OfferLapsed(UserError):
    lapsed_at: datetime = strawberry.field(description="Until when it stood.")


@refused(settlement.NotBoughtAtOnce)
class NotBoughtAtOnce(UserError):
    pass


@refused(settlement.PayoutFixed)
class PayoutFixed(UserError):
    fixed_at: datetime = strawberry.field(description="Since when they can not be exchanged.")


@refused(settlement.NotPayableYet)
class NotPayableYet(UserError):
    blocks: list[SettlementBlock] = strawberry.field(description="What stands in between.")


# Inputs


@strawberry.input(one_of=True, description="All cash, all credit, or a share of each.")
class SettlementPayoutInput:
    kind: PayoutKind | None = strawberry.field(default=strawberry.UNSET, description="All of it in this.")  # type: ignore[valid-type]
    credit_bps: int | None = strawberry.field(
        default=strawberry.UNSET, description="The share taken as credit, 0 to 10,000 basis points."
    )

    def to_bps(self) -> int:
        share = given(self.credit_bps)
        whole = BASIS_POINTS if given(self.kind) is settlement.PayoutKind.CREDIT else 0
        return whole if share is None else int(share)


@strawberry.input(
    description="Which contract the seller agrees to, and how to be paid. `expectedVersion` is required: it "
    "says which one was read."
)
class SettlementAgreeInput(MoneyMove):
    contract_id: strawberry.ID = strawberry.field(description="The contract that was read.")
    mode: SettlementMode = strawberry.field(description="When the seller wants to be paid.")  # type: ignore[valid-type]
    payout: SettlementPayoutInput = strawberry.field(description="What the seller wants to be paid in.")

    def to_command(self) -> settlement.Agree:
        return settlement.Agree(
            contract_id=id_of("Contract", self.contract_id, "contractId"),
            mode=self.mode,
            credit_bps=self.payout.to_bps(),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="What to take in cash, and what in credit. `expectedVersion` is the contract's.")
class SettlementChoosePayoutInput(MoneyMove):
    contract_id: strawberry.ID = strawberry.field(description="The contract that the piece is sold under.")
    payout: SettlementPayoutInput = strawberry.field(description="What the seller wants to be paid in.")

    def to_command(self) -> settlement.ChoosePayout:
        return settlement.ChoosePayout(
            contract_id=id_of("Contract", self.contract_id, "contractId"),
            credit_bps=self.payout.to_bps(),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which settlement to pay now.")
class SettlementReleaseInput(MoneyMove):
    settlement_id: strawberry.ID = strawberry.field(description="The settlement that this is about.")

    def to_command(self) -> settlement.Release:
        return settlement.Release(id_of("Settlement", self.settlement_id, "settlementId"), given(self.expected_version))


@strawberry.input(description="Which settlement's money to keep back, and why.")
class SettlementBlockInput(Keyed):
    settlement_id: strawberry.ID = strawberry.field(description="The settlement that this is about.")
    reason: BlockReason = strawberry.field(description="The reason that is gone; not one that follows from dates.")  # type: ignore[valid-type]
    note: str = strawberry.field(description="What was found, for the audit.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the settlement is still at this version."
    )

    def to_command(self) -> settlement.BlockPayment:
        return settlement.BlockPayment(
            settlement_id=id_of("Settlement", self.settlement_id, "settlementId"),
            reason=self.reason,
            note=self.note,
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which reason to keep money back is gone.")
class SettlementUnblockInput(SettlementBlockInput):
    pass


@strawberry.input(description="Which settlements: all that match everything given.")
class SettlementFilterInput:
    states: list[SettlementState] | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="Only in these states."
    )
    seller_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only of this seller; only finance and support may name another than themselves.",
    )
    due_before: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Only what is payable before this moment."
    )

    def to_filter(self) -> settlement.SettlementFilter:
        seller = given(self.seller_id)
        return settlement.SettlementFilter(
            seller=None if seller is None else id_of("Account", seller, "filter", "sellerId"),
            states=tuple(given(self.states) or ()),
            due_before=given(self.due_before),
        )


# Root fields


@strawberry.type
class SettlementQuery:
    @strawberry.field(
        graphql_type=list[SettlementOption],
        description="All four ways to be paid for a consignment, side by side, once terms were offered.",
    )
    async def settlement_options(
        self,
        info: Info,
        consignment_id: Annotated[
            strawberry.ID, strawberry.argument(description="The consignment that is to be paid.")
        ],
    ) -> Any:
        return await resolve.options(info.context, id_of("Consignment", consignment_id, "consignmentId"))

    @strawberry.field(
        graphql_type=Settlement, description="A settlement: the caller's own, or any for finance and support."
    )
    async def settlement(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id, as received.")]
    ) -> Any:
        return await resolve.settlement(info.context, id_of("Settlement", id, "id"))

    @strawberry.field(
        graphql_type=Connection[Settlement],
        description="The caller's own settlements, the newest first; everybody's for finance and support.",
    )
    async def settlements(
        self,
        info: Info,
        filter: Annotated[
            SettlementFilterInput | None, strawberry.argument(description="Which of them; all when left out.")
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            SETTLEMENTS, (UUID(int=0),), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        wanted = given(filter)
        found = await resolve.settlements(
            info.context, settlement.SettlementFilter() if wanted is None else wanted.to_filter(), page
        )
        return Connection(page=found, list_name=SETTLEMENTS)


@strawberry.type
class SettlementMutation:
    settlement_agree = mutation(
        settlement.agree,
        SettlementAgreeInput,
        Contract,
        NotBoughtAtOnce,
        OfferLapsed,
        WrongState,
        VersionConflict,
        description="Agree to the terms; when the house buys at appraisal the money is there at once.",
    )
    settlement_choose_payout = mutation(
        settlement.choose_payout,
        SettlementChoosePayoutInput,
        Contract,
        PayoutFixed,
        WrongState,
        VersionConflict,
        description="Change cash into credit or back, until the choice is fixed.",
    )
    settlement_block = mutation(
        settlement.block_payment,
        SettlementBlockInput,
        Settlement,
        WrongState,
        VersionConflict,
        description="Keep the money back while something is looked into.",
    )
    settlement_unblock = mutation(
        settlement.unblock_payment,
        SettlementUnblockInput,
        Settlement,
        WrongState,
        VersionConflict,
        description="Take away a reason to keep the money back.",
    )
    settlement_release = mutation(
        settlement.release,
        SettlementReleaseInput,
        Settlement,
        NotPayableYet,
        WrongState,
        VersionConflict,
        description="Pay what is payable now, without waiting for the house to look.",
    )
