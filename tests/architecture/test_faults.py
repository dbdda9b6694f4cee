"""The catalogue of faults is complete and true: each case has a test, or a reason for none."""

from tests.harness import fault_catalogue


def test_each_case_is_listed_once_and_in_order() -> None:
    assert [case.id for case in fault_catalogue.read()] == fault_catalogue.IDS


def test_every_marked_case_is_in_the_catalogue() -> None:
    assert sorted(set(fault_catalogue.marked()) - set(fault_catalogue.IDS)) == []


def test_each_case_names_its_tests_or_a_reason() -> None:
    marked = fault_catalogue.marked()
    wrong = [
        f"{case.id}: {case.tests}: run `python -m tests.harness.fault_catalogue`"
        for case in fault_catalogue.read()
        if (case.is_open or case.has_reason) != (case.id not in marked)
        or (case.id in marked and case.tests != fault_catalogue.column(marked[case.id]))
    ]
    assert wrong == []
