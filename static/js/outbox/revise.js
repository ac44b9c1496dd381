// What is written again: a record that has left can't be changed, so what follows it is a draft of its own.
import { ask, closed, newDraft, photosOf, transact } from "./store.js";

// Which of a record's photos the office has already.
const arrivedOf = (record) => !record?.missing ? []
  : record.photos.filter((sha) => !record.missing.includes(sha) && !record.refused?.some((one) => one.sha === sha));

// What comes after a record that can't be changed any more: it supersedes a refused one, and is the next revision of any other.
export async function successor(draft, record) {
  const refused = record.state === "rejected" || record.state === "conflict";
  const replaces = record.state === "rejected" ? (record.fields?.replaces ? "" : draft.form.replaces ?? "") : record.id;
  return { ...(await nextRevision(draft, replaces)), supersedes: refused ? record.id : "" };
}

// The same content under a new id that says what it replaces; its photos are copied, for the old one may still be sending.
async function nextRevision(draft, replaces) {
  const next = { ...(await newDraft(draft.author, draft.shop)), shopName: draft.shopName, photos: draft.photos,
    arrived: draft.arrived, form: { ...draft.form, replaces } };
  if (!replaces) delete next.form.replaces;
  const row = await closed("drafts", next);
  await transact("readwrite", ["records", "photos", "drafts"], async (store) => {
    const before = await ask(store("records").get(draft.id));
    next.arrived = [...new Set([...draft.arrived, ...arrivedOf(before)])];
    for (const photo of await ask(store("photos").getAll(photosOf(draft.id)))) {
      if (draft.photos.includes(photo.sha256)) store("photos").put({ ...photo, record: next.id });
    }
    if (!before?.box) store("photos").delete(photosOf(draft.id));
    store("drafts").put({ ...row, arrived: next.arrived });
    store("drafts").delete(draft.id);
  });
  return next;
}

// Opens a record again. Never sent: the same id. Refused: a new id that supersedes it. Accepted: a new revision.
export async function reopen(record) {
  const { photo, ...form } = record.form;
  const draft = { ...(await newDraft(record.author, record.shop)), id: record.id, seq: record.seq, shopName: record.shopName,
    form, photos: record.photos, arrived: record.arrived ?? [], errors: record.fields ?? {}, base: record.hash, envelope: record.envelope };
  return record.frozen ? { ...(await successor(draft, record)), errors: draft.errors } : draft;
}

// A visit that was sent back, as the office has it: what is written now is its next revision.
export async function answer({ form: { photo = [], ...form }, shop, visit, visited_at }, person) {
  const photos = [].concat(photo);
  return { ...(await newDraft(person, shop)), form: { ...form, visited_at, replaces: visit }, photos, arrived: photos };
}
