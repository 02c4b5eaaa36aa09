"""Make a new agent: its file, its kind of proposal, its policy and its test, green at once."""

import keyword
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template

from schemas.faults import Misconfigured

TOPICS = ("workforce",)
"""Topics whose agents there is a template for."""
LONGEST = 32
RESERVED = frozenset({"base", "kernel"})
PLACES: Mapping[str, str] = {
    "agent": "agents/{}.py",
    "kind": "schemas/kinds/{}.py",
    "policy": "schemas/policies/{}.py",
    "test": "tests/agents/test_{}.py",
}
"""Where what each template makes belongs."""


def checkout() -> Path:
    """Return the folder of the source that runs.

    Raises:
        Misconfigured: it is an installed package, where nobody writes code.

    """
    root = Path(__file__).parents[2]
    if not (root / "pyproject.toml").exists() or not (root / "tests" / "agents").is_dir():
        raise Misconfigured(
            f"{root} is no checkout of Rollcall; mend: git clone it and run this there,"
            " or write the agent in a package of your own: docs/write-an-agent.md"
        )
    return root


def scaffold(root: Path, name: str, topic: str) -> list[Path]:
    """Write a new agent's files and return them; all of them, or none.

    Raises:
        Misconfigured: a name or topic that cannot be, or a file that is there or cannot be written.

    """
    check_topic(topic)
    check_name(name)
    made = {root / place.format(name): rendered(part, name) for part, place in PLACES.items()}
    for path in (each for folder in made for each in (folder, folder.with_suffix(""))):
        if path.exists():
            raise Misconfigured(f"{path} is there already, and nothing was written; mend: choose another name")
    return write(made)


def check_topic(topic: str) -> None:
    """Refuse a topic that there is no template for."""
    if topic not in TOPICS:
        raise Misconfigured(
            f"there is no template for agents of the topic {topic!r}; choose one of: {', '.join(TOPICS)}"
        )


def check_name(name: str) -> None:
    """Refuse what cannot be the name of a module, of a kind and of a policy, or is one already."""
    from agents import AGENTS
    from schemas.kinds import KINDS
    from schemas.policies import POLICIES

    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or camel(name).isupper() or len(name) > LONGEST:
        raise Misconfigured(
            f"{name!r} cannot name an agent; mend: words of small letters and digits, joined by underscores,"
            f" at most {LONGEST} characters, for example short_break"
        )
    if keyword.iskeyword(name) or name in RESERVED:
        raise Misconfigured(f"{name!r} means something else already; mend: choose another name")
    taken = {"an agent": {each.name for each in AGENTS}, "a kind of proposal": KINDS, "a policy": POLICIES}
    for what, names in taken.items():
        if name in names:
            raise Misconfigured(f"there is {what} called {name!r} already; mend: choose another name")


def camel(name: str) -> str:
    """Return the name as that of a class."""
    return "".join(word.capitalize() for word in name.split("_"))


def rendered(part: str, name: str) -> str:
    """Return a template's text for a name."""
    template = (files(__name__) / f"{part}.txt").read_text(encoding="utf-8")
    return Template(template).substitute(name=name, Name=camel(name))


def write(texts: Mapping[Path, str]) -> list[Path]:
    """Write new files, all or none.

    Raises:
        Misconfigured: one of them cannot be written.

    """
    written: list[Path] = []
    try:
        for path, text in texts.items():
            with path.open("x", encoding="utf-8") as file:
                written.append(path)
                file.write(text)
    except BaseException as error:
        for path in written:
            path.unlink()
        if isinstance(error, OSError):
            raise Misconfigured(f"{error}; nothing was written") from error
        raise
    return written
