"""From a report to its page: tables and charts are made here, cases are data that its script shows as plain text."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from statistics import fmean, median

from evals.cases import KINDS
from evals.charts import Bar, Point, bars, scatter, stacks
from evals.metrics import BY_NAME
from evals.report import HEAD_METRICS, Report, RunResult, made_text
from evals.summary import HEADLINE, RowDict, shown

FOLDER = Path(__file__).parent


def render_page(report: Report) -> str:
    """Return the page: style, script and data are inside, and its content policy lets nothing else in."""
    style, script = (read(name) for name in ("report.css", "report.js"))
    # "<" is the only character that could end the element that holds the data
    data = json.dumps(report.to_dict(), ensure_ascii=False).replace("<", "\\u003c")
    policy = f"default-src 'none'; style-src {source_hash(style)}; script-src {source_hash(script)}"
    slots = {
        "POLICY": escape(policy),
        "STYLE": style,
        "SCRIPT": script,
        "DATA": data,
        "MADE": "".join(f"<p><b>{escape(run.name)}</b>: {escape(made_text(run.made))}</p>" for run in report.runs),
        "SIDE": side_table(report),
        "CHARTS": charts(report),
        "GROUPS": "".join(group_table(run) for run in report.runs),
        "METRICS": "".join(
            f"<dt>{escape(metric.title)}</dt><dd>{escape(metric.meaning)}.</dd>" for metric in BY_NAME.values()
        ),
    }
    parts = read("report.html").split("{{")
    filled = [parts[0]]
    for part in parts[1:]:
        name, _, rest = part.partition("}}")
        filled.append(slots[name] + rest)
    return "".join(filled)


def read(name: str) -> str:
    """Return one of the page's parts."""
    return (FOLDER / name).read_text(encoding="utf-8")


def source_hash(text: str) -> str:
    """Return the content policy's name for an inline style or script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def side_table(report: Report) -> str:
    """Return all metrics over all cases, one column a run and language."""
    columns = [(run, group) for run in report.runs for group in run.groups if group.kind == "all"]
    head = "".join(
        f"<th scope=col>{escape(run.name)}<br>{group.language}, {group.count}</th>" for run, group in columns
    )
    lines = []
    for name in HEAD_METRICS:
        metric = BY_NAME[name]
        estimates = [group.estimates.get(name) for _, group in columns]
        if any(estimates):
            cells = "".join(f"<td>{interval_cell(shown(value, metric, interval=True))}</td>" for value in estimates)
            lines.append(f'<tr><th scope=row title="{escape(metric.meaning)}">{escape(metric.title)}</th>{cells}</tr>')
    return f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def interval_cell(text: str) -> str:
    """Return a number with its interval set smaller."""
    number, space, interval = text.partition(" ")
    return f"{escape(number)}<small>{space}{escape(interval)}</small>"


def group_table(run: RunResult) -> str:
    """Return a run's headline by kind and language."""
    used = [name for name in HEADLINE if any(name in group.estimates for group in run.groups)]
    head = "".join(
        f'<th scope=col title="{escape(BY_NAME[name].meaning)}">{escape(BY_NAME[name].title)}</th>' for name in used
    )
    lines = [
        f"<tr><th scope=row>{group.kind} {group.language}</th><td>{group.count}</td><td>{group.failed}</td>"
        + "".join(f"<td>{escape(shown(group.estimates.get(name), BY_NAME[name]))}</td>" for name in used)
        + "</tr>"
        for group in run.groups
    ]
    head = f"<thead><tr><th></th><th>n</th><th>failed</th>{head}</tr></thead>"
    table = f"<table>{head}<tbody>{''.join(lines)}</tbody></table>"
    return f"<h3>{escape(run.name)}</h3><div class=wide>{table}</div>"


def charts(report: Report) -> str:
    """Return all charts, each a figure with its legend."""
    names = [run.name for run in report.runs]
    figures = [
        figure(f"{BY_NAME[name].title}, %, by kind and language", kind_chart(report, name), names)
        for name in ("right", "facts_quoted", "recall_at_1")
        if any(name in group.estimates for run in report.runs for group in run.groups)
    ]
    if points := latency_points(report):
        picture = scatter(points, label="quality against latency", x_unit="s")
        figures.append(figure("Quality (right, %) against latency (median seconds in full)", picture, names))
    for run in report.runs:
        figures += spending(run)
    return "".join(figures)


def spending(run: RunResult) -> list[str]:
    """Return where a run's time and tokens go, by kind."""
    figures = []
    timed = [(kind, times) for kind in KINDS if (times := where_time_goes(run.rows, kind))]
    if timed:
        parts = ("ranking", "to the first words", "to the end")
        picture = stacks(timed, names=parts, label="time", unit="s")
        figures.append(figure(f"{run.name}: where the time goes, median seconds", picture, parts))
    spent = [(kind, tokens) for kind in KINDS if (tokens := where_tokens_go(run.rows, kind))]
    if spent:
        sides = ("read", "written")
        picture = stacks(spent, names=sides, label="tokens", unit="tokens")
        figures.append(figure(f"{run.name}: where the tokens go, mean a case", picture, sides))
    return figures


def figure(title: str, picture: str, names: Sequence[str]) -> str:
    """Return a chart under its title, with a legend."""
    legend = "".join(f'<span><i class="k{series}"></i>{escape(name)}</span>' for series, name in enumerate(names))
    return f"<figure><figcaption>{escape(title)}<span class=legend>{legend}</span></figcaption>{picture}</figure>"


def kind_chart(report: Report, name: str) -> str:
    """Return one metric's bars by kind and language, a bar a run."""
    groups = []
    for kind in ("all", *KINDS):
        for language in ("en", "zh"):
            members = []
            for series, run in enumerate(report.runs):
                group = run.group(kind, language)
                value = group.estimates.get(name) if group else None
                if value is not None:
                    told = shown(value, BY_NAME[name], interval=True)
                    note = f"{run.name}, {kind} {language}: {told}, {value.count} cases"
                    members.append(
                        Bar(
                            series=series,
                            value=100 * value.value,
                            low=100 * value.low,
                            high=100 * value.high,
                            note=note,
                        )
                    )
            if members:
                groups.append((f"{kind} {language}", members))
    return bars(groups, label=BY_NAME[name].title, top=100.0, unit="%")


def latency_points(report: Report) -> list[Point]:
    """Return one point for each kind of each run."""
    points = []
    for series, run in enumerate(report.runs):
        for kind in KINDS:
            group = run.group(kind, "all")
            if group and "right" in group.estimates and "total_s" in group.estimates:
                points.append(
                    Point(
                        series=series,
                        x=group.estimates["total_s"].value,
                        y=100 * group.estimates["right"].value,
                        label=kind,
                    )
                )
    return points


def where_time_goes(rows: Sequence[RowDict], kind: str) -> list[float]:
    """Return median seconds of ranking, to the first words and to the end; empty where nothing was answered."""
    parts = []
    for row in rows:
        for turn in row["turns"] if row["kind"] == kind else ():
            if turn["observed"] and turn["observed"]["answer"]:
                times = turn["observed"]["answer"]["timings"]
                first = times["first_token_s"] or times["retrieve_s"]
                parts.append(
                    (times["retrieve_s"], max(first - times["retrieve_s"], 0.0), max(times["total_s"] - first, 0.0))
                )
    return [median(part[place] for part in parts) for place in range(3)] if parts else []


def where_tokens_go(rows: Sequence[RowDict], kind: str) -> list[float]:
    """Return mean tokens read and written; empty where no model ran."""
    used = [
        turn["observed"]["answer"]["usage"]
        for row in rows
        if row["kind"] == kind
        for turn in row["turns"]
        if turn["observed"] and turn["observed"]["answer"]
    ]
    if not any(use["llm_calls"] for use in used):
        return []
    return [fmean(use["prompt_tokens"] for use in used), fmean(use["completion_tokens"] for use in used)]
