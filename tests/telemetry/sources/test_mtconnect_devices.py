import pytest

from telemetry.observations import Kind
from telemetry.sources.mtconnect_devices import read_devices
from telemetry.sources.safe_xml import XmlRefused
from tests.telemetry.samples import MODEL, SHARED, a_device

needs_shared = pytest.mark.skipif(
    not (SHARED / "data").is_dir(), reason="real recordings lie in ../shared/data, not found"
)


def test_a_device_has_its_maker_and_all_its_items_at_any_depth():
    lathe = a_device("Lathe")

    assert (lathe.manufacturer, lathe.model, lathe.serial_number) == ("Acme", "L-20", "7")
    assert [item.id for item in lathe.items][:3] == ["d1_avail", "d1_msg", "d1_run"]
    assert lathe.item("load").units == "PERCENT"


def test_a_device_without_description_and_items_is_one():
    assert (a_device("Scale").manufacturer, a_device("Scale").items) == ("", ())
    assert a_device("Scale").execution is None


def test_an_item_is_found_by_name_else_by_id_with_or_without_its_device():
    lathe = a_device("Lathe")
    by = {key: lathe.item(key) for key in ("execution", "d1_run", "Lathe:execution", "Lathe:d1_run")}

    assert {item.id for item in by.values()} == {"d1_run"}
    assert lathe.item("Mill:execution") is None
    assert lathe.item("nothing") is None
    mill = a_device("Mill")
    assert mill.item("exec_mill") is mill.execution is not None


def test_a_name_goes_before_an_id():
    model = MODEL.replace(b'id="d1_load" name="load"', b'id="execution" name="load"')
    lathe = read_devices(model).device_by_name["Lathe"]

    assert lathe.item("execution").type == "EXECUTION"


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        ("execution", Kind.EXECUTION),
        ("avail", Kind.AVAILABILITY),
        ("parts", Kind.COUNT),
        ("good", Kind.GOOD),
        ("left", Kind.EVENT),
        ("load", Kind.SAMPLE),
        ("servo", Kind.ALARM),
        ("note", Kind.EVENT),
        ("execution2", Kind.EVENT),
    ],
)
def test_the_kind_of(item, kind):
    lathe = a_device("Lathe")

    assert lathe.kind(lathe.item(item)) is kind


@pytest.mark.parametrize(
    ("good", "bad", "word"),
    [
        (b'id="d2" name="Mill"', b'id="d2" name="Lathe"', "Lathe"),
        (b'id="d1_good"', b'id="d1_parts"', "d1_parts"),
        (b'id="d1_load" name="load"', b'name="load"', "id"),
        (b'category="SAMPLE"', b'category="THING"', "THING"),
        (b'id="d3" name="Scale"', b'id="d3"', "name"),
    ],
    ids=["device twice", "item twice", "item without id", "unknown category", "device without name"],
)
def test_a_model_that_contradicts_itself_is_refused_with_the_line(good, bad, word):
    line = MODEL[: MODEL.index(good)].count(b"\n") + 1
    with pytest.raises(XmlRefused) as refused:
        read_devices(MODEL.replace(good, bad))

    assert (refused.value.code, refused.value.line) == ("xml:unexpected", line)
    assert word in refused.value.reason


@needs_shared
@pytest.mark.parametrize(
    ("file", "executions"),
    [
        ("nist-smstestbed/Devices.xml", {"Mazak01": "execution", "Hurco06": "Program_Status"}),
        ("mtconnect/Devices.xml", {"OKUMA": "pexecution", "Mazak": ""}),
        ("mtconnect/VMC-3Axis.xml", {"VMC-3Axis": "execution"}),
    ],
)
def test_real_models_are_read(file, executions):
    devices = read_devices((SHARED / "data" / file).read_bytes()).device_by_name

    assert {name: devices[name].execution.name for name in executions} == executions
