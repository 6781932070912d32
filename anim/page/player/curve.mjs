import { idealOf } from "./bars.mjs";
import { Matrix } from "./matrix.mjs";
import { clipped } from "./rounding.mjs";
/** @import { Bins, Frame } from "./types.mjs" */

// As anim/panels/curve.py.

/**
 * @typedef {object} CurveMarks
 * @property {number[]} x
 * @property {number[]} line heights of the ideal line.
 * @property {number[]} chance of what chance may make of it.
 * @property {number[]} top of the curve.
 * @property {number[]} presence 0 where there is no curve, below 1 where it comes or goes.
 * @property {[low: number[], high: number[]] | null} spread ends of the curves of several runs.
 */

/** The curve of a run. */
export class Curve {
  /**
   * @param {Bins} bins with a curve.
   * @param {{ low: number, isFolded: boolean }} view
   */
  constructor(bins, { low, isFolded }) {
    const { curve, band, spread } = bins;
    if (!curve) throw new Error("there is no curve");
    const places = curve.columns;
    const all = Array.from({ length: places }, (_, at) => at / (places - 1));
    const shown = all.map((_, at) => at).filter((at) => all[at] >= low - 1e-9);
    const scores = shown.map((at) => all[at]);
    this.x = scores.map((score) => (score - low) / (1 - low));
    this.line = scores.map((score) => idealOf(score, isFolded));
    const count = shown.length;
    this.known = new Matrix(curve.rows, count);
    this.inside = new Matrix(curve.rows, count);
    this.gaps = new Matrix(curve.rows, count);
    this.chances = new Matrix(curve.rows, 2 * count);
    this.spreads = spread ? new Matrix(curve.rows, 2 * count) : null;
    /** @type {[Matrix | null, Matrix | undefined, number][]} */
    const parts = [
      [this.gaps, curve, 1],
      [this.chances, band, 2],
      [this.spreads, spread, 2],
    ];
    for (let row = 0; row < curve.rows; row++) {
      const known = shown.map((at) => Number.isFinite(curve.at(row, at)));
      this.known.row(row).set(known.map(Number));
      this.inside.row(row).set(insideOf(known));
      for (const [to, from, ends] of parts) {
        if (!to || !from) continue;
        for (let end = 0; end < ends; end++) {
          const gaps = shown.map((at, place) => from.at(row, end * places + at) - this.line[place]);
          to.row(row).set(filledOf(gaps, known), end * count);
        }
      }
    }
  }

  /**
   * Return whether there is a curve anywhere in a snapshot.
   * @param {number} row
   */
  isDrawn(row) {
    return this.known.row(row).some(Boolean);
  }

  /**
   * Return where the curve is in a frame.
   * @param {Frame} frame
   * @returns {CurveMarks}
   */
  at(frame) {
    const { before, after, fraction } = frame;
    const { x, line } = this;
    const count = x.length;
    const { goes, comes } = loneOf(this.known.row(before), this.known.row(after));
    /** @param {Matrix} values */
    const moved = (values) => {
      const [start, end] = [values.row(before), values.row(after)];
      return values.mix(frame).map((value, at) => {
        if (goes[at % count]) return (1 - fraction) * start[at];
        return comes[at % count] ? fraction * end[at] : value;
      });
    };
    const [gaps, chances] = [moved(this.gaps), moved(this.chances)];
    const spreads = this.spreads && moved(this.spreads);
    return {
      x,
      line,
      chance: line.map((height, at) => {
        const [low, high] = [Math.min(chances[at], 0), Math.max(chances[count + at], 0)];
        return height + clipped(gaps[at], low, high);
      }),
      top: line.map((height, at) => height + gaps[at]),
      presence: Array.from(this.inside.mix(frame), (inside, at) => {
        if (goes[at]) return 1 - fraction;
        return comes[at] ? fraction : Number(inside > 0);
      }),
      spread: spreads
        ? [
            line.map((height, at) => height + spreads[at]),
            line.map((height, at) => height + spreads[count + at]),
          ]
        : null,
    };
  }
}

/**
 * Return how many places it is to the next end of a piece; negative between pieces.
 * @param {boolean[]} known
 */
function insideOf(known) {
  const count = known.length;
  /** @param {number} at */
  const isEnd = (at) => (known[at - 1] ?? false) !== (known[at] ?? false);
  const away = new Array(count).fill(0);
  let end = -2 * count;
  for (let at = 0; at < count; at++) {
    if (isEnd(at)) end = at - 0.5;
    away[at] = at - end;
  }
  end = 3 * count;
  for (let at = count - 1; at >= 0; at--) {
    if (isEnd(at + 1)) end = at + 0.5;
    away[at] = Math.min(away[at], end - at);
  }
  return away.map((value, at) => (known[at] ? value : -value));
}

/**
 * Return which places belong to pieces that go, and which to pieces that come.
 * @param {Float64Array} before whether there is a curve, 0 or 1.
 * @param {Float64Array} after
 */
function loneOf(before, after) {
  const [goes, comes] = [new Array(before.length), new Array(before.length)];
  for (let first = 0; first < before.length; first++) {
    let [last, isShared] = [first, false];
    for (; before[last] || after[last]; last++) isShared ||= before[last] + after[last] === 2;
    for (let at = first; at < last; at++) {
      goes[at] = !isShared && before[at] > 0;
      comes[at] = !isShared && after[at] > 0;
    }
    first = last;
  }
  return { goes, comes };
}

/**
 * Return values, those that are not known on lines between others, or as these.
 * @param {number[]} values
 * @param {boolean[]} known
 */
function filledOf(values, known) {
  const given = values.flatMap((value, at) => (known[at] && Number.isFinite(value) ? [at] : []));
  const found = new Array(values.length).fill(0);
  if (!given.length) return found;
  let next = 0;
  for (let at = 0; at < found.length; at++) {
    while (next < given.length - 1 && given[next] < at) next++;
    const [low, high] = [given[Math.max(next - 1, 0)], given[next]];
    const share = high > low ? clipped((at - low) / (high - low), 0, 1) : 0;
    found[at] = values[low] + share * (values[high] - values[low]);
  }
  return found;
}

/**
 * Return first and last place of each piece of at least two places where something is there.
 * @param {number[]} presence
 */
export function piecesOf(presence) {
  /** @type {[first: number, last: number][]} */
  const found = [];
  presence.forEach((there, at) => {
    if (!(there > 0)) return;
    if (at && presence[at - 1] > 0) found[found.length - 1][1] = at;
    else found.push([at, at]);
  });
  return found.filter(([first, last]) => last > first);
}
