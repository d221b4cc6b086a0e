"""What does Discord's developer page say of the application? Asked before a bot is made."""

from collections.abc import Mapping
from typing import Any

import aiohttp

from clanstats.settings import Settings

_TIMEOUT = aiohttp.ClientTimeout(total=15)


async def application(settings: Settings) -> Mapping[str, Any]:
    """The application that the token is of.

    Raises:
        aiohttp.ClientResponseError: Refused; with status 401 it is the token.
        aiohttp.ClientError: Discord can't be reached; also `TimeoutError`.
        ValueError: It isn't Discord that answers.
    """
    token = settings.discord_token
    headers = {} if token is None else {"Authorization": f"Bot {token.get_secret_value()}"}
    async with (
        aiohttp.ClientSession(timeout=_TIMEOUT, headers=headers) as session,
        session.get(f"{settings.discord_api_base}/applications/@me") as answer,
    ):
        answer.raise_for_status()
        found = await answer.json()
    if not isinstance(found, dict):
        raise ValueError("not an application")  # noqa: TRY004 — what is wrong is the answer
    return found
