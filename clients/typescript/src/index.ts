/**
 * A client of the lojal ledger: builds, encodes, signs and verifies what its members, tills and brands do.
 *
 * Values have the names of the Rust code in camelCase. Identifiers, keys and addresses are hex texts of types of their
 * own, amounts are `bigint`, times are milliseconds, days and months are texts. Each type has a codec with its
 * canonical bytes (borsh) and its JSON.
 */

export * from "./activity.js";
export * from "./address.js";
export * as api from "./api/index.js";
export * from "./block.js";
export * from "./brand.js";
export { fromHex, toHex } from "./bytes.js";
export * from "./campaign.js";
export * from "./certificate.js";
export * from "./chain/certified.js";
export * from "./chain/inclusion.js";
export * from "./chain/light.js";
export * from "./client/campaigns.js";
export * from "./client/client.js";
export * from "./client/error.js";
export * from "./client/events.js";
export * from "./client/follow.js";
export * from "./client/gateways.js";
export * from "./client/history.js";
export * from "./client/lists.js";
export * from "./client/prove.js";
export * from "./client/push.js";
export * from "./client/submission.js";
export * from "./client/verifier.js";
export * from "./client/watch.js";
export * from "./client/webhooks.js";
export * from "./code.js";
export type { BytesCodec, Codec, JsonCodec, ValueOf } from "./codec/codec.js";
export { decode, encode, fromJsonText, toJsonText } from "./codec/codec.js";
export * from "./endpoint.js";
export * from "./error.js";
export * from "./explanations.js";
export * from "./genesis.js";
export * from "./governance/action.js";
export * from "./governance/motion.js";
export * from "./guardian.js";
export { tag, taggedHash } from "./hash.js";
export * from "./household.js";
export * from "./ids.js";
export type { Json, JsonObject } from "./json.js";
export { parseJson, writeJson } from "./json.js";
export * from "./key.js";
export * as limits from "./limits.js";
export * from "./market.js";
export * from "./merkle.js";
export { confusable, looks } from "./name/look.js";
export * from "./name/name.js";
export * from "./operation/brands.js";
export * from "./operation/campaigns.js";
export * from "./operation/governance.js";
export * from "./operation/market.js";
export * from "./operation/operation.js";
export * from "./operation/people.js";
export * from "./operation/points.js";
export * from "./operation/programme.js";
export * from "./operation/together.js";
export * from "./operation/vouchers.js";
export * from "./operator.js";
export * from "./parameters.js";
export * from "./partnership.js";
export * from "./points.js";
export * from "./read-token.js";
export * from "./receipt.js";
export * from "./reference.js";
export * from "./request.js";
export * as state from "./state/index.js";
export * from "./time.js";
export * from "./toml.js";
export * from "./track.js";
export * from "./transaction.js";
export * from "./validator.js";
export * from "./wallet/amount.js";
export * from "./wallet/backup.js";
export * from "./wallet/clock.js";
export * from "./wallet/cycle.js";
export * from "./wallet/dates.js";
export * from "./wallet/key-file.js";
export * from "./wallet/opaque-key.js";
export * from "./wallet/passphrase.js";
export * from "./wallet/receipt-text.js";
export * from "./wallet/typed.js";
export * from "./wallet/uri.js";
