"""Asks the gateways of a development network everything that their document allows, and much that it doesn't
(docs/reliability.md): no fault of the node, no answer that the document doesn't have. Takes schemathesis, and the
programs `lojal-node` and `lojal`.

    python tests/api/run.py --programs target/release --schemathesis target/schemathesis/bin/schemathesis --seconds 600
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple, Optional

PORT = 22_300
# A stream has no end of its own, so whoever asks for one waits; the gateway's own tests read them.
WITHOUT_END = "events"
# Not every text that a schema allows is an address, which has a checksum.
NOT_CHECKED = "positive_data_acceptance"
# Where the ledger is open to everybody, no token is asked for.
NOT_CHECKED_OPEN = f"{NOT_CHECKED},ignored_auth,missing_required_header"
READY_S = 60


class Network:
    """A development network of two validators: the first shows its ledger to everybody, the second doesn't."""

    def __init__(self, programs: Path, home: Path) -> None:
        self.programs = programs
        self.home = home
        self.process: Optional[subprocess.Popen[bytes]] = None

    def start(self) -> None:
        """Starts it, and waits until both gateways are ready."""
        arguments = ["devnet", "--dir", str(self.home), "--port-base", str(PORT), "--validators", "2"]
        with open(self.home.parent / "network.log", "ab") as log:
            self.process = subprocess.Popen([self.programs / "lojal-node", *arguments], stdout=log, stderr=log)
        end = time.monotonic() + READY_S
        while not all(answers(f"{url(index)}/readyz") for index in (0, 1)):
            if time.monotonic() > end or self.process.poll() is not None:
                raise SystemExit("the network doesn't start: " + (self.home.parent / "network.log").read_text()[-2000:])
            time.sleep(0.2)

    def stop(self) -> None:
        """Stops it."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=60)
            self.process = None

    def open_first(self) -> None:
        """Lets everybody read at the first gateway, from the next start on."""
        path = self.home / "node-0" / "node.toml"
        text = re.sub(r"(?s)\[\[auditors\]\].*?(?=\n\[\[|\Z)", "", path.read_text())
        path.write_text('auditors = ["*"]\n' + text)

    def lojal(self, wallet: str, *arguments: str) -> str:
        """What a wallet prints."""
        home = ["--home", str(self.home / "wallets" / wallet)]
        environment = {**os.environ, "LOJAL_PASSPHRASE": "devnet"}
        command = [str(self.programs / "lojal"), *home, *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}: {done.stderr}")
        return done.stdout.strip()


def url(index: int) -> str:
    """A gateway's address."""
    return f"http://127.0.0.1:{PORT + index}"


def answers(address: str) -> bool:
    """Tells whether something is there and well."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def read(address: str) -> Any:
    """What a gateway answers."""
    with urllib.request.urlopen(address, timeout=30) as answer:
        return json.load(answer)


Known = dict[str, dict[str, str]]


def history(network: Network) -> Known:
    """Something on the ledger, and the values by which it is found, by a part of the path."""
    brand = read(f"{url(0)}/v1/brands")["brands"][0]["id"]
    members = [network.lojal(name, "address") for name in ("member-1", "member-2")]
    for number in range(3):
        network.lojal(brand, "issue", members[0], "1250", brand, "--receipt", f"receipt {number}")
    network.lojal("member-1", "send", members[1], "250", brand)
    network.lojal("member-1", "household", "create")
    page = read(f"{url(0)}/v1/accounts/{members[0]}/transactions")["transactions"]
    operations = [one for item in page for one in item["transaction"]["transaction"]["operations"]]
    pools = read(f"{url(0)}/v1/accounts/{members[0]}")["memberships"]
    reference = next(one["reference"] for one in operations if "reference" in one)
    return {
        "/brands/": {"id": brand, "reference": reference, "kind": "issue", "track": "1"},
        "/accounts/": {"address": members[0]},
        "/households/": {"address": pools[0]},
        "/transactions/": {"id": page[0]["id"]},
        "/blocks/": {"height": "latest"},
        "/light/validators/": {"hash": read(f"{url(0)}/v1/light/blocks/latest")["fields"]["validators_hash"]},
        "/problems/": {"code": "insufficient_points"},
        "/partnerships": {"from": brand, "to": brand},
    }


def configured(known: Known) -> str:
    """The settings by which schemathesis asks about what is there."""
    document = read(f"{url(0)}/v1/openapi.json")
    lines = []
    for path, item in document["paths"].items():
        values = {name: one for part, all_of in known.items() if part in path for name, one in all_of.items()}
        names = {one["name"] for operation in item.values() if isinstance(operation, dict)
                 for one in operation.get("parameters", [])}
        kept = {name: one for name, one in values.items() if name in names}
        if kept:
            lines += ["[[operations]]", f"include-path = {json.dumps(path)}", "[operations.parameters]"]
            lines += [f"{json.dumps(name)} = {json.dumps(one)}" for name, one in kept.items()]
    return "\n".join(lines) + "\n"


class Asking(NamedTuple):
    """One way to ask: which gateway, about what there is or about anything, and whether it asks who one is."""

    gateway: int
    settings: Optional[str]
    not_checked: str


def ask(arguments: argparse.Namespace, asking: Asking, seconds: int, token: str) -> bool:
    """Asks a gateway; true if all of it was as its document says."""
    own = url(asking.gateway)
    settings = arguments.home / "schemathesis.toml"
    settings.write_text(asking.settings or "")
    command = [
        arguments.schemathesis, "--config-file", str(settings), "run", f"{own}/v1/openapi.json", "--origin", own,
        "--checks", "all", "--exclude-checks", asking.not_checked, "--exclude-operation-id", WITHOUT_END,
        "--exclude-tag", "own", "--header", f"Authorization: Bearer {token}", "--max-time", str(seconds),
        "--max-examples", str(arguments.examples), "--seed", str(arguments.seed), "--continue-on-failure",
        "--max-failures", "40", "--generation-database", "none", "--warnings", "off", "--no-color",
    ]
    print("==", "open" if asking.gateway == 0 else "guarded", "known" if asking.settings else "anything", flush=True)
    return subprocess.run(command).returncode == 0


def main() -> int:
    """Starts a network, gives it a history, and asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--schemathesis", required=True)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lojal-api-") as directory:
        arguments.home = Path(directory)
        network = Network(arguments.programs, arguments.home / "network")
        try:
            network.start()
            network.stop()
            network.open_first()
            network.start()
            settings = configured(history(network))
            token = network.lojal("member-1", "token")
            ways = [
                Asking(0, settings, NOT_CHECKED_OPEN),
                Asking(0, None, NOT_CHECKED_OPEN),
                Asking(1, settings, NOT_CHECKED),
                Asking(1, None, NOT_CHECKED),
            ]
            is_right = [ask(arguments, way, arguments.seconds // len(ways), token) for way in ways]
            if not all(answers(f"{url(index)}/readyz") for index in (0, 1)):
                print("a node isn't ready any more", file=sys.stderr)
                return 1
            return 0 if all(is_right) else 1
        finally:
            network.stop()


if __name__ == "__main__":
    sys.exit(main())
