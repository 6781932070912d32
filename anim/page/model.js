/** From the data of a page to frames: the arrays, the clock, and what lies between two snapshots. */

/** Of the data, as anim/page/data.py has it. */
const VERSION = 1;

/** Bytes of a base64 text that zlib has compressed. */
async function inflate(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Rows of numbers, one row a snapshot. */
class Matrix {
  constructor(rows, columns, values = new Float64Array(rows * columns)) {
    Object.assign(this, { rows, columns, values });
  }

  at(row, column) {
    return this.values[row * this.columns + column];
  }

  map(give) {
    const found = new Matrix(this.rows, this.columns);
    found.values.forEach((_, at) => (found.values[at] = give(at)));
    return found;
  }

  /** The rows of both, one below the other. */
  with(other) {
    const values = new Float64Array(this.values.length + other.values.length);
    values.set(this.values);
    values.set(other.values, this.values.length);
    return new Matrix(this.rows + other.rows, this.columns, values);
  }

  /** A row, or what lies a fraction of the way to the next. */
  mix({ index, fraction }) {
    const next = fraction ? index + 1 : index;
    return Float64Array.from({ length: this.columns }, (_, column) => {
      const before = this.at(index, column);
      return before + fraction * (this.at(next, column) - before);
    });
  }

  /** The same, where a value that one of the two rows lacks is that of the other. */
  mixFilled({ index, fraction }) {
    const next = fraction ? index + 1 : index;
    return Float64Array.from({ length: this.columns }, (_, column) => {
      const [one, other] = [this.at(index, column), this.at(next, column)];
      const before = Number.isNaN(one) ? other : one;
      return before + fraction * ((Number.isNaN(other) ? before : other) - before);
    });
  }
}

/**
 * Arrays out of the bytes that anim/page/pack.py has made.
 * @param specs [name, [rows, ...], per]: a number is a whole one, divided by `per`.
 */
function unpack(bytes, specs) {
  let place = 0;
  const next = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[place++];
      value += (byte & 127) * scale;
      if (byte < 128) return value % 2 ? -(value + 1) / 2 : value / 2;
    }
  };
  const found = {};
  for (const [name, [rows, ...rest], per] of specs) {
    const matrix = new Matrix(rows, rest.reduce((product, side) => product * side, 1));
    for (let column = 0; column < matrix.columns; column++) {
      let whole = 0;
      for (let row = 0; row < rows; row++) {
        whole += next();
        matrix.values[row * matrix.columns + column] = whole ? (whole - 1) / per : NaN;
      }
    }
    found[name] = matrix;
  }
  return found;
}

/** A run in one view, with what follows from its bins. */
function binsOf(bins, arrays, view) {
  const { counts, hits } = arrays;
  const found = { ...bins, ...arrays };
  found.filled ??= counts.map((at) => (counts.values[at] > 0 ? 1 : 0));
  found.shares ??= counts.map((at) => hits.values[at] / counts.values[at]);
  const confidences = arrays.confidences.values;
  found.ideals ??= arrays.confidences.map((at) =>
    view === "score" ? Math.max(confidences[at], 1 - confidences[at]) : confidences[at],
  );
  return found;
}

/** Lists of numbers and nulls, by name, as matrices of so many rows. */
function scalarsOf(lists, rows) {
  const entries = Object.entries(lists).map(([name, list]) => {
    const values = Float64Array.from(list, (value) => value ?? NaN);
    return [name, new Matrix(rows, list.length / rows, values)];
  });
  return Object.fromEntries(entries);
}

/** The data of a page, unpacked. */
async function load(data) {
  if (data.version !== VERSION) throw new Error(`data of version ${data.version}, not ${VERSION}`);
  const arrays = unpack(await inflate(data.packed), data.arrays);
  const pick = (prefix) =>
    Object.fromEntries(
      Object.entries(arrays)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, matrix]) => [name.slice(prefix.length), matrix]),
    );
  const runs = data.runs.map((run) => ({
    ...run,
    series: scalarsOf(run.series, run.steps.length),
    spreads: scalarsOf(run.spreads, run.steps.length),
  }));
  const views = data.views.map((view, number) => ({
    ...view,
    runs: view.runs.map((bins, rank) => binsOf(bins, pick(`${number}/${rank}/`), view.view)),
  }));
  return { ...data, runs, views };
}

/** More snapshots of the same run. */
function extended(model, more) {
  const join = (one, other) =>
    Object.fromEntries(
      Object.entries(one).map(([name, value]) => [
        name,
        value instanceof Matrix && other[name] ? value.with(other[name]) : value,
      ]),
    );
  return {
    ...model,
    alt: more.alt,
    axis: [model.axis[0], more.axis[1]],
    runs: model.runs.map((run, rank) => ({
      ...run,
      steps: [...run.steps, ...more.runs[rank].steps],
      axis: [run.axis[0], more.runs[rank].axis[1]],
      series: join(run.series, more.runs[rank].series),
      spreads: join(run.spreads, more.runs[rank].spreads),
    })),
    views: model.views.map((view, number) => ({
      ...view,
      runs: view.runs.map((bins, rank) => join(bins, more.views[number].runs[rank])),
    })),
  };
}

/** Steps to positions in [0, 1] and back. */
class Clock {
  constructor([first, last], pace) {
    this.first = first;
    this.last = last;
    this.isLog = pace === "log";
    this.span = this.paced(last);
  }

  paced(step) {
    return this.isLog ? Math.log1p(step - this.first) : step - this.first;
  }

  place(step) {
    return this.span ? this.paced(step) / this.span : 1;
  }

  stepAt(position) {
    const since = position * this.span;
    return this.first + (this.isLog ? Math.expm1(since) : since);
  }
}

/** Positions that differ by less are one: seconds and steps do not divide without a rest. */
const SAME = 1e-9;

/** Where a position lies between snapshots; before the first and after the last it stands still. */
function momentAt(places, position, tween) {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle] <= position + SAME) low = middle + 1;
    else high = middle;
  }
  const index = Math.min(Math.max(low - 1, 0), places.length - 1);
  const isStill = !tween || index === places.length - 1 || position <= places[index] + SAME;
  if (isStill) return { index, fraction: 0, position: places[index] };
  const fraction = (position - places[index]) / (places[index + 1] - places[index]);
  return { index, fraction, position };
}

/** What a run shows at a moment, as anim/timeline.py says it. */
function frameOf(run, bins, moment) {
  const scalars = (matrices) =>
    Object.fromEntries(Object.entries(matrices).map(([name, one]) => [name, one.mix(moment)]));
  const optional = (matrix) => (matrix ? matrix.mixFilled(moment) : null);
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
