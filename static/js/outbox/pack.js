// What the office sends down: shops as a delta, the rest whole when it has changed.
import { ask, closed, opened, read, transact, uuid7 } from "./store.js";

// What is known of the pack without opening it: the cursor, the hash of the rest, and whose it is.
export const packKept = () => transact("readonly", ["meta"], (store) => ask(store("meta").get("pack")));

export async function packAddress() {
  const pack = (await packKept()) ?? {};
  return `/sync/pack?cursor=${encodeURIComponent(pack.cursor ?? "")}&rest=${pack.rest_hash ?? ""}`;
}

// One transaction: the shops, what left the zones, the plan of what is to be done where, and the cursor that says so.
export async function applyPack(body) {
  const numbers = body.full ? {} : (await read("meta", "phones"))?.numbers ?? {}, { person, rest } = { ...await packKept(), ...body };
  const me = body.rest?.person.uid ?? person;
  for (const uid of body.gone) delete numbers[uid];
  const rows = await Promise.all(body.shops.map(({ phone, ...shop }) => {
    if (phone) numbers[shop.uid] = phone; else delete numbers[shop.uid];
    return closed("shops", shop);
  }));
  const phones = await closed("phones", { numbers }), pack = rest && await closed("pack", { cursor: body.cursor, rest_hash: body.rest_hash, person: me, rest });
  await transact("readwrite", ["shops", "meta"], async (store) => {
    if (body.full) await clearBut(store("shops"), (shop) => shop.isNew);
    rows.forEach((shop) => store("shops").put(shop));
    body.gone.forEach((uid) => store("shops").delete(uid));
    if (body.full || rows.length || body.gone.length) {
      store("meta").put(phones, "phones");
      store("meta").put(await planAnew(store, body, me), "plan");
      store("meta").put(uuid7(), "mark");
    }
    store("meta").put(pack ?? { ...await ask(store("meta").get("pack")), cursor: body.cursor, rest_hash: body.rest_hash }, "pack");
  });
}

// What was registered here and is not at the office yet stays.
async function clearBut(shops, stays) {
  const kept = (await ask(shops.getAll())).filter(stays);
  shops.clear();
  kept.forEach((shop) => shops.put(shop));
}

async function planAnew(store, { full, shops, gone }, me) {
  const before = !full && await ask(store("meta").get("plan"));
  if (!before) return planOf(full ? shops : await ask(store("shops").getAll()), me);
  const touched = new Set([...gone, ...shops.map((shop) => shop.uid)]), added = planOf(shops, me);
  const stays = [...before.lat.keys()].filter((index) => !touched.has(uidAt(before.fresh, index)));
  return { due: [...before.due.filter((one) => !touched.has(one.uid)), ...added.due],
    fresh: stays.map((index) => uidAt(before.fresh, index)).join("") + added.fresh,
    lat: Float64Array.from([...stays.map((index) => before.lat[index]), ...added.lat]),
    lon: Float64Array.from([...stays.map((index) => before.lon[index]), ...added.lon]) };
}

// 오늘 asks for a handful of thousands of shops: those that will be due, and in columns, which open at once however long they are,
// those in charge that nobody has visited: their uids as one text, and where they are.
function planOf(shops, me) {
  const open = shops.filter((shop) => shop.status === "open"), fresh = open.filter((shop) => !shop.last_at && shop.mine === me);
  return { due: open.filter((shop) => shop.due).map(({ uid, lat, lon, due, outcome }) => ({ uid, lat, lon, due, outcome })),
    fresh: fresh.map((shop) => shop.uid).join(""), lat: Float64Array.from(fresh, (shop) => shop.lat ?? NaN), lon: Float64Array.from(fresh, (shop) => shop.lon ?? NaN) };
}

const UID = 36;
export const uidAt = (text, index) => text.slice(index * UID, (index + 1) * UID);

export async function plan(store) {
  return (await ask(store("meta").get("plan")))
    ?? planOf(await ask(store("shops").getAll()), (await ask(store("meta").get("pack")))?.person);  // by an earlier build the shops alone
}

// These shops by uid, as many of them as there are.
export async function some(store, uids) {
  const found = await Promise.all([...new Set(uids)].filter(Boolean).map((uid) => ask(store("shops").get(uid))));
  return new Map(found.filter(Boolean).map((shop) => [shop.uid, shop]));
}

let list = { mark: null, shops: [] };

// Every shop of the zones, without what was said there; the same array as long as nothing of them has changed.
export async function shops() {
  const [mark, shops, phones] = await transact("readonly", ["meta", "shops"], async (store) => {
    const mark = await ask(store("meta").get("mark"));
    return !mark || mark !== list.mark ? [mark, ...await Promise.all([ask(store("shops").getAll()), ask(store("meta").get("phones"))])] : [mark];
  });
  if (shops) {
    const { numbers = {} } = (await opened(phones)) ?? {};
    for (const shop of shops) shop.phone = numbers[shop.uid] ?? "";
    list = { mark, shops };
  }
  return list.shops;
}

export const rest = async () => (await read("meta", "pack"))?.rest ?? null;
