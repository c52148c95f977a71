#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Steps in a browser, by chromedriver (W3C WebDriver): page-browser.py STATE COMMAND [ARGUMENT...] [, COMMAND [ARGUMENT...]]...

STATE is a file: the port of chromedriver, and the session when there is one.

start FOLDER [noscript]  stop  open URL  click CSS  type CSS TEXT  keys TEXT  text CSS  wait CSS [TEXT]  gone CSS  reload
tab (a new one, to it)  go NUMBER (to that tab)  focus  shot FILE WIDTH HEIGHT  contrast (fails where a text is below WCAG AA)
"""
import base64
import json
import pathlib
import sys
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"TAB": "\ue004", "ENTER": "\ue007", "SPACE": " "}
PATIENCE = 60  # seconds
CONTRAST = """
const channel = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
const parse = text => text.match(/[0-9.]+/g).map(Number);
function behind(e) {
  for (; e !== null; e = e.parentElement) {
    const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] === 1) return c;
  }
  return [255, 255, 255];
}
const low = [];
for (const e of document.querySelectorAll("body *")) {
  if (!e.checkVisibility() || (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.tagName !== "INPUT")) continue;
  const style = getComputedStyle(e), a = light(parse(style.color)), b = light(behind(e));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), size = parseFloat(style.fontSize);
  if (ratio < (size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5)) low.push(e.tagName + " " + e.textContent.slice(0, 30) + ": " + ratio.toFixed(2));
}
return low;"""


class Browser:
    def __init__(self, state):
        self.path = pathlib.Path(state)
        self.state = json.loads(self.path.read_text())

    def call(self, method, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.state['port']}{path}", method=method,
                                         data=None if method != "POST" else json.dumps(body or {}).encode(),
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise LookupError(json.load(error)["value"]["message"].splitlines()[0]) from None

    def at(self, method, path, body=None):
        return self.call(method, f"/session/{self.state['session']}{path}", body)

    def find(self, css):
        return self.at("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]

    def until(self, what, test):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                if test():
                    return
            except LookupError:
                pass
            if time.monotonic() > end:
                sys.exit(f"waited {PATIENCE} s for {what} in:\n{self.script('return document.body.innerText')}")
            time.sleep(0.05)

    def script(self, text):
        return self.at("POST", "/execute/sync", {"script": text, "args": []})

    def start(self, folder, noscript=None):
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                            "--disable-background-networking", "--lang=en", "--force-device-scale-factor=1", f"--user-data-dir={folder}"]}
        if noscript:
            options["prefs"] = {"profile.managed_default_content_settings.javascript": 2}
        made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}})
        self.state["session"] = made["sessionId"]
        self.path.write_text(json.dumps(self.state))

    def stop(self):
        self.at("DELETE", "")

    def open(self, url):
        self.at("POST", "/url", {"url": url})

    def reload(self):
        self.at("POST", "/refresh")

    def do(self, css, action, body=None):
        """Once, to what is there, or will be: a page that is not loaded yet, or came anew in between, has it too."""
        def done():
            try:
                self.at("POST", f"/element/{self.find(css)}/{action}", body)
            except LookupError as error:
                if "no such element" not in str(error) and "stale element" not in str(error):
                    sys.exit(str(error))
                return False
            return True

        self.until(css, done)

    def click(self, css):
        self.do(css, "click")

    def type(self, css, text):
        self.do(css, "value", {"text": text})

    def keys(self, *names):
        actions = [{"type": kind, "value": key} for name in names for key in ([KEYS[name]] if name in KEYS else name)
                   for kind in ("keyDown", "keyUp")]
        self.at("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def text(self, css):
        print(self.at("GET", f"/element/{self.find(css)}/text"))

    def wait(self, css, text=""):
        self.until(f"{css} '{text}'", lambda: text in self.at("GET", f"/element/{self.find(css)}/text"))

    def gone(self, css):
        found = self.at("POST", "/elements", {"using": "css selector", "value": css})
        if found:
            sys.exit(f"{css} is there")

    def tab(self):
        self.at("POST", "/window", {"handle": self.at("POST", "/window/new", {"type": "tab"})["handle"]})

    def go(self, number):
        self.at("POST", "/window", {"handle": self.at("GET", "/window/handles")[int(number)]})

    def focus(self):
        print(self.script("const e = document.activeElement; return e.name || e.className || e.tagName"))

    def shot(self, file, width, height):
        self.at("POST", "/window/rect", {"width": int(width), "height": int(height)})
        pathlib.Path(file).write_bytes(base64.b64decode(self.at("GET", "/screenshot")))

    def contrast(self):
        low = self.script(CONTRAST)
        if low:
            sys.exit("\n".join(low))


def main():
    browser, words = Browser(sys.argv[1]), sys.argv[2:] + [","]
    while words:
        end = words.index(",")
        getattr(browser, words[0])(*words[1:end])
        words = words[end + 1:]


try:
    main()
except LookupError as error:
    sys.exit(str(error))
