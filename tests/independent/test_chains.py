"""Chains of older versions of the protocol, verified as they were when they were made (tests/chains/v1/README.md)."""

from __future__ import annotations

import json
import unittest
from pathlib import Path

import genesis
import verify
from light import changes_of

OF_VERSION_1 = Path(__file__).parents[1] / "chains" / "v1"


class Chains(unittest.TestCase):
    """The exports of the program of version 1."""

    def test_they_hold_to_the_last_block_that_was_found_then(self) -> None:
        chains = [report.parent for report in sorted(OF_VERSION_1.glob("*/report.json"))]
        self.assertTrue(chains)
        for directory in chains:
            with self.subTest(directory.name):
                expected = json.loads((directory / "report.json").read_text(encoding="utf-8"))
                document = genesis.read((directory / "genesis.toml").read_text(encoding="utf-8"))
                told = directory / "changes.json"
                changes = changes_of(told.read_text(encoding="utf-8")) if told.exists() else []
                chain = verify.verify(document, (directory / "export").read_bytes(), changes)
                self.assertEqual(chain.height, expected["height"])
                self.assertEqual(chain.transactions, sum(expected["transactions"].values()))
                self.assertEqual(chain.parent.hex(), expected["block"])


if __name__ == "__main__":
    unittest.main()
