/** The limits that all nodes agree on (protocol, Limits). */

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** Largest encoded signed transaction, in bytes. */
export const TRANSACTION_BYTES_MAX = 16 * 1024;
/** Most operations in one transaction. */
export const TRANSACTION_OPERATIONS_MAX = 100;
/** Largest encoded block, in bytes; genesis can lower it. */
export const BLOCK_BYTES_MAX = 4 * 1024 * 1024;
/** Most transactions in one block; genesis can lower it. */
export const BLOCK_TRANSACTIONS_MAX = 10_000;
/** Furthest ahead of a block's time that a transaction's `validUntilMs` can lie. */
export const VALIDITY_WINDOW_MS_MAX = HOUR_MS;
/** Most lots in one balance: the running month, 60 more, and lots that never expire. */
export const LOTS_MAX = 62;
/** Longest life of a lot, in whole months after the month of its issue. */
export const EXPIRY_MONTHS_MAX = 60;
/** Longest time after an issue in which it can be reversed: 400 days. */
export const REVERSAL_WINDOW_MS_MAX = 400n * BigInt(DAY_MS);
/** Most days that points are pending. */
export const PENDING_DAYS_MAX = 90;
/** Most lots of an account and brand that are pending at once. */
export const PENDING_LOTS_MAX = 2 * PENDING_DAYS_MAX;
/** Most validators at one height. */
export const VALIDATORS_MAX = 64;
/** Largest voting power of one validator, so that sums can't overflow. */
export const VOTING_POWER_MAX = 1n << 40n;
/** Most brands on one ledger. */
export const BRANDS_MAX = 256;
/** Most operators of one brand. */
export const OPERATORS_MAX = 64;
/**
 * Largest amount in one operation, and the most that is in use of a brand: exact as a JSON number in every language.
 */
export const POINTS_MAX = (1n << 53n) - 1n;
/** Most decimals in which a brand can display its points. */
export const DECIMALS_MAX = 4;
/** Longest reference of a brand's operation, in bytes. */
export const REFERENCE_BYTES_MAX = 32;
/** Longest brand id, in characters. */
export const BRAND_ID_CHARS_MAX = 15;
/** Longest display name of a network, brand or validator, in bytes. */
export const NAME_BYTES_MAX = 64;
/** Most marks in a row in a name. */
export const NAME_MARKS_MAX = 4;
/** Latest time: "Unix milliseconds, UTC, up to the year 6999" (protocol, Bytes). */
export const TIME_MS_MAX = 158_731_487_999_999;
/** Most open holds of one account on one brand's points. */
export const HOLDS_MAX = 16;
/** Furthest ahead of a block's time that a hold can expire. */
export const HOLD_MS_MAX = 30 * DAY_MS;
/** Most open offers of one account of one brand's points. */
export const OFFERS_MAX = 16;
/** Furthest ahead of a block's time that an offer can end. */
export const OFFER_MS_MAX = HOLD_MS_MAX;
/** Most entries of what a brand's holds and offers that end within one hour set aside, by minute and expiry. */
export const HELD_LOTS_MAX = 60 * 64;
/** Most members of one household. */
export const HOUSEHOLD_MEMBERS_MAX = 16;
/** Most open invitations of one household. */
export const HOUSEHOLD_INVITATIONS_MAX = 16;
/** Most households that one account is a member of. */
export const MEMBERSHIPS_MAX = 16;
/** Most brands whose spending is limited for one member of a household. */
export const MEMBER_LIMITS_MAX = 16;
/** Most guardians of one account. */
export const GUARDIANS_MAX = 3;
/** Shortest and longest time that an owner has to cancel a recovery, in milliseconds: one second to 30 days. */
export const RECOVERY_DELAY_MS: readonly [bigint, bigint] = [1000n, 30n * BigInt(DAY_MS)];
/** The time to cancel a recovery where genesis doesn't say otherwise: 72 hours. */
export const RECOVERY_DELAY_MS_DEFAULT = 72n * BigInt(HOUR_MS);
/** Fewest and most days that genesis lets the date of a reference lie before the block that uses it. */
export const RECEIPT_DAYS: readonly [number, number] = [1, 62];
/** The days that the date of a reference may lie back where genesis doesn't say otherwise. */
export const RECEIPT_DAYS_DEFAULT = 35;
/** Fewest and most months for which genesis lets references be remembered after the month of their date. */
export const KEEP_MONTHS: readonly [number, number] = [3, 36];
/** The months for which references are remembered where genesis doesn't say otherwise. */
export const KEEP_MONTHS_DEFAULT = 13;
/** Shortest and longest time between two snapshots, in milliseconds. */
export const SNAPSHOT_INTERVAL_MS: readonly [bigint, bigint] = [1_000n, 24n * 60n * 60n * 1000n];
/** The time between two snapshots where genesis doesn't say otherwise, in milliseconds. */
export const SNAPSHOT_INTERVAL_MS_DEFAULT = 60n * 60n * 1000n;
/** Fewest and most bytes of transactions that genesis gives one account a day. */
export const ALLOWANCE_BYTES: readonly [bigint, bigint] = [BigInt(TRANSACTION_BYTES_MAX), 1n << 40n];
/** Fewest and most operations that genesis gives one account a day. */
export const ALLOWANCE_OPERATIONS: readonly [number, number] = [TRANSACTION_OPERATIONS_MAX, 2 ** 32 - 1];
/** Fewest and most accounts that genesis lets one member open a day. */
export const OPENINGS_DAILY: readonly [number, number] = [1, 10_000];
/** Fewest and most households that genesis lets one account create a day. */
export const HOUSEHOLDS_DAILY: readonly [number, number] = [1, 100];
/** Most that one point can be worth between brands, in millionths of the settlement currency's minor unit. */
export const PRICE_MICRO_MAX = 1_000_000_000_000n;
/** Largest sum of money that the ledger handles, in minor units: exact as a JSON number in every language. */
export const MONEY_MAX = (1n << 53n) - 1n;
/** Most actions of one motion. */
export const MOTION_ACTIONS_MAX = 8;
/** Most motions that are undecided at a time. */
export const MOTIONS_OPEN_MAX = 64;
/** The number of decided motions that are remembered, the latest. */
export const MOTIONS_CLOSED_MAX = 64;
/** Shortest and longest time after which a motion lapses, in milliseconds: an hour to 90 days. */
export const MOTION_LAPSE_MS: readonly [bigint, bigint] = [BigInt(HOUR_MS), 90n * BigInt(DAY_MS)];
/** The time after which a motion lapses where genesis doesn't say otherwise: 14 days. */
export const MOTION_LAPSE_MS_DEFAULT = 14n * BigInt(DAY_MS);
/** Most nodes without a vote that may follow the network. */
export const FOLLOWERS_MAX = 64;
/** Longest address of a node, in bytes. */
export const ENDPOINT_BYTES_MAX = 128;
/** Longest host that a read token is for, in bytes. */
export const AUDIENCE_BYTES_MAX = 255;
/** Longest time for which a read token is one, in milliseconds: 7 days. */
export const READ_TOKEN_MS_MAX = 7 * DAY_MS;
/** Most motions of a brand that are undecided at a time. */
export const BRAND_MOTIONS_MAX = 16;
/** Most admins that a motion gives a brand. */
export const BRAND_ADMINS_MAX = 16;
/** Most rolling tracks of a brand that aren't over. */
export const TRACKS_ROLLING_MAX = 4;
/** Most tracks of a brand that aren't over. */
export const TRACKS_MAX = TRACKS_ROLLING_MAX + 16;
/** Most levels of a track. */
export const TRACK_LEVELS_MAX = 8;
/** Most entries of an account's progress at a brand: a rolling track counts the running month and 24 more. */
export const PROGRESS_MAX = TRACKS_ROLLING_MAX * 25 + 16;
/** Most levels of one track that an account holds at a time, each since another month. */
export const HELD_LEVELS_MAX = 4;
/** Most places of a track. */
export const TRACK_PLACES_MAX = 64;
/** The months after the one in which a rolling track closes for which somebody may have something of it. */
export const TRACK_OVER_MONTHS = 25;
/** Most campaigns of a brand that aren't over. */
export const CAMPAIGNS_MAX = 256;
/** Longest time that a campaign is open, in milliseconds: 800 days. */
export const CAMPAIGN_MS_MAX = 800n * BigInt(DAY_MS);
/** Longest time by which a campaign opens earlier for some, in milliseconds: 30 days. */
export const CAMPAIGN_EARLY_MS_MAX = 30n * BigInt(DAY_MS);
/** The time after its end from which on a campaign is none any more, in milliseconds: 400 days. */
export const CAMPAIGN_OVER_MS = 400n * BigInt(DAY_MS);
/** Most facts that a campaign asks for. */
export const CAMPAIGN_REQUIRES_MAX = 4;
/** Most facts that open a campaign earlier. */
export const CAMPAIGN_EARLY_REQUIRES_MAX = 2;
/** Most lists of invitations of a campaign. */
export const INVITATION_LISTS_MAX = 8;
/** Longest path from an invitation to the root of its list: lists of up to 2^24 lines. */
export const INVITATION_PATH_MAX = 24;
/** Most units of a campaign that one account can be allowed in a period. */
export const CAMPAIGN_TIMES_MAX = 1_000;
/** Most units of one grant or claim. */
export const CAMPAIGN_UNITS_MAX = 100;
/** Most days that a unit of a mark gives, and that a fact looks back. */
export const CAMPAIGN_DAYS_MAX = 1_100;
/** Most days that a voucher can be used after the one on which it is given. */
export const VOUCHER_DAYS_MAX = 400;
/** Most vouchers that an account has of a brand at a time. */
export const VOUCHERS_MAX = 32;
/** Most marks that an account has of a brand at a time. */
export const MARKS_MAX = 32;
/** Most campaigns of a brand whose bounds an account's standing remembers. */
export const TAKEN_MAX = 64;
