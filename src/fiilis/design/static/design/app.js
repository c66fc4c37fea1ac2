// What pages need of script, found by attributes; every page works without it.
import { copyButtons, dialogs, drops, selects } from "./controls.js";
import { live } from "./live.js";

document.documentElement.classList.add("js");
copyButtons(document);
selects(document);
dialogs(document);
drops(document);
document.querySelectorAll("[data-live]").forEach(live);
document.addEventListener("htmx:load", (event) => {
  copyButtons(event.target);
  event.target.querySelectorAll("[data-live]").forEach(live);
});
