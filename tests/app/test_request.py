"""A body is read up to a bound, in however many parts it comes."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from app.request import BODY_BYTES_MAX, LIKES_BYTES_MAX, MANNERS_MAX, Head, HttpRefusal, Manner, Manners, read_body

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


def head(method: str = "POST", **headers: str) -> Head:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Head({**SCOPE, "method": method, "headers": named})


PLAIN = {"accept": "*/*", "content_type": "application/json"}
ENGLISH = Manner("application/json", "en")


def test_a_manner_is_known_by_all_the_headers_that_tell_it_and_by_no_others() -> None:
    manners = Manners()
    manners.note(head(**PLAIN), ENGLISH)

    assert manners.of(head(**PLAIN, content_length="10", authorization="x")) == ENGLISH
    others = ({"content_type": "text/plain"}, {"content_encoding": "gzip"}, {"accept": ""}, {"accept_language": "zh"})
    for other in others:
        assert manners.of(head(**PLAIN | other)) is None


def test_what_is_no_post_has_no_manner() -> None:
    manners = Manners()
    manners.note(head("GET", **PLAIN), ENGLISH)

    assert manners.of(head(**PLAIN)) is None
    manners.note(head(**PLAIN), ENGLISH)
    assert manners.of(head("GET", **PLAIN)) is None


def test_strangers_fill_no_memory_with_their_manners() -> None:
    manners = Manners()
    manners.note(head(accept="x" * LIKES_BYTES_MAX, content_type="application/json"), ENGLISH)
    for number in range(MANNERS_MAX + 10):
        manners.note(head(accept=f"a/{number}"), ENGLISH)

    assert manners.of(head(accept="x" * LIKES_BYTES_MAX, content_type="application/json")) is None
    assert sum(manners.of(head(accept=f"a/{number}")) is not None for number in range(MANNERS_MAX + 10)) == MANNERS_MAX
