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
    ADMIN = "ADMIN"
    SYSTEM = "SYSTEM"


STAFF = frozenset(Role) - {Role.CUSTOMER}


@dataclass(frozen=True, slots=True)
class Viewer:
    """The caller of one operation; anonymous when it has no account. ADMIN counts as every staff role."""

    account_id: AccountId | None = None
    roles: frozenset[Role] = frozenset()
    locale: str = "en"

    @property
    def is_staff(self) -> bool:
        return bool(self.roles & STAFF)

    def has(self, *roles: Role) -> bool:
        return bool(self.roles.intersection(roles)) or (Role.ADMIN in self.roles and Role.CUSTOMER not in roles)

    def require(self, *roles: Role) -> None:
        """Refuse unless the viewer has one of these roles."""
        if not self.has(*roles):
            raise NotAllowed(" or ".join(role.replace("_", " ").lower() for role in roles) + " rights")

    def require_account(self) -> AccountId:
        """The viewer's own account; refuse strangers."""
        if self.account_id is None:
            raise NotAllowed("you to sign in")
        return self.account_id


ANONYMOUS = Viewer()
HOUSE = Viewer(roles=frozenset({Role.SYSTEM}))
"""The house itself, as jobs and signed webhooks act."""
