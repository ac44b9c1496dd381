// A walking order: from where one stands to each stop once, ending anywhere. Nearest neighbour first, then improved.
import { metres } from "./search.js";

const LONGEST_MOVED = 3;  // stops that or-opt takes along at once
const LEAST = 1e-6;  // metres that a change must save, so that rounding never goes round in circles

export const isPlaced = (one) => Number.isFinite(one?.lat);

// The stops in the order in which to walk them; those without a place stand at the end. Without `from` the first one is the start.
export function order(stops, from = null) {
  const { points, far } = mapped(stops, from);
  return walked(stops, points, improved(nearestFirst(far), far), from);
}

// Always on to the nearest that is left: what `order` starts from, and is never worse than.
export function nearestOrder(stops, from = null) {
  const { points, far } = mapped(stops, from);
  return walked(stops, points, nearestFirst(far), from);
}

// Metres from `from` along these stops.
export function length(stops, from = null) {
  const points = [from, ...stops].filter(isPlaced);
  return points.reduce((sum, one, index) => sum + (index ? metres(points[index - 1], one) : 0), 0);
}

// At which index of a route one more stop costs the least way.
export function placeFor(stop, route, from = null) {
  if (!isPlaced(stop)) return route.length;
  const placed = route.filter(isPlaced), between = (a, b) => (a && b ? metres(a, b) : 0);
  const costs = [...placed, null].map((after, at) => {
    const before = placed[at - 1] ?? from;
    return between(before, stop) + between(stop, after) - between(before, after);
  });
  return costs.indexOf(Math.min(...costs));
}

function mapped(stops, from) {
  const points = [...(from ? [from] : []), ...stops.filter(isPlaced)];
  return { points, far: points.map((one) => Float64Array.from(points, (other) => metres(one, other))) };
}

const walked = (stops, points, path, from) =>
  [...path.map((index) => points[index]).slice(from ? 1 : 0), ...stops.filter((one) => !isPlaced(one))];

function nearestFirst(far) {
  const left = [...far.keys()], path = left.splice(0, 1);
  while (left.length) {
    const away = far[path.at(-1)];
    let next = 0;
    for (let at = 1; at < left.length; at += 1) if (away[left[at]] < away[left[next]]) next = at;
    path.push(...left.splice(next, 1));
  }
  return path;
}

// Turns stretches round (2-opt) and moves short ones elsewhere (or-opt) until neither shortens the way; the start stays.
function improved(path, far) {
  while (turned(path, far) || moved(path, far));
  return path;
}

// Metres between the stops at two places of the path; behind the last one nothing is walked.
const way = (path, far) => (from, to) => (to < path.length ? far[path[from]][path[to]] : 0);

function turned(path, far) {
  const step = way(path, far);
  let better = false;
  for (let first = 1; first < path.length; first += 1) {
    for (let last = first + 1; last < path.length; last += 1) {
      if (step(first - 1, last) + step(first, last + 1) > step(first - 1, first) + step(last, last + 1) - LEAST) continue;
      for (let a = first, b = last; a < b; a += 1, b -= 1) [path[a], path[b]] = [path[b], path[a]];
      better = true;
    }
  }
  return better;
}

function moved(path, far) {
  const step = way(path, far);
  for (let size = 1; size <= LONGEST_MOVED; size += 1) {
    for (let first = 1; first + size <= path.length; first += 1) {
      const last = first + size - 1, saved = step(first - 1, first) + step(last, last + 1) - step(first - 1, last + 1);
      for (let to = 0; to < path.length; to += 1) {
        if (to >= first - 1 && to <= last) continue;
        const gone = saved + step(to, to + 1) - LEAST, along = step(to, first) + step(last, to + 1) < gone;
        if (!along && step(to, last) + step(first, to + 1) >= gone) continue;
        const stretch = path.splice(first, size);
        path.splice(to < first ? to + 1 : to + 1 - size, 0, ...(along ? stretch : stretch.reverse()));
        return true;
      }
    }
  }
  return false;
}
