import { idealOf } from "./bins.mjs";
import { Clock } from "./clock.mjs";
import { Matrix } from "./matrix.mjs";
import { inflate, unpack } from "./packing.mjs";
/** @import { Bins, BinsData, Model, PageData, UntimedModel } from "./types.mjs" */

/** Version of the data that anim/page/payload.py writes. */
const VERSION = 2;

/**
 * Return the data of a page, unpacked.
 * @param {PageData} data
 */
export async function load(data) {
  if (data.version !== VERSION) throw new Error(`data of version ${data.version}, not ${VERSION}`);
  const arrays = unpack(await inflate(data.packed), data.arrays);
  const runs = data.runs.map((run) => ({
    ...run,
    series: scalarsOf(run.series, run.steps.length),
    spreads: scalarsOf(run.spreads, run.steps.length),
  }));
  const views = data.views.map((view, number) => ({
    ...view,
    runs: view.runs.map((bins, rank) =>
      binsOf(bins, within(arrays, `${number}/${rank}/`), view.isFolded),
    ),
  }));
  return timed({ ...data, runs, views });
}

/**
 * Return a model with later snapshots of the same runs.
 * @param {Model} model
 * @param {Model} more
 */
export function extended(model, more) {
  return timed({
    ...model,
    alt: more.alt,
    axis: [model.axis[0], more.axis[1]],
    runs: model.runs.map((run, rank) => ({
      ...run,
      steps: [...run.steps, ...more.runs[rank].steps],
      axis: [run.axis[0], more.runs[rank].axis[1]],
      series: joined(run.series, more.runs[rank].series),
      spreads: joined(run.spreads, more.runs[rank].spreads),
    })),
    views: model.views.map((view, number) => ({
      ...view,
      runs: view.runs.map((bins, rank) => joined(bins, more.views[number].runs[rank])),
    })),
  });
}

/**
 * Return the arrays whose names begin with a prefix, named without it.
 * @param {Record<string, Matrix>} arrays
 * @param {string} prefix
 */
function within(arrays, prefix) {
  const found = Object.entries(arrays).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, matrix]) => [name.slice(prefix.length), matrix]));
}

/**
 * Return a run in one view, with what follows from its bins.
 * @param {BinsData} bins
 * @param {Record<string, Matrix>} arrays
 * @param {boolean} isFolded
 * @returns {Bins}
 */
function binsOf(bins, arrays, isFolded) {
  const { counts, hits, confidences } = arrays;
  return {
    edges: Float64Array.from(bins.edges ?? []),
    counts,
    hits,
    confidences,
    filled: counts.map((count) => (count > 0 ? 1 : 0)),
    shares: counts.map((count, at) => hits.values[at] / count),
    ideals: confidences.map((mean) => idealOf(mean, isFolded)),
    ...arrays,
  };
}

/**
 * Return lists of numbers and nulls, by name, as matrices of that many rows.
 * @param {Record<string, (number | null)[]>} lists
 * @param {number} rows
 */
function scalarsOf(lists, rows) {
  return Object.fromEntries(
    Object.entries(lists).map(([name, list]) => {
      const values = Float64Array.from(list, (value) => value ?? NaN);
      return [name, new Matrix(rows, list.length / rows, values)];
    }),
  );
}

/**
 * Return an object whose matrices have the rows of both.
 * @template {object} T
 * @param {T} one
 * @param {T} other
 * @returns {T}
 */
function joined(one, other) {
  const more = new Map(Object.entries(other));
  const entries = Object.entries(one).map(([name, value]) => {
    const next = more.get(name);
    return [name, value instanceof Matrix && next instanceof Matrix ? value.with(next) : value];
  });
  return /** @type {T} */ (Object.fromEntries(entries));
}

/**
 * Add the clocks of a model and of its runs, and the positions of their snapshots.
 * @param {UntimedModel} model
 * @returns {Model}
 */
function timed(model) {
  const runs = model.runs.map((run) => {
    const clock = new Clock(run.axis, model.pace);
    return { ...run, clock, places: run.steps.map((step) => clock.place(step)) };
  });
  const places = [...new Set(runs.flatMap((run) => run.places))].sort((one, other) => one - other);
  return { ...model, runs, clock: new Clock(model.axis, model.pace), places };
}
