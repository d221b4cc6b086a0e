"""A make-believe Wise Old Man on this machine, for the demo and for tests."""

from demo.wom_server.app import make_app, serve
from demo.wom_server.guards import REQUESTS

__all__ = ["REQUESTS", "make_app", "serve"]
