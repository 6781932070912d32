import { Axes, MARGIN } from "./axes.mjs";
import { drawing, put, svg } from "./elements.mjs";
import { short } from "./formatting.mjs";
import { growing, outline, round } from "./paths.mjs";
import { limitsOf, linesOf } from "./strip_lines.mjs";
import { binaryTicks, ticksOf, timeTicks } from "./ticks.mjs";
/** @import { StripLine } from "./strip_lines.mjs" */
/** @import { Frame, LegendEntry, Model, StripData } from "./types.mjs" */

/** Pixels below the axes of the last strip, which has numbers and a name, and of the others. */
const BELOW_STRIP = { last: 38, other: 10 };

/** A panel that shows scalars up to now, one line per run. */
export class Strip {
  /**
   * @param {Model} model
   * @param {StripData} data
   * @param {{ width: number, height: number, isLast: boolean }} place
   */
  constructor(model, data, { width, height, isLast }) {
    this.model = model;
    this.isLog = data.scale === "log2";
    this.lines = linesOf(model, data);
    const values = this.lines.flatMap(({ rank, key }) => {
      const { series, spreads } = model.runs[rank];
      return [...series[key].values, ...(spreads[key]?.values ?? [])];
    });
    this.limits = limitsOf(data.scale, values);
    const tall = height + (isLast ? BELOW_STRIP.last : BELOW_STRIP.other);
    this.root = drawing(width, tall);
    const inner = width - MARGIN.left - MARGIN.right;
    this.axes = new Axes(this.root, { left: MARGIN.left, top: 6, width: inner, height }).paved();
    const ticks = (this.isLog ? binaryTicks : ticksOf)(
      ...this.limits,
      Math.max(2, Math.floor(height / 22)),
    );
    this.axes.beside(ticks.map((value) => [this.share(value), short(value)]));
    this.axes.below(timeTicks(model.clock, model.unit, inner), isLast);
    this.axes.nameBeside(data.title);
    if (isLast) this.axes.nameBelow(tall - 2, model.unit.name);
    const { left, top, bottom } = this.axes;
    if (this.isLog) this.axes.line(left, this.y(1), left + this.axes.width, this.y(1), "one");
    this.marks = this.lines.map((line) => this.drawLine(line));
    this.now = this.axes.line(left, top, left, bottom, "now");
  }

  /**
   * The legend, where there are two lines of one run.
   * @returns {LegendEntry[]}
   */
  get legend() {
    const isNeeded = this.model.runs.length === 1 && this.lines.length > 1;
    return isNeeded ? this.lines.map(({ name }, at) => [at ? "muted" : "accuracy", name]) : [];
  }

  /** @param {number} value */
  share(value) {
    const scaled = this.isLog ? Math.log : /** @param {number} one */ (one) => one;
    const [low, high] = this.limits.map(scaled);
    return (scaled(value) - low) / (high - low);
  }

  /** @param {number} value */
  y(value) {
    return this.axes.y(this.share(value));
  }

  /**
   * Return a place in pixels, and the ends of a spread there.
   * @param {number} x
   * @param {number} low
   * @param {number} high
   */
  around(x, low, high) {
    return { x, low: this.y(low), high: this.y(high) };
  }

  /**
   * Draw a whole line faintly, and return what shows how far it has come.
   * @param {StripLine} line
   */
  drawLine(line) {
    const { rank, key } = line;
    const run = this.model.runs[rank];
    const isFirst = line === this.lines[0] || this.model.runs.length > 1;
    const kind = isFirst ? "" : " second";
    const xs = run.places.map((place) => this.axes.x(place));
    const whole = growing(
      xs,
      Array.from(run.series[key].values, (value) => this.y(value)),
    );
    const group = this.root.appendChild(svg("g", { class: `run-${rank}` }));
    const inside = new Axes(group, this.axes);
    const spread = run.spreads[key];
    const area = spread && inside.path("area");
    const around = spread && xs.map((x, at) => this.around(x, spread.at(at, 0), spread.at(at, 1)));
    inside.path(`ahead${kind}`).setAttribute("d", whole.path);
    const path = inside.path(`line${kind}`);
    const dot = isFirst && group.appendChild(svg("circle", { class: "dot", r: 4.5 }));
    return { rank, key, whole, area, around, path, dot };
  }

  /**
   * @param {Frame[]} frames
   * @param {number} position
   */
  update(frames, position) {
    for (const { rank, key, whole, area, around, path, dot } of this.marks) {
      const { moment, series, spreads } = frames[rank];
      const x = this.axes.x(moment.position);
      const y = this.y(series[key][0]);
      const isThere = Number.isFinite(y);
      const before = whole.path.slice(0, whole.ends[moment.index]);
      put(path, "d", isThere && before ? `${before}L${round(x)} ${round(y)}` : before);
      if (dot) put(dot, "transform", `translate(${round(x)} ${isThere ? round(y) : -99})`);
      if (area) {
        const until = around.slice(0, moment.index + 1);
        put(area, "d", outline([...until, this.around(x, spreads[key][0], spreads[key][1])]));
      }
    }
    const x = round(this.axes.x(position));
    put(this.now, "transform", `translate(${round(x - this.axes.left)} 0)`);
  }
}
