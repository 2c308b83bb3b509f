// Copies what pages need from node_modules to static/vendor, with .gz and .br twins for WhiteNoise.
//
//   tabler/tabler.min.css, htmx/htmx.min.js, echarts/echarts.min.js
//   fonts/*.ttf         Latin and Chinese letters for PDFs
//   icons.json          {name: inner SVG} of Tabler's outline icons, read by the {% icon %} tag
//   coast/<tile>.json   coast lines as [[lon, lat], …] polylines: world.json (coarse) and one file for each
//                       10° tile with a coast in it (e120n20.json reaches from 120° E, 20° N), 0.001° precise;
//                       index.json lists the tiles

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { mesh } from "topojson-client";

const ROOT = dirname(fileURLToPath(import.meta.url));
const MODULES = join(ROOT, "node_modules");
const TARGET = join(ROOT, "static", "vendor");
const TILE_DEG = 10;
const LEAST_STEP_DEG = 0.015; // some 1.5 km, three pixels of the nearest view
const BROTLI_QUALITY = 9; // the best level takes ten seconds more for a few kilobytes less

function read(path) {
  return readFileSync(join(MODULES, path), "utf8");
}

function write(path, text) {
  const target = join(TARGET, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  writeFileSync(target + ".gz", gzipSync(text, { level: 9 }));
  writeFileSync(target + ".br", brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }));
}

// A source map we do not ship would stop Django's manifest storage.
function withoutSourceMap(text) {
  return text.replace(/\/[/*]# sourceMappingURL=.*?(\*\/|$)/gm, "");
}

function icons() {
  const nodes = JSON.parse(read("@tabler/icons/tabler-nodes-outline.json"));
  const inner = ([tag, attributes]) =>
    `<${tag} ${Object.entries(attributes)
      .map(([name, value]) => `${name}="${value}"`)
      .join(" ")}/>`;
  return Object.fromEntries(Object.entries(nodes).map(([name, parts]) => [name, parts.map(inner).join("")]));
}

function coastLines(file) {
  const world = JSON.parse(read(`world-atlas/${file}`));
  return mesh(world, world.objects.land).coordinates;
}

function rounded(lines, digits) {
  const factor = 10 ** digits;
  return lines
    .map((line) => line.map((point) => point.map((degrees) => Math.round(degrees * factor) / factor)))
    .map((line) => line.filter(([lon, lat], i) => i === 0 || lon !== line[i - 1][0] || lat !== line[i - 1][1]))
    .filter((line) => line.length > 1);
}

function thinned(lines) {
  return lines.map((line) => {
    const kept = [line[0]];
    for (const point of line.slice(1, -1)) {
      const [lon, lat] = kept.at(-1);
      if (Math.hypot(point[0] - lon, point[1] - lat) >= LEAST_STEP_DEG) kept.push(point);
    }
    return [...kept, line.at(-1)];
  });
}

function tileOf([lon, lat]) {
  const west = Math.floor(lon / TILE_DEG) * TILE_DEG;
  const south = Math.floor(lat / TILE_DEG) * TILE_DEG;
  return `${west < 0 ? "w" : "e"}${Math.abs(west)}${south < 0 ? "s" : "n"}${Math.abs(south)}`;
}

// Each line is cut where it leaves a tile; the point across the edge is kept so that no gap shows.
function tiles(lines) {
  const byTile = new Map();
  const keep = (tile, piece) => byTile.set(tile, [...(byTile.get(tile) ?? []), piece]);
  for (const line of lines) {
    let piece = [line[0]];
    for (const point of line.slice(1)) {
      const tile = tileOf(piece.at(-1));
      piece.push(point);
      if (tileOf(point) !== tile) {
        keep(tile, piece);
        piece = [point];
      }
    }
    if (piece.length > 1) keep(tileOf(piece[0]), piece);
  }
  return byTile;
}

rmSync(TARGET, { recursive: true, force: true });
write("tabler/tabler.min.css", withoutSourceMap(read("@tabler/core/dist/css/tabler.min.css")));
write("htmx/htmx.min.js", withoutSourceMap(read("htmx.org/dist/htmx.min.js")));
write("echarts/echarts.min.js", withoutSourceMap(read("echarts/dist/echarts.min.js")));
mkdirSync(join(TARGET, "fonts"), { recursive: true });
for (const weight of ["400Regular", "700Bold"]) {
  const name = `NotoSansSC_${weight}.ttf`;
  copyFileSync(join(MODULES, "@expo-google-fonts/noto-sans-sc", weight, name), join(TARGET, "fonts", name));
}
write("icons.json", JSON.stringify(icons()));
write("coast/world.json", JSON.stringify(rounded(coastLines("land-110m.json"), 1)));
const nearby = tiles(rounded(thinned(coastLines("land-10m.json")), 3));
write("coast/index.json", JSON.stringify([...nearby.keys()]));
for (const [tile, lines] of nearby) write(`coast/${tile}.json`, JSON.stringify(lines));
