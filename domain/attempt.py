"""Guessing passwords, or codes of gift cards: every try counts, for its name and for the address it comes from."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from domain.refusal import Refusal

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. `wait_seconds` is 0 when it may go on, otherwise how long nobody is let try."""

    wait_seconds: int
    counted_as: tuple[str, ...]


class Attempts(Protocol):
    async def begin(self, name: str, address: str | None) -> Attempt:
        """Count one more try for a name, and for an address where one is known."""
        ...

    async def forgive(self, attempt: Attempt) -> None:
        """It was no guess: take it back."""
        ...


@dataclass(eq=False)
class TooManyAttempts(Refusal):
    """Too many were tried, for this name or from this address; the right one is not looked at either."""

    code = "TOO_MANY_ATTEMPTS"
    retry_after_seconds: int

    @property
    def message(self) -> str:
        return f"Too many attempts: try again in {self.retry_after_seconds} seconds."
