"""Who has gone quiet in a clan? The one answer for command, job, command line and file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.channels import channels_read
from clanstats.analytics.coverage import coverage
from clanstats.analytics.facts.standing import people
from clanstats.analytics.members import Clan, rank_order
from clanstats.analytics.signals import GameSigns, TalkSigns, game_signs, heard_last, talk_signs
from clanstats.decisions.judging import Judged, judge_by
from clanstats.decisions.leaving import dropped, measured
from clanstats.decisions.notices import exemptions, notices
from clanstats.domain import Window
from clanstats.errors import NoDataError
from clanstats.inactivity import Inactivity, Known, Signs, inactive, rules_for
from clanstats.people.absences import away
from clanstats.rules.book import RuleBook, RuleKind
from clanstats.rules.decide import explained
from clanstats.rules.file import read_rules
from clanstats.rules.leaves import Leaf
from clanstats.services import Services

_LOOKED = timedelta(days=30)
_USUAL_DAYS = 30
_USUAL_NOTICE = 7


async def quiet(
    services: Services,
    session: AsyncSession,
    clan: Clan,
    *,
    rules: RuleBook | None = None,
    as_of: datetime | None = None,
) -> Inactivity:
    """Sort a clan's members into what has to be done about them.

    Args:
        services: For the rules and the clan's timezone.
        session: Only read from.
        clan: Whose members.
        rules: Instead of the clan's own.
        as_of: None is now.

    Raises:
        RuleError: The clan's rules can't be used, and there were none before them.
    """
    book = await _book(services, session, clan, rules)
    judged = await judge_by(services, session, clan, book, as_of)
    now = judged.decisions.as_of
    churn = await _churn(services, session, clan, now)
    return inactive(await _known(session, clan, judged, churn), now)


async def _churn(
    services: Services, session: AsyncSession, clan: Clan, now: datetime
) -> Mapping[int, str]:
    """By player: why they seem about to leave; nobody, unless it was measured how right that is."""
    precision = await measured(services, clan.clan_id)
    if precision is None or precision.share is None or precision.at > now:
        return {}  # of the past only what was known then
    found = await dropped(session, clan.clan_id, now, services.settings.timezone)
    return {
        player_id: f"{', '.join(map(str, drops))}; {precision}"
        for player_id, drops in found.items()
    }


async def _book(
    services: Services, session: AsyncSession, clan: Clan, asked: RuleBook | None
) -> RuleBook:
    """The rules asked for, or the clan's; 30 days without any sign, if those say nothing of it.

    Who is an officer the clan's file says, whichever rules apply.
    """
    order = await rank_order(session, clan.clan_id)
    usual = asked or read_rules(rules_for(_USUAL_DAYS))
    try:
        own = services.rules.rules(clan.wom_group_id, order).book
    except NoDataError:
        return usual
    if asked is None and own.of_kind(RuleKind.INACTIVE):
        return own
    return replace(usual, officers=own.officers)


async def _known(
    session: AsyncSession, clan: Clan, judged: Judged, churn: Mapping[int, str]
) -> Sequence[Known]:
    now = judged.decisions.as_of
    window = Window(now - _LOOKED, now)
    read = await channels_read(session, clan.clan_id, window)
    observed = {
        one.member.player_id: one.snapshots
        for one in await coverage(session, clan.clan_id, window=window, as_of=now)
    }
    absent = await away(session, clan.clan_id, now)
    asked = await notices(session, clan.clan_id, now)
    everyone = await people(session, clan.clan_id, now)
    in_game = await game_signs(session, [one.member.player_id for one in everyone], now)
    heard = await talk_signs(session, clan.clan_id, now)
    exempt = await exemptions(session, clan.clan_id, now)
    known = []
    for place, person in enumerate(everyone):
        player_id = person.member.player_id
        outcome, rule_id, leaves, notice_days = _outcome(judged, place)
        absence = absent.get(player_id)
        known.append(
            Known(
                person.member,
                person.joined_at,
                outcome,
                rule_id,
                leaves,
                notice_days,
                bool(judged.decisions.at_risk and judged.decisions.at_risk[place]),
                _signs(person.players, player_id, in_game, heard),
                min(observed.get(player_id, 0), _LOOKED.days),
                read.whole,
                person.linked,
                absence.until if absence else None,
                next((exempt[one] for one in person.players if one in exempt), None),
                person.member.rank in judged.book.officers,
                asked.get(player_id),
                churn.get(player_id),
            )
        )
    return known


def _outcome(judged: Judged, place: int) -> tuple[bool | None, str | None, Sequence[Leaf], int]:
    """The rule that holds, or else one that can't be told; with why, and the days of its notice."""
    outcomes = [one for one in judged.decisions.outcomes if one.rule.kind is RuleKind.INACTIVE]
    for wanted in (True, None):
        for one in outcomes:
            if one.flags[place] is wanted:
                leaves = explained(one.rule.when, judged.evaluation, place)
                return wanted, one.rule.id, leaves, one.rule.notice_days
    return False, None, (), _USUAL_NOTICE


def _signs(
    players: Sequence[int],
    player_id: int,
    in_game: Mapping[int, GameSigns],
    heard: Mapping[int, TalkSigns],
) -> Signs:
    game, talk = in_game.get(player_id, GameSigns()), heard_last(heard, players)
    return Signs(
        game.xp_at,
        game.boss_at,
        talk.message_at,
        talk.game_chat_at,
        talk.voice_at,
        game.changed_at,
        game.observed_at,
    )
