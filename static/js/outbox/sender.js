// Sends what waits, under one lock per phone: small records first, then photos, then what the office has for us.
import { STORES, ask, changed, keepSkew, photosOf, read, transact, write } from "./store.js";
import { applyPack, packAddress, packKept } from "./pack.js";

const LONGEST_WAIT = 300_000, TIMEOUT = 60_000, PACK_EVERY = 20_000, KEEP_DONE = 7 * 86_400_000;

const backoff = (attempts) => 2000 * 2 ** Math.min(attempts, 10) * (0.5 + Math.random() / 2);
export const later = (wait, attempts) => Date.now() + Math.min(LONGEST_WAIT, wait || backoff(attempts));

export class Trouble extends Error {
  constructor(kind, wait = 0) { super(kind); this.kind = kind; this.wait = wait; }
}

// Gives what the office said of itself, or null where there is none: a portal's page answers 200 as well.
export async function ping() {
  try {
    const response = await fetch("/sync/ping", { cache: "no-store", signal: AbortSignal.timeout(10_000) });
    const office = await response.json();
    return office.fieldapp === true ? office : null;
  } catch { return null; }
}

export const post = (body) => ({ method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });

export async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(TIMEOUT),
      headers: { "X-Fieldapp": "1", ...options.headers } });
  } catch { throw new Trouble("network"); }
  const wait = Number(response.headers.get("Retry-After")) * 1000 || 0;
  let body = null;
  try { body = await response.json(); } catch { /* not ours, or cut off on the way */ }
  if (!body || typeof body !== "object") throw new Trouble("network", wait);
  if (response.status === 401) throw new Trouble("login");
  if (response.status === 429 || response.status >= 500) throw new Trouble("busy", wait);
  return { status: response.status, body };
}

let waiting = null, forced = false;

// One cycle at a time on this phone, and then one more for whatever this page was asked meanwhile.
export function run({ force = false } = {}) {
  forced ||= force;
  return waiting ??= navigator.locks.request("fieldapp-outbox", () => {
    const now = forced;
    [waiting, forced] = [null, false];
    return cycle(now);
  });
}

async function cycle(force) {
  const office = await ping();
  await write("meta", { at: Date.now(), online: !!office, person: office?.person ?? null }, "office");
  await rescue(office);
  changed();
  if (!office || !await mayGoOn(office)) return;
  await keepSkew(Date.parse(office.now) - Date.now());
  try {
    if (await has("queued", "held")) await (await import("./records.js")).sendRecords(force);
    if (await has("uploading")) await (await import("./photos.js")).sendPhotos(force);
    await fetchPack(force, office.person);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    if (error.kind === "login") await write("meta", { at: Date.now(), online: true, person: null }, "office");
  } finally {
    changed();
  }
}

// A form has no time for it, and waits for nothing of it; all other pages tell the office how this phone stands, and hear its orders.
async function mayGoOn(office) {
  if (await read("meta", "out")) return void await leave();
  const page = document.getElementById("visit") && !office.order ? null : await import("./contact.js");
  if (page && !await page.contact(office).catch(() => true)) return false;
  return !!office.person && (!await packKept() || (await import("./vault.js")).isOpen());
}

// The log-in of a phone that has sealed itself ends with the first network.
async function leave() {
  if (await fetch("/logout", { method: "POST", redirect: "manual" }).catch(() => null)) await transact("readwrite", ["meta"], (store) => { store("meta").delete("out"); });
}

const has = (...states) => transact("readonly", ["records"], async (store) => (await ask(store("records").getAll())).some((record) => states.includes(record.state)));

export const update = (work) => transact("readwrite", ["records", "photos", "drafts"], work);

// What a dead page left as sending is queued again, what waited for a log-in goes, what was done long ago is forgotten.
const rescue = (office) => update(async (store) => {
  const drafts = await ask(store("drafts").getAllKeys());
  for (const record of await ask(store("records").getAll())) {
    const held = record.state === "held" && record.code === "login";
    if (record.state === "sending" || (held && office?.person)) store("records").put({ ...record, state: "queued", code: "", nextAt: held ? 0 : record.nextAt });
    if (record.state === "queued" && office && !office.person) store("records").put({ ...record, state: "held", code: "login" });
    const isAnothers = record.envelope?.own === null && office?.person && record.author !== office.person;
    if (isAnothers && record.state !== "rejected") store("records").put({ ...record, state: "held", code: "other-person" });
    if (record.state !== "done" || Date.now() - record.savedAt < KEEP_DONE) continue;
    store("records").delete(record.id);
    if (!drafts.includes(record.id)) store("photos").delete(photosOf(record.id));
  }
});

// No wait is longer than the longest: a clock that was ahead and has been put right must not make one.
export const isDue = (record, force) => force || record.nextAt <= Date.now() || record.nextAt > Date.now() + LONGEST_WAIT;

async function fetchPack(force, person) {
  const [last, pack] = [await read("meta", "packAt"), await packKept()], ours = pack?.person === person;
  if (!force && ours && last && Math.abs(Date.now() - last) < PACK_EVERY) return;
  const { status, body } = await call(await packAddress());
  if (status !== 200) return;
  await applyPack(body);
  await write("meta", Date.now(), "packAt");
}

// What the line at the top and the outbox say: counted from what is stored, never from what we believe.
export async function summary() {
  const [records, photos, office] = await transact("readonly", STORES, (store) => Promise.all([
    ask(store("records").getAll()), ask(store("photos").getAllKeys()), ask(store("meta").get("office"))]));
  const of = (...states) => records.filter((record) => states.includes(record.state));
  const today = new Date().setHours(0, 0, 0, 0);
  const done = of("done").filter((record) => record.savedAt >= today);
  const unsent = of("queued", "sending", "uploading", "held");
  return {
    records, office, unsent: unsent.length, sending: of("sending", "uploading").length, problems: of("rejected", "conflict").length,
    unsentPhotos: photos.filter(([id]) => unsent.some((record) => record.id === id)).length,
    oldest: Math.min(...unsent.map((record) => record.savedAt)), doneToday: done.length,
    photosToday: done.reduce((sum, record) => sum + (record.photoCount ?? 0), 0),
    lastDone: Math.max(0, ...of("done").map((record) => record.receivedAt ?? 0)),
  };
}

