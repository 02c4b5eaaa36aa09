"""The committed Avro schemas, one file per event and version, generated from the event models.

``rollcall schemas generate`` writes what has changed as a next version; a test holds models and files together.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas.avro import schema
from schemas.evolution import broken_anywhere
from schemas.faults import Stop
from schemas.wire import MODELS

FOLDER = Path(__file__).parent.parent / "schemas" / "avro"
MEND = "rollcall schemas generate"


class SchemasDrifted(Stop):
    """Models and committed schemas do not say the same, or a change would break readers of another version."""

    runbook = "schema-incompatible"


def committed(folder: Path = FOLDER) -> dict[str, list[dict[str, Any]]]:
    """Return the committed versions by event name, oldest first."""
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for path in folder.glob("*.avsc"):
        named = re.fullmatch(r"(.+)\.v(\d+)\.avsc", path.name)
        if named:
            found.setdefault(named[1], []).append((int(named[2]), json.loads(path.read_text("utf-8"))))
    return {name: [document for _, document in sorted(each, key=lambda pair: pair[0])] for name, each in found.items()}


def declared() -> dict[str, dict[str, Any]]:
    """Return the schemas of this version's models, by event name."""
    return {name: schema(model) for name, model in MODELS.items()}


def check(wanted: Mapping[str, Any], found: Mapping[str, list[Any]]) -> None:
    """Hold models against committed schemas.

    Raises:
        SchemasDrifted: naming each event that differs, or the change that readers of another version do not survive.

    """
    drifted = sorted(name for name, document in wanted.items() if not found.get(name) or found[name][-1] != document)
    if drifted:
        raise SchemasDrifted(f"not as committed: {', '.join(drifted)}; mend: {MEND}")
    if lost := sorted(set(found) - set(wanted)):
        raise SchemasDrifted(f"no longer declared, yet recorded history has them: {', '.join(lost)}")
    compatible(found)


def compatible(versions: Mapping[str, list[Any]]) -> None:
    """Hold all versions against each other; raises as `check`."""
    wrong = [f"{name}: {what}" for name, each in sorted(versions.items()) for what in broken_anywhere(each)]
    if wrong:
        raise SchemasDrifted(f"would break readers of another version: {'; '.join(wrong)}")


def write(folder: Path = FOLDER) -> list[str]:
    """Write what has changed as a next version and return the file names; raises as `check`, before it writes."""
    wanted, found = declared(), committed(folder)
    changed = {name: each for name, each in wanted.items() if not found.get(name) or found[name][-1] != each}
    compatible({name: [*found.get(name, []), document] for name, document in changed.items()})
    folder.mkdir(exist_ok=True)
    files = []
    for name, document in changed.items():
        path = folder / f"{name}.v{len(found.get(name, [])) + 1}.avsc"
        path.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
        files.append(path.name)
    return sorted(files)
