"""What the worker can be asked to do, by the names under which verbs put it into the outbox."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from app.house import House
from app.media_expire import expire as expire_upload
from app.payment_refund import ask_for_refund
from domain import (
    appraisal,
    claim,
    gift_card,
    goods_return,
    markdown,
    order,
    payment,
    settlement,
    trade_in,
    trip,
    trip_request,
    wallet,
)
from domain.consignment import handback
from domain.viewer import HOUSE
from domain.work import Verb

Errand = Callable[[House, str, UUID, str, datetime], Awaitable[object]]
"""Does a job: its name, what it is about, a key that is the same however often it is tried, and the moment."""


def verb(does: Verb[Any, Any, Any], command: Callable[[Any], Any]) -> Errand:
    """An errand that is one verb of the house's own, as one unit of work."""

    async def errand(house: House, name: str, subject_id: UUID, key: str, now: datetime) -> object:
        return await house.transactor(does, HOUSE, command(subject_id), action=name, key=key, now=now)

    return errand


JOBS: dict[str, Errand] = {
    "claimExpire": verb(claim.expire_claim, claim.ExpireClaim),
    "bookingExpire": verb(trip.expire, trip.OfBooking),
    "bookingRemind": verb(trip.remind, trip.OfBooking),
    "bookingBalanceDue": verb(trip.balance_due, trip.OfBooking),
    "bookingCallOff": verb(trip.call_off, trip.OfBooking),
    "bookingTravelled": verb(trip.travelled, trip.OfBooking),
    "bookingPurgeIntake": verb(trip.purge_intake, trip.OfBooking),
    "departureDecide": verb(trip.decide, trip.OfDeparture),
    "departureComplete": verb(trip.complete, trip.OfDeparture),
    "stockReservationExpire": verb(claim.expire_reservations, claim.ExpireReservations),
    "paymentExpire": verb(payment.expire, payment.ExpirePayment),
    "paymentRefund": ask_for_refund,
    "orderExpire": verb(order.expire, order.ExpireOrder),
    "orderComplete": verb(order.complete, order.CompleteOrder),
    "tripRequestLapse": verb(trip_request.lapse, trip_request.LapseTrip),
    "tradeInExpire": verb(trade_in.expire, trade_in.ExpireTradeIn),
    "tradeInLapse": verb(trade_in.lapse, trade_in.LapseTradeIn),
    "goodsReturnExpire": verb(goods_return.expire, goods_return.ExpireReturn),
    "walletHoldExpire": verb(wallet.expire_hold, wallet.ExpireHold),
    "appraisalLapse": verb(appraisal.lapse, appraisal.LapseAppraisal),
    "consignmentExpire": verb(handback.expire, handback.Expire),
    "settlementRelease": verb(settlement.release_due, settlement.ReleaseDue),
    "contractMarkdown": verb(markdown.apply, markdown.Apply),
    "mediaUploadExpire": expire_upload,
    "markdownLapse": verb(markdown.lapse, markdown.Lapse),
    "giftCardExpire": verb(gift_card.expire, gift_card.ExpireGiftCard),
    "walletLotExpire": verb(wallet.expire_lot, wallet.ExpireLot),
}
