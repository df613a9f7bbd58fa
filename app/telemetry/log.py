"""Logs: one line of JSON per event in production, readable lines in development, to standard error.

What people send and secrets are never logged: neither bodies nor arguments nor tokens, and of an exception its place
and its message without what the database says about rows.
"""

import logging
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any, TextIO

import structlog
from structlog.contextvars import merge_contextvars
from structlog.typing import Processor

from app.config import Environment

SECRET_NAMES = frozenset(
    {"authorization", "token", "secret", "password", "cookie", "body", "query", "variables", "arguments", "params"}
)
HIDDEN = "[hidden]"
QUIET = ("uvicorn.access", "uvicorn.error", "alembic", "asyncio", "httpx2", "pgqueuer")
"""Loggers that are heard from warnings on."""

Entry = MutableMapping[str, Any]

REQUEST: ContextVar[str] = ContextVar("request_id", default="")
"""The request that is being answered, in all tasks that it starts."""


def configure(environment: Environment, stream: TextIO | None = None) -> None:
    """Send all logs, ours and libraries', the same way; may be called again."""
    stream = stream or sys.stderr
    shared: list[Processor] = [
        merge_contextvars,
        name_request,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    rendering: list[Processor] = (
        [structlog.processors.format_exc_info, discreet, structlog.processors.JSONRenderer()]
        if environment is Environment.PRODUCTION
        else [structlog.processors.format_exc_info, discreet, structlog.dev.ConsoleRenderer(colors=stream.isatty())]
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def bind_request(request_id: str) -> None:
    """Every line of this request names it from now on; the client got the same id."""
    REQUEST.set(request_id)


def name_request(_: Any, __: str, entry: Entry) -> Entry:
    if request_id := REQUEST.get():
        entry.setdefault("request_id", request_id)
    return entry


def hide_secrets(_: Any, __: str, entry: Entry) -> Entry:
    """The last resort, should somebody log what is nobody's business."""
    for name in entry.keys() & SECRET_NAMES:
        entry[name] = HIDDEN
    return entry


def discreet(_: Any, __: str, entry: Entry) -> Entry:
    """PostgreSQL tells in DETAIL which values it did not like: those are people's."""
    if isinstance(text := entry.get("exception"), str) and "DETAIL:" in text:
        entry["exception"] = "\n".join(line for line in text.splitlines() if not line.startswith("DETAIL:"))
    return entry
