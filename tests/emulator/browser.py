"""A headless Chromium by the W3C's WebDriver protocol, which its own `chromedriver` speaks."""

import base64
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager

import pytest
import requests

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
TAB = "\ue004"
WITHIN_S = 15


class Browser:
    """A window of its own."""

    def __init__(self, session):
        self._session = session

    def open(self, url):
        self._post("/url", url=url)

    def resize(self, width, height=900):
        self._post("/window/rect", width=width, height=height)

    def run(self, script, *arguments):
        return self._post("/execute/sync", script=script, args=list(arguments))

    def text(self):
        return self.run("return document.body.innerText")

    def wait_for(self, words):
        """Until the page shows *words*, by itself."""
        deadline = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline:
            if words in self.text():
                return
        raise AssertionError(f"{words} is not in: {self.text()}")

    def click(self, selector):
        self._post(f"/element/{self._find(selector)}/click")

    def type(self, selector, text):
        element = self._find(selector)
        self._post(f"/element/{element}/clear")
        self._post(f"/element/{element}/value", text=text)

    def press_tab(self):
        keys = [{"type": "keyDown", "value": TAB}, {"type": "keyUp", "value": TAB}]
        self._post("/actions", actions=[{"type": "key", "id": "keyboard", "actions": keys}])

    def console(self):
        """What was written to the console since the last call."""
        return [entry["message"] for entry in self._post("/se/log", type="browser")]

    def emulate(self, **features):
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self._post("/goog/cdp/execute", cmd="Emulation.setEmulatedMedia", params={"features": named})

    def screenshot(self):
        """What the window shows, as a PNG."""
        answer = requests.get(self._session + "/screenshot", timeout=60)
        assert answer.status_code == 200, answer.text
        return base64.b64decode(answer.json()["value"])

    def close(self):
        requests.delete(self._session, timeout=30)

    def _find(self, selector):
        return self._post("/element", using="css selector", value=selector)[ELEMENT]

    def _post(self, path, **body):
        answer = requests.post(self._session + path, json=body, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()["value"]


@contextmanager
def open_browser():
    """A browser, or a skipped test where there is none."""
    if not shutil.which("chromedriver"):
        pytest.skip("there is no chromedriver; on Debian: apt install chromium chromium-driver")
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
    driver = subprocess.Popen(["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(base)
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage"]}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        made = requests.post(f"{base}/session", json={"capabilities": {"alwaysMatch": wanted}}, timeout=60).json()
        if "sessionId" not in made["value"]:
            pytest.skip(f"no Chromium can be started: {made['value'].get('message', made)}")
        browser = Browser(f"{base}/session/{made['value']['sessionId']}")
        try:
            yield browser
        finally:
            browser.close()
    finally:
        driver.terminate()
        driver.wait()


def _wait_until_ready(base):
    deadline = time.monotonic() + WITHIN_S
    while True:
        try:
            requests.get(f"{base}/status", timeout=5).raise_for_status()
        except requests.RequestException:
            if time.monotonic() > deadline:
                raise
        else:
            return
