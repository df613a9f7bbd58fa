"""A body is read up to a bound, in however many parts it comes."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from app.request import BODY_BYTES_MAX, Head, HttpRefusal, read_body

SCOPE: dict[str, Any] = {"method": "POST", "query_string": b"", "client": None, "headers": []}


def coming(*parts: bytes, hangs_up: bool = False) -> Callable[[], Awaitable[Any]]:
    """What the server hands over of a body in these parts."""
    end = [{"type": "http.disconnect"}] if hangs_up else []
    last = len(parts) - 1
    messages = iter(
        [
            *(
                {"type": "http.request", "body": part, "more_body": hangs_up or at < last}
                for at, part in enumerate(parts)
            ),
            *end,
        ]
    )

    async def receive() -> Any:
        return next(messages)

    return receive


@pytest.mark.parametrize(
    "parts", [(b"",), (b"{}",), (b"{", b"}"), (b"", b"{}", b""), (b"{", b'"a"', b":1", b"}")], ids=repr
)
async def test_a_body_is_what_its_parts_make(parts: tuple[bytes, ...]) -> None:
    read = await read_body(Head(SCOPE), coming(*parts))

    assert read == b"".join(parts)
    assert type(read) is bytes


@pytest.mark.parametrize("parts", [1, 2, 3])
async def test_a_body_may_be_just_as_long_as_the_bound(parts: int) -> None:
    whole = b"x" * BODY_BYTES_MAX
    size = -(-BODY_BYTES_MAX // parts)
    cut = [whole[at : at + size] for at in range(0, BODY_BYTES_MAX, size)]
    assert await read_body(Head(SCOPE), coming(*cut)) == whole

    with pytest.raises(HttpRefusal) as refused:
        await read_body(Head(SCOPE), coming(*cut, b"x"))
    assert refused.value.status == 413


@pytest.mark.parametrize(
    ("announced", "reads"),
    [(b"2", True), (b"%d" % BODY_BYTES_MAX, True), (b"%d" % (BODY_BYTES_MAX + 1), False), (b"9" * 400, False)],
)
async def test_a_body_that_is_announced_to_be_too_long_is_not_waited_for(announced: bytes, reads: bool) -> None:
    head = Head({**SCOPE, "headers": [(b"content-length", announced)]})
    if reads:
        assert await read_body(head, coming(b"{}")) == b"{}"
    else:
        with pytest.raises(HttpRefusal):
            await read_body(head, coming())


async def test_a_body_that_its_client_leaves_is_none() -> None:
    with pytest.raises(ClientDisconnect):
        await read_body(Head(SCOPE), coming(b"{", hangs_up=True))
