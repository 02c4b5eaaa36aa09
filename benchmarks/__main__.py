"""``make bench``: throughput of the host, then latency over all hops."""

from benchmarks import latency, throughput

throughput.main()
latency.main()
