"""``make bench``: throughput of a host, latency over all hops, neighbours of what is buried; or one of them by name."""

import sys

from benchmarks import latency, neighbours, scale, throughput

MODES = {"throughput": throughput.main, "latency": latency.main, "neighbours": neighbours.main, "scale": scale.main}

if len(sys.argv) > 1 and sys.argv[1] in MODES:
    MODES[sys.argv.pop(1)]()
else:
    throughput.main()
    latency.main()
    neighbours.main([])
