"""Where files are found."""

from uuid import UUID

from domain.media import MediaUpload
from resolvers.context import Context


def address(context: Context, key: str) -> str:
    """Where to GET a file."""
    return context.media.read(key, context.now)


def address_or_null(context: Context, key: str | None) -> str | None:
    """Where to GET a file that may not be there."""
    return None if key is None else context.media.read(key, context.now)


def upload_address(context: Context, upload: MediaUpload) -> str:
    """Where to PUT a file."""
    return context.media.upload(upload)


async def upload(context: Context, upload_id: UUID) -> MediaUpload | None:
    """An upload; somebody else's does not exist for the viewer."""
    found = await context.loaders.media_upload.load(upload_id)
    return found if found is not None and found.account_id == context.viewer.account_id else None
