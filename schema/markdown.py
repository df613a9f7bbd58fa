"""Prices that fall as agreed, and the question when they should fall further."""

from datetime import datetime

import strawberry

from domain import markdown
from resolvers import contract as resolve
from schema.enum import enum
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.ids import Node, global_id, id_of
from schema.mutation import Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.scalars import Money, MoneyInput

MarkdownOrigin = enum(
    markdown.MarkdownOrigin,
    name="MarkdownOrigin",
    description="Whether a step was agreed before or proposed later.",
    AGREED="A step of the contract.",
    PROPOSED="Asked for later, outside what was agreed.",
)
MarkdownState = enum(
    markdown.MarkdownState,
    name="MarkdownState",
    description="Where a step stands.",
    PLANNED="Agreed; waits for its date.",
    PROPOSED="Waits for the seller's answer.",
    APPLIED="The price is lower now.",
    REFUSED="The seller said no.",
    LAPSED="The seller did not answer in time.",
    SKIPPED="Not needed any more: the piece was sold, withdrawn, or is cheaper already.",
)

fetchable("Markdown", resolve.markdown)


@noun(
    markdown.Markdown,
    description="One step down of a consigned piece's price. Seen by the seller and by staff who see the contract.",
)
class Markdown(Node):
    id: strawberry.ID = global_id("Markdown")
    origin: MarkdownOrigin = strawberry.field(description="How it came about.")  # type: ignore[valid-type]
    state: MarkdownState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    price: Money = strawberry.field(description="The price from then on.")
    leaves_range: bool = strawberry.field(
        description="Whether it is below everything that was agreed; then the seller may withdraw free of charge."
    )
    due_at: datetime = strawberry.field(description="When it is taken, or since when it has been asked for.")
    note: str = strawberry.field(description="Why it was proposed; empty for an agreed step.")
    made_at: datetime = strawberry.field(description="When it was planned or proposed.")
    answer_by: datetime | None = strawberry.field(
        description="Until when the seller may answer a proposal; null for an agreed step."
    )
    ended_at: datetime | None = strawberry.field(
        description="When it was applied, refused or skipped, or lapsed; null until then."
    )
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")


@refused(markdown.NotADiscount)
class NotADiscount(UserError):
    price: Money = strawberry.field(description="What was asked for.")
    present: Money = strawberry.field(description="What the price is now.")


@refused(markdown.ProposalLapsed)
class ProposalLapsed(UserError):
    answer_by: datetime = strawberry.field(description="Until when it could be answered.")


@strawberry.input(description="The price to ask the seller for, which is not agreed, or not yet.")
class MarkdownProposeInput(Keyed):
    contract_id: strawberry.ID = strawberry.field(description="The contract that the piece is sold under.")
    price: MoneyInput = strawberry.field(description="The price from then on.")
    note: str = strawberry.field(description="Why it should fall; the seller reads it.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the contract is still at this version."
    )

    def to_command(self) -> markdown.Propose:
        return markdown.Propose(
            contract_id=id_of("Contract", self.contract_id, "contractId"),
            price=self.price.to_money("price"),
            note=self.note,
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which proposed price the seller agrees to.")
class MarkdownConsentInput(Keyed):
    markdown_id: strawberry.ID = strawberry.field(description="The proposal that this answers.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the proposal is still at this version."
    )

    def to_command(self) -> markdown.Answer:
        return markdown.Answer(id_of("Markdown", self.markdown_id, "markdownId"), given(self.expected_version))


@strawberry.input(description="Which proposed price the seller does not agree to.")
class MarkdownRefuseInput(Keyed):
    markdown_id: strawberry.ID = strawberry.field(description="The proposal that this answers.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the proposal is still at this version."
    )

    def to_command(self) -> markdown.Answer:
        return markdown.Answer(id_of("Markdown", self.markdown_id, "markdownId"), given(self.expected_version))


@strawberry.type
class MarkdownMutation:
    markdown_propose = mutation(
        markdown.propose,
        MarkdownProposeInput,
        Markdown,
        NotADiscount,
        WrongState,
        VersionConflict,
        description="Ask the seller for a lower price. Below the agreed range they may also withdraw free of charge.",
    )
    markdown_consent = mutation(
        markdown.consent,
        MarkdownConsentInput,
        Markdown,
        NotADiscount,
        ProposalLapsed,
        WrongState,
        VersionConflict,
        description="Agree to a proposed price, which holds at once.",
    )
    markdown_refuse = mutation(
        markdown.refuse,
        MarkdownRefuseInput,
        Markdown,
        ProposalLapsed,
        WrongState,
        VersionConflict,
        description="Do not agree to a proposed price, which stays as it is.",
    )
