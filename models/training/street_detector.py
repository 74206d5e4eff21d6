"""A trial of a detector of our own: anchor-free, one level at stride 8, person and five vehicles at 320 pixels.

    python3 models/training/street_detector.py train --data SHARED --work WORK [--taught FOLDER] [--minutes N]
    python3 models/training/street_detector.py score --data SHARED --work WORK

Nothing of it is shipped: models/training/README.md says what it reached. Checkpoints lie in WORK and are taken up again.
"""
import argparse
import json
import os
import time
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from network import Residual, unit

SIDE, STRIDE, CLASSES = 320, 8, 6
SETS = ["atl-traffic", "openimages-vehicles", "coco-train128"]
SEED, BATCH, RATE = 20261125, 16, 2e-3


class StreetDetector(nn.Module):
    """Features at strides 8, 16 and 32, added up at stride 8; centres by class (CenterNet) and the box's sides (FCOS)."""

    def __init__(self):
        super().__init__()
        relu = nn.ReLU()
        self.stem = nn.Sequential(unit(3, 16, 2), relu, unit(16, 24, 2), relu, Residual(24), unit(24, 48, 2), relu, Residual(48), Residual(48))
        self.middle = nn.Sequential(unit(48, 80, 2), relu, Residual(80), Residual(80))
        self.deep = nn.Sequential(unit(80, 112, 2), relu, Residual(112), Residual(112))
        self.narrow = nn.ModuleList([nn.Conv2d(48, 48, 1), nn.Conv2d(80, 48, 1), nn.Conv2d(112, 48, 1)])
        self.mix = nn.Sequential(unit(48, 48), relu, Residual(48))
        self.centres, self.sides = nn.Conv2d(48, CLASSES, 1), nn.Conv2d(48, 4, 1)
        nn.init.constant_(self.centres.bias, -3.5)

    def forward(self, x):
        fine = self.stem(x); middle = self.middle(fine); deep = self.deep(middle)
        up = lambda y: F.interpolate(y, fine.shape[2:], mode="nearest")
        y = self.mix(self.narrow[0](fine) + up(self.narrow[1](middle)) + up(self.narrow[2](deep)))
        return self.centres(y), F.softplus(self.sides(y)) * STRIDE


def read(data, taught):
    """The training sets, and the folder that teacher.ts wrote where there is one."""
    images = []
    for folder in [data / "training" / name for name in SETS] + ([taught] if taught else []):
        for file in sorted((folder / "images").iterdir()):
            label = folder / "labels" / f"{file.stem}.txt"
            rows = [list(map(float, line.split()[:5])) for line in label.read_text().splitlines() if line.strip()] if label.exists() else []
            picture = cv2.imread(str(file))
            scale = min(1.0, 800 / max(picture.shape[:2]))
            picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            images.append((picture, np.array(rows, np.float32).reshape(-1, 5)))
    return images


def sample(picture, rows, rng):
    """A square window at a random scale, flipped and recoloured; boxes in its pixels, those mostly outside left out."""
    height, width = picture.shape[:2]
    side = min(height, width) * np.exp(rng.uniform(np.log(0.45), np.log(1.3)))
    left, top = rng.uniform(min(0, width - side), max(0, width - side)), rng.uniform(min(0, height - side), max(0, height - side))
    zoom = SIDE / side
    matrix = np.array([[zoom, 0, -left * zoom], [0, zoom, -top * zoom]], np.float32)
    seen = cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR, borderValue=(114,) * 3)
    boxes = []
    for kind, x, y, w, h in rows:
        x0, x1 = ((x - w / 2) * width - left) * zoom, ((x + w / 2) * width - left) * zoom
        y0, y1 = ((y - h / 2) * height - top) * zoom, ((y + h / 2) * height - top) * zoom
        a, b, c, d = max(0, x0), max(0, y0), min(SIDE, x1), min(SIDE, y1)
        if c - a < 4 or d - b < 4 or (c - a) * (d - b) < 0.3 * (x1 - x0) * (y1 - y0):
            continue
        boxes.append((int(kind), a, b, c, d))
    if rng.random() < 0.5:
        seen = seen[:, ::-1]
        boxes = [(k, SIDE - c, b, SIDE - a, d) for k, a, b, c, d in boxes]
    seen = seen.astype(np.float32) * rng.uniform(0.6, 1.4) + rng.uniform(-25, 25)
    return np.clip(seen, 0, 255), boxes


def targets(boxes):
    cells = SIDE // STRIDE
    heat, sides, where = np.zeros((CLASSES, cells, cells), np.float32), np.zeros((4, cells, cells), np.float32), np.zeros((cells, cells), np.float32)
    grid = (np.arange(cells) + 0.5) * STRIDE
    for kind, a, b, c, d in sorted(boxes, key=lambda box: -(box[3] - box[1]) * (box[4] - box[2])):
        x, y = (a + c) / 2, (b + d) / 2
        sx, sy = max(STRIDE / 2, (c - a) / 6), max(STRIDE / 2, (d - b) / 6)
        bump = np.exp(-((grid[None] - x) ** 2) / (2 * sx**2) - ((grid[:, None] - y) ** 2) / (2 * sy**2))
        bump[int(min(cells - 1, y // STRIDE)), int(min(cells - 1, x // STRIDE))] = 1
        heat[kind] = np.maximum(heat[kind], bump)
        near = bump > 0.5
        where[near] = 1
        for index, value in enumerate(((grid - a)[None] + 0 * grid[:, None], (grid - b)[:, None] + 0 * grid[None],
                                       (c - grid)[None] + 0 * grid[:, None], (d - grid)[:, None] + 0 * grid[None])):
            sides[index][near] = np.maximum(value, 1)[near]
    return heat, sides, where


def batch_of(images, rng):
    parts = [sample(*images[rng.integers(len(images))], rng) for _ in range(BATCH)]
    x = torch.from_numpy(np.stack([part[0].transpose(2, 0, 1) for part in parts]).copy()) / 128 - 1
    heat, sides, where = zip(*(targets(part[1]) for part in parts))
    return x, *(torch.from_numpy(np.stack(each)) for each in (heat, sides, where))


def loss_of(model, x, heat, sides, where):
    logits, given = model(x)
    p = torch.sigmoid(logits).clamp(1e-4, 1 - 1e-4)
    peak = heat.eq(1)
    focal = -(torch.log(p) * (1 - p) ** 2)[peak].sum() - (torch.log(1 - p) * p**2 * (1 - heat) ** 4)[~peak].sum()
    wide = torch.minimum(given[:, 0], sides[:, 0]) + torch.minimum(given[:, 2], sides[:, 2])
    high = torch.minimum(given[:, 1], sides[:, 1]) + torch.minimum(given[:, 3], sides[:, 3])
    both = wide * high
    whole = (given[:, 0] + given[:, 2]) * (given[:, 1] + given[:, 3]) + (sides[:, 0] + sides[:, 2]) * (sides[:, 1] + sides[:, 3]) - both
    boxes = (-torch.log((both + 1) / (whole + 1)) * where).sum() / where.sum().clamp(min=1)
    return focal / peak.sum().clamp(min=1) + boxes


def train(options):
    torch.manual_seed(SEED)
    rng, images, model = np.random.default_rng(SEED), read(options.data, options.taught), StreetDetector()
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.03)
    file, spent, step, curve = options.work / "detector.checkpoint", 0.0, 0, []
    if file.exists():
        state = torch.load(file)
        model.load_state_dict(state["model"]); optimiser.load_state_dict(state["optimiser"])
        spent, step, curve = state["spent"], state["step"], state["curve"]
        rng = np.random.default_rng(SEED + step)
    total, begun = 0.0, time.time() - spent
    while (spent := time.time() - begun) < options.minutes * 60:
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 200) * 0.5 * (1 + np.cos(np.pi * min(1, spent / (options.minutes * 60))))
        model.train()
        loss = loss_of(model, *batch_of(images, rng))
        optimiser.zero_grad(); loss.backward(); optimiser.step()
        total += float(loss); step += 1
        if step % 100 == 0:
            curve.append({"step": step, "loss": total / 100, "minutes": spent / 60}); total = 0.0
            print(curve[-1], flush=True)
            torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "spent": spent, "step": step, "curve": curve}, file)
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "spent": spent, "step": step, "curve": curve}, file)


@torch.no_grad()
def detect(model, picture, left, top, side):
    """Boxes of one square window in pixels of the picture: (class, score, x0, y0, x1, y1)."""
    zoom = SIDE / side
    matrix = np.array([[zoom, 0, -left * zoom], [0, zoom, -top * zoom]], np.float32)
    seen = cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_AREA, borderValue=(114,) * 3).astype(np.float32)
    logits, sides = model(torch.from_numpy(seen.transpose(2, 0, 1).copy())[None] / 128 - 1)
    p = torch.sigmoid(logits)[0]
    p = p * (F.max_pool2d(p[None], 3, 1, 1)[0] == p)
    found = []
    for kind, y, x in torch.nonzero(p > 0.02).tolist():
        cx, cy = (x + 0.5) * STRIDE, (y + 0.5) * STRIDE
        l, t, r, b = sides[0, :, y, x].tolist()
        found.append((kind, float(p[kind, y, x]), (cx - l) / zoom + left, (cy - t) / zoom + top, (cx + r) / zoom + left, (cy + b) / zoom + top))
    return found


def overlap(a, b):
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    return w * h / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h)


def suppressed(found):
    kept = []
    for box in sorted(found, key=lambda each: -each[1]):
        if all(box[0] != other[0] or overlap(box[2:], other[2:]) < 0.5 for other in kept):
            kept.append(box)
    return kept


def average_precision(pictures):
    """Every point of the curve, IoU 0.5, as benchmarks/scoring/average-precision.ts."""
    boxes = sorted(((score, index, box) for index, (_, found) in enumerate(pictures) for score, box in found), key=lambda each: -each[0])
    taken, right, curve, total = [set() for _ in pictures], 0, [], sum(len(truth) for truth, _ in pictures)
    for rank, (_, index, box) in enumerate(boxes):
        options = [(overlap(box, truth), at) for at, truth in enumerate(pictures[index][0]) if at not in taken[index]]
        best = max(options, default=(0, -1))
        if best[0] >= 0.5:
            taken[index].add(best[1]); right += 1
        curve.append((right / total, right / (rank + 1)))
    area, ceiling = 0.0, 0.0
    for at in range(len(curve) - 1, -1, -1):
        ceiling = max(ceiling, curve[at][1])
        area += (curve[at][0] - (curve[at - 1][0] if at else 0)) * ceiling
    return area


LABELLED = [("coco_val128", "coco_val128", 0, 0), ("coco_val128", "coco_val128", 2, 2), ("atl_valid31", "atl_valid31/valid", 2, 2),
            ("openimages_vehicles_valid", "openimages_vehicles_valid", 2, 2)]


def score(options):
    model = StreetDetector()
    state = torch.load(options.work / "detector.checkpoint")
    model.load_state_dict(state["model"]); model.eval()
    result = {"parameters": sum(p.numel() for p in model.parameters()), "steps": state["step"], "minutes": state["spent"] / 60}
    for name, folder, label, kind in LABELLED:
        root, pictures = options.data / "labelled" / folder, []
        for file in sorted((root / "images").iterdir()):
            picture = cv2.imread(str(file))
            height, width = picture.shape[:2]
            rows = (root / "labels" / f"{file.stem}.txt")
            truth = [list(map(float, line.split()[1:5])) for line in (rows.read_text().splitlines() if rows.exists() else [])
                     if line.split() and int(float(line.split()[0])) == label]
            short, long = min(height, width), max(height, width)
            # Two squares for a wide picture, one that holds it all for any other.
            windows = [(0, 0, long)] if long <= 1.45 * short else [(0, 0, short), (width - short, height - short, short)]
            found = suppressed([box for window in windows for box in detect(model, picture, *window)])
            pictures.append(([((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height) for x, y, w, h in truth],
                             [(box[1], box[2:]) for box in found if box[0] == kind]))
        result[f"{name}_{'person' if kind == 0 else 'car'}"] = round(average_precision(pictures), 3)
    print(json.dumps(result))
    (options.work / "detector.json").write_text(json.dumps({**result, "curve": state["curve"]}, indent=1))


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("command", choices=["train", "score"])
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--work", type=Path, required=True)
    options.add_argument("--taught", type=Path)
    options.add_argument("--minutes", type=float, default=60)
    given = options.parse_args()
    torch.set_num_threads(int(os.environ.get("THREADS", "2")))
    cv2.setNumThreads(1)
    {"train": train, "score": score}[given.command](given)


if __name__ == "__main__":
    main()
