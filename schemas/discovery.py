"""What is found by being there: one file, one agent, kind, policy or effect; or an entry point of another package.

Looks once, when the package that asks is imported; the rest of the program sees a mapping by name that never changes.
"""

from collections.abc import Collection, Iterable, Iterator
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import Any

from schemas.faults import Misconfigured


def found(
    package: str, path: Iterable[str], attribute: str, group: str, *, but: Collection[str] = ()
) -> dict[str, Any]:
    """Return what each module of a package calls `attribute`, and what entry points of `group` name; in order of names.

    The file, or the entry point, is named as what it holds. `but` names modules that hold none.

    Raises:
        Misconfigured: a file without it, a name that is not the file's, the same name twice, what cannot be loaded.

    """
    known: dict[str, Any] = {}
    for where, name, each in (*_own(package, path, attribute, but), *_foreign(group)):
        if each.name != name:
            raise Misconfigured(f"{where} is called {each.name!r}; mend: give it the name {name!r}, or rename the file")
        if name in known:
            raise Misconfigured(f"{where}: there is a {attribute.lower()} {name!r} already; mend: choose another name")
        known[name] = each
    return dict(sorted(known.items()))


def _own(package: str, path: Iterable[str], attribute: str, but: Collection[str]) -> Iterator[tuple[str, str, Any]]:
    for module in iter_modules(path):
        if module.name in but:
            continue
        where = f"{package}.{module.name}"
        held = getattr(import_module(where), attribute, None)
        if held is None:
            raise Misconfigured(
                f"{where} has no {attribute}; mend: add it, or move what is no {attribute.lower()} away"
            )
        yield where, module.name, held


def _foreign(group: str) -> Iterator[tuple[str, str, Any]]:
    for point in entry_points(group=group):
        where = f"entry point {point.name} = {point.value} in {group}"
        try:
            yield where, point.name, point.load()
        except (ImportError, AttributeError) as error:
            raise Misconfigured(f"{where} cannot be loaded: {error}; mend or uninstall its package") from error
