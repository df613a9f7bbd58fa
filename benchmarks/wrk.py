"""Load by wrk, where it is installed: it costs less of the processor than any client in Python."""

import subprocess
import tempfile
from pathlib import Path
from shutil import which

from benchmarks.load import KEY, Load, LoadFailed, Measured

SCRIPT = """
local requests, at = {{ {requests} }}, 0
request = function()
  at = at % #requests + 1
  return requests[at]
end
done = function(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("told %d %d %f %f %d\\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), failed))
end
"""


def able(load: Load, seconds: float) -> bool:
    """It counts whole seconds, makes up nothing, and reads no answer but its status."""
    return seconds == int(seconds) and not any(KEY in request for request in load.requests) and which("wrk") is not None


def run(load: Load, seconds: float) -> Measured:
    with tempfile.TemporaryDirectory() as place:
        script = Path(place) / "load.lua"
        script.write_text(SCRIPT.format(requests=", ".join(map(quoted, load.requests))))
        command = ["wrk", "-t1", f"-c{load.connections}", f"-d{int(seconds)}s", "-s", str(script), load.url]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    numbers = next(line.split()[1:] for line in told.splitlines() if line.startswith("told "))
    requests, micros, p50, p99, failed = map(float, numbers)
    if failed or not requests:
        raise LoadFailed(told)
    return Measured(int(requests), micros / 1e6, p50, p99)


def quoted(request: bytes) -> str:
    """Bytes as Lua spells them."""
    return '"' + "".join(f"\\{byte:03}" for byte in request) + '"'
