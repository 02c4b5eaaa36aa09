"""The schema registry: reachable, with the schemas of this version, each under the rule that keeps readers alive."""

from collections.abc import Mapping

from streams.doctor.examination import Check
from streams.doctor.finding import Finding, bad, listed, ok
from streams.doctor.installation import Installation
from streams.registry import COMPATIBILITY, declared

APPLY = "rollcall topics apply"


def answers(installation: Installation) -> Finding:
    """Whether the registry answers with what it knows."""
    return ok(f"{len(installation.rules)} declared subjects at {installation.settings.registry_url}")


def registered(missing: list[str]) -> Finding:
    """Whether every schema is known as declared."""
    if missing:
        return bad(f"not registered as declared: {listed(missing)}", APPLY)
    return ok(f"all {len(list(declared()))} are registered")


def ruled(rules: Mapping[str, str]) -> Finding:
    """Whether changes of schemas are held against all versions."""
    loose = [f"{subject} has {rule}" for subject, rule in rules.items() if rule != COMPATIBILITY]
    if loose:
        return bad(f"not under {COMPATIBILITY}: {listed(loose)}", APPLY)
    return ok(f"all under {COMPATIBILITY}")


CHECKS = (
    Check("registry", answers),
    Check("schemas", lambda each: registered(each.registry.missing()), needs=("registry",)),
    Check("compatibility", lambda each: ruled(each.rules), needs=("registry",)),
)
