"""Imported once by the process that forks the others: what an API process needs, and the schema, made once for all."""

import gc

# There is no garbage yet, only a hundred thousand new objects that the collector would go through again and again.
gc.disable()

import app.server  # noqa: E402, F401
from schema.root import build  # noqa: E402

build()
# A collector that touches shared memory makes copies of it.
gc.freeze()
gc.enable()
