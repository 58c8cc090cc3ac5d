/** The JSON that the gateway speaks (docs/api.md). */

export * from "./accounts.js";
export * from "./brand-motions.js";
export * from "./brands.js";
export * from "./campaigns.js";
export * from "./events.js";
export * from "./leaders.js";
export * from "./light.js";
export * from "./lists.js";
export * from "./market.js";
export * from "./network.js";
export * from "./push.js";
export * from "./references.js";
export * from "./simulation.js";
export * from "./standings.js";
export * from "./transactions.js";
export * from "./vouchers.js";
export * from "./webhooks.js";
