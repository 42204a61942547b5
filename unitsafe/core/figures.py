"""Figures counted from the ledgers: what the assessment, the appraisal and the boards are made of.

A feature registers a function per figure with :func:`metric`; the key is one of the metrics in
content/four_capabilities.yaml, whose ``empty`` says what a missing denominator means. A veto there
may count only what is grave (``min_level``): that figure stands under ``<metric>:<min_level>``, as
``evac_blocked_open:重大``.

A figure tells how things stood at the end of ``Period.on``, also when that day is long past; where a
ledger knows only the present, the function says so. What was not due by then is not missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock


@dataclass(frozen=True)
class Period:
    """The days counted, both included, and the day on which a state is looked at.

    Which days they are (a quarter, the term, half a year) is for whoever asks to say, by the
    ``period`` of the metric in the content. ``on`` is the last day, or today while it still runs;
    then ``so_far`` is the moment until which it is counted.
    """

    first: date
    last: date
    on: date
    so_far: datetime | None = None

    @property
    def end(self) -> datetime:
        """What was due by then counts: the end of ``on``, or the moment of that day."""
        return self.so_far or clock.end_of(self.on)


@dataclass(frozen=True)
class Figure:
    """A share ``amount`` of ``whole``, or with ``whole`` None a count or a number of minutes.

    ``amount`` is None where nothing was measured. ``records`` selects the rows behind the figure,
    or, for a share, those that are missing from it, unless they ``are_counted``.
    """

    amount: int | float | None
    whole: int | None = None
    records: sa.Select[Any] | None = None
    are_counted: bool = False

    @property
    def value(self) -> float | None:
        """The share from 0 to 1, or the amount; None where there is nothing to divide by."""
        if self.amount is None or self.whole == 0:
            return None
        return float(self.amount) if self.whole is None else self.amount / self.whole


Metric = Callable[[Session, Period], Figure]
METRICS: dict[str, Metric] = {}
"""By the keys of content/four_capabilities.yaml ``metrics``, and ``<metric>:<min_level>``."""


def metric(key: str) -> Callable[[Metric], Metric]:
    """Register the function that counts the figure ``key``."""

    def register(function: Metric) -> Metric:
        METRICS[key] = function
        return function

    return register
