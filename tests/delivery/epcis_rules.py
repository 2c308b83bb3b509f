"""What EPCIS 2.0 asks of a document and of the two kinds of event that we tell, as a JSON schema in our own words.

After GS1 EPCIS 2.0 (section 9 and its JSON binding) and CBV 2.0 (7.1, 7.2). GS1 publishes a schema file under no licence
that lets others pass it on; who has it names it in EPCIS_JSON_SCHEMA, and documents are held against it too.
"""

import json
import os
from pathlib import Path

from jsonschema import Draft7Validator

STEPS = [
    "accepting",
    "arriving",
    "assembling",
    "collecting",
    "commissioning",
    "consigning",
    "creating_class_instance",
    "cycle_counting",
    "decommissioning",
    "departing",
    "destroying",
    "disassembling",
    "dispensing",
    "encoding",
    "entering_exiting",
    "holding",
    "inspecting",
    "installing",
    "killing",
    "loading",
    "other",
    "packing",
    "picking",
    "receiving",
    "removing",
    "repackaging",
    "repairing",
    "replacing",
    "reserving",
    "retail_selling",
    "sampling",
    "sensor_reporting",
    "shipping",
    "staging_outbound",
    "stock_taking",
    "stocking",
    "storing",
    "transporting",
    "unloading",
    "unpacking",
    "void_shipping",
]
DISPOSITIONS = [
    "active",
    "available",
    "completeness_inferred",
    "completeness_verified",
    "conformant",
    "container_closed",
    "container_open",
    "damaged",
    "destroyed",
    "dispensed",
    "disposed",
    "encoded",
    "expired",
    "in_progress",
    "in_transit",
    "inactive",
    "mismatch_class",
    "mismatch_instance",
    "mismatch_quantity",
    "needs_replacement",
    "no_pedigree_match",
    "non_conformant",
    "non_sellable_other",
    "partially_dispensed",
    "recalled",
    "reserved",
    "retail_sold",
    "returned",
    "sellable_accessible",
    "sellable_not_accessible",
    "stolen",
    "unavailable",
    "unknown",
]

URI = {
    "type": "string",
    "pattern": r"^[a-z][a-z0-9+.-]*:[!-;=?-\[\]_a-z~]+$",
}  # printable ASCII without < > ^ ` { | } and spaces
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
OFFSET = {"type": "string", "pattern": r"^[+-]((0\d|1[0-3]):[0-5]\d|14:00)$"}
PLACE = {"type": "object", "required": ["id"], "properties": {"id": URI}}
QUANTITY = {
    "type": "object",
    "required": ["epcClass"],
    "properties": {
        "epcClass": URI,
        "quantity": {"type": "number", "exclusiveMinimum": 0},
        "uom": {"type": "string", "pattern": "^[A-Z0-9]{2,3}$"},
    },
    "additionalProperties": False,
}
ERROR = {
    "type": "object",
    "required": ["declarationTime"],
    "properties": {
        "declarationTime": MOMENT,
        "reason": {"enum": ["did_not_occur", "incorrect_data"]},
        "correctiveEventIDs": {"type": "array", "items": URI},
    },
    "additionalProperties": False,
}
COMMON = {
    "type": {"enum": ["ObjectEvent", "AggregationEvent"]},
    "eventID": URI,
    "eventTime": MOMENT,
    "recordTime": MOMENT,
    "eventTimeZoneOffset": OFFSET,
    "action": {"enum": ["ADD", "OBSERVE", "DELETE"]},
    "bizStep": {"enum": STEPS},
    "disposition": {"enum": DISPOSITIONS},
    "readPoint": PLACE,
    "bizLocation": PLACE,
    "errorDeclaration": ERROR,
}
REQUIRED = ["type", "eventTime", "eventTimeZoneOffset", "action"]
OBJECT_EVENT = {
    "type": "object",
    "required": REQUIRED,
    "properties": {
        **COMMON,
        "epcList": {"type": "array", "items": URI, "uniqueItems": True},
        "quantityList": {"type": "array", "items": QUANTITY},
    },
    "additionalProperties": False,
    "anyOf": [{"required": ["epcList"]}, {"required": ["quantityList"]}],
}
AGGREGATION_EVENT = {
    "type": "object",
    "required": REQUIRED,
    "properties": {
        **COMMON,
        "parentID": URI,
        "childEPCs": {"type": "array", "items": URI, "uniqueItems": True},
        "childQuantityList": {"type": "array", "items": QUANTITY},
    },
    "additionalProperties": False,
    "allOf": [
        {  # what is put in is named; taking out may name the parent alone
            "anyOf": [
                {"required": ["childEPCs"], "properties": {"childEPCs": {"minItems": 1}}},
                {"required": ["childQuantityList"], "properties": {"childQuantityList": {"minItems": 1}}},
                {"properties": {"action": {"const": "DELETE"}}},
            ]
        },
        {"anyOf": [{"required": ["parentID"]}, {"properties": {"action": {"const": "OBSERVE"}}}]},
    ],
}
EVENT = {
    "if": {"properties": {"type": {"const": "AggregationEvent"}}},
    "then": AGGREGATION_EVENT,
    "else": OBJECT_EVENT,
}
DOCUMENT = {
    "type": "object",
    "required": ["@context", "type", "schemaVersion", "creationDate", "epcisBody"],
    "properties": {
        "@context": {"type": "array", "items": URI, "uniqueItems": True, "minItems": 1},
        "type": {"const": "EPCISDocument"},
        "schemaVersion": {"type": "string", "pattern": r"^\d+(\.\d+)*$"},
        "creationDate": MOMENT,
        "epcisBody": {
            "type": "object",
            "required": ["eventList"],
            "properties": {"eventList": {"type": "array", "items": EVENT}},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}


def breaches(document: object) -> list[str]:
    """Where the document breaks a rule, ours or of the file named by EPCIS_JSON_SCHEMA."""
    schemas = [DOCUMENT]
    if path := os.environ.get("EPCIS_JSON_SCHEMA"):
        schemas.append(json.loads(Path(path).read_text()))
    return [
        f"{fault.json_path}: {fault.message[:200]}"
        for schema in schemas
        for fault in Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER).iter_errors(
            document
        )
    ]
