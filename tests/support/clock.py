"""What the house takes for now: a moment that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

import pytest

READ_BY = ("app.house", "app.payment_webhook", "app.test_provider")
"""Every module that looks at the clock between a request, or a job, and its answer."""


class Clock:
    def __init__(self) -> None:
        self.start = self.moment = datetime.now(UTC)

    def hang(self, monkeypatch: pytest.MonkeyPatch) -> Clock:
        """From here on the house goes by this clock."""
        clock = self

        class Moment(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return clock.moment

        for module in READ_BY:
            monkeypatch.setattr(f"{module}.datetime", Moment)
        return self

    def move(self, span: timedelta) -> None:
        self.moment += span
