"""What the house tells of itself: logs, figures, traces, and what was slow. None of it holds what people send."""

from app.telemetry.log import bind_request, configure

__all__ = ["bind_request", "configure"]
