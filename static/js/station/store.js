// What was tapped and not told yet, kept on the phone: IndexedDB survives reloads, crashes and empty batteries.
const STORE = "queue";

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("station", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

let database;

async function transact(mode, act) {
  database ??= open();
  const store = (await database).transaction(STORE, mode).objectStore(STORE);
  const request = act(store);
  return new Promise((resolve, reject) => {
    store.transaction.oncomplete = () => resolve(request?.result);
    store.transaction.onerror = () => reject(store.transaction.error);
    store.transaction.onabort = () => reject(store.transaction.error);
  });
}

export function keep(tally) {
  return transact("readwrite", (store) => store.add(tally));
}

// Of every station, in the order they were tapped.
export function all() {
  return transact("readonly", (store) => store.getAll());
}

export async function kept(station) {
  return (await all()).filter((tally) => tally.station === station);
}

export function drop(ids) {
  return transact("readwrite", (store) => ids.forEach((id) => store.delete(id)));
}
