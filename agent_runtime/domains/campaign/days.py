"""Which day of a campaign it is: days are those of a named time zone, however long they are."""

from datetime import date, datetime, tzinfo


def day_of(start: date, now: date, zone: tzinfo) -> int:
    """The day of a campaign that began at `start`, counted from 1 by the calendar of `zone`; below 1 before it.

    An aware moment is the day it falls on in `zone`; a plain date is that day.
    """
    return (_date_in(zone, now) - _date_in(zone, start)).days + 1


def _date_in(zone: tzinfo, moment: date) -> date:
    try:
        return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment
    except OverflowError:  # the first and the last day of the calendar
        return moment.date() if isinstance(moment, datetime) else moment
