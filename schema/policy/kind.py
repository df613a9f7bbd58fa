"""What terms of several kinds speak of."""

from domain import policy as domain
from schema.enum import enum

BPS = "in basis points, of which 10,000 make a whole"

TaxBasis = enum(
    domain.TaxBasis,
    name="TaxBasis",
    description="What a line is taxed on.",
    FULL_PRICE="The whole price.",
    MARGIN="The difference between the price and what the piece has cost the house.",
    COMMISSION="The commission of the house.",
    TRAVEL_MARGIN="The difference between the price of a journey and what it costs the house.",
)
