"""The style sheet of the HTML report: one set of names for colours, light and dark."""

from __future__ import annotations

STYLE = """
:root {
  --page: #ffffff; --surface: #f6f7f9; --text: #1b1f24; --quiet: #57606a; --rule: #d0d7de;
  --line: #6e7781; --strong: #24292f; --fault: #b3261e; --fault-surface: #fdf1f0; --link: #0550ae;
  --sans: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --surface: #1d2126; --text: #e6e9ec; --quiet: #a3acb6; --rule: #3a4149;
    --line: #8b949e; --strong: #c9d1d9; --fault: #ff8a80; --fault-surface: #34201f; --link: #79b8ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 78rem; background: var(--page); color: var(--text);
  font: 15px/1.5 var(--sans); }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
.facts { display: grid; grid-template-columns: 13rem 1fr; gap: .35rem 1rem; margin: 1rem 0; }
.facts dt { color: var(--quiet); }
.facts dd { grid-column: 2; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 40rem) { .facts { grid-template-columns: 1fr; } .facts dd { grid-column: 1; margin-bottom: .5rem; } }
p { margin: .25rem 0; }
ul { margin: .25rem 0; padding-left: 1.25rem; }
li { overflow-wrap: anywhere; }
a { color: var(--link); }
code { font: .9em/1.4 var(--mono); overflow-wrap: anywhere; }
small { color: var(--quiet); font-size: .85em; }
nav { margin: 1rem 0; }
.queue-section { border-top: 1px solid var(--rule); margin-top: 2rem; padding-top: 1.25rem; }
.wide { overflow-x: auto; }
.wide:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; font-weight: normal; padding: .35rem .75rem .35rem 0;
  border-bottom: 1px solid var(--rule); overflow-wrap: anywhere; min-width: 8rem; }
thead th { color: var(--quiet); font-size: .85em; }
.accesses table { table-layout: fixed; min-width: 44rem; }
.accesses thead th:nth-child(3) { width: 36%; }
tr.fault th { border-left: 3px solid var(--fault); padding-left: .5rem; }
tr.unknown th { border-left: 3px dashed var(--line); padding-left: .5rem; }
figure { margin: .75rem 0; }
.findings { list-style: none; padding: 0; }
.findings > li { padding: .5rem 0; border-bottom: 1px solid var(--rule); }
.severity { display: inline-block; border: 1px solid var(--line); border-radius: 3px; padding: 0 .35rem; font-size: .8em; }
.severity.critical, .severity.high { border-color: var(--fault); color: var(--fault); }
.severity.critical { border-width: 2px; font-weight: bold; }
.map { display: block; }
.map rect { fill: var(--surface); stroke: var(--line); }
.map .statement rect { fill: var(--page); stroke: var(--rule); }
.map .queue rect { stroke: var(--strong); stroke-width: 2; }
.map .fault rect { fill: var(--fault-surface); stroke: var(--fault); stroke-width: 2; }
.map .unknown rect { stroke: var(--line); stroke-dasharray: 5 3; }
.map .fault.unknown rect { stroke: var(--fault); }
.map text { fill: var(--text); font: 11px var(--sans); }
.map .name { font: 12px var(--mono); }
.map .caption { fill: var(--quiet); }
.map text.unknown { font-style: italic; }
.map text.fault, .map text.fault-more { fill: var(--fault); font: 600 11px var(--mono); }
.map .mark { fill: var(--fault); fill-rule: evenodd; }
.map .curve { fill: none; stroke: var(--line); stroke-width: 1.2; }
.map .head { fill: var(--line); }
.map .line.fault .curve { stroke: var(--fault); stroke-width: 2.4; }
.map .line.fault .head { fill: var(--fault); }
.map .line.unknown .curve { stroke-dasharray: 5 4; }
@media print { .wide { overflow: visible; } .queue-section { break-inside: avoid-page; } }
"""
