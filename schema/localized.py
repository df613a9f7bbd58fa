"""Text in the caller's language."""

from typing import Annotated, Any

import strawberry

from domain import localized as domain
from domain.refusal import InvalidInput
from schema.execution import expression
from schema.mutation import Info, given
from schema.scalars import Locale

ReadLocale = Annotated[
    Locale | None,  # type: ignore[valid-type]
    strawberry.argument(description="The language; the caller's own, by Accept-Language, when left out."),
]


def localized(attribute: str, *, description: str) -> Any:
    """A field that reads a `Localized` attribute of the source in the caller's language."""

    @expression
    def read(root: Any, info: Info, locale: ReadLocale = strawberry.UNSET) -> str:
        return getattr(root, attribute).read(given(locale) or info.context.viewer.locale)  # type: ignore[no-any-return]

    return strawberry.field(resolver=read, description=description)


def localized_or_null(attribute: str, *, description: str) -> Any:
    """The same for an attribute that may be None."""

    def read(root: Any, info: Info, locale: ReadLocale = strawberry.UNSET) -> str | None:
        text: domain.Localized | None = getattr(root, attribute)
        return None if text is None else text.read(given(locale) or info.context.viewer.locale)

    return strawberry.field(resolver=read, description=description)


@strawberry.input(description="The same text in every language.")
class LocalizedInput:
    en: str = strawberry.field(description="The text in English.")
    zh: str = strawberry.field(description="The text in Chinese.")

    def to_localized(self, *path: str, longest: int = 2_000) -> domain.Localized:
        """The text as a domain value; refuses empty or endless text."""
        for locale, text in (("en", self.en), ("zh", self.zh)):
            if not 0 < len(text.strip()) <= longest:
                raise InvalidInput(f"Text in every language, 1 to {longest} characters.", path=(*path, locale))
        return domain.Localized(self.en.strip(), self.zh.strip())


def said(text: LocalizedInput | None, *path: str, longest: int = 2_000) -> domain.Localized | None:
    """The text of an input that may be left out."""
    there = given(text)
    return None if there is None else there.to_localized(*path, longest=longest)
