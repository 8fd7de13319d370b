// What lies on this phone: a key, what the server said, events that are not sent yet, and which
// passes were let through here. Ids, instants and numbers; nobody's name ever comes here.

const NAME = "gate";
const VERSION = 1;

export const KEPT = "kept"; // single things by their name: device, key, knowledge, head, clock
export const EVENTS = "events"; // not sent yet, by their sequence number
export const SENT = "sent"; // sent and receipted, for the day on which a server is restored
export const SEEN = "seen"; // station and pass -> heads let through

// The phone has no room left, or takes nothing more for another reason.
export class StorageError extends Error {
  constructor(cause) {
    super(cause?.name ?? "StorageError", { cause });
    this.isFull = cause?.name === "QuotaExceededError";
  }
}

export function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const database = request.result;
      database.createObjectStore(KEPT);
      database.createObjectStore(EVENTS);
      database.createObjectStore(SENT);
      database.createObjectStore(SEEN);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new StorageError(request.error));
  });
}

// Several changes that are all on the disk when the promise is kept, or none of them. `strict`: the
// browser answers only after the operating system has written it.
export function change(database, stores, work) {
  return new Promise((resolve, reject) => {
    let transaction;
    try {
      transaction = database.transaction(stores, "readwrite", { durability: "strict" });
    } catch (fault) {
      reject(new StorageError(fault));
      return;
    }
    let result;
    let thrown = null;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(thrown ?? new StorageError(transaction.error));
    const at = (store) => transaction.objectStore(store);
    Promise.resolve(work(at)).then(
      (value) => { result = value; },
      (fault) => {
        thrown = fault;
        try { transaction.abort(); } catch { reject(fault); }
      },
    );
  });
}

// One answer of a store.
export function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new StorageError(request.error));
  });
}

export function look(database, store, ask) {
  return answer(ask(database.transaction(store).objectStore(store)));
}
