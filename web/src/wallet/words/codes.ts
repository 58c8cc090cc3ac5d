/** What codes of the ledger mean to a member, where the first screen has no words for them. They come after it. */

import { computed } from "@preact/signals";

import { language } from "../../shared/preferences.js";

const sv = {
  points_expired: "Poängen det gäller har gått ut.",
  at_least_out_of_range: "Minst så många som tas tillbaka måste vara 1 till det hela.",
  issue_too_large: "Det är mer än varumärket ger ut på en gång.",
  request_mismatch: "Det här är inte vad kassan bad om. Skanna koden igen.",
  request_expired: "Kassans kod har gått ut. Be om en ny.",
  refund_exceeds_payment: "Det är mer än vad som är kvar av betalningen: något av den är redan återbetalt.",
  not_refundable: "Nätverket minns inte den betalningen, så den återbetalas inte.",
  refund_window_closed: "Tiden är slut för att få tillbaka det.",
  refund_not_whole: "Det går bara att lämna tillbaka hela gånger.",
  too_many_vouchers: "Kontot har redan 32 kuponger hos varumärket. Använd en först.",
  unknown_voucher: "Kontot har ingen sådan kupong: den är använd, tillbakalämnad eller gavs aldrig.",
  voucher_over: "Kupongens sista dag har varit.",
  voucher_exceeded: "Så många gånger är inte kvar på kupongen.",
  voucher_used: "Så många gånger är inte kvar att lämna tillbaka: de är använda, eller kupongen är över.",
  not_returnable: "Det som kampanjen ger kan du inte lämna tillbaka själv. Fråga varumärket.",
  policy_forbids_trade: "Ett av varumärkena låter inte sina poäng säljas på marknaden.",
  offer_out_of_bounds:
    "Så får erbjudandet inte se ut: mängden eller priset är utanför gränserna, det slutar för sent, eller poängen " +
    "går ut för snart.",
  too_many_offers: "Det ligger redan 16 erbjudanden av de poängen. Ta tillbaka ett, eller vänta tills ett är slut.",
  unknown_offer: "Erbjudandet finns inte längre: det är sålt, tillbakataget eller slut. Titta på marknaden igen.",
  offer_over: "Erbjudandet är slut, och poängen är ägarens igen. Titta på marknaden igen.",
  offer_suspended: "Kontot bakom erbjudandet är stoppat, så det kan inte tas just nu.",
  take_too_small: "Så få säljs inte: ta så många som erbjudandet kräver, eller allt som är kvar.",
  take_exceeds_offer: "Så många är inte kvar: någon annan hann före. Titta på marknaden igen.",
  above_max_pay: "Det kostar mer än du skrev under på. Titta på marknaden igen.",
  child_may_not: "Ett barn gör inte det här med familjens poäng. Be en vuxen.",
  member_limit_reached: "Det är mer än du får använda av potten den här månaden.",
  policy_forbids_pooling: "Varumärket låter inte sina poäng komma i familjens pott.",
  brand_suspended: "Varumärket är avstängt av nätverket.",
  brand_closing: "Varumärket är på väg ut ur nätverket.",
  transfer_daily_max_reached: "Det är mer än varumärket låter en medlem skicka eller sälja på en dag.",
};

const en: typeof sv = {
  points_expired: "The points that this is about have expired.",
  at_least_out_of_range: "The fewest that are taken back must be 1 to all of it.",
  issue_too_large: "That is more than the brand issues at once.",
  request_mismatch: "This isn't what the till asked for. Scan the code again.",
  request_expired: "The till's code is over. Ask for a new one.",
  refund_exceeds_payment: "That is more than is left of the payment: some of it was refunded already.",
  not_refundable: "The network doesn't remember that payment, so it isn't refunded.",
  refund_window_closed: "The time to get it back is over.",
  refund_not_whole: "Only whole uses can be returned.",
  too_many_vouchers: "The account has 32 vouchers of the brand already. Use one first.",
  unknown_voucher: "The account has no such voucher: it is used, was returned, or never given.",
  voucher_over: "The voucher's last day is over.",
  voucher_exceeded: "The voucher hasn't so many uses left.",
  voucher_used: "There aren't so many uses left to return: they are used, or the voucher is over.",
  not_returnable: "You can't return what this campaign gives yourself. Ask the brand.",
  policy_forbids_trade: "One of the brands doesn't let its points be sold on the market.",
  offer_out_of_bounds:
    "An offer can't be like that: its amount or price is outside the bounds, it ends too late, or the points expire " +
    "too soon.",
  too_many_offers: "There are 16 offers of these points already. Withdraw one, or wait until one ends.",
  unknown_offer: "The offer is no more: it is sold, withdrawn or over. Look at the market again.",
  offer_over: "The offer is over, and its points are their owner's again. Look at the market again.",
  offer_suspended: "The account behind the offer is stopped, so it can't be taken now.",
  take_too_small: "So few aren't sold: take as many as the offer asks for, or all that is left.",
  take_exceeds_offer: "There aren't so many left: somebody else was faster. Look at the market again.",
  above_max_pay: "It costs more than you have signed. Look at the market again.",
  child_may_not: "A child doesn't do this with the family's points. Ask an adult.",
  member_limit_reached: "That is more than you may use of the pool this month.",
  policy_forbids_pooling: "The brand doesn't let its points come into the family's pool.",
  brand_suspended: "The network has suspended the brand.",
  brand_closing: "The brand is about to leave the network.",
  transfer_daily_max_reached: "That is more than the brand lets a member send or sell in a day.",
};

/** They, by their codes. */
export const codeWords = computed<Readonly<Record<string, string>>>(() => (language.value === "sv" ? sv : en));
