"""How does Discord answer over REST: with exactly its content type, and a limit that says `Via`?"""

import json
from collections.abc import Mapping

from aiohttp import web

RETRY_S = 0.05


def answered(
    body: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    # Exactly this content type: with a charset discord.py takes it for text.
    said = {"Content-Type": "application/json", **(headers or {})}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=said)


def refused(
    status: int,
    code: int,
    *,
    retry_s: float = RETRY_S,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    body: dict[str, object] = {"message": f"Refused with {status}", "code": code}
    if status == web.HTTPTooManyRequests.status_code:
        body |= {"retry_after": retry_s, "global": False}
        return answered(body, status=status, headers={"Via": "1.1 fake", **(headers or {})})
    return answered(body, status=status, headers=headers)
