"""What the quick tests try on a few examples, `make test` tries on many."""

from pathlib import Path

from hypothesis import settings

MAKEFILE = Path(__file__).parents[1] / "Makefile"


def test_every_law_is_tried_on_many_examples_by_make_test() -> None:
    (recipe,) = (part for part in MAKEFILE.read_text(encoding="utf-8").split("\n\n") if "\ntest:" in part)
    assert '-m "not stack and (slow or hypothesis)" --hypothesis-profile=deep' in recipe
    assert settings.get_profile("deep").max_examples >= 100
