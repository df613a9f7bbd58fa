"""Brands: foreign maisons, domestic designers, and the house's own labels."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import work as unit
from domain.catalogue.slug import check_slug
from domain.event import Event
from domain.localized import Localized
from domain.refusal import InvalidInput, require
from domain.viewer import Role, Viewer
from domain.work import check_version

BrandId = NewType("BrandId", UUID)

ALIASES_MAX = 20
COUNTRY = re.compile("[A-Z]{2}")


# Nouns


class BrandKind(StrEnum):
    """Who stands behind a brand: a foreign maison, a designer of the country, or the house itself."""

    MAISON = "MAISON"
    DESIGNER = "DESIGNER"
    OWN_LABEL = "OWN_LABEL"


@dataclass(slots=True)
class Brand:
    """`aliases` are other spellings that people search for; `country` is where the brand is at home."""

    id: BrandId
    slug: str
    kind: BrandKind
    name: Localized
    country: str
    story: Localized | None
    aliases: tuple[str, ...]
    version: int = 1


# Ports


class Brands(Protocol):
    async def lock(self, brand_id: BrandId) -> Brand: ...
    async def find(self, brand_id: BrandId) -> Brand: ...
    async def add(self, brand: Brand) -> None:
        """Refuses with SlugTaken."""
        ...

    async def save(self, brand: Brand) -> None: ...


class Work(unit.Work, Protocol):
    @property
    def brands(self) -> Brands: ...


# Verbs


@dataclass(frozen=True, slots=True)
class CreateBrand:
    slug: str
    kind: BrandKind
    name: Localized
    country: str
    story: Localized | None = None
    aliases: tuple[str, ...] = ()


async def create_brand(work: Work, viewer: Viewer, command: CreateBrand, *, now: datetime) -> Brand:
    """A merchandiser takes a brand into the catalogue."""
    viewer.require(Role.MERCHANDISER)
    require(
        COUNTRY.fullmatch(command.country) is not None,
        InvalidInput("A country is two capital letters by ISO 3166-1.", path=("country",)),
    )
    brand = Brand(
        id=BrandId(work.new.id()),
        slug=check_slug(command.slug),
        kind=command.kind,
        name=command.name,
        country=command.country,
        story=command.story,
        aliases=check_aliases(command.aliases),
    )
    await work.brands.add(brand)
    work.events.append(Event("brand.created", "brand", brand.id))
    return brand


@dataclass(frozen=True, slots=True)
class UpdateBrand:
    """What is None stays as it is."""

    brand_id: BrandId
    name: Localized | None = None
    story: Localized | None = None
    aliases: tuple[str, ...] | None = None
    expected_version: int | None = None


async def update_brand(work: Work, viewer: Viewer, command: UpdateBrand, *, now: datetime) -> Brand:
    """A merchandiser tells a brand's story anew."""
    viewer.require(Role.MERCHANDISER)
    brand = await work.brands.lock(command.brand_id)
    check_version(command.expected_version, brand.version)
    brand.name = command.name or brand.name
    brand.story = command.story or brand.story
    brand.aliases = brand.aliases if command.aliases is None else check_aliases(command.aliases)
    await work.brands.save(brand)
    work.events.append(Event("brand.updated", "brand", brand.id))
    return brand


def check_aliases(aliases: tuple[str, ...]) -> tuple[str, ...]:
    tidy = tuple(dict.fromkeys(alias.strip() for alias in aliases))
    fits = len(tidy) <= ALIASES_MAX and all(0 < len(alias) <= 100 for alias in tidy)
    require(fits, InvalidInput("A brand has 20 aliases at most, of 1 to 100 signs.", path=("aliases",)))
    return tidy
