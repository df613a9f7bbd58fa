"""Who of the house's people work in which club shop: an associate acts for the shops that they belong to, no other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NewType, Protocol
from uuid import UUID

from domain import account as accounts
from domain import shop as shops
from domain import work as unit
from domain.event import Event
from domain.refusal import InvalidInput, NotAllowed, NotFound, require
from domain.shop import ShopId
from domain.viewer import AccountId, Role, Viewer

AssociateId = NewType("AssociateId", UUID)


# Nouns


@dataclass(slots=True)
class Associate:
    """Somebody's time in a shop; who comes back after `left_at` does so as a new one."""

    id: AssociateId
    shop_id: ShopId
    account_id: AccountId
    appointed_by: AccountId
    since: datetime
    left_at: datetime | None = None
    version: int = 1


# Ports


class Associates(Protocol):
    async def shops_of(self, account_id: AccountId) -> frozenset[UUID]:
        """The shops that somebody belongs to; nobody is dismissed from one while this transaction lasts."""
        ...

    async def lock_standing(self, shop_id: ShopId, account_id: AccountId) -> Associate | None: ...
    async def add(self, associate: Associate) -> None: ...
    async def save(self, associate: Associate) -> None: ...


class Desk(unit.Work, Protocol):
    """The part of the unit of work that whatever is done in a shop needs."""

    @property
    def associates(self) -> Associates: ...


class Work(Desk, shops.Work, accounts.Work, Protocol):
    """What an admin's verbs touch."""


class AssociateReader(Protocol):
    async def of_shops(self, shop_ids: Sequence[UUID]) -> Sequence[Sequence[Associate]]:
        """Who belongs to each shop now, the longest there first."""
        ...

    async def shops_of(self, account_ids: Sequence[UUID]) -> Sequence[frozenset[UUID]]:
        """The shops that each of these people belongs to now."""
        ...


# Steps that other capabilities build on


async def require_at(work: Desk, viewer: Viewer, *shop_ids: UUID | None, elsewhere: Sequence[Role]) -> None:
    """An associate may only act where they belong, which None is nowhere; who has a role of `elsewhere`, anywhere."""
    if viewer.has(*elsewhere):
        return
    mine = await work.associates.shops_of(viewer.require_account())
    require(mine.issuperset(shop_ids), NotAllowed("an associate of the shop where this is"))


# Verbs


@dataclass(frozen=True, slots=True)
class Appoint:
    shop_id: ShopId
    account_id: AccountId


async def appoint(work: Work, viewer: Viewer, command: Appoint, *, now: datetime) -> Associate:
    """An admin says that somebody works in a shop, from now on; one who does already stays as they are."""
    viewer.require(Role.ADMIN)
    admin = viewer.require_account()
    # Locked, so that two admins do not appoint the same person at once.
    account = await work.accounts.lock(command.account_id)
    require(account.erased_at is None, NotFound("Account", command.account_id, path=("accountId",)))
    shop = await work.shops.find(command.shop_id)
    able = Role.SHOP_ASSOCIATE in account.roles
    require(able, InvalidInput("Grant the role SHOP_ASSOCIATE first.", path=("accountId",)))
    standing = await work.associates.lock_standing(shop.id, account.id)
    if standing is not None:
        return standing
    associate = Associate(AssociateId(work.new.id()), shop.id, account.id, appointed_by=admin, since=now)
    await work.associates.add(associate)
    work.events.append(happened(associate, "appointed"))
    return associate


@dataclass(frozen=True, slots=True)
class Dismiss:
    shop_id: ShopId
    account_id: AccountId


async def dismiss(work: Work, viewer: Viewer, command: Dismiss, *, now: datetime) -> Associate:
    """An admin says that somebody works in a shop no more; it counts at once."""
    viewer.require(Role.ADMIN)
    associate = await work.associates.lock_standing(command.shop_id, command.account_id)
    if associate is None:
        raise NotFound("ShopAssociate", command.account_id, path=("accountId",))
    associate.left_at = now
    await work.associates.save(associate)
    work.events.append(happened(associate, "dismissed"))
    return associate


def happened(associate: Associate, what: str) -> Event:
    said = {"shopId": str(associate.shop_id)}
    return Event(f"shopAssociate.{what}", "shopAssociate", associate.id, said, account_id=associate.account_id)
