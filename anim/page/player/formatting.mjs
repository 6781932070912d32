/** @import { Fact, Frame, Unit } from "./types.mjs" */

const THIN_SPACE = "\u2009";
const NOTHING = "–";

/**
 * Return a whole number with thin spaces between its thousands.
 * @param {number} value
 */
export function grouped(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
}

/**
 * Return a number with that many digits after its point, or a dash for NaN.
 * @param {number} value
 * @param {number} digits
 */
export function fixed(value, digits) {
  return Number.isFinite(value) ? value.toFixed(digits) : NOTHING;
}

/**
 * Return a number of an axis, with as few digits as it takes.
 * @param {number} value
 */
export function short(value) {
  const size = Math.abs(value);
  const few = Number(value.toPrecision(4));
  const text = size >= 1e5 || (size && size < 1e-3) ? few.toExponential() : String(few);
  return text.replace("e+", "e").replaceAll("-", "−");
}

/**
 * Return a count of an axis: thousands as "k".
 * @param {number} count
 */
export function thousands(count) {
  return count >= 1000 ? `${short(count / 1000)}k` : short(count);
}

/**
 * Return a score to 1e-6, without zeros at its end.
 * @param {number} value
 */
export function scoreText(value) {
  return String(Number(value.toFixed(6)));
}

/**
 * Return a moment in the unit that time is counted in.
 * @param {Unit} unit
 * @param {number} time
 */
export function momentText(unit, time) {
  return unit.name === "percent" ? `${time} %` : `${unit.name} ${grouped(time)}`;
}

/**
 * Return what a run has at a moment: accuracy, error, and the temperature of a recalibrated run.
 * @param {Pick<Frame, "series">} frame
 * @param {string} error what the error is called.
 */
export function numbersOf({ series }, error, isRecalibrated = false) {
  const [accuracy, ece] = [series.accuracy[0], series.ece[0]];
  const texts = [];
  if (Number.isFinite(accuracy)) texts.push(`accuracy ${fixed(accuracy, 3)}`);
  if (Number.isFinite(ece)) texts.push(`${error} ${fixed(ece, 3)}`);
  if (isRecalibrated && Number.isFinite(series.temperature?.[0])) {
    texts.push(`T ${Number(series.temperature[0].toPrecision(3))}`);
  }
  return texts.join("\u2003");
}

/**
 * Return what is known of a bin. Of replicas counts are means, and everything else medians.
 * @param {Pick<Frame, "edges" | "counts" | "shares" | "confidences" | "presence">} frame
 * @param {number} bin
 * @param {boolean} isMedian
 * @returns {Fact[]}
 */
export function factsOf({ edges, counts, shares, confidences, presence }, bin, isMedian) {
  const isThere = presence[bin] > 0;
  const median = isMedian ? "median " : "";
  return [
    ["range", `${scoreText(edges[bin])} to ${scoreText(edges[bin + 1])}`],
    [isMedian ? "mean count" : "count", grouped(counts[bin])],
    [`${median}accuracy`, isThere ? fixed(shares[bin], 6) : NOTHING],
    [`${median}confidence`, isThere ? fixed(confidences[bin], 6) : NOTHING],
  ];
}
