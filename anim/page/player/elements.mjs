const SVG = "http://www.w3.org/2000/svg";

/**
 * Return an element. Children that are texts stay texts, whatever they contain.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {(Node | string)[]} children
 */
export function html(tag, attributes = {}, ...children) {
  return withParts(document.createElement(tag), attributes, children);
}

/**
 * Return an element of SVG.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {(Node | string)[]} children
 */
export function svg(tag, attributes = {}, ...children) {
  return withParts(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * Return an SVG element of that size, hidden from screen readers: its content is announced elsewhere.
 * @param {number} width
 * @param {number} height
 */
export function drawing(width, height) {
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
}

/**
 * @template {Element} E
 * @param {E} element
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} children
 */
function withParts(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * Set an attribute unless it has that value: what stays the same costs nothing.
 * @param {Element} element
 * @param {string} name
 * @param {string} value
 */
export function put(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/**
 * Set the text of an element unless it is that text.
 * @param {Element} element
 * @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Return a field of colour, as legends show it.
 * @param {string} kind
 */
export function swatch(kind) {
  return html("i", { class: `swatch ${kind}` });
}

/**
 * Return how much larger an element appears than it is laid out: pages scale slides.
 * @param {HTMLElement} element
 */
export function scaleOf(element) {
  return element.getBoundingClientRect().width / element.offsetWidth || 1;
}
