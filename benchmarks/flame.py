"""Stacks drawn as a flame graph: one SVG file, a box for each function, as wide as its share of the samples."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from zlib import crc32

WIDTH, ROW, TOP = 1_400, 17, 40
NARROWEST = 0.7
LETTER = 6.6


@dataclass
class Box:
    """A function as it was called from one place."""

    name: str
    samples: int = 0
    callees: "dict[str, Box]" = field(default_factory=dict)

    @property
    def depth(self) -> int:
        return 1 + max((callee.depth for callee in self.callees.values()), default=0)


def drawn(stacks: Mapping[tuple[str, ...], int], title: str) -> str:
    """An SVG document; pointing at a box tells its name and share."""
    root = Box("all")
    for stack, samples in stacks.items():
        box = root
        box.samples += samples
        for name in stack:
            box = box.callees.setdefault(name, Box(name))
            box.samples += samples
    height = TOP + root.depth * ROW + 10
    boxes = "\n".join(lines(root, 0.0, 0, WIDTH / max(1, root.samples), height, root.samples))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="monospace"'
        f' font-size="11">\n<rect width="100%" height="100%" fill="#fff"/>\n'
        f'<text x="10" y="24" font-size="15">{escape(title)}</text>\n{boxes}\n</svg>\n'
    )


def lines(box: Box, left: float, depth: int, scale: float, height: int, total: int) -> Iterator[str]:
    width = box.samples * scale
    if width < NARROWEST:
        return
    y = height - (depth + 1) * ROW
    share = f"{box.name} {box.samples / max(1, total):.1%}"
    shown = box.name[: int(width / LETTER)] if width > 3 * LETTER else ""
    yield (
        f'<g><title>{escape(share)}</title><rect x="{left:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 1}"'
        f' fill="{colour(box.name)}"/><text x="{left + 2:.1f}" y="{y + 12}">{escape(shown)}</text></g>'
    )
    for callee in sorted(box.callees.values(), key=lambda one: one.name):
        yield from lines(callee, left, depth + 1, scale, height, total)
        left += callee.samples * scale


def colour(name: str) -> str:
    """Functions of one package have one hue."""
    return f"hsl({crc32(name.partition('.')[0].encode()) % 360} 60% 75%)"
