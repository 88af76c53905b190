"""Figures in the text format of Prometheus. Labels are platforms, states and reasons: no id of anybody or anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.domain.deliveries import SendingState, Status
from bot.ports import Problem

WAITING = (Status.PENDING, Status.LEASED, Status.VERIFY)
OTHER = "other"


class _Figures(Collector):
    def __init__(self, state: SendingState, now: datetime) -> None:
        self._state = state
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        state = self._state
        rows = GaugeMetricFamily("hrc_deliveries", "Deliveries in each state", labels=["platform", "state"])
        for one in state.backlogs:
            rows.add_metric([one.platform, one.status.value], one.count)
        yield rows
        age = GaugeMetricFamily("hrc_oldest_waiting_seconds", "How long the first is overdue", labels=["platform"])
        for platform, seconds in self._overdue():
            age.add_metric([platform], seconds)
        yield age
        lanes = GaugeMetricFamily("hrc_lanes_blocked", "Lanes that a platform made wait", labels=["platform", "reason"])
        for (platform, reason), count in sorted(state.blocked.items()):
            lanes.add_metric([platform, reason if reason in set(Problem) else OTHER], count)
        yield lanes
        yield GaugeMetricFamily("hrc_sending_paused", "1 while all sending is paused", value=float(state.is_paused))

    def _overdue(self) -> Iterator[tuple[str, float]]:
        waiting = sorted((one.platform, one.oldest_due_at) for one in self._state.backlogs if one.status in WAITING)
        for platform, some in groupby(waiting, key=lambda one: one[0]):
            yield platform, max(0.0, (self._now - next(some)[1]).total_seconds())


def text_of(state: SendingState, now: datetime) -> bytes:
    """Return the figures as a page of Prometheus' text format, with those of this process."""
    registry = CollectorRegistry()
    registry.register(_Figures(state, now))
    ProcessCollector(registry=registry)
    return generate_latest(registry)
