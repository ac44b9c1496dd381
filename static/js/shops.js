// 점포: every shop of the zones, searched on the phone.
import { onChange } from "./outbox/store.js";
import { rest, shops as all } from "./outbox/pack.js";
import { list } from "./rows.js";
import { here, ready, search, watch } from "./search.js";
import { day, far, say } from "./words.js";

const find = (id) => document.getElementById(id);
const SHOWN = 20;
let shops = [], none = "first_time";

const load = async () => {
  [shops, none] = [await all(), await rest() ? "no_shops" : "first_time"];
  paint();
};

function paint() {
  const { rows, total } = search(shops, find("search").value, here(), SHOWN);
  list(find("found"), rows.map(([metres, shop]) => (
    { name: shop.name, far: metres < Infinity ? far(metres) : "", why: about(shop), href: `/visits/new?shop=${shop.uid}` })));
  find("rest").textContent = total > SHOWN ? say("more", { n: total - SHOWN }) : total ? "" : say(shops.length ? "none_found" : none);
}

const about = (shop) => [shop.status === "open" ? "" : say("closed_shop"), shop.industry, shop.address,
  shop.last_at ? `${say("last", { day: day(shop.last_at) })} ${say(`outcome_${shop.outcome}`)}` : say("never")].filter(Boolean).join(" · ");

find("search").addEventListener("input", paint);
addEventListener("search-ready", paint);
onChange(load);
watch(paint);
load().finally(() => { import("./phone.js"); ready(); });
