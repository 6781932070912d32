import { momentAt } from "./clock.mjs";
import { Matrix } from "./matrix.mjs";
/** @import { Bins, Frame, Model, Moment, Run, View } from "./types.mjs" */

/**
 * Return what each run shows at a position in [0, 1].
 * @param {Model} model
 * @param {View} view
 * @param {number} position
 */
export function framesAt({ runs, tween }, view, position) {
  return runs.map((run, rank) =>
    frameOf(run, view.runs[rank], momentAt(run.places, position, tween)),
  );
}

/**
 * Return what a run shows at a moment. Between two snapshots it is what the pictures show, see
 * anim/timeline.
 * @param {Run} run
 * @param {Bins} bins
 * @param {Moment} moment
 * @returns {Frame}
 */
export function frameOf(run, bins, moment) {
  /** @param {Record<string, Matrix>} matrices */
  const scalars = (matrices) =>
    Object.fromEntries(Object.entries(matrices).map(([name, one]) => [name, one.mix(moment)]));
  /** @param {Matrix | undefined} matrix */
  const optional = (matrix) => matrix?.mixFilled(moment) ?? null;
  return {
    moment,
    edges: bins.edges instanceof Matrix ? bins.edges.mix(moment) : bins.edges,
    counts: bins.counts.mix(moment),
    hits: bins.hits.mix(moment),
    shares: bins.shares.mixFilled(moment),
    ideals: bins.ideals.mixFilled(moment),
    confidences: bins.confidences.mixFilled(moment),
    presence: bins.filled.mix(moment),
    band: optional(bins.band),
    intervals: optional(bins.intervals),
    curve: optional(bins.curve),
    series: scalars(run.series),
    spreads: scalars(run.spreads),
  };
}
