"""What clients were told, against what the ledger says: nothing lost, nothing doubled, nothing that was refused."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """The definite answer to one transfer: `done`, or refused. Its key is also its memo in the ledger."""

    key: str
    sender: str
    receiver: str
    minor: int
    done: bool


def differences(
    history: Sequence[Told], opening: Mapping[str, int], balances: Mapping[str, int], posted: Iterable[str]
) -> list[str]:
    """Every way in which the ledger and the clients disagree; `posted` are the memos of all transfers in the ledger."""
    found: list[str] = []
    times = Counter(posted)
    expected = dict(opening)
    for told in history:
        if told.done:
            expected[told.sender] -= told.minor
            expected[told.receiver] += told.minor
        if times[told.key] != int(told.done):
            said = "done" if told.done else "refused"
            found.append(f"{told.key} was answered as {said} and stands {times[told.key]} times in the ledger")
    strangers = set(times) - {told.key for told in history}
    found += [f"{key} is in the ledger but no client was told of it" for key in sorted(strangers)]
    found += [
        f"{account} should have {minor} and has {balances.get(account)}"
        for account, minor in expected.items()
        if balances.get(account) != minor
    ]
    return found
