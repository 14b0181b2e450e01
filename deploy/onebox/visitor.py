"""A person at a screen, without a browser: opens pages, fills in forms, presses buttons.

A form is sent as a browser would send it, hidden fields and defaults included, so that the story
goes through the very pages that people use.
"""

from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin

import httpx
from msgspec import Struct

from deploy.onebox.processes import StepError

ANSWER_SECONDS_MAX: Final = 60.0
_UNSENT: Final = frozenset({"submit", "button", "image", "reset", "file"})

Filled = Mapping[str, str | Sequence[str]]
Upload = tuple[str, tuple[str, bytes, str]]


class Form(Struct):
    """A form as it stands in a page."""

    action: str
    method: str
    fields: list[tuple[str, str]]
    buttons: list[tuple[str, str]]


class Page(Struct, frozen=True):
    url: str
    status: int
    text: str
    forms: tuple[Form, ...]
    links: tuple[tuple[str, str], ...]  # address, words

    def form(self, action: str) -> Form:
        """The form whose address ends like this."""
        for form in self.forms:
            if form.action.split("?")[0].endswith(action):
                return form
        there = [form.action for form in self.forms]
        raise StepError(f"no form {action} at {self.url}; there are {there}")

    def link(self, words: str) -> str:
        for address, said in self.links:
            if words in said:
                return address
        raise StepError(f"no link {words} at {self.url}")


class Visitor:
    """One person's browser at one place."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._client = httpx.AsyncClient(
            base_url=base_url, follow_redirects=True, timeout=ANSWER_SECONDS_MAX
        )
        self._token = ""

    async def sign_in(self, login: str, password: str) -> Page:
        page = await self.open("/sign-in")
        page = await self.send(page.form("/sign-in"), {"login": login, "password": password})
        if page.url.endswith("/sign-in"):
            raise StepError(f"{login} could not sign in at {self.base_url}")
        return page

    async def open(self, address: str) -> Page:
        return self._page(await self._client.get(address))

    async def fetch(self, address: str) -> bytes:
        """A document, not a page."""
        answer = await self._client.get(address)
        if answer.is_error:
            raise StepError(f"{address}: {answer.status_code}")
        return answer.content

    async def send(
        self, form: Form, filled: Filled | None = None, *, uploads: Sequence[Upload] = ()
    ) -> Page:
        """Send a form with these fields set; StepError where the page refuses it."""
        given = {
            name: [value] if isinstance(value, str) else list(value)
            for name, value in (filled or {}).items()
        }
        pairs = [(name, value) for name, value in form.fields if name not in given]
        pairs += [(name, value) for name, values in given.items() for value in values]
        data: dict[str, list[str]] = {}
        for name, value in pairs:
            data.setdefault(name, []).append(value)
        answer = await self._client.request(
            form.method.upper(),
            form.action,
            data=data if form.method.lower() == "post" else None,
            files=list(uploads) or None,
            headers={"x-csrf-token": self._token} if self._token else {},
        )
        return self._page(answer)

    async def close(self) -> None:
        await self._client.aclose()

    def _page(self, answer: httpx.Response) -> Page:
        reader = _Reader(str(answer.url))
        reader.feed(answer.text)
        self._token = reader.token or self._token
        page = Page(
            str(answer.url),
            answer.status_code,
            answer.text,
            tuple(reader.forms),
            tuple(reader.links),
        )
        if answer.is_error:
            raise StepError(f"{page.url} answered {page.status}: {_said(page.text)}")
        return page


class _Reader(HTMLParser):
    """Forms, links and the token of a page."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.token = ""
        self._url = url
        self._form: Form | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._area: tuple[str, list[str]] | None = None
        self._link: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        has = {name for name, _ in attrs}
        match tag:
            case "body":
                self.token = at.get("data-csrf", "")
            case "form":
                action = urljoin(self._url, at.get("action", ""))
                self._form = Form(action, at.get("method", "get"), [], [])
                self.forms.append(self._form)
            case "input":
                self._input(at, has)
            case "button" if self._form is not None and at.get("name"):
                self._form.buttons.append((at["name"], at.get("value", "")))
            case "select" if at.get("name") and "disabled" not in has:
                self._select = (at["name"], [])
            case "option" if self._select is not None:
                self._select[1].append((at.get("value", ""), "selected" in has))
            case "textarea" if at.get("name") and "disabled" not in has:
                self._area = (at["name"], [])
            case "a" if at.get("href"):
                self._link = (at["href"], [])

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1].append(data)
        if self._link is not None:
            self._link[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "form":
                self._form = None
            case "select" if self._select is not None:
                name, options = self._select
                chosen = [value for value, selected in options if selected]
                self._put(name, (chosen or [value for value, _ in options[:1]] or [""])[0])
                self._select = None
            case "textarea" if self._area is not None:
                self._put(self._area[0], "".join(self._area[1]))
                self._area = None
            case "a" if self._link is not None:
                address, words = self._link
                self.links.append((address, " ".join("".join(words).split())))
                self._link = None

    def _input(self, at: dict[str, str], has: set[str]) -> None:
        kind = at.get("type", "text")
        if not at.get("name") or kind in _UNSENT or "disabled" in has:
            return
        if kind in {"checkbox", "radio"} and "checked" not in has:
            return
        self._put(at["name"], at.get("value", "on" if kind == "checkbox" else ""))

    def _put(self, name: str, value: str) -> None:
        if self._form is not None:
            self._form.fields.append((name, value))


def _said(text: str) -> str:
    """What an error page says, without its markup."""
    words: list[str] = []
    parser = HTMLParser()
    parser.handle_data = lambda data: words.append(data.strip())  # type: ignore[method-assign]
    parser.feed(text)
    return " ".join(word for word in words if word)[:400]
