"""The table of who may what, as data.

The opening lines of verbs and the readers decide; this table is the second lock, what descriptions say, what an API key
is held to, and what the tests ask of every role.
"""

from schema.access.description import described
from schema.access.field import FIELDS
from schema.access.key import keyed
from schema.access.mutation import MUTATIONS
from schema.access.query import KINDS, QUERIES
from schema.access.row import CLOSED, EVERYBODY, SIGNED_IN, Access
from schema.access.shown import SHOWN
from schema.access.subscription import SUBSCRIPTIONS

__all__ = [
    "CLOSED",
    "EVERYBODY",
    "FIELDS",
    "KINDS",
    "MUTATIONS",
    "QUERIES",
    "SHOWN",
    "SIGNED_IN",
    "SUBSCRIPTIONS",
    "Access",
    "described",
    "keyed",
]
