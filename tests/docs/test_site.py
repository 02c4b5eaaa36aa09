"""The documentation site builds, is whole, and asks no other host for anything; and its checks can fail."""

import shutil
from pathlib import Path

import pytest

from tests.docs.site import CONFIG, ROOT, astray, build, unlisted

FOLDER = "docs"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the site is made of: it is built beside it."""
    shutil.copytree(ROOT / FOLDER, tmp_path / FOLDER)
    shutil.copy(ROOT / CONFIG, tmp_path)
    return tmp_path


@pytest.mark.slow
def test_the_site_is_whole(checkout: Path) -> None:
    assert build(checkout) == []


@pytest.mark.slow
def test_a_broken_link_ends_the_build(checkout: Path) -> None:
    (checkout / FOLDER / "index.md").write_text("# Here\n\n[there](nowhere.md)\n", encoding="utf-8")
    (said,) = build(checkout)
    assert "index.md" in said
    assert "page does not exist" in said


def test_every_page_is_in_the_navigation() -> None:
    assert list(unlisted(ROOT)) == []


def test_a_page_that_is_not_listed_and_a_listed_one_that_is_not_there_are_named(checkout: Path) -> None:
    (checkout / FOLDER / "breaks.md").rename(checkout / FOLDER / "pauses.md")
    assert list(unlisted(checkout)) == [
        "zensical.toml: nav names breaks.md, which is not in docs/",
        "docs/pauses.md is not in the nav of zensical.toml: nobody would find it",
    ]


def test_what_leads_out_of_the_site_is_named(tmp_path: Path) -> None:
    (site := tmp_path / "site").mkdir()
    (tmp_path / "code.py").touch()
    (site / "a.css").write_text("@import 'https://fonts.example/a.css'; p { background: url(data:,) url(gone.png) }")
    (site / "index.html").write_text(
        '<link rel="stylesheet" href="a.css"><link rel="canonical" href="https://rollcall.example/">'
        '<script src="https://cdn.example/a.js"></script><a href="https://www.example/">out</a>'
        '<a href="../code.py">code</a><a href="#here">here</a><style>p { background: url(//cdn.example/a.png) }</style>'
    )
    assert list(astray(site)) == [
        "index.html links to ../code.py, which is not in the site",
        "index.html fetches https://cdn.example/a.js from another host",
        "index.html fetches //cdn.example/a.png from another host",
        "a.css fetches https://fonts.example/a.css from another host",
        "a.css fetches gone.png, which is not in the site",
    ]
