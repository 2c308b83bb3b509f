// Menus are <details>; they close on Escape and on a click elsewhere. Messages can be dismissed.
export function startMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.m-menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    event.target.closest("[data-dismiss]")?.closest(".m-message").remove();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.m-menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
