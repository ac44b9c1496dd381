// The vault: what is personal lies on this phone in boxes that only its key opens. Once there is a PIN, the key is kept under
// that alone, and open in the memory of pages and of the shell's keeper, which hands it from one page to the next.
import { ask, author, transact, uuid7 } from "./store.js";

const PATIENCE = 3000, LOOK = 15_000, subtle = crypto.subtle;
export const AES = { name: "AES-GCM", length: 256 }, USES = ["encrypt", "decrypt"];
const SECRET = { drafts: ["form", "errors"], records: ["form", "text"], photos: ["bytes", "thumb", "takenAt", "place"],
  shops: ["said", "promised", "made"], pack: ["rest"], phones: ["numbers"] };
const ENVELOPED = ["drafts", "records", "photos"];
const encoder = new TextEncoder(), decoder = new TextDecoder();
export const random = (length) => crypto.getRandomValues(new Uint8Array(length));
const contentKeys = new Map();
let held = null, finding = null, isGuarded = false, touched = Date.now(), idle = 15 * 60_000;

export const kept = () => transact("readonly", ["meta"], (store) => ask(store("meta").get("key")));

// The phone's key. Who asks waits until a PIN has opened it.
export const key = () => (held ? Promise.resolve(held) : finding ??= find().then(hold).finally(() => { finding = null; }));

// Whether there is one without anybody being asked for a PIN.
export async function isOpen() {
  if (held) return true;
  const found = await kept();
  if (found?.barred) return false;
  if (!found?.box) return true;
  const key = await lent();
  if (key) hold(key);
  return !!key;
}

async function find() {
  const found = await kept();
  if (!found) return make();
  if (found.open && !found.barred) return found.open;
  return (!found.barred && await lent()) || (await import("../lock.js")).opened();
}

async function make() {
  const open = await subtle.generateKey(AES, true, USES);
  const made = await transact("readwrite", ["meta"], async (store) => {
    if (await ask(store("meta").get("key"))) return false;  // by another page meanwhile
    store("meta").put({ open }, "key");
    return true;
  });
  return made ? open : find();
}

export async function hold(key) {
  held = key;
  const { box, idle: minutes } = (await kept()) ?? {};
  isGuarded = !!box;
  if (minutes) idle = minutes * 60_000;
  hand();
  return key;
}

// A browser that has emptied its storage under this page has thrown the key away, but for what this page holds of it.
async function ensure() {
  if (held && !await kept()) await transact("readwrite", ["meta"], (store) => { store("meta").put({ open: held }, "key"); });
}

// The shell's keeper is asked by the next page, and may have been put to sleep by then: so it is told again as this one goes.
const worker = async () => navigator.serviceWorker?.controller ?? (await navigator.serviceWorker?.getRegistration())?.active;
const hand = () => { if (held && isGuarded) navigator.serviceWorker?.controller?.postMessage({ hold: held, until: touched + idle }); };
addEventListener("pagehide", hand);
navigator.serviceWorker?.addEventListener("controllerchange", hand);

async function lent() {
  const one = await worker();
  if (!one) return null;
  const { port1, port2 } = new MessageChannel();
  return new Promise((done) => {
    port1.onmessage = ({ data }) => done(data);
    setTimeout(done, PATIENCE, null);
    one.postMessage({ lend: true }, [port2]);
  });
}

// Nobody has touched the phone for a while: what is being written is kept first, then the page begins anew before the PIN.
for (const event of ["pointerdown", "keydown", "input"]) addEventListener(event, () => { touched = Date.now(); }, { capture: true, passive: true });
const look = () => { if (held && isGuarded && Date.now() - touched > idle) lock(); };
setInterval(look, LOOK);
document.addEventListener("visibilitychange", look);

export async function lock() {
  const kept = [];
  dispatchEvent(new CustomEvent("locking", { detail: kept }));
  await Promise.allSettled(kept);
  await forget();
  location.reload();
}

export async function forget() {
  held = null;
  contentKeys.clear();
  (await worker())?.postMessage({ hold: null });
}

// Changes what stands beside the key, and gives all of it.
export const note = (change) => transact("readwrite", ["meta"], async (store) => {
  const found = await ask(store("meta").get("key"));
  const changed = { ...found, ...(typeof change === "function" ? change(found) : change) };
  if (found) store("meta").put(changed, "key");
  return changed;
});

export const imported = (raw) => subtle.importKey("raw", raw, AES, false, USES);

export async function encrypt(secret, bytes, id = "") {
  const iv = random(12);
  return { iv, data: await subtle.encrypt({ name: "AES-GCM", iv, additionalData: encoder.encode(id) }, secret, bytes) };
}

export const decrypt = (secret, { iv, data }, id = "") => subtle.decrypt({ name: "AES-GCM", iv, additionalData: encoder.encode(id) }, secret, data);

// Values and bytes as one run of bytes: the length of the JSON, the JSON, and the bytes one after another.
function pack(content) {
  const parts = [];
  const json = encoder.encode(JSON.stringify(content, (_, value) => {
    if (!(value instanceof ArrayBuffer)) return value;
    parts.push(value);
    return { $bytes: value.byteLength };
  }));
  return new Blob([new Uint32Array([json.length]), json, ...parts]).arrayBuffer();
}

function unpack(buffer) {
  const [length] = new Uint32Array(buffer, 0, 1);
  let at = 4 + length;
  return JSON.parse(decoder.decode(new Uint8Array(buffer, 4, length)), (_, value) => {
    if (value?.$bytes === undefined) return value;
    at += value.$bytes;
    return buffer.slice(at - value.$bytes, at);
  });
}

const isNothing = (value) => value === undefined || value === null || value === "" || value.length === 0;

// A row as it is kept: what is secret of it in its box. A row of one's own gets an envelope, which the one in memory keeps too.
export async function close(name, row) {
  const names = SECRET[name].filter((field) => !isNothing(row[field]));
  if (!names.length) return row;
  ensure().catch(() => null);
  const clear = { ...row }, secret = Object.fromEntries(names.map((field) => [field, row[field]]));
  for (const field of names) delete clear[field];
  if (!ENVELOPED.includes(name) && !row.made) return { ...clear, box: await encrypt(await key(), await pack(secret)) };
  const envelope = row.envelope ??= await newEnvelope(row.author);
  return { ...clear, envelope, box: await encrypt(await contentKey(envelope), await pack(secret), envelope.id) };
}

// Makes the envelope of what will be written, so that shutting it takes no longer than leaving the page.
export const prepare = async (row) => { row.envelope ??= await newEnvelope(row.author); };

// A row with what its box holds; a sealed one, which only the office opens, and what no key of this phone opens stay as they are.
export async function open(row) {
  const { box, ...clear } = row;
  try {
    const bytes = row.envelope ? await decrypt(await contentKey(row.envelope), box, row.envelope.id) : await decrypt(await key(), box);
    return { ...clear, ...unpack(bytes) };
  } catch { return row; }
}

async function contentKey({ id, own }) {
  if (!contentKeys.has(id)) contentKeys.set(id, await imported(await decrypt(await key(), own, id)));
  return contentKeys.get(id);
}

// A content key of its own, under the phone's key and, once the office's is known, shut for the office as well.
async function newEnvelope(by) {
  const raw = random(32), id = uuid7(), { office } = (await kept()) ?? {};
  const envelope = { id, author: by || await author(), own: await encrypt(await key(), raw, id), office: null };
  contentKeys.set(id, await imported(raw));
  if (office) return (await import("./sealing.js")).shutFor(envelope, office);
  await note({ isLacking: true });
  return envelope;
}
