// Offers the browser's time zones to inputs [data-zones].
export function offerZones() {
  const list = document.createElement("datalist");
  list.id = "time-zones";
  for (const zone of Intl.supportedValuesOf("timeZone")) list.append(new Option(zone, zone));
  document.body.append(list);
  for (const input of document.querySelectorAll("[data-zones]")) input.setAttribute("list", list.id);
}
