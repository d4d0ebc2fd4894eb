"""The recurring people of the tests, at two sites of two vendors."""

from __future__ import annotations

from dataclasses import dataclass

from lms.accounts import actions as accounts
from lms.accounts.core.roles import Role
from lms.sites import actions as sites
from lms.sites.core.vendor import VendorKind
from lms.wellbeing.core.briefing import VERSION

PASSWORD = "several unrelated words"


@dataclass(frozen=True)
class Cast:
    """The codes of the people, and the ids of the places."""

    learner: str
    second_learner: str
    stranger: str
    """A learner of the other vendor."""
    trainer: str
    qa: str
    editor: str
    localizer: str
    vendor_manager: str
    """Of the stranger's vendor."""
    admin: str
    tokyo: int
    osaka: int


def make_cast() -> Cast:
    """Create everybody, inside the running unit. All of them have read the wellbeing briefing."""
    in_house = sites.create_vendor(sites.NewVendor("in-house", {"en": "In-house", "ja": "自社"}, VendorKind.IN_HOUSE))
    northwind = sites.create_vendor(
        sites.NewVendor("northwind", {"en": "Northwind", "ja": "ノースウィンド"}, VendorKind.BPO)
    )
    tokyo = sites.create_site(sites.NewSite("tokyo", {"en": "Tokyo", "ja": "東京"}, in_house.id, "Asia/Tokyo", "JP"))
    osaka = sites.create_site(sites.NewSite("osaka", {"en": "Osaka", "ja": "大阪"}, northwind.id, "Asia/Tokyo", "JP"))

    def person(login: str, name: str, reading: str, role: Role, site: sites.Site = tokyo, locale: str = "en") -> str:
        command = accounts.NewPerson(f"{login}@site.example", name, reading, site, locale, (role,))
        made = accounts.create_person(command, by=None)
        made.briefed_version = VERSION
        return made.code

    return Cast(
        learner=person("learner", "髙橋 未来", "たかはし みく", Role.LEARNER),
        second_learner=person("second", "Sam Rivers", "Sam Rivers", Role.LEARNER),
        stranger=person("stranger", "𠮷田 蓮", "よしだ れん", Role.LEARNER, osaka, "ja"),
        trainer=person("trainer", "Toni Trainer", "Toni Trainer", Role.TRAINER),
        qa=person("qa", "Quinn Analyst", "Quinn Analyst", Role.QA),
        editor=person("editor", "Edi Editor", "Edi Editor", Role.EDITOR),
        localizer=person("localizer", "山﨑 翼", "やまざき つばさ", Role.LOCALIZER, locale="ja"),
        vendor_manager=person("vendor", "Vic Manager", "Vic Manager", Role.VENDOR_MANAGER, osaka),
        admin=person("admin", "Alex Admin", "Alex Admin", Role.ADMIN),
        tokyo=tokyo.id,
        osaka=osaka.id,
    )
