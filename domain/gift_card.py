"""Gift cards: money that was paid in once, for whoever has the code to spend here; it never becomes cash.

What is on a card the house owes to whoever comes with it, on GIFT_CARDS. Its code is made when it is read, and kept
nowhere.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import account as accounts
from domain import mint, policy, wallet
from domain.event import Event
from domain.ledger import AccountKind, Posting, customer, house
from domain.mint import Mint
from domain.money import Currency, Money
from domain.page import Page, PageRequest
from domain.policy import GiftCardTerms, PolicyKind
from domain.refusal import InvalidInput, Refusal, require
from domain.text import line, perhaps
from domain.viewer import AccountId, Role, Viewer
from domain.wallet import InsufficientFunds, post
from domain.work import Job, check_version

GiftCardId = NewType("GiftCardId", UUID)
GiftCardUseId = NewType("GiftCardUseId", UUID)

SECRET = "gift card"
"""What the code of a card is minted as."""

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 16
CODE_TEXT_MAX = 40
HINT_LENGTH = 4
CARDS_MAX = 5
"""How many cards pay for one order at most."""
CODE_SHOWN = timedelta(minutes=10)
"""How long the answer to a request that is sent again still has the code."""


# Nouns


class GiftCardSource(StrEnum):
    """What a card was paid with: its buyer's cash, or the house itself as a promotion."""

    CASH = "CASH"
    PROMOTION = "PROMOTION"


class GiftCardState(StrEnum):
    """An EXPIRED card has nothing left; what comes back to it makes it ACTIVE once more."""

    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"


@dataclass(slots=True)
class GiftCard:
    """`held` waits with orders that are not paid yet; with what is `spent`, `lapsed` and `available` it is the amount.

    Of its code the digest is kept, and the last characters as a `hint`; `policy_version` is that of the terms that
    it was issued under.
    """

    id: GiftCardId
    digest: str = field(repr=False)
    hint: str
    currency: Currency
    amount: Money
    held: Money
    spent: Money
    lapsed: Money
    source: GiftCardSource
    state: GiftCardState
    jurisdiction: str
    policy_version: int
    grace_days: int
    issued_by: AccountId
    issued_at: datetime
    expires_at: datetime | None
    version: int = 1

    @property
    def available(self) -> Money:
        return self.amount - self.held - self.spent - self.lapsed

    def pays(self, currency: Currency, now: datetime) -> bool:
        """Whether it can pay anything in this currency at this moment."""
        lives = self.state is GiftCardState.ACTIVE and (self.expires_at is None or now < self.expires_at)
        return lives and self.currency is currency


@dataclass(frozen=True, slots=True)
class GiftCardMade:
    """A card that was just issued; its code is made when this is read, but not that of a card that was only tried."""

    card_id: GiftCardId
    made_at: datetime
    tried: bool = False


class GiftCardUseState(StrEnum):
    """HELD for an order that is not paid yet, SPENT on one that is, RELEASED when all of it is on the card again."""

    HELD = "HELD"
    SPENT = "SPENT"
    RELEASED = "RELEASED"


@dataclass(slots=True)
class GiftCardUse:
    """What a card pays of one order, and what of that came back; the database keeps the card's sums by these rows.

    `place` is among the cards that pay for the order.
    """

    id: GiftCardUseId
    card_id: GiftCardId
    order_id: UUID
    place: int
    amount: Money
    returned: Money
    state: GiftCardUseState
    used_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class Gift:
    """A card as somebody wants to pay with it: so much of it, or as much as it can when no amount is named.

    `place` is among the cards that they want to pay with, from 1 on.
    """

    card_id: GiftCardId
    place: int
    available: Money
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """What a card is to pay of an order, at its place among the cards that do."""

    card_id: GiftCardId
    place: int
    amount: Money


# Refusals


@dataclass(eq=False)
class GiftCardNotGood(Refusal):
    """No card has this code, or it can pay nothing here: it is over, or in another currency."""

    code = "GIFT_CARD_NOT_GOOD"

    @property
    def message(self) -> str:
        return "This is the code of no gift card that can pay here."


@dataclass(eq=False)
class GiftCardTooLow(Refusal):
    """There is less on the card than it is to pay."""

    code = "GIFT_CARD_TOO_LOW"
    available: Money

    @property
    def message(self) -> str:
        return f"{self.available} is left on this gift card."


# Ports


class GiftCards(Protocol):
    async def lock(self, card_id: GiftCardId) -> GiftCard: ...
    async def find(self, card_id: GiftCardId) -> GiftCard:
        """The card as it is, not locked."""
        ...

    async def add(self, card: GiftCard) -> None: ...
    async def save(self, card: GiftCard) -> None:
        """Its state, its end and what has lapsed; what is held and spent is the database's to keep."""
        ...


class GiftCardUses(Protocol):
    async def of_order(self, order_id: UUID) -> Sequence[GiftCardUse]:
        """Locked; one of each card that pays for the order, in the order in which cards are locked."""
        ...

    async def add(self, use: GiftCardUse) -> None: ...
    async def save(self, use: GiftCardUse) -> None: ...


class Work(policy.Work, accounts.Work, wallet.Work, Protocol):
    @property
    def gift_cards(self) -> GiftCards: ...
    @property
    def gift_card_uses(self) -> GiftCardUses: ...
    @property
    def mint(self) -> Mint: ...


class GiftCardReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[GiftCard | None]: ...
    async def by_digest(self, digest: str) -> GiftCard | None: ...
    async def page(self, issued_by: AccountId, page: PageRequest) -> Page[GiftCard]:
        """What somebody has bought or issued, newest first."""
        ...


class GiftCardTexts(Protocol):
    def write(self, card_id: GiftCardId) -> str:
        """The code of a card, for whoever it is for."""
        ...


# Rules


def code_of(secret: bytes) -> str:
    """The code that a secret stands for: 16 characters, nearly 80 bits, which nobody finds by trying."""
    number = int.from_bytes(secret)
    letters = []
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[place])
    return "".join(letters)


def write_code(code: str) -> str:
    """A code as people read it: `GC-XXXX-XXXX-XXXX-XXXX`."""
    return "-".join(["GC", *re.findall(".{4}", code)])


def read_code(text: str) -> str | None:
    """The code that somebody typed; None for what can be none of ours."""
    if len(text) > CODE_TEXT_MAX:
        return None
    bare = re.sub(r"[\s-]", "", text.upper()).removeprefix("GC")
    return bare if len(bare) == CODE_LENGTH and set(bare) <= set(CODE_ALPHABET) else None


def digest_of(code: str) -> str:
    return mint.digest(code.encode())


def may_see(viewer: Viewer, card: GiftCard) -> bool:
    """Whoever has bought or issued it, finance and support; whoever has the code comes another way."""
    return viewer.account_id == card.issued_by or viewer.has(Role.FINANCE, Role.SUPPORT)


def path_of(place: int) -> tuple[str, ...]:
    """Where somebody has named the card of this place."""
    return ("tenders", "giftCards", str(place - 1))


def offered(card: GiftCard, place: int, amount: Money | None, currency: Currency, now: datetime) -> Gift:
    """A card to pay with in this currency; refuses one that can pay nothing."""
    require(card.pays(currency, now), GiftCardNotGood(path=(*path_of(place), "code")))
    return Gift(card.id, place, card.available, amount)


def check_count(cards: int) -> None:
    few = cards <= CARDS_MAX
    require(few, InvalidInput(f"{CARDS_MAX} gift cards at most pay for an order.", path=("tenders", "giftCards")))


def check_cards(gifts: Sequence[Gift]) -> None:
    """Each card once: what it has would be counted twice else."""
    seen: set[GiftCardId] = set()
    for gift in gifts:
        once = gift.card_id not in seen
        require(once, InvalidInput("Each gift card is named once.", path=(*path_of(gift.place), "code")))
        seen.add(gift.card_id)


def planned(gift: Gift, rest: Money) -> Money:
    """What a card pays of what is left to be paid: the amount that was named, or as much as it can."""
    if gift.amount is None:
        return max(min(gift.available, rest), Money.zero(rest.currency))
    path = (*path_of(gift.place), "amount")
    same = gift.amount.currency is rest.currency
    require(same, InvalidInput(f"This cart is in {rest.currency}.", path=path))
    require(gift.amount.minor > 0, InvalidInput("The amount is more than zero.", path=path))
    fits = gift.amount <= gift.available
    require(fits, GiftCardTooLow(gift.available, path=path))
    return gift.amount


# Steps; the order is locked, and its money posted, by the caller


async def take(work: Work, order_id: UUID, wanted: Sequence[Payment], *, paid: bool, now: datetime) -> None:
    """Set amounts of cards aside for an order, or spend them; refuses when one is not there any more."""
    state = GiftCardUseState.SPENT if paid else GiftCardUseState.HELD
    for one in sorted(wanted, key=lambda payment: payment.card_id):
        card = await work.gift_cards.lock(one.card_id)
        path = (*path_of(one.place), "code")
        require(card.pays(one.amount.currency, now), GiftCardNotGood(path=path))
        require(one.amount <= card.available, GiftCardTooLow(card.available, path=path))
        zero = Money.zero(one.amount.currency)
        use_id = GiftCardUseId(work.new.id())
        await work.gift_card_uses.add(GiftCardUse(use_id, card.id, order_id, one.place, one.amount, zero, state, now))


async def spend(work: Work, order_id: UUID) -> None:
    """The order that amounts were set aside for is paid."""
    for use in await work.gift_card_uses.of_order(order_id):
        assert use.state is GiftCardUseState.HELD, "what was set aside is spent once"
        use.state = GiftCardUseState.SPENT
        await work.gift_card_uses.save(use)


async def let_go(work: Work, order_id: UUID, now: datetime) -> None:
    """The order ended unpaid: what was set aside is on its cards again."""
    for use in await work.gift_card_uses.of_order(order_id):
        card = await work.gift_cards.lock(use.card_id)
        use.state = GiftCardUseState.RELEASED
        await work.gift_card_uses.save(use)
        await revive(work, card, now)


async def give_back(work: Work, order_id: UUID, back: Mapping[int, Money], now: datetime) -> None:
    """Parts of what was spent, by the place of their card, are on the same cards again, and on no others."""
    uses = {use.place: use for use in await work.gift_card_uses.of_order(order_id)}
    assert back.keys() <= uses.keys(), "only what was spent comes back"
    for use in uses.values():
        if use.place not in back:
            continue
        card = await work.gift_cards.lock(use.card_id)
        use.returned += back[use.place]
        if use.returned == use.amount:
            use.state = GiftCardUseState.RELEASED
        await work.gift_card_uses.save(use)
        await revive(work, card, now)


async def revive(work: Work, card: GiftCard, now: datetime) -> None:
    """What comes back to a card that is over, or nearly, can be spent for the days of grace of its terms."""
    if card.expires_at is None:
        return
    until = now + timedelta(days=card.grace_days)
    if until > card.expires_at:
        card.expires_at = until
        card.state = GiftCardState.ACTIVE
        work.outbox.append(Job("giftCardExpire", card.id, until))
    await work.gift_cards.save(card)


# Verbs


@dataclass(frozen=True, slots=True)
class IssueGiftCard:
    """`jurisdiction` is None for that of whoever issues it; `expected_version` is that of the pocket that pays.

    `dry_run` says that nothing of it will stay.
    """

    amount: Money
    source: GiftCardSource = GiftCardSource.CASH
    reason: str = ""
    jurisdiction: str | None = None
    expected_version: int | None = None
    dry_run: bool = False


async def issue(work: Work, viewer: Viewer, command: IssueGiftCard, *, now: datetime) -> GiftCardMade:
    """Somebody buys a card from their cash; finance or support gives one away, for a reason, from PROMOTION."""
    issuer = viewer.require_account()
    given_away = command.source is GiftCardSource.PROMOTION
    if given_away:
        viewer.require(Role.FINANCE, Role.SUPPORT)
    reason = line(command.reason, "reason") if given_away else perhaps(command.reason, "reason")
    person = await work.accounts.present(issuer)
    assert person is not None, "whoever asks has an account"
    own = command.jurisdiction in (None, person.jurisdiction)
    require(own or given_away, InvalidInput("A card follows the law of where you live.", path=("jurisdiction",)))
    version = await policy.current(work, PolicyKind.GIFT_CARD, now)
    terms = version.terms
    assert isinstance(terms, GiftCardTerms), "a policy of gift cards has their terms"
    check_amount(terms, command.amount)
    card = draft(work, issuer, command, terms, command.jurisdiction or person.jurisdiction, version.version, now)
    memo = f"Gift card {card.hint}" if not reason else f"Gift card {card.hint}, {reason}"
    paid_by = await payer(work, issuer, command)
    await work.gift_cards.add(card)
    await post(work, [paid_by, house(AccountKind.GIFT_CARDS, card.amount)], ("giftCard", card.id), now, memo)
    if card.expires_at is not None:
        work.outbox.append(Job("giftCardExpire", card.id, card.expires_at))
    said: dict[str, object] = {"amount": str(card.amount), "source": card.source, "reason": reason}
    work.events.append(Event("giftCard.issued", "giftCard", card.id, said, account_id=issuer))
    return GiftCardMade(card.id, now, tried=command.dry_run)


def check_amount(terms: GiftCardTerms, amount: Money) -> None:
    most = terms.highest(amount.currency)
    require(amount.minor > 0, InvalidInput("The amount is more than zero.", path=("amount",)))
    require(most is not None, InvalidInput("There are no gift cards in this currency.", path=("amount",)))
    assert most is not None, "looked at above"
    require(amount <= most, InvalidInput(f"A gift card is of {most} at most.", path=("amount",)))


async def payer(work: Work, issuer: AccountId, command: IssueGiftCard) -> Posting:
    """The other side of what is on the card."""
    if command.source is GiftCardSource.PROMOTION:
        check_version(command.expected_version, 0)
        return house(AccountKind.PROMOTION, -command.amount)
    pocket = await work.wallets.lock(issuer, command.amount.currency)
    check_version(command.expected_version, pocket.version)
    enough = command.amount <= pocket.cash
    require(enough, InsufficientFunds(AccountKind.CASH, pocket.cash, command.amount, path=("amount",)))
    return customer(issuer, AccountKind.CASH, -command.amount)


def draft(
    work: Work,
    issuer: AccountId,
    command: IssueGiftCard,
    terms: GiftCardTerms,
    jurisdiction: str,
    policy_version: int,
    now: datetime,
) -> GiftCard:
    card_id = GiftCardId(work.new.id())
    code = code_of(work.mint.secret(SECRET, card_id, 1))
    rule = terms.rule(jurisdiction)
    zero = Money.zero(command.amount.currency)
    return GiftCard(
        id=card_id,
        digest=digest_of(code),
        hint=code[-HINT_LENGTH:],
        currency=command.amount.currency,
        amount=command.amount,
        held=zero,
        spent=zero,
        lapsed=zero,
        source=command.source,
        state=GiftCardState.ACTIVE,
        jurisdiction=jurisdiction,
        policy_version=policy_version,
        grace_days=rule.grace_days,
        issued_by=issuer,
        issued_at=now,
        expires_at=None if rule.valid_days is None else now + timedelta(days=rule.valid_days),
    )


@dataclass(frozen=True, slots=True)
class ExpireGiftCard:
    card_id: GiftCardId


async def expire(work: Work, viewer: Viewer, command: ExpireGiftCard, *, now: datetime) -> GiftCard:
    """The house lets what is left on a card lapse, into BREAKAGE; one whose time is not over stays as it is."""
    viewer.require(Role.SYSTEM)
    card = await work.gift_cards.lock(command.card_id)
    due = card.state is GiftCardState.ACTIVE and card.expires_at is not None and card.expires_at <= now
    if not due:
        return card
    left = card.available
    card.state = GiftCardState.EXPIRED
    card.lapsed += left
    await work.gift_cards.save(card)
    if left:
        postings = [house(AccountKind.GIFT_CARDS, -left), house(AccountKind.BREAKAGE, left)]
        await post(work, postings, ("giftCard", card.id), now, f"Gift card {card.hint} lapsed")
    said = {"amount": str(left)}
    work.events.append(Event("giftCard.expired", "giftCard", card.id, said, account_id=card.issued_by))
    return card
