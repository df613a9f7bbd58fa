"""Of which sites a page may speak to this house from a browser.

The house keeps no cookies, so a page of another site could do no more than a stranger can; still it is refused,
whatever it sends, for it would act from the network and in the name of somebody who only looks at a page. Programs send
no Origin and are not asked. A page without a site of its own (`null`: a sandboxed frame, a file) is never welcome.
"""

from urllib.parse import urlsplit

METHODS = "GET, POST"
HEADERS_SENT = ", ".join(
    [
        "accept-language",
        "apollo-require-preflight",
        "authorization",
        "content-type",
        "graphql-require-preflight",
        "idempotency-key",
        "x-requested-with",
    ]
)
HEADERS_READ = "retry-after, x-request-id"
ASKED_AGAIN_SECONDS = 7_200
ORIGIN_BYTES_MAX = 300
"""The longest name that a host can have, and some."""


def as_origin(text: str) -> str:
    """An origin as browsers write it, `https://shop.example`; ValueError for anything else."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or text != f"{parts.scheme}://{parts.netloc}":
        raise ValueError(f"{text} is no origin, which is a scheme and a host: https://shop.example")
    if "@" in parts.netloc or parts.netloc != parts.netloc.lower():
        raise ValueError(f"{text} is no origin as browsers write it: in small letters, and nobody's name in it.")
    return text


def origin_of(address: str) -> str:
    """The origin of the pages at an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_welcome(origin: bytes, host: bytes, listed: frozenset[bytes]) -> bool:
    """Whether a page of this origin may ask: its site is this very one, or one of those that are listed."""
    if len(origin) > ORIGIN_BYTES_MAX:
        return False
    scheme, _, site = origin.partition(b"://")
    return origin in listed or (scheme in (b"http", b"https") and bool(host) and site == host.lower())


def for_page(origin: bytes) -> dict[str, str]:
    """The headers by which a browser lets the page read the answer."""
    return {"access-control-allow-origin": origin.decode("latin-1"), "access-control-expose-headers": HEADERS_READ}


PREFLIGHT = {
    "access-control-allow-methods": METHODS,
    "access-control-allow-headers": HEADERS_SENT,
    "access-control-max-age": str(ASKED_AGAIN_SECONDS),
    "allow": "GET, HEAD, OPTIONS, POST",
}
"""What a page that is welcome may send."""
