"""Identities: who somebody is to another issuer of tokens, and which account here is theirs."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType, Protocol
from uuid import UUID

from domain import account
from domain.account import GRANTABLE, Account, IdentityLevel, check_email, lock_present
from domain.event import Event
from domain.localized import Locale
from domain.money import Currency
from domain.refusal import InvalidInput, NotAllowed, NotFound, require
from domain.text import line
from domain.viewer import AccountId, Role, Viewer

IdentityId = NewType("IdentityId", UUID)

ISSUER_LENGTH_MAX = 200
SUBJECT_LENGTH_MAX = 255


# Nouns


@dataclass(slots=True)
class Identity:
    """One subject of one issuer is one account; `seen_at` is when the newest token was made that said its roles."""

    id: IdentityId
    issuer: str
    subject: str
    account_id: AccountId
    linked_at: datetime
    seen_at: datetime
    linked_by: AccountId | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Known:
    """Whose identity it is, and with which roles, as the house knows it now."""

    account_id: AccountId
    roles: frozenset[Role]
    seen_at: datetime


# Ports


class Identities(Protocol):
    async def lock(self, identity_id: IdentityId) -> Identity: ...
    async def save(self, identity: Identity) -> None: ...

    async def add_new(self, identity: Identity) -> bool:
        """Add it unless this subject has an account, or this account a subject of this issuer; False then."""
        ...

    async def of_subject(self, issuer: str, subject: str) -> Identity | None: ...

    async def remove(self, account_id: AccountId, issuer: str) -> bool:
        """Forget who an account is to an issuer; False when that was not known."""
        ...


class Work(account.Work, Protocol):
    @property
    def identities(self) -> Identities: ...


class IdentityReader(Protocol):
    async def known(self, issuer: str, subject: str) -> Known | None:
        """None also for an account that was erased."""
        ...


# Verbs


@dataclass(frozen=True, slots=True)
class Recognise:
    """What a token says whose signature was checked.

    `email` is None unless the issuer has verified it. Of the roles in `governed` the account has those in `roles`.
    """

    issuer: str
    subject: str
    email: str | None
    name: str
    issued_at: datetime
    governed: tuple[Role, ...] = ()
    roles: tuple[Role, ...] = ()
    opens_accounts: bool = True


async def recognise(work: Work, viewer: Viewer, command: Recognise, *, now: datetime) -> Known:
    """The account of a subject, opened at the first sight of it, with the roles that its issuer gives it by now.

    An account is never found by its email: whoever wrote that down first need not be the person it belongs to.
    """
    viewer.require(Role.SYSTEM)
    identity = await work.identities.of_subject(command.issuer, command.subject)
    if identity is None:
        identity = await open_account(work, command, now)
    owner = await lock_present(work, identity.account_id)
    identity = await work.identities.lock(identity.id)
    wanted = wanted_roles(owner, command)
    if command.issued_at > identity.seen_at:
        identity.seen_at = command.issued_at
        await work.identities.save(identity)
        if set(wanted) != set(owner.roles):
            owner.roles = wanted
            await work.accounts.save(owner)
            told = {"roles": list(wanted), "issuer": command.issuer}
            work.events.append(Event("account.rolesMapped", "account", owner.id, told, account_id=owner.id))
    return Known(owner.id, frozenset(owner.roles), identity.seen_at)


def wanted_roles(owner: Account, command: Recognise) -> tuple[Role, ...]:
    """What the account is beside, and of what its issuer decides on, what it says; never the house itself."""
    kept = [role for role in owner.roles if role not in command.governed]
    given = [role for role in command.roles if role in command.governed and role in GRANTABLE]
    return tuple(dict.fromkeys([*kept, *given]))


async def open_account(work: Work, command: Recognise, now: datetime) -> Identity:
    """A new account for a new subject; of many who come at once one opens it."""
    require(
        command.opens_accounts and command.email is not None,
        NotAllowed("an admin to link this identity to an account, or an email that its issuer has verified"),
    )
    assert command.email is not None
    owner = Account(
        id=AccountId(work.new.id()),
        email=check_email(command.email),
        name=line(command.name, "name"),
        roles=(Role.CUSTOMER,),
        identity_level=IdentityLevel.UNVERIFIED,
        locale=Locale.EN,
        currency=Currency.EUR,
        jurisdiction="FR",
        created_at=now,
    )
    identity = Identity(IdentityId(work.new.id()), command.issuer, command.subject, owner.id, now, command.issued_at)
    if await work.accounts.add_new(owner):
        identity.seen_at = datetime.fromtimestamp(0, now.tzinfo)
        if await work.identities.add_new(identity):
            work.events.append(Event("account.registered", "account", owner.id, account_id=owner.id))
            return identity
    found = await work.identities.of_subject(command.issuer, command.subject)
    if found is None:
        raise NotAllowed("an admin to link this identity: there is an account with its email already")
    return found


@dataclass(frozen=True, slots=True)
class Link:
    account_id: AccountId
    issuer: str
    subject: str


async def link(work: Work, viewer: Viewer, command: Link, *, now: datetime) -> Account:
    """An admin says that a subject of an issuer is this person; from then on its tokens speak for the account."""
    viewer.require(Role.ADMIN)
    issuer = line(command.issuer, "issuer", longest=ISSUER_LENGTH_MAX)
    subject = line(command.subject, "subject", longest=SUBJECT_LENGTH_MAX)
    owner = await lock_present(work, command.account_id)
    never = datetime.fromtimestamp(0, now.tzinfo)
    identity = Identity(
        IdentityId(work.new.id()), issuer, subject, owner.id, now, never, linked_by=viewer.require_account()
    )
    if not await work.identities.add_new(identity):
        known = await work.identities.of_subject(issuer, subject)
        ours = known is not None and known.account_id == owner.id
        require(
            ours, InvalidInput("This subject has an account, or this account a subject already.", path=("subject",))
        )
        return owner
    work.events.append(Event("account.identityLinked", "account", owner.id, {"issuer": issuer}, account_id=owner.id))
    return owner


@dataclass(frozen=True, slots=True)
class Unlink:
    account_id: AccountId
    issuer: str


async def unlink(work: Work, viewer: Viewer, command: Unlink, *, now: datetime) -> Account:
    """An admin takes the link away again; every token of that person is over, for some were its issuer's."""
    viewer.require(Role.ADMIN)
    owner = await lock_present(work, command.account_id)
    require(
        await work.identities.remove(owner.id, command.issuer.strip()),
        NotFound("Identity", command.issuer, path=("issuer",)),
    )
    owner.end_tokens(now)
    await work.accounts.save(owner)
    told = {"issuer": command.issuer.strip()}
    work.events.append(Event("account.identityUnlinked", "account", owner.id, told, account_id=owner.id))
    return owner
