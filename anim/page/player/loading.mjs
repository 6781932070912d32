import { idealOf } from "./bars.mjs";
import { Matrix } from "./matrix.mjs";
import { inflate, unpack } from "./packing.mjs";
/** @import { Bins, BinsData, Model, PageData, StripData, StripPanel } from "./types.mjs" */

/** Version of the data that anim/page/payload.py writes. */
const VERSION = 3;

/**
 * Return the data of a page, unpacked.
 * @param {PageData} data
 * @returns {Promise<Model>}
 */
export async function load(data) {
  if (data.version !== VERSION) throw new Error(`data of version ${data.version}, not ${VERSION}`);
  const { arrays: specs, packed, ...others } = data;
  const arrays = unpack(await inflate(packed), specs);
  const views = data.views.map((view, number) => ({
    ...view,
    runs: view.runs.map((bins, rank) =>
      binsOf(bins, within(arrays, `views/${number}/${rank}/`), view.isFolded),
    ),
  }));
  const strips = data.strips.map((strip, number) =>
    stripOf(strip, within(arrays, `strips/${number}/`)),
  );
  return { ...others, strips, views };
}

/**
 * Return a model with later snapshots of the same runs.
 * @param {Model} model
 * @param {Model} more the whole, but for the bins of snapshots that are in `model`.
 * @returns {Model}
 */
export function extended(model, more) {
  const views = more.views.map((view, number) => ({
    ...view,
    runs: view.runs.map((bins, rank) => joined(model.views[number].runs[rank], bins)),
  }));
  return { ...more, views };
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
  const { counts, hits, confidences, dots } = arrays;
  return {
    edges: Float64Array.from(bins.edges ?? []),
    counts,
    hits,
    examples: arrays.effective ?? counts,
    confidences,
    dots,
    filled: counts.map((count) => (count > 0 ? 1 : 0)),
    shares: counts.map((count, at) => hits.values[at] / count),
    ideals: confidences.map((mean) => idealOf(mean, isFolded)),
    ...arrays,
  };
}

/**
 * @param {StripData} strip
 * @param {Record<string, Matrix>} arrays
 * @returns {StripPanel}
 */
function stripOf(strip, arrays) {
  const lines = strip.lines.map((line, number) => {
    const ends = arrays[`${number}/spread`];
    /** @param {number} column */
    const end = (column) => Float64Array.from(line.x, (_, row) => ends.at(row, column));
    /** @type {[Float64Array, Float64Array] | null} */
    const spread = ends ? [end(0), end(1)] : null;
    return { ...line, y: arrays[`${number}/y`].values, spread };
  });
  return { ...strip, lines };
}

/**
 * Return an object whose matrices have the rows of both.
 * @param {Bins} one
 * @param {Bins} other
 * @returns {Bins}
 */
function joined(one, other) {
  const more = new Map(Object.entries(other));
  const entries = Object.entries(one).map(([name, value]) => {
    const next = more.get(name);
    return [name, value instanceof Matrix && next instanceof Matrix ? value.with(next) : value];
  });
  return Object.fromEntries(entries);
}
