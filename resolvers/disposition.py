"""What became of pieces: anyone checks a code; the record is for staff and whoever traded the piece in."""

from uuid import UUID

from domain.disposition import Disposition, DispositionCheck, check
from domain.trade_in import TradeIn
from resolvers import trade_in as trade_ins
from resolvers.certificate import readable
from resolvers.context import Context


async def verify(context: Context, code: str) -> DispositionCheck:
    """What a code is worth. Codes are read from paper, so that spaces and small letters are forgiven."""
    tidy = code.strip().upper()
    found = await context.readers.dispositions.by_code(tidy) if readable(tidy) else None
    return check(tidy, found, context.secrets.signer)


async def find(context: Context, disposition_id: UUID) -> Disposition | None:
    """The disposition, for those who may see its trade-in."""
    found = await context.loaders.disposition.load(disposition_id)
    seen = found is not None and await trade_ins.find(context, found.trade_in_id) is not None
    return found if seen else None


async def of_trade_in(context: Context, trade_in: TradeIn) -> Disposition | None:
    return await context.loaders.disposition_of.load(trade_in.id)
