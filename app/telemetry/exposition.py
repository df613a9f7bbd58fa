"""Readings as Prometheus reads them."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from app.telemetry.metric import FAMILIES, Family, Reading

MADE = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily, "histogram": HistogramMetricFamily}


class Told(Collector):
    """What was read of every process and of the house as a whole, once."""

    def __init__(self, processes: Mapping[str, Iterable[Reading]], whole: Iterable[Reading]) -> None:
        self._found: dict[str, list[tuple[tuple[str, ...], Any]]] = {}
        for process, readings in processes.items():
            for name, labels, value in readings:
                self._found.setdefault(name, []).append(((process, *labels), value))
        for name, labels, value in whole:
            self._found.setdefault(name, []).append((labels, value))

    def collect(self) -> Iterator[Any]:
        for name, family in FAMILIES.items():
            if name in self._found:
                labels = family.labels if family.whole else ("process", *family.labels)
                metric: Any = MADE[family.kind](f"cercle_{name}", family.meaning, labels=labels)
                for values, value in self._found[name]:
                    add(metric, family, values, value)
                yield metric


def add(metric: Any, family: Family, labels: tuple[str, ...], value: Any) -> None:
    if family.kind != "histogram":
        metric.add_metric(labels, value)
        return
    *counts, total = value
    bounds = [*map(str, family.bounds), "+Inf"]
    metric.add_metric(labels, buckets=list(zip(bounds, accumulate(counts), strict=True)), sum_value=total)


def exposed(processes: Mapping[str, Iterable[Reading]], whole: Iterable[Reading], accept: str) -> tuple[bytes, str]:
    """The text and its media type, as this Accept header likes it."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Told(processes, whole))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type
