"""What is there to ask about in a seeded house."""

from collections.abc import Mapping

import asyncpg

from schema.ids import encode_id

EACH = 4
TABLES = {
    "Account": "account",
    "Appointment": "appointment",
    "Appraisal": "appraisal",
    "Brand": "brand",
    "Category": "category",
    "Certificate": "certificate",
    "ClubShop": "club_shop",
    "Collection": "collection",
    "Consignment": "consignment",
    "Contract": "contract",
    "GoodsReturn": "goods_return",
    "Listing": "listing",
    "Order": "sales_order",
    "Payment": "payment_intent",
    "Payout": "payout",
    "Piece": "piece",
    "Product": "product",
    "Receivable": "receivable",
    "Settlement": "settlement",
    "Shipment": "shipment",
    "AcquisitionPlan": "acquisition_plan",
    "Booking": "booking",
    "Bundle": "bundle",
    "Campaign": "campaign",
    "Departure": "departure",
    "Supplier": "supplier",
    "TradeIn": "trade_in",
    "TravelProduct": "travel_product",
    "TripRequest": "trip_request",
}
LIMITLESS = {
    "stranger_mutations_per_minute": 1_000_000,
    "cost_bucket": 1_000_000_000,
    "cost_restored_per_second": 1_000_000_000,
    "sign_in_attempts_per_name": 1_000_000,
    "sign_in_attempts_per_address": 1_000_000,
}
"""Settings under which everything is executed, however much is sent."""


async def known_ids(url: str) -> Mapping[str, list[str]]:
    """Global ids of a few things of every kind."""
    connection = await asyncpg.connect(url)
    try:
        return {
            kind: [
                encode_id(kind, row["id"])
                for row in await connection.fetch(f'SELECT id FROM "{table}" ORDER BY id LIMIT {EACH}')
            ]
            for kind, table in TABLES.items()
        }
    finally:
        await connection.close()
