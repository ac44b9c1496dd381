// 점포: every shop of the zones, searched on the phone.
import "./phone.js";
import { all, onChange } from "./outbox/store.js";
import { here, watch } from "./here.js";
import { search } from "./search.js";
import { day, far, fill, say } from "./words.js";

const find = (id) => document.getElementById(id);
const SHOWN = 40;
let shops = [];

const load = async () => { shops = await all("shops"); paint(); };

function paint() {
  const { rows, total } = search(shops, find("search").value, here(), SHOWN);
  find("found").replaceChildren(...rows.map(([metres, shop]) => {
    const item = fill("row", { name: shop.name, far: metres < Infinity ? far(metres) : "", why: about(shop) });
    item.querySelector("a").href = `/visits/new?shop=${shop.uid}`;
    return item;
  }));
  find("rest").textContent = total > SHOWN ? say("more", { n: total - SHOWN }) : total ? "" : say(shops.length ? "none_found" : "first_time");
}

const about = (shop) => [shop.status === "open" ? "" : say("closed_shop"), shop.industry, shop.address,
  shop.last_at ? `${say("last", { day: day(shop.last_at) })} ${say(`outcome_${shop.outcome}`)}` : say("never")].filter(Boolean).join(" · ");

find("search").addEventListener("input", paint);
onChange(load);
watch(paint);
load();
