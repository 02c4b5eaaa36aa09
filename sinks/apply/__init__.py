"""The applier: decisions become effects, exactly once. One file per kind."""

from sinks.apply.applier import Applier
from sinks.apply.ledger import Place

__all__ = ["Applier", "Place"]
