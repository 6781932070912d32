/** @import { Run, Scale, StripData } from "./types.mjs" */

/**
 * A line of a strip: a series of a run.
 * @typedef {object} StripLine
 * @property {number} rank of its run.
 * @property {string} key of its series.
 * @property {string} name
 */

/**
 * Return the lines of a strip: all series of a single run, or the first series of each run.
 * @param {{ runs: Pick<Run, "isRecalibrated" | "series">[] }} model
 * @param {Pick<StripData, "series" | "needsRecalibration">} strip
 * @returns {StripLine[]}
 */
export function linesOf({ runs }, { series, needsRecalibration }) {
  return runs.flatMap((run, rank) => {
    const isAble = run.isRecalibrated || !needsRecalibration;
    const there = series.filter(([key]) => isAble && run.series[key]);
    return (runs.length === 1 ? there : there.slice(0, 1)).map(([key, name]) => ({
      rank,
      key,
      name,
    }));
  });
}

/**
 * Limits of a y axis, the same as anim/scene/scales.py has, from the lowest value (Infinity if
 * there is none) and the highest one or 0.
 * @type {Record<Scale, (low: number, high: number) => [low: number, high: number]>}
 */
const LIMITS = {
  unit: (low) => [low < Infinity ? Math.max(0, Math.floor((low - 0.02) * 10) / 10) : 0, 1],
  "zero-based": (low, high) => {
    const bottom = Math.min(low, 0) * 1.08 || 0;
    return [bottom, high * 1.08 || (bottom ? 0 : 1)];
  },
  log2: (low, high) => [Math.min(low, 0.8) / 1.15, Math.max(high, 1.25) * 1.15],
};

/**
 * Return the limits of a strip's y axis.
 * @param {Scale} scale
 * @param {number[]} values of all its lines and their spreads; NaN where there is none.
 */
export function limitsOf(scale, values) {
  const there = values.filter(Number.isFinite);
  const low = there.reduce((a, b) => Math.min(a, b), Infinity);
  const high = there.reduce((a, b) => Math.max(a, b), 0);
  return LIMITS[scale](low, high);
}
