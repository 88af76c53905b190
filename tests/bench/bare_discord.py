"""The least that discord.py can do: one command, one constant answer. The measure of our own acknowledgement."""

from __future__ import annotations

import asyncio
import os

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket


async def main() -> None:
    discord.http.Route.BASE = os.environ["DISCORD_API_URL"].rstrip("/")
    client = discord.Client(intents=discord.Intents.none())
    tree = app_commands.CommandTree(client)

    @tree.command(name="about", description="constant")
    async def about(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("constant", ephemeral=True)

    @client.event
    async def setup_hook() -> None:
        _, url, _ = await client.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)

    @client.event
    async def on_ready() -> None:
        print("connected", flush=True)

    await client.start(os.environ["DISCORD_BOT_TOKEN"])


if __name__ == "__main__":
    asyncio.run(main())
