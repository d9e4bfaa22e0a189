#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""judge_tshark.py EXAMPLES: tshark reads every PDU that we write, and must find what was put in.

EXAMPLES is the program examples.c. Its PDUs go into a capture, one a frame; tshark tells each field
with its bytes (PDML), and those are compared by name and in order: header, mandatory fields, TLVs
with their names and lengths. A malformed packet or an expert's complaint fails its PDU. Reports in
TAP.
"""
import itertools
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

PORT = 2775

# Where the judge has another name, or one for each form of a time (absolute, relative or empty).
NAMES = {
    "esm_class": ["esm.submit.msg_mode"],
    "registered_delivery": ["regdel.receipt"],
    "short_message": ["message"],
    "schedule_delivery_time": ["schedule_delivery_time", "schedule_delivery_time_r"],
    # In submit_multi the judge calls an empty validity_period a schedule_delivery_time.
    "validity_period": ["validity_period", "validity_period_r", "schedule_delivery_time_r"],
    "final_date": ["final_date", "final_date_r"],
}
TLV_NAMES = {"dest_port": "destination_port"}
# Counts and flags that the judge reads, but does not show.
NOT_SHOWN = {"number_of_dests", "no_unsuccess", "dest_flag"}


def read_examples(program):
    examples = []
    for line in subprocess.run([program], check=True, capture_output=True,
                               text=True).stdout.splitlines():
        kind, *words = line.split(" ")
        if kind == "pdu":
            examples.append({"bytes": bytes.fromhex(words[0]), "fields": [], "tlvs": []})
        elif kind == "name":
            examples[-1]["name"] = words
        elif kind == "field":
            examples[-1]["fields"].append((words[0], words[1]))
        else:
            examples[-1]["tlvs"].append((words[0], words[1], words[2]))
    return examples


def capture(examples, path):
    dump = ""
    for example in examples:
        for at in range(0, len(example["bytes"]), 16):
            row = example["bytes"][at:at + 16]
            dump += "%06x %s\n" % (at, " ".join("%02x" % byte for byte in row))
        dump += "\n"
    subprocess.run(["text2pcap", "-q", "-T", "40000,%d" % PORT, "-", path], input=dump, text=True,
                   check=True, capture_output=True)


def judge(path):
    out = subprocess.run(["tshark", "-r", path, "-d", "tcp.port==%d,smpp" % PORT, "-T", "pdml"],
                         check=True, capture_output=True, text=True,
                         env={**os.environ, "TZ": "UTC"}).stdout
    return ElementTree.fromstring(out).findall("packet")


def raw(field):
    return field.get("unmaskedvalue") or field.get("value") or ""


class Reading:
    """What the judge found in one frame."""

    def __init__(self, packet):
        protocols = [p for p in packet if p.get("name") == "smpp"]
        if len(protocols) != 1:
            raise AssertionError("%d SMPP PDUs in one frame" % len(protocols))
        for element in packet.iter():
            name = element.get("name") or ""
            if "malformed" in name or "expert" in name:
                raise AssertionError("the judge complains: %s" % element.get("showname"))
        self.fields = []
        self.tlvs = []
        for field in protocols[0]:
            if field.get("name") in ("smpp.dlist", "smpp.dlist_resp"):
                self.fields.extend(field)
            elif field.get("name") == "smpp.opt_params":
                self.tlvs.extend(field)
            else:
                self.fields.append(field)

    def take(self, name, value):
        """The next field of this name; everything the judge showed before it was accounted for."""
        names = ["smpp." + n for n in NAMES.get(name, [name])]
        if not value and not (self.fields and self.fields[0].get("name") in names):
            return  # an empty string need not be shown
        if not self.fields or self.fields[0].get("name") not in names:
            shown = self.fields[0].get("name") if self.fields else "nothing"
            raise AssertionError("%s: the judge shows %s" % (name, shown))
        field = self.fields.pop(0)
        # A byte of flags is shown once for each group, all at the same place.
        while self.fields and self.fields[0].get("pos") == field.get("pos"):
            self.fields.pop(0)
        found = raw(field)
        if found not in (value, value + "00"):
            raise AssertionError("%s: wrote %s, the judge read %s" % (name, value, found))

    def number(self, name, value):
        self.take(name, value.removeprefix("0x").zfill(8))


def check_header(example, reading):
    name, command, _, status, sequence = example["name"]
    reading.number("command_length", "%x" % len(example["bytes"]))
    shown = reading.fields[0].get("showname").split(": ")[1].split(" (")[0]
    if shown.lower().replace(" - ", "_") != name:
        raise AssertionError("%s: the judge calls it %s" % (name, shown))
    reading.number("command_id", command)
    if command.startswith("0x8"):
        reading.number("command_status", status)
    reading.number("sequence_number", "%x" % int(sequence))


def check_fields(example, reading):
    for name, value in example["fields"]:
        if name in NOT_SHOWN:
            continue
        if name == "short_message":
            reading.take("sm_length", "%02x" % (len(value) // 2))
        reading.take(name, value)
    if reading.fields:
        raise AssertionError("the judge also shows %s" % reading.fields[0].get("name"))


def check_tlvs(example, reading):
    for (name, tag, value), found in itertools.zip_longest(example["tlvs"], reading.tlvs,
                                                           fillvalue=(None, None, None)):
        if name is None or isinstance(found, tuple):
            raise AssertionError("another number of TLVs")
        shown = found.get("showname").split(": ")[1].split(" (")[0]
        if TLV_NAMES.get(shown, shown) != name:
            raise AssertionError("%s: the judge calls it %s" % (name, shown))
        tag_field, length_field, *values = found
        if raw(tag_field) != tag.removeprefix("0x"):
            raise AssertionError("%s: tag %s" % (name, raw(tag_field)))
        length = int(raw(length_field), 16)
        if length not in (len(value) // 2, len(value) // 2 + 1):
            raise AssertionError("%s: length %d" % (name, length))
        if len(values) == 1 and raw(values[0]) and raw(values[0]) not in (value, value + "00"):
            raise AssertionError("%s: the judge read %s" % (name, raw(values[0])))


def main():
    examples = read_examples(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "examples.pcap")
        capture(examples, path)
        packets = judge(path)
    print("1..%d" % len(examples))
    for number, (example, packet) in enumerate(itertools.zip_longest(examples, packets), 1):
        title = " ".join([example["name"][0], example["name"][2]] +
                         [tlv[0] + " of %d bytes" % (len(tlv[2]) // 2)
                          for tlv in example["tlvs"][:1]])
        try:
            if packet is None:
                raise AssertionError("the judge did not see it")
            reading = Reading(packet)
            check_header(example, reading)
            check_fields(example, reading)
            check_tlvs(example, reading)
            print("ok %d - tshark agrees: %s" % (number, title))
        except AssertionError as error:
            print("not ok %d - tshark agrees: %s" % (number, title))
            print("# %s; bytes %s" % (error, example["bytes"].hex()))


main()
