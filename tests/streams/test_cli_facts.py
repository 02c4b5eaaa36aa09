"""Times that people type say their zone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import typer

from streams.cli.facts import zoned

EASTERN = timezone(timedelta(hours=-5))


def test_an_instant_is_typed_with_its_zone() -> None:
    assert zoned("2026-03-02T08:00Z") == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert zoned("2026-03-02T08:00-05:00") == datetime(2026, 3, 2, 8, tzinfo=EASTERN)


@pytest.mark.parametrize("text", ["2026-03-02", "2026-03-02T00:00"])
def test_without_one_nobody_knows_which_is_meant(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"does not say its zone: say 2026-03-02T00:00Z for UTC"):
        zoned(text)


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(typer.BadParameter, match="is not a time like 2026"):
        zoned("at eight")
