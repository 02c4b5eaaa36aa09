"""The tables of docs/supervisor.md, drawn from the code. ``python -m tests.docs.lives`` writes them anew."""

from collections.abc import Callable, Mapping
from pathlib import Path

from schemas.kinds import CLASSES, KINDS
from schemas.lifecycle import HAPPENINGS, LIFE
from schemas.policies import words

DOCUMENT = Path(__file__).parents[2] / "docs" / "supervisor.md"


def _rows(*rows: tuple[str, ...]) -> str:
    head, *rest = ("| " + " | ".join(row) + " |" for row in rows)
    return "\n".join([head, "|" + "---|" * len(rows[0]), *rest])


def life() -> str:
    """What can happen to a proposal of each status, and where that leads."""
    cells = [
        (status, happening.replace("_", " "), ", ".join(sorted(LIFE[status][happening])))
        for status in LIFE
        for happening in HAPPENINGS
        if happening in LIFE[status]
    ]
    ends = [(status, "", "") for status, happens in LIFE.items() if not happens]
    return _rows(("status", "what happens", "leads to"), *cells, *ends)


def classes() -> str:
    """The catalogue of classes."""
    return _rows(
        ("class", "risk at least", "asked below high risk", "can be undone", "always a human", "answered within"),
        *(
            (
                name.replace("_", " "),
                each.floor,
                each.role,
                "yes" if each.reversible else "no",
                "yes" if each.human else "",
                words(each.lifetime),
            )
            for name, each in CLASSES.items()
        ),
    )


def kinds() -> str:
    """The kinds that there are."""
    return _rows(
        (
            "kind",
            "class",
            "risk at least",
            "asked below high risk",
            "HR counts as admin",
            "answered within",
            "in favour",
        ),
        *(
            (
                name,
                kind.action.replace("_", " "),
                kind.floor,
                kind.role,
                "yes" if kind.hr else "",
                words(kind.lifetime),
                "yes" if kind.in_favour else "",
            )
            for name, kind in sorted(KINDS.items())
        ),
    )


TABLES: Mapping[str, Callable[[], str]] = {"life": life, "classes": classes, "kinds": kinds}


def drawn(text: str) -> str:
    """Return the document with its tables as they are now."""
    for name, table in TABLES.items():
        head, _, rest = text.partition(f"<!-- {name}: ")
        comment, _, rest = rest.partition("\n")
        _, end, rest = rest.partition("<!-- end -->")
        text = f"{head}<!-- {name}: {comment}\n\n{table()}\n\n{end}{rest}"
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(drawn(DOCUMENT.read_text()))
