"""Trains, calibrates, tests and exports the crop classifier.

    python3 models/training/street_crop.py train  --work WORK [--steps N]           # data sets and rendered scenes
    python3 models/training/street_crop.py tune   --work WORK [--without CLIP]      # adds the free clips, all or all but one
    python3 models/training/street_crop.py export --work WORK --weights NAME --out models/street-crop

WORK/crops is made by prepare.py and clip-crops.ts. Checkpoints lie in WORK and are taken up again.
"""
import argparse
import hashlib
import json
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from augment import DEVIATION, HIDDEN, MEAN, augmented, plain
from network import INPUT, LABELS, StreetCrop

DATA_SETS = ["train-atl", "train-openimages", "train-coco"]
TESTS = ["test-coco", "test-atl", "test-openimages"]
CLIPS = ["car-detection", "one-by-one-person-detection", "people-detection", "person-bicycle-car-detection",
         "store-aisle-detection", "worker-zone-detection"]
COARSE = {"person": 0, "bicycle": 1, "motorcycle": 1, "car": 2, "bus": 2, "truck": 2, "other": 3}
PRIOR = {"person": 0.28, "bicycle": 0.1, "motorcycle": 0.1, "car": 0.2, "bus": 0.08, "truck": 0.1, "other": 0.14}
WEIGHT = {"train-coco": 2.0, "scenes": 0.5, **{clip: 0.35 for clip in CLIPS}}
BATCH, SEED, HELD_OUT = 128, 20261125, 8


def load(work, name):
    rows = json.loads((work / "crops" / f"{name}.json").read_text())
    pixels = np.memmap(work / "crops" / f"{name}.bin", np.uint8, "r").reshape(-1, 112, 112, 3)
    labels = [LABELS.index(row[0] if isinstance(row, list) else row) for row in rows]
    images = [row[1] if isinstance(row, list) else "" for row in rows]
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))), torch.tensor(labels), images


def is_held_out(image):
    """One picture in eight is never trained on; clips and scenes are not split."""
    return image != "" and int(hashlib.sha256(image.encode()).hexdigest(), 16) % HELD_OUT == 0


def gather(work, names):
    train, held = [], []
    for name in names:
        pixels, labels, images = load(work, name)
        out = torch.tensor([is_held_out(image) for image in images])
        train.append((name, pixels[~out], labels[~out]))
        held.append((pixels[out], labels[out]))
    pixels = torch.cat([each[1] for each in train])
    labels = torch.cat([each[2] for each in train])
    weights = torch.cat([weights_of(name, part) for name, _, part in train])
    # Each class has its share of a batch, whatever it has of the data.
    for index, label in enumerate(LABELS):
        mine = labels == index
        weights[mine] *= PRIOR[label] / max(1e-9, float(weights[mine].sum()))
    return pixels, labels, weights, torch.cat([each[0] for each in held]), torch.cat([each[1] for each in held])


def weights_of(name, labels):
    """A source counts by its weight, not by its number of crops: a clip shows one object hundreds of times."""
    weights = torch.zeros(len(labels))
    for index in range(len(LABELS)):
        mine = labels == index
        weights[mine] = WEIGHT.get(name, 1.0) / max(60, int(mine.sum()))
    return weights


@torch.no_grad()
def logits_of(model, pixels):
    model.eval()
    return torch.cat([model(plain(part.float() / 255, INPUT)) for part in pixels.split(256)]) if len(pixels) else torch.zeros(0, len(LABELS))


def fit(model, work, names, steps, rate, hidden, checkpoint, curves):
    pixels, labels, weights, held, held_labels = gather(work, names)
    rng = torch.Generator().manual_seed(SEED)
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.02)
    average = {key: value.clone() for key, value in model.state_dict().items()}
    done = 0
    if checkpoint.exists():
        state = torch.load(checkpoint)
        if state["steps"] == steps:
            model.load_state_dict(state["model"]); optimiser.load_state_dict(state["optimiser"])
            average, done, curves[:] = state["average"], state["done"], state["curves"]
            rng.manual_seed(SEED + done)
    started, total = time.time(), 0.0
    while done < steps:
        share = done / steps
        warm = min(1.0, (done + 1) / 100)
        for group in optimiser.param_groups:
            group["lr"] = rate * warm * 0.5 * (1 + np.cos(np.pi * share))
        chosen = torch.multinomial(weights, BATCH, replacement=True, generator=rng)
        target = labels[chosen]
        model.train()
        loss = F.cross_entropy(model(augmented(pixels[chosen].float() / 255, target, INPUT, rng, hidden)), target, label_smoothing=0.05)
        optimiser.zero_grad(); loss.backward(); optimiser.step()
        total += float(loss)
        done += 1
        keep = min(0.995, done / (done + 10))
        for key, value in model.state_dict().items():
            average[key] = value.clone() if not value.is_floating_point() else average[key] * keep + value * (1 - keep)
        if done % 100 == 0 or done == steps:
            smooth = StreetCrop(); smooth.load_state_dict(average)
            right = (logits_of(smooth, held).argmax(1) == held_labels).float().mean() if len(held) else 0
            curves.append({"step": done, "loss": total / 100, "held_out": float(right), "minutes": (time.time() - started) / 60})
            print(curves[-1], flush=True)
            total = 0.0
            torch.save({"steps": steps, "model": model.state_dict(), "optimiser": optimiser.state_dict(), "average": average,
                        "done": done, "curves": curves}, checkpoint)
    model.load_state_dict(average)
    return held, held_labels


def temperature_of(logits, labels):
    """The one number that makes held-out probabilities honest (Guo et al. 2017), by a fine search."""
    grid = np.exp(np.linspace(np.log(0.4), np.log(3), 120))
    return float(min(grid, key=lambda t: float(F.cross_entropy(logits / t, labels))))


def calibration_error(logits, labels, bins=10):
    sure, guess = F.softmax(logits, 1).max(1)
    right = (guess == labels).float()
    place = (sure * bins).long().clamp(max=bins - 1)
    return float(sum((place == b).float().mean() * (sure[place == b].mean() - right[place == b].mean()).abs() for b in range(bins) if (place == b).any()))


def score(logits, labels):
    coarse = torch.tensor([COARSE[label] for label in LABELS])
    sums = torch.stack([F.softmax(logits, 1)[:, coarse == group].sum(1) for group in range(4)], 1)
    guess, named = logits.argmax(1), labels != LABELS.index("other")
    table = [[int(((labels == i) & (guess == j)).sum()) for j in range(len(LABELS))] for i in range(len(LABELS))]
    group_right = sums.argmax(1) == coarse[labels]
    return {"crops": len(labels), "fine": float((guess == labels).float().mean()), "coarse": float(group_right.float().mean()),
            "coarse_of_named": float(group_right[named].float().mean()) if named.any() else None, "confusion": table}


def report(model, work, held, held_labels, clip=None):
    logits = logits_of(model, held)
    temperature = temperature_of(logits, held_labels)
    result = {"temperature": temperature, "calibration_error": [calibration_error(logits, held_labels), calibration_error(logits / temperature, held_labels)],
              "held_out": score(logits, held_labels)}
    for name in TESTS + ([clip] if clip else []):
        pixels, labels, _ = load(work, name)
        result[name] = score(logits_of(model, pixels), labels)
    return result


def train(options):
    torch.manual_seed(SEED)
    model, curves = StreetCrop(), []
    held = fit(model, options.work, DATA_SETS + ["scenes"], options.steps, 3e-3, 0.3, options.work / "base.checkpoint", curves)
    finish(options.work, "base", model, curves, report(model, options.work, *held))


def tune(options):
    name = f"without-{options.without}" if options.without else "all"
    torch.manual_seed(SEED)
    model, curves = StreetCrop(), []
    model.load_state_dict(torch.load(options.work / "base.pt"))
    names = DATA_SETS + ["scenes"] + [clip for clip in CLIPS if clip != options.without]
    held = fit(model, options.work, names, options.steps, 1e-3, 1.0, options.work / f"{name}.checkpoint", curves)
    finish(options.work, name, model, curves, report(model, options.work, *held, options.without))


def finish(work, name, model, curves, result):
    torch.save(model.state_dict(), work / f"{name}.pt")
    (work / f"{name}.json").write_text(json.dumps({"labels": LABELS, "seed": SEED, "batch": BATCH, "curves": curves, "result": result}, indent=1))
    print(name, json.dumps({key: value for key, value in result.items() if key != "confusion"}), flush=True)


def export(options):
    import cv2
    model = StreetCrop()
    model.load_state_dict(torch.load(options.work / f"{options.weights}.pt"))
    model.eval()
    result = json.loads((options.work / f"{options.weights}.json").read_text())["result"]
    options.out.mkdir(parents=True, exist_ok=True)
    file = options.out / "street-crop.onnx"
    part = file.with_suffix(".part")
    torch.onnx.export(model, torch.zeros(1, 3, INPUT, INPUT), str(part), input_names=["crop"], output_names=["logits"], opset_version=13)
    graph, worst = cv2.dnn.readNetFromONNX(str(part)), 0.0
    for seed in range(20):
        x = torch.randn(1, 3, INPUT, INPUT, generator=torch.Generator().manual_seed(seed))
        graph.setInput(x.numpy())
        with torch.no_grad():
            worst = max(worst, float((torch.from_numpy(graph.forward()) - model(x)).abs().max()))
    if worst > 1e-3:
        raise SystemExit(f"the exported graph differs from the network by {worst}")
    os.replace(part, file)
    card = {"name": options.name, "role": "crop-classifier", "sha256": hashlib.sha256(file.read_bytes()).hexdigest(), "licence": "Apache-2.0",
            "source": "https://differe.example/models/street-crop", "file": "street-crop.onnx",
            "input": {"name": "crop", "width": INPUT, "height": INPUT, "colour": "RGB", "scale": 1 / 255, "mean": MEAN, "deviation": DEVIATION,
                      "pad": 114, "margin": 1.2, "hidden": dict(zip(("top", "bottom", "left", "right"), HIDDEN))},
            "output": "logits", "labels": LABELS, "map": {label: label for label in LABELS if label != "other"},
            "temperature": round(result["temperature"], 4),
            "data": [{"name": "atl-traffic", "licence": "CC BY 4.0 (declared)"}, {"name": "openimages-vehicles", "licence": "CC BY 4.0"},
                     {"name": "coco-train128", "licence": "annotations CC BY 4.0; Flickr images under mixed terms"},
                     {"name": "rendered scenes of this project", "licence": "Apache-2.0"},
                     {"name": "intel-iot-devkit/sample-videos", "licence": "CC BY 4.0"}]}
    (options.out / "card.json").write_text(json.dumps(card, indent=2) + "\n")
    print(json.dumps({"bytes": file.stat().st_size, "parameters": sum(p.numel() for p in model.parameters()), "largest_difference": worst}))


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("command", choices=["train", "tune", "export"])
    options.add_argument("--work", type=Path, required=True)
    options.add_argument("--steps", type=int)
    options.add_argument("--without", choices=CLIPS)
    options.add_argument("--weights", default="all")
    options.add_argument("--name", default="street-crop")
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    torch.set_num_threads(int(os.environ.get("THREADS", "2")))
    given.steps = given.steps or (2400 if given.command == "train" else 500)
    {"train": train, "tune": tune, "export": export}[given.command](given)


if __name__ == "__main__":
    main()
