"""Wallets: pockets by currency, credit in lots, holds, statements, and the proof of the ledger."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain import ledger, money, wallet
from resolvers import wallet as resolve
from schema.enum import enum
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.ids import Node, global_id, id_of
from schema.mutation import Info, MoneyMove, given, mutation
from schema.node import fetchable
from schema.noun import attribute, noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.scalars import CurrencyCode, Money, MoneyInput

AccountKind = enum(
    ledger.AccountKind,
    name="LedgerAccountKind",
    description="What a ledger account stands for.",
    CASH="A customer's cash, which can be spent and paid out.",
    CREDIT="A customer's store credit, which can be spent here and never becomes cash.",
    DEPOSIT="A customer's security for what they sell.",
    HELD="A customer's money that is set aside for something under way.",
    RECEIVABLE="What a customer owes the house.",
    ESCROW="Buyers' money that waits for its payable date.",
    CONSIGNOR_PAYABLE="What the house owes sellers of consigned pieces.",
    INVENTORY="What the goods and pieces of the house have cost.",
    SALES="What the house has sold of its own.",
    COMMISSION="What the house has earned on what others sell.",
    SERVICES="What the house has earned for services.",
    COST_OF_GOODS="What the goods that were sold, or are gone, have cost.",
    PSP_CLEARING="Money under way with payment providers.",
    PAYOUT_CLEARING="Payouts under way with the bank.",
    TAX_PAYABLE="Taxes that the house owes.",
    DUTIES_PAYABLE="Duties and import taxes that were collected and are to be paid.",
    SHIPPING="What buyers have paid for delivery.",
    FREIGHT_SUBSIDY="What the house pays of freight and its insurance for pieces that are traded in.",
    PROMOTION="What the house gives as promotions and goodwill.",
    CREDIT_BONUS="What the house adds to proceeds that are taken as credit.",
    BREAKAGE="Credit and gift cards that lapsed unspent.",
    WRITE_OFF="Debts that the house has given up.",
    FX="Gains and losses from exchange rates.",
    FX_LIQUIDITY="What the house has set aside of a currency to exchange.",
    FX_SPREAD="What the house has earned on exchanges of money.",
    TREASURY="The house's own money, out of which it sets aside what can be exchanged.",
    SUPPLIER_PAYABLE="Suppliers' bills that are due, less claims on them.",
    CREDITORS="What the house owes to those who are paid outside, by invoice.",
    BRAND_RECEIVABLE="What brands owe for the campaigns that they fund.",
    TRAVEL_UNEARNED="Paid for journeys that have not taken place yet.",
    GIFT_CARDS="What is left on gift cards.",
    SUBSIDY_BUDGET="What campaigns have promised, and have left to promise.",
)
LotOrigin = enum(
    wallet.LotOrigin,
    name="CreditLotOrigin",
    description="Where a lot of credit came from.",
    SETTLEMENT="Proceeds that the seller took as credit.",
    BONUS="What the house added to proceeds that were taken as credit.",
    PROMOTION="Given by the house for a while; it expires.",
    GOODWILL="Given by the house to make something good.",
    REFUND="Came back from a purchase.",
)
HoldState = enum(
    wallet.HoldState,
    name="WalletHoldState",
    description="Where a hold stands.",
    HELD="The money is set aside.",
    CAPTURED="It was spent; what was not needed went back.",
    VOIDED="It was given back unspent.",
    EXPIRED="Its time was over, and it went back unspent.",
)


# Nouns


@noun(wallet.Pocket, description="A wallet in one currency. Cash can be paid out; credit can only be spent here.")
class WalletPocket:
    currency: CurrencyCode = strawberry.field(description="The currency of all its amounts.")  # type: ignore[valid-type]
    cash: Money = strawberry.field(description="What may be spent or paid out.")
    credit: Money = strawberry.field(description="What may be spent here, and never leaves as cash.")
    deposit: Money = strawberry.field(description="What is kept as a seller's security.")
    held: Money = strawberry.field(description="What is set aside for purchases and payouts under way.")
    owed: Money = strawberry.field(description="What the customer owes the house.")
    version: int = strawberry.field(description="Goes up with every movement; for `expectedVersion`.")


@noun(
    wallet.Lot,
    description="Credit that came in at once. Only promotional credit expires. Seen by its owner, finance and support.",
)
class CreditLot(Node):
    id: strawberry.ID = global_id("CreditLot")
    origin: LotOrigin = strawberry.field(description="Where it came from.")  # type: ignore[valid-type]
    amount: Money = strawberry.field(description="How much came in.")
    remaining: Money = strawberry.field(description="How much is left to spend.")
    expires_at: datetime | None = strawberry.field(description="When the rest lapses; null for never.")
    created_at: datetime = strawberry.field(description="When it came in.")


@noun(
    wallet.Hold,
    description="An amount set aside, so that a later capture can not fail. Seen by its owner, finance and support.",
)
class WalletHold(Node):
    id: strawberry.ID = global_id("WalletHold")
    kind: AccountKind = strawberry.field(description="What is set aside: CASH or CREDIT.")  # type: ignore[valid-type]
    amount: Money = strawberry.field(description="How much was set aside.")
    captured: Money = strawberry.field(description="How much of it was spent.")
    state: HoldState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    expires_at: datetime | None = strawberry.field(description="When it lapses by itself; null for never.")
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")


@noun(wallet.StatementLine, description="One movement on one of the wallet's accounts.")
class WalletStatementLine:
    kind: AccountKind = strawberry.field(description="Which account of the wallet moved.")  # type: ignore[valid-type]
    amount: Money = strawberry.field(description="Positive for money in, negative for money out.")
    memo: str = strawberry.field(description="What it was for.")
    occurred_at: datetime = strawberry.field(description="When it happened.")

    @strawberry.field(description="What caused it, such as `order` or `transfer`.")
    def cause(root: wallet.StatementLine) -> str:
        return root.cause_kind


STATEMENT = "walletStatement"


@noun(wallet.Wallet, description="What an account has with the house. Seen by its owner, finance and support.")
class Wallet:
    @strawberry.field(graphql_type=list[WalletPocket], description="One pocket for each currency that ever moved.")
    async def pockets(root: wallet.Wallet, info: Info) -> Any:
        return await resolve.pockets(info.context, root.owner)

    @strawberry.field(graphql_type=list[CreditLot], description="Lots with credit left, oldest first, 250 at most.")
    async def credit_lots(root: wallet.Wallet, info: Info) -> Any:
        return await resolve.lots(info.context, root.owner)

    @strawberry.field(graphql_type=list[WalletHold], description="Holds that stand, oldest first, 250 at most.")
    async def holds(root: wallet.Wallet, info: Info) -> Any:
        return await resolve.holds(info.context, root.owner)

    @strawberry.field(graphql_type=Connection[WalletStatementLine], description="Every movement, newest first.")
    async def statement(
        root: wallet.Wallet,
        info: Info,
        currency: Annotated[CurrencyCode, strawberry.argument(description="The pocket whose movements are read.")],  # type: ignore[valid-type]
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            STATEMENT, (0,), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        found = await resolve.statement(info.context, root.owner, money.Currency(currency), page)
        return Connection(page=found, list_name=STATEMENT)


@noun(ledger.CurrencyProof, description="Both sides of the ledger in one currency.")
class LedgerCurrencyProof:
    currency: CurrencyCode = strawberry.field(description="The currency that it is about.")  # type: ignore[valid-type]
    customers: Money = strawberry.field(description="What the house owes all customers.")
    house: Money = strawberry.field(description="The sum of all accounts of the house.")
    balanced: bool = strawberry.field(description="Whether both sum to zero.")


@noun(
    ledger.LedgerHealth,
    description="What reading the whole ledger found. Every count but the first two must be 0.",
)
class LedgerHealth:
    read_at: datetime = attribute("at", datetime, description="When the ledger was read.")
    journals: int = strawberry.field(description="How many journals there are.")
    postings: int = strawberry.field(description="How many postings there are.")
    unbalanced_journals: int = strawberry.field(description="Journals whose postings do not sum to zero.")
    unlinked_journals: int = strawberry.field(description="Journals that are in no chain of hashes.")
    broken_links: int = strawberry.field(description="Links whose hash does not follow from what they cover.")
    drifted_pockets: int = strawberry.field(description="Pockets that are not the sum of their postings.")
    drifted_lots: int = strawberry.field(description="Lots of credit that are not the sum of their postings.")
    drifted_snapshots: int = strawberry.field(
        description="Snapshots of the house's accounts that are not the sum of their postings."
    )
    drifted_budgets: int = strawberry.field(
        description="Currencies in which SUBSIDY_BUDGET is not what campaigns have promised and have left to promise."
    )
    drifted_bills: int = strawberry.field(
        description="Currencies in which SUPPLIER_PAYABLE is not the sum of the suppliers' bills that are due."
    )
    drifted_liquidity: int = strawberry.field(
        description="Currencies in which what there is to exchange is not the sum of its postings."
    )
    drifted_exchanges: int = strawberry.field(
        description="Accounts on which exchanges of money have not left what each of them says."
    )
    negative_pockets: int = strawberry.field(description="Pockets that are below zero.")
    currencies: list[LedgerCurrencyProof] = strawberry.field(description="Both sides, by currency.")
    ok: bool = strawberry.field(description="Whether all of this is as it must be.")


# Refusals


@refused(wallet.InsufficientFunds)
class InsufficientFunds(UserError):
    kind: AccountKind = strawberry.field(description="What there is too little of: CASH or CREDIT.")  # type: ignore[valid-type]
    available: Money = strawberry.field(description="What can be spent of it.")
    required: Money = strawberry.field(description="What would have been needed.")


@refused(wallet.CaptureTooHigh)
class CaptureTooHigh(UserError):
    held: Money = strawberry.field(description="What the hold has.")
    asked: Money = strawberry.field(description="What was asked for.")


# Inputs


@strawberry.input(description="Whom to send how much cash. `expectedVersion` is that of the sender's pocket.")
class WalletTransferInput(MoneyMove):
    to_account_id: strawberry.ID = strawberry.field(description="Whose wallet it goes to.")
    amount: MoneyInput = strawberry.field(description="How much cash to send.")
    memo: str = strawberry.field(
        default="", description="What both sides read on their statements, up to 140 characters."
    )

    def to_command(self) -> wallet.Transfer:
        return wallet.Transfer(
            to=id_of("Account", self.to_account_id, "toAccountId"),
            amount=self.amount.to_money("amount"),
            memo=self.memo,
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which customer gets credit, and why.")
class WalletCreditGrantInput(MoneyMove):
    account_id: strawberry.ID = strawberry.field(description="The account of the customer.")
    amount: MoneyInput = strawberry.field(description="How much credit to give.")
    origin: LotOrigin = strawberry.field(description="What kind of credit it is: PROMOTION or GOODWILL.")  # type: ignore[valid-type]
    reason: str = strawberry.field(description="Why, for the audit and the customer's statement.")
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When promotional credit lapses; left out for goodwill, which never does."
    )

    def to_command(self) -> wallet.GrantCredit:
        return wallet.GrantCredit(
            owner=id_of("Account", self.account_id, "accountId"),
            amount=self.amount.to_money("amount"),
            origin=wallet.LotOrigin(self.origin),
            reason=self.reason,
            expires_at=given(self.expires_at),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="What to set aside of a customer's money.")
class WalletHoldPlaceInput(MoneyMove):
    account_id: strawberry.ID = strawberry.field(description="The account of the customer.")
    kind: AccountKind = strawberry.field(description="What is set aside: CASH or CREDIT.")  # type: ignore[valid-type]
    amount: MoneyInput = strawberry.field(description="How much to set aside.")
    ttl_seconds: int = strawberry.field(description="After how many seconds it lapses by itself, 1 second to 30 days.")
    reason: str = strawberry.field(description="Why, for the audit.")

    def to_command(self) -> wallet.PlaceHold:
        return wallet.PlaceHold(
            owner=id_of("Account", self.account_id, "accountId"),
            kind=ledger.AccountKind(self.kind),
            amount=self.amount.to_money("amount"),
            ttl_seconds=self.ttl_seconds,
            reason=self.reason,
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which hold to spend, and how much of it.")
class WalletHoldCaptureInput(MoneyMove):
    hold_id: strawberry.ID = strawberry.field(description="The hold that this is about.")
    amount: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="How much of it; all of it when left out. The rest is given back."
    )

    def to_command(self) -> wallet.CaptureHold:
        amount = given(self.amount)
        return wallet.CaptureHold(
            hold_id=id_of("WalletHold", self.hold_id, "holdId"),
            amount=None if amount is None else amount.to_money("amount"),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which hold to give back unspent.")
class WalletHoldVoidInput(MoneyMove):
    hold_id: strawberry.ID = strawberry.field(description="The hold that this is about.")

    def to_command(self) -> wallet.VoidHold:
        return wallet.VoidHold(
            hold_id=id_of("WalletHold", self.hold_id, "holdId"), expected_version=given(self.expected_version)
        )


# Root fields


@strawberry.type
class WalletQuery:
    @strawberry.field(
        graphql_type=Wallet, description="A wallet: the caller's own, or anybody's for finance and support."
    )
    async def wallet(
        self,
        info: Info,
        account_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Whose wallet; the caller's own when left out.")
        ] = strawberry.UNSET,
    ) -> Any:
        wanted = given(account_id)
        return await resolve.wallet(info.context, None if wanted is None else id_of("Account", wanted, "accountId"))

    @strawberry.field(
        graphql_type=LedgerHealth, description="What reading the whole ledger finds: the proof that it is in order."
    )
    async def ledger_health(self, info: Info) -> Any:
        return await resolve.health(info.context)


@strawberry.type
class WalletMutation:
    wallet_transfer = mutation(
        wallet.transfer,
        WalletTransferInput,
        WalletPocket,
        InsufficientFunds,
        VersionConflict,
        description="Send cash to another account; answers with the sender's pocket.",
    )
    wallet_credit_grant = mutation(
        wallet.grant_credit,
        WalletCreditGrantInput,
        CreditLot,
        VersionConflict,
        description="Give a customer promotional or goodwill credit.",
    )
    wallet_hold_place = mutation(
        wallet.place_hold,
        WalletHoldPlaceInput,
        WalletHold,
        InsufficientFunds,
        VersionConflict,
        description="Set a customer's cash or credit aside.",
    )
    wallet_hold_capture = mutation(
        wallet.capture_hold,
        WalletHoldCaptureInput,
        WalletHold,
        CaptureTooHigh,
        WrongState,
        VersionConflict,
        description="Spend a hold on services of the house and give the rest back.",
    )
    wallet_hold_void = mutation(
        wallet.void_hold,
        WalletHoldVoidInput,
        WalletHold,
        WrongState,
        VersionConflict,
        description="Give a hold back unspent.",
    )


fetchable("CreditLot", resolve.lot)
fetchable("WalletHold", resolve.hold)
