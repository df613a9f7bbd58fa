"""The condition of a piece, in one word."""

from domain import piece
from schema.enum import enum

Grade = enum(
    piece.Grade,
    name="Grade",
    description="The condition of a piece, best first.",
    NEW="Never used, as from the maker.",
    PRISTINE="As good as new.",
    EXCELLENT="Hardly a trace of use.",
    VERY_GOOD="Light traces of use.",
    GOOD="Visible traces of use.",
    FAIR="Heavily used, and still sound.",
)
