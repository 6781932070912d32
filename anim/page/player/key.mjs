import { html, swatch } from "./elements.mjs";
/** @import { KeyEntry } from "./types.mjs" */

/**
 * Return what marks mean, in the colour of each of them.
 * @param {KeyEntry[]} entries
 */
export function keyItems(entries) {
  return entries.map(({ mark, text }) =>
    html("li", { class: `key-${mark}`, title: text }, swatch(mark), text),
  );
}
