"""Watches an auction with the ``gql`` package: ``python watch_auction.py ws://HOST/graphql CODE``; an event a line."""

import asyncio
import json
import sys

from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport

EVENTS = "subscription ($c: String!) { auctionEvents(projectCode: $c) { id kind turn at made { alias amount } } }"


async def main(url: str, code: str) -> None:
    """From the announcement to the end."""
    transport = WebsocketsTransport(url=url, subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL])
    async with Client(transport=transport, fetch_schema_from_transport=False) as session:
        document = gql(EVENTS)
        document.variable_values = {"c": code}
        async for result in session.subscribe(document):
            print(json.dumps(result["auctionEvents"], ensure_ascii=False), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
