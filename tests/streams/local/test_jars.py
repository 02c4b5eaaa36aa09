from streams.local.jars import LOCK, Jar, locked, repository

ARCHIVE = Jar("io.apicurio", "apicurio-registry-app", "3.3.3", "tar.gz", "all", "ab" * 32, 158)


def test_a_line_says_all_that_a_jar_is() -> None:
    plain = Jar("org.apache.kafka", "kafka_2.13", "4.3.1", "jar", "", "cd" * 32, 44)

    assert [Jar.parse(jar.line()) for jar in (ARCHIVE, plain)] == [ARCHIVE, plain]


def test_a_jar_stands_where_maven_puts_it() -> None:
    assert str(ARCHIVE.path) == "io/apicurio/apicurio-registry-app/3.3.3/apicurio-registry-app-3.3.3-all.tar.gz"


def test_every_part_is_locked_and_no_host_is_named() -> None:
    parts = locked()

    assert {"kafka", "connect", "registry"} == parts.keys()
    assert all(len(jar.sha256) == 64 and jar.size > 0 for jars in parts.values() for jar in jars)
    assert "://" not in LOCK.read_text()


def test_one_part_never_mixes_two_versions_of_a_library() -> None:
    for jars in locked().values():
        names = [(jar.group, jar.name) for jar in jars]
        assert len(names) == len(set(names))
    jetty = {jar.version for jar in locked()["connect"] if jar.group.startswith("org.eclipse.jetty")}
    assert len(jetty) == 1


def test_a_mirror_can_stand_in_for_the_repository() -> None:
    assert repository("https://mirror.example/maven2/") == "https://mirror.example/maven2"
    assert repository(None).startswith("https://")
