"""Logs: one line of JSON per event in production, readable lines in development, to standard error.

What people send and secrets are never logged: neither bodies nor arguments nor tokens, and of an exception its place
and its message without the values in it, be they people's or the database's words about rows.
"""

import logging
import re
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
QUOTED = re.compile(
    r"""(?<!constraint\s)(?<!relation\s)(?<!column\s)(?<!table\s)(?<!function\s)(?<!attribute\s)(?<!module\snamed\s)"""
    r"""(?:(?:(?<!\w)|(?<=\bb))'(?:[^'\\\n]|\\.)*'(?!\sobject\b)|(?<!\w)"(?:[^"\\\n]|\\.)*")"""
)
"""A value that a message repeats; not what it names by saying first what it is."""
GROUPED = re.compile(r"^ +\| ")
"""What stands before the lines of an exception in a group of them."""
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
    """Leave no values in what an exception says; the event beside it often repeats its words."""
    if isinstance(text := entry.get("exception"), str):
        entry["exception"] = "\n".join(without_values(line) for line in text.splitlines() if not is_detail(line))
        if isinstance(event := entry.get("event"), str):
            entry["event"] = without_values(event)
    return entry


def is_detail(line: str) -> bool:
    """PostgreSQL tells in DETAIL which values it did not like: those are people's."""
    return GROUPED.sub("", line).startswith("DETAIL:")


def without_values(line: str) -> str:
    """A line without what is quoted in it, but for names of the program's and the database's own.

    Indented lines are places in the program, which say no values.
    """
    place = GROUPED.sub("", line).startswith(" ")
    return line if place else QUOTED.sub(HIDDEN, line)
