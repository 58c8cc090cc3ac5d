/** The texts of notices on a screen that others may see: what happened, and no amount, brand or name. */

/** A notice, and the place of the wallet to which it leads. */
export interface Notice {
  readonly title: string;
  readonly body: string;
  readonly place: string;
  /** True for what must not wait: somebody may be taking the account. */
  readonly isUrgent: boolean;
}

/** Swedish and English. */
type Texts = readonly [sv: string, en: string];

const URGENT: Readonly<Record<string, Texts>> = {
  "recovery.started": [
    "Någon vill ge ditt konto en ny nyckel. Öppna plånboken nu: är det inte du kan du avbryta.",
    "Somebody wants to give your account another key. Open the wallet now: if it isn't you, you can cancel.",
  ],
  "recovery.cancelled": ["En återställning av ditt konto är avbruten.", "A recovery of your account is cancelled."],
  "recovery.finished": ["Ditt konto har fått en ny nyckel.", "Your account has another key."],
  "key.rotated": ["Ditt konto har fått en ny nyckel.", "Your account has another key."],
  "guardians.set": ["Väktarna för ditt konto ändras.", "The guardians of your account change."],
  "account.frozen": ["Ditt konto är fryst.", "Your account is frozen."],
  "account.unfreezing": ["Någon vill tina upp ditt konto.", "Somebody wants to unfreeze your account."],
};

const OTHERS: readonly (readonly [prefix: string, place: string, texts: Texts])[] = [
  ["points.expiring", "expiring", ["Några av dina poäng går snart ut.", "Some of your points expire soon."]],
  ["points.", "activity", ["Något har hänt med dina poäng.", "Something has happened to your points."]],
  ["voucher.", "vouchers", ["Något har hänt med dina kuponger.", "Something has happened to your vouchers."]],
  ["offer.", "market", ["Något har hänt med dina erbjudanden.", "Something has happened to your offers."]],
  ["hold.", "activity", ["Något har hänt med poäng som hålls.", "Something has happened to points on hold."]],
  ["household.", "family", ["Något har hänt i familjen.", "Something has happened in the family."]],
];

const INCOMING: Texts = ["Du har fått poäng.", "You have got points."];

/** The notice of an event of a type; one that is new to this version is told without saying what it is. */
export function noticeOf(type: string, language: string): Notice {
  const pick = ([sv, en]: Texts): string => (language === "en" ? en : sv);
  const urgent = URGENT[type];
  if (urgent !== undefined) {
    return { title: "Lojal", body: pick(urgent), place: "security", isUrgent: true };
  }
  const isIncoming = ["points.issued", "points.transferred", "points.refunded"].includes(type);
  const found = OTHERS.find(([prefix]) => type.startsWith(prefix));
  const other: Texts = found?.[2] ?? ["Något har hänt i plånboken.", "Something has happened in the wallet."];
  return {
    title: "Lojal",
    body: pick(isIncoming ? INCOMING : other),
    place: found?.[1] ?? "",
    isUrgent: false,
  };
}

/** A message as the gateway has encrypted it. */
export interface Message {
  readonly type: string;
  readonly id: string;
}

/** The message in a text; null if it is none, or more than the gateway writes. */
export function messageIn(text: string): Message | null {
  try {
    const { type, id } = JSON.parse(text) as Partial<Record<keyof Message, unknown>>;
    const isWord = (word: unknown): word is string => typeof word === "string" && /^[a-z0-9._-]{1,64}$/.test(word);
    return isWord(type) && isWord(id) ? { type, id } : null;
  } catch {
    return null;
  }
}
