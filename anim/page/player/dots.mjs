import { clipped } from "./rounding.mjs";
/** @import { Bins } from "./types.mjs" */

// As anim/panels/dots.py.

/** What a cell of the grid holds. */
const NONE = 0;
const RIGHT = 1;
const WRONG = 2;

/** The dots of a run, in cells of a grid that hangs below an axis. */
export class Dots {
  /** @type {Map<number, Uint8Array>} */
  #known = new Map();

  /**
   * @param {Bins} bins
   * @param {number} low the lowest score.
   * @param {number} columns
   * @param {number} rows
   */
  constructor({ dots, wrong }, low, columns, rows) {
    this.scores = dots;
    this.wrong = wrong;
    this.low = low;
    this.columns = columns;
    this.rows = rows;
  }

  /**
   * Return what each cell holds in a snapshot, column by column.
   * @param {number} row
   */
  cells(row) {
    const known = this.#known.get(row);
    if (known) return known;
    const wrong = this.wrong?.row(row);
    const places = this.scores.row(row).map((score) => (score - this.low) / (1 - this.low));
    const found = settled(places, wrong, this.columns, this.rows);
    this.#known.set(row, found);
    return found;
  }

  /**
   * Return cells with a right and with a wrong dot: those that hold it before and after, those
   * that hold it before only, and those that hold it after only.
   * @param {number} before row of a snapshot.
   * @param {number} after
   */
  fading(before, after) {
    const [start, end] = [this.cells(before), this.cells(after)];
    return [RIGHT, WRONG].map((kind) => {
      /** @type {[stays: number[], goes: number[], comes: number[]]} */
      const found = [[], [], []];
      start.forEach((held, cell) => {
        const [was, is] = [held === kind, end[cell] === kind];
        if (was || is) found[was && is ? 0 : was ? 1 : 2].push(cell);
      });
      return found;
    });
  }
}

/**
 * Return what each cell of the grid holds, column by column.
 *
 * A dot hangs in the column of its place or, if that is full, in the nearest one that is not; the
 * wrong ones of a column hang on top.
 * @param {Float64Array} places [D] in [0, 1]; NaN for none.
 * @param {Float64Array | undefined} wrong [D]
 * @param {number} columns
 * @param {number} rows
 */
function settled(places, wrong, columns, rows) {
  const counts = Array.from({ length: columns }, () => [0, 0]);
  places.forEach((place, at) => {
    if (Number.isNaN(place)) return;
    const wanted = clipped(Math.floor(place * columns), 0, columns - 1);
    const column = freeColumn(counts, wanted, rows);
    if (column >= 0) counts[column][wrong?.[at] ? 1 : 0]++;
  });
  const cells = new Uint8Array(columns * rows);
  counts.forEach(([rights, wrongs], column) => {
    for (let row = 0; row < rows; row++) {
      const held = row < wrongs ? WRONG : row < rights + wrongs ? RIGHT : NONE;
      cells[column * rows + row] = held;
    }
  });
  return cells;
}

/**
 * Return the column nearest to another one that has room, the left one of two; -1 if none has.
 * @param {number[][]} counts
 * @param {number} column
 * @param {number} rows
 */
function freeColumn(counts, column, rows) {
  for (let distance = 0; distance < counts.length; distance++) {
    for (const other of [column - distance, column + distance]) {
      if (other < 0 || other >= counts.length) continue;
      if (counts[other][0] + counts[other][1] < rows) return other;
    }
  }
  return -1;
}
