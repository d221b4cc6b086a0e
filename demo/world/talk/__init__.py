"""What the make-believe clan says, where and when: the truth, before anybody counted it."""

from demo.world.talk.making import make_talk
from demo.world.talk.model import Account, AccountKind, Channel, Said, Sat, Talk

__all__ = ["Account", "AccountKind", "Channel", "Said", "Sat", "Talk", "make_talk"]
