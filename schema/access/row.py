"""What a row of the table says: who may ask a field, and what of that an API key may."""

from dataclasses import dataclass

from domain.refusal import NotAllowed
from domain.viewer import STAFF, Role, Scope, Viewer

NOBODY: frozenset[Role] = frozenset()
ALL_STAFF = STAFF - {Role.SYSTEM}


@dataclass(frozen=True, slots=True)
class Access:
    """`roles` may whatever it is about; `concerned` names who else may, where it concerns them.

    An API key may what its account may, where one of its scopes is among these; where everybody may, so may it.
    """

    everybody: bool = False
    signed_in: bool = False
    roles: frozenset[Role] = NOBODY
    concerned: str = ""
    scopes: frozenset[Scope] = frozenset()

    def lets(self, viewer: Viewer) -> bool:
        """Whether such a viewer may at all; whether it concerns them is for whoever knows the thing to say."""
        if self.everybody:
            return True
        if viewer.account_id is None or (viewer.key is not None and self.scopes.isdisjoint(viewer.key.scopes)):
            return False
        return self.signed_in or bool(self.concerned) or not self.roles.isdisjoint(viewer.roles)

    def check(self, viewer: Viewer) -> None:
        if not self.lets(viewer):
            raise NotAllowed(self.words)

    @property
    def words(self) -> str:
        """Who may, for people: `its owner, finance and admins`."""
        if self.everybody:
            return "nothing"
        ordered = [] if self.roles == ALL_STAFF else sorted(self.roles, key=lambda role: (role is Role.ADMIN, role))
        named = [role.replace("_", " ").lower() + "s" * (role not in UNCOUNTED) for role in ordered]
        named += ["staff"] if self.roles == ALL_STAFF else []
        first = ["people who signed in"] if self.signed_in else [self.concerned] if self.concerned else []
        *others, last = [*first, *named] or ["nobody, for want of a row in schema/access"]
        return f"{', '.join(others)} and {last}" if others else last

    @property
    def sentence(self) -> str:
        """Who may, for a description."""
        if self.everybody:
            return "For everybody."
        keys = f" API keys need {' or '.join(sorted(self.scopes))}." if self.scopes else ""
        return f"For {self.words}.{keys}"


UNCOUNTED = frozenset({Role.FINANCE, Role.SUPPORT, Role.MEDICAL})
"""Roles that are said of a department."""


def staff(*roles: Role, concerned: str = "", scope: Scope | None = None) -> Access:
    """Staff of these roles, and admins, who count as all of them; and, maybe, whom it concerns."""
    return Access(roles=frozenset({*roles, Role.ADMIN}), concerned=concerned, scopes=scopes(scope))


def only(concerned: str, *, scope: Scope | None = None) -> Access:
    """Nobody but whom it concerns."""
    return Access(concerned=concerned, scopes=scopes(scope))


def signed_in(*roles: Role, scope: Scope | None = None) -> Access:
    """Whoever has an account, about what is theirs; and these, about everybody's."""
    return Access(signed_in=True, roles=frozenset({*roles, Role.ADMIN}) if roles else NOBODY, scopes=scopes(scope))


def scopes(scope: Scope | None) -> frozenset[Scope]:
    return frozenset() if scope is None else frozenset({scope})


EVERYBODY = Access(everybody=True)
SIGNED_IN = signed_in()
CLOSED = Access()
"""What a field has without a row: nobody may, and the words say what is missing."""
