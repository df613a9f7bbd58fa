"""Prices that explain themselves."""

from datetime import date, datetime
from typing import Any

import strawberry

from domain import price
from domain.price import PriceChange as Change
from schema.enum import enum
from schema.ids import encode_id
from schema.localized import localized_or_null
from schema.mutation import Info
from schema.noun import noun
from schema.scalars import Money

PriceReason = enum(
    price.PriceReason,
    name="PriceReason",
    description="Why a price is what it is.",
    LISTED="The first price.",
    RAW_MATERIAL="Raw materials cost more or less.",
    LABOUR="Work costs more or less.",
    CHANNEL_COST="Selling costs more or less.",
    LOGISTICS="Carrying and keeping costs more or less.",
    TARIFF_OR_POLICY="A tariff or a rule changed.",
    EXCHANGE_RATE="Exchange rates moved.",
    COMPETITION="Others ask for more or less.",
    CONDITION="The condition is another one than it was.",
    AGREED_MARKDOWN="A step down that the seller has agreed to.",
)
ReferenceSource = enum(
    price.ReferenceSource,
    name="ReferencePriceSource",
    description="Where a price of new is documented.",
    BRAND_LIST_PRICE="The brand's own list price.",
    BRAND_INVOICE="An invoice of the brand.",
    OWN_SALE_NEW="A sale of the same thing, new, by the house.",
    PUBLISHED_CATALOGUE="A published catalogue.",
)


@noun(price.Reference, description="What the same thing costs new, with where and when that is documented.")
class ReferencePrice:
    price: Money = strawberry.field(description="The price of new.")
    source: ReferenceSource = strawberry.field(description="Where it is documented.")  # type: ignore[valid-type]
    as_of: date = strawberry.field(description="When it was documented.")


@noun(price.Saving, description="What a buyer saves against the documented price of new.")
class Saving:
    amount: Money = strawberry.field(description="The difference between the two prices.")
    percent: int = strawberry.field(description="The difference in whole per cent of the price of new, rounded down.")


@noun(price.PriceChange, description="One step of a price. It is never changed, and everybody may read it.")
class PriceChange:
    price: Money = strawberry.field(description="The price from here on.")
    previous_price: Money | None = strawberry.field(description="The price before; null for the first.")
    reason: PriceReason = strawberry.field(description="Why the price changed.")  # type: ignore[valid-type]
    changed_at: datetime = strawberry.field(description="From when on the price holds.")

    note: str | None = localized_or_null("note", description="Why, in words; null where the reason says it all.")

    @strawberry.field(description="Whether a person decided it, rather than a schedule that was agreed before.")
    def by_person(root: Change) -> bool:
        return root.actor_id is not None

    @strawberry.field(graphql_type=strawberry.ID | None, description="Who decided it. For staff; null for others.")
    def actor_id(root: Change, info: Info) -> Any:
        shown = info.context.viewer.is_staff and root.actor_id is not None
        return encode_id("Account", root.actor_id) if shown and root.actor_id is not None else None
