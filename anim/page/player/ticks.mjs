import { grouped } from "./formatting.mjs";
/** @import { Clock } from "./clock.mjs" */
/** @import { Tick, Unit } from "./types.mjs" */

/**
 * Return round numbers from low to high, about that many.
 * @param {number} low
 * @param {number} high
 * @param {number} count
 */
export function ticksOf(low, high, count, isWhole = false) {
  const rough = (high - low) / Math.max(count, 1) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const leads = isWhole && power < 10 ? [1, 2, 5, 10] : [1, 2, 2.5, 5, 10];
  const lead = leads.find((one) => one * power >= rough * (1 - 1e-9)) ?? 10;
  const step = isWhole ? Math.max(1, lead * power) : lead * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step);
}

/**
 * Return powers of two from low to high, at most about that many.
 * @param {number} low
 * @param {number} high
 * @param {number} most
 */
export function binaryTicks(low, high, most) {
  const [first, last] = [Math.log2(low), Math.log2(high)];
  const apart = Math.max(1, Math.ceil((last - first) / most));
  return ticksOf(first / apart, last / apart, 99, true).map((power) => 2 ** (power * apart));
}

/**
 * Return about four round numbers that stand apart on a square-root axis from 0.
 * @param {number} most
 */
export function rootTicks(most) {
  if (most < 20) return [0, Math.floor(most)];
  const power = 10 ** Math.floor(Math.log10(most));
  const top = power * (power * 5 <= most ? 5 : power * 2 <= most ? 2 : 1);
  return [0, top / 20, top / 4, top];
}

/**
 * Return ticks of a time axis, in units, that do not run into each other.
 * @param {Clock} clock
 * @param {Unit} unit
 * @param {number} width in pixels.
 */
export function timeTicks(clock, unit, width) {
  const [first, last] = [clock.first / unit.steps, clock.last / unit.steps];
  const apart = 44 / width;
  let values = ticksOf(first, last, Math.min(6, width / 70), true);
  /** @param {number[]} list */
  const placed = (list) => list.map((value) => ({ place: clock.place(value * unit.steps), value }));
  const isTight = placed(values).some(
    ({ place }, at, all) => at && place - all[at - 1].place < apart,
  );
  if (isTight) {
    const powers = Math.ceil(Math.log10(Math.max(last - first, 1))) + 1;
    values = [first, ...Array.from({ length: powers }, (_, power) => first + 10 ** power), last];
  }
  /** @type {Tick[]} */
  const kept = [];
  for (const { place, value } of placed(values).sort((one, other) => other.place - one.place)) {
    const isInside = place >= -1e-9 && place <= 1 + 1e-9;
    const isApart = !kept.length || kept[kept.length - 1][0] - place >= apart;
    if (isInside && isApart) kept.push([place, grouped(value)]);
  }
  return kept;
}
