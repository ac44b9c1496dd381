// What the phone keeps: one database, written durably. A record and its photos become queued in one transaction.
const NAME = "fieldapp";
export const STORES = ["meta", "shops", "drafts", "records", "photos"];
const KEYS = { shops: "uid", drafts: "id", records: "id", photos: ["record", "sha256"] };
const VERSION = 1, REST = 100;

let opening = null;

export const ask = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => STORES.forEach((name) =>
      request.result.createObjectStore(name, KEYS[name] ? { keyPath: KEYS[name] } : undefined));
    request.onerror = () => { opening = null; reject(request.error); };
    request.onsuccess = () => {
      const db = request.result;
      db.onclose = () => { opening = null; };
      db.onversionchange = () => { db.close(); opening = null; };
      resolve(db);
    };
  });
  return opening;
}

// Runs `work(store)` in one transaction; a database that was closed under us is opened once more.
export async function transact(mode, names, work, again = true) {
  let tx;
  try {
    tx = (await open()).transaction(names, mode, { durability: "strict" });
  } catch (error) {
    if (!again || error.name !== "InvalidStateError") throw error;
    opening = null;
    return transact(mode, names, work, false);
  }
  return new Promise((resolve, reject) => {
    let result, failure;
    tx.oncomplete = () => resolve(result);
    tx.onabort = () => reject(failure ?? tx.error ?? new DOMException("aborted", "AbortError"));
    Promise.resolve(work((name) => tx.objectStore(name))).then((value) => { result = value; }, (error) => {
      failure = error;
      try { tx.abort(); } catch { reject(error); }
    });
  });
}

// Rows as they are kept hold what is personal in a box (vault.js); these give and take them with what is in it.
export const opened = async (row) => (row?.box ? (await import("./vault.js")).open(row) : row);
export const closed = async (name, row) => (await import("./vault.js")).close(name, row);
export const read = async (name, key) => opened(await transact("readonly", [name], (store) => ask(store(name).get(key))));
export const all = async (name) => Promise.all((await transact("readonly", [name], (store) => ask(store(name).getAll()))).map(opened));
const isClosed = (name, key) => name in KEYS || key === "pack" || key === "phones";
export async function write(name, value, key) {
  const row = isClosed(name, key) ? await closed(name === "meta" ? key : name, value) : value;
  return transact("readwrite", [name], (store) => ask(store(name).put(row, key)));
}

// RFC 9562: 48 bits of milliseconds, then random.
export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let time = Date.now();
  for (let i = 5; i >= 0; i--) { bytes[i] = time % 256; time = Math.floor(time / 256); }
  bytes[6] = 0x70 | (bytes[6] & 15);
  bytes[8] = 0x80 | (bytes[8] & 63);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// A new draft has the id that its record will have, so that its photos never change owner.
export async function newDraft(author, shop) {
  return transact("readwrite", ["meta"], async (store) => {
    const seq = ((await ask(store("meta").get("seq"))) ?? 0) + 1;
    const device = (await ask(store("meta").get("device"))) ?? uuid7();
    store("meta").put(seq, "seq");
    store("meta").put(device, "device");
    return { id: uuid7(), author, seq, device, shop, form: {}, photos: [], arrived: [], supersedes: "", updatedAt: Date.now() };
  });
}

let zone = "", skew;
const timezone = () => zone ||= Intl.DateTimeFormat().resolvedOptions().timeZone;

async function skewOf() {
  const kept = skew ?? await read("meta", "skew") ?? null;
  return skew ??= kept;  // what was told while this was read is newer
}

// By how many milliseconds this phone's clock is slow, as the office's answer showed.
export function keepSkew(ms) {
  skew = ms;
  return write("meta", ms, "skew");
}

// Asked early, so that saving need not wait: the first of the browser's formatters takes long to make.
export function prepare() {
  timezone();
  return skewOf();
}

// The JSON text whose UTF-8 bytes are hashed here and at the office; it never changes once it has been sent.
async function freeze(draft) {
  const form = { ...draft.form, shop: draft.shop, ...(await read("shops", draft.shop))?.made };
  if (draft.photos.length) form.photo = draft.photos;
  const text = JSON.stringify({
    id: draft.id, kind: "visit.record", version: 1, author: draft.author, device: draft.device, seq: draft.seq,
    made_at: new Date().toISOString(), timezone: timezone(), skew_ms: await skewOf(), form,
  });
  return { form, text, hash: await sha256(new TextEncoder().encode(text)) };
}

class Taken extends Error {}

// Whether the record of this draft may no longer be changed: it was sent, or another tab has saved it.
const isTaken = (record, draft) => !!record && (record.frozen || record.hash !== draft.base);

// What later steps ask of a form without opening it.
const gist = ({ replaces = "", outcome, aftercare = [] }) => ({ replaces, isMet: outcome === "met", aftercare });

// Puts a finished draft into the outbox. What was sent or saved meanwhile is never changed: the draft becomes its next revision.
export async function save(draft) {
  let before;
  const record = { ...(await freeze(draft)),
    id: draft.id, author: draft.author, seq: draft.seq, shop: draft.shop, shopName: draft.shopName, photos: draft.photos,
    arrived: draft.arrived, ...gist(draft.form), envelope: draft.envelope, state: "queued", frozen: false, attempts: 0, nextAt: 0, missing: null, savedAt: Date.now() };
  const row = await closed("records", record);
  try {
    await transact("readwrite", ["records", "drafts", "photos"], async (store) => {
      before = await ask(store("records").get(draft.id));
      if (isTaken(before, draft)) throw new Taken();
      const here = await ask(store("photos").getAllKeys(photosOf(draft.id)));
      const kept = new Set([...here.map(([, sha]) => sha), ...draft.arrived]);
      const lost = draft.photos.filter((sha) => !kept.has(sha));
      if (lost.length) throw Object.assign(new Error("photos are missing from the phone"), { lost });
      store("records").put(row);
      store("drafts").delete(draft.id);
      const replaced = draft.form.replaces && await ask(store("records").get(draft.form.replaces));
      if (replaced?.state === "rejected") drop(store, replaced.id);  // refused while this was being written
      if (draft.supersedes) drop(store, draft.supersedes);
    });
  } catch (error) {
    if (error instanceof Taken) return save(await (await import("./revise.js")).successor(draft, before));
    throw error;
  }
  return record;
}

export const photosOf = (id) => IDBKeyRange.bound([id], [id, []]);

export function drop(store, id) {
  store("records").delete(id);
  store("photos").delete(photosOf(id));
}

export const channel = "BroadcastChannel" in self ? new BroadcastChannel("fieldapp") : { postMessage() {}, addEventListener() {} };
const listeners = [];
channel.addEventListener("message", () => listeners.forEach((listener) => listener()));
// A listener at work is asked once more when it is done, however much has changed meanwhile.
export function onChange(listener) {
  let asked = false, working = false;
  listeners.push(async () => {
    asked = true;
    if (working) return;
    working = true;
    try {
      for (; asked; await new Promise((rested) => setTimeout(rested, REST))) {
        asked = false;
        await listener();
      }
    } finally { working = false; }
  });
}

export function changed() {
  channel.postMessage("changed");
  listeners.forEach((listener) => listener());
}

// Who is logged in here, by the cookie that the office sets beside the session; it outlives an expired one.
export async function author() {
  const cookie = document.cookie.match(/(?:^|; )fieldapp_person=([0-9a-f-]{36})/);
  return cookie?.[1] ?? (await transact("readonly", ["meta"], (store) => ask(store("meta").get("pack"))))?.person ?? "";
}

export const supported = () => isSecureContext && !!(self.indexedDB && crypto.subtle && navigator.locks);
