"""Charts as inline SVG; colours are classes that the page's style sheet defines. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 720
LEFT, RIGHT, TOP, BOTTOM = 170, 60, 8, 34
BAR, GAP = 12, 10
LABEL_WIDTH, LABEL_HEIGHT = 90, 13
TICKS = 5
NICE = (1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40, 50, 60, 80, 100)
"""Factors of a power of ten at which an axis may end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One bar, with its interval if it has one."""

    series: int
    """Which colour."""
    value: float
    """Length."""
    low: float | None = None
    """Lower end of the interval."""
    high: float | None = None
    """Upper end of the interval."""
    note: str = ""
    """Shown when pointed at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One point of a scatter chart."""

    series: int
    """Which colour."""
    x: float
    """Across."""
    y: float
    """Up."""
    label: str
    """Written next to it."""


def bars(groups: Sequence[tuple[str, Sequence[Bar]]], *, label: str, top: float | None = None, unit: str = "") -> str:
    """Return horizontal bars with whiskers, grouped under labels; `top` fixes the end of the axis."""
    end = top or nice(max((bar.high or bar.value for _, members in groups for bar in members), default=1.0))
    height = TOP + BOTTOM + sum(len(members) * BAR + GAP for _, members in groups)
    parts = [axis_x(end, height, unit)]
    y = TOP
    for name, members in groups:
        parts.append(text(LEFT - 8, y + len(members) * BAR / 2 + 4, name, anchor="end"))
        for bar in members:
            parts.append(bar_shape(bar, y, end))
            y += BAR
        y += GAP
    return svg(height, label, parts)


def bar_shape(bar: Bar, y: float, end: float) -> str:
    """Return one bar with its whisker."""
    x = across(bar.value, end)
    parts = [
        f'<rect class="s{bar.series}" x="{LEFT}" y="{y + 1:.1f}" width="{max(x - LEFT, 0):.1f}" height="{BAR - 2}">'
        f"<title>{escape(bar.note)}</title></rect>"
    ]
    if bar.low is not None and bar.high is not None:
        low, high, middle = across(bar.low, end), across(bar.high, end), y + BAR / 2
        parts.append(
            f'<path class="whisker" d="M{low:.1f} {middle:.1f}H{high:.1f}'
            f'M{low:.1f} {middle - 3:.1f}v6M{high:.1f} {middle - 3:.1f}v6"/>'
        )
    return "".join(parts)


def stacks(groups: Sequence[tuple[str, Sequence[float]]], *, names: Sequence[str], label: str, unit: str) -> str:
    """Return one horizontal stacked bar a label; `names` says what the parts are."""
    end = nice(max((sum(parts) for _, parts in groups), default=1.0))
    height = TOP + BOTTOM + len(groups) * (BAR + GAP)
    shapes = [axis_x(end, height, unit)]
    y = TOP
    for name, values in groups:
        shapes.append(text(LEFT - 8, y + BAR - 2, name, anchor="end"))
        start = 0.0
        for series, value in enumerate(values):
            x = across(start, end)
            width = across(start + value, end) - x
            note = escape(f"{name}: {names[series]} {value:.2f} {unit}")
            shapes.append(
                f'<rect class="s{series}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}">'
                f"<title>{note}</title></rect>"
            )
            start += value
        y += BAR + GAP
    return svg(height, label, shapes)


def scatter(points: Sequence[Point], *, label: str, x_unit: str, y_top: float = 100.0, height: int = 300) -> str:
    """Return points over labelled axes: x from 0, y from 0 to `y_top`."""
    end = nice(max((point.x for point in points), default=1.0))
    parts = [axis_x(end, height, x_unit)]
    for step in range(TICKS + 1):
        value = y_top * step / TICKS
        y = upward(value, y_top, height)
        parts += [
            f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>',
            text(LEFT - 8, y + 4, f"{value:g}", anchor="end"),
        ]
    written: list[tuple[float, float]] = []
    for point in sorted(points, key=lambda point: (-point.y, point.x)):
        x, y = across(point.x, end), upward(point.y, y_top, height)
        line = y + 4
        while any(
            abs(x - other_x) < LABEL_WIDTH and abs(line - other_y) < LABEL_HEIGHT for other_x, other_y in written
        ):
            line += LABEL_HEIGHT
        written.append((x, line))
        note = escape(f"{point.label}: {point.y:.1f} at {point.x:.2f} {x_unit}")
        parts.append(f'<circle class="s{point.series}" cx="{x:.1f}" cy="{y:.1f}" r="5"><title>{note}</title></circle>')
        parts.append(text(x + 8, line, point.label))
    return svg(height, label, parts)


def axis_x(end: float, height: float, unit: str) -> str:
    """Return grid lines and numbers of the horizontal axis, from 0 to `end`."""
    parts = []
    for step in range(TICKS + 1):
        x = across(end * step / TICKS, end)
        parts.append(f'<path class="grid" d="M{x:.1f} {TOP}V{height - BOTTOM}"/>')
        parts.append(
            text(
                x, height - BOTTOM + 16, f"{end * step / TICKS:g}{' ' + unit if step == TICKS else ''}", anchor="middle"
            )
        )
    return "".join(parts)


def across(value: float, end: float) -> float:
    """Return the x of a value."""
    return LEFT + (WIDTH - LEFT - RIGHT) * (value / end if end else 0.0)


def upward(value: float, top: float, height: float) -> float:
    """Return the y of a value."""
    return height - BOTTOM - (height - BOTTOM - TOP) * value / top


def nice(value: float) -> float:
    """Return the next round number."""
    if value <= 0:
        return 1.0
    power = 10.0 ** (len(f"{int(value)}") - 1) if value >= 1 else 10.0 ** -len(f"{int(1 / value)}")
    return next((power * factor for factor in NICE if power * factor >= value), value)


def text(x: float, y: float, content: str, *, anchor: str = "start") -> str:
    """Return a text element."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(content)}</text>'


def svg(height: float, label: str, parts: Sequence[str]) -> str:
    """Return the whole picture."""
    return f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 {WIDTH} {height:.0f}">{"".join(parts)}</svg>'
