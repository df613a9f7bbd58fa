"""Uploads in PostgreSQL; the files themselves lie in the store."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Computed, Text
from sqlmodel import Field, SQLModel

from domain.media import ContentType, MediaRole, MediaUpload, UploadState
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

    async def finished(self, keys: Sequence[str], owner: AccountId | None) -> Sequence[MediaUpload]:
        """The finished uploads with these keys, only this owner's unless None."""
        where = [self.table.c.key.in_(keys), self.table.c.state == str(UploadState.FINISHED)]
        if owner is not None:
            where.append(self.table.c.account_id == owner)
        return await self.find_where(*where)


class SqlMediaReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[MediaUpload | None]:
        rows = await self.pool.fetch("SELECT * FROM media_upload WHERE id = ANY($1::uuid[])", ids)
        found: dict[UUID, MediaUpload] = {upload.id: upload for upload in map(SqlMediaUploads.mapping.to_noun, rows)}
        return [found.get(upload_id) for upload_id in ids]
