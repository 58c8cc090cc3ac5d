"""The independent verifier agrees with the golden vectors."""

from __future__ import annotations

import base64
import datetime
import unittest
from typing import Any, Callable

import ed25519
import formats
import genesis
import receipt
import support
import verify
from activity import Histories
from formats import Reader, Wrong, decode, little, may_be_there, sized, tagged
from validators import vote_bytes

raw = bytes.fromhex


def validators_in(reader: Reader) -> list[dict[str, Any]]:
    """A set of validators, which stands in canonical order and has no key twice."""
    members: list[dict[str, Any]] = formats.many(formats.VALIDATOR, 1, 64)(reader)
    for one in members:
        formats.require(1 <= one["power"] <= 2**40, "a voting power is out of range")
        formats.real_key(one["public_key"])
    order = [(-one["power"], verify.address_of(one["public_key"])) for one in members]
    formats.require(all(a < b for a, b in zip(order, order[1:])), "not in canonical order")
    return members


class Values(unittest.TestCase):
    """Hashes, keys and signatures."""

    def test_signatures_hold_as_zip_215_says(self) -> None:
        for vector in support.vectors("signatures.json"):
            with self.subTest(vector["name"]):
                given = vector["input"]
                key, message, signature = raw(given["public_key"]), raw(given["message"]), raw(given["signature"])
                self.assertEqual(ed25519.holds(key, message, signature), vector["output"]["holds"])

    def test_keys_have_their_addresses(self) -> None:
        for vector in support.vectors("keys.json"):
            with self.subTest(vector["name"]):
                output, message = vector["output"], raw(vector["input"]["message"])
                key = support.public_key_of(raw(vector["input"]["seed"]))
                self.assertEqual(key.hex(), output["public_key"])
                self.assertEqual(verify.address_of(key).hex(), output["address"])
                self.assertEqual(support.bech32m("loj", verify.address_of(key)), output["address_on_main"])
                self.assertEqual(support.bech32m("tloj", verify.address_of(key)), output["address_on_test"])
                self.assertTrue(ed25519.holds(key, message, raw(output["signature"])))
                self.assertFalse(ed25519.is_small_order(key))

    def test_households_have_their_addresses(self) -> None:
        for vector in support.vectors("households.json"):
            with self.subTest(vector["name"]):
                given = vector["input"]
                chain, transaction = raw(given["chain_id"]), raw(given["transaction"])
                address = verify.household_address(chain, transaction, given["operation"])
                self.assertEqual(address.hex(), vector["output"]["address"])

    def test_lists_have_their_roots(self) -> None:
        for vector in support.vectors("merkle.json"):
            with self.subTest(vector["name"]):
                self.assertEqual(verify.list_root([raw(one) for one in vector["input"]]).hex(), vector["output"])
        for vector in support.vectors("receipts.json"):
            with self.subTest(vector["name"]):
                root = verify.list_root([raw(one) for one in vector["output"]["borsh"]])
                self.assertEqual(root.hex(), vector["output"]["receipts_root"])

    def test_activity_folds(self) -> None:
        codes = {vector["name"]: vector["output"]["number"] for vector in support.vectors("codes.json")}
        for vector in support.vectors("activity.json"):
            with self.subTest(vector["name"]):
                before = vector["input"]["before"]
                now = little(before["count"], 8) + raw(before["digest"])
                for one in vector["input"]["transactions"]:
                    outcome = b"\0"
                    if one["outcome"]["result"] == "failed":
                        outcome = bytes([1, one["outcome"]["operation"]]) + little(codes[one["outcome"]["code"]], 2)
                    now = verify.fold_activity(now, raw(one["id"]), one["height"], outcome)
                self.assertEqual(now.hex(), vector["output"]["borsh"])

    def test_trees_have_their_roots_and_proofs(self) -> None:
        for vector in support.vectors("tree.json"):
            entries = [(key.encode(), value.encode()) for key, value in vector["input"]["entries"]]
            root, entries = raw(vector["output"]["root"]), support.placed(entries)
            self.assertEqual(support.tree_root(entries), root)
            for one in vector["output"]["proofs"]:
                with self.subTest(vector["name"], key=one["key"]):
                    key, value = one["key"].encode(), one["value"]
                    proof, value = raw(one["proof_borsh"]), None if value is None else value.encode()
                    self.assertEqual(support.tree_proof(entries, key), proof)
                    verify.check_proof(root, key, value, proof)
                    for other in (None if value is not None else b"something", b"another value"):
                        with self.assertRaises(Wrong):
                            verify.check_proof(root, key, other, proof)


class Messages(unittest.TestCase):
    """What is hashed, signed and refused."""

    def test_genesis_documents_have_their_chain_ids(self) -> None:
        for vector in support.vectors("genesis.json"):
            with self.subTest(vector["name"]):
                document, output = genesis.read("\n".join(vector["input"])), vector["output"]
                self.assertEqual(document.encoded.hex(), output["borsh"])
                self.assertEqual(document.chain_id.hex(), output["chain_id"])
                validators = verify.validators_of(document.chain_id, document.validators)
                self.assertEqual(validators.digest.hex(), output["validators_hash"])

    def test_validators_stand_in_their_order(self) -> None:
        for vector in support.vectors("validators.json"):
            with self.subTest(vector["name"]):
                chain, output = raw(vector["input"]["chain_id"]), vector["output"]
                members = decode(validators_in, raw(output["borsh"]))
                validators = verify.validators_of(chain, members[::-1])
                self.assertEqual(validators.digest.hex(), output["hash"])
                self.assertEqual([support.bech32m("tloj", one) for one in validators.keys], output["canonical_order"])
                total, quorum = sum(validators.powers.values()), output["quorum_power_min"]
                self.assertEqual(total, output["total_power"])
                self.assertTrue(3 * quorum > 2 * total >= 3 * (quorum - 1))

    def test_transactions_are_signed(self) -> None:
        for vector in support.vectors("transactions.json"):
            with self.subTest(vector["name"]):
                output, chain = vector["output"], raw(vector["input"]["chain_id"])
                signed = decode(formats.read_signed, raw(output["signed_borsh"]))
                self.assertEqual(signed.transaction.hex(), output["transaction_borsh"])
                identity = tagged("tx", chain, signed.transaction)
                self.assertEqual(identity.hex(), output["id"])
                message = b"lojal/tx-signature/v1" + chain + identity
                self.assertEqual(message.hex(), output["signing_bytes"])
                self.assertEqual(signed.public_key.hex(), output["public_key"])
                self.assertTrue(ed25519.holds(signed.public_key, message, signed.signature))

    def test_operations_are_read_to_their_end(self) -> None:
        for vector in support.vectors("operations.json"):
            with self.subTest(vector["name"]):
                output = vector["output"]
                self.assertEqual(decode(formats.OPERATIONS, raw(output["borsh"]))["kind"], output["kind"])
                for damaged in (raw(output["borsh"]) + b"\0", raw(output["borsh"])[:-1]):
                    with self.assertRaises(Wrong):
                        decode(formats.OPERATIONS, damaged)

    def test_an_invitation_leads_to_a_root_in_the_terms_for_one_account_and_one_sum(self) -> None:
        chain = raw(support.vectors("transactions.json")[0]["input"]["chain_id"])
        found = {vector["name"]: decode(formats.OPERATIONS, raw(vector["output"]["borsh"]))
                 for vector in support.vectors("operations.json")}
        terms, claim = found["set_campaign for the invited"]["terms"], found["claim of who is invited"]
        shown = claim["invitation"]

        def root(account: bytes, amount: int) -> bytes:
            brand = claim["brand"].encode()
            line = b"".join([little(len(brand), 4), brand, little(claim["campaign"], 4), account, little(amount, 8)])
            return receipt.root_of_path(tagged("invitation", chain, line, shown["salt"]), shown["path"])

        self.assertEqual(root(claim["account"], shown["amount"]), terms["invited"][shown["root"]])
        self.assertNotIn(root(claim["account"], shown["amount"] + 1), terms["invited"])
        self.assertNotIn(root(bytes(20), shown["amount"]), terms["invited"])

    def test_requests_have_their_references(self) -> None:
        for vector in support.vectors("requests.json"):
            with self.subTest(vector["name"]):
                request, hold = vector["input"], vector["input"]["hold_until_ms"]
                source, answer = self.answer_to(vector)
                operation = {"kind": verify.REDEEM if hold is None else 5, "brand": request["brand"], "request": answer,
                             "expires_ms": hold, "amount": request["amount"], "source": source}
                reference = verify.request_reference(raw(request["chain_id"]), operation)
                self.assertEqual(reference.hex(), vector["output"]["reference"])

    def test_requests_for_vouchers_have_their_references(self) -> None:
        for vector in support.vectors("voucher-requests.json"):
            with self.subTest(vector["name"]):
                request = vector["input"]
                account, answer = self.answer_to(vector)
                operation = {"brand": request["brand"], "quantity": request["quantity"], "request": answer,
                             "account": account}
                reference = verify.voucher_reference(raw(request["chain_id"]), operation, request["campaign"])
                self.assertEqual(reference.hex(), vector["output"]["reference"])

    def answer_to(self, vector: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
        """The account that answers a request, if it names its household, and what an answer says of the request."""
        request, household = vector["input"], vector["input"]["household"]
        # The household's address stands before the salt, at the end.
        account = raw(vector["output"]["borsh"])[-36:-16]
        if household is not None:
            self.assertEqual(support.bech32m("tloj", account), household)
        dated = (datetime.date.fromisoformat(request["dated"]) - datetime.date(1970, 1, 1)).days
        return account, {"dated": dated, "until_ms": request["until_ms"], "salt": raw(request["salt"]),
                         "for_household": household is not None}

    def test_totals_have_one_form(self) -> None:
        for vector in support.vectors("state.json"):
            if vector["input"]["kind"] == "totals":
                record = raw(vector["output"]["record"])
                totals = decode(formats.read_totals, record)
                self.assertEqual({name: int(vector["input"][name]) for name in totals}, totals)
                for damaged in (record + b"\0", record[:-1], record[:96] + bytes(32)):
                    with self.assertRaises(Wrong):
                        decode(formats.read_totals, damaged)

    def test_read_tokens_are_signed(self) -> None:
        for vector in support.vectors("read_tokens.json"):
            with self.subTest(vector["name"]):
                given, output, signed = vector["input"], vector["output"], raw(vector["output"]["borsh"])
                token = decode(formats.READ_TOKEN, signed)
                self.assertEqual(support.bech32m("tloj", token["account"]), given["account"])
                self.assertEqual((token["audience"], token["until_ms"]), (given["audience"], given["until_ms"]))
                self.assertEqual(token["public_key"], support.public_key_of(raw(given["seed"])))
                message = b"lojal/read/v1" + raw(given["chain_id"]) + signed[:-64]
                self.assertEqual(message.hex(), output["signing_bytes"])
                self.assertTrue(ed25519.holds(token["public_key"], message, token["signature"]))
                written = base64.urlsafe_b64encode(signed).rstrip(b"=").decode()
                self.assertEqual("ljr1_" + written, output["text"])

    def test_headers_and_blocks_have_their_hashes(self) -> None:
        for vector in support.vectors("headers.json"):
            with self.subTest(vector["name"]):
                header = raw(vector["output"]["borsh"])
                fields = decode(formats.HEADER, header)
                self.assertEqual(fields["height"], vector["input"]["height"])
                self.assertEqual(tagged("block", fields["chain_id"], header).hex(), vector["output"]["id"])
        for vector in support.vectors("blocks.json"):
            with self.subTest(vector["name"]):
                block = decode(formats.read_block, raw(vector["output"]["borsh"]))
                root = verify.list_root([one.encoded() for one in block.transactions])
                self.assertEqual(root.hex(), vector["output"]["transactions_root"])

    def test_votes_and_proposals_are_signed(self) -> None:
        for vector in support.vectors("votes.json"):
            with self.subTest(vector["name"]):
                vote, output = vector["input"], vector["output"]
                key = support.public_key_of(raw(vote["seed"]))
                kind = {"prevote": 1, "precommit": 2}[vote["kind"]]
                block = None if vote["block"] is None else raw(vote["block"])
                message = vote_bytes(raw(vote["chain_id"]), kind, vote["height"], vote["round"], block,
                                     verify.address_of(key))
                self.assertEqual(message.hex(), output["signing_bytes"])
                self.assertTrue(ed25519.holds(key, message, raw(output["signature"])))
        for vector in support.vectors("proposals.json"):
            with self.subTest(vector["name"]):
                self.check_proposal(vector["input"], vector["output"])

    def check_proposal(self, proposal: dict[str, Any], output: dict[str, Any]) -> None:
        """What a proposer signs (protocol, Blocks and finality)."""
        key = support.public_key_of(raw(proposal["seed"]))
        earlier = proposal["prevoted_round"]
        message = b"lojal/proposal/v1" + raw(proposal["chain_id"]) + little(proposal["height"], 8)
        message += may_be_there(little(proposal["round"], 4)) + raw(proposal["block"])
        message += may_be_there(None if earlier is None else little(earlier, 4)) + verify.address_of(key)
        self.assertEqual(message.hex(), output["signing_bytes"])
        self.assertTrue(ed25519.holds(key, message, raw(output["signature"])))

    def test_certificates_hold_for_their_validators_only(self) -> None:
        for vector in support.vectors("certificates.json"):
            with self.subTest(vector["name"]):
                given, encoded = vector["input"], raw(vector["output"]["borsh"])
                chain, block = raw(given["chain_id"]), raw(given["block"])
                keys = [support.public_key_of(raw(seed)) for seed in given["seeds"]]
                members = [{"name": f"v{at}", "public_key": key, "network_key": key, "power": 1}
                           for at, key in enumerate(keys)]
                validators = verify.validators_of(chain, members)
                verify.check_certificate(chain, validators, given["height"], block, encoded)
                stranger = {**members[0], "public_key": support.public_key_of(bytes(32))}
                strangers, height = verify.validators_of(chain, [stranger]), given["height"]
                for on, by, at, of in ((bytes(32), validators, height, block), (chain, strangers, height, block),
                                       (chain, validators, 1, block), (chain, validators, height, bytes(32))):
                    with self.assertRaises(Wrong):
                        verify.check_certificate(on, by, at, of, encoded)

    def test_what_governs_has_its_digests(self) -> None:
        for vector in support.vectors("governance.json"):
            with self.subTest(vector["name"]):
                given, output = vector["input"], vector["output"]
                if given["kind"] == "motion":
                    digest = tagged("motion", raw(given["chain_id"]), raw(output["borsh"]))
                    self.assertEqual(digest.hex(), output["digest"])
                    actions = decode(formats.many(formats.ACTIONS, 1, 8), raw(output["borsh"]))
                    self.assertEqual(len(actions), len(given["actions"]))
                    continue
                if given["kind"] == "brand_motion":
                    said = sized(given["brand"]) + raw(output["borsh"])
                    self.assertEqual(tagged("brand-motion", raw(given["chain_id"]), said).hex(), output["digest"])
                    actions = decode(formats.many(formats.choice(formats.BRAND_ACTIONS), 1, 8), raw(output["borsh"]))
                    self.assertEqual(len(actions), len(given["actions"]))
                    continue
                signatures = [(output["public_key"], output.get("signature"))]
                if given["kind"] == "node":
                    signatures = [(output["public_key"], output["proof"]["by_validator"]),
                                  (output["network_key"], output["proof"]["by_network"])]
                for key, signature in signatures:
                    self.assertTrue(ed25519.holds(raw(key), raw(output["signing_bytes"]), raw(signature)))

    def test_bytes_that_are_nothing_are_refused(self) -> None:
        readers: dict[str, Callable[[Reader], Any]] = {
            "signed_transaction": formats.read_signed, "operation": formats.OPERATIONS, "block": formats.read_block,
            "validator_set": validators_in, "certificate": formats.CERTIFICATE, "brand_id": formats.BRAND,
            "reference": formats.REFERENCE, "name": formats.NAME, "time": formats.TIME, "policy": formats.POLICY,
            "roles": formats.ROLES, "member_rights": formats.record(**formats.RIGHTS),
            "guardians": formats.GUARDIANS, "receipt": formats.RECEIPT, "read_token": formats.READ_TOKEN,
        }
        # Of these the verifier reads none: they stand in records, and a document is read from its text.
        unread = {"balance", "account", "currency", "recovery", "holds", "household", "memberships", "operator_list",
                  "brand_list", "genesis_document"}
        for vector in support.vectors("refused.json"):
            with self.subTest(vector["name"]):
                kind, encoded = vector["input"]["type"], raw(vector["input"]["borsh"])
                self.assertIn(kind, {*readers, *unread})
                if kind in readers:
                    with self.assertRaises(Wrong):
                        decode(readers[kind], encoded)


class Chains(unittest.TestCase):
    """The chains of the vectors, with their receipts and last states."""

    def test_chains_hold_with_receipts_states_and_shelves(self) -> None:
        for vector in support.vectors("chain.json"):
            with self.subTest(vector["name"]):
                self.check_chain(vector["input"], vector["output"])

    def check_chain(self, given: dict[str, Any], output: dict[str, Any]) -> None:
        """Verifies a chain, then what its last state says."""
        codes = {vector["name"]: vector["output"]["number"] for vector in support.vectors("codes.json")}
        chain, histories, identities = verify.Chain(genesis.read("\n".join(given["genesis"]))), Histories(), set()
        self.assertEqual(chain.id.hex(), output["chain_id"])
        for one in output["blocks"]:
            block = chain.append(raw(one["block_borsh"]), raw(one["certificate_borsh"]))
            self.assertEqual(chain.parent.hex(), one["id"])
            receipts = [self.receipt(receipt, codes) for receipt in one["receipts"]]
            verify.check_receipts(chain, block, receipts)
            histories.append(chain, block, receipts)
            identities |= {chain.transaction_id(signed) for signed in block.transactions}
            if len(receipts) > 1:
                with self.assertRaises(Wrong):
                    verify.check_receipts(chain, block, receipts[::-1])
        root = block.header["state_root"]
        self.check_state(root, support.entries_of(output["last_state"]), histories)
        for shelf in output["last_shelves"]:
            self.check_shelf(root, shelf, support.entries_of(output["last_state"]), identities)

    def receipt(self, receipt: dict[str, Any], codes: dict[str, int]) -> bytes:
        """The bytes of a receipt."""
        outcome = receipt["outcome"]
        failed = outcome["result"] == "failed"
        tail = bytes([1, outcome["operation"]]) + little(codes[outcome["code"]], 2) if failed else b"\0"
        return raw(receipt["transaction"]) + tail

    def check_state(self, root: bytes, entries: list[support.Entry], histories: Histories) -> None:
        """Every record is proved, and accounts have the activity and the blinds that their history gives."""
        entries = support.placed(entries)
        accounts = blinds = 0
        for key, record in entries:
            proof = support.tree_proof(entries, key)
            verify.check_proof(root, key, record, proof)
            for top, under, value in ((root, key, None), (root, key + b"\0", record), (root, key, record + b"\0"),
                                      (bytes(32), key, record)):
                with self.assertRaises(Wrong):
                    verify.check_proof(top, under, value, proof)
            account = key[1:21]
            # Whom motions concern is not followed; there are no such accounts but operators of new brands.
            if key[0] == 32 and account in histories.now and not self.by_motion(account, entries):
                self.assertEqual(record[-40:], histories.now[account], account.hex())
                accounts += 1
            if key[0] == 17:
                self.check_sums(decode(formats.read_totals, record))
            if key[0] in (33, 34, 35, 37, 38, *range(64, 69)):
                given = {verify.blind(digest, key) for digest in histories.digests[account]}
                self.assertIn(record[-16:], given, key.hex())
                blinds += 1
        if histories.now:
            self.assertGreater(min(accounts, blinds), 2)

    def check_sums(self, totals: dict[str, int]) -> None:
        """A brand's points are all somewhere (protocol, Points)."""
        places = ("outstanding", "pending", "held", "redeemed", "donated", "converted_out", "expired", "reversed")
        self.assertEqual(totals["issued"] + totals["refunded"], sum(totals[one] for one in places))

    def by_motion(self, account: bytes, entries: list[support.Entry]) -> bool:
        """Says whether an account operates the brand that a motion has brought."""
        return any(key == b"\x13" + formats.sized("blomman") + account for key, _ in entries)

    def check_shelf(self, state_root: bytes, shelf: dict[str, Any], state: list[support.Entry],
                    identities: set[bytes]) -> None:
        """"A proof of a record on a shelf is that of the shelf's record, and a proof in the shelf's tree." (protocol,
        State and proofs)"""
        records = support.entries_of(shelf["records"])
        year, month = map(int, shelf["month"].split("-"))
        key = b"\6" + little((year - 1970) * 12 + month - 1, 2)
        on_shelf = support.find(state, key) or b""
        root, count = on_shelf[:32], int.from_bytes(on_shelf[32:40], "little")
        self.assertEqual((support.tree_root(support.placed(records)), len(records)), (root, count))
        proof, first = raw(shelf["proof_of_first"]), records[0]
        verify.check_shelf_proof(state_root, *first, proof)
        other_month = bytes([first[0][0], first[0][1] ^ 1]) + first[0][2:]
        damaged = proof[:-1] + bytes([proof[-1] ^ 1])
        for wrong in ((root, *first, proof), (state_root, first[0], records[1][1], proof),
                      (state_root, first[0], None, proof), (state_root, other_month, first[1], proof),
                      (state_root, *first, damaged)):
            with self.assertRaises(Wrong):
                verify.check_shelf_proof(*wrong)
        halves = {identity[:16] for identity in identities}
        for at, record in records:
            # What was paid ends with half an id; a redemption and a capture of version 1 don't say it.
            if at[0] in (82, 85, 86, 92) or (at[0] in (81, 84) and len(record) > 32):
                self.assertIn(record[-16:], halves)
            if at[0] == 80:
                # Those that are pending, or by a campaign, say until when and by which.
                end = 67 if record[28] == 0 else 65
                besides = record[end:]
                self.assertIn((besides[:1], len(besides)), ((b"", 0), (b"\0", 5), (b"\1", 5), (b"\2", 9)))
                self.assertIn(record[end - 16:end], halves)
            if at[0] in (88, 89):
                # What was claimed for points says what it cost: units, lots, whose limit, and what was refunded.
                end = {88: 63 if record[26] else 59, 89: 72}[at[0]]
                self.assertIn(record[end - 16:end], halves)
                self.assertTrue(len(record) == end or len(record) >= end + 2 + 4 + 9 + 1 + 8)
            if at[0] in (83, 90):
                self.assertIn(record[-32:], identities)
            if at[0] == 81:
                self.assertIn(record[:32], identities)


if __name__ == "__main__":
    unittest.main()
