"""Something that the house stands on is away; not a refusal, for it says nothing about the request."""


class Unavailable(Exception):
    """Send the same request with the same key again in a moment:

    if it was done, its answer comes back; if not, it is done then.
    """

    retry_after_seconds = 1
