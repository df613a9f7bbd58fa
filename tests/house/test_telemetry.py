"""Logs tell what happened, to whom it belongs to find it, and nothing that is nobody's business."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
import structlog

from app import telemetry
from app.config import Environment


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def lines() -> Iterator[Any]:
    stream = io.StringIO()
    telemetry.configure(Environment.PRODUCTION, stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_production_logs_one_line_of_json_for_ours_and_for_libraries(lines: Any) -> None:
    telemetry.bind_request("r-1")
    structlog.get_logger("cercle.test").info("it happened", count=3)
    logging.getLogger("some.library").warning("%s broke", "something")

    ours, theirs = lines()
    assert (ours["event"], ours["count"], ours["request_id"], ours["level"]) == ("it happened", 3, "r-1", "info")
    assert (theirs["event"], theirs["request_id"], theirs["logger"]) == ("something broke", "r-1", "some.library")
    assert ours["timestamp"].endswith("Z")


def test_secrets_are_hidden_even_if_somebody_logs_them(lines: Any) -> None:
    structlog.get_logger().warning("oh", token="abc", password="def", variables={"a": 1}, kept="this")
    logging.getLogger("library").warning("oh", extra={"authorization": "Bearer abc"})

    text = json.dumps(lines())
    assert "abc" not in text
    assert "def" not in text
    assert "this" in text


def test_an_exception_keeps_its_place_and_loses_the_values_of_rows_and_locals(lines: Any) -> None:
    password = "hunter2"  # noqa: F841  # a local variable as a traceback could show it
    try:
        error = asyncpg.UniqueViolationError("duplicate key value violates a constraint")
        error.detail = "Key (email)=(lin@example.com) already exists."
        raise error
    except asyncpg.UniqueViolationError:
        logging.getLogger("cercle").exception("request failed")

    (line,) = lines()
    assert "test_telemetry.py" in line["exception"]
    assert "duplicate key value" in line["exception"]
    assert "lin@example.com" not in line["exception"]
    assert "hunter2" not in line["exception"]


def test_access_logs_are_off(lines: Any) -> None:
    logging.getLogger("uvicorn.access").info("GET /graphql?query={secret}")

    assert lines() == []


def test_development_logs_for_people() -> None:
    stream = io.StringIO()
    telemetry.configure(Environment.DEVELOPMENT, stream)
    structlog.get_logger("cercle.test").info("it happened", count=3)

    assert "it happened" in stream.getvalue()
    assert "count=3" in stream.getvalue()
    assert not stream.getvalue().startswith("{")
