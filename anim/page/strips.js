/** The panels that show time: scalars up to now, a line a run. */

class Strip {
  constructor(model, { panel, title, series }, width, height, isLast) {
    this.panel = panel;
    this.model = model;
    const isAlone = model.runs.length === 1;
    this.lines = model.runs.flatMap((run, rank) => {
      const isThere = ([key]) => run.series[key] && (panel !== "temperature" || run.isCured);
      const there = series.filter(isThere);
      return (isAlone ? there : there.slice(0, 1)).map(([key, name]) => ({ rank, series: key, name }));
    });
    const tall = height + (isLast ? 38 : 10);
    this.root = svg("svg", { width, height: tall, viewBox: `0 0 ${width} ${tall}`, "aria-hidden": "true" });
    const inner = width - MARGIN.left - MARGIN.right;
    this.axes = new Axes(this.root, { left: MARGIN.left, top: 6, width: inner, height }).paved();
    this.scale();
    const most = Math.max(2, Math.floor(height / 22));
    this.axes.beside(this.numbers(most).map((value) => [this.share(value), short(value)]));
    this.axes.below(timeTicks(model, inner), { hasText: isLast });
    this.axes.nameBeside(title);
    if (isLast) {
      this.axes.nameBelow(tall - 2, model.unit.name);
    }
    this.draw(isAlone);
  }

  /** What the colours mean, where there are two lines of one run. */
  get key() {
    const isOne = this.model.runs.length === 1 && this.lines.length > 1;
    return isOne ? this.lines.map(({ name }, at) => [at ? "muted" : "accuracy", name]) : [];
  }

  /** The limits of the y axis: as anim/scene/strips.py has them. */
  scale() {
    const values = this.lines.flatMap(({ rank, series }) => {
      const run = this.model.runs[rank];
      return [...run.series[series].values, ...(run.spreads[series]?.values ?? [])];
    });
    const there = values.filter(Number.isFinite);
    const [low, high] = [there.reduce((a, b) => Math.min(a, b), Infinity), there.reduce(maximum, 0)];
    this.isLog = this.panel === "temperature";
    if (this.panel === "accuracy") {
      const lowest = there.length ? low : 0;
      [this.low, this.high] = [Math.max(0, Math.floor((lowest - 0.02) * 10) / 10), 1];
    } else if (this.isLog) {
      [this.low, this.high] = [Math.min(low, 0.8) / 1.15, Math.max(high, 1.25) * 1.15];
    } else {
      this.low = Math.min(low, 0) * 1.08 || 0;
      this.high = high * 1.08 || (this.low ? 0 : 1);
    }
  }

  share(value) {
    const scaled = this.isLog ? Math.log : (one) => one;
    return (scaled(value) - scaled(this.low)) / (scaled(this.high) - scaled(this.low));
  }

  numbers(most) {
    if (!this.isLog) return ticksOf(this.low, this.high, most);
    const [low, high] = [Math.log2(this.low), Math.log2(this.high)];
    const apart = Math.max(1, Math.ceil((high - low) / most));
    return ticksOf(low / apart, high / apart, 99, true).map((power) => 2 ** (power * apart));
  }

  draw(isAlone) {
    if (this.isLog) {
      const y = this.axes.y(this.share(1));
      this.axes.line(this.axes.left, y, this.axes.left + this.axes.width, y, "one");
    }
    const group = (rank) => this.root.appendChild(svg("g", { class: `run-${rank}` }));
    for (const line of this.lines) {
      const { rank, series } = line;
      const run = this.model.runs[rank];
      const isFirst = line === this.lines[0] || !isAlone;
      const places = run.steps.map((step) => this.axes.x(run.clock.place(step)));
      const ys = Array.from(run.series[series].values, (value) => this.axes.y(this.share(value)));
      const inside = new Axes(group(rank), this.axes);
      line.area = run.spreads[series] && inside.path("area");
      const { path, ends } = growing(places, ys);
      inside.path(isFirst ? "ahead" : "ahead second").setAttribute("d", path);
      line.path = inside.path(isFirst ? "line" : "line second");
      line.dot = isFirst && inside.root.appendChild(svg("circle", { class: "dot", r: 4.5 }));
      Object.assign(line, { whole: path, ends });
    }
    const { left, top, bottom } = this.axes;
    this.now = this.axes.line(left, top, left, bottom, "now");
  }

  update(frames, position) {
    for (const { rank, series, path, dot, area, whole, ends } of this.lines) {
      const { moment, series: now, spreads } = frames[rank];
      const x = this.axes.x(moment.position);
      const y = this.axes.y(this.share(now[series][0]));
      const before = whole.slice(0, ends[moment.index]);
      put(path, "d", Number.isFinite(y) && before ? `${before}L${round(x)} ${round(y)}` : before);
      if (dot) {
        const isThere = Number.isFinite(y);
        put(dot, "transform", `translate(${round(x)} ${isThere ? round(y) : -99})`);
      }
      if (area) put(area, "d", this.around(rank, series, moment, x, spreads[series]));
    }
    const x = round(this.axes.x(position));
    put(this.now, "transform", `translate(${round(x - this.axes.left)} 0)`);
  }

  /** The outline of a spread up to now, broken where there is none. */
  around(rank, series, moment, x, now) {
    const run = this.model.runs[rank];
    const spread = run.spreads[series];
    const points = run.steps.slice(0, moment.index + 1).map((step, at) => ({
      x: this.axes.x(run.clock.place(step)),
      low: spread.at(at, 0),
      high: spread.at(at, 1),
    }));
    points.push({ x, low: now[0], high: now[1] });
    const pieces = [[]];
    for (const point of points) {
      if (Number.isFinite(point.low)) pieces.at(-1).push(point);
      else pieces.push([]);
    }
    const y = (value) => this.axes.y(this.share(value));
    const outline = (piece) => {
      const back = [...piece].reverse();
      const xs = [...piece, ...back].map((point) => point.x);
      const ys = [...piece.map((point) => y(point.low)), ...back.map((point) => y(point.high))];
      return `${polyline(xs, ys)}z`;
    };
    return pieces.filter((piece) => piece.length).map(outline).join("");
  }
}

/** Places in [0, 1] and texts of round numbers of epochs or steps. */
function timeTicks(model, width) {
  const { clock, unit } = model;
  const [first, last] = [clock.first / unit.steps, clock.last / unit.steps];
  const least = 44 / width;
  let values = ticksOf(first, last, Math.min(6, width / 70), true);
  const placed = (list) => list.map((value) => [clock.place(value * unit.steps), value]);
  const isTight = placed(values).some(([place], at, all) => at && place - all[at - 1][0] < least);
  if (isTight) {
    const powers = Math.ceil(Math.log10(Math.max(last - first, 1))) + 1;
    values = [first, ...Array.from({ length: powers }, (_, power) => first + 10 ** power), last];
  }
  const kept = [];
  for (const tick of placed(values).sort((one, other) => other[0] - one[0])) {
    const isInside = tick[0] >= -1e-9 && tick[0] <= 1 + 1e-9;
    if (isInside && (!kept.length || kept.at(-1)[0] - tick[0] >= least)) kept.push(tick);
  }
  return kept.map(([place, value]) => [place, grouped(value)]);
}
