"""The sizes of arrays and structures, by their declarations."""

import pytest

from server.effects.budget.declared_sizes import read_sizes


def reasons(code: str) -> list[str]:
    return [fault.reason for fault in read_sizes(code).faults]


@pytest.mark.parametrize(
    "code",
    [
        "float a[4097];",
        "float a[1 << 28];",
        "const int N = 5000;\nvec4 a[N];",
        "#define N 100\nfloat a[N * N];",
        "#define N (100 + 1)\n#define M N * N\nfloat a[M];",
        "float a[100][100];",
        "float[100000](1.0);",
        "float a, b[500000000];",
        "vec2 a[0x2000];",
        "#define ROWS [5000]\nfloat a ROWS;",
    ],
)
def test_arrays_that_are_too_large(code: str) -> None:
    assert "this array is too large: at most 4,096 elements are allowed" in reasons(code)


@pytest.mark.parametrize("code", ["float a[size()];", "float a[9 / 2];", "float[n / 2] a;"])
def test_arrays_whose_size_cannot_be_read(code: str) -> None:
    assert "of a size that cannot be read" in reasons(code)[0]


@pytest.mark.parametrize(
    "code",
    [
        "float a[4096]; vec3 b[2 * 8]; float c[] = float[](1.0, 2.0);",
        "const int N = 16;\nfloat kernel[N];\nvoid main() { x = kernel[int(y)] + a[i / 2]; }",
        "#define N 4\nstruct Ball { vec3 at; float sizes[N]; };\nBall balls[N];",
        "vec4 color = texture(first, uv)[2];",
        "float a[int(8)];",
        "struct Camera { highp mat4 view, world; vec3 at; } camera; struct Rays { Camera c; };",
    ],
)
def test_sizes_that_are_allowed(code: str) -> None:
    assert reasons(code) == []


def test_a_structure_of_structures_multiplies() -> None:
    parts = [f"struct S{n} {{ S{n - 1} a[8]; }};" for n in range(1, 5)]
    code = "\n".join(["struct S0 { vec4 a[8]; };", *parts, "S4 s;"])
    fault, *_ = read_sizes(code).faults
    assert fault.offset == code.index("struct S2")
    assert fault.reason == "this structure has 2,048 components: at most 1,024 are allowed"


@pytest.mark.parametrize(
    "code", ["struct A { struct B { mat4 a[9]; } b[9]; };", "struct { mat4 a[99]; } b;"]
)
def test_a_structure_that_is_declared_in_another_or_without_a_name(code: str) -> None:
    assert reasons(code) == [
        "give this structure a name, and declare it before it is used in another"
    ]


@pytest.mark.parametrize(
    ("code", "declared"),
    [
        ("mat4 a[100], b = mat4(1.0), c[2 * 50];", 3200),
        ("vec4[100] a, b, c;", 1200),
        ("void f(vec2 a[50], inout vec2 b[60]) { vec4 c[50]; }", 420),
        ("float a[65] = float[65](f(1.0, 2.0), 3.0), b[70];", 65 + 65 + 70),
        ("struct S { mat4 a[5]; } s[4], t;\nS u[2];", 320 + 80 + 160),
        ("#define T mat4\n#define U T\nU a[5];", 80),
        ("#define ROWS [100]\nvec4 a ROWS;", 1600),
        ("float a[64]; vec4 b = vec4(0.0); float c = a[3];", 0),
    ],
)
def test_the_components_that_are_declared(code: str, declared: int) -> None:
    assert sum(read_sizes(code).declared.values()) == declared


def test_the_components_of_variables() -> None:
    code = "struct S { mat4 a[5]; };\nS s, t[4]; float u[200]; vec4 v[2];\n"
    sizes = read_sizes(code)
    assert sizes.names == {"s": 80, "t": 320, "u": 200}
    assert sizes.elements == {"t": 80, "u": 1}
