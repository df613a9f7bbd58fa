"""All four ways to be paid, side by side, reckoned by the same rules that pay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.consignment import SettlementMode
from domain.contract import Contract, ContractState
from domain.localized import Localized
from domain.money import BASIS_POINTS, Money, total
from domain.settlement.noun import CostLine, Settlement, SettlementCause, SettlementState
from domain.settlement.split import Payout, Split, bought_for, pay, sold_for


class PayoutKind(StrEnum):
    """What the proceeds are taken in; a split is in between."""

    CASH = "CASH"
    CREDIT = "CREDIT"


SHARES = {PayoutKind.CASH: 0, PayoutKind.CREDIT: BASIS_POINTS}


class ChangeReason(StrEnum):
    """What could still change an amount or a date."""

    OFFER_LAPSES = "OFFER_LAPSES"
    PRICE_FALLS = "PRICE_FALLS"
    SALE_DATE = "SALE_DATE"
    NOT_SOLD = "NOT_SOLD"
    BUYER_RETURNS = "BUYER_RETURNS"
    DISPUTE = "DISPUTE"
    FURTHER_COSTS = "FURTHER_COSTS"
    DEBTS = "DEBTS"


SAID = {
    ChangeReason.OFFER_LAPSES: Localized("The offer lapses on its date.", "报价到期失效。"),
    ChangeReason.PRICE_FALLS: Localized("The price falls by the steps you agree to.", "售价会按您同意的步骤下调。"),
    ChangeReason.SALE_DATE: Localized("The date depends on when somebody buys.", "日期取决于何时售出。"),
    ChangeReason.NOT_SOLD: Localized(
        "If nobody buys in time, the end of the term applies.", "如到期未售出，按合同到期条款处理。"
    ),
    ChangeReason.BUYER_RETURNS: Localized("The buyer may send it back in time.", "买家可在期限内退货。"),
    ChangeReason.DISPUTE: Localized("An inspection or a dispute holds the money back.", "检验或争议期间款项暂缓。"),
    ChangeReason.FURTHER_COSTS: Localized(
        "Costs that you bear may be added before the sale.", "售出前可能增加由您承担的费用。"
    ),
    ChangeReason.DEBTS: Localized("What you owe the house is paid first.", "优先抵扣您对本店的欠款。"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """`at` is known where the reason has a date."""

    reason: ChangeReason
    at: datetime | None = None

    @property
    def text(self) -> Localized:
        return SAID[self.reason]


@dataclass(frozen=True, slots=True)
class SettlementOption:
    """One way to be paid. Amounts are None where the house does not offer it; `open` says whether it can be chosen.

    `final` dates and amounts do not change any more.
    """

    mode: SettlementMode
    payout: PayoutKind
    open: bool
    final: bool
    split: Split | None
    paid: Payout | None
    cost_lines: tuple[CostLine, ...]
    bonus_bps: int
    payable_at: datetime | None
    changes: tuple[Change, ...]

    @property
    def amount(self) -> Money | None:
        """All that the seller gets, bonus included; less than nothing where costs exceed the price."""
        if self.split is None or self.paid is None:
            return None
        return self.paid.received - self.split.shortfall


@dataclass(frozen=True, slots=True)
class Situation:
    """What the options of a contract depend on: the price now, the seller's costs and debts, a sale if there is one."""

    contract: Contract
    price: Money
    cost_lines: tuple[CostLine, ...]
    owed: Money
    settlement: Settlement | None
    now: datetime

    @property
    def costs(self) -> Money:
        return total((line.amount for line in self.cost_lines), self.price.currency)


def options(situation: Situation) -> Sequence[SettlementOption]:
    """AT_APPRAISAL then AFTER_SALE, each in cash then in credit."""
    return [
        at_appraisal(situation, kind) if mode is SettlementMode.AT_APPRAISAL else after_sale(situation, kind)
        for mode in SettlementMode
        for kind in PayoutKind
    ]


def at_appraisal(situation: Situation, kind: PayoutKind) -> SettlementOption:
    """The house buys at once: the price is fixed, and the money is there the moment the seller agrees."""
    contract, settlement = situation.contract, situation.settlement
    done = settlement is not None and settlement.cause is SettlementCause.APPRAISAL
    offered = contract.state is ContractState.OFFERED and situation.now < contract.offer_expires_at
    price = contract.buy_out if offered or done else None
    split = None if price is None else bought_for(price, situation.costs)
    lines = situation.cost_lines
    if settlement is not None and done:
        split, lines = settlement.split, settlement.cost_lines
    changes = [Change(ChangeReason.OFFER_LAPSES, contract.offer_expires_at)] if offered and split else []
    if split and offered:
        changes += further_costs(situation) + debts(situation, split)
    return option(
        situation,
        SettlementMode.AT_APPRAISAL,
        kind,
        split,
        lines,
        open_=offered and split is not None,
        final=done,
        payable_at=(settlement.settled_at if settlement and done else situation.now) if split else None,
        changes=changes,
    )


def after_sale(situation: Situation, kind: PayoutKind) -> SettlementOption:
    """A buyer pays: before the sale all is a forecast at the present price, after it the sale is what counts."""
    contract, sale = situation.contract, situation.settlement
    if sale is not None and sale.cause is SettlementCause.SALE:
        return after_this_sale(situation, sale, kind)
    offered = contract.state is ContractState.OFFERED and situation.now < contract.offer_expires_at
    agreed = contract.state is ContractState.AGREED and contract.mode is SettlementMode.AFTER_SALE
    if not offered and not agreed:
        return option(situation, SettlementMode.AFTER_SALE, kind, None, (), open_=False)
    split = sold_for(contract, situation.price, situation.costs)
    changes = [Change(ChangeReason.OFFER_LAPSES, contract.offer_expires_at)] if offered else []
    if any(step.price < situation.price for step in contract.steps):
        changes.append(Change(ChangeReason.PRICE_FALLS))
    changes += [
        Change(ChangeReason.SALE_DATE),
        Change(ChangeReason.NOT_SOLD, contract.grace_ends_at),
        Change(ChangeReason.BUYER_RETURNS),
        Change(ChangeReason.DISPUTE),
        *further_costs(situation),
        *debts(situation, split),
    ]
    sold_at = max(situation.now, (contract.listed_at or situation.now) + timedelta(days=contract.days_to_sell))
    waits = timedelta(days=contract.days_to_deliver + contract.return_window_days)
    return option(
        situation,
        SettlementMode.AFTER_SALE,
        kind,
        split,
        situation.cost_lines,
        open_=offered or contract.payout_fixed_at is None,
        payable_at=sold_at + waits,
        changes=changes,
    )


def after_this_sale(situation: Situation, sale: Settlement, kind: PayoutKind) -> SettlementOption:
    """The piece is sold: the split is known, the date is known once it was delivered."""
    contract, done = situation.contract, sale.state is SettlementState.SETTLED
    waits = timedelta(days=contract.days_to_deliver + sale.return_window_days)
    changes = [] if done else [Change(ChangeReason.BUYER_RETURNS, sale.window_ends_at), Change(ChangeReason.DISPUTE)]
    if not done:
        changes += debts(situation, sale.split)
    return option(
        situation,
        SettlementMode.AFTER_SALE,
        kind,
        sale.split,
        sale.cost_lines,
        open_=contract.payout_fixed_at is None and not done,
        final=done,
        payable_at=sale.settled_at or sale.payable_at or sale.opened_at + waits,
        changes=changes,
    )


def option(
    situation: Situation,
    mode: SettlementMode,
    kind: PayoutKind,
    split: Split | None,
    lines: tuple[CostLine, ...],
    *,
    open_: bool,
    final: bool = False,
    payable_at: datetime | None = None,
    changes: Sequence[Change] = (),
) -> SettlementOption:
    contract, settlement = situation.contract, situation.settlement
    # What was paid already met the debts of its day, not today's.
    owed = settlement.offset if final and settlement is not None else situation.owed
    paid = None if split is None else pay(contract, split.net, owed, SHARES[kind])
    return SettlementOption(
        mode=mode,
        payout=kind,
        open=open_,
        final=final,
        split=split,
        paid=paid,
        cost_lines=lines,
        bonus_bps=contract.credit_bonus_bps,
        payable_at=payable_at,
        changes=tuple(changes),
    )


def further_costs(situation: Situation) -> list[Change]:
    return [Change(ChangeReason.FURTHER_COSTS)] if situation.contract.seller_costs else []


def debts(situation: Situation, split: Split) -> list[Change]:
    return [Change(ChangeReason.DEBTS)] if situation.owed and split.net else []
