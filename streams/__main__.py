"""``python -m streams`` is ``rollcall``."""

from streams.cli import main

main()
