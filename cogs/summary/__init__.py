"""What is posted by itself, when and where? `/summary`: preview, post, schedule and skip."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import available_timezones

import discord
from discord import app_commands
from discord.ext import commands

from clanstats.analytics.members import Clan
from clanstats.errors import BadInputError
from clanstats.posts import claiming
from clanstats.posts.calendar import (
    Period,
    PostKind,
    PostSchedule,
    Slot,
    period_named,
    period_over,
)
from clanstats.posts.planning import plan
from clanstats.posts.posting import Outcome
from clanstats.posts.schedules import (
    post_schedule,
    post_schedules,
    set_schedule,
    unschedule,
)
from cogs import words
from cogs.checks import admins_only, officers_only
from cogs.interactions import Choice, Choices, Interaction, clan_of, listed
from cogs.summary.asked import check_private, clock, timezone_named
from cogs.summary.controls import SummaryControl
from cogs.summary.listing import DAYS, link, schedules_embed, when
from cogs.summary.post import as_sent

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_Kind = Literal["weekly", "weekly_officers", "monthly", "yearly"]
_Day = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_NINE, _TWO_DAYS = time(9), timedelta(days=2)


@app_commands.default_permissions(manage_roles=True)
class Summary(commands.GroupCog, group_name="summary"):
    """The clan's posts; officers see and make them, admins say when."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Make the buttons of every summary ever posted work."""
        self.bot.add_dynamic_items(SummaryControl)

    async def cog_unload(self) -> None:
        """Leave them to the cog's next version."""
        self.bot.remove_dynamic_items(SummaryControl)

    @app_commands.command()
    @officers_only()
    @app_commands.describe(
        kind="Which post", week="Another one than the last: a day in it, 2026-W47, 2026-10 or 2026"
    )
    async def preview(
        self, interaction: Interaction, kind: _Kind = "weekly", week: str | None = None
    ) -> None:
        """Show what would be posted, to you alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        clan, chosen = clan_of(interaction), PostKind(kind)
        period = await self._period(clan, chosen, week)
        made = await self.bot.posting.poster.compose(clan, chosen, period)
        await interaction.followup.send(**as_sent(made), ephemeral=True)

    @app_commands.command()
    @officers_only()
    @app_commands.describe(
        kind="Which post",
        week="Another one than the last: a day in it, 2026-W47, 2026-10 or 2026",
        channel="Where, if not where it is scheduled",
    )
    async def post(
        self,
        interaction: Interaction,
        kind: _Kind = "weekly",
        week: str | None = None,
        channel: discord.TextChannel | None = None,
    ) -> None:
        """Post a summary now, unless it was posted."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        clan, chosen = clan_of(interaction), PostKind(kind)
        services = self.bot.services
        period = await self._period(clan, chosen, week)
        async with services.read() as session:
            schedule = await post_schedule(session, clan.clan_id, chosen)
        if channel is not None:
            check_private(channel, chosen)
            channel_id = channel.id
        elif schedule is not None:
            channel_id = schedule.discord_channel_id
        else:
            raise BadInputError("Say in which channel: it isn't scheduled anywhere.")
        slot = Slot(period, services.clock())
        made = await self.bot.posting.make_now(clan, chosen, slot, channel_id)
        if made.outcome is Outcome.TAKEN:
            async with services.read() as session:
                known = await claiming.made(session, clan.clan_id, chosen, period.key)
            at = None if known is None else link(interaction.guild_id, known)
            said = f"was posted already: {at}" if at else "is being made just now."
            raise BadInputError(f"The {chosen.words} of {period.key} {said}")
        await interaction.followup.send(f"{words.sentence(str(made))}.", ephemeral=True)

    @app_commands.command()
    @admins_only()
    @app_commands.describe(
        kind="Which post",
        channel="Where; nothing at all shows what is scheduled",
        day="Of the week, for the weekly ones; the others come on the first day after their time",
        time="On the clock of the timezone: 09:00",
        timezone="Whose clock, and whose weeks: Europe/London",
        grace_hours="How late a missed one is still made",
        off="Post it no longer",
    )
    async def schedule(  # noqa: PLR0913, PLR0917 — a command's options
        self,
        interaction: Interaction,
        kind: _Kind = "weekly",
        channel: discord.TextChannel | None = None,
        day: _Day | None = None,
        time: str | None = None,
        timezone: str | None = None,
        grace_hours: app_commands.Range[int, 1, 168] | None = None,
        off: bool = False,  # noqa: FBT001, FBT002 — an option of the command
    ) -> None:
        """Say when and where a summary is posted, or show what is scheduled and comes next."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        clan, chosen = clan_of(interaction), PostKind(kind)
        asked = {
            "discord_channel_id": None if channel is None else channel.id,
            "weekday": None if day is None else DAYS.index(day),
            "at": None if time is None else clock(time),
            "tz": None if timezone is None else timezone_named(timezone),
            "grace": None if grace_hours is None else timedelta(hours=grace_hours),
        }
        changes = {name: value for name, value in asked.items() if value is not None}
        if channel is not None:
            self.bot.posting.place.check(channel.id)
            check_private(channel, chosen)
        if off:
            async with self.bot.services.write() as session:
                await unschedule(session, clan.clan_id, chosen)
        elif changes:
            await self._change(clan, chosen, changes)
        await interaction.followup.send(
            embed=await self._schedules(clan, interaction.guild_id), ephemeral=True
        )

    @app_commands.command()
    @officers_only()
    @app_commands.describe(kind="Which post", undo="Have what was skipped posted after all")
    async def skip(
        self,
        interaction: Interaction,
        kind: _Kind = "weekly",
        undo: bool = False,  # noqa: FBT001, FBT002 — an option of the command
    ) -> None:
        """Leave out the next summary."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        clan, chosen = clan_of(interaction), PostKind(kind)
        services = self.bot.services
        now = services.clock()
        async with services.write() as session:
            schedule = await post_schedule(session, clan.clan_id, chosen)
            if schedule is None:
                raise BadInputError(f"No {chosen.words} is scheduled.")
            if undo:
                any_ = await claiming.unskip(session, clan.clan_id, chosen, now - schedule.grace)
                said = "Nothing is skipped any longer." if any_ else "Nothing was skipped."
            else:
                slot = (await plan(session, schedule, now)).next_slot
                await claiming.skip(session, slot, clan_id=clan.clan_id, kind=chosen, now=now)
                said = f"The {chosen.words} of {slot.period.key} is left out; `undo` takes it back."
            after = await plan(session, schedule, now)
        await interaction.followup.send(f"{said}\nNext: {when(after.next_slot)}.", ephemeral=True)

    @schedule.autocomplete("timezone")
    async def _timezones(self, interaction: Interaction, typed: str) -> Choices:
        del interaction
        text = typed.strip().lower().replace(" ", "_")
        own = self.bot.services.settings.timezone.key
        known = [own, *sorted(available_timezones() - {own})]
        return listed([Choice(one, one) for one in known if text in one.lower()])

    async def _period(self, clan: Clan, kind: PostKind, text: str | None) -> Period:
        services = self.bot.services
        async with services.read() as session:
            schedule = await post_schedule(session, clan.clan_id, kind)
        tz = services.settings.timezone if schedule is None else schedule.tz
        now = services.clock()
        if text is None:
            return period_over(kind, now, tz)
        return period_named(kind, text, now=now, tz=tz)

    async def _change(self, clan: Clan, kind: PostKind, changes: Mapping[str, Any]) -> None:
        """Keep what isn't given as it is.

        Raises:
            BadInputError: It was never said where.
        """
        services = self.bot.services
        now = services.clock()
        async with services.write() as session:
            known = await post_schedule(session, clan.clan_id, kind)
            if known is None and "discord_channel_id" not in changes:
                raise BadInputError("Say in which channel it is to be posted.")
            first = PostSchedule(
                clan.clan_id, kind, 0, 0, _NINE, services.settings.timezone, _TWO_DAYS, now
            )
            await set_schedule(session, replace(known or first, since=now, **changes))

    async def _schedules(self, clan: Clan, guild_id: int | None) -> discord.Embed:
        services = self.bot.services
        now = services.clock()
        async with services.read() as session:
            wanted = await post_schedules(session, clan.clan_id)
            plans = [await plan(session, one, now) for one in wanted]
        return schedules_embed(plans, guild_id=guild_id, now=now)


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Summary(bot))
