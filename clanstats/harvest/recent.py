"""What was deleted or edited a moment ago?

A page that was fetched before a message was deleted or edited, and is stored after that, would
bring back what no longer is. So whoever stores a page asks here first.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from clanstats.chat import SeenMessage

KEPT = timedelta(minutes=15)  # a page is stored long before
MOST = 10_000  # events; whoever deletes more at once is put right by the nightly re-read


class Recent:
    """The live events of the last minutes, in memory: after a restart no page is under way."""

    def __init__(self) -> None:
        # The newest event last; a deleted message is None.
        self._events: OrderedDict[int, tuple[datetime, SeenMessage | None]] = OrderedDict()

    def note_deleted(self, message_ids: Iterable[int], now: datetime) -> None:
        for message_id in message_ids:
            self._note(message_id, None, now)

    def note_edited(self, seen: SeenMessage, now: datetime) -> None:
        known = self._events.get(seen.message_id)
        if known is None or known[1] is not None:  # what is deleted stays deleted
            self._note(seen.message_id, seen, now)

    def applied(self, messages: Sequence[SeenMessage]) -> Sequence[SeenMessage]:
        """The page as it would be if it were fetched now."""
        if not self._events:
            return messages
        present = []
        for message in messages:
            _, newer = self._events.get(message.message_id, (None, message))
            if newer is not None:
                present.append(newer)
        return present

    def _note(self, message_id: int, seen: SeenMessage | None, now: datetime) -> None:
        self._events.pop(message_id, None)
        self._events[message_id] = (now, seen)
        while self._events:
            at, _ = next(iter(self._events.values()))
            if at > now - KEPT and len(self._events) <= MOST:
                break
            self._events.popitem(last=False)
