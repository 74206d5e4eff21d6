"""The crop classifier: a small residual network of plain convolutions, 80 x 80 RGB to seven logits."""
import torch
from torch import nn

LABELS = ["person", "bicycle", "motorcycle", "car", "bus", "truck", "other"]
INPUT = 80
WIDTHS = (16, 32, 48, 96)


def unit(inputs, outputs, stride=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs))


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(unit(width, width), nn.ReLU(), unit(width, width))

    def forward(self, x):
        return torch.relu(x + self.body(x))


class StreetCrop(nn.Module):
    def __init__(self):
        super().__init__()
        layers, before = [], 3
        for width, blocks in zip(WIDTHS, (0, 1, 2, 2)):
            layers += [unit(before, width, 2), nn.ReLU(), *(Residual(width) for _ in range(blocks))]
            before = width
        self.features = nn.Sequential(*layers)
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(before, len(LABELS)))

    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))
