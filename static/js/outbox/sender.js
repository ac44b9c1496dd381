// Sends what waits, under one lock per phone: small records first, then photos, then what the office has for us.
import { STORES, all, ask, changed, drop, keepSkew, photosOf, read, transact, write } from "./store.js";
import { applyPack, packAddress } from "./pack.js";

const BATCH = 20, BATCH_BYTES = 1_000_000, LONGEST_WAIT = 300_000, TIMEOUT = 60_000, PACK_EVERY = 20_000, KEEP_DONE = 7 * 86_400_000;
const FINAL_PHOTO = new Set(["photo-format", "photo-too-large", "photo-too-many-pixels", "photo-truncated", "photo-unreadable"]);
const REFUSALS = new Set(["held", "rejected", "conflict", "gone"]);
const HELD_RETRY = 60_000;

const backoff = (attempts) => 2000 * 2 ** Math.min(attempts, 10) * (0.5 + Math.random() / 2);
const later = (wait, attempts) => Date.now() + Math.min(LONGEST_WAIT, wait || backoff(attempts));

class Trouble extends Error {
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

async function call(path, options = {}) {
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
  if (!office?.person) return;
  await keepSkew(Date.parse(office.now) - Date.now());
  try {
    await sendRecords(force);
    await sendPhotos(force);
    await fetchPack(force, office.person);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    if (error.kind === "login") await write("meta", { at: Date.now(), online: true, person: null }, "office");
  } finally {
    changed();
  }
}

const update = (work) => transact("readwrite", ["records", "photos", "drafts"], work);

// What a dead page left as sending is queued again, what waited for a log-in goes, what was done long ago is forgotten.
const rescue = (office) => update(async (store) => {
  const drafts = await ask(store("drafts").getAllKeys());
  for (const record of await ask(store("records").getAll())) {
    const held = record.state === "held" && record.code === "login";
    if (record.state === "sending" || (held && office?.person)) store("records").put({ ...record, state: "queued", code: "", nextAt: held ? 0 : record.nextAt });
    if (record.state === "queued" && office && !office.person) store("records").put({ ...record, state: "held", code: "login" });
    if (record.state !== "done" || Date.now() - record.savedAt < KEEP_DONE) continue;
    store("records").delete(record.id);
    if (!drafts.includes(record.id)) store("photos").delete(photosOf(record.id));
  }
});

// No wait is longer than the longest: a clock that was ahead and has been put right must not make one.
const isDue = (record, force) => force || record.nextAt <= Date.now() || record.nextAt > Date.now() + LONGEST_WAIT;

async function sendRecords(force) {
  const tried = new Set();
  for (let size = BATCH; ;) {
    const batch = await claim(force, tried, size);
    if (!batch.length) return;
    batch.forEach((record) => tried.add(record.id));
    changed();
    const entries = batch.map(({ id, hash, text }) => ({ id, hash, record: text }));
    try {
      const { status, body } = await call("/sync/commands", { method: "POST", body: JSON.stringify({ commands: entries }),
        headers: { "Content-Type": "application/json" } });
      if (status === 413 && batch.length > 1) { await release(batch, 0); batch.forEach((record) => tried.delete(record.id)); size = 1; continue; }
      await settle(batch, status === 200 ? body.answers : batch.map(({ id, hash }) => refusal(status, id, hash)), body.retry_after);
    } catch (error) {
      await release(batch, error.wait ?? 0, error.kind);
      throw error;
    }
  }
}

const refusal = (status, id, hash) => ({ id, hash, answer: status === 413 ? "rejected" : "held", code: status === 413 ? "too-large" : "forbidden" });

// Freezes the next records and marks them as on their way, before a byte leaves.
const claim = (force, tried, size) => update(async (store) => {
  const waiting = (await ask(store("records").getAll()))
    .filter((record) => (record.state === "queued" || record.state === "held") && isDue(record, force) && !tried.has(record.id))
    .sort((a, b) => a.seq - b.seq);
  const batch = [];
  let bytes = 0;
  for (const record of waiting) {
    bytes += record.text.length * 3;
    if (batch.length === size || (batch.length && bytes > BATCH_BYTES)) break;
    batch.push({ ...record, state: "sending", frozen: true, attempts: record.attempts + 1 });
  }
  batch.forEach((record) => store("records").put(record));
  return batch;
});

const release = (batch, wait, kind) => update(async (store) => {
  for (const { id } of batch) {
    const record = await ask(store("records").get(id));
    if (record?.state !== "sending") continue;
    store("records").put(kind === "login" ? { ...record, state: "held", code: "login" }
      : { ...record, state: "queued", nextAt: kind ? later(wait, record.attempts) : 0 });
  }
});

async function settle(batch, answers, retryAfter) {
  const byId = new Map((Array.isArray(answers) ? answers : []).map((answer) => [answer?.id, answer]));
  await update(async (store) => {
    for (const { id } of batch) {
      const record = await ask(store("records").get(id));
      const answer = byId.get(id);
      if (!record) continue;
      if (answer?.hash === record.hash) await accept(store, record, answer);
      else store("records").put({ ...record, state: "queued", nextAt: later((retryAfter ?? 0) * 1000, record.attempts) });
    }
  });
}

// An answer that this build does not know settles nothing: the record stays, and is sent again.
async function accept(store, record, answer) {
  if (answer.answer === "created" || answer.answer === "duplicate") {
    await finish(store, { ...record, state: "uploading", code: "", fields: {}, missing: answer.missing ?? [], attempts: 0, nextAt: 0,
      receivedAt: Date.parse(answer.received_at) || Date.now(), referral: answer.referral });
  } else if (answer.answer === "rejected" && (await ask(store("records").getAll())).some((one) => one.replaces === record.id)) {
    drop(store, record.id);  // corrected while it was on its way: the office keeps what it refused
  } else {
    store("records").put({ ...record, state: REFUSALS.has(answer.answer) ? answer.answer : "queued", code: answer.code ?? "",
      fields: answer.fields ?? {}, nextAt: Date.now() + HELD_RETRY });
  }
}

// A visit is done when the office misses nothing; only then do its text and photos go, but for what a draft of it still
// needs and what the office has refused: of that there is no other copy.
async function finish(store, record) {
  if (record.missing.length) return store("records").put(record);
  const { form, text, fields, ...rest } = record;
  store("records").put({ ...rest, state: "done", photoCount: record.photos.length - (record.refused?.length ?? 0) });
  const draft = await ask(store("drafts").get(record.id));
  const needed = [...(draft?.photos ?? []), ...(record.refused ?? []).map((one) => one.sha)];
  for (const key of await ask(store("photos").getAllKeys(photosOf(record.id)))) {
    if (!needed.includes(key[1])) store("photos").delete(key);
  }
}

async function sendPhotos(force) {
  for (const record of (await all("records")).filter((one) => one.state === "uploading" && isDue(one, force)).sort((a, b) => a.seq - b.seq)) {
    for (const sha of record.missing) {
      try {
        await sendPhoto(record.id, sha);
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        await postpone(record.id, error);
        if (error.kind !== "photo") throw error;
        break;
      }
    }
  }
}

const postpone = (id, error) => update(async (store) => {
  const record = await ask(store("records").get(id));
  if (!record) return;
  const attempts = record.attempts + 1;
  store("records").put({ ...record, attempts, nextAt: later(error.wait, attempts) });
});

async function sendPhoto(id, sha) {
  const fresh = await read("records", id);
  if (!fresh?.missing?.includes(sha)) return;
  const photo = await read("photos", [id, sha]);
  if (!photo) return withoutPhoto(id, sha, "photo-lost");
  const { status, body } = await call(`/sync/photos/${sha}`, { method: "PUT", body: photo.bytes, headers: { "Content-Type": "application/octet-stream" } });
  if (status === 200 && body.sha256 === sha) return arrived(sha, body.missing);
  if (FINAL_PHOTO.has(body.code)) return withoutPhoto(id, sha, body.code);
  if (status === 404) await askStatus(id);
  throw new Trouble("photo");
}

const arrived = (sha, missing) => update(async (store) => {
  for (const id of Object.keys(missing)) {
    const record = await ask(store("records").get(id));
    if (record?.missing?.includes(sha)) await finish(store, { ...record, attempts: 0, missing: record.missing.filter((one) => one !== sha) });
  }
}).then(changed);

const withoutPhoto = (id, sha, code) => update(async (store) => {
  const record = await ask(store("records").get(id));
  if (record?.missing) await finish(store, { ...record, missing: record.missing.filter((one) => one !== sha), refused: [...(record.refused ?? []), { sha, code }] });
}).then(changed);

// What the office knows of a record whose photos it does not await.
async function askStatus(id) {
  const { body } = await call(`/sync/status?ids=${id}`);
  const found = body.records?.[0];
  await update(async (store) => {
    const record = await ask(store("records").get(id));
    if (record && found?.answer === "unknown") store("records").put({ ...record, state: "queued", missing: null });
    else if (record && found?.hash === record.hash) await accept(store, record, found);
  });
}

async function fetchPack(force, person) {
  const [last, pack] = [await read("meta", "packAt"), await read("meta", "pack")];
  const ours = pack?.rest?.person.uid === person;
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

