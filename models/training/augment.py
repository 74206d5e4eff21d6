"""Batches of crops as a camera might have shown them. All in torch, a batch at a time; the generator decides everything."""
import math

import torch
import torch.nn.functional as F

MEAN, DEVIATION = (0.45, 0.45, 0.45), (0.25, 0.25, 0.25)
# The stored crops are 1.7 longer sides wide, the network sees 1.2 of them.
STORED, SEEN = 1.7, 1.2
# Shares of the square: top, bottom, left, right. The box's top is at 0.083; a head is an eighth of a body.
HIDDEN = (0.0, 0.2375, 0.3, 0.7)


def normalise(pixels):
    mean, deviation = (torch.tensor(each).view(1, 3, 1, 1) for each in (MEAN, DEVIATION))
    return (pixels - mean) / deviation


def view(batch, size, scale, angle, flip, dx, dy):
    """Looks at each stored crop through its own affine window."""
    n = batch.shape[0]
    zoom = SEEN / STORED * scale
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    theta = torch.stack([torch.stack([cos * flip, -sin, dx], 1), torch.stack([sin * flip, cos, dy], 1)], 1)
    grid = F.affine_grid(theta, (n, 3, size, size), align_corners=False)
    # Outside the stored crop is the pad's grey: shifted so that grid_sample's zeros become it.
    grey = 114 / 255
    return F.grid_sample(batch - grey, grid, mode="bilinear", padding_mode="zeros", align_corners=False) + grey


def plain(batch, size):
    n = batch.shape[0]
    ones, zeros = torch.ones(n), torch.zeros(n)
    return head_greyed(normalise(view(batch, size, ones, zeros, ones, zeros, zeros)))


def uniform(n, low, high, rng):
    return low + (high - low) * torch.rand(n, generator=rng)


def augmented(batch, labels, size, rng, hidden):
    """`hidden`: share of the crops whose head region is greyed, whatever their class; at 1 the network never sees it."""
    n = batch.shape[0]
    chance = lambda share: torch.rand(n, generator=rng) < share
    vehicle = (labels >= 1) & (labels <= 5)
    angle = uniform(n, -15, 15, rng)
    angle = torch.where(vehicle & chance(0.25), uniform(n, -180, 180, rng), angle) * (math.pi / 180)
    flip = torch.where(chance(0.5), -1.0, 1.0)
    scale = torch.exp(uniform(n, math.log(0.72), math.log(1.3), rng))
    shift = lambda: uniform(n, -0.1, 0.1, rng)
    x = view(batch, size, scale, angle, flip, shift(), shift())
    # A blob often lacks feet, head or a side: grey strips at one edge.
    for index in torch.nonzero(chance(0.2)).flatten().tolist():
        side, depth = int(torch.randint(4, (1,), generator=rng)), int(size * float(uniform(1, 0.1, 0.35, rng)))
        fill = torch.rand(1, generator=rng)
        if side == 0: x[index, :, :depth] = fill
        elif side == 1: x[index, :, -depth:] = fill
        elif side == 2: x[index, :, :, :depth] = fill
        else: x[index, :, :, -depth:] = fill
    # Small objects: down to a few pixels and up again.
    for small in (16, 24, 36, 48):
        chosen = torch.nonzero(chance(0.12)).flatten()
        if len(chosen):
            shrunk = F.interpolate(x[chosen], (small, small), mode="area")
            x[chosen] = F.interpolate(shrunk, (size, size), mode="bilinear", align_corners=False)
    grey = chance(0.2).view(n, 1, 1, 1)
    x = torch.where(grey, x.mean(1, keepdim=True).expand_as(x), x)
    column = lambda values: values.view(n, 1, 1, 1)
    middle = x.mean((1, 2, 3), keepdim=True)
    x = (x - middle) * column(uniform(n, 0.55, 1.4, rng)) + middle * column(uniform(n, 0.5, 1.4, rng))
    x = x.clamp(0, 1) ** column(torch.exp(uniform(n, -0.4, 0.4, rng)))
    x = x * (1 + 0.12 * torch.randn(n, 3, 1, 1, generator=rng))
    x = x + torch.randn(x.shape, generator=rng) * column(uniform(n, 0, 0.05, rng))
    x = normalise(x.clamp(0, 1))
    # Of every class alike, so that the grey tells nothing.
    greyed = chance(hidden)
    x[greyed] = head_greyed(x[greyed])
    return x


def head_greyed(x):
    """Mean grey over the part of the square where a standing person's head is, as `hidden` of the card says and cutCrop does it."""
    size = x.shape[-1]
    top, bottom, left, right = (round(share * size) for share in HIDDEN)
    y = x.clone()
    y[:, :, top:bottom, left:right] = 0
    return y
