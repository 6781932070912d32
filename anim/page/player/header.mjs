import { html, put, say } from "./elements.mjs";
import { withNumbers } from "./facts.mjs";
import { keyItems } from "./key.mjs";
/** @import { Model, Template, View } from "./types.mjs" */

/** Sizes of the title's letters, until it takes two lines. */
const SIZES = [1.3, 1.15, 1];
const LINES = 2;

/**
 * Return the numbers of the sentence on a run in a snapshot.
 * @param {View} view
 * @param {number} rank
 * @param {number} row
 */
export function numbersOf({ numbers }, rank, row) {
  const { texts, rows } = numbers[rank];
  return rows[row].map((at) => texts[at]);
}

/** A sentence whose numbers change. */
export class Sentence {
  /** @type {[at: number, element: HTMLElement][]} */
  #numbers = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
  }

  /** @param {Template} template */
  set template(template) {
    this.#numbers = [];
    const parts = template.map((part) => {
      if (typeof part === "string") return part;
      const number = html("b");
      this.#numbers.push([part, number]);
      return number;
    });
    this.root.replaceChildren(...parts);
  }

  /** @param {string[]} numbers */
  update(numbers) {
    for (const [at, element] of this.#numbers) say(element, numbers[at]);
  }
}

/** What stands above the charts: title, clock, caption, the sentence and the key. */
export class Header {
  title = html("p", { class: "title", role: "heading", "aria-level": "2", dir: "auto" });
  #now = html("p", { class: "now" });
  #sentence = new Sentence(html("span"));
  #verdict = html("span");
  #says = html("p", { class: "says", dir: "auto" }, this.#sentence.root, " ", this.#verdict);
  caption = html("p", { class: "caption", dir: "auto" });
  key = html("ul", { class: "key", "aria-label": "Key" });
  root = html(
    "div",
    { class: "header" },
    html("div", { class: "row" }, this.title, this.#now),
    this.#says,
    this.key,
  );

  /**
   * @param {Model} model
   * @param {View} view
   * @param {boolean} isNarrow
   */
  layOut({ title, caption, clock, runs, classes }, view, isNarrow) {
    say(this.title, title);
    this.title.title = title;
    this.title.hidden = !title;
    say(this.caption, caption);
    this.#now.style.minWidth = `${Math.max(...clock.texts.map(({ length }) => length))}ch`;
    this.#says.hidden = runs.length > 1 && !classes.length;
    const sentence = isNarrow ? view.words.short : view.words.sentence;
    this.#sentence.template = classes.length ? classes.slice(0, 1) : sentence;
    say(this.#verdict, view.verdict?.forms.at(isNarrow ? -1 : 0) ?? "");
    put(this.#verdict, "class", `verdict key-${view.verdict?.mark ?? ""}`);
    this.key.replaceChildren(...keyItems(view.key));
    this.fit();
  }

  /** Let the letters of a long title shrink until it takes two lines. */
  fit() {
    for (const size of SIZES) {
      this.title.style.fontSize = `${size}em`;
      const line = parseFloat(getComputedStyle(this.title).lineHeight);
      if (this.title.scrollHeight < (LINES + 0.5) * line) return;
    }
  }

  /**
   * @param {string} now
   * @param {View} view
   * @param {number} row of the only run.
   */
  update(now, view, row) {
    say(this.#now, now);
    this.#sentence.update(numbersOf(view, 0, row));
    // It keeps its place, so that nothing below it moves.
    this.#verdict.classList.toggle("later", row !== view.verdict?.row);
  }

  /**
   * Return what is said of a run in a snapshot, in a sentence.
   * @param {View} view
   * @param {number} rank
   * @param {number} row
   */
  static said(view, rank, row) {
    return withNumbers(view.words.sentence, numbersOf(view, rank, row));
  }
}
