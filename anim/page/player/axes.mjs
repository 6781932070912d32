import { svg } from "./elements.mjs";
import { round } from "./paths.mjs";
import { shortened } from "./shortened.mjs";
/** @import { Box, Tick } from "./types.mjs" */

/** Pixels around axes: left of the first in a row, left of the others, and right of each. */
export const MARGIN = { left: 54, right: 14, between: 16 };

/** Axes with a light grid: a place for marks, with numbers and names beside it. */
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

  /** @param {string} kind */
  path(kind) {
    return this.root.appendChild(svg("path", { class: kind }));
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
      this.line(this.left, this.y(share), this.left + this.width, this.y(share));
      if (hasText) this.text("number end", this.left - 7, this.y(share) + 4, text);
    }
  }

  /**
   * Draw lines upwards at shares of the width, with numbers below.
   * @param {Tick[]} ticks
   */
  below(ticks, hasText = true) {
    for (const [share, text] of ticks) {
      this.line(this.x(share), this.top, this.x(share), this.bottom);
      if (hasText) this.text("number middle", this.x(share), this.bottom + 18, text);
    }
  }

  /**
   * @param {number} x1
   * @param {number} y1
   * @param {number} x2
   * @param {number} y2
   */
  line(x1, y1, x2, y2, kind = "grid") {
    const ends = { x1: round(x1), y1: round(y1), x2: round(x2), y2: round(y2) };
    return this.root.appendChild(svg("line", { class: kind, ...ends }));
  }

  /**
   * Name the y axis.
   * @param {string} text
   */
  nameBeside(text) {
    const [x, y] = [13, this.top + this.height / 2];
    const turned = { transform: `rotate(-90 ${x} ${round(y)})` };
    this.text("middle", x, y, shortened(text, this.height * 1.3), turned);
  }

  /**
   * Name the x axis.
   * @param {number} y
   * @param {string} text
   */
  nameBelow(y, text) {
    const room = this.width + 2 * MARGIN.right;
    this.text("middle", this.left + this.width / 2, y, shortened(text, room));
  }
}
