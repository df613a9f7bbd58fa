"""People: one account buys and sells; staff have roles on theirs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from domain import work as unit
from domain.event import Event
from domain.localized import Locale
from domain.money import Currency
from domain.page import Page, PageRequest
from domain.refusal import InvalidInput, NotAllowed, NotFound, Refusal, require
from domain.text import line
from domain.viewer import STAFF, AccountId, Role, Viewer
from domain.work import check_version

PASSWORD_LENGTH = range(10, 201)
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
EMAIL_LENGTH_MAX = 254
COUNTRY = re.compile("[A-Z]{2}")

GRANTABLE = frozenset(Role) - {Role.SYSTEM}


# Nouns


class IdentityLevel(StrEnum):
    """How well the house knows who somebody is; a payout needs VERIFIED."""

    UNVERIFIED = "UNVERIFIED"
    VERIFIED = "VERIFIED"


class DocumentKind(StrEnum):
    """What somebody showed to say who they are."""

    PASSPORT = "PASSPORT"
    ID_CARD = "ID_CARD"
    RESIDENCE_PERMIT = "RESIDENCE_PERMIT"
    DRIVING_LICENCE = "DRIVING_LICENCE"


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """Who of the house saw which document, and when; no number and no copy of it is kept."""

    document: DocumentKind
    country: str
    checked_by: AccountId
    checked_at: datetime


@dataclass(slots=True)
class Account:
    """A person; `erased_at` marks one whose personal data is gone while its journals stay.

    Tokens carry the `token_epoch` of their making: a higher one here ends them all, and `signed_out_at` says since
    when, for those that other issuers made.
    """

    id: AccountId
    email: str
    name: str
    roles: tuple[Role, ...]
    identity_level: IdentityLevel
    locale: Locale
    currency: Currency
    jurisdiction: str
    created_at: datetime
    identity_check: IdentityCheck | None = None
    erased_at: datetime | None = None
    token_epoch: int = 0
    signed_out_at: datetime | None = None
    version: int = 1

    def end_tokens(self, now: datetime) -> None:
        """Every token that there is by now is over: ours by the epoch, those of other issuers by this moment."""
        self.token_epoch += 1
        self.signed_out_at = now

    @property
    def is_staff(self) -> bool:
        return bool(STAFF.intersection(self.roles))


@dataclass(slots=True)
class Credential:
    """How an account signs in; apart from the account, so that no answer or export ever carries it."""

    id: AccountId
    password_hash: str
    changed_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """What a token of an account may be worth right now; `ended` are sessions whose tokens may not have run out yet."""

    roles: frozenset[Role]
    token_epoch: int
    signed_out_at: datetime | None = None
    ended: frozenset[UUID] = frozenset()


class DealKind(StrEnum):
    """What keeps an account from being erased."""

    WALLET = "WALLET"
    RECEIVABLE = "RECEIVABLE"
    PAYOUT = "PAYOUT"
    CONSIGNMENT = "CONSIGNMENT"
    SETTLEMENT = "SETTLEMENT"
    ORDER = "ORDER"
    PAYMENT = "PAYMENT"
    BOOKING = "BOOKING"
    SUPPLIER = "SUPPLIER"
    GOODS_RETURN = "GOODS_RETURN"
    TRADE_IN = "TRADE_IN"
    APPRAISAL = "APPRAISAL"
    APPOINTMENT = "APPOINTMENT"
    STAFF_ROLE = "STAFF_ROLE"


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """Something that is not over yet; `note` says where it stands."""

    kind: DealKind
    note: str


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts: all that match everything given."""

    email_prefix: str | None = None
    role: Role | None = None
    identity_level: IdentityLevel | None = None


# Refusals


@dataclass(eq=False)
class EmailTaken(Refusal):
    """Somebody has an account with this email already."""

    code = "EMAIL_TAKEN"

    @property
    def message(self) -> str:
        return "There is an account with this email: sign in instead."


@dataclass(eq=False)
class ErasureBlocked(Refusal):
    """The account holds money or is part of deals that are not over."""

    code = "ERASURE_BLOCKED"
    deals: tuple[OpenDeal, ...]

    @property
    def message(self) -> str:
        kinds = ", ".join(dict.fromkeys(deal.kind.replace("_", " ").lower() for deal in self.deals))
        return f"The account can be erased once nothing is open any more: {kinds}."


# Rules


def check_email(email: str) -> str:
    """An address as it is written to; two that differ by case alone are one person's."""
    email = email.strip()
    require(
        len(email) <= EMAIL_LENGTH_MAX and EMAIL.fullmatch(email) is not None,
        InvalidInput("An email has the form name@example.com.", path=("email",)),
    )
    return email


def check_password(password: str) -> str:
    require(
        len(password) in PASSWORD_LENGTH,
        InvalidInput("A password has 10 to 200 characters.", path=("password",)),
    )
    return password


def check_country(country: str, *path: str) -> str:
    require(COUNTRY.fullmatch(country) is not None, InvalidInput("Two capital letters by ISO 3166-1.", path=path))
    return country


def may_see(viewer: Viewer, account_id: UUID) -> bool:
    """What is personal is for the person, not for a key that acts for them."""
    return (viewer.account_id == account_id and viewer.key is None) or viewer.has(Role.SUPPORT, Role.FINANCE)


# Ports


class Accounts(Protocol):
    async def lock(self, account_id: AccountId) -> Account: ...
    async def add(self, account: Account) -> None: ...
    async def save(self, account: Account) -> None: ...

    async def add_new(self, account: Account) -> bool:
        """Add it unless its email is taken; False when it is."""
        ...

    async def present(self, account_id: AccountId) -> Account | None:
        """The account unless it was erased, which it can not be while this transaction lasts."""
        ...


class Credentials(Protocol):
    async def add(self, credential: Credential) -> None: ...


class Dealings(Protocol):
    """What an account has to do with everything else in the house."""

    async def open_of(self, account_id: AccountId) -> Sequence[OpenDeal]:
        """Money and deals that are not over."""
        ...

    async def forget(self, account_id: AccountId, email: str) -> None:
        """Blank everything personal that is kept outside the account itself."""
        ...


class Work(unit.Work, Protocol):
    @property
    def accounts(self) -> Accounts: ...
    @property
    def credentials(self) -> Credentials: ...
    @property
    def dealings(self) -> Dealings: ...


class AccountReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Account | None]: ...
    async def by_email(self, email: str) -> Account | None: ...
    async def credential(self, email: str) -> Credential | None: ...
    async def standing(self, account_id: UUID) -> Standing | None:
        """None for an account that does not exist or was erased."""
        ...

    async def page(self, wanted: AccountFilter, page: PageRequest) -> Page[Account]: ...


class PersonalReader(Protocol):
    async def personal(self, account_id: AccountId) -> dict[str, Any]:
        """Everything personal that is kept, by table, as JSON values."""
        ...


class Passwords(Protocol):
    """Slow on purpose, and therefore never inside a transaction."""

    async def hash(self, email: str, password: str) -> str:
        """The same for the same email and password in this house, so that a retry says the same."""
        ...

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password; takes as long when there is no hash to compare with."""
        ...

    def proof(self, email: str, password: str) -> str:
        """Stands for the two in a fingerprint; without the house's secret it can not be guessed from."""
        ...


# Verbs


@dataclass(frozen=True, slots=True)
class Registration:
    """What a stranger sends; it never reaches a transaction, for the password does not."""

    email: str
    name: str
    password: str = field(repr=False)
    locale: Locale = Locale.EN
    currency: Currency = Currency.EUR
    jurisdiction: str = "FR"


@dataclass(frozen=True, slots=True)
class Register:
    """Open an account."""

    email: str
    name: str
    password_hash: str = field(repr=False)
    locale: Locale
    currency: Currency
    jurisdiction: str


async def register(work: Work, viewer: Viewer, command: Register, *, now: datetime) -> Account:
    """A stranger becomes a customer who can buy and sell; a payout needs an identity check first."""
    account = Account(
        id=AccountId(work.new.id()),
        email=check_email(command.email),
        name=line(command.name, "name"),
        roles=(Role.CUSTOMER,),
        identity_level=IdentityLevel.UNVERIFIED,
        locale=command.locale,
        currency=command.currency,
        jurisdiction=check_country(command.jurisdiction, "jurisdiction"),
        created_at=now,
    )
    require(await work.accounts.add_new(account), EmailTaken(path=("email",)))
    await work.credentials.add(Credential(account.id, command.password_hash, now))
    work.events.append(Event("account.registered", "account", account.id, account_id=account.id))
    return account


@dataclass(frozen=True, slots=True)
class Update:
    """Change what is not None."""

    name: str | None = None
    locale: Locale | None = None
    currency: Currency | None = None
    expected_version: int | None = None


async def update(work: Work, viewer: Viewer, command: Update, *, now: datetime) -> Account:
    """People change how they are called, what they read and which currency they think in."""
    account = await work.accounts.lock(viewer.require_account())
    check_version(command.expected_version, account.version)
    account.name = account.name if command.name is None else line(command.name, "name")
    account.locale = command.locale or account.locale
    account.currency = command.currency or account.currency
    await work.accounts.save(account)
    work.events.append(Event("account.updated", "account", account.id, account_id=account.id))
    return account


@dataclass(frozen=True, slots=True)
class VerifyIdentity:
    """Say that a person showed a document."""

    account_id: AccountId
    document: DocumentKind
    country: str
    expected_version: int | None = None


async def verify_identity(work: Work, viewer: Viewer, command: VerifyIdentity, *, now: datetime) -> Account:
    """Support saw somebody's document, never one's own; a later check replaces the one before."""
    viewer.require(Role.SUPPORT)
    checker = viewer.require_account()
    require(command.account_id != checker, NotAllowed("somebody else to look at your document"))
    account = await lock_present(work, command.account_id)
    check_version(command.expected_version, account.version)
    country = check_country(command.country, "documentCountry")
    account.identity_level = IdentityLevel.VERIFIED
    account.identity_check = IdentityCheck(command.document, country, checker, now)
    await work.accounts.save(account)
    work.events.append(
        Event("account.identityVerified", "account", account.id, {"document": command.document}, account_id=account.id)
    )
    return account


@dataclass(frozen=True, slots=True)
class GrantRole:
    account_id: AccountId
    role: Role
    expected_version: int | None = None


async def grant_role(work: Work, viewer: Viewer, command: GrantRole, *, now: datetime) -> Account:
    """An admin gives a role; it counts from the next sign-in. One that is there already stays."""
    viewer.require(Role.ADMIN)
    require(command.role in GRANTABLE, InvalidInput("This role belongs to the house itself.", path=("role",)))
    account = await lock_present(work, command.account_id)
    check_version(command.expected_version, account.version)
    if command.role not in account.roles:
        account.roles = (*account.roles, command.role)
        await work.accounts.save(account)
        work.events.append(
            Event("account.roleGranted", "account", account.id, {"role": command.role}, account_id=account.id)
        )
    return account


@dataclass(frozen=True, slots=True)
class RevokeRole:
    account_id: AccountId
    role: Role
    expected_version: int | None = None


async def revoke_role(work: Work, viewer: Viewer, command: RevokeRole, *, now: datetime) -> Account:
    """An admin takes a role away, which ends every session of that person; nobody takes one's own ADMIN away."""
    viewer.require(Role.ADMIN)
    own = viewer.account_id == command.account_id
    require(not (own and command.role is Role.ADMIN), NotAllowed("another admin to take your ADMIN role away"))
    account = await lock_present(work, command.account_id)
    check_version(command.expected_version, account.version)
    if command.role in account.roles:
        account.roles = tuple(role for role in account.roles if role is not command.role)
        account.end_tokens(now)
        await work.accounts.save(account)
        work.events.append(
            Event("account.roleRevoked", "account", account.id, {"role": command.role}, account_id=account.id)
        )
    return account


@dataclass(frozen=True, slots=True)
class Erase:
    """`account_id` is None for the viewer's own."""

    account_id: AccountId | None = None
    expected_version: int | None = None


async def erase(work: Work, viewer: Viewer, command: Erase, *, now: datetime) -> Account:
    """A person's data goes; what they bought, sold and were paid stays in journals that name nobody.

    Owners erase themselves, support does it for them; every session of theirs ends.
    """
    account_id = command.account_id or viewer.require_account()
    require(
        viewer.account_id == account_id or viewer.has(Role.SUPPORT),
        NotFound("Account", account_id, path=("accountId",)),
    )
    account = await lock_present(work, account_id)
    check_version(command.expected_version, account.version)
    deals = tuple(await work.dealings.open_of(account_id))
    if account.is_staff:
        roles = ", ".join(sorted(STAFF.intersection(account.roles)))
        deals = (*deals, OpenDeal(DealKind.STAFF_ROLE, roles))
    require(not deals, ErasureBlocked(deals))
    await work.dealings.forget(account_id, account.email)
    account.email = f"erased+{account_id.hex}@erased.invalid"
    account.name = "Erased"
    account.roles = ()
    account.identity_level = IdentityLevel.UNVERIFIED
    account.identity_check = None
    account.erased_at = now
    account.end_tokens(now)
    await work.accounts.save(account)
    work.events.append(Event("account.erased", "account", account_id, account_id=account_id))
    return account


async def lock_present(work: Work, account_id: AccountId) -> Account:
    """An erased account is not there any more for anybody."""
    account = await work.accounts.lock(account_id)
    require(account.erased_at is None, NotFound("Account", account_id, path=("accountId",)))
    return account
