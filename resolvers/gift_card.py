"""Gift cards: whoever bought one sees it, whoever has its code spends it; whoever tries codes is stopped."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from domain.attempt import TooManyAttempts
from domain.gift_card import (
    CODE_SHOWN,
    Gift,
    GiftCard,
    GiftCardMade,
    GiftCardNotGood,
    check_cards,
    check_count,
    digest_of,
    may_see,
    path_of,
    read_code,
)
from domain.gift_card import offered as gift_of
from domain.money import Currency
from domain.order import GiftCardChoice, PlaceOrder
from domain.page import Page, PageRequest
from domain.refusal import NotFound
from resolvers.context import Context


async def find(context: Context, card_id: UUID) -> GiftCard | None:
    """The card, if there is one for the caller."""
    found = await context.loaders.gift_card.load(card_id)
    return found if found is not None and may_see(context.viewer, found) else None


async def gift_cards(context: Context, page: PageRequest) -> Page[GiftCard]:
    """What the caller has bought or issued, newest first."""
    return await context.readers.gift_cards.page(context.viewer.require_account(), page)


async def recognise(context: Context, code: str, *path: str) -> GiftCard:
    """The card of a code. Every try counts for the account and the address that it comes from; the right ones do not.

    After too many the right code is not looked at either.
    """
    who = context.viewer.require_account()
    attempt = await context.attempts.begin(f"gift card/{who}", context.client)
    if attempt.wait_seconds:
        raise TooManyAttempts(attempt.wait_seconds, path=path)
    read = read_code(code)
    found = None if read is None else await context.readers.gift_cards.by_digest(digest_of(read))
    if found is None:
        raise GiftCardNotGood(path=path)
    await context.attempts.forgive(attempt)
    return found


async def look_up(context: Context, code: str) -> GiftCard:
    """The card of a code, to see what is left on it."""
    try:
        return await recognise(context, code, "code")
    except GiftCardNotGood:
        raise NotFound("GiftCard", "of this code", path=("code",)) from None


async def prepare(context: Context, command: PlaceOrder) -> PlaceOrder:
    """Cards in the place of their codes, which go no further."""
    cards = await recognised(context, command.gift_cards)
    chosen = zip(command.gift_cards, cards, strict=True)
    return replace(command, gift_cards=tuple(replace(one, code="", card_id=card.id) for one, card in chosen))


async def offered(context: Context, choices: Sequence[GiftCardChoice], currency: Currency) -> tuple[Gift, ...]:
    """What cards would pay with in a cart of this currency, for a quote."""
    cards = await recognised(context, choices)
    chosen = enumerate(zip(choices, cards, strict=True), start=1)
    gifts = tuple(gift_of(card, place, one.amount, currency, context.now) for place, (one, card) in chosen)
    check_cards(gifts)
    return gifts


async def recognised(context: Context, choices: Sequence[GiftCardChoice]) -> Sequence[GiftCard]:
    """The cards of these codes, looked at one after the other; none when they are more than may pay."""
    check_count(len(choices))
    places = enumerate(choices, start=1)
    return [await recognise(context, one.code, *path_of(place), "code") for place, one in places]


async def of_made(context: Context, made: GiftCardMade) -> GiftCard | None:
    return await context.loaders.gift_card.load(made.card_id)


def code(context: Context, made: GiftCardMade) -> str | None:
    """The code of a card, for the first minutes after it was made; a dry run makes no card that could have one."""
    young = context.now - made.made_at <= CODE_SHOWN
    return context.secrets.gift_cards.write(made.card_id) if young and not made.tried else None
