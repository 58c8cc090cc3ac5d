/** The records of the state, the tree over them, and proofs against its root. */

export * from "./account.js";
export * from "./brand-motions.js";
export * from "./campaigns.js";
export * from "./governance.js";
export * from "./held-vouchers.js";
export * from "./kinds.js";
export * from "./market.js";
export * from "./offers.js";
export * from "./payments.js";
export * from "./programme.js";
export * from "./proof.js";
export * from "./proven.js";
export * from "./records.js";
export * from "./references.js";
export * from "./standings.js";
export * from "./tree.js";
export * from "./vouchers.js";
