"""Titles that passed outside the house, for staff."""

from collections.abc import Sequence

from domain.piece import PieceId
from domain.title import TitleRecord
from resolvers.context import Context


async def of_piece(context: Context, piece_id: PieceId) -> Sequence[TitleRecord] | None:
    return await context.loaders.titles_of.load(piece_id) if context.viewer.is_staff else None
