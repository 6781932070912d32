/** What panels draw with: elements, shapes, numbers and ticks. */

/** Pixels around the axes: left of the first of a row, right of all, left of the others. */
const MARGIN = { left: 54, right: 14, between: 16 };
const SVG = "http://www.w3.org/2000/svg";

/** An element; children that are texts stay texts, whatever is in them. */
function html(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Sets an attribute that is not so already: what stays the same costs nothing. */
function put(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const round = (value) => Math.round(value * 100) / 100;

function rectangle(left, top, right, bottom) {
  if (!(bottom - top > 1e-3)) return "";
  return `M${round(left)} ${round(top)}H${round(right)}V${round(bottom)}H${round(left)}z`;
}

/** A line through points, broken where there are none, and where its text ends after each. */
function growing(xs, ys) {
  let path = "";
  let isOpen = false;
  const ends = xs.map((x, at) => {
    const isThere = Number.isFinite(ys[at]);
    if (isThere) path += `${isOpen ? "L" : "M"}${round(x)} ${round(ys[at])}`;
    isOpen = isThere;
    return path.length;
  });
  return { path, ends };
}

function polyline(xs, ys) {
  return growing(xs, ys).path;
}

const THIN = "\u2009";

/** A number with thin spaces between its thousands. */
function grouped(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, THIN);
}

const NOTHING = "–";

function fixed(value, digits) {
  return Number.isFinite(value) ? value.toFixed(digits) : NOTHING;
}

/** A number of an axis, with as few digits as it takes. */
function short(value) {
  const size = Math.abs(value);
  const few = Number(value.toPrecision(4));
  const text = size >= 1e5 || (size && size < 1e-3) ? few.toExponential() : String(few);
  return text.replace("e+", "e").replaceAll("-", "−");
}

/** A score as it is read: to 1e-6, without zeros at its end. */
function scoreText(value) {
  return String(Number(value.toFixed(6)));
}

const LETTERS = "12px system-ui, sans-serif";
const ruler = document.createElement("canvas").getContext("2d");

/** A text that is no longer than so many pixels, cut at its end if it was. */
function shortened(text, width) {
  ruler.font = LETTERS;
  const fits = (some) => ruler.measureText(some).width <= width;
  if (fits(text)) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (fits(`${text.slice(0, middle)}…`)) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low).trimEnd()}…`;
}

/** About so many round numbers from low to high. */
function ticksOf(low, high, count, isWhole = false) {
  const rough = (high - low) / Math.max(count, 1) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const leads = isWhole && power < 10 ? [1, 2, 5, 10] : [1, 2, 2.5, 5, 10];
  const lead = leads.find((one) => one * power >= rough * (1 - 1e-9)) ?? 10;
  const step = isWhole ? Math.max(1, lead * power) : lead * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step);
}

/** Left and right sides of bars, [pixels], with a gap between them where there is room. */
function sidesOf(edges, left, width) {
  const typical = width / (edges.length - 1);
  const gap = typical < 4 ? 0 : Math.max(1, typical * 0.1);
  const sides = [];
  for (let bin = 0; bin + 1 < edges.length; bin++) {
    const start = left + edges[bin] * width + gap / 2;
    const least = start + Math.min(Math.max(typical / 2, 1), 3);
    const end = Math.max(left + edges[bin + 1] * width - gap / 2, least);
    const beyond = Math.max(end - (left + width), 0);
    sides.push([start - beyond, end - beyond]);
  }
  return sides;
}

/** The bin of a score; the last one is closed. */
function binAt(edges, score) {
  let bin = 0;
  while (bin + 2 < edges.length && score >= edges[bin + 1]) bin++;
  return bin;
}

/** Axes with a light grid: a place for marks, its numbers and its names. */
class Axes {
  constructor(root, { left, top, width, height }) {
    Object.assign(this, { left, top, width: Math.max(width, 1), height });
    this.bottom = top + height;
    this.root = root;
  }

  /** Fills what it stands on. */
  paved() {
    const { left, top, width, height } = this;
    this.root.append(svg("rect", { class: "panel", x: left, y: top, width, height }));
    return this;
  }

  x(share) {
    return this.left + share * this.width;
  }

  /** A share of the height, upwards. */
  y(share) {
    return this.bottom - share * this.height;
  }

  path(kind) {
    return this.root.appendChild(svg("path", { class: kind }));
  }

  text(kind, x, y, text, more = {}) {
    return this.root.appendChild(svg("text", { class: kind, x: round(x), y: round(y), ...more }, text));
  }

  /** Numbers at shares of the height, with lines across. */
  beside(numbers, { hasText = true } = {}) {
    for (const [share, text] of numbers) {
      this.line(this.left, this.y(share), this.left + this.width, this.y(share));
      if (hasText) this.text("number end", this.left - 7, this.y(share) + 4, text);
    }
  }

  /** Numbers at shares of the width, with lines upwards. */
  below(numbers, { hasText = true } = {}) {
    for (const [share, text] of numbers) {
      this.line(this.x(share), this.top, this.x(share), this.bottom);
      if (hasText) this.text("number middle", this.x(share), this.bottom + 18, text);
    }
  }

  line(x1, y1, x2, y2, kind = "grid") {
    const ends = { x1: round(x1), y1: round(y1), x2: round(x2), y2: round(y2) };
    return this.root.appendChild(svg("line", { class: kind, ...ends }));
  }

  /** What the y axis is, beside it. */
  nameBeside(text) {
    const [x, y] = [13, this.top + this.height / 2];
    const turned = { transform: `rotate(-90 ${x} ${round(y)})` };
    this.text("middle", x, y, shortened(text, this.height * 1.3), turned);
  }

  /** What the x axis is, at a height. */
  nameBelow(y, text) {
    const room = this.width + 2 * MARGIN.right;
    this.text("middle", this.left + this.width / 2, y, shortened(text, room));
  }
}
