"""How fast readers are, from two looks. Pure."""

from dataclasses import replace

from streams.overview.seen import Overview


def with_rates(seen: Overview, before: Overview | None) -> Overview:
    """Return the overview with records a second since an earlier one."""
    if before is None or seen.readings is None:
        return seen
    seconds = (seen.at - before.at).total_seconds()
    then = {(each.reader, each.topic): each.position for each in before.readings or ()}
    return replace(
        seen,
        readings=tuple(
            replace(each, per_second=max(0.0, (each.position - then[each.reader, each.topic]) / seconds))
            if seconds > 0 and (each.reader, each.topic) in then
            else each
            for each in seen.readings
        ),
    )
