"""Others' clients at a whole auction: ``python -m tests.clients.check NODE_FOLDER PYTHON``; both must see every event.

NODE_FOLDER: where ``npm install graphql-ws graphql ws`` was run; PYTHON: an interpreter with ``gql[websockets]``. Neither is in the
project's lock files, so this is no test of the suite, which has its own client (``tests/web/auction_clients.py``).
"""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.web.servers import Server, serving
from tests.web.test_auctions import LIMITS, check, held, planned

HERE = Path(__file__).parent


def main(node_folder: str, python: str) -> None:
    """Print what each client saw. Raises SystemExit when one missed an event."""
    script = Path(shutil.copy(HERE / "watch_auction.mjs", node_folder))  # node looks for packages beside the script
    with serving([Server(Path(tempfile.mkdtemp()), limits=LIMITS)]) as [server]:
        bidders = planned([server.url])
        arguments = [server.url.replace("http", "ws", 1) + "/graphql", bidders[0].project]
        commands = {"graphql-ws": ["node", str(script)], "gql": [python, str(HERE / "watch_auction.py")]}
        clients = {n: subprocess.Popen([*c, *arguments], stdout=subprocess.PIPE, text=True) for n, c in commands.items()}
        asyncio.run(held(bidders))
        check(bidders, server.url)
        seen = {n: [json.loads(line)["id"] for line in p.communicate(timeout=60)[0].splitlines()] for n, p in clients.items()}
    whole = [frame["id"] for frame in bidders[0].frames]
    for name, ids in seen.items():
        print(f"{name}: {len(ids)} of {len(whole)} events")
    if any(ids != whole for ids in seen.values()):
        raise SystemExit("an event was missed")


if __name__ == "__main__":
    main(*sys.argv[1:])
