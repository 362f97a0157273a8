"""Who must pay: the truth table of domain.md §3.5."""

import pytest

from market.catalogue.liability import PayerKind, liability
from market.catalogue.models import ItemClass

APPLICANT, AGENCY, NOBODY = PayerKind


@pytest.mark.parametrize(
    ("item_class", "payer", "may_refuse"),
    [
        (ItemClass.MANDATORY, APPLICANT, False),
        (ItemClass.APPLICANT_CHOICE, APPLICANT, True),
        (ItemClass.AGENCY_COMMISSIONED, AGENCY, True),
        (ItemClass.CANCELLED, NOBODY, True),
    ],
)
def test_the_class_decides_who_commissions_and_pays(item_class: ItemClass, payer: PayerKind, may_refuse: bool) -> None:
    """Whoever commissions pays, and only a mandatory item cannot be refused."""
    answer = liability(item_class, content_required=True, self_preparation=True)
    assert (answer.payer, answer.may_commission, answer.may_refuse) == (payer, payer, may_refuse)


@pytest.mark.parametrize("item_class", ItemClass)
@pytest.mark.parametrize("content", [True, False])
@pytest.mark.parametrize("itself", [True, False])
def test_only_an_applicant_has_something_to_hand_in(item_class: ItemClass, content: bool, itself: bool) -> None:
    """Content and self-preparation hold as the list says, but never where the applicant owes nothing."""
    answer = liability(item_class, content, itself)
    owes = item_class in (ItemClass.MANDATORY, ItemClass.APPLICANT_CHOICE)
    assert (answer.content_required, answer.may_prepare_itself) == (content and owes, itself and owes)


def test_the_agency_class_says_that_the_applicant_pays_nothing() -> None:
    """An applicant reads in both languages who pays, and the article that says so."""
    answer = liability(ItemClass.AGENCY_COMMISSIONED, content_required=False, self_preparation=False)
    assert answer.explanation_zh.startswith("这项由审批部门委托并付费，您不用出钱。")
    assert "you pay nothing" in answer.explanation_en
    assert answer.legal_basis[0] == "《优化营商环境条例》第四十三条第三款"
    assert answer.legal_basis_en[0].endswith("art. 43 ¶3")


def test_the_sentence_names_what_is_still_owed() -> None:
    """An item of the applicant's choice says whether the material is needed and may be self-made, only where that is so."""
    both = liability(ItemClass.APPLICANT_CHOICE, content_required=True, self_preparation=True)
    neither = liability(ItemClass.APPLICANT_CHOICE, content_required=False, self_preparation=False)
    assert both.explanation_zh == f"{neither.explanation_zh}该交的材料还是要交。材料您可以自己编制。"
    assert both.explanation_en == f"{neither.explanation_en} The material itself is still needed. You may prepare it yourself."


@pytest.mark.parametrize("item_class", ItemClass)
def test_every_class_cites_the_law_in_both_languages(item_class: ItemClass) -> None:
    """Each class names at least one article, and each article in Chinese has its English."""
    answer = liability(item_class, content_required=False, self_preparation=False)
    assert len(answer.legal_basis) == len(answer.legal_basis_en) >= 1
    assert all("第" in source and "条" in source for source in answer.legal_basis)
