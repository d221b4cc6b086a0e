"""What does an operator do with a clan's rules on the terminal? Begin with a pack, check a file."""

import argparse
import json
from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table

from bot.show import check_tables, the_clan
from clanstats.analytics.members import Clan, rank_order
from clanstats.decisions.queue import Queue, queue
from clanstats.decisions.quiet import quiet
from clanstats.errors import BadInputError
from clanstats.inactivity import Inactivity, Row, rules_for
from clanstats.roles import title
from clanstats.rules.decisions import Missing, Proposal
from clanstats.rules.file import read_rules
from clanstats.rules.leaves import Leaf
from clanstats.rules.packs import pack
from clanstats.rules.shelf import Shelf
from clanstats.rules.words import leaf_words
from clanstats.services import Services, open_services
from clanstats.settings import Settings
from clanstats.timestamps import parse_past

out = Console(markup=False, emoji=False, highlight=False)


async def init(settings: Settings, options: argparse.Namespace) -> int:
    """Write a pack to the rules file, unless there is one."""
    file = settings.ranks_file
    text = pack(options.pack)
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as written:
            written.write(text)
    except FileExistsError:
        raise BadInputError(
            f"{file} is there already: move it away first, or set RANKS_FILE."
        ) from None
    out.print(f"{file} holds the pack {options.pack}. The bot uses it from now on.")
    return 0


async def check(settings: Settings, options: argparse.Namespace) -> int:
    """Say what is wrong with a rules file; nothing is changed."""
    file = options.file or settings.ranks_file
    if options.file is not None and not file.is_file():
        raise BadInputError(f"There is no file {file}.")
    in_force = Shelf(file).rules(0)
    for warning in in_force.book.warnings:
        out.print(f"{file.name}, {warning}")
    book = in_force.book
    out.print(
        f"{file} is right: {len(book.ladders)} ladders, {len(book.rules)} rules, {book.hash}."
    )
    return 0


async def promotions(settings: Settings, options: argparse.Namespace) -> int:
    """Print what `/promotions` and the job have."""
    await check_tables(settings)
    async with open_services(settings) as services:
        clan = await the_clan(services)
        async with services.read() as session:
            found = await queue(services, session, clan, _as_of(options, services))
    if options.json:
        print(json.dumps(_queue_json(found), ensure_ascii=False, indent=1))  # noqa: T201 — the answer
        return 0
    out.print(_proposals(clan, found))
    out.print(
        f"{found.judged.decisions.checked} checked by rules {found.judged.book.hash}; "
        f"{len(found.almost)} almost, {len(found.cant_tell)} can't be told."
    )
    return 0


async def inactive(settings: Settings, options: argparse.Namespace) -> int:
    """Print what `/inactive` has."""
    await check_tables(settings)
    async with open_services(settings) as services:
        clan = await the_clan(services)
        async with services.read() as session:
            order = await rank_order(session, clan.clan_id)
            rules = None
            if options.days is not None:
                rules = read_rules(rules_for(options.days, options.signal), rank_order=order)
            found = await quiet(
                services, session, clan, rules=rules, as_of=_as_of(options, services)
            )
    if options.json:
        print(json.dumps(_inactivity_json(found), ensure_ascii=False, indent=1))  # noqa: T201 — as above
    else:
        out.print(_rows(clan, found.rows))
    return 0


def _as_of(options: argparse.Namespace, services: Services) -> datetime | None:
    if options.as_of is None:
        return None
    return parse_past(options.as_of, now=services.clock(), tz=services.settings.timezone)


def _proposals(clan: Clan, found: Queue) -> Table:
    table = Table(title=f"{clan.name}: due", title_justify="left")
    for column in ("Name", "Change", "Why"):
        table.add_column(column)
    for one in found.due:
        table.add_row(one.member.name, _change(one), "; ".join(map(leaf_words, one.leaves)))
    return table


def _change(one: Proposal) -> str:
    if one.to_rank is None:
        return f"{one.change} ({one.rule_id})"
    return f"{title(one.from_rank)} → {title(one.to_rank)}"


def _rows(clan: Clan, rows: Sequence[Row]) -> Table:
    table = Table(title=f"{clan.name}: gone quiet", title_justify="left")
    for column in ("Section", "Name", "Rank", "Verdict", "Confidence"):
        table.add_column(column)
    for row in rows:
        member = row.known.member
        verdict = row.verdict + "".join(f" {fix}." for fix in row.fixes)
        table.add_row(row.section, member.name, title(member.rank), verdict, row.confidence)
    return table


def _queue_json(found: Queue) -> dict[str, object]:
    decisions = found.judged.decisions
    return {
        "as_of": decisions.as_of.isoformat(),
        "rules": decisions.rules_hash,
        "checked": decisions.checked,
        "due": [_proposal_json(one) for one in found.due],
        "almost": [_missing_json(one) for one in found.almost],
        "waiting": [_missing_json(one) for one in found.waiting],
        "cant_tell": [_missing_json(one) for one in found.cant_tell],
        "flags": [
            _proposal_json(one) for one in decisions.proposals if one.change in {"flag", "inactive"}
        ],
    }


def _proposal_json(one: Proposal) -> dict[str, object]:
    return {
        "wom_id": one.member.wom_id,
        "name": one.member.name,
        "rule": one.rule_id,
        "change": one.change,
        "from": one.from_rank,
        "to": one.to_rank,
        "why": [_leaf_json(leaf) for leaf in one.leaves],
    }


def _missing_json(one: Missing) -> dict[str, object]:
    return {
        "wom_id": one.member.wom_id,
        "name": one.member.name,
        "from": one.from_rank,
        "to": one.to_rank,
        "days": one.days,
        "missing": [_leaf_json(leaf) for leaf in one.leaves],
    }


def _leaf_json(leaf: Leaf) -> dict[str, object]:
    return {"text": leaf.text, "holds": leaf.outcome, "said": leaf_words(leaf)}


def _inactivity_json(found: Inactivity) -> dict[str, object]:
    return {
        "as_of": found.as_of.isoformat(),
        "checked": found.checked,
        "rows": [
            {
                "wom_id": row.known.member.wom_id,
                "name": row.known.member.name,
                "rank": row.known.member.rank,
                "section": row.section,
                "rule": row.known.rule_id,
                "verdict": row.verdict,
                "confidence": row.confidence,
                "fixes": list(row.fixes),
            }
            for row in found.rows
        ],
    }
