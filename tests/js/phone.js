// A phone without its pages: the shipped outbox modules, and a network that loses what it is told to lose.
globalThis.phone = await (async () => {
  const base = "/assets/BUILD/js/outbox/";
  const [store, sender, pack, revise, vault] = await Promise.all(["store", "sender", "pack", "revise", "vault"].map((name) => import(`${base}${name}.js`)));
  const real = globalThis.fetch.bind(globalThis);
  const lose = [];  // what becomes of the next changes: "request", "reply", "portal", or "fine"

  globalThis.fetch = async (url, options = {}) => {
    const change = options.method === "POST" || options.method === "PUT";
    const fate = change ? lose.shift() : undefined;
    if (fate === "request") throw new TypeError("lost on the way");
    if (fate === "portal") return new Response("<html>log in to the café</html>", { headers: { "Content-Type": "text/html" } });
    const response = await real(url, options);
    if (fate === "reply") { await response.arrayBuffer(); throw new TypeError("the answer was lost"); }
    return response;
  };

  const bytesOf = (seeds) => Promise.all(seeds.map(async (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer));

  async function withPhotos(draft, photos) {
    for (const bytes of await bytesOf(photos)) {
      const sha256 = await store.sha256(bytes);
      if (draft.photos.includes(sha256)) continue;
      await store.write("photos", { record: draft.id, sha256, bytes });
      draft.photos.push(sha256);
    }
    return draft;
  }

  const told = ({ id, hash, photos, form }) => ({ id, hash, photos, replaces: form.replaces ?? "" });

  return {
    store, sender, pack, lose,
    async forget() {
      await store.transact("readwrite", store.STORES, (s) => store.STORES.forEach((name) => s(name).clear()));
      await vault.forget();
      lose.length = 0;
    },
    async save(author, shop, memo, outcome, photos) {
      const draft = await store.newDraft(author, shop);
      draft.form = { outcome, memo };
      return told(await store.save(await withPhotos(draft, photos)));
    },
    async edit(id, memo, photos) {
      const record = await store.read("records", id);
      if (!record?.form) return null;
      const draft = await revise.reopen(record);
      draft.form = { ...draft.form, memo, outcome: "met" };
      return told(await store.save(await withPhotos(draft, photos)));
    },
    async answerReturned(author, uid, memo) {
      const found = (await pack.rest())?.returned.find((one) => one.visit === uid);
      if (!found) return null;
      const { photo = [], ...values } = found.form;
      const draft = await store.newDraft(author, found.shop);
      draft.photos = [].concat(photo);
      draft.arrived = [...draft.photos];
      draft.form = { ...values, memo, replaces: uid };
      return told(await store.save(draft));
    },
    sync: () => sender.run({ force: true }),
    states: async () => Object.fromEntries((await store.all("records")).map((r) => [r.id, [r.state, r.code ?? ""]])),
    photosLeft: async () => (await store.all("photos")).length,
  };
})();
