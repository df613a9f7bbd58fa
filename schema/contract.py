"""Contracts: what house and seller agree on for one piece."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain import consignment, contract
from resolvers import contract as resolve
from resolvers import settlement as resolve_settlement
from schema.enum import enum
from schema.errors import VersionConflict, WrongState
from schema.ids import Node, global_id, id_of
from schema.markdown import Markdown
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import attribute, noun
from schema.piece_cost import OwnConsignment, PieceCost
from schema.policy import CommissionPlan, CostKind, PolicyPin, SellerLevel
from schema.scalars import CountryCode, Money, MoneyInput

if TYPE_CHECKING:
    from schema.consignment import Consignment
    from schema.settlement import Settlement, SettlementOption

ContractState = enum(
    contract.ContractState,
    name="ContractState",
    description="Where a contract stands.",
    OFFERED="The terms wait for the seller.",
    AGREED="The terms hold for both sides.",
    ENDED="It is over: the seller was paid, the offer lapsed, or the piece goes back.",
)
EndAction = enum(
    contract.EndAction,
    name="ContractEndAction",
    description="What happens to a piece that nobody bought in time.",
    RETURN="The piece goes back to its seller.",
    DONATE="The house takes title and gives the piece away.",
    TRADE_IN="The house buys the piece, all of it for credit.",
    BUY_OUT="The house buys the piece, for cash and credit as the seller has chosen.",
)
SettlementMode = enum(
    consignment.SettlementMode,
    name="SettlementMode",
    description="When the seller is paid: the house buys at appraisal, or shares the price after the sale.",
    AT_APPRAISAL="At once: the house buys the piece.",
    AFTER_SALE="After the sale: the price is shared as agreed.",
)

fetchable("Contract", resolve.visible)


@noun(contract.AgreedStep, description="One agreed step down of the price.")
class ContractStep:
    after_days: int = strawberry.field(description="After so many days on sale.")
    price: Money = strawberry.field(description="The price from then on.")


@noun(
    contract.Contract,
    description="What house and seller agree on for one piece, pinned to the policies of the day of the offer. "
    "Seen by the seller and by staff who offer, keep or pay it.",
)
class Contract(Node):
    id: strawberry.ID = global_id("Contract")
    code: str = strawberry.field(description="The code that people use for it, such as CT-7K2M-9QXD.")
    state: ContractState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    price: Money = strawberry.field(description="What the piece is first offered at.")
    floor: Money = strawberry.field(description="No agreed step goes below this.")
    buy_out: Money | None = strawberry.field(description="What the house pays at once; null where it does not buy.")
    end_price: Money | None = strawberry.field(
        description="What the house pays when the term has ended; null where it does not buy then."
    )
    seller_level: SellerLevel = strawberry.field(description="The seller's level on that day.")  # type: ignore[valid-type]
    tax_jurisdiction: CountryCode = strawberry.field(description="Whose tax is on the commission.")
    commission_tax_bps: int = strawberry.field(description="The tax on the commission, in basis points of it.")
    credit_bonus_bps: int = strawberry.field(description="The bonus on what is taken as credit, in basis points.")
    offset_cap_bps: int = strawberry.field(description="The most that pays old debts, in basis points.")
    return_window_days: int = strawberry.field(description="For how many days a buyer may return.")
    response_days: int = strawberry.field(description="For how many days a proposed price waits for the seller.")
    steps: list[ContractStep] = strawberry.field(description="The agreed steps down.")
    seller_costs: list[CostKind] = strawberry.field(description="The kinds of costs that the seller bears.")  # type: ignore[valid-type]
    term_days: int = strawberry.field(description="For how many days the piece is on sale.")
    grace_days: int = strawberry.field(description="How many days after that the end waits for the seller.")
    end_action: EndAction = strawberry.field(description="What happens to a piece that nobody bought in time.")  # type: ignore[valid-type]
    pins: list[PolicyPin] = strawberry.field(description="The policies that it was made under.")
    offered_at: datetime = strawberry.field(description="When it was offered.")
    offer_expires_at: datetime = strawberry.field(description="Until when the offer stands.")
    mode: SettlementMode | None = strawberry.field(description="When the seller is paid; null until agreed.")  # type: ignore[valid-type]
    credit_bps: int | None = strawberry.field(
        description="The share taken as credit, in basis points: 0 is all cash; null until agreed."
    )
    agreed_at: datetime | None = strawberry.field(description="When the seller agreed; null until then.")
    payout_fixed_at: datetime | None = strawberry.field(
        description="Since when cash and credit can not be exchanged any more; null while they can."
    )
    listed_at: datetime | None = strawberry.field(description="When the term began; null until the piece is listed.")
    term_ends_at: datetime | None = strawberry.field(description="When the term ends; null until the piece is listed.")
    grace_ends_at: datetime | None = strawberry.field(
        description="When the end is acted on; null until the piece is listed."
    )
    free_withdrawal_since: datetime | None = strawberry.field(
        description="Since when the seller may withdraw free of charge, because the price was to leave the agreed "
        "range; null while they may not."
    )
    ended_at: datetime | None = strawberry.field(description="When the contract ended; null while it has not.")
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    commission: Any = attribute("plan", CommissionPlan, description="What the house keeps of the price.")

    @strawberry.field(
        graphql_type=Annotated["Consignment", strawberry.lazy("schema.consignment")],
        description="The consignment that it is about.",
    )
    async def consignment(root: contract.Contract, info: Info) -> Any:
        return await info.context.loaders.consignment.load(root.consignment_id)

    @strawberry.field(graphql_type=list[Markdown], description="Steps with their dates, and proposals, by date.")
    async def markdowns(root: contract.Contract, info: Info) -> Any:
        return await resolve.markdowns(info.context, root)

    @strawberry.field(
        graphql_type=list[PieceCost], description="Costs so far: all of them for staff, for the seller the seller's."
    )
    async def costs(root: contract.Contract, info: Info) -> Any:
        return await resolve.costs(info.context, root)

    @strawberry.field(
        graphql_type=Annotated["Settlement", strawberry.lazy("schema.settlement")] | None,
        description="What the seller gets; null until the piece was sold or bought.",
    )
    async def settlement(root: contract.Contract, info: Info) -> Any:
        return await resolve.settlement(info.context, root)

    @strawberry.field(
        graphql_type=list[Annotated["SettlementOption", strawberry.lazy("schema.settlement")]],
        description="All four ways to be paid, side by side.",
    )
    async def settlement_options(root: contract.Contract, info: Info) -> Any:
        return await resolve_settlement.options_of(info.context, root)


@strawberry.input(description="One agreed step down of the price.")
class ContractStepInput:
    after_days: int = strawberry.field(description="After so many days on sale.")
    price: MoneyInput = strawberry.field(description="The price from then on.")


@strawberry.input(description="The terms for an appraised piece, or better ones until the seller has agreed.")
class ContractOfferInput(Keyed):
    consignment_id: strawberry.ID = strawberry.field(description="The consignment that the terms are for.")
    price: MoneyInput = strawberry.field(description="What the piece is first offered at.")
    plan_code: str = strawberry.field(default="STANDARD", description="The commission plan, by its code in the policy.")
    seller_level: SellerLevel = strawberry.field(  # type: ignore[valid-type]
        default=SellerLevel.STANDARD, description="How well the seller is known."
    )
    schedule_code: str = strawberry.field(
        default="NONE", description="The markdown schedule, by its code in the policy."
    )
    steps: list[ContractStepInput] | None = strawberry.field(
        default=strawberry.UNSET, description="Steps of the seller's own, instead of a schedule's."
    )
    floor: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="No step goes below this; by the policy when left out."
    )
    seller_costs: list[CostKind] | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="The kinds of costs that the seller bears; by the tariff when left out."
    )
    term_days: int = strawberry.field(default=90, description="For how many days the piece is on sale.")
    grace_days: int = strawberry.field(default=14, description="How many days after that the end waits for the seller.")
    end_action: EndAction = strawberry.field(  # type: ignore[valid-type]
        default=EndAction.RETURN, description="What happens to a piece that nobody bought in time."
    )
    end_price: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="What the house pays then, where it buys; as much as at once when left out.",
    )
    valid_days: int = strawberry.field(default=14, description="For how many days the offer stands.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the offer that stands is still at this version."
    )

    def to_command(self) -> contract.Offer:
        steps, floor, end_price, costs = (
            given(self.steps),
            given(self.floor),
            given(self.end_price),
            given(self.seller_costs),
        )
        return contract.Offer(
            consignment_id=id_of("Consignment", self.consignment_id, "consignmentId"),
            price=self.price.to_money("price"),
            plan_code=self.plan_code,
            seller_level=self.seller_level,
            schedule_code=self.schedule_code,
            steps=None
            if steps is None
            else tuple(contract.AgreedStep(step.after_days, step.price.to_money("steps", "price")) for step in steps),
            floor=None if floor is None else floor.to_money("floor"),
            seller_costs=None if costs is None else tuple(costs),
            term_days=self.term_days,
            grace_days=self.grace_days,
            end_action=self.end_action,
            end_price=None if end_price is None else end_price.to_money("endPrice"),
            valid_days=self.valid_days,
            expected_version=given(self.expected_version),
        )


@strawberry.type
class ContractQuery:
    @strawberry.field(
        graphql_type=Contract,
        description="A contract: the caller's own, or any for merchandisers, support and finance.",
    )
    async def contract(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id, as received.")]
    ) -> Any:
        return await resolve.contract(info.context, id_of("Contract", id, "id"))


@strawberry.type
class ContractMutation:
    contract_offer = mutation(
        contract.offer,
        ContractOfferInput,
        Contract,
        OwnConsignment,
        WrongState,
        VersionConflict,
        description="Offer terms for an appraised piece, pinned to the day's policies.",
    )
