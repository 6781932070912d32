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
 * Return the path of a line that is broken at NaN, and the length of its text after each point.
 * @param {number[]} xs
 * @param {number[]} ys
 */
export function growing(xs, ys) {
  let path = "";
  let isOpen = false;
  const ends = xs.map((x, at) => {
    const isThere = Number.isFinite(ys[at]);
    if (isThere) path += `${isOpen ? "L" : "M"}${round(x)} ${round(ys[at])}`;
    isOpen = isThere;
    return path.length;
  });
  return { path, ends };
}

/**
 * Return the path of a line that is broken at NaN.
 * @param {number[]} xs
 * @param {number[]} ys
 */
export function polyline(xs, ys) {
  return growing(xs, ys).path;
}

/**
 * Return the outline of what lies between two lines, in pieces where they are broken at NaN.
 * @param {{ x: number, low: number, high: number }[]} points
 */
export function outline(points) {
  /** @type {(typeof points)[]} */
  const pieces = [[]];
  for (const point of points) {
    if (Number.isFinite(point.low)) pieces[pieces.length - 1].push(point);
    else pieces.push([]);
  }
  return pieces
    .filter((piece) => piece.length)
    .map((piece) => {
      const back = [...piece].reverse();
      const xs = [...piece, ...back].map(({ x }) => x);
      const ys = [...piece.map(({ low }) => low), ...back.map(({ high }) => high)];
      return `${polyline(xs, ys)}z`;
    })
    .join("");
}
