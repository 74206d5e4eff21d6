"""Writes the training record of the crop classifier: record.json and curves.png, from what street_crop.py left in WORK.

    python3 models/training/record.py --work WORK --out models/training
"""
import argparse
import collections
import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from network import LABELS
from street_crop import CLIPS, DATA_SETS, TESTS

LICENCES = {"train-atl": "CC BY 4.0 (declared)", "train-openimages": "CC BY 4.0", "train-coco": "annotations CC BY 4.0; Flickr images under mixed terms",
            "scenes": "Apache-2.0 (rendered by benchmarks/scenes)"}


def counts(work, name):
    rows = json.loads((work / "crops" / f"{name}.json").read_text())
    return dict(sorted(collections.Counter(row[0] if isinstance(row, list) else row for row in rows).items()))


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--work", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    given = options.parse_args()
    runs = {name: json.loads((given.work / f"{name}.json").read_text()) for name in ["base", "all", *(f"without-{clip}" for clip in CLIPS)]}
    digits = lambda value: json.loads(json.dumps(value), parse_float=lambda text: round(float(text), 4))
    short = lambda scores: {key: value for key, value in scores.items() if key != "confusion"}
    record = {
        "labels": LABELS,
        "seed": runs["base"]["seed"],
        "batch": runs["base"]["batch"],
        "machine": "2 cores, AMD EPYC, PyTorch 1.13 on the CPU",
        "data": [{"name": name, "licence": LICENCES.get(name, "CC BY 4.0 (intel-iot-devkit/sample-videos)"), "crops": counts(given.work, name)}
                 for name in [*DATA_SETS, "scenes", *CLIPS]],
        "tests": {name: counts(given.work, name) for name in TESTS},
        "runs": {name: {"steps": run["curves"][-1]["step"], "minutes": run["curves"][-1]["minutes"],
                        **{key: short(value) if isinstance(value, dict) else value for key, value in run["result"].items()}} for name, run in runs.items()},
        "confusion": {"labels": LABELS, "rows": "truth", "columns": "named", **{name: runs["all"]["result"][name]["confusion"] for name in ["held_out", *TESTS]}},
    }
    (given.out / "record.json").write_text(json.dumps(digits(record), indent=1) + "\n")
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), dpi=90)
    for name, run in runs.items():
        steps = [point["step"] for point in run["curves"]]
        left.plot(steps, [point["loss"] for point in run["curves"]], lw=1)
        right.plot(steps, [point["held_out"] for point in run["curves"]], lw=1, label=name)
    left.set(xlabel="steps", ylabel="training loss")
    right.set(xlabel="steps", ylabel="held-out crops named right")
    right.legend(fontsize=6)
    figure.tight_layout()
    figure.savefig(given.out / "curves.png", metadata={"Software": None})


if __name__ == "__main__":
    main()
