// Business time in the browser: what the server said when the page came, run on at its speed.
import { settings } from "./settings.js";

let base = { businessMs: Date.parse(settings.businessNow), speed: settings.clockSpeed, at: performance.now() };

export function businessNowMs() {
  return base.businessMs + (performance.now() - base.at) * base.speed;
}

export function speed() {
  return base.speed;
}

// Asks the server again: its clock may have been set, and this computer's timer sleeps with its lid.
export async function readClock() {
  const response = await fetch("/clock", { headers: { Accept: "application/json" } });
  if (!response.ok) return;
  const { now, speed } = await response.json();
  base = { businessMs: Date.parse(now), speed, at: performance.now() };
}

