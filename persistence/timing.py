"""How long the database takes, told to one listener: to nobody, unless somebody asks to be told."""

from collections.abc import Callable

Listener = Callable[[str, float], None]
"""Is given the text of a statement, which holds no values, and by `time.perf_counter` when it was sent.

It is called as soon as the answer is there, or the error, in the task that asked; it must not raise and not wait.
"""


def nobody(statement: str, began: float) -> None:
    pass


class Told:
    """Who is told."""

    __slots__ = ("listener",)

    def __init__(self) -> None:
        self.listener: Listener = nobody


TOLD = Told()
