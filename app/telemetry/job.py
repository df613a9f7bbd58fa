"""What became of jobs."""

from collections import Counter
from collections.abc import Iterator

from app.telemetry.metric import Reading
from app.telemetry.request import Spread


class JobFigures:
    """Counts of a worker since it began."""

    def __init__(self) -> None:
        self.told: Counter[tuple[str, str]] = Counter()
        self.spread = Spread()

    def add(self, job: str, outcome: str, seconds: float) -> None:
        self.told[job, outcome] += 1
        self.spread.add(seconds)

    def readings(self) -> Iterator[Reading]:
        for told, count in list(self.told.items()):
            yield "jobs", told, count
        yield "job_seconds", (), [*self.spread.counts, self.spread.seconds]
