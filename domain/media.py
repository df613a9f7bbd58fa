"""Pictures, films and documents: where a file is in its life, and the values that products and pieces show."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import work as unit
from domain.lifecycle import Lifecycle
from domain.localized import Localized
from domain.refusal import InvalidInput, NotFound, Refusal, require
from domain.viewer import AccountId, Role, Viewer
from domain.work import Job

MediaUploadId = NewType("MediaUploadId", UUID)

UPLOAD_TTL = timedelta(minutes=30)
UNUSED_TTL = timedelta(hours=24)
"""How long a file is kept that nothing shows."""
MEDIA_MAX = 24


# Nouns


class MediaRole(StrEnum):
    """What a file is for."""

    IMAGE = "IMAGE"
    DETAIL = "DETAIL"
    VIDEO = "VIDEO"
    DOCUMENT = "DOCUMENT"


class ContentType(StrEnum):
    """The kinds of files that the house takes; what a file says of itself is checked against its first bytes."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    MP4 = "video/mp4"
    PDF = "application/pdf"


MEBIBYTE = 1024 * 1024
SIZE_BYTES_MAX = {
    ContentType.JPEG: 20 * MEBIBYTE,
    ContentType.PNG: 20 * MEBIBYTE,
    ContentType.WEBP: 20 * MEBIBYTE,
    ContentType.MP4: 200 * MEBIBYTE,
    ContentType.PDF: 20 * MEBIBYTE,
}
PICTURES = frozenset({ContentType.JPEG, ContentType.PNG, ContentType.WEBP})
FITS = {
    MediaRole.IMAGE: PICTURES,
    MediaRole.DETAIL: PICTURES,
    MediaRole.VIDEO: frozenset({ContentType.MP4}),
    MediaRole.DOCUMENT: frozenset({ContentType.PDF}) | PICTURES,
}


@dataclass(frozen=True, slots=True)
class Media:
    """A stored file in its place on a product, a piece or a consignment; `key` is where the store keeps it."""

    key: str
    role: MediaRole
    content_type: str
    alt: Localized | None = None


class UploadState(StrEnum):
    """Where an upload stands: promised, received by the store, or finished and fit to be shown."""

    STARTED = "STARTED"
    RECEIVED = "RECEIVED"
    FINISHED = "FINISHED"


@dataclass(slots=True)
class MediaUpload:
    """A file on its way in; `sha256` and `stored_bytes` are known once the store has it.

    `used` is true once something shows it: from then on the file stays, whatever becomes of what showed it.
    """

    id: MediaUploadId
    account_id: AccountId
    key: str
    role: MediaRole
    content_type: ContentType
    size_bytes: int
    state: UploadState
    expires_at: datetime
    created_at: datetime
    stored_bytes: int | None = None
    sha256: str | None = None
    used: bool = False
    version: int = 1

    @property
    def next_actions(self) -> tuple[str, ...]:
        return LIFECYCLE.next_actions(self.state)

    def media(self, alt: Localized | None = None) -> Media:
        return Media(self.key, self.role, self.content_type, alt)


LIFECYCLE = Lifecycle(
    kind="upload",
    initial=UploadState.STARTED,
    moves={
        "mediaUploadReceive": ([UploadState.STARTED, UploadState.RECEIVED], UploadState.RECEIVED),
        "mediaUploadFinish": ([UploadState.RECEIVED, UploadState.FINISHED], UploadState.FINISHED),
    },
    unattended=frozenset({"mediaUploadReceive"}),
)


# Rules


def in_order(media: Sequence[Media]) -> tuple[Media, ...]:
    """Images first, in the given order, so that the first of all is the cover."""
    return tuple(sorted(media, key=lambda one: one.role is not MediaRole.IMAGE))


# Refusals


@dataclass(eq=False)
class MediaNotReceived(Refusal):
    """The file has not arrived at the store."""

    code = "MEDIA_NOT_RECEIVED"
    expires_at: datetime

    @property
    def message(self) -> str:
        return "The file is not there yet: PUT it to the upload's URL first."


# Ports


class MediaUploads(Protocol):
    async def lock(self, upload_id: MediaUploadId) -> MediaUpload: ...
    async def lock_key(self, key: str) -> MediaUpload: ...
    async def use(self, keys: Sequence[str], owner: AccountId | None) -> Sequence[MediaUpload]:
        """The finished uploads with these keys, only this owner's unless None; they are used from here on."""
        ...

    async def add(self, upload: MediaUpload) -> None: ...
    async def save(self, upload: MediaUpload) -> None: ...
    async def lock_unused(self, upload_id: MediaUploadId) -> MediaUpload | None:
        """None when it is used, or gone already."""
        ...

    async def remove(self, upload: MediaUpload) -> None: ...


class MediaAddresses(Protocol):
    """Where clients find the store; the addresses carry their own proof."""

    def upload(self, upload: MediaUpload) -> str:
        """Where to PUT the file until it expires."""
        ...

    def read(self, key: str, now: datetime) -> str:
        """Where to GET a file."""
        ...


class MediaReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[MediaUpload | None]: ...


class Work(unit.Work, Protocol):
    @property
    def media_uploads(self) -> MediaUploads: ...


# Steps that other capabilities build on; they authorise nothing


@dataclass(frozen=True, slots=True)
class Placed:
    """A finished upload by its key, where it is to be shown; other than the upload's own role only by `role`."""

    key: str
    role: MediaRole | None = None
    alt: Localized | None = None


async def placed(
    work: Work, wanted: Sequence[Placed], *, owner: AccountId | None, path: tuple[str, ...] = ("media",)
) -> tuple[Media, ...]:
    """The media for finished uploads, images first; refuses a file that is not there or is not the owner's."""
    found = {upload.key: upload for upload in await work.media_uploads.use([one.key for one in wanted], owner)}
    media: list[Media] = []
    for index, one in enumerate(wanted):
        upload = found.get(one.key)
        if upload is None:
            raise NotFound("MediaUpload", one.key, path=(*path, str(index), "key"))
        role = one.role or upload.role
        check_fit(role, upload.content_type, (*path, str(index), "role"))
        media.append(Media(upload.key, role, upload.content_type, one.alt))
    return in_order(media)


async def replaced(
    work: Work, before: Sequence[Media], wanted: Sequence[Placed], *, owner: AccountId | None
) -> tuple[Media, ...]:
    """Media in a new choice and order: what was there may stay as what it was, all else is a finished upload."""
    kept = {one.key: one for one in before}
    fresh = await placed(work, [one for one in wanted if one.key not in kept], owner=owner)
    found = {**kept, **{one.key: one for one in fresh}}
    return in_order([replace(found[one.key], alt=one.alt or found[one.key].alt) for one in wanted])


def check_media(media: Sequence[Placed]) -> Sequence[Placed]:
    """Not too many, and none twice."""
    fits = len(media) <= MEDIA_MAX and len({one.key for one in media}) == len(media)
    require(fits, InvalidInput(f"{MEDIA_MAX} files at most, each once.", path=("media",)))
    return media


def check_fit(role: MediaRole, content_type: ContentType, path: tuple[str, ...]) -> None:
    fits = ", ".join(sorted(FITS[role]))
    require(content_type in FITS[role], InvalidInput(f"{role} is one of {fits}.", path=path))


# Verbs


@dataclass(frozen=True, slots=True)
class StartUpload:
    """Announce a file."""

    role: MediaRole
    content_type: ContentType
    size_bytes: int


async def start_upload(work: Work, viewer: Viewer, command: StartUpload, *, now: datetime) -> MediaUpload:
    """Anybody who is signed in may upload: sellers need photos, staff need everything."""
    owner = viewer.require_account()
    check_fit(command.role, command.content_type, ("contentType",))
    largest = SIZE_BYTES_MAX[command.content_type]
    require(
        0 < command.size_bytes <= largest,
        InvalidInput(f"{command.content_type} has 1 to {largest} bytes.", path=("sizeBytes",)),
    )
    # Documents may name people: they lie apart, and their addresses are signed and lapse.
    shelf = "private" if command.role is MediaRole.DOCUMENT else "public"
    upload = MediaUpload(
        id=MediaUploadId(work.new.id()),
        account_id=owner,
        key=f"{shelf}/{work.new.code('m').lower()}-{work.new.code('').strip('-').lower()}",
        role=command.role,
        content_type=command.content_type,
        size_bytes=command.size_bytes,
        state=UploadState.STARTED,
        expires_at=now + UPLOAD_TTL,
        created_at=now,
    )
    await work.media_uploads.add(upload)
    work.outbox.append(Job("mediaUploadExpire", upload.id, now + UNUSED_TTL))
    return upload


@dataclass(frozen=True, slots=True)
class ReceiveUpload:
    """The store has the file."""

    key: str
    stored_bytes: int
    sha256: str


async def receive_upload(work: Work, viewer: Viewer, command: ReceiveUpload, *, now: datetime) -> MediaUpload:
    """The store tells that it has a file; until the upload is finished a later file takes its place."""
    viewer.require(Role.SYSTEM)
    upload = await work.media_uploads.lock_key(command.key)
    upload.state = LIFECYCLE.move(upload.state, "mediaUploadReceive")
    upload.stored_bytes = command.stored_bytes
    upload.sha256 = command.sha256
    await work.media_uploads.save(upload)
    return upload


@dataclass(frozen=True, slots=True)
class FinishUpload:
    """Say that the file is complete."""

    upload_id: MediaUploadId


async def finish_upload(work: Work, viewer: Viewer, command: FinishUpload, *, now: datetime) -> MediaUpload:
    """The uploader finishes; from here on the file never changes."""
    owner = viewer.require_account()
    upload = await work.media_uploads.lock(command.upload_id)
    require(upload.account_id == owner, NotFound("MediaUpload", command.upload_id, path=("uploadId",)))
    require(upload.state is not UploadState.STARTED, MediaNotReceived(upload.expires_at, path=("uploadId",)))
    upload.state = LIFECYCLE.move(upload.state, "mediaUploadFinish")
    await work.media_uploads.save(upload)
    return upload


@dataclass(frozen=True, slots=True)
class ExpireUpload:
    upload_id: MediaUploadId


@dataclass(frozen=True, slots=True)
class Abandoned:
    """The file that nobody needs, by its key; None when there is none."""

    key: str | None


async def expire_upload(work: Work, viewer: Viewer, command: ExpireUpload, *, now: datetime) -> Abandoned:
    """The house forgets an upload that nothing shows a day after it began; whoever asks then removes its file."""
    viewer.require(Role.SYSTEM)
    upload = await work.media_uploads.lock_unused(command.upload_id)
    if upload is None or now < upload.created_at + UNUSED_TTL:
        return Abandoned(None)
    await work.media_uploads.remove(upload)
    return Abandoned(upload.key)
