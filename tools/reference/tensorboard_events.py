"""Writes test/fixtures/tensorboard-events.json: records of an event file as TensorBoard's own Python package writes them.

    python tools/reference/tensorboard_events.py [--out FILE]

- `records`: what goes into each event, and the record in base64, framing and checksums included.

Two more commands print JSON for tests that have a Python with the package:

    python tools/reference/tensorboard_events.py --read DIR      scalars and texts that TensorBoard shows of a run
    python tools/reference/tensorboard_events.py --records FILE  number of records; fails on a wrong checksum, and names it
"""

import argparse
import base64
import io
import json
import struct
import sys
from importlib.metadata import version
from pathlib import Path

from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import PyRecordReader_New
from tensorboard.plugins.text.summary_v2 import text_pb
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util.tensor_util import make_ndarray

DEFAULT_OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "tensorboard-events.json"

SCALARS = [
    {"train/loss": 1.0986122886681098, "train/gradient_norm": 3.25, "train/learning_rate/head": 1e-3},
    {"train/loss": float("nan"), "train/gradient_norm": float("inf"), "train/learning_rate/backbone": 0.0},
    {"validation/accuracy": 0.7142857142857143, "validation/Bärenmaß 熊": -1e-42},
    {},
]
TEXTS = ["", "| name | value |\n| --- | --- |\n| seed | 7 |", "naïve 😀 " * 40]


def record(event: event_pb2.Event) -> str:
    target = io.BytesIO()
    RecordWriter(target).write(event.SerializeToString())
    return base64.b64encode(target.getvalue()).decode()


def as_json(value: float):
    """JSON has no NaN and no infinity."""
    return value if value == value and abs(value) != float("inf") else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]


def records() -> list:
    found = []
    for wall_time in (1700000000.0, 1753000000.123456):
        event = event_pb2.Event(wall_time=wall_time, file_version="brain.Event:2")
        found.append({"type": "fileVersion", "wallTime": wall_time, "record": record(event)})
    for step in (0, 1, 127, 128, 300, 2**31, 2**40 + 1):
        wall_time = 1700000000 + step / 1024
        time = {"wallTime": wall_time, "step": step}
        session = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
        event = event_pb2.Event(wall_time=wall_time, step=step, session_log=session)
        found.append({"type": "sessionStart", **time, "record": record(event)})
        for scalars in SCALARS:
            values = [summary_pb2.Summary.Value(tag=tag, simple_value=value) for tag, value in scalars.items()]
            event = event_pb2.Event(wall_time=wall_time, step=step, summary=summary_pb2.Summary(value=values))
            listed = {tag: as_json(value) for tag, value in scalars.items()}
            found.append({"type": "scalars", **time, "scalars": listed, "record": record(event)})
        for text in TEXTS:
            event = event_pb2.Event(wall_time=wall_time, step=step, summary=text_pb("config", text))
            found.append({"type": "text", **time, "tag": "config", "text": text, "record": record(event)})
    return found


def read(directory: str) -> dict:
    # The reader that scripts use, and the one behind TensorBoard's pages; the first does not drop the texts of a killed run.
    scripts = event_accumulator.EventAccumulator(directory, size_guidance={"scalars": 0})
    pages = plugin_event_accumulator.EventAccumulator(directory, size_guidance={"tensors": 0})
    scripts.Reload()
    pages.Reload()
    scalars = {
        tag: [[event.step, as_json(event.value), event.wall_time] for event in scripts.Scalars(tag)]
        for tag in scripts.Tags()["scalars"]
    }
    texts = {}
    for tag in pages.Tags()["tensors"]:
        points = [(event.step, make_ndarray(event.tensor_proto), event.wall_time) for event in pages.Tensors(tag)]
        if pages.SummaryMetadata(tag).plugin_data.plugin_name == "text":
            texts[tag] = [[step, text.item().decode()] for step, text, _ in points]
        elif [[step, as_json(float(value)), time] for step, value, time in points] != scalars[tag]:
            raise ValueError(f"two readers of TensorBoard disagree about {tag}")
    return {"scalars": scalars, "texts": texts}


def count_records(file: str) -> int:
    reader = PyRecordReader_New(file)
    count = 0
    size = Path(file).stat().st_size
    position = 0
    while position < size:
        # Raises DataLossError where a checksum does not fit, or where the file ends within a record.
        reader.GetNext()
        event_pb2.Event.FromString(reader.record())
        position += struct.unpack_from("<Q", Path(file).read_bytes(), position)[0] + 16
        count += 1
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    parser.add_argument("--read")
    parser.add_argument("--records")
    options = parser.parse_args()
    if options.read:
        print(json.dumps(read(options.read)))
    elif options.records:
        try:
            print(count_records(options.records))
        except Exception as error:
            sys.exit(f"{type(error).__name__}: {error}")
    else:
        versions = {"tensorboard": version("tensorboard"), "protobuf": version("protobuf")}
        content = {"generator": "tools/reference/tensorboard_events.py", "versions": versions, "records": records()}
        options.out.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
        print(f"{options.out}: {len(content['records'])} records")


if __name__ == "__main__":
    main()
