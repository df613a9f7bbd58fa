"""What a server process has used: of the processor by its event loop and in all, and of memory at the most."""

from dataclasses import dataclass
from pathlib import Path

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Used:
    """Nanoseconds of the processor since some moment."""

    loop: int
    whole: int

    def __sub__(self, before: "Used") -> "Used":
        return Used(self.loop - before.loop, self.whole - before.whole)


class Process:
    """A process as Linux tells of it."""

    def __init__(self, pid: int) -> None:
        self._place = Path(f"/proc/{pid}")
        self._pid = pid

    @property
    def tells(self) -> bool:
        return (self._place / "schedstat").exists()

    def used(self) -> Used:
        """The loop runs in the first thread."""
        each = {task.name: int((task / "schedstat").read_text().split()[0]) for task in self._place.glob("task/*")}
        return Used(each[str(self._pid)], sum(each.values()))

    def forget_peak(self) -> int:
        """Bytes that it has now; from now on the peak is counted anew."""
        (self._place / "clear_refs").write_text("5")
        return self._bytes("VmRSS")

    def peak(self) -> int:
        return self._bytes("VmHWM")

    def _bytes(self, name: str) -> int:
        lines = (self._place / "status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))
