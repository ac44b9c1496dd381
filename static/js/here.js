// Where the phone is, as well as it is known: the best fix so far, watched while a page needs it.
let best = null;

export const here = () => best;

export function watch(listener) {
  if (!navigator.geolocation) return listener(null, "none"), () => {};
  const id = navigator.geolocation.watchPosition(({ coords, timestamp }) => {
    const fix = { lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy, at: timestamp };
    if (!best || fix.accuracy <= best.accuracy || fix.at - best.at > 60_000) best = fix;
    listener(best, "");
  }, (error) => listener(null, error.code === 1 ? "denied" : "none"), { enableHighAccuracy: true, maximumAge: 10_000, timeout: 30_000 });
  return () => navigator.geolocation.clearWatch(id);
}
