"""Names in addresses: chosen once, unique among things of their kind, never changed."""

import re
from dataclasses import dataclass

from domain.refusal import InvalidInput, Refusal, require

SLUG_LENGTH_MAX = 100
SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(eq=False)
class SlugTaken(Refusal):
    """Something of this kind has this name in web addresses already."""

    code = "SLUG_TAKEN"
    slug: str

    @property
    def message(self) -> str:
        return f"The slug {self.slug} is taken."


def check_slug(slug: str) -> str:
    """A slug is small letters, digits and single dashes."""
    fits = len(slug) <= SLUG_LENGTH_MAX and SLUG.fullmatch(slug) is not None
    require(fits, InvalidInput("A slug is small letters, digits and single dashes, 100 at most.", path=("slug",)))
    return slug
