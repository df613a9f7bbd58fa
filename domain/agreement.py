"""What a contract says when it matters to its consignment: what it is listed at, who is bound, how it ends."""

from datetime import datetime, timedelta
from uuid import UUID

from domain import markdown
from domain.consignment import Consignment, ConsignmentState, SettlementMode
from domain.contract import BOUGHT_AT_END, Contract, ContractState, EndAction
from domain.event import Event
from domain.listing import ListingId
from domain.money import BASIS_POINTS, Money
from domain.settlement import SettlementCause, Work
from domain.settlement.pay import buy, end, take_title


class ContractAgreements:
    """Answers a consignment out of its contract; the consignment is locked, and saved, by the caller."""

    def __init__(self, work: Work) -> None:
        self.work = work

    async def price(self, consignment: Consignment) -> Money:
        """What the piece is listed at."""
        return (await self._contract(consignment)).price

    async def listed(self, consignment: Consignment, listing_id: UUID, now: datetime) -> datetime | None:
        """The term begins, and every agreed step has its date; the answer is when term and grace are over."""
        contract = await self._contract(consignment)
        assert contract.mode is SettlementMode.AFTER_SALE, "what was bought at once has settled"
        contract.listing_id, contract.listed_at = listing_id, now
        contract.term_ends_at = now + timedelta(days=contract.term_days)
        await self.work.contracts.save(contract)
        await markdown.plan(self.work, contract, ListingId(listing_id), now)
        return contract.grace_ends_at

    async def bound_until(self, consignment: Consignment, now: datetime) -> datetime | None:
        """Until when the seller may not withdraw; None when they are free."""
        contract = await self.work.contracts.lock_for(consignment.id)
        return None if contract is None else contract.bound_until(now)

    async def ended(self, consignment: Consignment, now: datetime) -> None:
        """The consignment was withdrawn or has expired, and the contract with it.

        An expired one ends as agreed. Where the house buys or is given the piece, the consignment is settled.
        """
        contract = await self.work.contracts.lock_for(consignment.id)
        if contract is None:
            return
        expired = consignment.state is ConsignmentState.EXPIRED and contract.state is ContractState.AGREED
        action = contract.end_action if expired else EndAction.RETURN
        if action in BOUGHT_AT_END:
            assert contract.end_price is not None, "the contract says what the house pays at the end"
            if action is EndAction.TRADE_IN:
                contract.credit_bps = BASIS_POINTS
            await buy(self.work, consignment, contract, contract.end_price, SettlementCause.TERM_END, now)
            return
        if action is EndAction.DONATE:
            await take_title(self.work, contract)
            consignment.move("settled", now)
            consignment.donated = True
            self.work.events.append(
                Event("contract.donated", "contract", contract.id, {}, contract.piece_id, contract.seller)
            )
        await end(self.work, contract, now)

    async def _contract(self, consignment: Consignment) -> Contract:
        contract = await self.work.contracts.lock_for(consignment.id)
        assert contract is not None, "what was agreed has a contract"
        return contract
