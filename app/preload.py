"""Imported once by the process that forks the others: what an API process needs, and the schema, made once for all."""

import gc

from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.config import Settings


def preload() -> None:
    # There is no garbage yet, only a hundred thousand new objects that the collector would go through again and again.
    gc.disable()
    import app.server  # noqa: F401
    from schema.root import build

    build()
    # A collector that touches shared memory makes copies of it.
    gc.freeze()
    gc.enable()


try:
    Settings()
except (SettingsError, ValidationError):
    # Nobody will be forked: whoever wants to is just being told why.
    pass
else:
    preload()
