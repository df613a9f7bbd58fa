"""A collection of entities in one table:

lock, add, save. Locks are taken in id order and last until the transaction ends.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Table, insert, select, update
from sqlmodel import SQLModel

from domain.refusal import NotFound
from persistence.connection import Connection
from persistence.mapping import Mapping

E = TypeVar("E")


class SqlCollection(Generic[E]):
    """Subclasses name their noun, their row and the kind that a NotFound speaks of."""

    noun: ClassVar[type]
    row: ClassVar[type[SQLModel]]
    kind: ClassVar[str]
    subject: ClassVar[str] = "id"
    """The column that readers know a row by: its own id, or that of what it belongs to."""

    shares_key: ClassVar[bool] = False
    """Whether what refers to a row may be added while the row is locked.

    Two who have both added something, and then want to lock the row, wait for each other otherwise.
    """

    mapping: ClassVar[Mapping[Any]]
    table: ClassVar[Table]

    def __init_subclass__(cls) -> None:
        cls.table = cls.row.__table__  # type: ignore[attr-defined]
        if "mapping" not in vars(cls):
            cls.mapping = Mapping(cls.noun, cls.table)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def lock(self, entity_id: UUID) -> E:
        found = await self.lock_where(self.table.c.id == entity_id)
        if not found:
            raise NotFound(self.kind, entity_id)
        return found[0]

    async def lock_all(self, ids: Iterable[UUID]) -> dict[UUID, E]:
        """All of them, locked in id order; refuses when one is missing."""
        wanted = sorted(set(ids))
        found = {entity.id: entity for entity in await self.lock_where(self.table.c.id.in_(wanted))}  # type: ignore[attr-defined]
        for entity_id in wanted:
            if entity_id not in found:
                raise NotFound(self.kind, entity_id)
        return found

    async def lock_where(self, *where: ColumnElement[bool]) -> list[E]:
        """Entities that match, locked in id order."""
        query = select(self.table).where(*where).order_by(self.table.c.id)
        rows = await self.connection.execute(query.with_for_update(key_share=self.shares_key))
        return [self.mapping.to_noun(row) for row in rows]

    async def find(self, entity_id: UUID) -> E:
        """The entity, not locked; refuses when there is none."""
        found = await self.find_where(self.table.c.id == entity_id)
        if not found:
            raise NotFound(self.kind, entity_id)
        return found[0]

    async def find_where(self, *where: ColumnElement[bool]) -> list[E]:
        """Entities that match, not locked."""
        rows = await self.connection.execute(select(self.table).where(*where))
        return [self.mapping.to_noun(row) for row in rows]

    @classmethod
    async def read(cls, pool: Any, ids: Sequence[UUID]) -> list[E | None]:
        """A batch for a loader, from the read pool: the entity of each id, or None, in the order of the ids."""
        query = f'SELECT * FROM "{cls.table.name}" WHERE id = ANY($1::uuid[])'
        rows = await pool.about(cls.table.name, ids).fetch(query, list(ids))
        found = {UUID(int=row["id"].int): cls.mapping.to_noun(row) for row in rows}
        return [found.get(entity_id) for entity_id in ids]

    async def add(self, entity: E) -> None:
        row = self.mapping.to_row(entity)
        await self.connection.execute(insert(self.table), row, rows={self.table.name: [row[self.subject]]})

    async def save(self, entity: E) -> None:
        """Write the entity back; its version goes up by one in the row and in the entity."""
        values = self.mapping.to_row(entity)
        entity_id, subject = values["id"], values[self.subject]
        del values["id"]
        query = update(self.table).where(self.table.c.id == entity_id)
        if "version" in values:
            query = query.where(self.table.c.version == values["version"])
            values["version"] += 1
            entity.version += 1  # type: ignore[attr-defined]
        changed = await self.connection.execute(query.values(values), rows={self.table.name: [subject]})
        assert changed.count == 1, f"{self.kind} {entity_id} was saved without its lock"
