"""Collections: what a brand shows together, by season."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import work as unit
from domain.catalogue.brand import BrandId, Brands
from domain.catalogue.slug import check_slug
from domain.event import Event
from domain.localized import Localized
from domain.refusal import InvalidInput, require
from domain.viewer import Role, Viewer

CollectionId = NewType("CollectionId", UUID)

YEARS = range(1850, 2100)


# Nouns


class Season(StrEnum):
    """When a collection is worn."""

    SPRING_SUMMER = "SPRING_SUMMER"
    AUTUMN_WINTER = "AUTUMN_WINTER"
    CRUISE = "CRUISE"
    PRE_FALL = "PRE_FALL"
    PERMANENT = "PERMANENT"


@dataclass(slots=True)
class Collection:
    """`year` is None for a permanent one, and for no other."""

    id: CollectionId
    brand_id: BrandId
    slug: str
    name: Localized
    season: Season
    year: int | None
    version: int = 1


# Ports


class Collections(Protocol):
    async def find(self, collection_id: CollectionId) -> Collection: ...
    async def add(self, collection: Collection) -> None:
        """Refuses with SlugTaken."""
        ...


class Work(unit.Work, Protocol):
    @property
    def brands(self) -> Brands: ...
    @property
    def collections(self) -> Collections: ...


# Verbs


@dataclass(frozen=True, slots=True)
class CreateCollection:
    brand_id: BrandId
    slug: str
    name: Localized
    season: Season
    year: int | None = None


async def create_collection(work: Work, viewer: Viewer, command: CreateCollection, *, now: datetime) -> Collection:
    """A merchandiser opens a brand's collection."""
    viewer.require(Role.MERCHANDISER)
    brand = await work.brands.find(command.brand_id)
    permanent = command.season is Season.PERMANENT
    reason = "A permanent collection has no year, every other has one."
    require((command.year is None) == permanent, InvalidInput(reason, path=("year",)))
    in_range = command.year is None or command.year in YEARS
    require(in_range, InvalidInput("A year from 1850 on.", path=("year",)))
    collection = Collection(
        id=CollectionId(work.new.id()),
        brand_id=brand.id,
        slug=check_slug(command.slug),
        name=command.name,
        season=command.season,
        year=command.year,
    )
    await work.collections.add(collection)
    work.events.append(Event("collection.created", "collection", collection.id))
    return collection
