// As Python writes numbers: a number between two of as many digits goes to the even one.

const THIN = "\u2009";

/**
 * Return a number with that many digits after its point.
 * @param {number} value at least 0.
 * @param {number} digits
 */
export function fixed(value, digits) {
  const text = value.toFixed(digits);
  // What lies in the middle is an odd multiple of this.
  const isBetween = (value * 2 ** (digits + 1)) % 2 === 1;
  if (!isBetween || Number(text.at(-1)) % 2 === 0) return text;
  return (Number(text) - 10 ** -digits).toFixed(digits);
}

/**
 * Return the whole number next to a number.
 * @param {number} value
 */
export function halfEven(value) {
  return Number(fixed(value, 0));
}

/**
 * Return a whole number with thin spaces between groups of three digits.
 * @param {number} value
 */
export function grouped(value) {
  return fixed(value, 0).replace(/\B(?=(\d{3})+$)/g, THIN);
}

/**
 * Return a number that is not below one limit and not above another.
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export function clipped(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
