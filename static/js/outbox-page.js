// 보낼함: every record and photo with its state, its reason and its next try.
import "./phone.js";
import { all, ask, author, changed, onChange, photosOf, read, transact } from "./outbox/store.js";
import { run, summary } from "./outbox/sender.js";
import { key } from "./outbox/vault.js";
import { clock, day, fill, say, stateOf } from "./words.js";

const find = (id) => document.getElementById(id);

find("send").addEventListener("click", () => run({ force: true }).then(paint));
find("export").addEventListener("click", download);
onChange(paint);
key().then(paint);  // whoever looks here wants it sent

async function paint() {
  const now = await summary();
  const drafts = await rows("drafts"), me = await author();
  const records = now.records.sort((a, b) => b.savedAt - a.savedAt);
  find("records").replaceChildren(...drafts.filter((draft) => draft.author === me).map(draftItem), ...records.map((record) => item(record, me)));
  find("empty").hidden = find("records").children.length > 0;
  find("empty").textContent = say("empty_outbox");
  find("unsent-line").textContent = now.unsent ? [say("unsent_n", { n: now.unsent, p: now.unsentPhotos }), say("oldest", { time: `${day(now.oldest)} ${clock(now.oldest)}` })].join(" · ") : say("fresh");
  find("day-end").textContent = say("day_end", { visits: now.doneToday, photos: now.photosToday });
  find("login").hidden = !(now.office?.online && !now.office.person);
  await room();
}

const rows = (name) => transact("readonly", [name], (store) => ask(store(name).getAll()));  // without what is in their boxes

function item(record, me) {
  const { state, referral, problem } = stateOf(record);
  const waits = ["queued", "held", "uploading"].includes(record.state) && record.nextAt > Date.now();
  const node = fill("record", { shop: record.shopName, at: `${day(record.savedAt)} ${clock(record.savedAt)}`,
    state: [state, referral].filter(Boolean).join(" · "), problem: [problem, ...Object.values(record.fields ?? {})].filter(Boolean).join(" "),
    retry: waits ? say("retry_at", { time: clock(record.nextAt) }) : "" });
  node.dataset.state = record.state;
  for (const [index, sha] of (record.missing ?? record.photos).entries()) {
    node.querySelector('[data-slot="photos"]').append(Object.assign(document.createElement("li"),
      { textContent: `${say("photo_n", { n: record.photos.indexOf(sha) + 1 || index + 1 })}: ${say(record.state === "uploading" ? "uploading_photo" : "queued")}` }));
  }
  if (record.author === me && record.state !== "done" && record.state !== "gone") offer(node, `/visits/new?record=${record.id}`, say("fix"));
  return node;
}

function draftItem(draft) {
  const node = fill("record", { shop: draft.shopName, at: `${day(draft.updatedAt)} ${clock(draft.updatedAt)}`, state: say("draft") });
  offer(node, `/visits/new?draft=${draft.id}`, say("continue"));
  const button = node.querySelector('[data-slot="delete"]');
  Object.assign(button, { hidden: false, textContent: say("delete"), onclick: () => forget(draft) });
  return node;
}

function offer(node, href, text) {
  Object.assign(node.querySelector('[data-slot="open"]'), { hidden: false, href, textContent: text });
}

async function forget(draft) {
  if (!confirm(say("sure_delete"))) return;
  await transact("readwrite", ["drafts", "records", "photos"], async (store) => {
    store("drafts").delete(draft.id);
    if (!(await ask(store("records").get(draft.id)))?.box) store("photos").delete(photosOf(draft.id));
  });
  changed();
}

async function room() {
  const { quota = 0, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  find("room").textContent = say("room", { mb: Math.round((quota - usage) / 1e6).toLocaleString() });
  find("kept").textContent = say((await navigator.storage?.persisted?.()) ? "kept" : "not_kept");
}

// The way out when nothing else works: everything unsent in one file, photos as base64.
async function download() {
  const [records, photos] = [(await all("records")).filter((record) => record.state !== "done"), await all("photos")];
  const encoded = await Promise.all(photos.map(async (photo) => ({ record: photo.record, sha256: photo.sha256, base64: await base64(photo.bytes) })));
  const blob = new Blob([JSON.stringify({ fieldapp: 1, made_at: new Date().toISOString(), records, drafts: await all("drafts"), photos: encoded,
    device: await read("meta", "device") })], { type: "application/json" });
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `fieldapp-${new Date().toISOString().slice(0, 10)}.json` });
  link.click();
  URL.revokeObjectURL(link.href);
}

const base64 = (bytes) => new Promise((resolve) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
  reader.readAsDataURL(new Blob([bytes]));
});
