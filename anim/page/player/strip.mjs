import { Axes } from "./axes.mjs";
import { drawing, html, put, svg } from "./elements.mjs";
import { keyItems } from "./key.mjs";
import { hasNames, sidesOf, ticksFor } from "./layout.mjs";
import { areaBetween, dotAt, polyline, round } from "./paths.mjs";
import { shortened } from "./shortened.mjs";
import { countUpTo, linesCrossed, lineUntil, spreadApart } from "./strips.mjs";
/** @import { Frame, Model, StripLine, StripPanel } from "./types.mjs" */

/** A panel that shows scalars up to now, and faintly what is to come. */
export class Strip {
  /**
   * @param {Model} model
   * @param {StripPanel} panel
   * @param {{ width: number, isLow: boolean, isLast: boolean }} place
   */
  constructor(model, panel, { width, isLow, isLast }) {
    const { design, runs } = model;
    this.panel = panel;
    const height = isLow ? design.lowStrip : design.strip;
    const sides = sidesOf(design, width);
    const right = sides.right + (hasNames(model) ? sides.names : 0);
    const picture = drawing(width, height + (isLast ? design.footer : 4));
    const box = { left: sides.left, top: 2, width: width - sides.left - right, height: height - 4 };
    this.axes = new Axes(picture, box).paved();
    this.root = html("div", { class: "strip" }, this.head(design.stripAbove), picture);
    this.axes.beside(panel.values);
    if (isLast) this.axes.below(ticksFor(panel.ticks, box.width));
    if (panel.unity !== null) {
      this.axes.path("unity", `M${box.left} ${round(this.axes.y(panel.unity))}h${box.width}`);
    }
    this.gaps = panel.isFilled && ["under", "over"].map((kind) => this.axes.path(`gap ${kind}`));
    this.marks = panel.lines.map((line) => this.drawLine(line));
    this.now = this.axes.path("now", `M${box.left} ${box.top}v${box.height}`);
    if (hasNames(model)) this.nameLines(runs, design.nameApart, right);
  }

  /**
   * Return the name of the strip, or what its lines mean.
   * @param {number} height
   */
  head(height) {
    const { key, title } = this.panel;
    const isSaid = !title || key.some(({ text }) => text === title);
    const items = [...(isSaid ? [] : [html("li", {}, title)]), ...keyItems(key)];
    const root = key.length
      ? html("ul", { class: "key strip-head" }, ...items)
      : html("p", { class: "strip-head", title }, title);
    root.style.height = `${height}px`;
    return root;
  }

  /**
   * Draw a whole line faintly, and return what shows how far it has come.
   * @param {StripLine} line
   */
  drawLine(line) {
    const { mark, rank, x, y, spread } = line;
    const group = this.axes.root.appendChild(svg("g", { class: `run-${rank} ${mark}` }));
    const inside = new Axes(group, this.axes);
    const [xs, ys] = this.axes.placed(x, y);
    const area = spread && inside.path("around");
    inside.path("ghost", polyline(xs, ys));
    const isMarked = this.panel.hasMarks && mark === "solid";
    /** @param {number} count */
    const dots = (count) =>
      xs
        .slice(0, count)
        .map((place, at) => (Number.isFinite(ys[at]) ? dotAt(place, ys[at]) : ""))
        .join("");
    if (isMarked) inside.path("ghost marks", dots(xs.length));
    const path = inside.path("line");
    const marks = isMarked ? inside.path("line marks") : null;
    const head = mark === "solid" ? group.appendChild(svg("circle", { class: "head", r: 3 })) : null;
    return { line, area, path, marks, dots, head };
  }

  /**
   * Write the names of runs at the ends of their lines.
   * @param {{ name: string }[]} runs
   * @param {number} apart in pixels.
   * @param {number} room in pixels.
   */
  nameLines(runs, apart, room) {
    const { axes, panel } = this;
    const ends = panel.lines.map(({ y }) => Array.from(y).filter(Number.isFinite).at(-1) ?? 0);
    const places = spreadApart(ends, apart / axes.height);
    panel.lines.forEach(({ rank }, at) => {
      const { name } = runs[rank];
      const [x, y] = [axes.left + axes.width + 8, axes.y(places[at]) + 4];
      const text = axes.text(`run-${rank} run-name`, x, y, shortened(name, room - 12));
      text.append(svg("title", {}, name));
    });
  }

  /**
   * @param {Frame[]} frames
   * @param {number} position of the playhead.
   */
  update(frames, position) {
    for (const { line, area, path, marks, dots, head } of this.marks) {
      const at = frames[line.rank].position;
      const come = lineUntil(line.x, line.y, at);
      const [xs, ys] = this.axes.placed(come.x, come.y);
      put(path, "d", polyline(xs, ys));
      if (marks) put(marks, "d", dots(countUpTo(line.x, at)));
      const [x, y] = [xs.at(-1) ?? NaN, ys.at(-1) ?? NaN];
      const isThere = Number.isFinite(y);
      if (head) put(head, "transform", `translate(${isThere ? round(x) : -99} ${isThere ? round(y) : -99})`);
      if (area && line.spread) {
        const [low, high] = line.spread.map((end) => lineUntil(line.x, end, at));
        put(area, "d", areaBetween(...this.outlined(low.x, low.y, high.y)));
      }
    }
    if (this.gaps) this.drawGaps(this.gaps, frames);
    const x = round(this.axes.x(position) - this.axes.left);
    put(this.now, "transform", `translate(${x} 0)`);
  }

  /**
   * @param {SVGElement[]} paths of where the first line is higher, and of where it is lower.
   * @param {Frame[]} frames
   */
  drawGaps(paths, frames) {
    const [one, other] = this.panel.lines.map(({ rank, x, y }) =>
      lineUntil(x, y, frames[rank].position),
    );
    const { x, one: first, other: second } = linesCrossed(one.x, one.y, other.y);
    paths.forEach((path, side) => {
      const bound = first.map((height, at) => (side ? Math.min : Math.max)(height, second[at]));
      put(path, "d", areaBetween(...this.outlined(x, bound, second)));
    });
  }

  /**
   * @param {number[]} x
   * @param {number[]} one
   * @param {number[]} other
   * @returns {[number[], number[], number[]]}
   */
  outlined(x, one, other) {
    const [xs, ones] = this.axes.placed(x, one);
    return [xs, ones, this.axes.placed(x, other)[1]];
  }
}
