"""Uploads in PostgreSQL; the files themselves lie in the store."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Computed, Text, delete, update
from sqlmodel import Field, SQLModel

from domain.media import ContentType, MediaRole, MediaUpload, MediaUploadId, UploadState
from domain.refusal import NotFound
from domain.viewer import AccountId
from persistence.collection import SqlCollection
from persistence.table import key, moment, one_of, text


def cover() -> Any:
    """The key of the first file in the column `media`, which is an image when there is one; PostgreSQL keeps it."""
    return Field(sa_column=Column("cover_key", Text, Computed("media #>> '{0,key}'", persisted=True), nullable=True))


class MediaUploadRow(SQLModel, table=True):
    __tablename__ = "media_upload"
    __table_args__ = (
        CheckConstraint(one_of("role", MediaRole), name="role"),
        CheckConstraint(one_of("content_type", ContentType), name="content_type"),
        CheckConstraint(one_of("state", UploadState), name="state"),
        CheckConstraint("size_bytes > 0 AND stored_bytes > 0", name="size_bytes"),
        CheckConstraint("(state = 'STARTED') = (sha256 IS NULL)", name="received"),
        CheckConstraint("(sha256 IS NULL) = (stored_bytes IS NULL)", name="stored"),
        CheckConstraint("state = 'FINISHED' OR NOT used", name="used"),
        {"info": {"app": "SELECT, INSERT, UPDATE, DELETE"}},
    )
    id: UUID = key(primary=True)
    account_id: UUID = key("account.id", index=True)
    key: str = text(unique=True)
    role: str = text()
    content_type: str = text()
    size_bytes: int = Field(sa_type=BigInteger)
    state: str = text()
    expires_at: datetime = moment()
    created_at: datetime = moment()
    stored_bytes: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    sha256: str | None = text(nullable=True)
    used: bool
    version: int


class SqlMediaUploads(SqlCollection[MediaUpload]):
    noun = MediaUpload
    row = MediaUploadRow
    kind = "MediaUpload"

    async def lock_key(self, media_key: str) -> MediaUpload:
        found = await self.lock_where(self.table.c.key == media_key)
        if not found:
            raise NotFound(self.kind, media_key)
        return found[0]

    async def use(self, keys: Sequence[str], owner: AccountId | None) -> Sequence[MediaUpload]:
        """The finished uploads with these keys, only this owner's unless None; they are used from here on."""
        where = [self.table.c.key.in_(keys), self.table.c.state == str(UploadState.FINISHED)]
        if owner is not None:
            where.append(self.table.c.account_id == owner)
        found = await self.find_where(*where)
        if fresh := [upload.id for upload in found if not upload.used]:
            # One that has expired since it was found is not there any more.
            locked = await self.lock_where(self.table.c.id.in_(fresh))
            mine = self.table.c.id.in_([upload.id for upload in locked])
            await self.connection.execute(update(self.table).where(mine).values(used=True))
            found = [upload for upload in found if upload.used] + locked
        return found

    async def lock_unused(self, upload_id: MediaUploadId) -> MediaUpload | None:
        """None when it is used, or gone already."""
        found = await self.lock_where(self.table.c.id == upload_id, ~self.table.c.used)
        return found[0] if found else None

    async def remove(self, upload: MediaUpload) -> None:
        await self.connection.execute(delete(self.table).where(self.table.c.id == upload.id))


class SqlMediaReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[MediaUpload | None]:
        rows = await self.pool.fetch("SELECT * FROM media_upload WHERE id = ANY($1::uuid[])", ids)
        found: dict[UUID, MediaUpload] = {upload.id: upload for upload in map(SqlMediaUploads.mapping.to_noun, rows)}
        return [found.get(upload_id) for upload_id in ids]
