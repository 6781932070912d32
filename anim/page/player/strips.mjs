// As anim/panels/strips.py and anim/panels/axes.py.

/**
 * Return how many numbers of an ascending list are not above a number.
 * @param {ArrayLike<number>} list
 * @param {number} value
 */
export function countUpTo(list, value) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Return a line up to a position, and the point there.
 * @param {ArrayLike<number>} x ascending.
 * @param {ArrayLike<number>} y NaN where the line is broken.
 * @param {number} position
 * @returns {{ x: number[], y: number[] }}
 */
export function lineUntil(x, y, position) {
  const last = countUpTo(x, position);
  const [xs, ys] = [x, y].map((list) => Array.prototype.slice.call(list, 0, last));
  if (last && last < x.length && position > x[last - 1]) {
    const fraction = (position - x[last - 1]) / (x[last] - x[last - 1]);
    xs.push(position);
    ys.push(y[last - 1] + fraction * (y[last] - y[last - 1]));
  }
  return { x: xs, y: ys };
}

/**
 * Return two lines with a point where they cross.
 * @param {number[]} x
 * @param {number[]} one
 * @param {number[]} other
 */
export function linesCrossed(x, one, other) {
  /** @type {{ x: number[], one: number[], other: number[] }} */
  const found = { x: [], one: [], other: [] };
  /** @param {number} place @param {number} height @param {number} second */
  const add = (place, height, second) => {
    found.x.push(place);
    found.one.push(height);
    found.other.push(second);
  };
  x.forEach((place, at) => {
    add(place, one[at], other[at]);
    const [gap, next] = [one[at] - other[at], one[at + 1] - other[at + 1]];
    if (!(gap * next < 0)) return;
    const fraction = gap / (gap - next);
    const height = one[at] + fraction * (one[at + 1] - one[at]);
    add(place + fraction * (x[at + 1] - place), height, height);
  });
  return found;
}

/**
 * Return places near those given, in [0, 1], that far apart if there is room.
 * @param {number[]} places
 * @param {number} distance
 */
export function spreadApart(places, distance) {
  const order = places.map((_, at) => at).sort((one, other) => places[one] - places[other]);
  const found = order.map((at) => places[at]);
  for (let at = 1; at < found.length; at++) {
    found[at] = Math.max(found[at], found[at - 1] + distance);
  }
  const room = (/** @type {number} */ at) => 1 - distance * (found.length - 1 - at);
  /** @type {number[]} */
  const result = [];
  order.forEach((at, rank) => {
    result[at] = Math.max(Math.min(found[rank], room(rank)), rank * distance);
  });
  return result;
}
