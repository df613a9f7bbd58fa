"""What people write: trimmed, never empty where something must be said, never endless."""

import re

from domain.refusal import InvalidInput

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
LINE_LENGTH_MAX = 200
NOTE_LENGTH_MAX = 2_000


def line(text: str, *path: str, longest: int = LINE_LENGTH_MAX) -> str:
    """One line with something in it."""
    text = text.strip()
    if not 0 < len(text) <= longest or CONTROL.search(text):
        raise InvalidInput(f"One line of 1 to {longest} characters belongs here.", path=path)
    return text


def note(text: str, *path: str, longest: int = NOTE_LENGTH_MAX) -> str:
    """Lines with something in them."""
    text = text.strip()
    if not 0 < len(text) <= longest:
        raise InvalidInput(f"A text of 1 to {longest} characters belongs here.", path=path)
    return text


def perhaps(text: str, *path: str, longest: int = LINE_LENGTH_MAX) -> str:
    """One line, or nothing."""
    return line(text, *path, longest=longest) if text.strip() else ""
