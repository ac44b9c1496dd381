// Choosing the shop inside the form: nearest first, or by words.
import { onChange } from "./outbox/store.js";
import { shops as all } from "./outbox/pack.js";
import { here, ready, search, watch } from "./search.js";
import { far, fill, say } from "./words.js";

export function start({ state, form, keepDraft, choose }) {
  const input = document.getElementById("shop-search"), list = document.getElementById("shop-found");
  let shops = [];

  const paint = () => {
    if (document.getElementById("shop-choice")?.hidden ?? true) return;  // there is none any more once it is saved
    const { rows, total } = search(shops, input.value, here(), 12);
    list.replaceChildren(...rows.map(([metres, shop]) => row(shop, metres)));
    if (!total) list.append(Object.assign(document.createElement("li"), { className: "empty", textContent: say(shops.length ? "none_found" : "first_time") }));
  };

  const row = (shop, metres) => {
    const item = fill("shop-row", { name: shop.name, far: metres < Infinity ? far(metres) : "", why: [shop.industry, shop.address].filter(Boolean).join(" · ") });
    item.querySelector("button").addEventListener("click", () => take(shop));
    return item;
  };

  const take = async (shop) => {
    await choose(shop.uid);
    state.touched = true;
    keepDraft();
    form.dispatchEvent(new Event("shop-chosen"));
    form.elements.outcome[0].focus();
  };

  const load = async () => { shops = (await all()).filter((shop) => shop.status === "open"); paint(); };

  input.addEventListener("input", (event) => { event.stopPropagation(); paint(); });
  document.getElementById("shop-change").addEventListener("click", async () => { await choose(""); keepDraft(); paint(); input.focus(); });
  input.addEventListener("focus", ready);
  addEventListener("search-ready", paint);
  watch(paint);
  onChange(() => shops.length || load());
  load();
}
