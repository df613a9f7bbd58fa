"""What a piece costs before it is sold."""

from datetime import datetime

import strawberry

from domain import piece_cost
from domain.consignment import refusal
from resolvers import piece_cost as resolve
from schema.errors import UserError, WrongState, refused
from schema.ids import Node, global_id, id_of
from schema.mutation import Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.policy import Bearer, CostKind
from schema.scalars import Money, MoneyInput


@noun(
    piece_cost.PieceCost,
    description="One cost of a piece. Seen by finance, merchandisers and support, and by the seller where it is "
    "the seller's to bear.",
)
class PieceCost(Node):
    id: strawberry.ID = global_id("PieceCost")
    kind: CostKind = strawberry.field(description="What the cost is for.")  # type: ignore[valid-type]
    amount: Money = strawberry.field(description="How much the cost comes to.")
    borne_by: Bearer = strawberry.field(description="Who bears the cost.")  # type: ignore[valid-type]
    note: str = strawberry.field(description="What the cost was for, in words.")
    recorded_at: datetime = strawberry.field(description="When it was recorded.")


@refused(refusal.OwnConsignment)
class OwnConsignment(UserError):
    pass


@refused(piece_cost.CostNotAgreed)
class CostNotAgreed(UserError):
    agreed: list[CostKind] = strawberry.field(description="The kinds that the seller bears.")  # type: ignore[valid-type]


@strawberry.input(description="What a piece has cost.")
class PieceCostRecordInput(Keyed):
    consignment_id: strawberry.ID = strawberry.field(description="The consignment of the piece.")
    kind: CostKind = strawberry.field(description="What the cost is for.")  # type: ignore[valid-type]
    note: str = strawberry.field(description="What the cost was for; the seller reads it.")
    amount: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="How much; by the tariff when left out."
    )
    borne_by: Bearer | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="Who bears it; by the tariff when left out."
    )

    def to_command(self) -> piece_cost.Record:
        amount = given(self.amount)
        return piece_cost.Record(
            consignment_id=id_of("Consignment", self.consignment_id, "consignmentId"),
            kind=self.kind,
            note=self.note,
            amount=None if amount is None else amount.to_money("amount"),
            borne_by=given(self.borne_by),
        )


@strawberry.type
class PieceCostMutation:
    piece_cost_record = mutation(
        piece_cost.record,
        PieceCostRecordInput,
        PieceCost,
        OwnConsignment,
        CostNotAgreed,
        WrongState,
        description="Record what a piece has cost, as long as its seller was not paid.",
    )


fetchable("PieceCost", resolve.piece_cost)
