"""Double entry.

An account is (owner, kind, currency); a journal is a set of postings that sums to zero in each currency.

Amounts are signed: a positive posting adds to what the house owes that account. Customer balances are therefore zero or
more; what a customer owes (RECEIVABLE) is zero or less; a house account may have either sign.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain.money import Currency, Money
from domain.viewer import AccountId

JournalId = NewType("JournalId", UUID)
LotId = NewType("LotId", UUID)


class AccountKind(StrEnum):
    """What an account stands for; the first five belong to a customer, the rest to the house.

    SUPPLIER_PAYABLE is the sum of the bills that are due; CREDITORS is owed to those who are paid outside, by invoice.
    What brands owe for the campaigns that they fund stands on BRAND_RECEIVABLE. Money is exchanged out of FX_LIQUIDITY,
    which the house fills from its TREASURY and which is never below zero; FX has what it gained or lost by rates.
    """

    CASH = "CASH"
    CREDIT = "CREDIT"
    DEPOSIT = "DEPOSIT"
    HELD = "HELD"
    RECEIVABLE = "RECEIVABLE"

    ESCROW = "ESCROW"
    CONSIGNOR_PAYABLE = "CONSIGNOR_PAYABLE"
    INVENTORY = "INVENTORY"
    SALES = "SALES"
    COMMISSION = "COMMISSION"
    SERVICES = "SERVICES"
    COST_OF_GOODS = "COST_OF_GOODS"
    PSP_CLEARING = "PSP_CLEARING"
    PAYOUT_CLEARING = "PAYOUT_CLEARING"
    TAX_PAYABLE = "TAX_PAYABLE"
    DUTIES_PAYABLE = "DUTIES_PAYABLE"
    SHIPPING = "SHIPPING"
    FREIGHT_SUBSIDY = "FREIGHT_SUBSIDY"
    PROMOTION = "PROMOTION"
    CREDIT_BONUS = "CREDIT_BONUS"
    BREAKAGE = "BREAKAGE"
    WRITE_OFF = "WRITE_OFF"
    FX = "FX"
    FX_LIQUIDITY = "FX_LIQUIDITY"
    FX_SPREAD = "FX_SPREAD"
    TREASURY = "TREASURY"
    SUPPLIER_PAYABLE = "SUPPLIER_PAYABLE"
    CREDITORS = "CREDITORS"
    BRAND_RECEIVABLE = "BRAND_RECEIVABLE"
    TRAVEL_UNEARNED = "TRAVEL_UNEARNED"
    GIFT_CARDS = "GIFT_CARDS"
    SUBSIDY_BUDGET = "SUBSIDY_BUDGET"


CUSTOMER_KINDS = frozenset(
    {AccountKind.CASH, AccountKind.CREDIT, AccountKind.DEPOSIT, AccountKind.HELD, AccountKind.RECEIVABLE}
)


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """`owner` is None for an account of the house."""

    owner: AccountId | None
    kind: AccountKind
    currency: Currency

    def __post_init__(self) -> None:
        assert (self.owner is not None) == (self.kind in CUSTOMER_KINDS), f"{self.kind} has the wrong kind of owner"


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of a journal; a CREDIT posting names the lot that it adds to or takes from."""

    account: LedgerAccount
    amount: Money
    lot_id: LotId | None = None

    def __post_init__(self) -> None:
        assert self.amount, "a posting moves something"
        assert self.amount.currency is self.account.currency, "a posting is in its account's currency"
        assert (self.lot_id is not None) == (self.account.kind is AccountKind.CREDIT), "credit moves in lots"


@dataclass(frozen=True, slots=True)
class Journal:
    """An immutable, balanced set of postings and what caused it; a correction is another journal."""

    id: JournalId
    cause_kind: str
    cause_id: UUID
    postings: Sequence[Posting]
    occurred_at: datetime
    memo: str = ""

    def __post_init__(self) -> None:
        assert len(self.postings) >= 2, "a journal has two sides"
        assert not unbalanced(self.postings), f"postings must sum to zero: {unbalanced(self.postings)}"


def unbalanced(postings: Iterable[Posting]) -> dict[Currency, int]:
    """The minor units by which each currency is off; empty when the postings balance."""
    sums: defaultdict[Currency, int] = defaultdict(int)
    for posting in postings:
        sums[posting.amount.currency] += posting.amount.minor
    return {currency: minor for currency, minor in sums.items() if minor}


def house(kind: AccountKind, amount: Money) -> Posting:
    """A posting on an account of the house."""
    return Posting(LedgerAccount(None, kind, amount.currency), amount)


def customer(owner: AccountId, kind: AccountKind, amount: Money, lot_id: LotId | None = None) -> Posting:
    """A posting on a customer's account."""
    return Posting(LedgerAccount(owner, kind, amount.currency), amount, lot_id)


class Ledger(Protocol):
    """The one place where money moves."""

    async def post(self, journal: Journal) -> None:
        """Keep the journal and move every balance and lot that it names; the database refuses what must not be."""
        ...


@dataclass(frozen=True, slots=True)
class CurrencyProof:
    """Both sides of the ledger in one currency; they are equal when nothing was lost, doubled or invented."""

    currency: Currency
    customers: Money
    house: Money
    posted: int

    @property
    def balanced(self) -> bool:
        return self.customers.minor + self.house.minor == 0


@dataclass(frozen=True, slots=True)
class LedgerHealth:
    """What a whole reading of the ledger found, at one moment."""

    at: datetime
    journals: int
    postings: int
    unbalanced_journals: int
    unlinked_journals: int
    broken_links: int
    drifted_pockets: int
    drifted_lots: int
    drifted_snapshots: int
    drifted_budgets: int
    drifted_bills: int
    drifted_liquidity: int
    drifted_exchanges: int
    negative_pockets: int
    currencies: Sequence[CurrencyProof]

    @property
    def faults(self) -> Mapping[str, int]:
        """What must be none, by name."""
        return {
            "unbalanced journals": self.unbalanced_journals,
            "unlinked journals": self.unlinked_journals,
            "broken links": self.broken_links,
            "drifted pockets": self.drifted_pockets,
            "drifted lots": self.drifted_lots,
            "drifted snapshots": self.drifted_snapshots,
            "drifted budgets": self.drifted_budgets,
            "drifted bills": self.drifted_bills,
            "drifted liquidity": self.drifted_liquidity,
            "drifted exchanges": self.drifted_exchanges,
            "negative pockets": self.negative_pockets,
        }

    @property
    def ok(self) -> bool:
        return not any(self.faults.values()) and all(proof.balanced for proof in self.currencies)


class LedgerReader(Protocol):
    async def health(self) -> LedgerHealth:
        """Reads the whole ledger; costs grow with it, so it is for finance and for checks."""
        ...

    async def house_balances(self) -> Mapping[tuple[AccountKind, Currency], Money]:
        """What stands on each account of the house that anything stands on; costs the same however long the ledger."""
        ...
