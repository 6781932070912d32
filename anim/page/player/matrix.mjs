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

  /** @param {number} row */
  row(row) {
    return this.values.subarray(row * this.columns, (row + 1) * this.columns);
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
   * Return what lies between two rows.
   * @param {{ before: number, after: number, fraction: number }} frame
   */
  mix({ before, after, fraction }) {
    const start = this.row(before);
    if (before === after) return start;
    const end = this.row(after);
    return start.map((value, column) => value + fraction * (end[column] - value));
  }
}
