"""The condition of a piece, in one word."""

import strawberry

from domain import piece

Grade = strawberry.enum(piece.Grade, name="Grade", description="The condition of a piece, best first.")
