"""``market verify award``: anybody with the database recomputes an award at the shell."""

import os
from pathlib import Path

from market.actors import Role
from market.awards.models import Award
from market.projects.models import Project
from tests import contest
from tests.contest import member
from tests.web import commands


def verified(url: str, folder: Path, code: str, lang: str = "en") -> tuple[int, str]:
    """Exit code and everything that was said."""
    environment = {**os.environ, "MARKET_LANG": lang, "MARKET_KEYS_DIR": str(folder / "keys")}
    done = commands.run(["verify", "award", code, "--database", url], environment)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


async def test_an_award_is_recomputed(database: str, shipped_catalogue: None, tmp_path: Path) -> None:
    """It agrees and names the winner; altered, it ends with 1 and names the part; an unknown code is said to be one."""
    buyer = await member(Role.APPLICANT)
    award = await contest.awarded(buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True), 100, 200)
    await award.fetch_related("supplier")
    project = await Project.get(id=award.project_id)
    code, said = verified(database, tmp_path, project.code)
    assert code == 0 and award.supplier.code in said and "lowest_price/2" in said, said
    await Award.filter(id=award.id).update(amount_fen=1)
    for lang, words in (("en", "amount"), ("zh", "不符")):
        code, said = verified(database, tmp_path, project.code, lang)
        assert code == 1 and words in said, said
    assert verified(database, tmp_path, "XM-NIE")[0] == 1
