"""``make bench``: throughput of a host, latency over all hops, neighbours of what is buried, a year of history;
or one of them by name.
"""

import sys

from benchmarks import authority, history, latency, neighbours, scale, throughput

MODES = {
    "authority": authority.main,
    "throughput": throughput.main,
    "latency": latency.main,
    "neighbours": neighbours.main,
    "history": history.main,
    "scale": scale.main,
}

if len(sys.argv) > 1 and sys.argv[1] in MODES:
    MODES[sys.argv.pop(1)]()
else:
    throughput.main()
    latency.main()
    neighbours.main([])
    history.main([])
