"""The engine of authority: one batch of questions to the policies of ``schemas/cedar/``, answered with reasons.

Cedar evaluates without I/O and reads no clock; policies and schema are parsed, and held against each other, once, when
this is imported. It skips a policy that fails, so a question at which anything fails is answered with no.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import cedarpy
import msgspec

from schemas.cedar import POLICIES, SCHEMA
from schemas.faults import Misconfigured

REMEMBERED = 1024
"""Batches whose answers are kept, by their text: a subject's reviews, and folding them again, ask the same."""
Entity = dict[str, Any]


class Answer(NamedTuple):
    """Whether it is allowed, and the reasons against it in the order of the policies; none: nothing allows it."""

    allowed: bool
    rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class Engine:
    """Policies that are valid under their schema."""

    def __init__(self, policies: str, schema: str) -> None:
        """Parse and validate.

        Raises:
            Misconfigured: a policy does not parse, or speaks of what the schema does not have.

        """
        try:
            self._policies = cedarpy.PolicySet.from_str(policies)
            self._schema = cedarpy.Schema.from_str(schema)
        except ValueError as error:
            raise Misconfigured(f"the Cedar policies cannot be read: {error}") from error
        found = cedarpy.validate_policies(policies, self._schema)
        if not found.validation_passed:
            wrong = "; ".join(str(each) for each in found.errors)
            raise Misconfigured(f"the Cedar policies are not valid under their schema: {wrong}")
        parsed = json.loads(cedarpy.policies_to_json_str(policies))["staticPolicies"]
        self._known = lru_cache(maxsize=REMEMBERED)(self._asked)
        self._notes: dict[str, Mapping[str, str]] = {name: each.get("annotations", {}) for name, each in parsed.items()}

    def answers(self, questions: Sequence[dict[str, Any]], entities: list[Entity]) -> list[Answer]:
        """Return an answer for each question, in order."""
        return self._known(msgspec.json.encode(questions), msgspec.json.encode(entities))

    def _asked(self, questions: bytes, entities: bytes) -> list[Answer]:
        requests, known = msgspec.json.decode(questions), entities.decode()
        results = cedarpy.is_authorized_batch(requests, self._policies, known, self._schema)
        return [self._answer(each) for each in results]

    def _answer(self, result: cedarpy.AuthzResult) -> Answer:
        said = result.diagnostics
        if said.errors:
            return Answer(allowed=False, reasons=(f"the policies cannot be asked this: {said.errors[0]}",))
        names = sorted(said.reasons, key=lambda name: int(name.removeprefix("policy")))
        notes = [self._notes[name] for name in names]
        reasons = tuple(each["reason"] for each in notes if "reason" in each)
        return Answer(result.allowed, tuple(each["id"] for each in notes), reasons)


def reference(kind: str, identity: object) -> Entity:
    """Return how Cedar is told of an entity that stands elsewhere."""
    return {"__entity": {"type": kind, "id": str(identity)}}


ENGINE = Engine(POLICIES, SCHEMA)
