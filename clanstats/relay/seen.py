"""What is stored of a relayed message? Who spoke, how long it was, and what the game announced."""

from collections.abc import Sequence
from itertools import chain

from clanstats.chat import AuthorKind, GameEvent, MessageFlag, SeenMessage, Writer
from clanstats.relay.lines import Broadcast, Line, NotUnderstood, Reason, Spoken
from clanstats.usernames import standard

_SEVERAL = "several speakers"


def relayed(
    message_id: int, account: Writer, lines: Sequence[Line], *, length: int, flags: MessageFlag
) -> SeenMessage:
    """One message is one person's: the first speaker's, if anybody speaks.

    Args:
        message_id: Discord's.
        account: Who posted it, whose it is if nobody speaks.
        lines: As read, at least one.
        length: Of the whole, in characters.
        flags: What else is known of it.
    """
    said = [line for line in lines if isinstance(line, Spoken)]
    names = [standard(line.name) for line in said]
    own = [line for line, name in zip(said, names, strict=True) if name == names[0]]
    miss = _miss(lines)
    if any(line.question for line in own):
        flags |= MessageFlag.QUESTION
    if miss is not None:
        flags |= MessageFlag.NOT_UNDERSTOOD
    elif len(set(names)) > 1:
        miss = _SEVERAL
    return SeenMessage(
        message_id,
        Writer(AuthorKind.RELAY, name=names[0]) if said else account,
        sum(line.length for line in own) if said else length,
        flags,
        events=tuple(_event(line) for line in lines if isinstance(line, Broadcast)),
        miss=miss,
    )


def _miss(lines: Sequence[Line]) -> str | None:
    """What wasn't understood: "no pattern …: …"; a message without text isn't game chat."""
    missed = [line for line in lines if isinstance(line, NotUnderstood)]
    if not missed or missed[0].reason is Reason.EMPTY:
        return None
    return " ".join(chain([missed[0].reason], missed[0].shape.split()))


def _event(line: Broadcast) -> GameEvent:
    name = None if line.name is None else standard(line.name)
    return GameEvent(line.kind, name, line.subject, line.value)
