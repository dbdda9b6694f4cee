"""Contract of every job store: validations of effects."""

from server.jobs.model.validation_result import ValidationResult
from server.jobs.store.store import Store
from server.jobs.store.validations import MAX_VALIDATIONS


async def test_validations_are_stored_by_source_and_driver(store: Store) -> None:
    bad = ValidationResult(
        "shader_rejected", ({"line": None, "message": "сломан"},), "signal SIGSEGV"
    )
    await store.validations.save({("a", "one"): ValidationResult(blank=True), ("a", "two"): bad}, 1)
    await store.validations.save({("a", "one"): ValidationResult()}, 2)
    assert await store.validations.load() == {("a", "one"): ValidationResult(), ("a", "two"): bad}


async def test_the_oldest_validations_are_deleted_over_the_limit(store: Store) -> None:
    await store.validations.save({("first", ""): ValidationResult()}, 1)
    await store.validations.save(
        {(f"{n}", ""): ValidationResult() for n in range(MAX_VALIDATIONS)}, 2
    )
    kept = await store.validations.load()
    assert len(kept) == MAX_VALIDATIONS
    assert ("first", "") not in kept
