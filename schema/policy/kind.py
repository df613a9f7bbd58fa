"""What terms of several kinds speak of."""

import strawberry

from domain import policy as domain

BPS = "in basis points, of which 10,000 make a whole"

TaxBasis = strawberry.enum(domain.TaxBasis, name="TaxBasis", description="What a line is taxed on.")
