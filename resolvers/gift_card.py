"""Gift cards: whoever bought one sees it, whoever has its code spends it; whoever tries codes is stopped."""

from dataclasses import replace
from uuid import UUID

from domain.attempt import TooManyAttempts
from domain.gift_card import (
    CODE_SHOWN,
    Gift,
    GiftCard,
    GiftCardMade,
    GiftCardNotGood,
    digest_of,
    may_see,
    read_code,
)
from domain.money import Currency
from domain.order import GiftCardChoice, PlaceOrder
from domain.page import Page, PageRequest
from domain.refusal import NotFound, require
from resolvers.context import Context

TENDER = ("tenders", "giftCard", "code")


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
    """The card in the place of its code, which goes no further."""
    if command.gift_card is None:
        return command
    card = await recognise(context, command.gift_card.code, *TENDER)
    return replace(command, gift_card=replace(command.gift_card, code="", card_id=card.id))


async def offered(context: Context, choice: GiftCardChoice | None, currency: Currency) -> Gift | None:
    """What a card would pay with in a cart of this currency, for a quote."""
    if choice is None:
        return None
    card = await recognise(context, choice.code, *TENDER)
    require(card.pays(currency, context.now), GiftCardNotGood(path=TENDER))
    return Gift(card.id, card.available, choice.amount)


async def of_made(context: Context, made: GiftCardMade) -> GiftCard | None:
    return await context.loaders.gift_card.load(made.card_id)


def code(context: Context, made: GiftCardMade) -> str | None:
    """The code of a card, for the first minutes after it was made; a dry run makes no card that could have one."""
    young = context.now - made.made_at <= CODE_SHOWN
    return context.secrets.gift_cards.write(made.card_id) if young and not made.tried else None
