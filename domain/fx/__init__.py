"""Exchanging money: rates that staff state, quotes that hold for minutes, and wallets that change one for another."""

from domain.fx.convert import Conversion, sell, worth
from domain.fx.exchange import ExchangeMoney, MoveLiquidity, exchange, move_liquidity, postings
from domain.fx.noun import (
    BILLION,
    FxExchange,
    FxExchangeId,
    FxExchangeState,
    FxLiquidity,
    FxPosition,
    FxQuote,
    FxQuoteId,
    FxRate,
    FxRateId,
    RateTerms,
)
from domain.fx.port import FxExchanges, FxLiquidities, FxQuotes, FxRateFilter, FxRates, FxReader, Work
from domain.fx.quote import RequestQuote, request
from domain.fx.rate import StateRate, state
from domain.fx.refusal import FxLiquidityShort, FxQuoteLapsed, FxQuoteUsed, FxRateMissing
from domain.fx.reverse import ReverseExchange, reversal, reverse, undo

__all__ = [
    "BILLION",
    "Conversion",
    "ExchangeMoney",
    "FxExchange",
    "FxExchangeId",
    "FxExchangeState",
    "FxExchanges",
    "FxLiquidities",
    "FxLiquidity",
    "FxLiquidityShort",
    "FxPosition",
    "FxQuote",
    "FxQuoteId",
    "FxQuoteLapsed",
    "FxQuoteUsed",
    "FxQuotes",
    "FxRate",
    "FxRateFilter",
    "FxRateId",
    "FxRateMissing",
    "FxRates",
    "FxReader",
    "MoveLiquidity",
    "RateTerms",
    "RequestQuote",
    "ReverseExchange",
    "StateRate",
    "Work",
    "exchange",
    "move_liquidity",
    "postings",
    "request",
    "reversal",
    "reverse",
    "sell",
    "state",
    "undo",
    "worth",
]
