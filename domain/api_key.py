"""API keys: how a partner's machines come in, each with no more rights than its scopes name."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NewType, Protocol
from uuid import UUID

from domain import account, mint
from domain.event import Event
from domain.mint import Mint
from domain.page import Page, PageRequest
from domain.refusal import InvalidInput, NotAllowed, NotFound, Refusal, require
from domain.text import line
from domain.viewer import AccountId, Role, Scope, Viewer
from domain.work import check_version

ApiKeyId = NewType("ApiKeyId", UUID)

KEY_PREFIX = "cercle_"
PUBLIC_ID_LENGTH = 8
PUBLIC_ID = re.compile(f"[2-9A-HJ-NP-Z]{{{PUBLIC_ID_LENGTH}}}")
SECRET = "api key"
"""What the secret of a key is minted as."""

KEY_LENGTH_MAX = 100
NAME_LENGTH_MAX = 100
KEYS_MAX = 20
TTL_MAX = timedelta(days=366)
TTL_DEFAULT = timedelta(days=365)
OVERLAP_HOURS = range(169)
SECRET_SHOWN = timedelta(minutes=10)
"""How long the answer to a request that is sent again still has the secret."""

USE_NOTED_EVERY = timedelta(hours=1)

HOLDERS = frozenset({Role.PARTNER, Role.SUPPLIER})
"""Whose accounts may have keys; of all its roles a key carries these alone."""


# Nouns


@dataclass(slots=True)
class ApiKey:
    """What is kept of a key: its public part, and the SHA-256 of its secret, of the one before for a while too."""

    id: ApiKeyId
    account_id: AccountId
    public_id: str
    name: str
    scopes: tuple[Scope, ...]
    turn: int
    digest: str = field(repr=False)
    issued_by: AccountId
    issued_at: datetime
    expires_at: datetime
    rotated_at: datetime | None = None
    former_digest: str | None = field(default=None, repr=False)
    former_until: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None
    version: int = 1

    def lives(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at

    def opens(self, secret: bytes, now: datetime) -> bool:
        """Whether this secret is the key's, or was until lately."""
        if not self.lives(now):
            return False
        presented = mint.digest(secret).encode()
        if mint.same(presented, self.digest.encode()):
            return True
        former = self.former_digest if self.former_until is not None and now < self.former_until else None
        return former is not None and mint.same(presented, former.encode())

    def rotate(self, digest: str, overlap: timedelta, now: datetime) -> None:
        """A new secret, for as long as the key was made for; the one before goes on for the overlap, no other does."""
        ttl = self.expires_at - (self.rotated_at or self.issued_at)
        self.former_digest, self.former_until = (self.digest, now + overlap) if overlap else (None, None)
        self.digest = digest
        self.turn += 1
        self.rotated_at = now
        self.expires_at = now + ttl


@dataclass(frozen=True, slots=True)
class ApiKeySecret:
    """A key that was just made or rotated; the secret itself is made when it is read, and kept nowhere."""

    key_id: ApiKeyId
    public_id: str
    turn: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """What the text of a key says."""

    public_id: str
    secret: bytes = field(repr=False)


# Refusals


@dataclass(eq=False)
class TooManyKeys(Refusal):
    """The account has as many keys as it may have."""

    code = "TOO_MANY_KEYS"
    most: int

    @property
    def message(self) -> str:
        return f"An account has {self.most} keys at most: revoke one that is no longer used."


# Ports


class ApiKeys(Protocol):
    async def lock(self, key_id: ApiKeyId) -> ApiKey: ...
    async def add(self, key: ApiKey) -> None: ...
    async def save(self, key: ApiKey) -> None: ...

    async def living(self, account_id: AccountId, now: datetime) -> int:
        """How many keys of an account are neither revoked nor over."""
        ...

    async def note_use(self, key_id: ApiKeyId, now: datetime) -> None:
        """Remember that it was used, unless that was noted within the hour."""
        ...


class Work(account.Work, Protocol):
    @property
    def api_keys(self) -> ApiKeys: ...
    @property
    def mint(self) -> Mint: ...


class ApiKeyReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[ApiKey | None]: ...
    async def by_public_id(self, public_id: str) -> ApiKey | None: ...
    async def page(self, account_id: AccountId, page: PageRequest) -> Page[ApiKey]:
        """The keys of an account, those that are over too, the newest first."""
        ...


class KeyTexts(Protocol):
    def write(self, made: ApiKeySecret) -> str:
        """The text of a key, for its owner to keep."""
        ...


# Rules


def write_key(public_id: str, secret: bytes) -> str:
    return KEY_PREFIX + public_id + urlsafe_b64encode(secret).decode().rstrip("=")


def read_key(text: str) -> PresentedKey | None:
    """What the text of a key says; None for what can be none of ours."""
    public_id, encoded = text[len(KEY_PREFIX) :][:PUBLIC_ID_LENGTH], text[len(KEY_PREFIX) + PUBLIC_ID_LENGTH :]
    if len(text) > KEY_LENGTH_MAX or not text.startswith(KEY_PREFIX) or not PUBLIC_ID.fullmatch(public_id):
        return None
    try:
        secret = urlsafe_b64decode(encoded.encode("ascii") + b"=" * (-len(encoded) % 4))
    except ValueError:
        return None
    return PresentedKey(public_id, secret) if len(secret) == mint.SECRET_BYTES else None


def may_manage(viewer: Viewer, account_id: UUID) -> bool:
    """Partners look after their own keys, signed in as people; admins after everybody's. No key makes another."""
    own = viewer.account_id == account_id and viewer.key is None and bool(viewer.roles & HOLDERS)
    return own or viewer.has(Role.ADMIN)


def whose(viewer: Viewer, account_id: AccountId | None) -> AccountId:
    """The account whose keys are meant; it does not exist for whoever may not look after them."""
    wanted = account_id or viewer.require_account()
    if not may_manage(viewer, wanted):
        if account_id is None or account_id == viewer.account_id:
            raise NotAllowed("partner rights, without an API key")
        raise NotFound("Account", wanted, path=("accountId",))
    return wanted


def check_expiry(expires_at: datetime | None, now: datetime) -> datetime:
    wanted = expires_at or now + TTL_DEFAULT
    require(now < wanted <= now + TTL_MAX, InvalidInput("A key lasts a year at most.", path=("expiresAt",)))
    return wanted


# Verbs


@dataclass(frozen=True, slots=True)
class IssueKey:
    """`account_id` is None for the viewer's own; `expires_at` is None for a year from now."""

    name: str
    scopes: tuple[Scope, ...]
    account_id: AccountId | None = None
    expires_at: datetime | None = None


async def issue(work: Work, viewer: Viewer, command: IssueKey, *, now: datetime) -> ApiKeySecret:
    """A partner gets one more key; its account is locked, so that nobody gets too many at once."""
    account_id = whose(viewer, command.account_id)
    owner = await account.lock_present(work, account_id)
    require(
        not HOLDERS.isdisjoint(owner.roles),
        InvalidInput("Only partners and suppliers have API keys.", path=("accountId",)),
    )
    require(await work.api_keys.living(account_id, now) < KEYS_MAX, TooManyKeys(KEYS_MAX))
    key_id = ApiKeyId(work.new.id())
    key = ApiKey(
        id=key_id,
        account_id=account_id,
        public_id=work.new.code("K")[2:].replace("-", ""),
        name=line(command.name, "name", longest=NAME_LENGTH_MAX),
        scopes=tuple(sorted(set(command.scopes))),
        turn=1,
        digest=mint.digest(work.mint.secret(SECRET, key_id, 1)),
        issued_by=viewer.require_account(),
        issued_at=now,
        expires_at=check_expiry(command.expires_at, now),
    )
    await work.api_keys.add(key)
    told = {"publicId": key.public_id, "scopes": list(key.scopes)}
    work.events.append(Event("apiKey.issued", "apiKey", key.id, told, account_id=account_id))
    return ApiKeySecret(key.id, key.public_id, key.turn, now)


@dataclass(frozen=True, slots=True)
class RotateKey:
    """`overlap_hours` is how long the secret that is replaced stays good."""

    key_id: ApiKeyId
    overlap_hours: int = 24
    expected_version: int | None = None


async def rotate(work: Work, viewer: Viewer, command: RotateKey, *, now: datetime) -> ApiKeySecret:
    """A key gets another secret; a key with the scope does that for itself."""
    require(
        command.overlap_hours in OVERLAP_HOURS,
        InvalidInput("The former secret stays good for 0 to 168 hours.", path=("overlapHours",)),
    )
    key = await lock_own(work, viewer, command.key_id)
    check_version(command.expected_version, key.version)
    require(key.lives(now), InvalidInput("This key is over: issue another one.", path=("apiKeyId",)))
    secret = work.mint.secret(SECRET, key.id, key.turn + 1)
    key.rotate(mint.digest(secret), timedelta(hours=command.overlap_hours), now)
    await work.api_keys.save(key)
    work.events.append(Event("apiKey.rotated", "apiKey", key.id, {"turn": key.turn}, account_id=key.account_id))
    return ApiKeySecret(key.id, key.public_id, key.turn, now)


@dataclass(frozen=True, slots=True)
class RevokeKey:
    key_id: ApiKeyId
    expected_version: int | None = None


async def revoke(work: Work, viewer: Viewer, command: RevokeKey, *, now: datetime) -> ApiKey:
    """A key is over, the secret before it too. One that was revoked stays as it is."""
    key = await lock_own(work, viewer, command.key_id)
    check_version(command.expected_version, key.version)
    if key.revoked_at is None:
        key.revoked_at = now
        await work.api_keys.save(key)
        work.events.append(Event("apiKey.revoked", "apiKey", key.id, account_id=key.account_id))
    return key


@dataclass(frozen=True, slots=True)
class NoteUse:
    key_id: ApiKeyId


async def note_use(work: Work, viewer: Viewer, command: NoteUse, *, now: datetime) -> None:
    """The house remembers when a key was last used, to the hour."""
    viewer.require(Role.SYSTEM)
    await work.api_keys.note_use(command.key_id, now)


async def lock_own(work: Work, viewer: Viewer, key_id: ApiKeyId) -> ApiKey:
    """The key, for whoever may look after it, and for the key itself where the scope lets it."""
    key = await work.api_keys.lock(key_id)
    itself = viewer.key is not None and viewer.key.id == key.id and Scope.API_KEY_ROTATE in viewer.key.scopes
    require(itself or may_manage(viewer, key.account_id), NotFound("ApiKey", key_id))
    return key
