"""Gift cards: issued, looked up by their codes, and spent as a tender of an order."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain import gift_card
from resolvers import gift_card as resolve
from schema.enum import enum
from schema.errors import UserError, VersionConflict, refused
from schema.ids import Node, global_id
from schema.mutation import Info, MoneyMove, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.scalars import CountryCode, CurrencyCode, Money, MoneyInput
from schema.wallet import InsufficientFunds

GiftCardSource = enum(
    gift_card.GiftCardSource,
    name="GiftCardSource",
    description="What a gift card was paid with: its buyer's cash, or the house's own promotion.",
    CASH="The cash of whoever issued it.",
    PROMOTION="The house, as a promotion.",
)
GiftCardState = enum(
    gift_card.GiftCardState,
    name="GiftCardState",
    description="Whether a gift card can pay.",
    ACTIVE="It can pay.",
    EXPIRED="Its time is over and what was left has lapsed; what comes back to it makes it ACTIVE again.",
)

GIFT_CARDS = "giftCards"
NEWEST_BY_ID = (UUID(int=0),)


# Nouns


@noun(
    gift_card.GiftCard,
    description="Money that whoever has the code can spend here; it never becomes cash. Seen by whoever has "
    "bought or issued it, finance and support, and by whoever has the code.",
)
class GiftCard(Node):
    id: strawberry.ID = global_id("GiftCard")
    hint: str = strawberry.field(description="The last 4 characters of its code, to tell cards apart.")
    currency: CurrencyCode = strawberry.field(description="The currency of all its amounts.")  # type: ignore[valid-type]
    amount: Money = strawberry.field(description="What it was issued for.")
    available: Money = strawberry.field(description="What can be spent.")
    held: Money = strawberry.field(description="What waits with orders that are not paid yet.")
    spent: Money = strawberry.field(description="What has paid, less what came back.")
    lapsed: Money = strawberry.field(description="What lapsed when its time was over.")
    source: GiftCardSource = strawberry.field(description="What it was paid with.")  # type: ignore[valid-type]
    state: GiftCardState = strawberry.field(description="Whether it can pay.")  # type: ignore[valid-type]
    jurisdiction: CountryCode = strawberry.field(description="Whose law it follows.")
    policy_version: int = strawberry.field(description="The version of the policy that it was issued under.")
    issued_at: datetime = strawberry.field(description="When it was issued.")
    expires_at: datetime | None = strawberry.field(description="When what is left lapses; null for never.")
    version: int = strawberry.field(description="Goes up by one with every change of its state or its end.")


@noun(gift_card.GiftCardMade, description="A gift card that was just issued.")
class GiftCardMade:
    @strawberry.field(
        description="The code, for whoever it is for. Shown now and never again; null in an answer that is asked for "
        "again after ten minutes, and after a dry run, which makes no card that could have one."
    )
    def secret(root: gift_card.GiftCardMade, info: Info) -> str | None:
        return resolve.code(info.context, root)

    @strawberry.field(graphql_type=GiftCard | None, description="The gift card; null after a dry run.")
    async def gift_card(root: gift_card.GiftCardMade, info: Info) -> Any:
        return await resolve.of_made(info.context, root)


# Refusals


@refused(gift_card.GiftCardNotGood)
class GiftCardNotGood(UserError):
    pass


@refused(gift_card.GiftCardTooLow)
class GiftCardTooLow(UserError):
    available: Money = strawberry.field(description="What is left on it.")


# Inputs


@strawberry.input(
    description="How much to put on a new gift card, and what pays it. `expectedVersion` is that of the pocket "
    "that pays."
)
class GiftCardIssueInput(MoneyMove):
    amount: MoneyInput = strawberry.field(description="How much is on it.")
    source: GiftCardSource = strawberry.field(  # type: ignore[valid-type]
        default=gift_card.GiftCardSource.CASH,
        description="CASH: from the caller's wallet. PROMOTION: from the house, by finance or support.",
    )
    reason: str = strawberry.field(
        default="", description="What for, in up to 200 characters; needed when the house gives it."
    )
    jurisdiction: CountryCode | None = strawberry.field(
        default=strawberry.UNSET, description="Whose law it follows; that of where the caller lives when left out."
    )

    def to_command(self) -> gift_card.IssueGiftCard:
        return gift_card.IssueGiftCard(
            amount=self.amount.to_money("amount"),
            source=gift_card.GiftCardSource(self.source),
            reason=self.reason,
            jurisdiction=given(self.jurisdiction),
            expected_version=given(self.expected_version),
            dry_run=self.dry_run,
        )


# Root fields


@strawberry.type
class GiftCardQuery:
    @strawberry.field(
        graphql_type=GiftCard,
        description="The gift card of a code, to see what is left on it. After too many wrong codes in a quarter of "
        "an hour none is looked at.",
    )
    async def gift_card(
        self, info: Info, code: Annotated[str, strawberry.argument(description="Its code, as it was shown.")]
    ) -> Any:
        return await resolve.look_up(info.context, code)

    @strawberry.field(
        graphql_type=Connection[GiftCard],
        description="What the caller has bought or issued, newest first.",
    )
    async def gift_cards(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            GIFT_CARDS, NEWEST_BY_ID, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.gift_cards(info.context, page), list_name=GIFT_CARDS)


@strawberry.type
class GiftCardMutation:
    gift_card_issue = mutation(
        gift_card.issue,
        GiftCardIssueInput,
        GiftCardMade,
        InsufficientFunds,
        VersionConflict,
        description="Issue a gift card from the caller's cash, or from the house for a reason. Its code is shown once.",
    )


fetchable("GiftCard", resolve.find)
