"""What a seller says of a piece, and what of it must be said before anybody looks at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from domain import media
from domain.catalogue import Category, CategoryId
from domain.consignment.noun import Consignment, Photo, Route
from domain.money import Currency, Money
from domain.refusal import InvalidInput, NotFound, require
from domain.text import line, note, perhaps
from domain.viewer import AccountId

PHOTOS_MAX = 24
BRAND_LENGTH_MAX = 120
DESCRIPTION_LENGTH_MAX = 4_000


@dataclass(frozen=True, slots=True)
class Content:
    """What the seller says; a draft may leave any of it empty."""

    route: Route
    currency: Currency
    brand: str = ""
    category_id: CategoryId | None = None
    title: str = ""
    description: str = ""
    photos: tuple[Photo, ...] = ()
    asking_price: Money | None = None


class Categories(Protocol):
    async def find(self, category_id: CategoryId) -> Category: ...


class Work(media.Work, Protocol):
    @property
    def categories(self) -> Categories: ...


async def checked(work: Work, content: Content, owner: AccountId) -> Content:
    """The content tidied, with photos that are the owner's and a category that exists; a draft's gaps are fine."""
    price = content.asking_price
    if price is not None:
        require(price.minor > 0, InvalidInput("An asking price is more than zero.", path=("content", "askingPrice")))
        same = price.currency is content.currency
        require(same, InvalidInput(f"This is in {content.currency}.", path=("content", "askingPrice", "currencyCode")))
    if content.category_id is not None:
        await find_category(work, content.category_id, "content", "categoryId")
    description = content.description.strip()
    require(
        len(description) <= DESCRIPTION_LENGTH_MAX,
        InvalidInput(f"{DESCRIPTION_LENGTH_MAX} characters at most.", path=("content", "description")),
    )
    return Content(
        route=content.route,
        currency=content.currency,
        brand=perhaps(content.brand, "content", "brand", longest=BRAND_LENGTH_MAX),
        category_id=content.category_id,
        title=perhaps(content.title, "content", "title"),
        description=description,
        photos=await checked_photos(work, content.photos, owner, "content", "photos"),
        asking_price=price,
    )


async def find_category(work: Work, category_id: UUID, *path: str) -> Category:
    try:
        return await work.categories.find(CategoryId(category_id))
    except NotFound as refusal:
        refusal.path = path
        raise


async def checked_photos(
    work: media.Work, photos: Sequence[Photo], owner: AccountId | None, *path: str
) -> tuple[Photo, ...]:
    """Photos as they are kept: a file of the house must be finished, and the owner's own unless that is None."""
    require(len(photos) <= PHOTOS_MAX, InvalidInput(f"{PHOTOS_MAX} photos at most.", path=path))
    require(len(set(photos)) == len(photos), InvalidInput("Each photo once.", path=path))
    keys = [media.Placed(photo.key) for photo in photos if photo.key is not None]
    if keys:
        await media.placed(work, keys, owner=owner, path=path)
    for index, photo in enumerate(photos):
        elsewhere = photo.url is None or urlsplit(photo.url).scheme == "https"
        require(elsewhere, InvalidInput("A photo elsewhere is read by https.", path=(*path, str(index), "url")))
    return tuple(photos)


def fill(consignment: Consignment, content: Content) -> None:
    """Take the content over; an estimate in another currency says nothing any more."""
    if content.currency is not consignment.currency:
        consignment.estimate_low = consignment.estimate_high = consignment.estimate_note = None
    consignment.route, consignment.currency = content.route, content.currency
    consignment.brand, consignment.title = content.brand, content.title
    consignment.category_id, consignment.description = content.category_id, content.description
    consignment.photos, consignment.asking_price = content.photos, content.asking_price


def complete(consignment: Consignment) -> None:
    """Refuse what staff could not judge: it needs a brand, a title, a description and a photo."""
    line(consignment.brand, "content", "brand", longest=BRAND_LENGTH_MAX)
    line(consignment.title, "content", "title")
    note(consignment.description, "content", "description", longest=DESCRIPTION_LENGTH_MAX)
    require(bool(consignment.photos), InvalidInput("Send at least one photo.", path=("content", "photos")))
