"""Pictures, films and documents, and how they come in."""

from datetime import datetime
from typing import Any

import strawberry

from domain import media
from domain.refusal import InvalidInput
from resolvers import media as resolve
from schema.enum import enum
from schema.errors import UserError, WrongState, refused
from schema.execution import expression
from schema.ids import Node, global_id, id_of
from schema.localized import LocalizedInput, localized_or_null
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.scalars import URL

MediaRole = enum(
    media.MediaRole,
    name="MediaRole",
    description="What a file is for.",
    IMAGE="A picture of the whole.",
    DETAIL="A picture of a detail.",
    VIDEO="A film.",
    DOCUMENT="A paper, such as an invoice; its address lapses.",
)
UploadState = enum(
    media.UploadState,
    name="MediaUploadState",
    description="Where an upload stands.",
    STARTED="Announced; the file may be sent.",
    RECEIVED="The store has the file, which is not finished yet.",
    FINISHED="Ready to be shown; it never changes any more.",
)

CONTENT_TYPES = {str(kind): kind for kind in media.ContentType}


def cover() -> Any:
    """The field that shows the first picture of something."""

    @expression
    def read(root: Any, info: Info) -> str | None:
        return None if root.cover_key is None else resolve.address(info.context, root.cover_key)

    return strawberry.field(
        resolver=read, graphql_type=URL | None, description="Its first picture; null where there is none."
    )


# Nouns


@noun(media.Media, description="A file where it is shown.")
class Media:
    key: str = strawberry.field(description="Names the file when media are put in another order.")
    role: MediaRole = strawberry.field(description="What it is for.")  # type: ignore[valid-type]
    content_type: str = strawberry.field(description="What kind of file it is, such as image/jpeg.")

    @strawberry.field(graphql_type=URL, description="Where it is. Addresses of documents lapse within two hours.")
    @expression
    def url(root: media.Media, info: Info) -> str:
        return resolve.address(info.context, root.key)

    alt: str | None = localized_or_null(
        "alt", description="What it shows, for people who do not see it; null where nobody said."
    )


@strawberry.type(description="A header to send with an upload, exactly as it stands here.")
class UploadHeader:
    name: str = strawberry.field(description="The name of the header.")
    value: str = strawberry.field(description="The value of the header.")


@noun(media.MediaUpload, description="A file on its way in. Seen by whoever started it.")
class MediaUpload(Node):
    id: strawberry.ID = global_id("MediaUpload")
    key: str = strawberry.field(description="Names the file once it is finished, wherever media are chosen.")
    role: MediaRole = strawberry.field(description="What it is for.")  # type: ignore[valid-type]
    state: UploadState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    expires_at: datetime = strawberry.field(description="Until when the file may be sent.")
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")

    @strawberry.field(graphql_type=URL, description="The signed address to send the file to.")
    def url(root: media.MediaUpload, info: Info) -> str:
        return resolve.upload_address(info.context, root)

    @strawberry.field(description="The HTTP method to send it with.")
    def method(root: media.MediaUpload) -> str:
        return "PUT"

    @strawberry.field(description="What to send with it; the address is signed for these.")
    def headers(root: media.MediaUpload) -> list[UploadHeader]:
        return [
            UploadHeader(name="Content-Type", value=root.content_type),
            UploadHeader(name="Content-Length", value=str(root.size_bytes)),
        ]


# Refusals


@refused(media.MediaNotReceived)
class MediaNotReceived(UserError):
    expires_at: datetime = strawberry.field(description="Until when the file may be sent.")


# Inputs


@strawberry.input(description="A finished upload, and the place where it is to be shown.")
class MediaInput:
    key: str = strawberry.field(description="The key of one's own finished upload.")
    role: MediaRole | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="What it is for here; as uploaded when left out."
    )
    alt: LocalizedInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="What it shows, for people who do not see it; left out where that is not said.",
    )

    def to_placed(self) -> media.Placed:
        alt = given(self.alt)
        role = given(self.role)
        return media.Placed(
            self.key,
            None if role is None else media.MediaRole(role),
            None if alt is None else alt.to_localized("media", "alt", longest=300),
        )


def placed(wanted: list[MediaInput] | None) -> Any:
    """Media inputs as the domain takes them; None when they were left out."""
    chosen = given(wanted)
    return None if chosen is None else tuple(one.to_placed() for one in chosen)


@strawberry.input(description="The file that is announced.")
class MediaUploadStartInput(Keyed):
    role: MediaRole = strawberry.field(description="What it is for.")  # type: ignore[valid-type]
    content_type: str = strawberry.field(
        description="Of image/jpeg, image/png, image/webp, video/mp4 or application/pdf; its first bytes are checked."
    )
    size_bytes: int = strawberry.field(description="Exactly how long it is, in bytes.")

    def to_command(self) -> media.StartUpload:
        if self.content_type not in CONTENT_TYPES:
            taken = ", ".join(CONTENT_TYPES)
            raise InvalidInput(f"The house takes {taken}.", path=("contentType",))
        return media.StartUpload(
            role=media.MediaRole(self.role),
            content_type=CONTENT_TYPES[self.content_type],
            size_bytes=self.size_bytes,
        )


@strawberry.input(description="Which file has been sent.")
class MediaUploadFinishInput(Keyed):
    upload_id: strawberry.ID = strawberry.field(description="The upload that this is about.")

    def to_command(self) -> media.FinishUpload:
        return media.FinishUpload(id_of("MediaUpload", self.upload_id, "uploadId"))


# Root fields


@strawberry.type
class MediaMutation:
    media_upload_start = mutation(
        media.start_upload,
        MediaUploadStartInput,
        MediaUpload,
        description="Announce a file and get a signed address to PUT it to.",
    )
    media_upload_finish = mutation(
        media.finish_upload,
        MediaUploadFinishInput,
        MediaUpload,
        MediaNotReceived,
        WrongState,
        description="Say that the file is there; from here on it can be shown and never changes.",
    )


fetchable("MediaUpload", resolve.upload)
