"""Builders of small machines, models and recordings."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

from telemetry.observations import Kind, Observation
from telemetry.sources.mtconnect_devices import read_devices

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SHARED = Path(__file__).resolve().parents[2].parent / "shared"

MODEL = b"""<?xml version="1.0" encoding="UTF-8"?>
<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:1.3">
  <Header creationTime="2026-01-01T00:00:00Z" sender="here" instanceId="1" version="1.3" bufferSize="1"/>
  <Devices>
    <Device id="d1" name="Lathe" uuid="u1">
      <Description manufacturer="Acme" model="L-20" serialNumber="7">A lathe</Description>
      <DataItems>
        <DataItem category="EVENT" id="d1_avail" name="avail" type="AVAILABILITY"/>
        <DataItem category="EVENT" id="d1_msg" name="note" type="MESSAGE"/>
      </DataItems>
      <Components>
        <Controller id="d1_c" name="controller">
          <DataItems>
            <DataItem category="EVENT" id="d1_run" name="execution" type="EXECUTION"/>
            <DataItem category="EVENT" id="d1_run2" name="execution2" type="EXECUTION"/>
            <DataItem category="EVENT" id="d1_parts" name="parts" type="PART_COUNT"/>
            <DataItem category="EVENT" id="d1_good" name="good" type="PART_COUNT" subType="GOOD"/>
            <DataItem category="EVENT" id="d1_left" name="left" type="PART_COUNT" subType="REMAINING"/>
            <DataItem category="SAMPLE" id="d1_load" name="load" type="LOAD" units="PERCENT"/>
            <DataItem category="CONDITION" id="d1_servo" name="servo" type="ACTUATOR"/>
          </DataItems>
        </Controller>
      </Components>
    </Device>
    <Device id="d2" name="Mill" uuid="u2">
      <DataItems>
        <DataItem category="EVENT" id="exec_mill" type="EXECUTION"/>
      </DataItems>
    </Device>
    <Device id="d3" name="Scale" uuid="u3"/>
  </Devices>
</MTConnectDevices>
"""


def a_device(name="Lathe"):
    return read_devices(MODEL).device_by_name[name]


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def an_observation(value="ACTIVE", minute=0, **more):
    facts = {"device": "Lathe", "item": "execution", "kind": Kind.EXECUTION, "stamped_at": at(minute)}
    return Observation(**facts | {"value": value} | more)


def a_count(value, sequence=None, session="s1", **more):
    session = session if sequence is not None else ""
    return an_observation(
        str(value), item="count", kind=Kind.COUNT, session=session, sequence=sequence, **more
    )


def a_recording(folder, *lines, name="Lathe-20260302.txt"):
    data = "".join(f"{line}\n" for line in lines).encode()
    path = folder / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def a_line(value="ACTIVE", minute=0, item="execution"):
    return f"{at(minute).strftime('%Y-%m-%dT%H:%M:%S.%fZ')}|{item}|{value}"


def spans(intervals):
    """`[(state, start minute, end minute)]`, minutes since NOON."""
    minute = timedelta(minutes=1)
    return [(i.state, (i.starts_at - NOON) / minute, (i.ends_at - NOON) / minute) for i in intervals]
