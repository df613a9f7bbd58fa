"""The local store of media: one file for each key, whole or not there, and never another once it is there."""

import asyncio
import hashlib
import os
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from domain.media import ContentType

KEY = re.compile(r"(public|private)/[a-z0-9][a-z0-9-]{6,62}[a-z0-9]")
HEAD_BYTES = 16
BUFFER_BYTES = 1024 * 1024


class FileRefused(Exception):
    """What was sent is not what was announced; `code` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store; the content type is what its first bytes say."""

    path: Path
    size_bytes: int
    sha256: str


def sniff(head: bytes) -> ContentType | None:
    """What a file is by its first 16 bytes, None for anything that the house does not take."""
    if head.startswith(b"\xff\xd8\xff"):
        return ContentType.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return ContentType.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ContentType.WEBP
    if head[4:8] == b"ftyp":
        return ContentType.MP4
    if head.startswith(b"%PDF-"):
        return ContentType.PDF
    return None


class MediaFiles:
    """Files under one directory. The disk is used in threads, for a slow one must not hold up everybody."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path | None:
        """Where the file of a key lies; None for a key that can not be one of ours."""
        return self.root / key if KEY.fullmatch(key) else None

    async def type_of(self, path: Path) -> ContentType | None:
        """What a stored file is; None when there is none."""

        def head() -> bytes:
            with path.open("rb") as file:
                return file.read(HEAD_BYTES)

        try:
            return sniff(await asyncio.to_thread(head))
        except FileNotFoundError:
            return None

    async def keep(
        self, path: Path, chunks: AsyncIterator[bytes], *, content_type: ContentType, size_bytes: int
    ) -> StoredFile:
        """Take a file of exactly this size and type; the same file again is fine, another in its place is refused."""
        partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        try:
            with await asyncio.to_thread(partial.open, "xb") as file:
                digest = hashlib.sha256()
                received = 0
                async for block in in_blocks(chunks):
                    if not received and sniff(block[:HEAD_BYTES]) is not content_type:
                        raise FileRefused("MEDIA_TYPE_MISMATCH", f"This is not a file of type {content_type}.")
                    received += len(block)
                    if received > size_bytes:
                        break
                    digest.update(block)
                    await asyncio.to_thread(file.write, block)
                if received != size_bytes:
                    raise FileRefused("MEDIA_SIZE_MISMATCH", f"The file was announced with {size_bytes} bytes.")
                await asyncio.to_thread(file.flush)
                await asyncio.to_thread(os.fsync, file.fileno())
            await asyncio.to_thread(self._place, partial, path, digest.hexdigest())
            return StoredFile(path, received, digest.hexdigest())
        finally:
            await asyncio.to_thread(partial.unlink, missing_ok=True)

    async def remove(self, path: Path) -> None:
        """The file is not there afterwards, whether it was or not."""
        await asyncio.to_thread(path.unlink, missing_ok=True)

    def _place(self, partial: Path, path: Path, sha256: str) -> None:
        """A link, unlike a renaming, fails where something is already."""
        try:
            os.link(partial, path)
        except FileExistsError:
            with path.open("rb") as file:
                there = hashlib.file_digest(file, "sha256").hexdigest()
            if there != sha256:
                raise FileRefused("MEDIA_ALREADY_STORED", "Another file is stored here: start a new upload.") from None
            return
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


async def in_blocks(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in blocks of a mebibyte or so, so that a file of small chunks does not take a thread for each."""
    block = bytearray()
    async for chunk in chunks:
        block += chunk
        if len(block) >= BUFFER_BYTES:
            yield bytes(block)
            block.clear()
    if block:
        yield bytes(block)
