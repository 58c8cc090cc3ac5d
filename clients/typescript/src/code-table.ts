/** Every code with its number and its explanation, as docs/codes.md lists them; a test compares them. */

/** A reason for which a transaction was refused or failed, by name: its number, and what to do next. */
export const CODES = {
  malformed: [101, "the bytes are no signed transaction; build it with the wallet or by the documented encoding"],
  transaction_too_large: [102, "the transaction is larger than 16 KiB; split it"],
  wrong_chain: [103, "the transaction was made for another network; check the genesis document of the wallet"],
  bad_signature: [104, "the signature doesn't match the transaction; sign it again"],
  transaction_expired: [105, "valid_until_ms has passed; it can't happen any more, make a new one"],
  window_too_long: [106, "valid_until_ms is more than an hour ahead; choose an earlier time or check the clock"],
  duplicate_transaction: [107, "this transaction was already submitted; ask for its status by its id"],
  unknown_account: [108, "the sending account doesn't exist; it starts to exist when it receives points"],
  wrong_key: [109, "this key doesn't sign for the account; its key may have been replaced"],
  quota_exceeded: [110, "too many transactions of this account are waiting; submit again when some are done"],
  mempool_full: [111, "the node has too many transactions waiting; submit again in a moment"],
  allowance_spent: [112, "this account has sent as much today as it may; submit again when the day ends (UTC)"],
  unknown_in_version: [
    113,
    "the version of the protocol that this network runs doesn't have this operation or action (yet)",
  ],
  amount_zero: [201, "the amount must be more than zero"],
  amount_too_large: [
    202,
    "the amount, or what is outstanding and held of the brand with it, is beyond 9007199254740991 units",
  ],
  unknown_brand: [203, "no brand has this id; GET /v1/brands lists them"],
  insufficient_points: [204, "the account doesn't hold that many points of this brand"],
  points_expired: [205, "the points that would have covered this have expired"],
  not_owner: [206, "only the owner of an account, or a member of the household that it is, can take points from it"],
  same_account: [207, "sender and receiver are the same account"],
  policy_forbids_transfer: [208, "this brand doesn't let members transfer its points"],
  transfer_too_small: [209, "less than this brand's smallest transfer"],
  transfer_too_large: [210, "more than this brand's largest transfer"],
  not_operator: [211, "only an operator of this brand can do this"],
  role_missing: [212, "this operator of the brand lacks the role for this"],
  duplicate_reference: [
    213,
    "this brand has already used this reference; nothing was done twice. To put right an amount that was " +
      "reversed, use a new reference",
  ],
  unknown_reference: [214, "this brand has issued nothing under this reference"],
  issue_to_other: [215, "the points of this reference were issued to another account"],
  reversal_window_closed: [216, "the time in which this brand can reverse the issue is over"],
  reversal_exceeds_issue: [
    217,
    "less is left of the issue after earlier reversals than must be taken back; ask for less, or set " +
      "at_least lower",
  ],
  transfer_daily_max_reached: [
    218,
    "with this the member would transfer more than the brand allows in a day; send less, or wait for the " +
      "next day (UTC)",
  ],
  policy_forbids_pooling: [219, "this brand doesn't let its points be put into a household's pool"],
  hold_expiry_out_of_range: [220, "expires_ms must lie after the block's time and at most 30 days ahead of it"],
  too_many_holds: [
    221,
    "the account has 16 open holds on this brand's points; one must be captured, released or expire first",
  ],
  unknown_hold: [222, "this account has never held points of this brand under this reference"],
  hold_closed: [223, "this hold was captured or released before; it can't be used again"],
  hold_expired: [224, "this hold has expired and its points are their owner's again; ask for a new one"],
  hold_not_expired: [225, "until this hold expires only the brand can release it"],
  capture_exceeds_hold: [226, "more than what is held; capture at most the hold's amount"],
  at_least_out_of_range: [227, "at_least must be 1 to amount; make them equal to take back all or nothing"],
  issue_too_large: [228, "more than this brand issues at once; look at the amount again, or issue it in parts"],
  request_mismatch: [
    229,
    "this isn't what its reference asks for (brand, amount, kind, time, household); read the request " + "again",
  ],
  request_expired: [230, "the time of this request is over; ask the till for a new one"],
  reference_in_future: [
    231,
    "the day of this reference is later than tomorrow (UTC); check the clock that dated it, or wait for " + "the day",
  ],
  reference_too_old: [
    232,
    "the day of this reference lies too long ago for this network; look whether it was used, and only if " +
      "not, take a new one",
  ],
  openings_spent: [
    233,
    "this member has opened as many accounts today as it may; send to an address that has an account, or " +
      "wait for the next day (UTC)",
  ],
  opening_too_small: [
    234,
    "the address has no account yet, and fewer points than this brand's opening_min open none; send more",
  ],
  hold_too_small: [235, "less than this brand's smallest transfer, which is its smallest hold too"],
  issue_expiry_out_of_range: [
    236,
    "expiry, the points' last month, must not be over, later than this brand's policy gives, or more than 60 months " +
      "ahead; leave it out for what the policy gives",
  ],
  invalid_key: [301, "the new key is no valid Ed25519 public key"],
  key_unchanged: [302, "the new key already signs for this account"],
  account_frozen: [303, "this account is frozen; unfreeze it first, which takes a while unless its guardians agree"],
  account_in_recovery: [
    304,
    "this account is being recovered and can do nothing until then; if that is wrong, cancel the recovery",
  ],
  already_frozen: [305, "this account is frozen already"],
  not_frozen: [306, "this account is not frozen"],
  guardians_out_of_order: [307, "guardians must be in order, accounts by address and then brands by id, each once"],
  threshold_out_of_range: [308, "the threshold must be 1 to the number of guardians, or 0 without guardians"],
  own_guardian: [309, "an account can't be its own guardian"],
  not_guardian: [310, "only a guardian of this account, or an admin of a brand that is its guardian, can do this"],
  already_agreed: [311, "this guardian has already asked for this; the others must agree now"],
  recovery_decided: [
    312,
    "enough guardians have agreed on a key; it can only be cancelled by the owner or finished now",
  ],
  no_recovery: [313, "this account is not being recovered"],
  recovery_needs_guardians: [314, "too few guardians have asked for the same key yet"],
  recovery_too_early: [315, "the owner still has time to cancel this recovery; finish it later"],
  account_stopped: [
    316,
    "the guardians had agreed on another key and this was cancelled: nothing goes out until the delay is " +
      "over; look when with lojal balance",
  ],
  guardian_barred: [
    317,
    "the owner cancelled what this guardian asked for less than 30 days ago; the other guardians can " + "still ask",
  ],
  recovery_stands: [
    318,
    "the guardians have agreed for the second time within 90 days; this recovery can't be cancelled",
  ],
  change_waits: [319, "this change waits already; it happens by itself, or when the guardians agree"],
  unknown_change: [
    320,
    "no such change waits on this account (any more); look at what waits there now before you agree",
  ],
  policy_out_of_bounds: [
    401,
    "the policy is out of bounds: expiry 1 to 60 months, transfer_min 1 to transfer_max, caps 1 to " +
      "9007199254740991, reversal window at most 400 days",
  ],
  roles_out_of_order: [402, "roles must be in the order issue, capture, reverse, admin, each once"],
  too_many_operators: [403, "this brand has 64 operators; remove one first"],
  unknown_operator: [404, "this account is no operator of this brand"],
  last_admin: [
    405,
    "the brand would have no admin, or fewer than it asks for; make another operator an admin, or ask for " +
      "fewer",
  ],
  issue_daily_max_reached: [
    406,
    "with this the operator would issue more than it may in a day; another operator can, or wait for the " +
      "next day (UTC)",
  ],
  motion_needed: [
    407,
    "this brand asks for more of its admins than one, or waits with what widens: put it forward with " +
      "propose_for_brand, and let others approve it",
  ],
  motion_waits: [
    408,
    "enough admins have approved this motion, and it has to wait; approve it again when its time has come, and it " +
      "happens",
  ],
  approvals_out_of_bounds: [
    409,
    "a brand can ask for 1 of its admins to all that it has then, and wait for at most 7 days",
  ],
  action_of_other_brand: [
    410,
    "this action is another brand's to decide; a motion has the actions of its own brand alone",
  ],
  brand_closing: [
    411,
    "this brand is about to leave: it issues no points and takes none in exchange; what members have can be spent",
  ],
  brand_closed: [412, "this brand has left, and what was left of its points has expired"],
  closing_out_of_range: [
    413,
    "a brand leaves at a whole minute 90 days to 5 years ahead, and one that stays has nothing to take back",
  ],
  same_brand: [501, "the two brands are the same"],
  terms_out_of_bounds: [
    502,
    "the terms are out of bounds: rate, daily_max and owed_max 1 or more, price_micro at most " +
      "1000000000000, ends_ms in the future",
  ],
  unknown_partnership: [503, "these brands have no partnership in this direction; GET /v1/partnerships lists them"],
  unknown_proposal: [504, "there is nothing to accept between these brands in this direction; propose it"],
  terms_differ: [505, "the terms are not those that were put forward; accept exactly those, or propose others"],
  partnership_ended: [506, "this partnership has ended; the brands can agree on a new one"],
  policy_forbids_conversion: [507, "one of these brands doesn't let its points be converted"],
  conversion_daily_max_reached: [
    510,
    "with this more would be converted than the partnership allows in a day; convert less, or wait for " +
      "the next day (UTC)",
  ],
  obligation_too_large: [
    511,
    "with this one brand would owe the other more than owed_max of their partnership; they must settle " + "first",
  ],
  settlement_exceeds_debt: [512, "more than what the debtor owes the creditor; GET /v1/netting shows it"],
  conversion_differs: [
    513,
    "the terms in force are others: they don't give exactly this for this; look at them again, and " +
      "convert by them",
  ],
  unknown_household: [601, "no household has this address; one whose last member has left is dissolved"],
  not_member: [603, "only a member of this household can do this"],
  not_household_admin: [604, "only an admin of this household can do this"],
  not_invited: [605, "this account is not invited to this household; one of its admins must invite it first"],
  already_member: [606, "this account is a member of this household already"],
  unknown_member: [607, "this account is neither a member of this household nor invited to it"],
  too_many_members: [608, "this household has 16 members; one must leave first"],
  too_many_invitations: [609, "this household has 16 open invitations; withdraw one first"],
  too_many_memberships: [610, "this account is a member of 16 households; leave one first"],
  last_household_admin: [
    611,
    "a household's last admin can leave only as its last member and when its pool is empty; make another " +
      "member an admin first",
  ],
  invalid_limits: [
    612,
    "limits must be in the order of brand ids, each once and at most 9007199254740991, and an admin has " + "none",
  ],
  member_limit_reached: [
    613,
    "with this the member would spend more of this brand from the pool than it may this month; ask an " +
      "admin of the household",
  ],
  child_may_not: [614, "a child of a household can only redeem and hold points from its pool; ask an adult member"],
  household_has_no_key: [
    615,
    "this address is a household's, which has no key and so can neither be a guardian nor join a " +
      "household; name one of its members",
  ],
  already_invited: [616, "this account has the same invitation to this household already"],
  households_spent: [617, "this account has created as many households today as it may; wait for the next day (UTC)"],
  track_out_of_bounds: [
    701,
    "the track's terms are outside their limits, or its number isn't higher than those of all tracks before",
  ],
  too_many_tracks: [
    702,
    "the brand has 4 rolling tracks, or 16 of the other kinds, that aren't over: wait until one is",
  ],
  track_promised: [703, "a track that has begun can only become kinder: what is harder is a new track"],
  unknown_track: [704, "the brand has no track with this number (any more)"],
  track_closed: [705, "the track isn't open: nothing can be stamped on it yet, or any more"],
  place_out_of_range: [
    706,
    "the track doesn't have this place; places are counted from 0, and only a track of places has any",
  ],
  stamp_too_large: [707, "more units than a stamp of this track can have, or more than can be counted"],
  award_to_other: [708, "the stamp was given to another account"],
  take_back_window_closed: [709, "the time in which this stamp could be taken back is over"],
  take_back_exceeds: [710, "more units than are left of the stamp"],
  no_relation: [712, "the brand has never stamped anything for this account, so there is nothing to consent to"],
  unknown_consent: [713, "consents are a sum of 1 (ranks), 2 (profiling), 4 (sharing with partners) and 8 (reminders)"],
  not_governor: [901, "only the governor of a validator can do this"],
  unknown_motion: [902, "no motion has this number (any more); look at those that there are"],
  motion_closed: [
    903,
    "this motion is decided: enacted, lapsed, withdrawn or failed; propose it again if it is still wanted",
  ],
  motion_differs: [904, "the actions of this motion are others than those that were shown; look at them again"],
  already_approved: [905, "the sender has said this of the motion already; others must now"],
  too_many_motions: [
    906,
    "64 motions of the network are undecided, or 8 of this validator; or 16 of the brand, or 4 of this admin: take " +
      "one back, or wait until some are decided",
  ],
  unknown_validator: [907, "no validator has this name"],
  validator_exists: [908, "a validator has this name already, or its governor speaks for another one"],
  validator_set_invalid: [
    909,
    "the validators would be no set: 1 to 64, each with its own keys, a power of 1 to 2^40 and a name of " +
      "its own",
  ],
  node_proof_invalid: [910, "the proof isn't of both keys, this name and this network; make it anew on the node"],
  unknown_follower: [911, "no follower has this name"],
  follower_exists: [912, "a follower or validator has this name or network key already"],
  too_many_followers: [913, "there are 64 followers; disallow one first"],
  parameter_out_of_bounds: [
    914,
    "a parameter, a setting, or something of the brand is out of its bounds; docs/protocol.md, Limits, " + "has them",
  ],
  version_not_next: [
    915,
    "only the version after the one in force can be scheduled, and only a scheduled one cancelled",
  ],
  version_too_soon: [916, "a version begins 100 blocks after it is scheduled at the earliest; choose a later height"],
  sign_of_life_invalid: [
    917,
    "the sign of life isn't the named node's for this motion and action; ask the node for it again",
  ],
  sign_of_life_stale: [918, "a sign of life is good for 10 minutes; ask the node for a new one, and check its clock"],
  nothing_to_activate: [919, "this motion waits for no sign of life: too few validators approve it yet"],
  endpoint_invalid: [920, "an endpoint is /ip4/ADDRESS/tcp/PORT, or the same with ip6 or dns"],
  not_proposer: [921, "only the validator that has put this motion forward can withdraw it; others don't approve it"],
  brand_exists: [922, "a brand has this id or name already, or one that could be taken for it; choose another"],
  brand_suspended: [
    923,
    "this brand is suspended and gives out no points until it is reinstated; spending them works",
  ],
  brand_not_suspended: [924, "this brand is not suspended"],
  too_many_brands: [925, "there are 256 brands; no other fits on this ledger"],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;
