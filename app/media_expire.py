"""Forgets an upload that nothing shows, by a job: first what is known of it, then the file."""

from datetime import datetime
from uuid import UUID

from app.house import House
from domain.media import ExpireUpload, MediaUploadId, expire_upload
from domain.viewer import HOUSE


async def expire(house: House, name: str, subject_id: UUID, key: str, now: datetime) -> object:
    """An errand of the worker. Tried again under its key it is answered alike, so that no file is left behind."""
    command = ExpireUpload(MediaUploadId(subject_id))
    abandoned = await house.transactor(expire_upload, HOUSE, command, action=name, key=key, now=now)
    path = None if abandoned.key is None else house.files.path(abandoned.key)
    if path is not None:
        await house.files.remove(path)
    return abandoned
