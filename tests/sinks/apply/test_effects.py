"""Each kind that is no advice has an effect, and no other."""

from schemas.kinds import KINDS
from sinks.apply.applier import EFFECTS


def test_every_kind_but_advice_has_its_effect() -> None:
    assert sorted(EFFECTS) == sorted(kind.name for kind in KINDS.values() if kind.action != "advice")
    for name, effect in EFFECTS.items():
        assert (effect.name, effect.kind, effect.payload) == (name, KINDS[name], KINDS[name].payload)
