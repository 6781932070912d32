/**
 * Return a number of pixels, to a hundredth.
 * @param {number} value
 */
export const round = (value) => Math.round(value * 100) / 100;

/**
 * Return the path of a rectangle; empty if it has no height.
 * @param {number} left
 * @param {number} top
 * @param {number} right
 * @param {number} bottom
 */
export function rectangle(left, top, right, bottom) {
  if (!(bottom - top > 1e-3)) return "";
  return `M${round(left)} ${round(top)}H${round(right)}V${round(bottom)}H${round(left)}z`;
}

/**
 * Return the path of a line that is broken at NaN.
 * @param {ArrayLike<number>} xs
 * @param {ArrayLike<number>} ys
 */
export function polyline(xs, ys) {
  let path = "";
  let isOpen = false;
  for (let at = 0; at < xs.length; at++) {
    const isThere = Number.isFinite(ys[at]);
    if (isThere) path += `${isOpen ? "L" : "M"}${round(xs[at])} ${round(ys[at])}`;
    isOpen = isThere;
  }
  return path;
}

/**
 * Return the outline of what lies between two lines, in pieces where one of them is broken at NaN;
 * empty where they touch everywhere.
 * @param {number[]} xs
 * @param {number[]} ones
 * @param {number[]} others
 */
export function areaBetween(xs, ones, others) {
  let path = "";
  let start = 0;
  for (let at = 0; at <= xs.length; at++) {
    if (at < xs.length && Number.isFinite(ones[at]) && Number.isFinite(others[at])) continue;
    const [x, one, other] = [xs, ones, others].map((list) => list.slice(start, at));
    const isArea = one.some((y, place) => Math.abs(y - other[place]) > 1e-3);
    if (x.length > 1 && isArea) {
      path += `${polyline([...x, ...[...x].reverse()], [...one, ...other.reverse()])}z`;
    }
    start = at + 1;
  }
  return path;
}

/**
 * Return the path of a dot: a line without length, whose ends are round.
 * @param {number} x
 * @param {number} y
 */
export const dotAt = (x, y) => `M${round(x)} ${round(y)}h0`;
