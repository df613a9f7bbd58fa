"""What the demonstration house takes off: a welcome at its own cost, and a journey's bundle together with a partner."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.seed.draw import TODAY, Draw
from domain.account import Account
from domain.bundle import Bundle
from domain.campaign import Campaign, CampaignId, CampaignPurpose, CampaignState, CostShare, Funder
from domain.ledger import AccountKind, Journal, JournalId, house
from domain.localized import Localized
from domain.money import Currency, Money
from domain.supplier import SupplierId
from domain.viewer import Role
from domain.voucher import Voucher, VoucherId, VoucherState
from persistence.campaign import SqlCampaigns
from persistence.connection import Connection
from persistence.copy import copy_nouns
from persistence.ledger import SqlLedger
from persistence.voucher import SqlVouchers

NUMBER = 5
PERIOD = timedelta(days=365)
SHARE_BPS = 4_000


@dataclass(frozen=True, slots=True)
class Promotion:
    """A campaign whose budget is set aside, and the voucher on it."""

    campaign: Campaign
    voucher: Voucher
    journal: Journal


def promotions(
    draw: Draw, everybody: Sequence[Account], partner: SupplierId, bundle: Bundle | None
) -> Iterator[Promotion]:
    """One for everybody, and one for a bundle where there is one."""
    name = Localized("Welcome to the circle", "欢迎入圈")
    yield promotion(draw, everybody, "WELCOME", name, 2_000_000, 20_000, percent_bps=500)
    if bundle is not None:
        name = Localized("Travel light, together", "轻装同行")
        share = CostShare(partner, SHARE_BPS)
        yield promotion(
            draw, everybody, "TOGETHER", name, 1_000_000, 15_000, amount=15_000, shares=(share,), bundle=bundle
        )


def promotion(
    draw: Draw,
    everybody: Sequence[Account],
    code: str,
    name: Localized,
    budget: int,
    most: int,
    *,
    percent_bps: int | None = None,
    amount: int | None = None,
    shares: tuple[CostShare, ...] = (),
    bundle: Bundle | None = None,
) -> Promotion:
    """In euros; amounts are in cents."""
    zero, whole = Money.zero(Currency.EUR), Money(budget, Currency.EUR)
    campaign = Campaign(
        id=CampaignId(draw.id(TODAY)),
        code=code,
        name=name,
        funder=Funder.JOINT if shares else Funder.HOUSE,
        brand_id=None,
        currency=Currency.EUR,
        budget=whole,
        subsidy=Money(most, Currency.EUR),
        minimum=Money(2 * most, Currency.EUR),
        reserved=zero,
        spent=zero,
        starts_at=TODAY,
        ends_at=TODAY + PERIOD,
        state=CampaignState.OPEN,
        opened_by=next(one.id for one in everybody if Role.FINANCE in one.roles),
        opened_at=TODAY,
        purpose=CampaignPurpose.VOUCHER,
        shares=shares,
    )
    voucher = Voucher(
        id=VoucherId(draw.id(TODAY)),
        campaign_id=campaign.id,
        code=code,
        currency=Currency.EUR,
        percent_bps=percent_bps,
        amount=None if amount is None else Money(amount, Currency.EUR),
        minimum=zero,
        per_person=1,
        line_kinds=(),
        listing_kinds=(),
        category_ids=(),
        bundle_id=None if bundle is None else bundle.id,
        state=VoucherState.OPEN,
        issued_by=next(one.id for one in everybody if Role.MERCHANDISER in one.roles),
        issued_at=TODAY,
    )
    postings = (house(AccountKind.PROMOTION, -whole), house(AccountKind.SUBSIDY_BUDGET, whole))
    told = f"Budget of {code}"
    journal = Journal(JournalId(draw.id(TODAY)), "campaign", campaign.id, postings, TODAY, told)
    return Promotion(campaign, voucher, journal)


async def promote(connection: Any, made: Sequence[Promotion]) -> None:
    await copy_nouns(connection, SqlCampaigns, [one.campaign for one in made])
    await copy_nouns(connection, SqlVouchers, [one.voucher for one in made])
    ledger = SqlLedger(Connection(connection))
    for one in made:
        await ledger.post(one.journal)
