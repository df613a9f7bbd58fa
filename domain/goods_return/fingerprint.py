"""Whether what comes back is what was sent: the tag must be the same, and the weight about the same."""

from collections.abc import Iterable

from domain.goods_return.noun import Finding
from domain.money import BASIS_POINTS
from domain.shipment import Fingerprint, Shipment, ShipmentState

WEIGHT_TOLERANCE_GRAMS = 5
WEIGHT_TOLERANCE_BPS = 100
"""Scales and the air differ a little; whichever is more is forgiven."""


def of_line(shipments: Iterable[Shipment], line_id: object) -> Fingerprint | None:
    """What was recorded when the line went out, if anything was."""
    delivered = [shipment for shipment in shipments if shipment.state is ShipmentState.DELIVERED]
    return next((one for shipment in delivered for one in shipment.fingerprints if one.line_id == line_id), None)


def compare(sent: Fingerprint | None, tag_number: str | None, weight_grams: int | None) -> tuple[Finding, ...]:
    """Every difference; none when the same tag came back at about the same weight. No weight is no match either."""
    if sent is None:
        return (Finding.NOT_RECORDED,)
    findings: list[Finding] = []
    if tag_number is None:
        findings.append(Finding.TAG_MISSING)
    elif tag_number.casefold() != sent.tag_number.casefold():
        findings.append(Finding.TAG_DIFFERS)
    if weight_grams is None or abs(weight_grams - sent.weight_grams) > tolerance_grams(sent.weight_grams):
        findings.append(Finding.WEIGHT_DIFFERS)
    return tuple(findings)


def tolerance_grams(weight_grams: int) -> int:
    return max(WEIGHT_TOLERANCE_GRAMS, weight_grams * WEIGHT_TOLERANCE_BPS // BASIS_POINTS)
