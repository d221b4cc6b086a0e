"""Which metrics are there to ask for? Wise Old Man's list grows, so the table knows best."""

from collections.abc import Sequence
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.asking import rows
from clanstats.db.models import MetricRow
from clanstats.errors import BadInputError, NoDataError
from clanstats.metrics import Metric, MetricKind, catalogue, named

_METRICS = select(MetricRow.id, MetricRow.name, MetricRow.kind)


async def known_metrics(session: AsyncSession) -> Sequence[tuple[int, Metric]]:
    """Every metric with its ID: the catalogue's in its order, then what came later."""
    found = await rows(session, _METRICS)
    order = {name: place for place, name in enumerate(catalogue())}
    metrics = [(metric_id, named(name, MetricKind(kind))) for metric_id, name, kind in found]
    return tuple(sorted(metrics, key=lambda row: (order.get(row[1].name, len(order)), row[0])))


async def metric_named(session: AsyncSession, name: str) -> tuple[int, Metric]:
    """The metric of that name or title.

    Raises:
        BadInputError: There is none; the text names the nearest.
        NoDataError: There are none at all yet.
    """
    wanted = name.strip().lower().replace("_", " ")
    known = await known_metrics(session)
    if not known:
        raise NoDataError("Nothing was harvested yet: run `clanstats harvest wom` first.")
    for metric_id, metric in known:
        if wanted in {metric.name.replace("_", " "), metric.title.lower()}:
            return metric_id, metric
    names = [metric.name for _, metric in known]
    near = get_close_matches(wanted.replace(" ", "_"), names, n=1)
    hint = f" Did you mean `{near[0]}`?" if near else " Try `overall`, `ehb` or `zulrah`."
    raise BadInputError(f"There is no metric called “{name[:40]}”.{hint}")
