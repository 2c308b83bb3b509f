// Boxes by scan: a form [data-scan] takes a code from a scanner that types and presses Enter, from a keyboard, or from
// the camera where the browser can read codes. [data-scan-clear] makes it ready for the next box after each answer.
import { newKey } from "./station/keys.js";

const AGAIN_MS = 3_000; // the same code before the camera is the same box
const LOOK_MS = 200;
const FAST_MS = 35; // a scanner types a character faster than a person

function clear(form) {
  for (const name of ["code", "damaged", "missing", "reason"]) if (form.elements[name]) form.elements[name].value = "";
  if (form.elements.key) form.elements.key.value = newKey();
  if (form.elements.how) form.elements.how.value = "typed";
  form.querySelector("details")?.removeAttribute("open");
  form.querySelector("[data-scan-code]").focus();
}

// Most characters came fast: a busy phone holds up some of what a scanner types.
function tellScannerFromHand(form, input) {
  let last = 0;
  let fast = 0;
  let slow = 0;
  input.addEventListener("keydown", (event) => {
    if (event.timeStamp - last < FAST_MS) fast += 1;
    else slow += 1;
    last = event.timeStamp;
    if (event.key !== "Enter") return;
    if (form.elements.how) form.elements.how.value = fast > 8 && fast > 2 * slow ? "scan" : "typed";
    fast = slow = 0;
  });
}

async function look(form, video, detector) {
  let seen = { code: "", at: 0 };
  while (!video.hidden && form.isConnected) {
    const [found] = await detector.detect(video).catch(() => []);
    if (found && (found.rawValue !== seen.code || performance.now() - seen.at > AGAIN_MS)) {
      seen = { code: found.rawValue, at: performance.now() };
      form.querySelector("[data-scan-code]").value = found.rawValue;
      if (form.elements.how) form.elements.how.value = "scan";
      navigator.vibrate?.(60);
      form.requestSubmit();
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  video.srcObject?.getTracks().forEach((track) => track.stop());
}

async function toggleCamera(form, video, detector) {
  if (!video.hidden) {
    video.hidden = true;
    return;
  }
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    form.querySelector("[data-scan-camera]").hidden = true; // no camera, or not allowed: typing stays
    form.querySelector("[data-scan-code]").focus();
    return;
  }
  video.hidden = false;
  await video.play();
  look(form, video, detector);
}

async function offerCamera(form) {
  const button = form.querySelector("[data-scan-camera]");
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const formats = await window.BarcodeDetector.getSupportedFormats();
  if (!formats.includes("qr_code")) return;
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  button.hidden = false;
  button.addEventListener("click", () => toggleCamera(form, form.querySelector("[data-scan-video]"), detector));
}

export function startScans() {
  for (const form of document.querySelectorAll("[data-scan]:not([data-scan-ready])")) {
    form.dataset.scanReady = "";
    tellScannerFromHand(form, form.querySelector("[data-scan-code]"));
    offerCamera(form);
  }
  document.addEventListener("htmx:after:swap", () => {
    const form = document.querySelector("[data-scan-clear]");
    if (form && document.querySelector("#counted [data-scan-said]")) clear(form);
  });
}
