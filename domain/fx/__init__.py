"""Exchanging money: rates that staff state, quotes that hold for minutes, and wallets that change one for another."""

from domain.fx.noun import BILLION, FxRate, FxRateId, RateTerms
from domain.fx.port import FxRateFilter, FxRates, FxReader
from domain.fx.rate import StateRate, state

__all__ = [
    "BILLION",
    "FxRate",
    "FxRateFilter",
    "FxRateId",
    "FxRates",
    "FxReader",
    "RateTerms",
    "StateRate",
    "state",
]
