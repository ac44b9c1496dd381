// Sends the photos that the office awaits, each on its own; brought when there are some.
import { ask, changed, read, transact } from "./store.js";
import { accept, finish } from "./records.js";
import { Trouble, call, isDue, later, update } from "./sender.js";

const FINAL_PHOTO = new Set(["photo-format", "photo-too-large", "photo-too-many-pixels", "photo-truncated", "photo-unreadable"]);

const raw = (name, id) => transact("readonly", [name], (store) => ask(store(name).get(id)));

export async function sendPhotos(force) {
  for (const record of (await transact("readonly", ["records"], (store) => ask(store("records").getAll()))).filter((one) => one.state === "uploading" && isDue(one, force)).sort((a, b) => a.seq - b.seq)) {
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
  const fresh = await raw("records", id);
  if (!fresh?.missing?.includes(sha)) return;
  const photo = await read("photos", [id, sha]);
  if (photo?.box) throw new Trouble("sealed");
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
