"""A map that is laid out, as SVG. Its colours and widths are those of the page's style sheet."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from sqs_checks.rendering.map_layout import Curve, Layout, Spot
from sqs_checks.rendering.queue_map import LINE, PADDING, Box, Connection, QueueMap

# From its upper corner: with an exclamation mark cut out.
_TRIANGLE = "l6 11 h-12 z m-0.7 4 v3.4 h1.4 v-3.4 z m0 4.4 v1.4 h1.4 v-1.4 z"
_HEAD = 7  # the length of an arrow's head, in pixels


def svg_of(shown: QueueMap, layout: Layout, name: str, title: str, description: str) -> str:
    """name: begins the ids of the drawing, of which a page holds no two. title, description: for screen readers."""
    return "\n".join(_lines(shown, layout, name, title, description))


def _lines(shown: QueueMap, layout: Layout, name: str, title: str, description: str) -> Iterator[str]:
    width, height = round(layout.width), round(layout.height)
    yield (
        f'<svg class="map" role="img" aria-labelledby="{name}-title {name}-desc" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">'
    )
    yield f'<title id="{name}-title">{escape(title)}</title>'
    yield f'<desc id="{name}-desc">{escape(description)}</desc>'
    for connection, curve in zip(shown.connections, layout.curves):
        yield _connection(connection, curve)
    for box in shown.boxes:
        yield from _box(box, layout.spots[box.id])
    yield "</svg>"


def _connection(connection: Connection, curve: Curve) -> str:
    first, *others = curve.points
    path = f"M{_at(first)} C{' '.join(map(_at, others))}"
    heads = ""
    if connection.heads in ("right", "both"):
        heads += _head(curve.points[-1], -_HEAD)
    if connection.heads == "both":
        heads += _head(first, _HEAD)
    return f'<g class="{_classes("line", connection)}"><path class="curve" d="{path}"/>{heads}</g>'


def _head(tip: Spot, back: int) -> str:
    return f'<path class="head" d="M{_at(tip)} l{back} -4 v8 z"/>'


def _box(box: Box, middle: Spot) -> Iterator[str]:
    left, top = middle.x - box.width / 2, middle.y - box.height / 2
    yield f'<g class="{_classes(f"box {box.kind}", box)}"><title>{escape(box.told)}</title>'
    yield f'<rect x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="{_roundness(box)}"/>'
    for number, line in enumerate(box.lines):
        x, y = left + PADDING, top + PADDING + 9 + number * LINE
        if line.style.startswith("fault"):
            if line.style == "fault":
                yield f'<path class="mark" d="M{x + 5.5:.1f} {y - 10:.1f} {_TRIANGLE}"/>'
            x += 16
        yield f'<text class="{line.style}" x="{x:.1f}" y="{y:.1f}">{escape(line.text)}</text>'
    yield "</g>"


def _roundness(box: Box) -> int:
    return 2 if box.kind == "statement" else 6


def _classes(kind: str, shown: Box | Connection) -> str:
    return f"{kind}{' fault' if shown.is_fault else ''}{' unknown' if shown.is_unknown else ''}"


def _at(spot: Spot) -> str:
    return f"{spot.x:.1f} {spot.y:.1f}"
