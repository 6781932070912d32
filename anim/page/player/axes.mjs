import { svg } from "./elements.mjs";
import { round } from "./paths.mjs";
import { shortened, textWidth } from "./shortened.mjs";
/** @import { Box, ScoreName, Tick } from "./types.mjs" */

const ANCHORS = { left: "", center: " middle", right: " end" };

/** Axes: a place for marks, with numbers and names beside it. */
export class Axes {
  /**
   * @param {SVGElement} root
   * @param {Box} box in pixels.
   */
  constructor(root, { left, top, width, height }) {
    this.root = root;
    this.left = left;
    this.top = top;
    this.width = Math.max(width, 1);
    this.height = height;
    this.bottom = top + height;
  }

  /** Fill the background. */
  paved() {
    const { left, top, width, height } = this;
    this.root.append(svg("rect", { class: "panel", x: left, y: top, width, height }));
    return this;
  }

  /** @param {number} share of the width. */
  x(share) {
    return this.left + share * this.width;
  }

  /** @param {number} share of the height, upwards. */
  y(share) {
    return this.bottom - share * this.height;
  }

  /**
   * Return places in pixels.
   * @param {ArrayLike<number>} x
   * @param {ArrayLike<number>} y
   * @returns {[x: number[], y: number[]]}
   */
  placed(x, y) {
    const xs = Array.from(x, (place) => this.x(place));
    return [xs, Array.from(y, (place) => this.y(place))];
  }

  /** @param {string} kind */
  path(kind, d = "") {
    return this.root.appendChild(svg("path", { class: kind, d }));
  }

  /**
   * @param {string} kind
   * @param {number} x
   * @param {number} y
   * @param {string} text
   */
  text(kind, x, y, text, more = {}) {
    return this.root.appendChild(
      svg("text", { class: kind, x: round(x), y: round(y), ...more }, text),
    );
  }

  /**
   * Draw lines across at shares of the height, with numbers to the left.
   * @param {Tick[]} ticks
   */
  beside(ticks, hasText = true) {
    for (const [share, text] of ticks) {
      const y = round(this.y(share));
      this.path("grid", `M${this.left} ${y}h${this.width}`);
      if (hasText) this.text("number end", this.left - 7, y + 4, text);
    }
  }

  /**
   * Write numbers below.
   * @param {Tick[]} ticks
   */
  below(ticks) {
    for (const [share, text] of ticks) {
      this.text("number middle", this.x(share), this.bottom + 17, text);
    }
  }

  /**
   * Name parts of the x axis; the middle only where there is room for it.
   * @param {ScoreName[]} names
   */
  named(names) {
    const sides = names.filter(({ place }) => place !== 0.5);
    const widest = Math.max(0, ...sides.map(({ text }) => textWidth(text)));
    const hasRoom = widest + 90 < this.width / 2;
    const shown = sides.length && !hasRoom ? sides : names;
    const room = (this.width + 24) / Math.max(sides.length, 1) - 8;
    for (const { place, align, text } of shown) {
      const kind = `name${ANCHORS[align]}`;
      this.text(kind, this.x(place), this.bottom + 35, shortened(text, room));
    }
  }

  /**
   * Name the y axis.
   * @param {string} text
   * @param {number} room beyond its height.
   */
  nameBeside(text, room) {
    const [x, y] = [12, round(this.top + this.height / 2)];
    const turned = { transform: `rotate(-90 ${x} ${y})` };
    this.text("name middle", x, y, shortened(text, this.height + room), turned);
  }

  /**
   * Write what dots are beside them; without room for all of it, what the wrong ones are.
   * @param {string[]} lines what all of them are.
   * @param {string} wrong what the wrong ones are, or "".
   */
  namesOfDots(lines, wrong) {
    const last = wrong ? [["name wrong-name end", wrong]] : [];
    const hasRoom = (lines.length + last.length) * 15 <= this.height + 12;
    const written = [...(hasRoom ? lines.map((line) => ["name end", line]) : []), ...last];
    written.forEach(([kind, line], at) => {
      this.text(kind, this.left - 5, this.top + 9 + 15 * at, line);
    });
  }
}
