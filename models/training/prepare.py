"""Cuts the labelled sets into crops: NAME.bin (uint8 [n, 112, 112, 3] RGB) and NAME.json (label, image of each crop).

    python3 models/training/prepare.py --data ../shared --out WORK/crops

A crop is the square around a box's centre, 1.7 longer sides wide, area-averaged to 112; what lies outside the picture is grey 114.
`other` is cut from the same pictures where no labelled object is. Training may read `training`; `labelled` is for testing alone.
"""
import argparse
import json
import random
from pathlib import Path

import cv2
import numpy as np

SIDE, MARGIN, PAD = 112, 1.7, 114
NAMES = {0: "person", 1: "bicycle", 2: "car", 3: "motorcycle", 5: "bus", 7: "truck"}
# The training sets number their labels without a gap.
DENSE = {0: "person", 1: "bicycle", 2: "car", 3: "motorcycle", 4: "bus", 5: "truck"}
# This one was published with four labels of its own.
ATL_VALID = {0: "bicycle", 1: "bus", 2: "car", 3: "truck"}
SETS = {
    "train-atl": ("training/atl-traffic", DENSE),
    "train-openimages": ("training/openimages-vehicles", DENSE),
    "train-coco": ("training/coco-train128", DENSE),
    "test-coco": ("labelled/coco_val128", NAMES),
    "test-atl": ("labelled/atl_valid31/valid", ATL_VALID),
    "test-openimages": ("labelled/openimages_vehicles_valid", DENSE),
}
LEAST_SIDE = 10
OTHERS_PER_IMAGE = 8


def crop(picture, cx, cy, longer):
    """The square of MARGIN longer sides around (cx, cy), SIDE pixels wide."""
    half = max(2.0, longer * MARGIN / 2)
    x0, y0 = int(round(cx - half)), int(round(cy - half))
    side = max(4, int(round(2 * half)))
    square = np.full((side, side, 3), PAD, np.uint8)
    height, width = picture.shape[:2]
    left, top, right, bottom = max(0, x0), max(0, y0), min(width, x0 + side), min(height, y0 + side)
    if right > left and bottom > top:
        square[top - y0 : bottom - y0, left - x0 : right - x0] = picture[top:bottom, left:right]
    how = cv2.INTER_AREA if side > SIDE else cv2.INTER_LINEAR
    return cv2.resize(square, (SIDE, SIDE), interpolation=how)


def overlap(a, b):
    """Share of box a (left, top, right, bottom) that lies in b."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return max(0, width) * max(0, height) / ((a[2] - a[0]) * (a[3] - a[1]))


def others(picture, boxes, rng):
    """Places where no labelled object is, of the sizes that objects have."""
    height, width = picture.shape[:2]
    for _ in range(OTHERS_PER_IMAGE):
        for _ in range(20):
            w = rng.uniform(0.04, 0.35) * width
            h = w * rng.choice([0.5, 0.8, 1, 1.3, 2.2])
            x, y = rng.uniform(0, width - w), rng.uniform(0, max(1, height - h))
            if all(overlap((x, y, x + w, y + h), box) < 0.05 for box in boxes):
                yield x + w / 2, y + h / 2, max(w, h)
                break


def cut(folder, names, rng):
    for image in sorted((folder / "images").glob("*.jpg")):
        picture = cv2.cvtColor(cv2.imread(str(image)), cv2.COLOR_BGR2RGB)
        height, width = picture.shape[:2]
        label_file = folder / "labels" / (image.stem + ".txt")
        rows = [line.split() for line in label_file.read_text().splitlines() if line.strip()] if label_file.exists() else []
        boxes = []
        for label, cx, cy, w, h in ((int(row[0]), *map(float, row[1:5])) for row in rows):
            cx, cy, w, h = cx * width, cy * height, w * width, h * height
            boxes.append((cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2))
            if label in names and max(w, h) >= LEAST_SIDE:
                yield names[label], image.stem, crop(picture, cx, cy, max(w, h))
        for cx, cy, longer in others(picture, boxes, rng):
            yield "other", image.stem, crop(picture, cx, cy, longer)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    given = options.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for name, (folder, names) in SETS.items():
        rows = list(cut(given.data / folder, names, random.Random(20261125)))
        np.stack([pixels for _, _, pixels in rows]).tofile(given.out / f"{name}.bin")
        (given.out / f"{name}.json").write_text(json.dumps([[label, image] for label, image, _ in rows]))
        counts = {label: sum(row[0] == label for row in rows) for label in sorted({row[0] for row in rows})}
        print(name, counts, flush=True)


if __name__ == "__main__":
    main()
