"""The audit trail: what is written down of an event, and how each entry is chained to the one before."""

from sinks.audit.chain import Break, Head, Link, breaks, seal
from sinks.audit.entry import AUDITED, append, entry

__all__ = ["AUDITED", "Break", "Head", "Link", "append", "breaks", "entry", "seal"]
