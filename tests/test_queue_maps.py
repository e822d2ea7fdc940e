"""The HTML report, looked at in a real browser: nothing overlaps, nothing is cut, in light and dark."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from browser import browser, measured
from conftest import FIXTURES

from sqs_checks.descriptions.queue_description import CodeDescription
from sqs_checks.pack.described_queues import described_queues
from sqs_checks.rendering.html_report import html_report
from sqs_checks.rendering.map_layout import NoLayoutError, require_layout

REPORTS = FIXTURES / "reports"
CASES = ("orders", "principals", "queues", "unknowns")
# What a line may come near a letter: half a pixel is no overlap but rounding.
TOLERANCE = 0.5
# Of WCAG 2.1, 1.4.3, for text.
LEAST_CONTRAST = 4.5

Area = list[float]


def why_not() -> str:
    """Why the maps cannot be looked at on this machine; empty where they can."""
    try:
        require_layout()
    except NoLayoutError as error:
        return str(error)
    return "" if browser() else "no Chromium on this machine: install it, such as with `apt-get install chromium`"


pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(why_not()), reason=why_not())]


@pytest.fixture(scope="module")
def code() -> CodeDescription:
    """One scan for all cases: each is a root module of its own."""
    return described_queues(REPORTS)


def report_of(code: CodeDescription, case: str) -> str:
    queues = tuple(queue for queue in code.queues if queue.file.startswith(f"/{case}/"))
    return html_report(CodeDescription(case, queues))


@pytest.fixture(scope="module", params=[(case, scheme) for case in CASES for scheme in ("light", "dark")], ids="-".join)
def page(request: pytest.FixtureRequest, code: CodeDescription, tmp_path_factory: pytest.TempPathFactory) -> Any:
    case, scheme = request.param
    found = measured(report_of(code, case), tmp_path_factory.mktemp(case), dark=scheme == "dark")
    assert found["dark"] == (scheme == "dark")
    return {**found, "case": case}


def overlap(one: Area, other: Area) -> bool:
    return min(one[2], other[2]) - max(one[0], other[0]) > TOLERANCE and min(one[3], other[3]) - max(one[1], other[1]) > TOLERANCE


def inside(one: Area, other: Area) -> bool:
    low, high = zip(one[:2], other[:2]), zip(one[2:], other[2:])
    return all(mine >= theirs - TOLERANCE for mine, theirs in low) and all(mine <= theirs + TOLERANCE for mine, theirs in high)


def test_each_case_has_what_it_is_about(page: Any) -> None:
    """A small queue, twenty principals, fifty queues, and much that is not known."""
    boxes = [box for one in page["maps"] for box in one["boxes"]]
    if page["case"] == "queues":
        assert len(page["maps"]) == 50
    elif page["case"] == "principals":
        assert sum("principal" in box["classes"].split() for box in boxes) == 20
    elif page["case"] == "unknowns":
        assert sum("unknown" in box["classes"].split() for box in boxes) >= 6
    else:
        kinds = {box["classes"].split()[1] for box in boxes}
        assert kinds == {"queue", "statement", "service", "principal", "everyone", "hidden", "resource", "dead-letter", "key"}


def test_no_two_labels_overlap(page: Any) -> None:
    for one in page["maps"]:
        texts = [text for box in one["boxes"] for text in box["texts"]]
        marks = [{"text": "mark", "area": mark} for box in one["boxes"] for mark in box["marks"]]
        for first, second in combinations([*texts, *marks], 2):
            assert not overlap(first["area"], second["area"]), (first, second)


def test_no_box_covers_another(page: Any) -> None:
    for one in page["maps"]:
        for first, second in combinations(one["boxes"], 2):
            assert not overlap(first["area"], second["area"]), (first["told"], second["told"])


def test_no_line_runs_through_a_label(page: Any) -> None:
    for one in page["maps"]:
        for box in one["boxes"]:
            for text in box["texts"]:
                left, top, right, bottom = text["area"]
                for line in one["lines"]:
                    assert not any(left < x < right and top < y < bottom for x, y in line["points"]), text["text"]


def test_nothing_is_cut(page: Any) -> None:
    """Each label lies in its box, each box in the map, each map in the page; no text of the page is wider than its place."""
    assert page["cut"] == []
    assert page["wanted"] <= page["width"]
    for one in page["maps"]:
        assert one["area"][2] - one["area"][0] <= one["room"]
        for box in one["boxes"]:
            assert inside(box["area"], one["area"]), box["told"]
            for text in box["texts"]:
                assert inside(text["area"], box["area"]), text["text"]
            for mark in box["marks"]:
                assert inside(mark, box["area"]), box["told"]


def test_what_is_not_certain_is_dashed_and_what_is_reported_is_marked(page: Any) -> None:
    """By the form, not by the colour alone."""
    for one in page["maps"]:
        for box in one["boxes"]:
            classes = box["classes"].split()
            assert box["dashed"] == ("unknown" in classes), box["told"]
            if "fault" in classes and "everyone" not in classes:
                assert box["marks"], box["told"]
        for line in one["lines"]:
            assert line["dashed"] == ("unknown" in line["classes"].split())


def luminance(colour: str) -> float:
    """Source: WCAG 2.1, "relative luminance"."""
    channels = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_text_can_be_told_from_its_background(page: Any) -> None:
    pairs = {(page["text"], page["page"])}
    pairs |= {(text["colour"], box["fill"]) for one in page["maps"] for box in one["boxes"] for text in box["texts"]}
    assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < LEAST_CONTRAST} == {}


def test_a_screen_reader_is_told_what_each_map_is(page: Any) -> None:
    for one in page["maps"]:
        title, description = one["named"]
        assert one["role"] == "img"
        assert title == f"Map of {one['heading']}"
        assert "The table and the lists below say the same in words." in description


def test_the_page_needs_nothing_beside_it(page: Any, code: CodeDescription) -> None:
    assert page["loaded"] == []
    text = report_of(code, "orders")
    assert not re.search(r"<(?:script|link|img|iframe)\b|\burl\(|@import|\bhttps?://(?!www\.w3\.org/2000/svg)", text)


def test_a_narrow_window_scrolls_the_map_and_not_the_page(code: CodeDescription, tmp_path: Path) -> None:
    found = measured(report_of(code, "orders"), tmp_path, width=600)
    assert found["wanted"] <= found["width"]
    assert found["cut"] == []
