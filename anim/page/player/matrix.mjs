/** @import { Moment } from "./types.mjs" */

/** Rows of numbers, one row per snapshot; NaN stands for a value that is missing. */
export class Matrix {
  /**
   * @param {number} rows
   * @param {number} columns
   * @param {Float64Array} values [rows * columns], row by row.
   */
  constructor(rows, columns, values = new Float64Array(rows * columns)) {
    this.rows = rows;
    this.columns = columns;
    this.values = values;
  }

  /**
   * @param {number} row
   * @param {number} column
   */
  at(row, column) {
    return this.values[row * this.columns + column];
  }

  /** @param {(value: number, at: number) => number} give */
  map(give) {
    return new Matrix(this.rows, this.columns, this.values.map(give));
  }

  /**
   * Return the rows of both, this one's first.
   * @param {Matrix} other
   */
  with(other) {
    const values = new Float64Array(this.values.length + other.values.length);
    values.set(this.values);
    values.set(other.values, this.values.length);
    return new Matrix(this.rows + other.rows, this.columns, values);
  }

  /**
   * Return a row, or what lies between it and the next; NaN where one of the two is.
   * @param {Pick<Moment, "index" | "fraction">} moment
   */
  mix({ index, fraction }) {
    const next = fraction ? index + 1 : index;
    return Float64Array.from({ length: this.columns }, (_, column) => {
      const before = this.at(index, column);
      return before + fraction * (this.at(next, column) - before);
    });
  }

  /**
   * Return the same, but where one of the two rows has no value, that of the other.
   * @param {Pick<Moment, "index" | "fraction">} moment
   */
  mixFilled({ index, fraction }) {
    const next = fraction ? index + 1 : index;
    return Float64Array.from({ length: this.columns }, (_, column) => {
      const [one, other] = [this.at(index, column), this.at(next, column)];
      const before = Number.isNaN(one) ? other : one;
      return before + fraction * ((Number.isNaN(other) ? before : other) - before);
    });
  }
}
