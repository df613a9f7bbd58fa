"""The passport of a piece: what happened to it, over all its owners, told without naming any of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from domain.localized import Localized
from domain.money import Currency, Money
from domain.page import Page, PageRequest
from domain.piece import Grade
from domain.price import PriceReason
from domain.viewer import Viewer


class PassportKind(StrEnum):
    """What an entry tells of; HANDLED is everything else, and is told to staff alone."""

    APPRAISED = "APPRAISED"
    CERTIFIED = "CERTIFIED"
    CERTIFICATE_REVOKED = "CERTIFICATE_REVOKED"
    CERTIFICATE_REINSTATED = "CERTIFICATE_REINSTATED"
    LISTED = "LISTED"
    PRICED = "PRICED"
    SOLD = "SOLD"
    SALE_CANCELLED = "SALE_CANCELLED"
    RETURNED = "RETURNED"
    TITLE_RECORDED = "TITLE_RECORDED"
    TRADED_IN = "TRADED_IN"
    DISPOSED = "DISPOSED"
    SERVICED = "SERVICED"
    REFURBISHED = "REFURBISHED"
    HANDLED = "HANDLED"


TITLES = {
    PassportKind.APPRAISED: Localized("Appraised", "完成鉴定"),
    PassportKind.CERTIFIED: Localized("Certificate issued", "签发证书"),
    PassportKind.CERTIFICATE_REVOKED: Localized("Certificate revoked", "证书撤销"),
    PassportKind.CERTIFICATE_REINSTATED: Localized("Certificate reinstated", "证书恢复"),
    PassportKind.LISTED: Localized("Offered for sale", "上架出售"),
    PassportKind.PRICED: Localized("Price changed", "价格调整"),
    PassportKind.SOLD: Localized("Sold", "售出"),
    PassportKind.SALE_CANCELLED: Localized("Sale cancelled", "交易取消"),
    PassportKind.RETURNED: Localized("Came back from the buyer", "买家退回"),
    PassportKind.TITLE_RECORDED: Localized("New owner, outside the house", "馆外易主"),
    PassportKind.TRADED_IN: Localized("Traded in", "以旧换新"),
    PassportKind.DISPOSED: Localized("Its way was decided", "处置决定"),
    PassportKind.SERVICED: Localized("Serviced", "保养维修"),
    PassportKind.REFURBISHED: Localized("Refurbished", "认证翻新"),
}

TOLD = {
    "appraisal.concluded": PassportKind.APPRAISED,
    "certificate.issued": PassportKind.CERTIFIED,
    "certificate.revoked": PassportKind.CERTIFICATE_REVOKED,
    "certificate.reinstated": PassportKind.CERTIFICATE_REINSTATED,
    "listing.published": PassportKind.LISTED,
    "listing.repriced": PassportKind.PRICED,
    "piece.sold": PassportKind.SOLD,
    "piece.saleCancelled": PassportKind.SALE_CANCELLED,
    "piece.returned": PassportKind.RETURNED,
    "piece.titleRecorded": PassportKind.TITLE_RECORDED,
    "piece.tradedIn": PassportKind.TRADED_IN,
    "piece.disposed": PassportKind.DISPOSED,
}
"""Which events stand in the public passport."""


@dataclass(frozen=True, slots=True)
class PassportDetails:
    """What an entry says beyond its kind; never anything about a person."""

    grade: Grade | None = None
    price: Money | None = None
    previous_price: Money | None = None
    reason: PriceReason | None = None
    certificate: str | None = None


@dataclass(frozen=True, slots=True)
class PassportEntry:
    """One event in the life of a piece."""

    id: int
    kind: PassportKind
    title: Localized
    at: datetime
    details: PassportDetails


def entry(event_id: int, name: str, data: Mapping[str, Any], at: datetime) -> PassportEntry:
    """An event as the passport tells it: of its data only what is named here, whatever else it holds."""
    kind = TOLD.get(name, PassportKind.HANDLED)
    title = TITLES.get(kind) or Localized(name, name)
    details = PassportDetails() if kind is PassportKind.HANDLED else told(data)
    return PassportEntry(event_id, kind, title, at, details)


def told(data: Mapping[str, Any]) -> PassportDetails:
    currency = data.get("currency")

    def amount(name: str) -> Money | None:
        minor = data.get(name)
        return Money(minor, Currency(currency)) if isinstance(minor, int) and currency in list(Currency) else None

    return PassportDetails(
        grade=Grade(data["grade"]) if data.get("grade") in list(Grade) else None,
        price=amount("price_minor"),
        previous_price=amount("previous_minor"),
        reason=PriceReason(data["reason"]) if data.get("reason") in list(PriceReason) else None,
        certificate=data["code"] if isinstance(data.get("code"), str) else None,
    )


class PassportReader(Protocol):
    async def pages(self, pieces: Sequence[UUID], viewer: Viewer, page: PageRequest) -> Sequence[Page[PassportEntry]]:
        """The passport of each piece, oldest first: what is public, or everything for staff."""
        ...
