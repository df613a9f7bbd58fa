"""What becomes of an old piece while the purchase that it belongs to goes on, ends, or is undone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain import campaign, claim, piece, title
from domain.campaign import CampaignNotRunning, PurchaseTooSmall
from domain.claim import ClaimPurpose
from domain.event import Event
from domain.ledger import AccountKind, Posting, customer, house
from domain.money import Currency, Money
from domain.order import Order, Pledge, PledgeChoice, PledgeMode, TenderKind, TenderPart
from domain.refusal import NotFound, require
from domain.trade_in.hand_over import CLAIMED_FOR
from domain.trade_in.lifecycle import TAKEN, TradeInState
from domain.trade_in.money import held_pays
from domain.trade_in.noun import TradeIn, TradeInId
from domain.trade_in.port import Work
from domain.trade_in.refusal import TradeInNotOffered
from domain.trade_in.step import end, go_on, happened, hold_back, secured, send_back
from domain.viewer import AccountId
from domain.work import Job


class TradeInPledges:
    """Answers an order out of its trade-in; the order is locked, and saved, by the caller."""

    def __init__(self, work: Work) -> None:
        self.work = work

    async def offered(self, choice: PledgeChoice, buyer: AccountId, currency: Currency, now: datetime) -> Pledge:
        """The buyer's own offer, locked; refuses one that does not stand any more."""
        try:
            trade_in = await self.work.trade_ins.lock(TradeInId(choice.trade_in_id))
        except NotFound as refusal:
            refusal.path = ("tenders", "tradeIn", "tradeInId")
            raise
        missing = NotFound("TradeIn", choice.trade_in_id, path=("tenders", "tradeIn", "tradeInId"))
        require(trade_in.owner == buyer, missing)
        return pledge_of(trade_in, choice.mode, currency, now)

    async def bind(self, order: Order, pledge: Pledge, now: datetime) -> None:
        """The offer belongs to this order from here on."""
        trade_in = await self._lock(order)
        await self._check_campaign(order, trade_in)
        trade_in.move("bound")
        trade_in.mode, trade_in.order_id, trade_in.bound_at = pledge.mode, order.id, now
        if trade_in.piece_id is not None and trade_in.claim_token is not None:
            tokens = {trade_in.piece_id: trade_in.claim_token}
            await claim.hold_on(self.work, tokens, holder=trade_in.id, until=now + CLAIMED_FOR, now=now)
        await self.work.trade_ins.save(trade_in)
        self.work.events.append(happened(trade_in, "bound", order=order.code))
        if order.paid_at is not None:
            await self.paid(order, now)

    async def paid(self, order: Order, now: datetime) -> None:
        """The order is paid but for the promise: the old piece is to come now."""
        trade_in = await self._lock(order)
        if trade_in.state is not TradeInState.BOUND:
            return
        if secured(trade_in):
            await hold_back(self.work, order, now)
        trade_in.hand_over_by = now + timedelta(days=trade_in.terms.hand_over_days)
        await self.work.trade_ins.save(trade_in)
        self.work.outbox.append(Job("tradeInExpire", trade_in.id, trade_in.hand_over_by))

    async def let_go(self, order: Order, now: datetime) -> None:
        """The order ended unpaid: the offer stands again for as long as it did."""
        trade_in = await self._lock(order)
        if trade_in.state is not TradeInState.BOUND:
            return
        trade_in.move("letGo")
        trade_in.mode = trade_in.order_id = trade_in.bound_at = None
        if trade_in.expires_at <= now:
            await end(self.work, trade_in, "expired", now)
        await self.work.trade_ins.save(trade_in)
        self.work.events.append(happened(trade_in, "letGo"))

    async def call_off(self, order: Order, *, whole: bool, now: datetime) -> None:
        """Money of the order is about to go back: a promise that is not kept yet ends, and the held cash has paid.

        Where the full price was paid first, only the end of the whole purchase ends the trade-in.
        """
        trade_in = await self._lock(order)
        if whole and trade_in.state in TAKEN:
            await self._lock_ahead(trade_in)
        if not trade_in.is_pending or not (whole or secured(trade_in)):
            return
        if trade_in.state is TradeInState.BOUND:
            await end(self.work, trade_in, "calledOff", now)
        else:
            await send_back(self.work, trade_in, "unwound", now)
        await go_on(self.work, order, now)
        await held_pays(self.work, order, trade_in, now)
        await self.work.trade_ins.save(trade_in)
        self.work.events.append(happened(trade_in, "calledOff"))

    async def give_back(
        self, order: Order, parts: Sequence[TenderPart], *, piece_back: bool, now: datetime
    ) -> list[Posting]:
        """The piece itself, or its agreed value; the subsidy to its fund."""
        trade_in = await self._lock(order)
        postings: list[Posting] = []
        for part in parts:
            if part.kind is TenderKind.SUBSIDY:
                postings.append(await self._return_subsidy(trade_in, part.amount, now))
            elif piece_back:
                postings.append(house(AccountKind.INVENTORY, part.amount))
                await self._unwind(trade_in, now)
            else:
                postings.append(customer(order.buyer, AccountKind.CASH, part.amount))
        return postings

    async def still_here(self, order: Order, now: datetime) -> Money | None:
        """Ties end when a piece is delivered to somebody else, so whose it is counts too."""
        trade_in = await self._lock(order)
        if trade_in.state is not TradeInState.SETTLED or trade_in.piece_id is None:
            return None
        if not title.is_ours(await self.work.pieces.lock(trade_in.piece_id)):
            return None
        return None if await self.work.piece_ties.deals(trade_in.piece_id, now) else trade_in.value

    async def _lock(self, order: Order) -> TradeIn:
        assert order.trade_in_id is not None, "this order goes together with an old piece"
        return await self.work.trade_ins.lock(TradeInId(order.trade_in_id))

    async def _lock_ahead(self, trade_in: TradeIn) -> None:
        """What giving back will change, locked before any pocket is."""
        if trade_in.campaign_id is not None:
            await self.work.campaigns.lock(trade_in.campaign_id)
        if trade_in.piece_id is not None:
            await self.work.claims.lock_all([trade_in.piece_id])
            await self.work.pieces.lock(trade_in.piece_id)

    async def _check_campaign(self, order: Order, trade_in: TradeIn) -> None:
        """A campaign is about purchases of some size, and a brand's about those of that brand."""
        if trade_in.campaign_id is None:
            return
        granted = await self.work.campaigns.find(trade_in.campaign_id)
        enough = granted.minimum <= order.subtotal
        require(enough, PurchaseTooSmall(granted.minimum, path=("tenders", "tradeIn", "tradeInId")))
        if granted.brand_id is None:
            return
        for product_id in [line.product_id for line in order.lines if line.product_id is not None]:
            if (await self.work.products.find(product_id)).brand_id == granted.brand_id:
                return
        raise CampaignNotRunning(path=("tenders", "tradeIn", "tradeInId"))

    async def _unwind(self, trade_in: TradeIn, now: datetime) -> None:
        """Title goes back; the piece is claimed again until its owner has it."""
        assert trade_in.piece_id is not None, "what was bought is a piece"
        work = self.work
        taken = await claim.take(
            work, trade_in.piece_id, holder=trade_in.id, purpose=ClaimPurpose.TRADE_IN, ttl=CLAIMED_FOR, now=now
        )
        trade_in.claim_token = taken.token
        found = await work.pieces.lock(trade_in.piece_id)
        piece.transfer_title(found, piece.account(trade_in.owner))
        await work.pieces.save(found)
        trade_in.move("unwound")
        await work.trade_ins.save(trade_in)
        work.events.append(happened(trade_in, "unwound"))
        work.events.append(Event("piece.tradeInUndone", "tradeIn", trade_in.id, {}, found.id, trade_in.owner))

    async def _return_subsidy(self, trade_in: TradeIn, amount: Money, now: datetime) -> Posting:
        """All of it goes back into the budget; a part of it to who funded that, for a budget counts whole subsidies.

        What went back in parts was spent, and stays so.
        """
        assert trade_in.campaign_id is not None, "a subsidy is of a campaign"
        if amount == trade_in.subsidy:
            await campaign.release(self.work, trade_in.id, now)
            return house(AccountKind.SUBSIDY_BUDGET, amount)
        granted = await self.work.campaigns.lock(trade_in.campaign_id)
        return house(granted.source, amount)


def pledge_of(trade_in: TradeIn, mode: PledgeMode, currency: Currency, now: datetime) -> Pledge:
    """What an offer is good for in a cart of this currency; refuses one that does not stand."""
    stands = trade_in.state is TradeInState.OFFERED and now < trade_in.expires_at and trade_in.currency is currency
    path = ("tenders", "tradeIn", "tradeInId")
    require(stands, TradeInNotOffered(trade_in.expires_at, path=path))
    return Pledge(trade_in.id, mode, trade_in.value, trade_in.subsidy)
