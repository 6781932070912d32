import { round } from "./paths.mjs";
import { LEVELS } from "./strength.mjs";
/** @import { Colours, Themes } from "./types.mjs" */

/** @param {Colours} theme */
function variablesOf({ runs, scheme, ...colours }) {
  return [
    `color-scheme:${scheme};`,
    ...Object.entries(colours).map(([name, colour]) => `--${name}:${colour};`),
    ...runs.map(([one, gap], rank) => `--accuracy-${rank}:${one};--under-${rank}:${gap};`),
  ].join("");
}

/**
 * Return a style sheet with the colours of both themes, of runs and of strengths.
 * @param {Themes} themes
 */
export function coloursOf({ light, dark }) {
  const ranks = light.runs.map(
    (_, rank) => `.run-${rank}{--accuracy:var(--accuracy-${rank});--under:var(--under-${rank})}`,
  );
  const levels = Array.from(
    { length: LEVELS },
    (_, level) => `.level-${level}{--strength:${round((100 * level) / (LEVELS - 1))}%}`,
  );
  return [
    `.player{${variablesOf(light)}}`,
    `@media screen{:host([theme="dark"]) .player{${variablesOf(dark)}}}`,
    "@media screen and (prefers-color-scheme:dark){",
    `:host(:not([theme="light"])) .player{${variablesOf(dark)}}}`,
    ...ranks,
    ...levels,
  ].join("");
}

/**
 * Return a style sheet for a page that holds nothing but the player.
 * @param {Themes} themes
 * @param {string | null} theme the one that is asked for.
 */
export function pageColoursOf({ light, dark }, theme) {
  /** @param {Colours} colours */
  const background = ({ page }) => `:root{background:${page}}`;
  const [first, other] =
    theme === "dark" ? [dark, dark] : [light, theme === "light" ? light : dark];
  return `${background(first)}@media (prefers-color-scheme:dark){${background(other)}}main{max-width:60rem;margin:0 auto}`;
}
