"""Where files are found."""

from domain.media import MediaUpload
from resolvers.context import Context


def address(context: Context, key: str) -> str:
    """Where to GET a file."""
    return context.media.read(key, context.now)


def upload_address(context: Context, upload: MediaUpload) -> str:
    """Where to PUT a file."""
    return context.media.upload(upload)
