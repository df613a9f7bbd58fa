"""Content in the languages of the house."""

from dataclasses import dataclass
from enum import StrEnum


class Locale(StrEnum):
    """The languages of all content."""

    EN = "en"
    ZH = "zh"


CHINESE = Locale.ZH.value


@dataclass(frozen=True, slots=True)
class Localized:
    """The same text in every language; neither may be empty where text is required."""

    en: str
    zh: str

    def read(self, locale: str) -> str:
        """The text in a language, in the other one where it was never translated."""
        return (self.zh or self.en) if locale == CHINESE else (self.en or self.zh)
