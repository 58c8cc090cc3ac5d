/**
 * The meaning of every code, as docs/codes.md lists them; a test compares them. It is apart from the numbers, so that
 * pages can load it later.
 */

import type { Code } from "./code.js";

const EXPLANATIONS: Readonly<Record<Code, string>> = {
  malformed: "the bytes are no signed transaction; build it with the wallet or by the documented encoding",
  transaction_too_large: "the transaction is larger than 16 KiB; split it",
  wrong_chain: "the transaction was made for another network; check the genesis document of the wallet",
  bad_signature: "the signature doesn't match the transaction; sign it again",
  transaction_expired: "valid_until_ms has passed; it can't happen any more, make a new one",
  window_too_long: "valid_until_ms is more than an hour ahead; choose an earlier time or check the clock",
  duplicate_transaction: "this transaction was already submitted; ask for its status by its id",
  unknown_account: "the sending account doesn't exist; it starts to exist when it receives points",
  wrong_key: "this key doesn't sign for the account; its key may have been replaced",
  quota_exceeded: "too many transactions of this account are waiting; submit again when some are done",
  mempool_full: "the node has too many transactions waiting; submit again in a moment",
  allowance_spent: "this account has sent as much today as it may; submit again when the day ends (UTC)",
  unknown_in_version: "the version of the protocol that this network runs doesn't have this operation or action (yet)",
  amount_zero: "the amount must be more than zero",
  amount_too_large:
    "the amount, or what is outstanding and held of the brand with it, is beyond 9007199254740991 units",
  unknown_brand: "no brand has this id; GET /v1/brands lists them",
  insufficient_points: "the account doesn't hold that many points of this brand",
  points_expired: "the points that would have covered this have expired",
  not_owner: "only the owner of an account, or a member of the household that it is, can take points from it",
  same_account: "sender and receiver are the same account",
  policy_forbids_transfer: "this brand doesn't let members transfer its points",
  transfer_too_small: "less than this brand's smallest transfer",
  transfer_too_large: "more than this brand's largest transfer",
  not_operator: "only an operator of this brand can do this",
  role_missing: "this operator of the brand lacks the role for this",
  duplicate_reference:
    "this brand has already used this reference; nothing was done twice. To put right an amount that was " +
      "reversed, use a new reference",
  unknown_reference: "this brand has issued nothing under this reference",
  issue_to_other: "the points of this reference were issued to another account",
  reversal_window_closed: "the time in which this brand can reverse the issue is over",
  reversal_exceeds_issue:
    "less is left of the issue after earlier reversals than must be taken back; ask for less, or set at_least lower",
  transfer_daily_max_reached:
    "with this the member would transfer more than the brand allows in a day; send less, or wait for the " +
      "next day (UTC)",
  policy_forbids_pooling: "this brand doesn't let its points be put into a household's pool",
  hold_expiry_out_of_range: "expires_ms must lie after the block's time and at most 30 days ahead of it",
  too_many_holds:
    "the account has 16 open holds on this brand's points; one must be captured, released or expire first",
  unknown_hold: "this account has never held points of this brand under this reference",
  hold_closed: "this hold was captured or released before; it can't be used again",
  hold_expired: "this hold has expired and its points are their owner's again; ask for a new one",
  hold_not_expired: "until this hold expires only the brand can release it",
  capture_exceeds_hold: "more than what is held; capture at most the hold's amount",
  at_least_out_of_range: "at_least must be 1 to amount; make them equal to take back all or nothing",
  issue_too_large: "more than this brand issues at once; look at the amount again, or issue it in parts",
  request_mismatch:
    "this isn't what its reference asks for (brand, amount, kind, time, household); read the request again",
  request_expired: "the time of this request is over; ask the till for a new one",
  reference_in_future:
    "the day of this reference is later than tomorrow (UTC); check the clock that dated it, or wait for the day",
  reference_too_old:
    "the day of this reference lies too long ago for this network; look whether it was used, and only if " +
      "not, take a new one",
  openings_spent:
    "this member has opened as many accounts today as it may; send to an address that has an account, or " +
      "wait for the next day (UTC)",
  opening_too_small:
    "the address has no account yet, and fewer points than this brand's opening_min open none; send more",
  hold_too_small: "less than this brand's smallest transfer, which is its smallest hold too",
  issue_expiry_out_of_range:
    "expiry, the points' last month, must not be over, later than this brand's policy gives, or more than 60 " +
      "months ahead; leave it out for what the policy gives",
  refund_exceeds_payment: "more points than are left of the payment: a part of it was refunded before",
  not_refundable:
    "nothing is remembered of this payment, since it is from before version 2 of the protocol: issue points",
  refund_window_closed: "the time in which this payment could be refunded is over: issue points",
  refund_not_whole:
    "of a claim whole units are refunded: the amount must be a multiple of what one unit cost",
  invalid_key: "the new key is no valid Ed25519 public key",
  key_unchanged: "the new key already signs for this account",
  account_frozen: "this account is frozen; unfreeze it first, which takes a while unless its guardians agree",
  account_in_recovery:
    "this account is being recovered and can do nothing until then; if that is wrong, cancel the recovery",
  already_frozen: "this account is frozen already",
  not_frozen: "this account is not frozen",
  guardians_out_of_order: "guardians must be in order, accounts by address and then brands by id, each once",
  threshold_out_of_range: "the threshold must be 1 to the number of guardians, or 0 without guardians",
  own_guardian: "an account can't be its own guardian",
  not_guardian: "only a guardian of this account, or an admin of a brand that is its guardian, can do this",
  already_agreed: "this guardian has already asked for this; the others must agree now",
  recovery_decided: "enough guardians have agreed on a key; it can only be cancelled by the owner or finished now",
  no_recovery: "this account is not being recovered",
  recovery_needs_guardians: "too few guardians have asked for the same key yet",
  recovery_too_early: "the owner still has time to cancel this recovery; finish it later",
  account_stopped:
    "the guardians had agreed on another key and this was cancelled: nothing goes out until the delay is " +
      "over; look when with lojal balance",
  guardian_barred:
    "the owner cancelled what this guardian asked for less than 30 days ago; the other guardians can still ask",
  recovery_stands: "the guardians have agreed for the second time within 90 days; this recovery can't be cancelled",
  change_waits: "this change waits already; it happens by itself, or when the guardians agree",
  unknown_change: "no such change waits on this account (any more); look at what waits there now before you agree",
  policy_out_of_bounds:
    "the policy is out of bounds: expiry 1 to 60 months, transfer_min 1 to transfer_max, caps 1 to " +
      "9007199254740991, reversal window at most 400 days",
  roles_out_of_order: "roles must be in the order issue, capture, reverse, admin, each once",
  too_many_operators: "this brand has 64 operators; remove one first",
  unknown_operator: "this account is no operator of this brand",
  last_admin:
    "the brand would have no admin, or fewer than it asks for; make another operator an admin, or ask for fewer",
  issue_daily_max_reached:
    "with this the operator would issue more than it may in a day; another operator can, or wait for the " +
      "next day (UTC)",
  motion_needed:
    "this brand asks for more of its admins than one, or waits with what widens: put it forward with " +
      "propose_for_brand, and let others approve it",
  motion_waits:
    "enough admins have approved this motion, and it has to wait; approve it again when its time has come, " +
      "and it happens",
  approvals_out_of_bounds: "a brand can ask for 1 of its admins to all that it has then, and wait for at most 7 days",
  action_of_other_brand: "this action is another brand's to decide; a motion has the actions of its own brand alone",
  brand_closing:
    "this brand is about to leave: it issues no points and takes none in exchange; what members have can be spent",
  brand_closed: "this brand has left, and what was left of its points has expired",
  closing_out_of_range:
    "a brand leaves at a whole minute 90 days to 5 years ahead, and one that stays has nothing to take back",
  same_brand: "the two brands are the same",
  terms_out_of_bounds:
    "the terms are out of bounds: rate, daily_max and owed_max 1 or more, price_micro at most 1000000000000, " +
      "ends_ms in the future",
  unknown_partnership: "these brands have no partnership in this direction; GET /v1/partnerships lists them",
  unknown_proposal: "there is nothing to accept between these brands in this direction; propose it",
  terms_differ: "the terms are not those that were put forward; accept exactly those, or propose others",
  partnership_ended: "this partnership has ended; the brands can agree on a new one",
  policy_forbids_conversion: "one of these brands doesn't let its points be converted",
  conversion_daily_max_reached:
    "with this more would be converted than the partnership allows in a day; convert less, or wait for the " +
      "next day (UTC)",
  obligation_too_large:
    "with this one brand would owe the other more than owed_max of their partnership; they must settle first",
  settlement_exceeds_debt: "more than what the debtor owes the creditor; GET /v1/netting shows it",
  conversion_differs:
    "the terms in force are others: they don't give exactly this for this; look at them again, and convert by them",
  unknown_household: "no household has this address; one whose last member has left is dissolved",
  not_member: "only a member of this household can do this",
  not_household_admin: "only an admin of this household can do this",
  not_invited: "this account is not invited to this household; one of its admins must invite it first",
  already_member: "this account is a member of this household already",
  unknown_member: "this account is neither a member of this household nor invited to it",
  too_many_members: "this household has 16 members; one must leave first",
  too_many_invitations: "this household has 16 open invitations; withdraw one first",
  too_many_memberships: "this account is a member of 16 households; leave one first",
  last_household_admin:
    "a household's last admin can leave only as its last member and when its pool is empty; make another " +
      "member an admin first",
  invalid_limits:
    "limits must be in the order of brand ids, each once and at most 9007199254740991, and an admin has none",
  member_limit_reached:
    "with this the member would spend more of this brand from the pool than it may this month; ask an admin " +
      "of the household",
  child_may_not: "a child of a household can only redeem and hold points from its pool; ask an adult member",
  household_has_no_key:
    "this address is a household's, which has no key and so can neither be a guardian nor join a household; " +
      "name one of its members",
  already_invited: "this account has the same invitation to this household already",
  households_spent: "this account has created as many households today as it may; wait for the next day (UTC)",
  track_out_of_bounds:
    "the track's terms are outside their limits, its number isn't higher than those of all tracks before, or it " +
    "would get levels while a campaign uses up its units",
  too_many_tracks: "the brand has 4 rolling tracks, or 16 of the other kinds, that aren't over: wait until one is",
  track_promised: "a track that has begun can only become kinder: what is harder is a new track",
  unknown_track: "the brand has no track with this number (any more)",
  track_closed: "the track isn't open: nothing can be stamped on it yet, or any more",
  place_out_of_range:
    "the track doesn't have this place; places are counted from 0, and only a track of places has any",
  stamp_too_large: "more units than a stamp of this track can have, or more than can be counted",
  award_to_other: "the stamp, mark or voucher was given to, or the payment made by, another account",
  take_back_window_closed: "the time in which this could be taken back is over",
  take_back_exceeds:
    "more units than are left of the stamp, more days than of the mark, or more uses than of the voucher",
  insufficient_progress: "a claim has used up units of this stamp, so that fewer are left to take back",
  no_relation: "the brand has never stamped or given this account anything, so there is nothing to consent to",
  unknown_consent: "consents are a sum of 1 (ranks), 2 (profiling), 4 (sharing with partners) and 8 (reminders)",
  campaign_out_of_bounds:
    "the campaign's terms are outside their limits, or its number isn't higher than those of all campaigns before",
  too_many_campaigns: "the brand has 256 campaigns that aren't over: wait until one is",
  campaign_promised:
    "a campaign that has begun can only become kinder, and one that has closed stays as it is: begin another one",
  unknown_campaign: "the brand has no campaign with this number (any more)",
  campaign_not_open: "the campaign isn't open for this account yet, or any more",
  campaign_paused: "the brand has paused the campaign: try again later",
  sponsor_not_accepted: "the sponsor hasn't accepted the terms of the campaign as they are now",
  sponsor_terms_differ: "the campaign has no sponsor, or other terms than those that were accepted: look at them again",
  not_granted: "this campaign is claimed by members, and operators don't grant it",
  not_claimed: "this campaign is granted by the brand, and members don't claim it",
  grant_out_of_range:
    "a grant of points is 1 to what the campaign says, any other 1 to 100 units, and 1 of a mark without end",
  progress_missing: "too little counts on a track that the campaign asks for",
  level_missing: "the account doesn't have the level that the campaign asks for",
  mark_missing: "the account doesn't have the mark that the campaign asks for",
  not_new: "the campaign is for members whom the brand has known for few days only",
  too_new: "the campaign is for members whom the brand has known for longer",
  invitation_missing: "the campaign is for those whom the brand has invited: show the invitation",
  member_max_reached: "the account has taken as much of the campaign as it may in this day, month or year, or ever",
  sold_out: "fewer units of the campaign are left",
  budget_spent: "fewer points are left of the campaign's budget",
  price_above_max: "the campaign costs more than the claim allows: look at it again",
  no_referrer_award: "this campaign gives nothing for bringing somebody along",
  referrer_not_older: "whoever brings a member along is known to the brand since an earlier day",
  referrer_related: "nobody brings along itself, a household, or a member of one of its own households",
  referrer_max_reached: "this member has brought along as many others this year as the campaign gives points for",
  invitation_invalid: "the invitation isn't one of this campaign to this account: take the file as the brand gave it",
  not_for_households: "households don't take part in this campaign: take a member",
  quantity_out_of_range:
    "a claim is of 1 to 100 units of what has a price, and of 1 of anything else or of a mark without end",
  too_many_vouchers: "the account has 32 vouchers of the brand: use one first, or wait until one is over",
  unknown_voucher:
    "the account has no such voucher of the brand: it was never given, is used up, or was returned",
  voucher_over: "the voucher's last day is over",
  voucher_exceeded: "fewer uses are left of the voucher",
  voucher_used:
    "fewer uses are left of what was claimed than are to be returned: they are used, or its last day is over",
  not_returnable:
    "members can't return what this campaign gives: ask the brand, whose operators can refund it",
  standing_full:
    "the account has 32 marks of the brand, or 64 of its campaigns are counted of it: wait until one is over",
  pending_full:
    "the account has points of the brand pending in 180 parts, by day and expiry: wait until some have matured",
  policy_forbids_trade:
    "one of the two brands doesn't let its points be traded on the market; GET /v1/brands/{brand} shows its policy",
  offer_out_of_bounds:
    "an offer is of 1 point or more within the policy's transfer_min and transfer_max, for points of another " +
    "brand, asks for at least one of them, can be taken as a whole, and ends within 30 days; and both its points " +
    "and those that it wants can still be used",
  too_many_offers:
    "this account has 16 offers of this brand's points; withdraw one, or wait until one is taken or ends",
  unknown_offer:
    "there is no such offer, or no more: it was taken, was withdrawn, has ended, or wants points of another " +
    "brand; look at the market again",
  offer_over: "the offer has ended, and its points are their owner's again; look at the market again",
  offer_suspended: "the account that made this offer is frozen or being recovered, so the offer can't be taken for now",
  take_too_small: "fewer points than are taken of this offer at once: take its min_take or more, or all that is left",
  take_exceeds_offer: "more than is left of this offer; others may have taken some: look at it again",
  above_max_pay: "at this offer's price that costs more than max_pay: look at it again, and say what you would pay",
  not_governor: "only the governor of a validator can do this",
  unknown_motion: "no motion has this number (any more); look at those that there are",
  motion_closed: "this motion is decided: enacted, lapsed, withdrawn or failed; propose it again if it is still wanted",
  motion_differs: "the actions of this motion are others than those that were shown; look at them again",
  already_approved: "the sender has said this of the motion already; others must now",
  too_many_motions:
    "64 motions of the network are undecided, or 8 of this validator; or 16 of the brand, or 4 of this " +
      "admin: take one back, or wait until some are decided",
  unknown_validator: "no validator has this name",
  validator_exists: "a validator has this name already, or its governor speaks for another one",
  validator_set_invalid:
    "the validators would be no set: 1 to 64, each with its own keys, a power of 1 to 2^40 and a name of its own",
  node_proof_invalid: "the proof isn't of both keys, this name and this network; make it anew on the node",
  unknown_follower: "no follower has this name",
  follower_exists: "a follower or validator has this name or network key already",
  too_many_followers: "there are 64 followers; disallow one first",
  parameter_out_of_bounds:
    "a parameter, a setting, or something of the brand is out of its bounds; docs/protocol.md, Limits, has them",
  version_not_next: "only the version after the one in force can be scheduled, and only a scheduled one cancelled",
  version_too_soon: "a version begins 100 blocks after it is scheduled at the earliest; choose a later height",
  sign_of_life_invalid: "the sign of life isn't the named node's for this motion and action; ask the node for it again",
  sign_of_life_stale: "a sign of life is good for 10 minutes; ask the node for a new one, and check its clock",
  nothing_to_activate: "this motion waits for no sign of life: too few validators approve it yet",
  endpoint_invalid: "an endpoint is /ip4/ADDRESS/tcp/PORT, or the same with ip6 or dns",
  not_proposer: "only the validator that has put this motion forward can withdraw it; others don't approve it",
  brand_exists: "a brand has this id or name already, or one that could be taken for it; choose another",
  brand_suspended: "this brand is suspended and gives out no points until it is reinstated; spending them works",
  brand_not_suspended: "this brand is not suspended",
  too_many_brands: "there are 256 brands; no other fits on this ledger",
};

/** The meaning of a code: what happened and what to do next, in one sentence. */
export function explanationOf(code: Code): string {
  return EXPLANATIONS[code];
}
