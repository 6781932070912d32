/** @import { Colours, Themes } from "./types.mjs" */

/** Levels of presence of what comes and goes: each has a class. */
export const LEVELS = 8;

/**
 * Return the name of a role as a variable: `under_pale` is `--under-pale`.
 * @param {string} role
 */
const variableOf = (role) => `--${role.replaceAll("_", "-")}`;

/** @param {Colours} theme */
function variablesOf({ runs, scheme, ...colours }) {
  return [
    `color-scheme:${scheme};`,
    ...Object.entries(colours).map(([role, colour]) => `${variableOf(role)}:${colour};`),
    ...runs.map((colour, rank) => `--run-${rank}:${colour};`),
  ].join("");
}

/**
 * Return a style sheet with the colours of both themes, of runs and of levels.
 *
 * Every role of a theme is a variable (`--bar`, `--under-pale`); `.run-1` has the colour of the
 * second run in `--run`, `.level-3` the share of a colour in `--presence`.
 * @param {Themes} themes
 */
export function coloursOf({ light, dark }) {
  const ranks = light.runs.map((_, rank) => `.run-${rank}{--run:var(--run-${rank})}`);
  const levels = Array.from(
    { length: LEVELS },
    (_, level) => `.level-${level}{--presence:${Math.round((1e4 * level) / (LEVELS - 1)) / 100}%}`,
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
