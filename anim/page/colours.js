/** Colours of the reader's liking. */

/** What JupyterLab or VS Code is set to; their pages do not follow the system. */
function themeOfNotebook() {
  const { jpThemeLight, vscodeThemeKind } = document.body.dataset;
  if (jpThemeLight) return jpThemeLight === "true" ? "light" : "dark";
  return vscodeThemeKind && (vscodeThemeKind.includes("light") ? "light" : "dark");
}

/** The colours of both themes, of runs and of strengths, as a style sheet. */
function coloursOf({ light, dark }) {
  const lines = ({ runs, scheme, ...colours }) =>
    [
      `color-scheme:${scheme};`,
      ...Object.entries(colours).map(([name, colour]) => `--${name}:${colour};`),
      ...runs.map(([one, gap], rank) => `--accuracy-${rank}:${one};--under-${rank}:${gap};`),
    ].join("");
  const ranks = light.runs.map(
    (_, rank) => `.run-${rank}{--accuracy:var(--accuracy-${rank});--under:var(--under-${rank})}`,
  );
  const levels = Array.from(
    { length: LEVELS },
    (_, level) => `.level-${level}{--strength:${round((100 * level) / (LEVELS - 1))}%}`,
  );
  return `.player{${lines(light)}}
    @media screen{:host([theme="dark"]) .player{${lines(dark)}}}
    @media screen and (prefers-color-scheme:dark){
    :host(:not([theme="light"])) .player{${lines(dark)}}}
    ${ranks.join("")}${levels.join("")}`;
}
