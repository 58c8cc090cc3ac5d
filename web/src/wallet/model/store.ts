/** The database of this browser: a few named values, written before anything relies on them. */

const STORE = "values";

let database = "lojal-wallet";
let opened: Promise<IDBDatabase> | undefined;

/** Says that the values are in another database than the wallet's: to be called before anything is read. */
export function storeIn(name: string): void {
  database = name;
}

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser's database can't be opened"));
  });
  return opened;
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser's database failed"));
  });
}

/** The text that is kept under a name; null if there is none. */
export async function read(name: string): Promise<string | null> {
  const store = (await open()).transaction(STORE).objectStore(STORE);
  const found: unknown = await done<unknown>(store.get(name));
  return typeof found === "string" ? found : null;
}

/** The names that begin so, with their texts. */
export async function readAll(prefix: string): Promise<readonly (readonly [string, string])[]> {
  const store = (await open()).transaction(STORE).objectStore(STORE);
  const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
  const [keys, values] = [await done(store.getAllKeys(range)), await done<unknown[]>(store.getAll(range))];
  return keys.map((key, at) => [String(key), String(values[at])]);
}

/** Keeps texts under names, and forgets names with null: all of it or nothing. It is on the disk when this returns. */
export async function write(values: Readonly<Record<string, string | null>>): Promise<void> {
  const transaction = (await open()).transaction(STORE, "readwrite", { durability: "strict" });
  const store = transaction.objectStore(STORE);
  for (const [name, value] of Object.entries(values)) {
    if (value === null) {
      store.delete(name);
    } else {
      store.put(value, name);
    }
  }
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the browser's database failed"));
  });
}

/** Forgets everything. */
export async function forgetAll(): Promise<void> {
  const transaction = (await open()).transaction(STORE, "readwrite");
  await done(transaction.objectStore(STORE).clear());
}
