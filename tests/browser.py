"""What a page looks like in a real browser: Chromium measures it, with a script that the page itself lacks."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Optional

# Debian calls it `chromium`, Google's own build `google-chrome`.
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_TIMEOUT_SECONDS = 120
_MEASURED = re.compile(r'<pre id="measured">(.*?)</pre>', re.DOTALL)

# All that tests ask of a page. Boxes are `[left, top, right, bottom]` in pixels.
_SCRIPT = """
const boxOf = (element) => { const box = element.getBoundingClientRect(); return [box.left, box.top, box.right, box.bottom]; };
const colour = (element, name) => getComputedStyle(element)[name];
// The points of a line, to see which text it runs through.
const points = (path) => {
  const found = [], length = path.getTotalLength(), matrix = path.getScreenCTM();
  for (let at = 0; at <= length; at += 3) {
    const point = path.getPointAtLength(at).matrixTransform(matrix);
    found.push([point.x, point.y]);
  }
  return found;
};
const maps = [...document.querySelectorAll("svg")].map((svg) => ({
  role: svg.getAttribute("role"),
  named: svg.getAttribute("aria-labelledby").split(" ").map((id) => document.getElementById(id)?.textContent ?? null),
  heading: svg.closest("section").querySelector("h2").textContent,
  area: boxOf(svg),
  room: svg.parentElement.clientWidth,
  boxes: [...svg.querySelectorAll("g.box")].map((group) => ({
    told: group.querySelector("title").textContent,
    classes: group.getAttribute("class"),
    dashed: colour(group.querySelector("rect"), "strokeDasharray") !== "none",
    area: boxOf(group.querySelector("rect")),
    fill: colour(group.querySelector("rect"), "fill"),
    texts: [...group.querySelectorAll("text")].map((text) => (
      { text: text.textContent, area: boxOf(text), colour: colour(text, "fill") })),
    marks: [...group.querySelectorAll(".mark")].map(boxOf),
  })),
  lines: [...svg.querySelectorAll("path.curve")].map((path) => ({
    classes: path.parentElement.getAttribute("class"),
    points: points(path),
    dashed: colour(path, "strokeDasharray") !== "none",
  })),
}));
const cut = [...document.querySelectorAll("h1, h2, h3, p, li, dt, dd, th, td")]
  .filter((element) => element.scrollWidth > element.clientWidth + 1)
  .map((element) => element.textContent);
const result = {
  dark: matchMedia("(prefers-color-scheme: dark)").matches,
  width: document.documentElement.clientWidth,
  wanted: document.documentElement.scrollWidth,
  text: colour(document.body, "color"),
  page: colour(document.body, "backgroundColor"),
  loaded: performance.getEntriesByType("resource").map((entry) => entry.name),
  cut, maps,
};
const shown = document.createElement("pre");
shown.id = "measured";
shown.textContent = JSON.stringify(result);
document.body.append(shown);
"""


def browser() -> Optional[str]:
    """The browser of this machine; None where it has none."""
    return next((found for found in map(shutil.which, _NAMES) if found), None)


def measured(page: str, folder: Path, *, dark: bool = False, width: int = 1280) -> Any:
    """What the script says of a page. width: of the window, in pixels. folder: for files."""
    file = folder / "measured.html"
    file.write_text(page.replace("</body>", f"<script>{_SCRIPT}</script></body>"), encoding="utf-8")
    run = subprocess.run(
        [*_command(folder, dark, (width, 1000)), "--dump-dom", file.as_uri()],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_TIMEOUT_SECONDS,
        check=True,
    )
    found = _MEASURED.search(run.stdout)
    assert found is not None, run.stderr[-2000:]
    return json.loads(html.unescape(found.group(1)))


def take_picture(page: Path, picture: Path, folder: Path, *, dark: bool = False, size: tuple[int, int]) -> None:
    """Writes a PNG of the upper part of a page. size: of the window, in pixels. folder: for the browser's own files."""
    command = [*_command(folder, dark, size), f"--screenshot={picture}", page.as_uri()]
    subprocess.run(command, capture_output=True, timeout=_TIMEOUT_SECONDS, check=True)


def _command(folder: Path, dark: bool, size: tuple[int, int]) -> list[str]:
    program = browser()
    assert program is not None
    scheme = "0" if dark else "1"
    return [
        program,
        "--headless",
        "--no-sandbox",  # which root cannot have
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={folder / 'browser'}",
        f"--window-size={size[0]},{size[1]}",
        f"--blink-settings=preferredColorScheme={scheme}",
    ]
