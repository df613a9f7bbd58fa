"""One of one: a piece has one claim, and whoever holds it alone may buy. New goods are reserved by quantity instead.

Cart, bundle, trade-in, partner channel and shop sale all take the same claim. It lapses by itself, and its token only
goes up, so that a step which comes too late is told apart from the one that holds the piece now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import listing as listings
from domain.event import Event
from domain.listing import Listing, ListingId
from domain.piece import PieceId
from domain.refusal import NotFound, Refusal, require
from domain.viewer import Role, Viewer
from domain.work import Job

ReservationId = NewType("ReservationId", UUID)

CLAIM_TTL = timedelta(minutes=15)
"""How long a cart keeps what is in it from others."""


# Nouns


class ClaimPurpose(StrEnum):
    """Which way to the next owner the piece is kept for."""

    CART = "CART"
    BUNDLE = "BUNDLE"
    TRADE_IN = "TRADE_IN"
    PARTNER = "PARTNER"
    SHOP = "SHOP"


@dataclass(slots=True)
class Claim:
    """The one claim of a piece. `holder` is whom or what it is kept for: a buyer, an order, an offer.

    The row outlives every holder: `token` counts how often the piece was claimed, and goes down never.
    """

    piece_id: PieceId
    token: int
    holder: UUID
    purpose: ClaimPurpose
    taken_at: datetime
    expires_at: datetime
    ended: bool = False

    def stands(self, token: int, now: datetime) -> bool:
        """Whether this token still holds the piece."""
        return self.token == token and not self.ended and now < self.expires_at


@dataclass(slots=True)
class Reservation:
    """Some of a listing's stock, set aside until `expires_at`; the listing counts it in what is reserved."""

    id: ReservationId
    listing_id: ListingId
    holder: UUID
    quantity: int
    expires_at: datetime
    version: int = 1


# Refusals


@dataclass(eq=False)
class ClaimTaken(Refusal):
    """Somebody else has the piece in hand; it may come free when their time is up."""

    code = "CLAIM_TAKEN"
    free_at: datetime

    @property
    def message(self) -> str:
        return f"Somebody else holds this piece. It may be free again at {self.free_at:%H:%M:%S} UTC."


@dataclass(eq=False)
class ClaimLapsed(Refusal):
    """The caller's time with the piece is over; somebody else may hold it now."""

    code = "CLAIM_LAPSED"
    piece_id: PieceId

    @property
    def message(self) -> str:
        return "The time to buy this piece is over. Put it in the cart again, if it is still there."


# Ports


class Claims(Protocol):
    async def take(self, claim: Claim) -> Claim | None:
        """Take the piece in one statement unless a live claim stands;

        answers with the claim and its new token, or None. The `token` of the argument is not looked at.
        """
        ...

    async def lock(self, piece_id: PieceId) -> Claim: ...

    async def lock_all(self, piece_ids: Iterable[PieceId]) -> Mapping[PieceId, Claim]:
        """The claims of those pieces that were ever claimed, locked in id order."""
        ...

    async def find(self, piece_id: PieceId) -> Claim | None:
        """The claim as it is, not locked."""
        ...

    async def save(self, claim: Claim) -> None: ...


class Reservations(Protocol):
    async def of_holder(self, holder: UUID, listing_id: ListingId | None = None) -> Sequence[Reservation]:
        """What a holder has set aside, of one listing or of all, locked in id order."""
        ...

    async def lapsed(self, listing_id: ListingId, now: datetime) -> Sequence[Reservation]:
        """The reservations of a listing whose time is up, locked in id order."""
        ...

    async def add(self, reservation: Reservation) -> None: ...
    async def save(self, reservation: Reservation) -> None: ...
    async def remove(self, reservation: Reservation) -> None: ...


class Work(listings.Work, Protocol):
    @property
    def claims(self) -> Claims: ...
    @property
    def reservations(self) -> Reservations: ...


class ClaimReader(Protocol):
    async def by_pieces(self, piece_ids: Sequence[UUID]) -> Sequence[Claim | None]: ...


# Steps that every way to the next owner builds on; they authorise nothing


async def take(
    work: Work, piece_id: PieceId, *, holder: UUID, purpose: ClaimPurpose, ttl: timedelta = CLAIM_TTL, now: datetime
) -> Claim:
    """Claim a piece; refuses while another claim stands.

    Check the listing after this: only now it can not change any more.
    """
    wanted = Claim(PieceId(piece_id), 0, holder, purpose, now, now + ttl)
    taken = await work.claims.take(wanted)
    if taken is None:
        standing = await work.claims.find(piece_id)
        assert standing is not None, "a claim that was in the way is there"
        raise ClaimTaken(standing.expires_at, path=("listingId",))
    work.events.append(Event("claim.taken", "piece", piece_id, {"purpose": purpose, "token": taken.token}))
    work.outbox.append(Job("claimExpire", piece_id, taken.expires_at))
    return taken


async def check_free(work: Work, piece_id: PieceId, *, but_for: UUID, now: datetime) -> None:
    """Refuse at a glance while somebody else's claim stands.

    To try and take it would lock the row, and a crowd that comes for one piece would wait in a line to be told no.
    """
    standing = await work.claims.find(piece_id)
    if standing is not None and standing.holder != but_for and standing.stands(standing.token, now):
        raise ClaimTaken(standing.expires_at, path=("listingId",))


async def present(work: Work, tokens: Mapping[PieceId, int], now: datetime) -> Sequence[Claim]:
    """Show the tokens: the claims that they stand for, locked in id order; refuses when one is stale."""
    claims = await work.claims.lock_all(tokens)
    for piece_id, token in tokens.items():
        require(piece_id in claims and claims[piece_id].stands(token, now), ClaimLapsed(piece_id))
    return list(claims.values())


async def hold_on(
    work: Work, tokens: Mapping[PieceId, int], *, holder: UUID, until: datetime, now: datetime
) -> Sequence[Claim]:
    """Whoever still holds all the pieces keeps them until then, as `holder`; refuses a stale token.

    The tokens stay the same, for the pieces do not change hands.
    """
    claims = await present(work, tokens, now)
    for claim in claims:
        claim.holder, claim.expires_at = holder, max(claim.expires_at, until)
        await work.claims.save(claim)
        work.outbox.append(Job("claimExpire", claim.piece_id, claim.expires_at))
    return claims


async def drop(work: Work, tokens: Mapping[PieceId, int], now: datetime) -> None:
    """Let the pieces go; a claim that somebody else has taken since stays theirs."""
    for claim in (await work.claims.lock_all(tokens)).values():
        if claim.token == tokens[claim.piece_id] and not claim.ended:
            claim.ended, claim.expires_at = True, min(claim.expires_at, now)
            await work.claims.save(claim)


async def set_aside(
    work: Work, listing: Listing, quantity: int, *, holder: UUID, ttl: timedelta = CLAIM_TTL, now: datetime
) -> Reservation:
    """Reserve some of a locked listing's stock; what lapsed goes back first."""
    for lapsed in await work.reservations.lapsed(listing.id, now):
        listings.release(listing, lapsed.quantity)
        await work.reservations.remove(lapsed)
    listings.reserve(listing, quantity)
    reservation = Reservation(ReservationId(work.new.id()), listing.id, holder, quantity, now + ttl)
    await work.reservations.add(reservation)
    await listings.keep(work, listing, "reserved")
    work.outbox.append(Job("stockReservationExpire", listing.id, reservation.expires_at))
    return reservation


# Verbs


@dataclass(frozen=True, slots=True)
class ExpireClaim:
    piece_id: PieceId


async def expire_claim(work: Work, viewer: Viewer, command: ExpireClaim, *, now: datetime) -> Claim:
    """The house tells that a claim lapsed; one that was taken again, or prolonged, stays as it is."""
    viewer.require(Role.SYSTEM)
    claim = await work.claims.lock(command.piece_id)
    if not claim.ended and claim.expires_at <= now:
        claim.ended = True
        await work.claims.save(claim)
        work.events.append(Event("claim.lapsed", "piece", claim.piece_id, {"token": claim.token}))
    return claim


@dataclass(frozen=True, slots=True)
class ExpireReservations:
    listing_id: ListingId


async def expire_reservations(work: Work, viewer: Viewer, command: ExpireReservations, *, now: datetime) -> Listing:
    """The house gives stock back whose time is up."""
    viewer.require(Role.SYSTEM)
    listing = await work.listings.lock(command.listing_id)
    require(listing.piece_id is None, NotFound("Listing", command.listing_id))
    lapsed = await work.reservations.lapsed(listing.id, now)
    for reservation in lapsed:
        listings.release(listing, reservation.quantity)
        await work.reservations.remove(reservation)
    if lapsed:
        await listings.keep(work, listing, "released")
    return listing
