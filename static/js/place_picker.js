// A site's place: type a city and take it from the list, or tap the map. Both fill the form's latitude and longitude.
import { chartOf, loadECharts } from "./charts.js";
import { coastFor } from "./coast.js";
import { mapOption, mapWindow } from "./flow_map.js";
import { palette } from "./palette.js";

const WAIT_MS = 150;
const START = { lat: 31, lon: 116 };
const NEAR_DEG = 1.2; // once a place is known, the map shows this far around it
const FAR_DEG = 22;

class PlacePicker {
  constructor(form) {
    this.form = form;
    this.canvas = form.querySelector("[data-place-canvas]");
    this.find = form.querySelector("[data-place-map]").dataset.find;
    this.words = form.querySelector("[data-place-text]");
    this.city = this.input("city");
    this.list = this.suggestions();
    this.options = [];
    this.city.addEventListener("input", () => this.typed());
    this.city.addEventListener("keydown", (event) => this.pressed(event));
    this.city.addEventListener("blur", () => setTimeout(() => this.show([]), WAIT_MS));
    document.addEventListener("theme", () => this.draw());
    this.draw();
  }

  // The form, or the fieldset of one place among several, whose inputs begin with its prefix.
  input(name) {
    return this.form.elements[`${this.form.dataset.placePicker}${name}`];
  }

  get place() {
    const [lat, lon] = [this.input("lat"), this.input("lon")];
    return lat.value && lon.value ? { lat: Number(lat.value), lon: Number(lon.value) } : null;
  }

  suggestions() {
    const frame = document.createElement("div");
    frame.className = "m-suggest";
    this.city.before(frame);
    const list = document.createElement("ul");
    list.className = "m-suggest__list";
    list.id = `${this.city.id}_list`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", this.city.labels[0].textContent);
    frame.append(this.city, list);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off" })) {
      this.city.setAttribute(name, value);
    }
    return list;
  }

  typed() {
    clearTimeout(this.timer);
    this.put(null);
    this.timer = setTimeout(async () => {
      const asked = this.city.value.trim();
      const places = asked ? await this.ask({ q: asked }) : [];
      if (asked === this.city.value.trim()) this.show(places);
    }, WAIT_MS);
  }

  async ask(parameters) {
    const response = await fetch(`${this.find}?${new URLSearchParams(parameters)}`);
    return response.ok ? (await response.json()).places : [];
  }

  show(places) {
    this.options = places;
    this.list.replaceChildren(...places.map((place, index) => this.option(place, index)));
    this.city.setAttribute("aria-expanded", String(places.length > 0));
    this.select(places.length ? 0 : -1);
  }

  option(place, index) {
    const item = document.createElement("li");
    item.id = `${this.list.id}_${index}`;
    item.setAttribute("role", "option");
    for (const words of [place.name, place.region]) {
      const part = document.createElement("span");
      part.textContent = words;
      item.append(part);
    }
    item.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.take(place);
    });
    return item;
  }

  select(index) {
    this.chosen = index;
    [...this.list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === index)));
    this.city.setAttribute("aria-activedescendant", index < 0 ? "" : this.list.children[index].id);
  }

  pressed(event) {
    const count = this.options.length;
    if (!count) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.select((this.chosen + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
    } else if (event.key === "Enter" || event.key === "Tab") {
      if (event.key === "Enter") event.preventDefault();
      this.take(this.options[this.chosen]);
    } else if (event.key === "Escape") {
      this.show([]);
    }
  }

  take(place) {
    this.city.value = place.name;
    this.put(place);
    this.show([]);
  }

  put(place) {
    this.input("lat").value = place ? place.lat.toFixed(5) : "";
    this.input("lon").value = place ? place.lon.toFixed(5) : "";
    this.label = place?.region ? `${place.name}, ${place.region}` : "";
    this.draw();
  }

  async tapped(point) {
    const [lon, lat] = this.chart.convertFromPixel({ gridIndex: 0 }, [point.offsetX, point.offsetY]);
    if (Math.abs(lat) > 90 || Math.abs(lon) > 180) return;
    const [near] = await this.ask({ lat, lon });
    if (near && !this.city.value.trim()) this.city.value = near.name;
    this.put({ lat, lon, name: this.city.value, region: near?.region });
  }

  async draw() {
    const echarts = await loadECharts();
    if (!this.chart) {
      this.chart = chartOf(echarts, this.canvas);
      this.chart.getZr().on("click", (point) => this.tapped(point));
    }
    const place = this.place;
    const reach = place ? NEAR_DEG : FAR_DEG;
    const { lat, lon } = place ?? START;
    const corners = [[lon, lat - reach / 2], [lon, lat + reach / 2]];
    const view = mapWindow(corners, this.canvas.clientWidth, this.canvas.clientHeight);
    const points = place ? [[lon, lat, 1, 0, this.label || this.city.value]] : [];
    const option = mapOption({ groups: [""], points, flows: [] }, palette(), view, await coastFor(view));
    this.chart.setOption(option, { notMerge: true });
    this.words.textContent = place ? [this.label, `${lat.toFixed(3)}°, ${lon.toFixed(3)}°`].filter(Boolean).join(" · ") : this.words.dataset.none;
  }
}

export function startPlacePickers() {
  for (const form of document.querySelectorAll("[data-place-picker]")) new PlacePicker(form);
  document.addEventListener("muster:row-added", (event) => {
    if (event.target.matches("[data-place-picker]")) new PlacePicker(event.target);
  });
}
