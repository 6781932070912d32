import { CalibrationPlayer } from "./calibration_player.mjs";

// A page may hold several snippets, each with this code.
if (!customElements.get("calibration-player")) {
  customElements.define("calibration-player", CalibrationPlayer);
}
