// Small helps for controls that already work: copying, choosing without a button, asking before a step.

export function copyButtons(root) {
  root.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = !navigator.clipboard; });
}

// A select in form[data-auto] sends its form; its own button (class without-js) is hidden by the style sheet.
export function selects(root) {
  root.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-auto]");
    if (form && event.target.matches("select")) form.requestSubmit();
  });
}

// [data-dialog=id] opens a dialog, [data-close] closes it; form[data-confirm] asks first, in words of its own.
export function dialogs(root) {
  root.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-dialog], [data-close]");
    if (!button) return;
    if (button.dataset.dialog) {
      event.preventDefault();
      document.getElementById(button.dataset.dialog)?.showModal();
    } else if ("close" in button.dataset) {
      button.closest("dialog")?.close();
    } else {
      await navigator.clipboard.writeText(button.dataset.copy);
      const words = button.querySelector("span") || button;
      const before = words.textContent;
      words.textContent = button.dataset.copied || before;
      setTimeout(() => { words.textContent = before; }, 2000);
    }
  });
  root.addEventListener("submit", (event) => {
    const words = event.target.dataset.confirm;
    if (words && !confirm(words)) event.preventDefault();
  });
}

// Menus made of <details> close on Escape and on a press elsewhere.
export function drops(root) {
  const shut = (except) => root.querySelectorAll("details.drop[open]").forEach((drop) => {
    if (drop !== except) drop.open = false;
  });
  root.addEventListener("click", (event) => shut(event.target.closest("details.drop")));
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = root.querySelector("details.drop[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
}
