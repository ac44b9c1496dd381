// The place of a visit: the best fix since the form was opened, else a tap on the map, a photo's place, or the shop's point.
import { metres, watch } from "./search.js";
import { far, say } from "./words.js";

const GOOD = 15, FAR = 150;

export function start({ state, form, keepDraft }) {
  const field = (name) => form.elements[`place.${name}`];
  const byHand = () => field("source").value === "map";
  let stop = () => {};

  const put = (source, fix) => {
    field("source").value = source;
    field("lat").value = fix?.lat ?? "";
    field("lon").value = fix?.lon ?? "";
    field("accuracy_m").value = fix?.accuracy != null ? Math.round(fix.accuracy) : "";
    field("fix_age_s").value = fix?.at ? Math.max(0, Math.round((Date.now() - fix.at) / 1000)) : "";
    keepDraft();
  };

  const tell = (text, fix) => {
    const away = fix && state.shop ? metres(fix, state.shop) : 0;
    document.getElementById("place").textContent = away > FAR && away < Infinity ? `${text} · ${say("place_far", { m: far(away) })}` : text;
  };

  const fallBack = (why) => {
    const photo = state.photoPlace, shop = state.shop?.lat != null ? state.shop : null;
    put(photo ? "photo" : shop ? "shop" : "none", photo ?? shop);
    tell(say(photo ? "place_photo" : why === "denied" ? "place_denied" : shop ? "place_shop" : "place_none"), photo);
  };

  tell(say("place_wait"));
  if (state.draft?.form["place.source"] === "map") tell(say("place_map"));
  else stop = watch((fix, why) => {
    if (byHand() || !state.draft) return;
    if (!fix) return fallBack(why);
    put("gps", fix);
    const rounded = { m: Math.round(fix.accuracy) };
    tell(fix.accuracy <= GOOD ? say("place_ok", rounded) : say("place_rough", rounded), fix);
  });
  form.addEventListener("shop-chosen", () => field("source").value === "gps" || byHand() || fallBack(""));

  document.getElementById("place-map").addEventListener("click", async () => {
    const picker = document.getElementById("place-picker");
    picker.hidden = !picker.hidden;
    if (picker.hidden) return;
    const { pick } = await import("./place-picker.js");
    const from = field("lat").value ? { lat: +field("lat").value, lon: +field("lon").value } : state.shop;
    pick(picker, from, state.rest?.borders, (point) => { stop(); put("map", point); tell(say("place_map"), point); });
  });
}
