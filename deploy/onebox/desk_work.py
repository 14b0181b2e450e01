"""What a person does at a screen of the county, whichever tier it is."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from msgspec.structs import replace

from deploy.onebox.plan import PASSWORD
from deploy.onebox.processes import StepError
from deploy.onebox.visitor import Form, Page, Visitor

# What the officer is asked of the conditions of acceptance.
_CONDITION = re.compile(r'name="(q-[^"]+)"')
_CASE = re.compile(r"/cases/([0-9a-f]{32})")
_NUMBER = re.compile(r"\b(\d{16})\b|\b(\d{4}(?:[ \u2009]\d{4}){3})\b")
_MEDIA = {".jpg": "image/jpeg", ".png": "image/png", ".pdf": "application/pdf"}


class Desk:
    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor

    @classmethod
    async def of(cls, url: str, login: str) -> Self:
        visitor = Visitor(url)
        await visitor.sign_in(login, PASSWORD)
        return cls(visitor)

    async def take_in(
        self, matter: str, fields: Mapping[str, Sequence[str]], act: str, scans: Sequence[Path]
    ) -> str:
        """Fill in a new application, attach its scans and press the button; the case's id."""
        page = await self.visitor.open("/intake/new")
        draft = page.url.split("?")[0].removeprefix(self.visitor.base_url)
        choosing = replace(page.form(draft), action=f"{draft}/matter")
        await self.visitor.send(choosing, {"choose": await self._matter(matter)})
        page = await self.visitor.open(draft)
        for scan in scans:
            content = scan.read_bytes()
            upload = ("file", (scan.name, content, _MEDIA[scan.suffix]))
            attaching = replace(page.form(draft), action=f"{draft}/files")
            await self.visitor.send(attaching, {"material": scan.stem}, uploads=[upload])
        page = await self.visitor.open(draft)
        looked = dict.fromkeys(_CONDITION.findall(page.text), "1")
        page = await self.visitor.send(page.form(draft), {**looked, **fields, "act": act})
        found = _CASE.search(page.url)
        if found is None:
            raise StepError(f"the intake was not taken: {_alerts(page)}")
        return found[1]

    async def find(self, number: str) -> str:
        found = await self.look_up(number)
        if found is None:
            raise StepError(f"{number} is not found at {self.visitor.base_url}")
        return found

    async def look_up(self, number: str) -> str | None:
        """The case of a number, by the search box."""
        page = await self.visitor.open("/")
        page = await self.visitor.send(page.form("/search"), {"q": number})
        found = _CASE.search(page.url) or _CASE.search(page.text)
        return found[1] if found else None

    async def finds(self, number: str) -> bool:
        return await self.look_up(number) is not None

    async def offers(self, case: str, act: str) -> bool:
        page = await self.visitor.open(f"/cases/{case}")
        return any(_does(form, act) for form in page.forms)

    async def act(self, case: str, act: str, **filled: str) -> Page:
        page = await self.visitor.open(f"/cases/{case}")
        for form in page.forms:
            if _does(form, act):
                return await self.visitor.send(form, filled)
        raise StepError(f"{act} is not offered at {page.url}")

    async def deliver(self, case: str, applicant: Mapping[str, Any]) -> Page:
        return await self.act(
            case,
            "deliver",
            recipient="applicant",
            method="counter",
            recipient_name=applicant["name"],
            recipient_id=applicant["id_number"],
        )

    async def paper(self, case: str, kind: str) -> bytes:
        content = await self.visitor.fetch(f"/cases/{case}/papers/{kind}.pdf")
        if not content.startswith(b"%PDF"):
            raise StepError(f"{kind} is no PDF")
        return content

    async def number(self, case: str) -> str:
        page = await self.visitor.open(f"/cases/{case}")
        found = _NUMBER.search(page.text)
        if found is None:
            raise StepError(f"no number at {page.url}")
        return "".join((found[1] or found[2]).split())

    async def status(self, case: str) -> str:
        return (await self.visitor.open(f"/cases/{case}")).text

    async def expect(self, case: str, words: str) -> None:
        page = await self.visitor.open(f"/cases/{case}")
        home = await self.visitor.open("/")
        if words not in page.text and words not in home.text:
            raise StepError(f"{words} stands neither at {page.url} nor at {home.url}")

    async def can_take_in(self, matter: str) -> bool:
        """Whether a matter may be chosen here: the catalogue may still be on its way."""
        return await self._find_matter(matter) is not None

    async def _matter(self, matter: str) -> str:
        found = await self._find_matter(matter)
        if found is None:
            raise StepError(f"{matter} cannot be chosen at {self.visitor.base_url}")
        return found

    async def _find_matter(self, matter: str) -> str | None:
        """The matter in its version, as a form names it."""
        page = await self.visitor.open(f"/intake/matters?q={matter}")
        found = re.search(rf"{re.escape(matter)}@\d+", page.text)
        return found[0] if found is not None else None


def _does(form: Form, act: str) -> bool:
    """Whether a form does an act, alone or in one sitting with what goes before and after."""
    return form.action.endswith((f"/acts/{act}", f"/sittings/{act}"))


def _alerts(page: Page) -> str:
    said = re.findall(r'role="alert"[^>]*>(.*?)</', page.text, re.DOTALL)
    errors = re.findall(r'class="[^"]*(?:invalid|error)[^"]*"[^>]*>(.*?)</', page.text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", " ".join([*said, *errors])).split())[:600]
