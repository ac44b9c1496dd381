// What the office sends down: shops as a delta, the rest whole when it has changed.
import { ask, read, transact } from "./store.js";

export async function packAddress() {
  const pack = (await read("meta", "pack")) ?? {};
  return `/sync/pack?cursor=${encodeURIComponent(pack.cursor ?? "")}&rest=${pack.rest_hash ?? ""}`;
}

// One transaction: the shops, what left the zones, and the cursor that says so.
export const applyPack = (body) => transact("readwrite", ["shops", "meta"], async (store) => {
  const before = (await ask(store("meta").get("pack"))) ?? {};
  if (body.full) store("shops").clear();
  body.shops.forEach((shop) => store("shops").put(shop));
  body.gone.forEach((uid) => store("shops").delete(uid));
  store("meta").put({ cursor: body.cursor, rest_hash: body.rest_hash, rest: body.rest ?? before.rest }, "pack");
});

export const rest = async () => (await read("meta", "pack"))?.rest ?? null;
