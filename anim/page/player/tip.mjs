import { html, say, scaleOf } from "./elements.mjs";
/** @import { Fact } from "./types.mjs" */

const APART = 14;

/** The numbers of a bin, beside it. */
export class Tip {
  root = html("dl", { class: "tip", hidden: "" });

  hide() {
    this.root.hidden = true;
  }

  /**
   * @param {Fact[]} facts
   * @param {HTMLElement} field
   * @param {number} x of the bin, in pixels from the left of the field.
   */
  show(facts, field, x) {
    this.root.hidden = false;
    const texts = facts.flat();
    while (this.root.childElementCount < texts.length) this.root.append(html("dt"), html("dd"));
    texts.forEach((text, at) => say(this.root.children[at], text));
    this.#place(field, x);
  }

  /**
   * Move beside the bin, within the picture.
   * @param {HTMLElement} field
   * @param {number} x
   */
  #place(field, x) {
    const whole = this.root.offsetParent;
    if (!(whole instanceof HTMLElement)) return;
    const [box, around] = [field, whole].map((one) => one.getBoundingClientRect());
    const scale = scaleOf(whole);
    const middle = (box.left - around.left) / scale + x;
    const width = this.root.offsetWidth;
    const isFull = middle + APART + width > whole.offsetWidth;
    const left = isFull ? Math.max(middle - APART - width, 0) : middle + APART;
    const top = (box.top - around.top) / scale + APART;
    this.root.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}
