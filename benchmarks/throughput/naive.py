"""The program that a user would write: 5 frames a second by OpenCV, YOLOX-nano in its DNN module, an IoU tracker.

    python3 naive.py VIDEO WEIGHTS

Prints one JSON object: seconds, frames looked at, and tracks as [[seconds, left, top, width, height], ...] with their class.
"""
import json
import sys
import time

import cv2
import numpy as np

SIDE, RATE, SCORE, NMS, IOU, PATIENCE = 416, 5, 0.3, 0.45, 0.3, 5
cv2.setNumThreads(2)


def grids():
    rows = []
    for stride in (8, 16, 32):
        cells = SIDE // stride
        y, x = np.mgrid[:cells, :cells]
        rows.append(np.stack([x.ravel(), y.ravel(), np.full(cells * cells, stride)], 1))
    return np.concatenate(rows).astype(np.float32)


def detect(net, frame, grid):
    scale = min(SIDE / frame.shape[0], SIDE / frame.shape[1])
    small = cv2.resize(frame, None, fx=scale, fy=scale)
    padded = np.full((SIDE, SIDE, 3), 114, np.uint8)
    padded[: small.shape[0], : small.shape[1]] = small
    net.setInput(padded.transpose(2, 0, 1)[None].astype(np.float32))
    out = net.forward()[0]
    centre = (out[:, :2] + grid[:, :2]) * grid[:, 2:]
    size = np.exp(out[:, 2:4]) * grid[:, 2:]
    scores = out[:, 4:5] * out[:, 5:]
    label, score = scores.argmax(1), scores.max(1)
    keep = score >= SCORE
    boxes = (np.concatenate([centre - size / 2, size], 1)[keep] / scale).tolist()
    label, score = label[keep].tolist(), score[keep].tolist()
    chosen = cv2.dnn.NMSBoxes(boxes, score, SCORE, NMS)
    return [(boxes[int(i)], label[int(i)]) for i in np.array(chosen).ravel()]


def overlap(a, b):
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return 0.0 if w <= 0 or h <= 0 else w * h / (a[2] * a[3] + b[2] * b[3] - w * h)


def main(video, weights):
    started = time.perf_counter()
    net, grid = cv2.dnn.readNetFromONNX(weights), grids()
    capture = cv2.VideoCapture(video)
    step = max(1, round(capture.get(cv2.CAP_PROP_FPS) / RATE))
    fps = capture.get(cv2.CAP_PROP_FPS)
    number, looked, tracks, live = 0, 0, [], []
    while capture.grab():
        if number % step == 0:
            _, frame = capture.retrieve()
            looked += 1
            found = detect(net, frame, grid)
            for track in sorted(live, key=lambda each: -each["seen"]):
                best = max(found, key=lambda each: overlap(each[0], track["points"][-1][1:]), default=None)
                if best is not None and overlap(best[0], track["points"][-1][1:]) >= IOU:
                    found.remove(best)
                    track["points"].append([number / fps, *best[0]])
                    track["seen"] = looked
            live = [track for track in live if looked - track["seen"] < PATIENCE]
            for box, label in found:
                live.append({"class": label, "points": [[number / fps, *box]], "seen": looked})
                tracks.append(live[-1])
        number += 1
    tracks = [{"class": track["class"], "points": track["points"]} for track in tracks if len(track["points"]) >= 3]
    print(json.dumps({"seconds": time.perf_counter() - started, "frames": looked, "tracks": tracks}))


main(*sys.argv[1:3])
