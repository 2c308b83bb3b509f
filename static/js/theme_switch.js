// Light or dark, remembered in this browser; charts listen to "theme".
export function startThemeSwitch() {
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    button.addEventListener("click", () => {
      const root = document.documentElement;
      root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
      localStorage.setItem("theme", root.dataset.bsTheme);
      document.dispatchEvent(new Event("theme"));
    });
  }
}
