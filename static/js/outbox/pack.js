// What the office sends down: shops as a delta, the rest whole when it has changed.
import { all, ask, read, transact, uuid7 } from "./store.js";

export async function packAddress() {
  const pack = (await read("meta", "pack")) ?? {};
  return `/sync/pack?cursor=${encodeURIComponent(pack.cursor ?? "")}&rest=${pack.rest_hash ?? ""}`;
}

// One transaction: the shops, what left the zones, what is to be done where, and the cursor that says so.
export const applyPack = (body) => transact("readwrite", ["shops", "meta"], async (store) => {
  const before = (await ask(store("meta").get("pack"))) ?? {}, rest = body.rest ?? before.rest;
  if (body.full) store("shops").clear();
  body.shops.forEach((shop) => store("shops").put(shop));
  body.gone.forEach((uid) => store("shops").delete(uid));
  if (body.full || body.shops.length || body.gone.length) await planAnew(store, body, rest.person.uid);
  store("meta").put({ cursor: body.cursor, rest_hash: body.rest_hash, rest }, "pack");
});

// 오늘 asks for a handful of thousands of shops: which may be due or were never visited stands in one text, made here.
async function planAnew(store, { full, shops, gone }, me) {
  const text = !full && await ask(store("meta").get("plan"));
  const touched = new Set([...gone, ...shops.map((shop) => shop.uid)]);
  const plan = text ? [...JSON.parse(text).filter(([uid]) => !touched.has(uid)), ...planOf(shops, me)]
    : planOf(full ? shops : await ask(store("shops").getAll()), me);
  store("meta").put(JSON.stringify(plan), "plan");
  store("meta").put(uuid7(), "mark");
}

const planOf = (shops, me) => shops.filter((shop) => shop.status === "open" && (shop.due || (!shop.last_at && shop.mine === me)))
  .map(entry);

export const entry = (shop) => [shop.uid, shop.lat, shop.lon, shop.due ?? "", shop.outcome ?? ""];

// The shops that 오늘 may show, each as such an entry.
export async function plan() {
  const text = await read("meta", "plan");
  return text ? JSON.parse(text) : planOf(await all("shops"), (await rest())?.person.uid);  // by an earlier build only these were kept
}

// These shops by uid, as many of them as there are.
export async function some(uids) {
  if (!uids.length) return new Map();
  const found = await transact("readonly", ["shops"], (store) => Promise.all(uids.filter(Boolean).map((uid) => ask(store("shops").get(uid)))));
  return new Map(found.filter(Boolean).map((shop) => [shop.uid, shop]));
}

let list = { mark: null, shops: [] };

// Every shop of the zones; the same array as long as nothing of them has changed.
export async function shops() {
  const mark = await read("meta", "mark");
  if (!mark || mark !== list.mark) list = { mark, shops: await all("shops") };
  return list.shops;
}

// The zones' list leaves the phone.
export const forget = () => transact("readwrite", ["shops", "meta"], (store) => {
  store("shops").clear();
  for (const key of ["pack", "plan", "mark"]) store("meta").delete(key);
});

export const rest = async () => (await read("meta", "pack"))?.rest ?? null;
