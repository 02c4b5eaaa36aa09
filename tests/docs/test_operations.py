"""What the page about operations says of health and metrics is what the code says."""

import re

import yaml

from streams.health import SILENT, STALLED, Health
from streams.metrics import Metric
from streams.quota import PER_HOUR
from tests.docs.pages import ROOT, blocks

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def rows(header: str) -> list[list[str]]:
    """The cells of the table that begins so, below its header."""
    table = PAGE[PAGE.index(header) :].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]


def test_its_table_of_metrics_is_the_one_in_code() -> None:
    assert rows("| metric | kind |") == [
        [f"`{metric.called}`", metric.kind, ", ".join(metric.labels), metric.says] for metric in Metric
    ]


def test_its_alerts_ask_for_metrics_and_labels_that_there_are() -> None:
    (block,) = blocks("operations.md", "yaml")
    (group,) = yaml.safe_load(block.text)["groups"]
    known = {metric.called: {*metric.labels, "job", "instance"} for metric in Metric}
    suffixed = {
        f"{metric.called}_bucket": known[metric.called] | {"le"} for metric in Metric if metric.kind == "histogram"
    }
    assert len(group["rules"]) == 3
    for rule in group["rules"]:
        (asked,) = re.findall(r"rollcall_\w+", rule["expr"])
        labels = (known | suffixed)[asked]
        (by,) = re.findall(r"by \(([\w, ]+)\)", rule["expr"])
        assert {*by.split(", ")} <= labels
        assert {*re.findall(r"\$labels\.(\w+)", str(rule["annotations"]))} <= {*by.split(", ")}


def test_its_checks_are_those_of_a_role() -> None:
    ready = Health([], {"database": lambda: None, "kafka": lambda: None}).ready()
    told = [name for first, *_ in rows("| check | holds when |") for name in first.split(", ")]
    assert told == [check.name for check in ready]
    shown = re.findall(r"^\[[+-]\](\w+)", PAGE, re.MULTILINE)
    assert shown == told


def test_its_numbers_are_those_of_the_code() -> None:
    assert f"a loop has not turned for {SILENT:.0f} s" in PAGE
    assert f"each has turned within {SILENT:.0f} s" in PAGE
    assert f"no partition stands still for {STALLED:.0f} s" in PAGE
    (alert,) = re.findall(r"rollcall_records_buried_total\[1h\]\)\) > (\d+)", PAGE)
    assert int(alert) < PER_HOUR
