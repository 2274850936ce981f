#!/usr/bin/env python3
"""Training steps of the same networks as a PyTorch user would write them: what train_step is to be held against.

    python3 tests/bench/train_step.py cnn2d_bf16_channels_last lstm

Debian: python3-torch, and python3-torchvision for alexnet, vgg16, resnet50 and inception_v3.

Same batches, loss and Adam as train_step, 2 threads, 4 seconds each; forward, loss, backward and update on random input.
Prints beats/s.
"""
import sys
import time

import torch
from torch import nn

CLASSES, BATCH, LARGE_BATCH = 18, 128, 32


def block(channels_in, channels):
    layers = []
    for before in (channels_in, channels):
        layers += [nn.Conv2d(before, channels, 3, padding=1), nn.ELU(), nn.BatchNorm2d(channels)]
    return layers + [nn.MaxPool2d(2)]


def cnn2d():
    return nn.Sequential(*block(1, 64), *block(64, 128), *block(128, 256), nn.Flatten(), nn.Linear(256 * 16 * 16, 2048),
                         nn.ELU(), nn.BatchNorm1d(2048), nn.Dropout(0.5), nn.Linear(2048, CLASSES))


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense, self.lstm, self.head = nn.Linear(1, 45), nn.LSTM(45, 23, batch_first=True), nn.Linear(23, CLASSES)

    def forward(self, x):
        return self.head(self.lstm(torch.relu(self.dense(x.transpose(1, 2))))[0][:, -1])


def same(length, kernel, stride):
    """Zeros so that the output has ceil(length / stride) samples, as Keras has it."""
    total = max((-(-length // stride) - 1) * stride + kernel - length, 0)
    return nn.ConstantPad1d((total // 2, total - total // 2), 0.0)


class Unit(nn.Module):
    def __init__(self, channels_in, channels, length, kernel, stride):
        super().__init__()
        self.pad1, self.pad2 = same(length, kernel, 1), same(length, kernel, stride)
        self.conv1 = nn.Conv1d(channels_in, channels, kernel, bias=False)
        self.conv2 = nn.Conv1d(channels, channels, kernel, stride, bias=False)
        self.skip = nn.Conv1d(channels_in, channels, 1, bias=False) if channels_in != channels else nn.Identity()
        self.norm1, self.norm2, self.dropout = nn.BatchNorm1d(channels), nn.BatchNorm1d(channels), nn.Dropout(0.2)
        self.pool = nn.MaxPool1d(stride, stride, ceil_mode=True)

    def forward(self, pair):
        x, before = pair
        y = self.dropout(torch.relu(self.norm1(self.conv1(self.pad1(x)))))
        total = self.conv2(self.pad2(y)) + self.skip(self.pool(before))
        return self.dropout(torch.relu(self.norm2(total))), total


class ResNet1d(nn.Module):
    def __init__(self, leads, length, filters, widths, kernel, stride):
        super().__init__()
        self.pad = same(length, kernel, 1)
        self.stem, self.norm = nn.Conv1d(leads, filters, kernel, bias=False), nn.BatchNorm1d(filters)
        units, before = [], filters
        for width in widths:
            units.append(Unit(before, width, length, kernel, stride))
            before, length = width, -(-length // stride)
        self.units, self.head = nn.Sequential(*units), nn.Linear(before * length, CLASSES)

    def forward(self, x):
        x = torch.relu(self.norm(self.stem(self.pad(x))))
        return self.head(self.units((x, x))[0].flatten(1))


def with_norms(layers):
    """A batch norm after each convolution, as beatbench's AlexNet has it."""
    both = []
    for layer in layers:
        both += [layer, nn.BatchNorm2d(layer.out_channels)] if isinstance(layer, nn.Conv2d) else [layer]
    return nn.Sequential(*both)


def torchvision_model(name):
    """torchvision's own, for one channel of 128 pixels: what remains of the image goes into the first dense layer."""
    from torchvision import models
    if name == "alexnet":
        model = models.alexnet(num_classes=CLASSES)
        model.features[0] = nn.Conv2d(1, 64, 11, 4, 2)
        model.features, model.avgpool = with_norms(model.features), nn.Identity()
        model.classifier[1] = nn.Linear(256 * 3 * 3, 4096)
    elif name == "vgg16":
        model = models.vgg16_bn(num_classes=CLASSES)
        model.features[0], model.avgpool = nn.Conv2d(1, 64, 3, padding=1), nn.Identity()
        model.classifier[0] = nn.Linear(512 * 4 * 4, 4096)
    elif name == "resnet50":
        model = models.resnet50(num_classes=CLASSES)
        model.conv1 = nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    else:
        model = models.inception_v3(num_classes=CLASSES, aux_logits=False, init_weights=False)
        model.Conv2d_1a_3x3.conv = nn.Conv2d(1, 32, 3, 2, bias=False)
    return model


IMAGES = (LARGE_BATCH, 1, 128, 128)
MODELS = {
    "cnn2d": (cnn2d, IMAGES),
    "lstm": (Lstm, (BATCH, 1, 216)),
    "resnet1d": (lambda: ResNet1d(1, 216, 24, (24, 48, 72, 96), 7, 2), (BATCH, 1, 216)),
    "resnet1d_12lead": (lambda: ResNet1d(12, 4096, 64, (128, 196, 256, 320), 16, 4), (LARGE_BATCH, 12, 4096)),
    "alexnet": (lambda: torchvision_model("alexnet"), IMAGES),
    "vgg16": (lambda: torchvision_model("vgg16"), IMAGES),
    "resnet50": (lambda: torchvision_model("resnet50"), IMAGES),
    "inception_v3": (lambda: torchvision_model("inception_v3"), IMAGES),
}


def measure(name, seconds):
    bf16, channels_last = "_bf16" in name, name.endswith("_channels_last")
    make, size = MODELS[name.replace("_channels_last", "").replace("_bf16", "")]
    torch.manual_seed(1)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    model, batch = make().to(memory_format=layout).train(), torch.randn(size).to(memory_format=layout)
    labels, adam = torch.randint(0, CLASSES, size[:1]), torch.optim.Adam(model.parameters())
    steps, start = -1, 0.0  # the first step is not counted
    while steps < 1 or time.perf_counter() - start < seconds:
        if steps == 0:
            start = time.perf_counter()
        adam.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            logits = model(batch)
        nn.functional.cross_entropy(logits.float(), labels).backward()
        adam.step()
        steps += 1
    return steps * size[0] / (time.perf_counter() - start)


if __name__ == "__main__":
    torch.set_num_threads(2)
    for name in sys.argv[1:] or list(MODELS):
        print(f"{name:28} {measure(name, 4):10.1f} beats/s", flush=True)
