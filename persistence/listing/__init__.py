"""Listings in PostgreSQL: the rows with their shelves, and the cards that shoppers read."""

from persistence.listing.reader import SqlListingReader
from persistence.listing.row import ListingRow, SqlListings

__all__ = ["ListingRow", "SqlListingReader", "SqlListings"]
