"""The benchmarks run and compare what is equal; how long anything takes is not asked here."""

from itertools import count
from pathlib import Path

import orjson
import pytest

from benchmarks import bench, cases, flame, report
from benchmarks.figures import Ratio, Round, rate
from benchmarks.load import LoadFailed, Measured, length
from benchmarks.servers import Ground
from persistence.embedded import Services

pytestmark = pytest.mark.processes

LEAN = {"constant_lean", "floor_listing_lean", "floor_detail_lean"}
READS = LEAN | {"constant", "floor_listing", "listing", "floor_detail", "detail", "floor_listing_16", "listing_16"}
CACHED = {"listing_memory", "listing_valkey"}
MOVES = {"sql", "transfer", "sql_16", "transfer_16"}


def test_every_case_answers_what_its_floor_answers_and_every_figure_has_a_name(
    database: Services, tmp_path: Path
) -> None:
    told = bench.run(Ground(database, tmp_path), 200, 1, 0.2, lambda what, done, total: None)
    report.keep(told, tmp_path / "latest.json", pieces=200)
    kept = orjson.loads((tmp_path / "latest.json").read_bytes())

    assert set(kept["cases"]) == READS | MOVES | (set() if kept["skipped"] else CACHED)
    assert all(values["per_second"] > 0 for values in kept["cases"].values())
    assert set(kept["figures"]) == {figure.name for figure in bench.FIGURES}
    assert None not in kept["figures"].values() or kept["skipped"]


def test_a_ratio_is_taken_within_each_round_and_its_median_counts() -> None:
    def rounds(*per_second: int) -> list[Round]:
        return [Round(Measured(each, 1.0, 1.0, 1.0), 0.0) for each in per_second]

    ratio = Ratio("half", "half", cases=("one", "other"), measure=rate, at_least=0.5)

    assert ratio.value({"one": rounds(10, 50, 9), "other": rounds(10, 100, 90)}) == 0.5
    assert ratio.value({"one": rounds(10)}) is None
    assert ratio.met(0.5)
    assert not ratio.met(0.49)


def test_answers_that_are_not_what_they_must_be_end_the_measurement() -> None:
    assert length(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}") == 40
    with pytest.raises(LoadFailed):
        length(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\n{}")
    with pytest.raises(LoadFailed):
        length(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}")


def test_answers_are_equal_only_with_their_keys_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = count()
    monkeypatch.setattr(
        cases, "sent", lambda url, request: (b'{"data":{"a":1,"b":2}}', b'{"data":{"b":2,"a":1}}')[next(answers) % 2]
    )
    load = cases.Load("http://127.0.0.1:1", [b""])

    with pytest.raises(cases.Unequal):
        cases.prove_equal(load, load)


def test_a_flame_graph_has_a_box_for_each_function() -> None:
    drawn = flame.drawn({("main", "read<T>"): 3, ("main", "write"): 1}, "a case")

    assert "<title>main 100.0%</title>" in drawn
    assert "<title>read&lt;T&gt; 75.0%</title>" in drawn
    assert "<title>write 25.0%</title>" in drawn
