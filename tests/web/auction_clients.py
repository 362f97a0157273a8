"""Bidders as real WebSocket clients: one bids at once, one is slow, one drops and comes back, one waits for the last moment."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

EVENTS = """subscription E($c: String!, $a: ID) { auctionEvents(projectCode: $c, after: $a) {
    id kind at dueAt serverTime roundNumber turn beginsAt closesAt made { alias amount } board { alias amount bidderCode } } }"""
BID = """mutation B($i: PlaceBidInput!) { placeBid(input: $i) { __typename
    ... on BidReceipt { amount receivedAt isLive } ... on NotYourTurn { receivedAt closesAt } ... on Error { message } } }"""


@dataclass
class Bidder:
    """One client. ``urls``: the servers, tried in turn. ``snipes_s``: how long before the end of its turn it bids; None: at once."""

    urls: list[str]
    token: str
    project: str
    alias: str
    fen: int
    cut_fen: int = 500_00
    pause_s: float = 0
    drops_every: int = 0
    snipes_s: float | None = None
    frames: list[dict[str, Any]] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    connections: int = 0
    in_round: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the fourth turn has begun."""

    async def run(self) -> None:
        """From the announcement to the end, over as many connections as it takes."""
        while not self.frames or self.frames[-1]["kind"] != "ENDED":
            url = self.urls[self.connections % len(self.urls)]
            self.connections += 1
            try:
                address = url.replace("http", "ws", 1) + "/graphql"
                async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None) as socket:
                    await self._watch(socket)
            except (OSError, ConnectionClosed):
                await asyncio.sleep(0.1)

    async def _watch(self, socket: ClientConnection) -> None:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {self.token}"}}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        after = self.frames[-1]["id"] if self.frames else None
        await _subscribe(socket, "e", EVENTS, {"c": self.project, "a": after})
        bids = {}
        async for message in _messages(socket):
            if message["id"] == "e" and message["type"] == "complete":
                return
            assert message["type"] in ("next", "complete"), message
            if message["id"] != "e":
                self._answered(message)
                continue
            event = message["payload"]["data"]["auctionEvents"]
            self.frames.append(event)
            if len(self.frames) == 6:
                self.in_round.set()
            if event["turn"] == self.alias:
                bids[event["id"]] = asyncio.create_task(self._bid(socket, event))
            await asyncio.sleep(self.pause_s)
            if self.drops_every and len(self.frames) % self.drops_every == 0:
                await asyncio.sleep(0.05)
                await socket.close()
                await asyncio.sleep(0.5)
                return

    async def _bid(self, socket: ClientConnection, event: dict[str, Any]) -> None:
        if self.snipes_s is not None:
            left = datetime.fromisoformat(event["closesAt"]) - datetime.fromisoformat(event["serverTime"])
            await asyncio.sleep(max(0.0, (left - timedelta(seconds=self.snipes_s)).total_seconds()))
        own = next(place["amount"] for place in event["board"] if place["alias"] == self.alias)
        amount = round(float(own) * 100) - self.cut_fen
        values = {"idempotencyKey": f"{self.alias}{event['id']}", "projectCode": self.project, "amount": f"{amount / 100:.2f}"}
        try:
            await _subscribe(socket, f"b{event['id']}", BID, {"i": values | {"seenEvent": event["id"]}})
        except ConnectionClosed:
            return

    def _answered(self, message: dict[str, Any]) -> None:
        if message["type"] == "next":
            result = message["payload"]["data"]["placeBid"]
            (self.receipts if result["__typename"] == "BidReceipt" else self.refusals).append(result)


async def _subscribe(socket: ClientConnection, key: str, query: str, variables: dict[str, Any]) -> None:
    await socket.send(json.dumps({"type": "subscribe", "id": key, "payload": {"query": query, "variables": variables}}))


async def _messages(socket: ClientConnection) -> AsyncIterator[dict[str, Any]]:
    async for text in socket:
        yield json.loads(text)
