"""What schemathesis is told about this house: values that fit its scalars, ids that are there, and what a bug is.

Imported by schemathesis in an environment of its own, which has neither this house's libraries nor its rooms.
"""

import json
import os
from pathlib import Path

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

IDS = json.loads(Path(os.environ["CERCLE_FUZZ_IDS"]).read_text())

SCALARS = {
    "ID": st.one_of(st.sampled_from(IDS), st.sampled_from(IDS), st.text(max_size=12)),
    "Decimal": st.one_of(
        st.sampled_from(["0", "10.00", "1250.5", "-1", "99999999999999.99", "0.000000001", "1e5", "NaN"]),
        st.decimals(allow_nan=False, allow_infinity=False, places=2).map(lambda value: format(value, "f")),
    ),
    "Date": st.one_of(st.dates().map(str), st.sampled_from(["0001-01-01", "9999-12-31", "2026-11-21", "2026-02-30"])),
    "DateTime": st.one_of(
        st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
        st.sampled_from(["2026-11-21T18:30:00+08:00", "1900-01-01T00:00:00Z", "2199-12-31T23:59:59Z", "soon"]),
    ),
    "CountryCode": st.one_of(st.sampled_from(["CN", "FR", "XX"]), st.text(max_size=3)),
    "URL": st.one_of(st.sampled_from(["https://example.com/x", "http://[", "https://a:b@c"]), st.text(max_size=12)),
    "JSON": st.sampled_from(["{}", "[]", '{"a": [1, null, "港"]}']),
}
for name, strategy in SCALARS.items():
    schemathesis.graphql.scalar(name, strategy.map(nodes.String))


@schemathesis.check
def house_holds(context, response, case):
    """No answer is our own fault: neither by its status nor by the code of an error in it."""
    assert response.status_code < 500, f"{response.status_code}: {response.text[:500]}"
    told = response.json()
    codes = [error.get("extensions", {}).get("code") for error in told.get("errors") or ()]
    assert None not in codes, f"An error has no code: {response.text[:500]}"
    assert "INTERNAL" not in codes, response.text[:500]
