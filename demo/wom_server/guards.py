"""What happens to every request before and after it is answered?"""

import asyncio
from collections.abc import Collection, Mapping

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from demo.wom_server.limits import Limiter
from demo.wom_server.problems import Problem

REQUESTS = web.AppKey("REQUESTS", list[str])  # "GET /groups/1?x=y", in order of arrival

_DOCS = "Please check https://docs.wiseoldman.net/#rate-limits--api-keys"


def recording(latency_s: float) -> Middleware:
    """Note each request, and keep it waiting."""

    @web.middleware
    async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
        request.app[REQUESTS].append(f"{request.method} {request.path_qs}")
        if latency_s:
            await asyncio.sleep(latency_s)
        return await handler(request)

    return record


def limiting(limiter: Limiter | None, api_keys: Collection[str]) -> Middleware:
    """Refuse unknown keys, which costs nothing, and whoever has no requests left."""

    @web.middleware
    async def limit(request: web.Request, handler: Handler) -> web.StreamResponse:
        key = request.headers.get("x-api-key")
        if key is not None and key not in api_keys:
            return json_response({"message": f"Invalid API Key. {_DOCS}"}, status=403)
        if limiter is None:
            return await handler(request)
        counted = limiter.count(key or request.remote or "", with_key=key is not None)
        if counted.allowed:
            response = await handler(request)
        else:
            response = json_response({"message": f"Too Many Requests. {_DOCS}."}, status=429)
        for name, value in counted.headers.items():
            response.headers.setdefault(name, value)  # a player's own limit overwrites ours
        return response

    return limit


@web.middleware
async def explaining(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put refusals into words."""
    try:
        return await handler(request)
    except Problem as problem:
        return json_response(problem.body, status=problem.status)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        return json_response(
            {"code": "ENDPOINT_NOT_FOUND", "message": "Endpoint not found"}, status=404
        )


def json_response(
    body: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(body),
        status=status,
        headers=headers,
        content_type="application/json",
        charset="utf-8",
    )
