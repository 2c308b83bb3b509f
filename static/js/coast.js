// Coast lines from the vendored tiles: the coarse world for a wide view, 10° tiles for a near one. No outside server.
import { settings } from "./settings.js";

const TILE_DEG = 10;
const WIDE_DEG = 40;
const known = new Map();

function json(name) {
  if (!known.has(name)) {
    const url = `${settings.static}vendor/coast/${name}.json`;
    known.set(name, fetch(url).then((response) => (response.ok ? response.json() : [])));
  }
  return known.get(name);
}

function tileName(west, south) {
  return `${west < 0 ? "w" : "e"}${Math.abs(west)}${south < 0 ? "s" : "n"}${Math.abs(south)}`;
}

// `view` is {west, south, east, north} in degrees; the answer a list of [[lon, lat], …] lines.
export async function coastFor(view) {
  if (view.east - view.west > WIDE_DEG) return json("world");
  const there = new Set(await json("index"));
  const names = [];
  const first = (degrees) => Math.floor(degrees / TILE_DEG) * TILE_DEG;
  for (let west = first(view.west); west < view.east; west += TILE_DEG) {
    for (let south = first(view.south); south < view.north; south += TILE_DEG) {
      if (there.has(tileName(west, south))) names.push(tileName(west, south));
    }
  }
  return (await Promise.all(names.map(json))).flat();
}
