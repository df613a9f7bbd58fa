"""Exchanging money: rates that staff state, quotes that hold for minutes, and wallets that change one for another."""

from domain.fx.convert import Conversion, sell, worth
from domain.fx.noun import BILLION, FxQuote, FxQuoteId, FxRate, FxRateId, RateTerms
from domain.fx.port import FxQuotes, FxRateFilter, FxRates, FxReader, Work
from domain.fx.quote import RequestQuote, request
from domain.fx.rate import StateRate, state
from domain.fx.refusal import FxRateMissing

__all__ = [
    "BILLION",
    "Conversion",
    "FxQuote",
    "FxQuoteId",
    "FxQuotes",
    "FxRate",
    "FxRateFilter",
    "FxRateId",
    "FxRateMissing",
    "FxRates",
    "FxReader",
    "RateTerms",
    "RequestQuote",
    "StateRate",
    "Work",
    "request",
    "sell",
    "state",
    "worth",
]
