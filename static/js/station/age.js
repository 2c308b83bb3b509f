// How long ago something was tapped, without trusting the phone's clock: within one page by the clock that never
// jumps; across reloads by the wall clock, whose error cancels out while nobody sets it.
import { newKey } from "./keys.js";

const PAGE = newKey();
const OLDEST_S = 7 * 24 * 3600 - 60; // the server takes a week

export function stamp() {
  return { page: PAGE, mono: performance.now(), wall: Date.now() };
}

export function ageOf({ page, mono, wall }) {
  const ms = page === PAGE ? performance.now() - mono : Date.now() - wall;
  return Math.min(OLDEST_S, Math.max(0, ms / 1000));
}
