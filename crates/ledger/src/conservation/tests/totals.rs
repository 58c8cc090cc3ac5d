//! Totals: what can only grow and has fallen is found.

use super::*;

#[test]
fn totals_that_can_only_grow_and_have_fallen_are_found_in_the_block() {
    let (outstanding, held, pending) = (Points::new(40), Points::ZERO, Points::ZERO);
    let [issued, redeemed, converted_out, expired] = [100, 15, 12, 16].map(GrossPoints::new);
    let [reversed, donated, refunded] = [17, 3, 3].map(GrossPoints::new);
    let before =
        Totals { issued, outstanding, held, redeemed, converted_out, expired, reversed, donated, refunded, pending };
    let mut state = ChangeSet::new();
    put(&mut state, &TotalsKey(brand(CAFE)), &before);
    let tree = StateTree::new().apply(&state).expect("in memory");
    let less = |points: GrossPoints| GrossPoints::new(points.get() - 1);
    let more = |points: Points| Points::new(points.get() + 1);
    let fallen = [
        ("issued", Totals { issued: less(issued), outstanding: Points::new(39), ..before }),
        ("redeemed", Totals { redeemed: less(redeemed), outstanding: more(outstanding), ..before }),
        ("converted out", Totals { converted_out: less(converted_out), outstanding: more(outstanding), ..before }),
        ("expired", Totals { expired: less(expired), outstanding: more(outstanding), ..before }),
        ("reversed", Totals { reversed: less(reversed), outstanding: more(outstanding), ..before }),
        ("donated", Totals { donated: less(donated), outstanding: more(outstanding), ..before }),
        ("refunded", Totals { refunded: less(refunded), outstanding: Points::new(39), ..before }),
    ];
    for (total, after) in fallen {
        let mut changes = ChangeSet::new();
        put(&mut changes, &TotalsKey(brand(CAFE)), &after);
        let answer = check_block(&tree, &changes, start_of("2026-12"));
        assert_eq!(answer, Err(ConservationError::Fallen { brand: brand(CAFE), total }));
    }
}
