/** @import { Model, StripData } from "./types.mjs" */

/**
 * A line of a strip: a series of a run.
 * @typedef {object} StripLine
 * @property {number} rank of its run.
 * @property {string} key of its series.
 * @property {string} name
 */

/**
 * Return the lines of a strip: all series of a single run, or the first series of each run.
 * @param {Pick<Model, "runs">} model
 * @param {StripData} strip
 * @returns {StripLine[]}
 */
export function linesOf({ runs }, { panel, series }) {
  return runs.flatMap((run, rank) => {
    const isAble = panel !== "temperature" || run.isRecalibrated;
    const there = series.filter(([key]) => isAble && run.series[key]);
    return (runs.length === 1 ? there : there.slice(0, 1)).map(([key, name]) => ({
      rank,
      key,
      name,
    }));
  });
}

/**
 * Return the limits of a strip's y axis, the same as anim/scene/strips.py has.
 * @param {string} panel
 * @param {number[]} values of all its lines and their spreads; NaN where there is none.
 * @returns {[low: number, high: number]}
 */
export function limitsOf(panel, values) {
  const there = values.filter(Number.isFinite);
  const low = there.reduce((a, b) => Math.min(a, b), Infinity);
  const high = there.reduce((a, b) => Math.max(a, b), 0);
  if (panel === "accuracy") {
    const lowest = there.length ? low : 0;
    return [Math.max(0, Math.floor((lowest - 0.02) * 10) / 10), 1];
  }
  if (panel === "temperature") return [Math.min(low, 0.8) / 1.15, Math.max(high, 1.25) * 1.15];
  const bottom = Math.min(low, 0) * 1.08 || 0;
  return [bottom, high * 1.08 || (bottom ? 0 : 1)];
}
