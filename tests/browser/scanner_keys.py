"""A scanner as a keyboard: the keys it presses, by way of the browser's own entrance for keys."""

from playwright.sync_api import Page

ALT = 1
SHIFT = 8
PROCESS = 229
"""The key number that stands for "an input method has it"."""
A_REST = 1000
"""Milliseconds after which the till expects nothing more of a scanner."""

_MARKS = {":": ("Semicolon", True), "/": ("Slash", False), ".": ("Period", False)}
_NUMBERS = {"Enter": 13, "NumpadEnter": 13, "Tab": 9}


class Scanner:
    """A scanner that is plugged in; it has no idea where the focus is.

    The page's clock is stopped, so that the keys come as fast as a scanner's on any machine.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._browser = page.context.new_cdp_session(page)

    def plainly(self, text: str, end: str = "Enter") -> None:
        """Send a text as most scanners do, capitals with Shift."""
        for letter in text:
            code, shift = _place_of(letter)
            self._press(code, letter, SHIFT if shift else 0)
        self._press(end, end)

    def under_caps_lock(self, text: str) -> None:
        """Send capitals to a keyboard whose CapsLock is on: they come out small."""
        for letter in text:
            code, shift = _place_of(letter)
            self._press(code, letter.lower(), SHIFT if shift else 0)
        self._press("Enter", "Enter")

    def in_full_width(self, text: str) -> None:
        """Send digits through a keyboard without places that is set to full-width letters."""
        for letter in text:
            self._press("", chr(ord(letter) + 0xFEE0))
        self._press("", "Enter")

    def behind_an_aim_identifier(self, text: str) -> None:
        """Send the kind of barcode first, as some scanners do: ]C0 for Code 128."""
        for code, key in (("BracketRight", "]"), ("KeyC", "C"), ("Digit0", "0")):
            self._press(code, key)
        self.plainly(text)

    def by_numbers(self, text: str) -> None:
        """Send each character by its number while Alt is held, as for an unknown layout."""
        for letter in f"{text}\r":
            self._send("rawKeyDown", "AltLeft", "Alt", ALT)
            for digit in f"{ord(letter):04}":
                self._send("rawKeyDown", f"Numpad{digit}", "Insert", ALT)
                self._send("keyUp", f"Numpad{digit}", "Insert", ALT)
            self._send("keyUp", "AltLeft", "Alt")
            if letter != "\r":
                self._browser.send("Input.dispatchKeyEvent", {"type": "char", "text": letter})

    def through_an_input_method(self, text: str, *, places: bool = True) -> None:
        """Send digits to a Chinese input method that composes them in the field with the focus.

        Args:
            text: what is sent.
            places: whether the browser tells which key it was, as on Windows; Android does not.
        """
        for length, letter in enumerate(text, start=1):
            self._send("rawKeyDown", _place_of(letter)[0] if places else "", "Process")
            composed = {"text": text[:length], "selectionStart": length, "selectionEnd": length}
            self._browser.send("Input.imeSetComposition", composed)
        self._send("rawKeyDown", "Enter" if places else "", "Process" if places else "Enter")
        self._browser.send("Input.insertText", {"text": text})

    def at_once(self, text: str) -> None:
        """Send a text and nothing after it: only its speed tells, and the rest that follows."""
        self._page.evaluate(
            """codes => {
                for (const code of codes) {
                    document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
                        { code, key: "Process", bubbles: true, cancelable: true }));
                }
            }""",
            [_place_of(letter)[0] for letter in text],
        )
        self._page.clock.run_for(A_REST)

    def _press(self, code: str, key: str, modifiers: int = 0) -> None:
        self._send("keyDown", code, key, modifiers)
        self._send("keyUp", code, key, modifiers)

    def _send(self, kind: str, code: str, key: str, modifiers: int = 0) -> None:
        event = {"type": kind, "code": code, "key": key, "modifiers": modifiers}
        if len(key) == 1 and kind == "keyDown":
            event["text"] = key
        event["windowsVirtualKeyCode"] = PROCESS if key == "Process" else _NUMBERS.get(key, 0)
        self._browser.send("Input.dispatchKeyEvent", event)


def _place_of(letter: str) -> tuple[str, bool]:
    """Return the key of a letter, and whether it takes Shift."""
    if letter.isdigit():
        return f"Digit{letter}", False
    return _MARKS.get(letter, (f"Key{letter}", True))
