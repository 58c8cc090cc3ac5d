/** The history as a table that other programs read: comma-separated values (RFC 4180). */

import type { api, Address, BrandId, NetworkKind } from "@lojal/client";
import { addressToText, formatAmount } from "@lojal/client";

import { entriesOf } from "./describe.js";

const HEAD = [
  "time",
  "kind",
  "brand",
  "amount",
  "received_brand",
  "received",
  "other",
  "transaction",
  "outcome",
];

/** A value as it stands between commas. */
function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** The lines of transactions, each part of them that concerns the account in one. */
export function statementOf(
  items: readonly api.TransactionStatus[],
  own: Address,
  network: NetworkKind,
  decimals: (brand: BrandId) => number,
): string {
  const lines = items.flatMap((status) => {
    const { state } = status;
    if (state.status !== "committed") {
      return [];
    }
    const time = new Date(state.timeMs).toISOString();
    const outcome = state.receipt.result === "applied" ? "applied" : state.receipt.code;
    return entriesOf(status, own).map(({ operation, brand, amount, isIncoming, received, other }) => [
      time,
      operation,
      brand ?? "",
      brand === null || amount === null ? "" : (isIncoming ? "" : "-") + formatAmount(amount, decimals(brand)),
      received?.brand ?? "",
      received === null ? "" : formatAmount(received.amount, decimals(received.brand)),
      other === null ? "" : addressToText(other, network),
      status.id,
      outcome,
    ]);
  });
  return [HEAD, ...lines].map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}
