"""Build the documentation site, as ``make docs`` does, and say what is wrong with it.

Beyond what zensical's strict mode finds: pages that the navigation lacks, or names in vain; links that lead out of the
site; and whatever would be fetched from another host.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[2]
CONFIG = "zensical.toml"
FETCHED = {"script", "img", "iframe", "source", "video", "audio", "embed"}
RELATIONS = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "manifest", "preconnect"}
IN_STYLES = re.compile(r"@import\s*[\"']([^\"']+)|url\(\s*[\"']?([^\"')]+)")


def build(root: Path) -> list[str]:
    """Build the site of a checkout into its ``site``; return what is wrong, nothing if all is well."""
    zensical = Path(sys.executable).with_name("zensical")
    done = subprocess.run(
        [zensical, "build", "--strict", "--clean"], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        return [re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)]
    return [*unlisted(root), *astray(root / "site")]


def unlisted(root: Path) -> Iterator[str]:
    """Yield what the navigation names and is not there, and what is there and it does not name."""
    listed = list(_listed(tomllib.loads((root / CONFIG).read_text("utf-8"))["project"]["nav"]))
    pages = {page.relative_to(root / "docs").as_posix() for page in (root / "docs").rglob("*.md")}
    yield from (
        f"{CONFIG}: nav names {page} twice" for page in sorted({each for each in listed if listed.count(each) > 1})
    )
    yield from (f"{CONFIG}: nav names {page}, which is not in docs/" for page in sorted(set(listed) - pages))
    yield from (
        f"docs/{page} is not in the nav of {CONFIG}: nobody would find it" for page in sorted(pages - set(listed))
    )


def _listed(nav: Any) -> Iterator[str]:
    match nav:
        case str():
            yield nav
        case dict():
            for each in nav.values():
                yield from _listed(each)
        case _:
            for each in nav:
                yield from _listed(each)


class Page(HTMLParser):
    """What a page leads to, and what a browser fetches to show it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in FETCHED:
            self.fetched += [given[name] for name in ("src", "srcset", "data") if given.get(name)]
        if tag == "link" and RELATIONS & set(given.get("rel", "").split()):
            self.fetched.append(given["href"])
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        self.fetched += _in_styles(given.get("style", ""))

    def handle_data(self, data: str) -> None:
        if self.lasttag == "style":
            self.fetched += _in_styles(data)


def astray(site: Path) -> Iterator[str]:
    """Yield links that lead to no file of the site, and whatever would be fetched from elsewhere."""
    for file in sorted(site.rglob("*.html")):
        page, name = Page(file.read_text("utf-8")), file.relative_to(site).as_posix()
        gone = (link for link in page.links if not urlsplit(link).netloc and _gone(file, link, site))
        yield from (f"{name} links to {link}, which is not in the site" for link in gone)
        yield from _fetched(file, page.fetched, site)
    for file in sorted((*site.rglob("*.css"), *site.rglob("*.svg"))):
        yield from _fetched(file, _in_styles(file.read_text("utf-8")), site)


def _fetched(file: Path, addresses: list[str], site: Path) -> Iterator[str]:
    name = file.relative_to(site).as_posix()
    for address in addresses:
        if urlsplit(address).netloc:
            yield f"{name} fetches {address} from another host"
        elif _gone(file, address, site):
            yield f"{name} fetches {address}, which is not in the site"


def _gone(file: Path, address: str, site: Path) -> bool:
    path = unquote(urlsplit(address).path)
    there = (site / path[1:] if path.startswith("/") else file.parent / path).resolve()
    return bool(path) and not (there.is_file() and there.is_relative_to(site.resolve()))


def _in_styles(text: str) -> list[str]:
    return [
        first or second for first, second in IN_STYLES.findall(text) if not (second or "").startswith(("data:", "#"))
    ]


if __name__ == "__main__":
    wrong = build(ROOT)
    sys.exit("\n".join(wrong) if wrong else None)
