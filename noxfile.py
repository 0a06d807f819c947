"""What the project runs on itself: `nox` runs all of it, `nox -s NAME` one session."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"

PROJECT = nox.project.load_toml("pyproject.toml")
# Two BLAS threads on matrices this small are far slower than one.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


# One process for each core.
PYTEST = ("pytest", "-n", "auto")

# Tests of sessions of their own, which take minutes or need what pip lacks.
SLOW = (
    "tests/verify/test_calls_correct.py",
    "tests/verify/test_checks_correct.py::test_correct_implementation_breaks_no_law",
    "tests/verify/test_checks_correct.py::test_slow_libraries_agree",
    "tests/verify/test_cluster.py",
    "tests/verify/test_implementations.py::test_laws_hold_for_libraries",
    "tests/verify/test_project.py::test_a_new_project_passes",
)
QUICK = [
    *(f"--{'deselect' if '::' in name else 'ignore'}={name}" for name in SLOW),
    "--ignore=tests/browser",
    "--ignore=tests/damage",
]


def install(session: nox.Session, *groups: str) -> None:
    """Install the package with all of its extras, and the tools of the named groups."""
    session.install("-e", ".[all]", *nox.project.dependency_groups(PROJECT, *groups))


def run_tests(session: nox.Session, *options: str) -> None:
    """Run unit tests and laws, without coverage."""
    for folder in ("tests", "property_tests"):
        session.run(*PYTEST, folder, *QUICK, *options, *session.posargs, env=ONE_THREAD)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, docstrings, and imports that point one way."""
    install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")
    session.run("python", "tests/docstrings.py")


@nox.session
def typing(session: nox.Session) -> None:
    """Types of the package, its tests and this file; every slip of a shape is a type error."""
    install(session, "typing", "test")
    session.install("nox")
    # On one core basedpyright takes as long as all that another does meanwhile.
    with ThreadPoolExecutor(1) as core:
        checked = core.submit(session.run, "basedpyright", silent=True)
        session.run("mypy")
        session.run("python", "tests/typing/mutate.py", env=ONE_THREAD)
        session.run("python", "tests/typing/wheel.py", env=ONE_THREAD)
        session.run("python", "tests/typing/message.py")
        session.log(str(checked.result()).strip())


@nox.session
def tests(session: nox.Session) -> None:
    """Unit tests, without coverage, which more than doubles their time."""
    install(session, "test")
    session.run(*PYTEST, "tests", *QUICK, *session.posargs, env=ONE_THREAD)


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """Unit tests again; every branch of the package is covered. `.ci/run` runs it."""
    install(session, "test")
    session.run(*PYTEST, "tests", *QUICK, "--cov", *session.posargs, env=ONE_THREAD)


@nox.session
def property_tests(session: nox.Session) -> None:
    """Laws of the core on random networks."""
    install(session, "test")
    session.run(*PYTEST, "property_tests", *session.posargs, env=ONE_THREAD)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Speed and memory beside other libraries: `nox -s bench -- --help`."""
    install(session, "bench")
    env = ONE_THREAD | {"PYTHONPATH": "tests"}
    session.run("python", "-m", "bench", *session.posargs, env=env)


@nox.session(default=False)
def campaign(session: nox.Session) -> None:
    """False alarms, detection, location and diagnosis of the judge: `-- --nightly -j 2`."""
    install(session, "test")
    session.run("python", "tests/gradcheck/campaign.py", *session.posargs, env=ONE_THREAD)


@nox.session(default=False)
def conformance(session: nox.Session) -> None:
    """Laws against faults and correct networks in many styles, libraries and a cluster."""
    install(session, "test", "bench")
    session.install("distributed>=2024.8")
    session.run("nncore", "verify", "--self-test", "-j", "2", env=ONE_THREAD)
    for name in SLOW:
        session.run("pytest", name, *session.posargs, env=ONE_THREAD)


@nox.session(python=nox.project.python_versions(PROJECT), default=False)
def matrix(session: nox.Session) -> None:
    """Tests and laws on each version of Python that is supported and installed."""
    install(session, "test")
    run_tests(session)


@nox.session(default=False)
def minimums(session: nox.Session) -> None:
    """Tests and laws with the oldest versions that pyproject.toml allows."""
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    wanted = [*project["dependencies"], *groups["test"]]
    for extra in project["optional-dependencies"].values():
        wanted += extra
    oldest = Path(session.create_tmp()) / "oldest.txt"
    pinned = {each.replace(">=", "==") for each in wanted if ">=" in each}
    oldest.write_text("\n".join(sorted(pinned)), encoding="utf-8")
    session.install("-e", ".[all]", *groups["test"], "--constraint", str(oldest))
    # Old libraries use what newer ones that they depend on have deprecated.
    run_tests(session, "-W", "default::DeprecationWarning")


@nox.session(default=False)
def build(session: nox.Session) -> None:
    """Sdist and wheel; the tests run against the wheel, away from the sources."""
    session.install("build")
    elsewhere = Path(session.create_tmp()).resolve()
    shutil.rmtree(elsewhere)
    session.run("python", "-m", "build", "--outdir", str(elsewhere / "dist"))
    [wheel] = (elsewhere / "dist").glob("*.whl")
    test = nox.project.dependency_groups(PROJECT, "test")
    session.install("--force-reinstall", "--no-deps", str(wheel))
    session.install(f"{wheel}[all]", *test)
    for name in (
        "tests",
        "property_tests",
        ".ci",
        ".pictures",
        "README.md",
        "noxfile.py",
        "pyproject.toml",
    ):
        copy = shutil.copytree if Path(name).is_dir() else shutil.copy
        copy(name, elsewhere / name)
    session.chdir(elsewhere)
    where = session.run("python", "-c", "import nncore; print(nncore.__file__)", silent=True)
    if "site-packages" not in str(where):
        session.error(f"the tests would not run against the wheel but against {where}")
    run_tests(session)


@nox.session(default=False)
def template(session: nox.Session) -> None:
    """A new project of `nncore new`, from the wheel: its tests, its nox, its report."""
    session.install("build", "nox")
    elsewhere = Path(session.create_tmp()).resolve()
    shutil.rmtree(elsewhere)
    session.run("python", "-m", "build", "--wheel", "--outdir", str(elsewhere / "dist"))
    [wheel] = (elsewhere / "dist").glob("*.whl")
    session.install("--force-reinstall", "--no-deps", str(wheel))
    session.install(f"{wheel}[verify]")
    # The project asks for nncore by name: it shall be this one.
    constraint = elsewhere / "constraint.txt"
    constraint.write_text(f"nncore @ {wheel.as_uri()}\n", encoding="utf-8")
    env = ONE_THREAD | dict.fromkeys(("PIP_CONSTRAINT", "UV_CONSTRAINT"), str(constraint))
    session.chdir(elsewhere)
    session.run("nncore", "new", "my-network")
    session.chdir("my-network")
    session.run("pytest", "-q", env=env)
    session.run("nox", *session.posargs, env=env)
    page = "report.html"
    session.run("nncore", "verify", "adapter.py:adapter", "-n", "2", "--report", page, env=env)


@nox.session(default=False)
def nightly(session: nox.Session) -> None:
    """Laws on 10,000 networks each, with a database of what failed before."""
    install(session, "test")
    env = ONE_THREAD | {"HYPOTHESIS_PROFILE": "nightly"}
    session.run(*PYTEST, "property_tests", *session.posargs, env=env)


@nox.session(default=False)
def judge_bench(session: nox.Session) -> None:
    """Time of a check of every entry, beside PyTorch's slow gradcheck."""
    install(session, "bench")
    session.run("python", "tests/gradcheck/speed.py", *session.posargs, env=ONE_THREAD)


@nox.session(default=False)
def comparison(session: nox.Session) -> None:
    """What other gradient checkers say of the same gradients: `-- --trials 100`."""
    install(session, "test", "bench")
    env = ONE_THREAD | {"PYTHONPATH": "tests/gradcheck"}
    session.run("python", "-W", "ignore", "-m", "comparison", *session.posargs, env=env)


@nox.session(default=False)
def accuracy(session: nox.Session) -> None:
    """Errors of every function and cost in ulp: `nox -s accuracy -- --help`."""
    install(session, "test", "bench")
    env = ONE_THREAD | {"PYTHONPATH": "tests"}
    session.run("python", "-m", "accuracy", *session.posargs, env=env)


@nox.session(default=False)
def oracles(session: nox.Session) -> None:
    """The core against other libraries and 50 digits: `nox -s oracles -- --help`."""
    install(session, "test", "bench")
    env = ONE_THREAD | {"PYTHONPATH": os.pathsep.join(("tests", "property_tests"))}
    session.run("python", "-m", "oracles", *session.posargs, env=env)


@nox.session(default=False)
def exactness(session: nox.Session) -> None:
    """Backpropagation over a prime field and the rationals: `nox -s exactness -- --help`."""
    install(session, "test")
    env = ONE_THREAD | {"PYTHONPATH": os.pathsep.join(("tests", "property_tests"))}
    session.run("python", "-m", "exactness", *session.posargs, env=env)


@nox.session(default=False)
def pictures(session: nox.Session) -> None:
    """Draw the pictures of the README anew."""
    install(session, "test")
    session.run("python", "tests/pictures.py", ".pictures")


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """API pages from the docstrings, in build/docs; a warning is an error."""
    install(session, "docs")
    session.run("python", "-W", "error", "tests/docs.py", "build/docs")


@nox.session(default=False)
def browser(session: nox.Session) -> None:
    """HTML pages in a real Chromium, at the width of a phone and of a desk."""
    install(session, "browser")
    session.run("pytest", "tests/browser", "-s", *session.posargs, env=ONE_THREAD)


@nox.session(default=False)
def mutation(session: nox.Session) -> None:
    """Slips planted in the code, one at a time: `nox -s mutation -- --help`."""
    install(session, "test")
    env = ONE_THREAD | {"PYTHONPATH": "tests"}
    session.run("python", "-m", "mutation", *session.posargs, env=env)


@nox.session(default=False)
def damage(session: nox.Session) -> None:
    """Every byte of every kind of file changed: `nox -s damage -- --help`."""
    install(session, "test")
    env = ONE_THREAD | {"PYTHONPATH": "tests"}
    session.run("python", "-m", "damage", *session.posargs, env=env)


@nox.session(default=False)
def evidence(session: nox.Session) -> None:
    """The table of evidence in the README, measured anew: `nox -s evidence -- --help`."""
    install(session, "test", "typing", "bench")
    env = ONE_THREAD | {"PYTHONPATH": os.pathsep.join(("tests", "property_tests"))}
    session.run("python", "-m", "evidence", *session.posargs, env=env)


@nox.session(default=False)
def import_time(session: nox.Session) -> None:
    """Time of `import nncore` beyond numpy's own."""
    install(session, "test")
    session.run("python", "tests/import_time.py", *session.posargs, env=ONE_THREAD)


if __name__ == "__main__":
    nox.main()
