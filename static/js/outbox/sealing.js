// Sealing: when this phone is locked away, emptied or logged out, what is unsent stays in its envelopes, which only the office opens,
// and only for who wrote it. All else goes.
import { ask, author, changed, transact } from "./store.js";
import { call, post } from "./sender.js";
import { close, decrypt, encrypt, forget, isOpen, kept, key, note } from "./vault.js";

const ENVELOPED = ["drafts", "records", "photos"], ROWS = [...ENVELOPED, "shops"], MOST = 100, subtle = crypto.subtle;
const encoder = new TextEncoder();
const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

// What the office gives a phone at its log-in: its public key, and one by which it knows who shut an envelope.
export const keepOfficeKey = async ({ public: point, mark, mac }) => {
  const box = await encrypt(await key(), bytesOf(mac)), by = await author();
  return note({ office: { point, mark, by, box }, isLacking: true });
};

export const hasOfficeKey = async () => (await kept())?.office?.by === await author();

// An envelope shut for the office too, where the office's key was given to who wrote what is in it.
export async function shutFor(envelope, office) {
  if (!envelope.own || envelope.office || envelope.author !== office.by) return envelope;
  return { ...envelope, office: await shut(envelope, office, await decrypt(await key(), office.box)) };
}

// Whatever was written before the office's key came is shut for it as well, and what an older build kept open is put in a box.
export async function complete() {
  const { office, isLacking } = (await kept()) ?? {}, made = new Map();
  if (!office || !isLacking || !await isOpen()) return;
  await note({ isLacking: false });
  for (const name of ENVELOPED) {
    for (const id of await transact("readonly", [name], (store) => ask(store(name).getAllKeys()))) {
      const row = await read(name, id);
      if (!row) continue;
      const { envelope } = row, old = !row.box && await close(name, row);
      if (old?.box) await transact("readwrite", [name], async (store) => { if (same(await ask(store(name).get(keyOf(row))), row)) store(name).put(old); });
      if (envelope && !made.has(envelope.id)) made.set(envelope.id, await shutFor(envelope, office));
    }
  }
  await eachRow((row) => row.envelope.own && !row.envelope.office && made.get(row.envelope.id)?.office && { ...row, envelope: made.get(row.envelope.id) });
}

const read = (name, id) => transact("readonly", [name], (store) => ask(store(name).get(id)));  // as it is kept
const keyOf = (row) => row.uid ?? row.id ?? [row.record, row.sha256];
const same = (now, before) => now && !now.box && now.text === before.text && now.updatedAt === before.updatedAt && now.state === before.state;

async function shut({ id, author: by, own }, { point: theirs, mark }, mac) {
  const raw = await decrypt(await key(), own, id);
  const curve = { name: "ECDH", namedCurve: "P-256" }, mine = await subtle.generateKey(curve, false, ["deriveBits"]);
  const shared = await subtle.deriveBits({ name: "ECDH", public: await subtle.importKey("raw", bytesOf(theirs), curve, false, []) }, mine.privateKey, 256);
  const wrap = await subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: encoder.encode(`fieldapp.envelope:${id}`) },
    await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]), { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const { iv, data } = await encrypt(wrap, raw, id);
  const parts = { mark, point: text(await subtle.exportKey("raw", mine.publicKey)), iv: text(iv), data: text(data) };
  const signing = await subtle.importKey("raw", mac, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const code = await subtle.sign("HMAC", signing, encoder.encode([id, by, ...Object.values(parts)].join("|")));
  return { ...parts, mac: text(code) };
}

// The rows of a store; photos, which are large, one at a time.
async function* rowsOf(store) {
  if (store.name !== "photos") return yield* await ask(store.getAll());
  for (const id of await ask(store.getAllKeys())) yield await ask(store.get(id));
}

// Every row with an envelope becomes what `change` gives, if anything.
const eachRow = (change) => transact("readwrite", ROWS, async (store) => {
  for (const name of ROWS) {
    for await (const row of rowsOf(store(name))) {
      const next = row.envelope && change(row);
      if (next) store(name).put(next);
    }
  }
});

// Seals what is unsent and deletes all else, in one transaction. What the office could not open yet keeps the key that opens it here.
export async function empty() {
  await complete().catch(() => null);
  await transact("readwrite", [...ROWS, "meta"], async (store) => {
    let isWhole = true;
    for (const name of ROWS) {
      for await (const row of rowsOf(store(name))) {
        const { envelope } = row;
        if (!envelope && !row.form && !row.bytes) store(name).delete(keyOf(row));
        else if (envelope?.office) store(name).put({ ...row, envelope: { ...envelope, own: null } });
        else isWhole = false;
      }
    }
    for (const name of await ask(store("meta").getAllKeys())) {
      if (!["seq", "device", "skew", "office", "out", "key"].includes(name) || (name === "key" && isWhole)) store("meta").delete(name);
    }
  });
  await forget();
  changed();
}

const came = ({ state, code }, isForged) => (isForged ? { state: "rejected", code: "forged" } : { state: state === "held" ? "queued" : state, code: state === "held" ? "" : code });

// What this person sealed is opened by the office and goes on as it was; what did not come from a phone of theirs is refused.
export async function reopen(person) {
  const isTheirs = ({ envelope }) => envelope && !envelope.own && envelope.author === person && !envelope.forged, sealed = new Map();
  const look = (names) => transact("readonly", names, (store) => Promise.all(names.map((name) => ask(store(name).getAll()))));
  if (!(await look(["drafts", "records", "shops"])).flat().some(isTheirs)) return;
  await eachRow((row) => { if (isTheirs(row)) sealed.set(row.envelope.id, row.envelope); });
  for (const waiting = [...sealed.values()]; waiting.length;) {
    const { status, body } = await call("/sync/envelopes", post({ envelopes: waiting.splice(0, MOST).map(({ id, office }) => ({ id, ...office })) }));
    if (status !== 200) return;
    const own = new Map();
    for (const [id, raw] of Object.entries(body.keys)) own.set(id, await encrypt(await key(), bytesOf(raw), id));
    await eachRow((row) => {
      const { id } = row.envelope, envelope = { ...row.envelope, own: own.get(id) ?? null, forged: body.forged.includes(id) };
      return (own.has(id) || envelope.forged) && { ...row, envelope, ...(row.state && came(row, envelope.forged)) };
    });
    changed();
  }
}
