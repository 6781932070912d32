import { html, put, say, svg } from "./elements.mjs";
/** @import { View } from "./types.mjs" */

const SPEEDS = [0.25, 0.5, 1, 2, 4];
const PLAY = "M3 1.5v13l11-6.5z";
const PAUSE = "M3 2h4v12H3zM9 2h4v12H9z";

/** @param {number} rate */
const speedOption = (rate) => html("option", { value: rate }, `${rate}×`);

/** The row of controls: a button to play, speed, view, and what there is to say. */
export class Controls {
  #icon = svg("path", { d: PLAY });
  #button = html(
    "button",
    { class: "play", type: "button", "aria-label": "Play" },
    svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, this.#icon),
  );
  #speed = html("select", {}, ...SPEEDS.map(speedOption));
  #speedLabel = html("label", {}, "Speed", this.#speed);
  #view = html("select");
  #viewLabel = html("label", {}, "View", this.#view);
  #status = html("output", { class: "status" });
  root = html(
    "div",
    { class: "controls" },
    this.#button,
    this.#speedLabel,
    this.#viewLabel,
    this.#status,
  );

  /** @param {{ toggle(): void, setRate(rate: number): void, setView(at: number): void }} actions */
  constructor({ toggle, setRate, setView }) {
    this.rate = 1;
    this.#button.addEventListener("click", toggle);
    this.#speed.addEventListener("change", () => setRate(Number(this.#speed.value)));
    this.#view.addEventListener("change", () => setView(Number(this.#view.value)));
  }

  /** @param {boolean} isPlaying */
  set isPlaying(isPlaying) {
    put(this.#button, "aria-label", isPlaying ? "Pause" : "Play");
    put(this.#icon, "d", isPlaying ? PAUSE : PLAY);
  }

  /** @param {number} rate */
  set rate(rate) {
    if (!SPEEDS.includes(rate)) this.#speed.append(speedOption(rate));
    this.#speed.value = String(rate);
  }

  /** @param {boolean} hasTime whether there is more than one snapshot. */
  set hasTime(hasTime) {
    this.#button.hidden = this.#speedLabel.hidden = !hasTime;
  }

  /** @param {View[]} views */
  set views(views) {
    const options = views.map(({ name }, at) => html("option", { value: at, dir: "auto" }, name));
    this.#view.replaceChildren(...options);
    this.#viewLabel.hidden = views.length < 2;
  }

  /** @param {number} at */
  set view(at) {
    this.#view.value = String(at);
  }

  /** @param {string} text */
  set status(text) {
    say(this.#status, text);
  }
}
