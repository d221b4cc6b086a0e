"""Which metric, and which rank, does a member mean? Both kept in memory for typing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from clanstats.analytics.members import Clan, members, rank_order
from clanstats.analytics.metrics import known_metrics
from clanstats.errors import BadInputError
from clanstats.metrics import MESSAGES, TALK, VOICE, Metric
from clanstats.roles import from_api_name, order, title
from clanstats.services import Services
from cogs import words
from cogs.interactions import MOST_CHOICES, Choice

_NICKNAMES = {
    "xp": "overall",
    "level": "total_level",
    "clog": "collections_logged",
    "cg": "the_corrupted_gauntlet",
    "cox": "chambers_of_xeric",
    "cm": "chambers_of_xeric_challenge_mode",
    "tob": "theatre_of_blood",
    "hmt": "theatre_of_blood_hard_mode",
    "toa": "tombs_of_amascut",
    "corp": "corporeal_beast",
    "kbd": "king_black_dragon",
    "jad": "tztok_jad",
    "inferno": "tzkal_zuk",
    "rc": "runecrafting",
    "chat": MESSAGES,
    "msgs": MESSAGES,
    "vc": VOICE,
}
COMMON = (
    "overall", MESSAGES, VOICE, "ehp", "ehb", "total_level", "collections_logged",
    "clue_scrolls_all", "slayer",
    "sailing", "chambers_of_xeric", "theatre_of_blood", "tombs_of_amascut",
    "tombs_of_amascut_expert", "the_corrupted_gauntlet", "zulrah", "vorkath", "nex", "yama",
    "doom_of_mokhaiotl", "phantom_muspah", "duke_sucellus", "vardorvis", "sol_heredit", "tzkal_zuk",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Known:
    metrics: Mapping[str, Metric]  # by name, in the order of the hiscores
    ranks: Sequence[str]  # that somebody has, highest first


class Menu:
    """What can be chosen for a leaderboard, by clan."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._known: dict[int, _Known] = {}

    async def reload(self, clan_id: int) -> None:
        """Read it again: bosses and ranks come and go."""
        async with self.services.read() as session:
            metrics = await known_metrics(session)
            present = await members(session, clan_id, self.services.clock())
            highest_first = order(await rank_order(session, clan_id))
        ranks = sorted({one.rank for one in present if one.rank}, key=highest_first)
        by_name = {metric.name: metric for _, metric in metrics} | TALK
        self._known[clan_id] = _Known(by_name, ranks)

    async def metric(self, clan: Clan, typed: str) -> Metric:
        """The metric of that name, title or nickname.

        Raises:
            BadInputError: There is none; the text names the nearest.
        """
        known = (await self._loaded(clan)).metrics
        wanted = from_api_name(typed)
        if found := known.get(_NICKNAMES.get(wanted, wanted)):
            return found
        titles = {from_api_name(metric.title): metric for metric in known.values()}
        if wanted in titles:
            return titles[wanted]
        near = get_close_matches(wanted, titles, n=1)
        hint = f" Did you mean `{titles[near[0]].title}`?" if near else " Try `Zulrah` or `EHB`."
        raise BadInputError(f"Nothing called “{words.name(typed[:40])}” is measured.{hint}")

    async def rank(self, clan: Clan, typed: str | None) -> str | None:
        """The rank that is meant, as Wise Old Man spells it.

        Raises:
            BadInputError: Nobody in the clan has it.
        """
        if typed is None:
            return None
        ranks = (await self._loaded(clan)).ranks
        wanted = from_api_name(typed)
        if wanted in ranks:
            return wanted
        listed = ", ".join(title(rank) for rank in ranks[:MOST_CHOICES])
        raise BadInputError(
            f"Nobody has the rank “{words.name(typed[:40])}”. There are: {listed or 'none yet'}."
        )

    async def metric_choices(self, clan: Clan, typed: str) -> Sequence[Choice]:
        """Metrics to choose from; the common ones as long as nothing is typed."""
        known = (await self._loaded(clan)).metrics
        wanted = typed.strip().lower()
        if not wanted:
            return [_choice(metric) for metric in common(known)]
        nickname = _NICKNAMES.get(wanted)
        found = [
            metric
            for metric in known.values()
            if wanted in metric.title.lower() or metric.name == nickname
        ]
        found.sort(key=lambda one: (one.name != nickname, not one.title.lower().startswith(wanted)))
        return [_choice(metric) for metric in found[:MOST_CHOICES]]

    async def rank_choices(self, clan: Clan, typed: str) -> Sequence[Choice]:
        """Ranks that somebody has, highest first."""
        ranks = (await self._loaded(clan)).ranks
        wanted = from_api_name(typed)
        return [Choice(title(rank), rank) for rank in ranks if wanted in rank][:MOST_CHOICES]

    async def _loaded(self, clan: Clan) -> _Known:
        if clan.clan_id not in self._known:
            await self.reload(clan.clan_id)
        return self._known[clan.clan_id]


def common(known: Mapping[str, Metric]) -> Sequence[Metric]:
    """What is asked for most, at most 25 of it."""
    return [known[name] for name in COMMON if name in known]


def label(metric: Metric) -> str:
    """What it is called in a list."""
    return "XP (overall)" if metric.name == "overall" else metric.title


def _choice(metric: Metric) -> Choice:
    return Choice(label(metric), metric.name)
