//! The cost of what version 2 adds, beside a transfer's.

use crate::markdown::{Table, number, whole};
use crate::operations::{Costs, Kind, Timed};
use crate::targets::{Bound, Target, table};

/// Most times a transfer that an operation takes.
const TRANSFERS_MAX: f64 = 1.5;

/// The section of the report.
pub fn section(costs: &Costs) -> String {
    let extent = costs.extent;
    format!(
        "## Operations of version 2\n\n\
         {} operations of one kind in each block, {} rounds in which all kinds take turns, {} accounts with points of \
         three brands; the medians, in microseconds per operation. Nothing here waits for signatures, a disk or the \
         network: the rules go from a transaction's admission to its receipt, and a whole block has its tree and the \
         check that no point appeared or vanished, too. Every operation of it happened.\n\n{}{}\
         The transfers of the last two rows are the same ones: on a state in which accounts have points and nothing \
         else, and on one in which each has a record of every brand's programme besides. All others are on one in \
         which each has an offer, too. A list of invitations has {} lines.\n\n",
        whole(extent.block as f64),
        extent.rounds,
        whole(extent.accounts as f64),
        table(&aims(costs)),
        times(costs),
        whole(extent.lines as f64),
    )
}

/// Every aim and what came of it.
pub fn aims(costs: &Costs) -> Vec<Target> {
    let transfer = costs.of(Kind::Transfer);
    let mut aims = Vec::new();
    for kind in Kind::ALL {
        let Some([rules, block]) = compared(kind) else { continue };
        let timed = costs.of(kind);
        aims.push(beside_transfers(rules, timed.rules_us, transfer.rules_us));
        aims.push(beside_transfers(block, timed.block_us, transfer.block_us));
    }
    aims.push(invitation(costs));
    aims.push(Target {
        what: "a member's relation with a brand, with a level, a badge and a challenge: bytes in the state",
        bound: Bound::AtMost(400.0),
        reached: Some(costs.relations.max_bytes as f64),
        figures: format!(
            "the largest of {}; {} in the mean",
            whole(costs.relations.count as f64),
            number(costs.relations.mean_bytes)
        ),
    });
    let faster = |what, without_us: f64, with_us: f64| Target {
        what,
        bound: Bound::AtLeast(0.97),
        reached: Some(without_us / with_us),
        figures: format!("{} / {} per s", whole(1e6 / with_us), whole(1e6 / without_us)),
    };
    let (without, with) = (&costs.transfers.without, &costs.transfers.with);
    aims.push(faster("transfers by the rules, with programme records / without", without.rules_us, with.rules_us));
    aims.push(faster("transfers in whole blocks, with programme records / without", without.block_us, with.block_us));
    aims
}

/// The comparisons of a kind with a transfer, if there is an aim: of the rules, and of whole blocks.
fn compared(kind: Kind) -> Option<[&'static str; 2]> {
    match kind {
        Kind::Stamp => Some(["`Stamp`, rules / a transfer's", "`Stamp`, whole blocks / transfers'"]),
        Kind::GrantPoints => {
            Some(["`Grant` of points, rules / a transfer's", "`Grant` of points, whole blocks / transfers'"])
        }
        Kind::GrantMark => Some([
            "`Grant` of a membership, rules / a transfer's",
            "`Grant` of a membership, whole blocks / transfers'",
        ]),
        Kind::ClaimPoints => Some(["`Claim`, free, rules / a transfer's", "`Claim`, free, whole blocks / transfers'"]),
        Kind::ClaimVoucher => Some([
            "`Claim` of a voucher for points, rules / a transfer's",
            "`Claim` of a voucher for points, whole blocks / transfers'",
        ]),
        Kind::Take => Some(["`Take`, rules / a transfer's", "`Take`, whole blocks / transfers'"]),
        Kind::Transfer | Kind::ClaimUninvited | Kind::ClaimInvited => None,
    }
}

fn beside_transfers(what: &'static str, us: f64, transfer_us: f64) -> Target {
    Target {
        what,
        bound: Bound::AtMost(TRANSFERS_MAX),
        reached: Some(us / transfer_us),
        figures: format!("{} / {} µs", number(us), number(transfer_us)),
    }
}

fn invitation(costs: &Costs) -> Target {
    let (without, with) = (costs.of(Kind::ClaimUninvited).rules_us, costs.of(Kind::ClaimInvited).rules_us);
    Target {
        what: "an invitation: rules of a claim that shows one less those of the same that shows none, in µs",
        bound: Bound::AtMost(10.0),
        reached: Some(with - without),
        figures: format!("{} less {} µs", number(with), number(without)),
    }
}

fn times(costs: &Costs) -> String {
    let transfer = costs.of(Kind::Transfer);
    let headings = ["", "rules", "of a transfer's", "whole block", "of a transfer's", "entries changed"];
    let mut table = Table::new(&headings);
    let mut row = |name: &str, timed: &Timed| {
        let figures = [
            timed.rules_us,
            timed.rules_us / transfer.rules_us,
            timed.block_us,
            timed.block_us / transfer.block_us,
            timed.written,
        ];
        table.row([name.to_owned()].into_iter().chain(figures.map(number)).collect());
    };
    costs.kinds.iter().for_each(|timed| row(timed.kind.name(), timed));
    row("`Transfer`, nobody has records of a programme", &costs.transfers.without);
    row("`Transfer`, everybody has", &costs.transfers.with);
    table.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::{Beside, Extent, Relations};

    fn timed(kind: Kind, rules_us: f64, block_us: f64) -> Timed {
        Timed { kind, rules_us, block_us, written: 3.0 }
    }

    fn costs() -> Costs {
        let rules_us = |kind| match kind {
            Kind::Transfer => 4.0,
            Kind::Take => 8.0,
            Kind::ClaimInvited => 16.0,
            _ => 6.0,
        };
        let kinds = Kind::ALL.map(|kind| timed(kind, rules_us(kind), 10.0 + rules_us(kind)));
        let (without, with) = (timed(Kind::Transfer, 4.0, 10.0), timed(Kind::Transfer, 4.0, 12.5));
        Costs {
            extent: Extent { accounts: 100_000, block: 4_000, rounds: 22, lines: 1_000_000 },
            kinds: kinds.to_vec(),
            transfers: Beside { without, with },
            relations: Relations { count: 300_000, mean_bytes: 180.6, max_bytes: 190 },
        }
    }

    #[test]
    fn an_aim_compares_with_a_transfer_and_says_whether_it_was_reached() {
        let text = section(&costs());
        for row in [
            "| `Stamp`, rules / a transfer's | at most 1.5 | 1.50 | reached | 6.00 / 4.00 µs |",
            "| `Take`, rules / a transfer's | at most 1.5 | 2.00 | **missed** | 8.00 / 4.00 µs |",
            "| `Take`, whole blocks / transfers' | at most 1.5 | 1.29 | reached | 18.0 / 14.0 µs |",
            "in µs | at most 10 | 10.0 | reached | 16.0 less 6.00 µs |",
            "bytes in the state | at most 400 | 190 | reached | the largest of 300,000; 181 in the mean |",
            "rules, with programme records / without | at least 0.97 | 1.00 | reached | 250,000 / 250,000 per s |",
            "blocks, with programme records / without | at least 0.97 | 0.800 | **missed** | 80,000 / 100,000 per s |",
            "| `Take` of a part of an offer | 8.00 | 2.00 | 18.0 | 1.29 | 3.00 |",
        ] {
            assert!(text.contains(row), "{row} in\n{text}");
        }
    }

    #[test]
    fn whatever_isnt_a_transfer_is_compared_but_for_the_two_that_are_compared_with_each_other() {
        let without_aim = Kind::ALL.into_iter().filter(|kind| compared(*kind).is_none());
        assert_eq!(without_aim.collect::<Vec<_>>(), [Kind::Transfer, Kind::ClaimUninvited, Kind::ClaimInvited]);
        assert_eq!(aims(&costs()).len(), 2 * 6 + 1 + 1 + 2);
    }
}
