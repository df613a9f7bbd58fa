"""Pictures for the demonstration catalogue, drawn from their name: a shape for each category in a quiet palette."""

import re
from functools import lru_cache

KEY = re.compile(r"placeholder/([a-z]+)-([0-9]{1,3})\.svg")

PALETTES = (
    ("#f4efe8", "#8c6a4f", "#5d4433"),
    ("#eef0ee", "#4e5d52", "#2f3a33"),
    ("#f3f0f2", "#7a4b5a", "#512f3b"),
    ("#eef1f5", "#3e5573", "#26374d"),
    ("#f6f2e9", "#b08d3c", "#7c6123"),
    ("#f1efee", "#3a3635", "#1d1b1a"),
    ("#f5eeea", "#b4553b", "#7d3524"),
    ("#eff3f1", "#2f6f62", "#1c463d"),
)
SHAPES = {
    "bags": '<path d="M150 190h200l24 170a16 16 0 0 1-16 18H142a16 16 0 0 1-16-18z" fill="{1}"/>'
    '<path d="M190 200c0-80 120-80 120 0" fill="none" stroke="{2}" stroke-width="12"/>'
    '<rect x="236" y="240" width="28" height="20" rx="4" fill="{0}"/>',
    "watches": '<rect x="215" y="90" width="70" height="320" rx="20" fill="{2}"/>'
    '<circle cx="250" cy="250" r="92" fill="{1}"/><circle cx="250" cy="250" r="74" fill="{0}"/>'
    '<path d="M250 250V196M250 250l38 22" stroke="{2}" stroke-width="8" stroke-linecap="round"/>',
    "jewellery": '<circle cx="250" cy="290" r="84" fill="none" stroke="{1}" stroke-width="16"/>'
    '<path d="M205 175h90l28 34-73 62-73-62z" fill="{2}"/>',
    "clothing": '<path d="M200 120l50 30 50-30 90 60-40 60-30-16v170H180V224l-30 16-40-60z" fill="{1}"/>'
    '<path d="M250 150v244" stroke="{2}" stroke-width="6"/>',
    "shoes": '<path d="M120 190c40 70 110 90 200 100 60 6 70 30 70 60H180l-24-70v70h-36z" fill="{1}"/>'
    '<rect x="118" y="350" width="274" height="14" rx="7" fill="{2}"/>',
    "accessories": '<path d="M110 240h280v46H110z" fill="{1}"/>'
    '<rect x="206" y="222" width="88" height="82" rx="10" fill="none" stroke="{2}" stroke-width="14"/>',
    "home": '<path d="M190 150h120l-14 60c50 40 50 150 0 170H204c-50-20-50-130 0-170z" fill="{1}"/>'
    '<path d="M205 260h90" stroke="{2}" stroke-width="8"/>',
    "services": '<path d="M150 330l130-130m40-40l30-30" stroke="{1}" stroke-width="22" stroke-linecap="round"/>'
    '<circle cx="300" cy="180" r="44" fill="none" stroke="{2}" stroke-width="18"/>',
}


def draw(key: str) -> bytes | None:
    """The SVG of `placeholder/<category>-<number>.svg`; None for anything else."""
    found = KEY.fullmatch(key)
    if found is None or found[1] not in SHAPES:
        return None
    return drawn(found[1], int(found[2]))


@lru_cache(maxsize=512)
def drawn(category: str, number: int) -> bytes:
    palette = PALETTES[number % len(PALETTES)]
    tilt = (number // len(PALETTES) % 9 - 4) * 2
    shape = SHAPES[category].format(*palette)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 500 500" role="img">'
        f'<rect width="500" height="500" fill="{palette[0]}"/>'
        f'<g transform="rotate({tilt} 250 250)">{shape}</g></svg>'
    ).encode()
