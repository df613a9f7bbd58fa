"""Whether everything that can be watched was told of when it changed: rows before and after, beside events."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.house import House
from domain.change import Position, Subject, SubjectKind, subjects

NEWS_MAX = 10_000

ROWS = {
    SubjectKind.LISTING: """
        SELECT l.id, l::text || coalesce(c::text, '') FROM listing l LEFT JOIN claim c USING (piece_id)
    """,
    SubjectKind.CONSIGNMENT: """
        SELECT c.id, c::text || coalesce(string_agg(t::text, '' ORDER BY t.id), '')
        FROM consignment c LEFT JOIN consignment_task t ON t.consignment_id = c.id GROUP BY c.id
    """,
    SubjectKind.ORDER: """
        SELECT o.id, o::text || coalesce((SELECT string_agg(l::text, '' ORDER BY l.id) FROM order_line l
                WHERE l.order_id = o.id), '')
            || coalesce((SELECT string_agg(s::text, '' ORDER BY s.id) FROM shipment s WHERE s.order_id = o.id), '')
            || coalesce((SELECT string_agg(r::text, '' ORDER BY r.id) FROM goods_return r WHERE r.order_id = o.id), '')
        FROM sales_order o
    """,
    SubjectKind.WALLET: "SELECT owner, string_agg(p::text, '' ORDER BY currency) FROM wallet_pocket p GROUP BY owner",
}
"""What shows of each thing to those who watch it, by its id."""

PIECES = "SELECT id, piece_id FROM listing WHERE piece_id IS NOT NULL"


@dataclass
class Seen:
    """How everything stood at a moment."""

    position: Position
    rows: dict[Subject, str]


async def seen(house: House) -> Seen:
    pool = house.readers.pool
    position = await house.feed.reader.position()
    rows = {Subject(kind, row[0]): row[1] for kind, query in ROWS.items() for row in await pool.fetch(query)}
    return Seen(position, rows)


async def untold(house: House, before: Seen) -> list[Subject]:
    """What changed since then without anybody who watched it being told."""
    after = await seen(house)
    news = await house.feed.reader.since(before.position, NEWS_MAX)
    told = {subject for one in news.happenings for subject in subjects(one)}
    pieces: dict[UUID, UUID] = {row[0]: row[1] for row in await house.readers.pool.fetch(PIECES)}

    def follows(subject: Subject) -> set[Subject]:
        of_piece = subject.kind is SubjectKind.LISTING and subject.id in pieces
        return {subject, Subject(SubjectKind.PIECE, pieces[subject.id])} if of_piece else {subject}

    changed = [subject for subject, row in after.rows.items() if before.rows.get(subject, row) != row]
    return [subject for subject in changed if told.isdisjoint(follows(subject))]
