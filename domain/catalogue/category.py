"""Categories: a tree three levels deep, each level adding typed attributes for the products that lie in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NewType, Protocol
from uuid import UUID

from domain import work as unit
from domain.attribute import AttributeDefinition, check_definitions
from domain.catalogue.slug import check_slug
from domain.event import Event
from domain.localized import Localized
from domain.refusal import InvalidInput, require
from domain.viewer import Role, Viewer
from domain.work import check_version

CategoryId = NewType("CategoryId", UUID)

DEPTH_MAX = 3
ATTRIBUTES_MAX = 40


# Nouns


@dataclass(slots=True)
class Category:
    """A place in the tree; `path` leads from the root to the category itself, which is its last."""

    id: CategoryId
    parent_id: CategoryId | None
    path: tuple[CategoryId, ...]
    slug: str
    name: Localized
    attributes: tuple[AttributeDefinition, ...]
    position: int
    version: int = 1

    @property
    def depth(self) -> int:
        return len(self.path)


# Rules


def definitions(line: Sequence[Category]) -> tuple[AttributeDefinition, ...]:
    """The attributes of a product in the last category of a line that starts at the root."""
    return tuple(definition for category in line for definition in category.attributes)


# Ports


class Categories(Protocol):
    async def lock(self, category_id: CategoryId) -> Category: ...
    async def find(self, category_id: CategoryId) -> Category: ...
    async def line(self, category: Category) -> Sequence[Category]:
        """The category after all that it lies in, the root first."""
        ...

    async def below(self, category: Category) -> Sequence[Category]:
        """All that lies in the category, at any depth."""
        ...

    async def add(self, category: Category) -> None:
        """Refuses with SlugTaken."""
        ...

    async def save(self, category: Category) -> None: ...


class Work(unit.Work, Protocol):
    @property
    def categories(self) -> Categories: ...


# Verbs


@dataclass(frozen=True, slots=True)
class CreateCategory:
    slug: str
    name: Localized
    parent_id: CategoryId | None = None
    attributes: tuple[AttributeDefinition, ...] = ()
    position: int = 0


async def create_category(work: Work, viewer: Viewer, command: CreateCategory, *, now: datetime) -> Category:
    """A merchandiser grows the tree."""
    viewer.require(Role.MERCHANDISER)
    # The parent is locked so that it does not get an attribute of the same code meanwhile.
    parent = None if command.parent_id is None else await work.categories.lock(command.parent_id)
    line = [] if parent is None else await work.categories.line(parent)
    deep = InvalidInput(f"The tree of categories is {DEPTH_MAX} levels deep.", path=("parentId",))
    require(len(line) < DEPTH_MAX, deep)
    check_size(command.attributes)
    check_definitions(command.attributes, definitions(line))
    category_id = CategoryId(work.new.id())
    category = Category(
        id=category_id,
        parent_id=command.parent_id,
        path=(*(above.id for above in line), category_id),
        slug=check_slug(command.slug),
        name=command.name,
        attributes=command.attributes,
        position=command.position,
    )
    await work.categories.add(category)
    work.events.append(Event("category.created", "category", category.id))
    return category


@dataclass(frozen=True, slots=True)
class UpdateCategory:
    """What is None stays as it is; attributes are added, never taken away, and new ones are not required."""

    category_id: CategoryId
    name: Localized | None = None
    position: int | None = None
    added_attributes: tuple[AttributeDefinition, ...] = ()
    expected_version: int | None = None


async def update_category(work: Work, viewer: Viewer, command: UpdateCategory, *, now: datetime) -> Category:
    """A merchandiser renames a category or describes its products more closely."""
    viewer.require(Role.MERCHANDISER)
    category = await work.categories.lock(command.category_id)
    check_version(command.expected_version, category.version)
    optional = all(not definition.required for definition in command.added_attributes)
    reason = "Products that are there already would lack it: an attribute added later is not required."
    require(optional, InvalidInput(reason, path=("addedAttributes",)))
    near = [*await work.categories.line(category), *await work.categories.below(category)]
    check_definitions(command.added_attributes, definitions(near))
    category.name = command.name or category.name
    category.position = category.position if command.position is None else command.position
    category.attributes = (*category.attributes, *command.added_attributes)
    check_size(category.attributes)
    await work.categories.save(category)
    work.events.append(Event("category.updated", "category", category.id))
    return category


def check_size(attributes: Sequence[AttributeDefinition]) -> None:
    reason = f"A category defines {ATTRIBUTES_MAX} attributes at most."
    require(len(attributes) <= ATTRIBUTES_MAX, InvalidInput(reason, path=("attributes",)))
