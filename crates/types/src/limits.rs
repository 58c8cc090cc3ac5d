//! Every limit of the protocol, in one place (protocol, Limits).
//!
//! A limit is part of what all nodes agree on: raising one is a change of the protocol.

/// Largest encoded signed transaction, in bytes.
pub const TRANSACTION_BYTES_MAX: usize = 16 * 1024;
/// Most operations in one transaction.
pub const TRANSACTION_OPERATIONS_MAX: usize = 100;
/// Largest encoded block, in bytes; genesis can lower it.
pub const BLOCK_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most transactions in one block; genesis can lower it.
pub const BLOCK_TRANSACTIONS_MAX: usize = 10_000;
/// Most operations in all transactions of one block: bounds the work of executing it, whatever its bytes.
pub const BLOCK_OPERATIONS_MAX: usize = 20_000;
/// Furthest ahead of a block's time that a transaction's `valid_until_ms` can lie.
pub const VALIDITY_WINDOW_MS_MAX: u64 = 60 * 60 * 1000;
/// Furthest ahead of a voter's clock that a block's time can lie.
pub const CLOCK_DRIFT_MS_MAX: u64 = 2_000;
/// Most lots in one balance: the running month, 60 more, and lots that never expire.
pub const LOTS_MAX: usize = 62;
/// Most days that points are pending: as long as a brand that leaves still has to stay, so that nothing is pending when
/// it has left.
pub const PENDING_DAYS_MAX: u8 = 90;
/// Most lots of an account and brand that are pending at once: two expiries on every day of the longest wait.
pub const PENDING_LOTS_MAX: usize = 2 * PENDING_DAYS_MAX as usize;
/// Longest life of a lot, in whole months after the month of its issue.
pub const EXPIRY_MONTHS_MAX: u8 = 60;
/// Longest time after an issue in which it can be reversed: 400 days.
pub const REVERSAL_WINDOW_MS_MAX: u64 = 400 * 24 * 60 * 60 * 1000;
/// Most validators at one height.
pub const VALIDATORS_MAX: usize = 64;
/// Largest voting power of one validator, so that sums can't overflow.
pub const VOTING_POWER_MAX: u64 = 1 << 40;
/// Most brands on one ledger.
pub const BRANDS_MAX: usize = 256;
/// Most operators of one brand.
pub const OPERATORS_MAX: usize = 64;
/// Largest amount in one operation, and the most that is in use of a brand: exact as a JSON number in every language.
pub const POINTS_MAX: u64 = (1 << 53) - 1;
/// Most decimals in which a brand can display its points.
pub const DECIMALS_MAX: u8 = 4;
/// Longest reference of a brand's operation, in bytes.
pub const REFERENCE_BYTES_MAX: usize = 32;
/// Shortest and longest brand id, in characters.
pub const BRAND_ID_CHARS: core::ops::RangeInclusive<usize> = 2..=15;
/// Longest display name of a network, brand or validator, in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// Most marks in a row in a name.
pub const NAME_MARKS_MAX: usize = 4;
/// Latest time: "Unix milliseconds, UTC, up to the year 6999" (protocol, Bytes).
pub const TIME_MS_MAX: u64 = 158_731_487_999_999;
/// Most open holds of one account on one brand's points.
pub const HOLDS_MAX: usize = 16;
/// Furthest ahead of a block's time that a hold can expire.
pub const HOLD_MS_MAX: u64 = 30 * 24 * 60 * 60 * 1000;
/// Most open offers of one account of one brand's points.
pub const OFFERS_MAX: usize = 16;
/// Furthest ahead of a block's time that an offer can end.
pub const OFFER_MS_MAX: u64 = HOLD_MS_MAX;
/// Most entries of what a brand's holds and offers that end within one hour set aside, by minute and expiry: what ends
/// in one minute was set aside in at most three months, whose points have 64 expiries between them.
pub const HELD_LOTS_MAX: usize = 60 * 64;
/// Most members of one household.
pub const HOUSEHOLD_MEMBERS_MAX: usize = 16;
/// Most open invitations of one household.
pub const HOUSEHOLD_INVITATIONS_MAX: usize = 16;
/// Most households that one account is a member of.
pub const MEMBERSHIPS_MAX: usize = 16;
/// Most brands whose spending is limited for one member of a household.
pub const MEMBER_LIMITS_MAX: usize = 16;
/// Most guardians of one account.
pub const GUARDIANS_MAX: usize = 3;
/// Shortest and longest time that an owner has to cancel a recovery, in milliseconds: one second (for test networks)
/// to 30 days.
pub const RECOVERY_DELAY_MS: core::ops::RangeInclusive<u64> = 1_000..=30 * 24 * 60 * 60 * 1000;
/// The time for which a guardian is barred whose vote the owner cancelled, in milliseconds: 30 days.
pub const BARRED_MS: u64 = 30 * 24 * 60 * 60 * 1000;
/// The time for which a cancelled agreement of guardians matters, in milliseconds: 90 days.
pub const CANCELLED_MS: u64 = 90 * 24 * 60 * 60 * 1000;
/// The time to cancel a recovery where genesis doesn't say otherwise: 72 hours.
pub const RECOVERY_DELAY_MS_DEFAULT: u64 = 72 * 60 * 60 * 1000;
/// Fewest and most days that genesis lets the date of a reference lie before the block that uses it.
pub const RECEIPT_DAYS: core::ops::RangeInclusive<u8> = 1..=62;
/// The days that the date of a reference may lie back where genesis doesn't say otherwise.
pub const RECEIPT_DAYS_DEFAULT: u8 = 35;
/// Fewest and most months for which genesis lets references be remembered after the month of their date. No date of a
/// month is admissible once the references of the month are forgotten.
pub const KEEP_MONTHS: core::ops::RangeInclusive<u8> = 3..=36;
/// The months for which references are remembered where genesis doesn't say otherwise.
pub const KEEP_MONTHS_DEFAULT: u8 = 13;
/// Shortest and longest time between two snapshots, in milliseconds: one second (for test networks) to a day.
pub const SNAPSHOT_INTERVAL_MS: core::ops::RangeInclusive<u64> = 1_000..=24 * 60 * 60 * 1000;
/// The time between two snapshots where genesis doesn't say otherwise: an hour.
pub const SNAPSHOT_INTERVAL_MS_DEFAULT: u64 = 60 * 60 * 1000;
/// Fewest and most bytes of transactions that genesis gives one account a day: the largest one has to have room.
pub const ALLOWANCE_BYTES: core::ops::RangeInclusive<u64> = TRANSACTION_BYTES_MAX as u64..=1 << 40;
/// Fewest and most operations that genesis gives one account a day.
pub const ALLOWANCE_OPERATIONS: core::ops::RangeInclusive<u32> = TRANSACTION_OPERATIONS_MAX as u32..=u32::MAX;
/// The bytes of transactions a day that a member has where genesis doesn't say otherwise: 64 KiB.
pub const MEMBER_BYTES_DEFAULT: u64 = 64 * 1024;
/// The operations a day that a member has where genesis doesn't say otherwise.
pub const MEMBER_OPERATIONS_DEFAULT: u32 = 400;
/// The bytes of transactions a day that an operator has where genesis doesn't say otherwise: 1 GiB.
pub const OPERATOR_BYTES_DEFAULT: u64 = 1 << 30;
/// The operations a day that an operator has where genesis doesn't say otherwise.
pub const OPERATOR_OPERATIONS_DEFAULT: u32 = 20_000_000;
/// Most transactions a day, beyond the allowance, of each kind of operation that keeps an account from a thief.
pub const RESERVE_DAILY: u8 = 4;
/// Fewest and most accounts that genesis lets one member open a day.
pub const OPENINGS_DAILY: core::ops::RangeInclusive<u16> = 1..=10_000;
/// The accounts that one member may open a day where genesis doesn't say otherwise.
pub const OPENINGS_DAILY_DEFAULT: u16 = 8;
/// Fewest and most households that genesis lets one account create a day.
pub const HOUSEHOLDS_DAILY: core::ops::RangeInclusive<u8> = 1..=100;
/// The households that one account may create a day where genesis doesn't say otherwise.
pub const HOUSEHOLDS_DAILY_DEFAULT: u8 = 4;
/// Most that one point can be worth between brands, in millionths of the settlement currency's minor unit.
pub const PRICE_MICRO_MAX: u64 = 1_000_000_000_000;
/// Largest sum of money that the ledger handles, in minor units: exact as a JSON number in every language.
pub const MONEY_MAX: u64 = (1 << 53) - 1;
/// Most actions of one motion.
pub const MOTION_ACTIONS_MAX: usize = 8;
/// Most motions that are undecided at a time.
pub const MOTIONS_OPEN_MAX: usize = 64;
/// Most motions that one seat has put forward and that are undecided.
pub const MOTIONS_OF_SEAT_MAX: usize = 8;
/// The number of decided motions that are remembered, the latest.
pub const MOTIONS_CLOSED_MAX: usize = 64;
/// Shortest and longest time after which a motion lapses, in milliseconds: an hour to 90 days.
pub const MOTION_LAPSE_MS: core::ops::RangeInclusive<u64> = 60 * 60 * 1000..=90 * 24 * 60 * 60 * 1000;
/// The time after which a motion lapses where genesis doesn't say otherwise: 14 days.
pub const MOTION_LAPSE_MS_DEFAULT: u64 = 14 * 24 * 60 * 60 * 1000;
/// Longest time for which a sign of life is one, in milliseconds: 10 minutes.
pub const SIGN_OF_LIFE_MS_MAX: u64 = 10 * 60 * 1000;
/// Fewest blocks between the one that schedules a version and the first of that version.
pub const VERSION_LEAD_MIN: u64 = 100;
/// Most nodes without a vote that may follow the network.
pub const FOLLOWERS_MAX: usize = 64;
/// Longest address of a node, in bytes.
pub const ENDPOINT_BYTES_MAX: usize = 128;
/// Longest host that a read token is for, in bytes.
pub const AUDIENCE_BYTES_MAX: usize = 255;
/// Longest time for which a read token is one, in milliseconds: 7 days.
pub const READ_TOKEN_MS_MAX: u64 = 7 * 24 * 60 * 60 * 1000;
/// Most motions of a brand that are undecided at a time.
pub const BRAND_MOTIONS_MAX: usize = 16;
/// Most motions that one admin of a brand has put forward and that are undecided.
pub const MOTIONS_OF_ADMIN_MAX: usize = 4;
/// The time after which a brand's motion lapses, in milliseconds: 14 days.
pub const BRAND_MOTION_LAPSE_MS: u64 = 14 * 24 * 60 * 60 * 1000;
/// Longest time for which a brand waits with what widens, in milliseconds: 7 days.
pub const BRAND_DELAY_MS_MAX: u64 = 7 * 24 * 60 * 60 * 1000;
/// Shortest and longest time ahead at which a brand leaves, in milliseconds: 90 days to 5 years of 366 days.
pub const CLOSING_MS: core::ops::RangeInclusive<u64> = 90 * 24 * 60 * 60 * 1000..=5 * 366 * 24 * 60 * 60 * 1000;
/// Most admins that a motion gives a brand.
pub const BRAND_ADMINS_MAX: usize = 16;
/// Most rolling tracks of a brand that aren't over.
pub const TRACKS_ROLLING_MAX: usize = 4;
/// Most tracks of a brand of other kinds that aren't over.
pub const TRACKS_OTHER_MAX: usize = 16;
/// Most tracks of a brand that aren't over.
pub const TRACKS_MAX: usize = TRACKS_ROLLING_MAX + TRACKS_OTHER_MAX;
/// Most levels of a track.
pub const TRACK_LEVELS_MAX: usize = 8;
/// Longest time that a stamp of a rolling track counts, and that a level is held, in whole months after its own.
pub const TRACK_MONTHS_MAX: u8 = 24;
/// Most places of a track: as many as a number has bits.
pub const TRACK_PLACES_MAX: u8 = 64;
/// Longest window of a track, in milliseconds: 400 days.
pub const TRACK_WINDOW_MS_MAX: u64 = 400 * 24 * 60 * 60 * 1000;
/// Shortest notice of the end of a rolling track, in milliseconds: 30 days.
pub const TRACK_NOTICE_MS: u64 = 30 * 24 * 60 * 60 * 1000;
/// The months after that of its end after which nobody has anything of a rolling track.
pub const TRACK_OVER_MONTHS: u8 = TRACK_MONTHS_MAX + 1;
/// Most days after a stamp in which it can be taken back.
pub const TAKE_BACK_DAYS_MAX: u16 = 400;
/// Most entries of an account's progress at a brand: a rolling track counts the running month and 24 more.
pub const PROGRESS_MAX: usize = TRACKS_ROLLING_MAX * (TRACK_MONTHS_MAX as usize + 1) + TRACKS_OTHER_MAX;
/// Most levels of one track that an account holds at a time, each since another month.
pub const HELD_LEVELS_MAX: usize = 4;
/// Most campaigns of a brand that aren't over.
pub const CAMPAIGNS_MAX: usize = 256;
/// Longest time that a campaign is open, in milliseconds: 800 days.
pub const CAMPAIGN_MS_MAX: u64 = 800 * 24 * 60 * 60 * 1000;
/// Longest time by which a campaign opens earlier for some, in milliseconds: 30 days.
pub const CAMPAIGN_EARLY_MS_MAX: u64 = 30 * 24 * 60 * 60 * 1000;
/// Shortest notice of an earlier end of a campaign, in milliseconds: 7 days.
pub const CAMPAIGN_NOTICE_MS: u64 = 7 * 24 * 60 * 60 * 1000;
/// The time after its end from which on a campaign is none any more, in milliseconds: 400 days.
pub const CAMPAIGN_OVER_MS: u64 = 400 * 24 * 60 * 60 * 1000;
/// Most facts that a campaign asks for.
pub const CAMPAIGN_REQUIRES_MAX: usize = 4;
/// Most facts that open a campaign earlier.
pub const CAMPAIGN_EARLY_REQUIRES_MAX: usize = 2;
/// Most lists of invitations of a campaign.
pub const INVITATION_LISTS_MAX: usize = 8;
/// Longest path from an invitation to the root of its list: lists of up to 2^24 lines.
pub const INVITATION_PATH_MAX: usize = 24;
/// Most units of a campaign that one account can be allowed in a period.
pub const CAMPAIGN_TIMES_MAX: u16 = 1_000;
/// Most units of one grant or claim.
pub const CAMPAIGN_UNITS_MAX: u16 = 100;
/// Most days that a unit of a mark gives, and that a fact looks back.
pub const CAMPAIGN_DAYS_MAX: u16 = 1_100;
/// Most days that a voucher can be used.
pub const VOUCHER_DAYS_MAX: u16 = 400;
/// Most vouchers that an account has of a brand at a time.
pub const VOUCHERS_MAX: usize = 32;
/// Most marks that an account has of a brand at a time.
pub const MARKS_MAX: usize = 32;
/// Most campaigns of a brand whose bounds an account's standing remembers.
pub const TAKEN_MAX: usize = 64;
/// All that a member can consent to: the sum of its bits.
pub const CONSENTS_ALL: u8 = 15;
