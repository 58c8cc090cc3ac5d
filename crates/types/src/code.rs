//! Reasons for which transactions are refused or fail: stable numbers and names (protocol, Transactions).

mod forms;
mod table;

pub use self::forms::CodeError;

/// A reason. Numbers are never reused: 1xx before a transaction can enter a block, 2xx points and holds, 3xx keys, 4xx
/// brands and operators, 5xx between brands, 6xx households, 7xx programme, 8xx market, 9xx governance. Nothing has
/// 508, 509 and 602, nor ever will.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Code {
    /// Not a canonical encoding of a signed transaction.
    Malformed = 101,
    /// Larger than the limit of a transaction.
    TransactionTooLarge = 102,
    /// Made for another network.
    WrongChain = 103,
    /// The signature doesn't hold for the key and this network.
    BadSignature = 104,
    /// `valid_until_ms` has passed.
    TransactionExpired = 105,
    /// `valid_until_ms` lies too far ahead.
    WindowTooLong = 106,
    /// A transaction with this id is already on the ledger or waiting.
    DuplicateTransaction = 107,
    /// The sender has no account: it never received points.
    UnknownAccount = 108,
    /// The key is not the one that signs for the sender.
    WrongKey = 109,
    /// Too many transactions of one sender are waiting.
    QuotaExceeded = 110,
    /// The node holds as many waiting transactions as it can.
    MempoolFull = 111,
    /// The sender has used up what an account may send in a day.
    AllowanceSpent = 112,
    /// An operation, or an action of a motion, that the version of the protocol in force doesn't have.
    UnknownInVersion = 113,
    /// An amount of zero.
    AmountZero = 201,
    /// An amount beyond the largest one that the ledger handles, or more points in use than that.
    AmountTooLarge = 202,
    /// No brand has this id.
    UnknownBrand = 203,
    /// The account holds too few points.
    InsufficientPoints = 204,
    /// The account would hold enough, had some of its points not expired.
    PointsExpired = 205,
    /// The sender neither owns the account that the points come from nor is a member of it.
    NotOwner = 206,
    /// A transfer from an account to itself.
    SameAccount = 207,
    /// The brand doesn't let members transfer its points.
    PolicyForbidsTransfer = 208,
    /// Less than the brand's smallest transfer.
    TransferTooSmall = 209,
    /// More than the brand's largest transfer.
    TransferTooLarge = 210,
    /// The sender is no operator of the brand.
    NotOperator = 211,
    /// The sender is an operator of the brand without the role that this takes.
    RoleMissing = 212,
    /// The brand has used this reference for this kind of operation.
    DuplicateReference = 213,
    /// The brand has issued nothing under this reference.
    UnknownReference = 214,
    /// The issue was to another account.
    IssueToOther = 215,
    /// The window in which this issue could be reversed has closed.
    ReversalWindowClosed = 216,
    /// Less is left of the issue than the reversal must take.
    ReversalExceedsIssue = 217,
    /// The member's transfers of this day would be more than the brand allows.
    TransferDailyMaxReached = 218,
    /// The brand doesn't let its points be put into a household's pool.
    PolicyForbidsPooling = 219,
    /// A hold that would expire before the block or more than 30 days after it.
    HoldExpiryOutOfRange = 220,
    /// The account has as many open holds on the brand's points as it can have.
    TooManyHolds = 221,
    /// The account holds nothing under this reference.
    UnknownHold = 222,
    /// The hold has been captured or released.
    HoldClosed = 223,
    /// The hold has expired.
    HoldExpired = 224,
    /// Only the brand can release a hold before it expires.
    HoldNotExpired = 225,
    /// More than what is held.
    CaptureExceedsHold = 226,
    /// A reversal that would be content with nothing, or with more than it takes.
    AtLeastOutOfRange = 227,
    /// More than the brand's largest issue.
    IssueTooLarge = 228,
    /// The operation isn't what its reference asks for.
    RequestMismatch = 229,
    /// The request that the operation answers is over.
    RequestExpired = 230,
    /// The day of the reference is later than tomorrow.
    ReferenceInFuture = 231,
    /// The day of the reference lies longer ago than references are taken.
    ReferenceTooOld = 232,
    /// The member has opened as many accounts on this day as it may.
    OpeningsSpent = 233,
    /// Fewer points than an account of the brand can be opened with.
    OpeningTooSmall = 234,
    /// Fewer points than the brand's smallest transfer, which is its smallest hold too.
    HoldTooSmall = 235,
    /// An issue whose points would be over before it, or live longer than the brand's policy lets them.
    IssueExpiryOutOfRange = 236,
    /// More points than are left of the payment.
    RefundExceedsPayment = 237,
    /// A payment of which it isn't known what was paid.
    NotRefundable = 238,
    /// The time in which this payment could be refunded is over.
    RefundWindowClosed = 239,
    /// A part of what one unit of a claim cost.
    RefundNotWhole = 240,
    /// The new key is not a valid Ed25519 public key.
    InvalidKey = 301,
    /// The new key is the one that already signs for the account.
    KeyUnchanged = 302,
    /// The sender's account is frozen.
    AccountFrozen = 303,
    /// The sender's account is being recovered.
    AccountInRecovery = 304,
    /// The account is frozen already.
    AlreadyFrozen = 305,
    /// The account isn't frozen.
    NotFrozen = 306,
    /// Guardians out of order, or one of them twice.
    GuardiansOutOfOrder = 307,
    /// A threshold that the guardians can't have.
    ThresholdOutOfRange = 308,
    /// An account that would guard itself.
    OwnGuardian = 309,
    /// The sender is no guardian of the account, nor an admin of a brand that is.
    NotGuardian = 310,
    /// The guardian has already asked for this key.
    AlreadyAgreed = 311,
    /// Enough guardians have agreed on a key.
    RecoveryDecided = 312,
    /// The account isn't being recovered.
    NoRecovery = 313,
    /// Too few guardians have agreed on one key.
    RecoveryNeedsGuardians = 314,
    /// The owner still has time to cancel the recovery.
    RecoveryTooEarly = 315,
    /// The owner's key cancelled an agreed recovery; nothing goes out of the account until the delay is over.
    AccountStopped = 316,
    /// The owner's key cancelled this guardian's vote less than 30 days ago.
    GuardianBarred = 317,
    /// The guardians agreed again within 90 days after an agreement was cancelled.
    RecoveryStands = 318,
    /// The change waits already.
    ChangeWaits = 319,
    /// No change with this digest waits on the account.
    UnknownChange = 320,
    /// A policy that contradicts itself or a limit.
    PolicyOutOfBounds = 401,
    /// Roles out of order, or one of them twice.
    RolesOutOfOrder = 402,
    /// The brand has as many operators as it can have.
    TooManyOperators = 403,
    /// The account is no operator of the brand.
    UnknownOperator = 404,
    /// The brand would be without an admin, or with fewer than it asks for.
    LastAdmin = 405,
    /// The operator's issues of this day would be more than it may issue.
    IssueDailyMaxReached = 406,
    /// More admins of the brand must want it than one, or it has to wait: it takes a motion of the brand.
    MotionNeeded = 407,
    /// The motion is approved, and its wait isn't over.
    MotionWaits = 408,
    /// A brand that would ask for none of its admins or for more than it has, or wait for too long.
    ApprovalsOutOfBounds = 409,
    /// An action of a motion that another brand has to decide.
    ActionOfOtherBrand = 410,
    /// The brand is about to leave: it gives no new points.
    BrandClosing = 411,
    /// The brand has left, and its points have expired.
    BrandClosed = 412,
    /// A time to leave that is too soon, too late, or no whole minute; or none of a brand that stays.
    ClosingOutOfRange = 413,
    /// A partnership or conversion of a brand with itself.
    SameBrand = 501,
    /// Terms that contradict a limit, or have already ended.
    TermsOutOfBounds = 502,
    /// The two brands have no partnership in this direction.
    UnknownPartnership = 503,
    /// Nothing has been put forward in this direction.
    UnknownProposal = 504,
    /// Other terms than those that were put forward.
    TermsDiffer = 505,
    /// The partnership's end has passed.
    PartnershipEnded = 506,
    /// One of the two brands doesn't let its points be converted.
    PolicyForbidsConversion = 507,
    /// The partnership's conversions of this day would be more than its cap.
    ConversionDailyMaxReached = 510,
    /// The debt of one brand to the other would be more than their partnership allows.
    ObligationTooLarge = 511,
    /// More than what is owed.
    SettlementExceedsDebt = 512,
    /// The terms in force give other numbers than those of the conversion.
    ConversionDiffers = 513,
    /// No household has this address.
    UnknownHousehold = 601,
    /// The sender is no member of the household.
    NotMember = 603,
    /// The sender is a member of the household, but no admin.
    NotHouseholdAdmin = 604,
    /// The sender has no invitation to the household.
    NotInvited = 605,
    /// The account is a member of the household.
    AlreadyMember = 606,
    /// The account is neither a member of the household nor invited to it.
    UnknownMember = 607,
    /// The household has as many members as it can have.
    TooManyMembers = 608,
    /// The household has as many open invitations as it can have.
    TooManyInvitations = 609,
    /// The account is a member of as many households as it can be.
    TooManyMemberships = 610,
    /// A household would be without an admin, or its pool without an owner.
    LastHouseholdAdmin = 611,
    /// Limits out of order, one brand twice, one beyond the largest amount, or limits of an admin.
    InvalidLimits = 612,
    /// The member would spend more from the pool than its limit of this month.
    MemberLimitReached = 613,
    /// A child can only redeem and hold from the pool.
    ChildMayNot = 614,
    /// A household where somebody is needed who can sign.
    HouseholdHasNoKey = 615,
    /// The account has the same invitation to the household already.
    AlreadyInvited = 616,
    /// The account has created as many households on this day as it may.
    HouseholdsSpent = 617,
    /// A track outside its limits, or a number that isn't higher than those of all before.
    TrackOutOfBounds = 701,
    /// The brand has as many tracks of the kind as it can have.
    TooManyTracks = 702,
    /// The track would be harder for members than it is.
    TrackPromised = 703,
    /// The brand has no track with this number.
    UnknownTrack = 704,
    /// Nothing can be stamped on the track yet, or any more.
    TrackClosed = 705,
    /// A place that the track doesn't have, or none where it counts places.
    PlaceOutOfRange = 706,
    /// More units than a stamp of the track can have, or than can be counted.
    StampTooLarge = 707,
    /// The stamp was given to another account.
    AwardToOther = 708,
    /// The time in which this stamp could be taken back is over.
    TakeBackWindowClosed = 709,
    /// More units than are left of the stamp.
    TakeBackExceeds = 710,
    /// Units of the stamp are used up by a claim.
    InsufficientProgress = 711,
    /// The brand has never counted or given anything for the account.
    NoRelation = 712,
    /// A consent that there isn't.
    UnknownConsent = 713,
    /// A campaign outside its limits, or a number that isn't higher than those of all before.
    CampaignOutOfBounds = 721,
    /// The brand has as many campaigns as it can have.
    TooManyCampaigns = 722,
    /// The campaign would be harder for members than it is, or has closed.
    CampaignPromised = 723,
    /// The brand has no campaign with this number.
    UnknownCampaign = 724,
    /// The campaign gives nothing yet, or any more.
    CampaignNotOpen = 725,
    /// The campaign is paused.
    CampaignPaused = 726,
    /// The sponsor hasn't accepted the terms that are in force.
    SponsorNotAccepted = 727,
    /// The campaign isn't sponsored on these terms.
    SponsorTermsDiffer = 728,
    /// Operators don't grant the campaign.
    NotGranted = 729,
    /// Members don't claim the campaign.
    NotClaimed = 730,
    /// More or fewer points or units than one grant of the campaign can have.
    GrantOutOfRange = 731,
    /// Too little counts on a track.
    ProgressMissing = 732,
    /// A level isn't reached.
    LevelMissing = 733,
    /// The account doesn't have a mark.
    MarkMissing = 734,
    /// The brand has known the account for too long, or not at all.
    NotNew = 735,
    /// The brand hasn't known the account for long enough.
    TooNew = 736,
    /// The campaign is for those who show an invitation.
    InvitationMissing = 737,
    /// The account has taken as much of the campaign as it may.
    MemberMaxReached = 738,
    /// Fewer units are left of the campaign.
    SoldOut = 739,
    /// Fewer points are left of the campaign's budget.
    BudgetSpent = 740,
    /// The campaign costs more than the claim says.
    PriceAboveMax = 741,
    /// The campaign gives nothing for bringing somebody along.
    NoReferrerAward = 742,
    /// Whoever is said to have brought a member along isn't known to the brand for longer.
    ReferrerNotOlder = 743,
    /// Whoever is said to have brought a member along is itself, or of one of its households.
    ReferrerRelated = 744,
    /// Whoever has brought a member along has brought as many as the campaign gives points for.
    ReferrerMaxReached = 745,
    /// The invitation isn't one of this campaign to this account.
    InvitationInvalid = 746,
    /// Households don't take part in the campaign.
    NotForHouseholds = 747,
    /// A claim of no units, of too many, or of several where there is one.
    QuantityOutOfRange = 748,
    /// The account has as many vouchers of the brand as there can be.
    TooManyVouchers = 751,
    /// The account has no such voucher of the brand.
    UnknownVoucher = 752,
    /// The voucher's last day is over.
    VoucherOver = 753,
    /// More uses than are left of the voucher.
    VoucherExceeded = 754,
    /// Fewer uses are left of what was claimed than are to be returned.
    VoucherUsed = 755,
    /// Members can't return what the campaign gives.
    NotReturnable = 756,
    /// The account has as many marks of the brand, or as many campaigns are counted of it, as there can be.
    StandingFull = 757,
    /// The account has as many points of the brand that wait, on as many days, as there can be.
    PendingFull = 758,
    /// One of the two brands doesn't let its points be traded.
    PolicyForbidsTrade = 801,
    /// An offer outside its limits.
    OfferOutOfBounds = 802,
    /// The account has as many offers of the brand's points as it can have.
    TooManyOffers = 803,
    /// The account has no such offer, or has it no more.
    UnknownOffer = 804,
    /// The offer has ended.
    OfferOver = 805,
    /// Whoever has made the offer is stopped.
    OfferSuspended = 806,
    /// Fewer points than are taken of the offer at once.
    TakeTooSmall = 807,
    /// More than is left of the offer.
    TakeExceedsOffer = 808,
    /// The offer asks for more than the taker says.
    AboveMaxPay = 809,
    /// The sender is the governor of no validator.
    NotGovernor = 901,
    /// No motion has this number, or it was decided long ago.
    UnknownMotion = 902,
    /// The motion of the validators is decided.
    MotionClosed = 903,
    /// The digest is that of other actions.
    MotionDiffers = 904,
    /// The sender has approved the motion, or has asked to stop it, and too few others have.
    AlreadyApproved = 905,
    /// As many motions are undecided as there can be, of the network or a brand, or of the one that proposes.
    TooManyMotions = 906,
    /// No validator has this name.
    UnknownValidator = 907,
    /// A validator has this name, or the governor has a seat.
    ValidatorExists = 908,
    /// The validators would be none, too many, or contradict each other.
    ValidatorSetInvalid = 909,
    /// The keys haven't both signed for this name on this network.
    NodeProofInvalid = 910,
    /// No follower has this name.
    UnknownFollower = 911,
    /// A node has this name or key.
    FollowerExists = 912,
    /// As many followers as there can be.
    TooManyFollowers = 913,
    /// Parameters, settings or a brand outside their limits.
    ParameterOutOfBounds = 914,
    /// Not the version after that in force, or none is scheduled to be cancelled.
    VersionNotNext = 915,
    /// A version that begins too soon.
    VersionTooSoon = 916,
    /// Not the signature of the key that the action names, or of no such action.
    SignOfLifeInvalid = 917,
    /// A sign of life that is too old, or from the future.
    SignOfLifeStale = 918,
    /// The motion doesn't wait for signs of life.
    NothingToActivate = 919,
    /// An endpoint that is no address.
    EndpointInvalid = 920,
    /// Only the validator that has put the motion forward can withdraw it.
    NotProposer = 921,
    /// A brand has this id or name, or one that looks alike.
    BrandExists = 922,
    /// The validators have suspended the brand.
    BrandSuspended = 923,
    /// The brand isn't suspended.
    BrandNotSuspended = 924,
    /// As many brands as there can be.
    TooManyBrands = 925,
}
