"""A deterministic make-believe clan: for the demo, for tests, and in bulk for benchmarks."""

from demo.world.clan import World
from demo.world.history import History
from demo.world.making import make_world
from demo.world.model import Case, Group, Person

__all__ = ["Case", "Group", "History", "Person", "World", "make_world"]
