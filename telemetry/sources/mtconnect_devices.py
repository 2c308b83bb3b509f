"""The device model of an MTConnect agent (`Devices.xml`, the answer to `probe`): devices and their data items."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from lxml import etree

from telemetry.observations import DeviceName, ItemId, Kind
from telemetry.sources.safe_xml import attribute, local_name, parse_xml, unexpected


class Category(StrEnum):
    SAMPLE = "SAMPLE"
    EVENT = "EVENT"
    CONDITION = "CONDITION"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataItem:
    """`type` and `sub_type` in MTConnect's words (EXECUTION, PART_COUNT/GOOD, ...); `units` after conversion."""

    id: ItemId
    category: Category
    type: str
    name: str = ""
    sub_type: str = ""
    units: str = ""
    representation: str = "VALUE"

    @property
    def kind(self) -> Kind:
        return kind_of(category=self.category, item_type=self.type, sub_type=self.sub_type)


@dataclass(frozen=True, kw_only=True)
class Device:
    """`items` in document order."""

    name: DeviceName
    id: str
    uuid: str
    manufacturer: str = ""
    model: str = ""
    serial_number: str = ""
    items: tuple[DataItem, ...] = ()

    @cached_property
    def executions(self) -> tuple[DataItem, ...]:
        """The items of type EXECUTION: one, or one for each path of the control."""
        return tuple(item for item in self.items if item.kind is Kind.EXECUTION)

    @property
    def execution(self) -> DataItem | None:
        """The item that is the machine's state: the first of type EXECUTION in the document."""
        return self.executions[0] if self.executions else None

    def kind(self, item: DataItem) -> Kind:
        """The item's kind; a further path's execution is not the machine's state, but an event."""
        is_other_path = item.kind is Kind.EXECUTION and item is not self.execution
        return Kind.EVENT if is_other_path else item.kind

    def item(self, key: str) -> DataItem | None:
        """The item with this name, else with this id; the key may carry the device's name (`Mazak01:avail`)."""
        found = self._by_name.get(key) or self._by_id.get(key)
        if found is None and key.startswith(f"{self.name}:"):
            return self.item(key.removeprefix(f"{self.name}:"))
        return found

    @cached_property
    def _by_name(self) -> dict[str, DataItem]:
        return {item.name: item for item in reversed(self.items) if item.name}

    @cached_property
    def _by_id(self) -> dict[str, DataItem]:
        return {item.id: item for item in self.items}


@dataclass(frozen=True, kw_only=True)
class DeviceModel:
    """`devices` in document order; names are unique."""

    devices: tuple[Device, ...]

    @cached_property
    def device_by_name(self) -> dict[str, Device]:
        return {device.name: device for device in self.devices}


def read_devices(data: bytes) -> DeviceModel:
    """Raises `XmlRefused` with the line: nothing is taken from a document that is wrong in one place."""
    root = parse_xml(data, root="MTConnectDevices")
    devices: dict[str, Device] = {}
    for element in root.iterfind("{*}Devices/{*}Device"):
        device = _device(element)
        if device.name in devices:
            raise unexpected(element, reason=f"device {device.name} comes twice")
        devices[device.name] = device
    return DeviceModel(devices=tuple(devices.values()))


def kind_of(*, category: Category, item_type: str, sub_type: str) -> Kind:
    """The normal form's kind; a part count of bad, target or remaining parts is no counter of parts made."""
    if category is Category.CONDITION:
        return Kind.ALARM
    if category is Category.SAMPLE:
        return Kind.ENERGY if item_type == "ELECTRICAL_ENERGY" else Kind.SAMPLE
    if item_type == "PART_COUNT" and sub_type in ("", "ALL", "COMPLETE"):
        return Kind.COUNT
    if item_type == "PART_COUNT" and sub_type == "GOOD":
        return Kind.GOOD
    if item_type == "PROGRAM" and sub_type in ("", "ACTIVE", "MAIN"):
        return Kind.PROGRAM
    return {"EXECUTION": Kind.EXECUTION, "AVAILABILITY": Kind.AVAILABILITY}.get(item_type, Kind.EVENT)


def _device(element: etree._Element) -> Device:
    items: dict[str, DataItem] = {}
    for item_element in element.iter("{*}DataItem"):
        item = _item(item_element)
        if item.id in items:
            raise unexpected(item_element, reason=f"data item {item.id} comes twice")
        items[item.id] = item
    description = element.find("{*}Description")
    described = element if description is None else description
    return Device(
        name=DeviceName(attribute(element, "name")),
        id=attribute(element, "id"),
        uuid=attribute(element, "uuid"),
        manufacturer=described.get("manufacturer", ""),
        model=described.get("model", ""),
        serial_number=described.get("serialNumber", ""),
        items=tuple(items.values()),
    )


def _item(element: etree._Element) -> DataItem:
    category = attribute(element, "category")
    if category not in Category.__members__:
        raise unexpected(element, reason=f"{local_name(element)} has the unknown category {category[:40]!r}")
    return DataItem(
        id=ItemId(attribute(element, "id")),
        category=Category(category),
        type=attribute(element, "type"),
        name=element.get("name", ""),
        sub_type=element.get("subType", ""),
        units=element.get("units", ""),
        representation=element.get("representation", "VALUE"),
    )
