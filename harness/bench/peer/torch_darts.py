#!/usr/bin/python3
"""The PyTorch peer for step timings in the DARTS space: one weight step of its supernet on the CPU.

Needs Debian's python3-torch (apt-get install python3-torch) and therefore Debian's own python3, not another one on PATH.
Structure: stem, cells of which those at one and two thirds of the depth reduce, pooling, classifier; every candidate
operation is its own module, in the usual eager style, so this is what a PyTorch user would get.

modes
  darts  softmax mixture on all edges of both kinds of cell: forward, backward, SGD step
  gm     gradient matching on one mini-batch: for every edge of the normal cell and every operation a forward and a backward
         pass, with that operation alone at its mixture weight, then all pairwise cosines
"""
import torch, torch.nn as nn, torch.nn.functional as F
from torch_timing import batch, options, timed

OPS = ["max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"]
EDGES = [(i, j) for j in range(2, 6) for i in range(j)]


def norm(c):
    return nn.BatchNorm2d(c, affine=False)


def separable(c, k, stride, dilation):
    return [nn.ReLU(), nn.Conv2d(c, c, k, stride, dilation * (k // 2), dilation, groups=c, bias=False),
            nn.Conv2d(c, c, 1, bias=False), norm(c)]


class FactorizedReduce(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.a = nn.Conv2d(cin, cout // 2, 1, 2, bias=False)
        self.b = nn.Conv2d(cin, cout // 2, 1, 2, bias=False)
        self.bn = norm(cout)

    def forward(self, x):
        x = F.relu(x)
        return self.bn(torch.cat([self.a(x), self.b(x[:, :, 1:, 1:])], 1))


def relu_conv_norm(cin, cout):
    return nn.Sequential(nn.ReLU(), nn.Conv2d(cin, cout, 1, bias=False), norm(cout))


def make_op(name, c, stride):
    kind, k = name[:3], int(name[-1]) if name != "skip_connect" else 0
    if kind == "max":
        return nn.Sequential(nn.MaxPool2d(3, stride, 1), norm(c))
    if kind == "avg":
        return nn.Sequential(nn.AvgPool2d(3, stride, 1, count_include_pad=False), norm(c))
    if kind == "sep":
        return nn.Sequential(*separable(c, k, stride, 1), *separable(c, k, 1, 1))
    if kind == "dil":
        return nn.Sequential(*separable(c, k, stride, 2))
    return nn.Identity() if stride == 1 else FactorizedReduce(c, c)


class Cell(nn.Module):
    def __init__(self, before, previous, c, reduction, reduced):
        super().__init__()
        self.reduction = reduction
        self.first = FactorizedReduce(before, c) if reduced else relu_conv_norm(before, c)
        self.second = relu_conv_norm(previous, c)
        self.edges = nn.ModuleList(
            nn.ModuleList(make_op(o, c, 2 if reduction and i < 2 else 1) for o in OPS) for i, _ in EDGES)

    def forward(self, before, previous, theta):
        nodes = [self.first(before), self.second(previous)]
        for j in range(2, 6):
            nodes.append(sum(sum(w * op(nodes[i]) for op, w in zip(self.edges[e], theta[e]) if w != 0)
                             for e, (i, to) in enumerate(EDGES) if to == j))
        return torch.cat(nodes[2:], 1)


class Supernet(nn.Module):
    def __init__(self, c, cells, classes):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 3 * c, 3, padding=1, bias=False), nn.BatchNorm2d(3 * c))
        self.cells = nn.ModuleList()
        before = previous = 3 * c
        reduced = False
        for i in range(cells):
            reduction = i in (cells // 3, 2 * cells // 3)
            c *= 2 if reduction else 1
            self.cells.append(Cell(before, previous, c, reduction, reduced))
            before, previous, reduced = previous, 4 * c, reduction
        self.fc = nn.Linear(previous, classes)

    def forward(self, x, theta):
        before = previous = self.stem(x)
        for cell in self.cells:
            before, previous = previous, cell(before, previous, theta[cell.reduction])
        return self.fc(previous.mean((2, 3)))


def main():
    a = options(["darts", "gm"], 8, "cells in all, L")
    net = Supernet(a.channels, a.cells, 10)
    theta = [torch.softmax(torch.full((len(EDGES), len(OPS)), 1e-3), -1) for _ in range(2)]  # a weight step leaves alpha alone
    sgd = torch.optim.SGD(net.parameters(), 0.025, 0.9, weight_decay=3e-4)
    if a.channels_last:
        net = net.to(memory_format=torch.channels_last)
    x, y = batch(a)

    def darts():
        sgd.zero_grad()
        F.cross_entropy(net(x, theta), y).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0); sgd.step()

    def gm():
        for e in range(len(EDGES)):
            grads = []
            for o in range(len(OPS)):
                one = [theta[0].clone(), theta[1]]
                one[0][e] = 0.0; one[0][e, o] = theta[0][e, o]
                sgd.zero_grad(); F.cross_entropy(net(x, one), y).backward()
                shared = [q.grad.reshape(-1) for cell in net.cells for k, q in cell.edges.named_parameters()
                          if q.grad is not None and (cell.reduction or not k.startswith(f"{e}."))]
                grads.append(torch.cat(shared).clone())
            for i in range(len(OPS)):
                for j in range(i + 1, len(OPS)):
                    F.cosine_similarity(grads[i], grads[j], dim=0)

    timed(a, {"darts": darts, "gm": gm}[a.mode])


if __name__ == "__main__":
    main()
