//! The meaning of the bytes: ids, points, keys, transactions, blocks, certificates, genesis, limits.
//!
//! Everything that is hashed, signed, stored or gossiped has one canonical encoding, [borsh](https://borsh.io), with a
//! bound on every list. Data that nobody has checked and data that somebody has are different types:
//! [`SignedTransaction`] and [`VerifiedTransaction`], [`GenesisDocument`] and [`Genesis`].
//!
//! This crate is pure: no I/O, no clock, no randomness.

pub mod activity;
pub mod address;
pub mod allowance;
pub mod api;
pub mod block;
pub mod bounded;
pub mod brand;
pub mod campaign;
pub mod certificate;
pub mod code;
pub mod day;
mod decode;
pub mod endpoint;
pub mod genesis;
pub mod governance;
pub mod guardian;
pub mod hash;
mod hex_bytes;
mod history;
pub mod household;
pub mod ids;
pub mod key;
pub mod limits;
pub mod market;
pub mod merkle;
pub mod money;
pub mod name;
pub mod operation;
pub mod operator;
pub mod partnership;
pub mod points;
mod proposers;
pub mod read;
pub mod receipt;
pub mod reference;
pub mod request;
pub mod rules;
pub mod safeguard;
mod schema;
pub mod seat;
mod tail;
pub mod time;
pub mod totals;
pub mod track;
pub mod transaction;
pub mod validator;

pub use activity::Activity;
pub use address::{Address, AddressText, NetworkKind};
pub use allowance::{Allowance, Allowances};
pub use block::{Block, Header};
pub use bounded::Bounded;
pub use brand::{Approvals, BrandId, Policy};
pub use campaign::{
    Award, Campaign, CampaignId, Early, Invitation, Invited, MarkId, PerMember, Period, Recipient, Referral,
    Requirement, Sponsor, TakenBy, claim_reference, referral_reference, voucher_id,
};
pub use certificate::{Certificate, CommitSignature, VoteContent, VoteKind};
pub use code::Code;
pub use day::Day;
pub use endpoint::Endpoint;
pub use genesis::{Genesis, GenesisDocument, Parameters};
pub use governance::{
    Action, Actions, AddValidator, AllowFollower, CancelVersion, DisallowFollower, MotionId, MotionStatus, NodeProof,
    Readiness, RegisterBrand, ReinstateBrand, RemoveValidator, ScheduleVersion, SetBrandAdmins, SetKeys, SetParameters,
    SetPower, SetSettings, SignOfLife, SuspendBrand,
};
pub use guardian::{AgreedKey, Guardian, Guardians, Recovery, RecoveryVote};
pub use hex_bytes::HexBytes;
pub use household::{MemberLimit, MemberLimits, MemberRights, MemberRole};
pub use ids::{
    BlockId, ChainId, ChainTag, Hash, Height, OfferId, PublicKey, Salt, Signature, TransactionId, VoucherId,
};
pub use key::KeyPair;
pub use market::{offer_id, pay_for};
pub use money::{Currency, ExactMoney, Money};
pub use name::Name;
pub use operation::{
    AcceptPartnership, AcceptSponsorship, Activate, Agree, Approve, ApproveForBrand, BrandAction, BrandActions,
    CancelRecovery, Capture, Claim, CloseBrand, Convert, CreateHousehold, EndPartnership, FinishRecovery, Freeze,
    Grant, Hold, Invite, Issue, Join, Leave, OPERATION_NAMES, Offer, Operation, Payment, Propose, ProposeForBrand,
    ProposePartnership, Redeem, Refund, Release, RemoveMember, RemoveOperator, Reverse, RotateKey, SetApprovals,
    SetCampaign, SetConsent, SetEndpoint, SetGuardians, SetMember, SetOperator, SetPendingDays, SetPolicy, SetTrack,
    Settle, Stamp, StartRecovery, StopForBrand, Take, TakeBack, TakenBackOf, Transfer, Unfreeze, UseVoucher, Withdraw,
    WithdrawOffer,
};
pub use operator::{Role, Roles};
pub use partnership::{PartnershipProposal, PartnershipTerms};
pub use points::{Lot, PendingLot, Points};
pub use read::{Audience, ReadToken, SignedReadToken};
pub use receipt::{Outcome, Receipt};
pub use reference::Reference;
pub use request::{AnsweredRequest, Request, RequestKind, VoucherRequest};
pub use rules::{Rules, Versions};
pub use safeguard::{Barred, Cancelled, Change, Safeguards, Waiting};
pub use seat::{GenesisSeat, Governance, Settings};
pub use tail::{read_tail, write_tail};
pub use time::{Expiry, Month, TimeMs};
pub use totals::{GrossPoints, LaterTotals, Totals};
pub use track::{Track, TrackId, TrackKind, TrackLevel};
pub use transaction::{
    IdentifiedTransaction, Operations, SignedTransaction, Transaction, UnsignedTransaction, VerifiedTransaction,
    verify_all, verify_identified,
};
pub use validator::{Validator, ValidatorSet};
