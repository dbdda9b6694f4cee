"""Arrays and structures that are too large, by their declarations."""

import pytest

from server.effects.budget.array_sizes import find_array_faults


@pytest.mark.parametrize(
    ("code", "elements"),
    [
        ("float a[4097];", 4097),
        ("float a[1 << 28];", 1 << 28),
        ("const int N = 5000;\nvec4 a[N];", 5000),
        ("#define N 100\nfloat a[N * N];", 10_000),
        ("#define N (100 + 1)\n#define M N * N\nfloat a[M];", 10_201),
        ("float a[100][100];", 10_000),
        ("float[100000](1.0);", 100_000),
        ("float a, b[500000000];", 500_000_000),
        ("vec2 a[0x2000];", 8192),
        ("float a[size()];", None),
        ("float a[9 / 2];", None),
    ],
)
def test_arrays_that_are_refused(code: str, elements: int | None) -> None:
    assert next(fault.elements for fault in find_array_faults(code)) == elements


@pytest.mark.parametrize(
    "code",
    [
        "float a[4096]; vec3 b[2 * 8]; float c[] = float[](1.0, 2.0);",
        "const int N = 16;\nfloat kernel[N];\nvoid main() { x = kernel[int(y)] + a[i / 2]; }",
        "#define N 4\nstruct Ball { vec3 at; float sizes[N]; };\nBall balls[N];",
        "vec4 color = texture(first, uv)[2];",
        "float a[int(8)];",
    ],
)
def test_arrays_that_are_allowed(code: str) -> None:
    assert not list(find_array_faults(code))


def test_a_structure_of_structures_multiplies() -> None:
    parts = [f"struct S{n} {{ S{n - 1} a[8]; }};" for n in range(1, 5)]
    code = "\n".join(["struct S0 { vec4 a[8]; };", *parts, "S4 s;"])
    fault, *_ = find_array_faults(code)
    assert (fault.offset, fault.elements) == (code.index("struct S4"), 8**5)
