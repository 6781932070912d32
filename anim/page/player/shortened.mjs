const LETTERS = "12px system-ui, sans-serif";

/** @type {CanvasRenderingContext2D | null} */
let ruler = null;

/**
 * Return the width of a text in an axis, in pixels.
 * @param {string} text
 */
export function textWidth(text) {
  ruler ??= document.createElement("canvas").getContext("2d");
  if (!ruler) return 0;
  ruler.font = LETTERS;
  return ruler.measureText(text).width;
}

/**
 * Return a text, cut at its end if it is wider than that many pixels.
 * @param {string} text
 * @param {number} width
 */
export function shortened(text, width, measure = textWidth) {
  if (measure(text) <= width) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measure(`${text.slice(0, middle)}…`) <= width) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low).trimEnd()}…`;
}
