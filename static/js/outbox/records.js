// Sends the records that wait, in small batches, and settles each by the office's answer; brought when there are some.
import { ask, changed, drop, opened, photosOf } from "./store.js";
import { call, isDue, later, post, update } from "./sender.js";

const BATCH = 20, BATCH_BYTES = 1_000_000, HELD_RETRY = 60_000;
const REFUSALS = new Set(["held", "rejected", "conflict", "gone"]);

export async function sendRecords(force) {
  const tried = new Set();
  for (let size = BATCH; ;) {
    const batch = await claim(force, tried, size);
    if (!batch.length) return;
    batch.forEach((record) => tried.add(record.id));
    changed();
    try {
      const entries = (await Promise.all(batch.map(opened))).map(({ id, hash, text }) => ({ id, hash, record: text }));
      const { status, body } = await call("/sync/commands", post({ commands: entries }));
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
    .filter((record) => (record.state === "queued" || record.state === "held") && isDue(record, force) && !tried.has(record.id) && record.envelope?.own !== null)
    .sort((a, b) => a.seq - b.seq);
  const batch = [];
  let bytes = 0;
  for (const record of waiting) {
    bytes += record.box?.data.byteLength ?? record.text.length * 3;
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
export async function accept(store, record, answer) {
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
export async function finish(store, record) {
  if (record.missing.length) return store("records").put(record);
  const { form, text, fields, box, envelope, ...rest } = record;
  store("records").put({ ...rest, state: "done", photoCount: record.photos.length - (record.refused?.length ?? 0) });
  const draft = await ask(store("drafts").get(record.id));
  const needed = [...(draft?.photos ?? []), ...(record.refused ?? []).map((one) => one.sha)];
  for (const key of await ask(store("photos").getAllKeys(photosOf(record.id)))) {
    if (!needed.includes(key[1])) store("photos").delete(key);
  }
}
