import { clipped } from "./rounding.mjs";

/**
 * Call a function with the width of an element whenever that changes, and return what ends it.
 * @param {Element} element
 * @param {(width: number) => void} act
 */
export function watchWidth(element, act) {
  const observer = new ResizeObserver(([{ contentRect }]) => act(contentRect.width));
  observer.observe(element);
  return () => observer.disconnect();
}

/**
 * Call a function whenever an element comes into sight or leaves it, and return what ends it.
 * @param {Element} element
 * @param {(isVisible: boolean) => void} act
 */
export function watchSight(element, act) {
  const observer = new IntersectionObserver((entries) =>
    act(entries[entries.length - 1].isIntersecting),
  );
  observer.observe(element);
  return () => observer.disconnect();
}

/** Return the theme of JupyterLab or VS Code: their pages do not follow the system. */
function notebookTheme() {
  const { jpThemeLight, vscodeThemeKind } = document.body.dataset;
  if (jpThemeLight) return jpThemeLight === "true" ? "light" : "dark";
  return vscodeThemeKind && (vscodeThemeKind.includes("light") ? "light" : "dark");
}

/**
 * Keep the theme of an element that of the notebook around it, if there is one, and return what
 * ends it.
 * @param {Element} element
 */
export function followNotebook(element) {
  if (element.hasAttribute("theme") || !notebookTheme()) return () => {};
  const adopt = () => element.setAttribute("theme", notebookTheme() ?? "");
  const observer = new MutationObserver(adopt);
  observer.observe(document.body, { attributes: true });
  adopt();
  return () => {
    observer.disconnect();
    element.removeAttribute("theme");
  };
}

/**
 * Call a function with keys that are pressed on the page itself, and return what ends it.
 * @param {(event: KeyboardEvent) => void} act
 */
export function watchPageKeys(act) {
  /** @param {KeyboardEvent} event */
  const press = (event) => event.target === document.body && act(event);
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}

/**
 * Call a function with a share of an element's width whenever a pointer is pressed or drawn there.
 * @param {Element} element
 * @param {(position: number) => void} act
 */
export function watchDrag(element, act) {
  /** @param {PointerEvent} event */
  const seek = ({ clientX }) => {
    const { left, width } = element.getBoundingClientRect();
    act(clipped((clientX - left) / width, 0, 1));
  };
  /** @param {Event} event */
  const hear = (event) => {
    if (!(event instanceof PointerEvent)) return;
    if (event.type === "pointerdown" && !event.button) element.setPointerCapture(event.pointerId);
    if (element.hasPointerCapture(event.pointerId)) seek(event);
  };
  element.addEventListener("pointerdown", hear);
  element.addEventListener("pointermove", hear);
}
