# Stage one installs the pinned dependencies; stage two holds only what runs.
FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.lock ./
RUN /venv/bin/pip install --no-cache-dir -r requirements.lock

FROM python:3.11-slim
RUN useradd --create-home --uid 1000 clanstats && mkdir /app /app/data && chown clanstats /app/data
WORKDIR /app
COPY --from=build /venv /venv
COPY pyproject.toml alembic.ini README.md ./
COPY migrations migrations
COPY clanstats clanstats
COPY cogs cogs
COPY bot bot
# The user below can't write beside them: compiling them anew is a fifth of each start and check.
RUN python -m compileall -q clanstats cogs bot migrations
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER clanstats
# The database and its backups; everything else comes from the environment.
VOLUME /app/data
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s CMD ["python", "-m", "bot", "alive"]
STOPSIGNAL SIGTERM
CMD ["python", "-m", "bot", "run"]
