// SPDX-License-Identifier: Apache-2.0
// What a page can do better with scripts: live progress, and a keypad that does not ask the till for every digit.
"use strict";
(function () {
  let source = null;

  function keys() {
    for (const pad of document.querySelectorAll("[data-pad]")) {
      const field = pad.closest("form").elements[pad.dataset.pad];
      pad.hidden = false;
      for (const button of pad.querySelectorAll("button")) {
        button.type = "button";
        button.addEventListener("click", function () {
          const value = button.value;
          if (value === "clear")
            field.value = "";
          else if (value === "back")
            field.value = field.value.slice(0, -1);
          else if (field.value.length + value.length <= field.maxLength)
            field.value += value;
        });
      }
    }
  }

  async function look() {
    const answer = await fetch(location.href, {cache: "no-store", credentials: "same-origin"});
    if (answer.redirected) {
      location.reload();
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const before = document.querySelector("main"), after = fresh.querySelector("main");
    if (after === null || before.dataset.state === after.dataset.state)
      return;
    document.querySelector("header").replaceWith(fresh.querySelector("header"));
    before.replaceWith(after);
    document.title = fresh.title;
    keys();
    const first = after.querySelector("[autofocus]"), said = after.querySelector(".prompt, .verdict");
    if (first !== null)
      first.focus();
    if (said !== null)
      document.getElementById("announce").textContent = said.textContent;
  }

  // Only what is seen listens: a browser has few lines to one place, and many tabs.
  function listen() {
    const live = document.querySelector("main[data-live]") !== null;
    if (document.visibilityState === "visible" && live && source === null) {
      source = new EventSource("/events");
      source.addEventListener("message", function () { look().catch(function () {}); });
    } else if (document.visibilityState !== "visible" && source !== null) {
      source.close();
      source = null;
    }
  }

  keys();
  listen();
  document.addEventListener("visibilitychange", listen);
})();
