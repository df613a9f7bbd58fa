"""Who is asking.

`app/auth.py` makes a Viewer; what a viewer may do is decided by the opening lines of verbs and by readers.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType
from uuid import UUID

from domain.refusal import NotAllowed

AccountId = NewType("AccountId", UUID)


class Role(StrEnum):
    """What a member of staff, a customer or a machine of the house may be."""

    CUSTOMER = "CUSTOMER"
    APPRAISER = "APPRAISER"
    MERCHANDISER = "MERCHANDISER"
    FINANCE = "FINANCE"
    SUPPORT = "SUPPORT"
    SHOP_ASSOCIATE = "SHOP_ASSOCIATE"
    MEDICAL = "MEDICAL"
    SUPPLIER = "SUPPLIER"
    PARTNER = "PARTNER"
    ADMIN = "ADMIN"
    SYSTEM = "SYSTEM"


STAFF = frozenset(Role) - {Role.CUSTOMER, Role.SUPPLIER, Role.PARTNER}
OUTSIDE = frozenset({Role.CUSTOMER, Role.PARTNER})
"""What even an admin is only by being it."""


class Scope(StrEnum):
    """What an API key may do in the name of its account; a key with none of them is a stranger with a name."""

    API_KEY_ROTATE = "API_KEY_ROTATE"
    BOOKINGS_READ = "BOOKINGS_READ"
    BOOKINGS_WRITE = "BOOKINGS_WRITE"
    CONSIGNMENTS_READ = "CONSIGNMENTS_READ"
    CONSIGNMENTS_WRITE = "CONSIGNMENTS_WRITE"
    ORDERS_READ = "ORDERS_READ"
    ORDERS_WRITE = "ORDERS_WRITE"


@dataclass(frozen=True, slots=True)
class HeldKey:
    """The API key of a request: whose it is, and what it may do for them."""

    id: UUID
    account_id: AccountId
    roles: frozenset[Role]
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Viewer:
    """The caller of one operation; anonymous when it has no account. ADMIN counts as every staff role.

    Whoever comes with an API key is nobody until an operation is within its scopes, and its account for just that one.
    """

    account_id: AccountId | None = None
    roles: frozenset[Role] = frozenset()
    locale: str = "en"
    session_id: UUID | None = None
    key: HeldKey | None = None

    @property
    def is_stranger(self) -> bool:
        """Whether nothing is known of who it is, so that they see what everybody sees."""
        return self.account_id is None and not self.roles

    @property
    def is_staff(self) -> bool:
        return bool(self.roles & STAFF)

    def has(self, *roles: Role) -> bool:
        return bool(self.roles.intersection(roles)) or (Role.ADMIN in self.roles and OUTSIDE.isdisjoint(roles))

    def require(self, *roles: Role) -> None:
        """Refuse unless the viewer has one of these roles."""
        if not self.has(*roles):
            raise NotAllowed(" or ".join(role.replace("_", " ").lower() for role in roles) + " rights")

    def require_account(self) -> AccountId:
        """The viewer's own account; refuse strangers."""
        if self.account_id is None:
            raise NotAllowed("you to sign in" if self.key is None else "an API key with a scope for it")
        return self.account_id

    def by_key(self) -> "Viewer":
        """The account of the viewer's API key, in its name."""
        assert self.key is not None, "only a key stands for an account"
        return Viewer(self.key.account_id, self.key.roles, self.locale, key=self.key)


ANONYMOUS = Viewer()
HOUSE = Viewer(roles=frozenset({Role.SYSTEM}))
"""The house itself, as jobs and signed webhooks act."""
