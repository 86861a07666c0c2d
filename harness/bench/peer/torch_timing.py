"""What the PyTorch peers share: their options, and how a step is timed and reported."""
import argparse, json, time
import torch


def options(modes, cells, cells_help):
    p = argparse.ArgumentParser()
    p.add_argument("--mode", choices=modes, default="darts")
    p.add_argument("--channels", type=int, default=16)
    p.add_argument("--cells", type=int, default=cells, help=cells_help)
    p.add_argument("--size", type=int, default=32, help="image height and width")
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--steps", type=int, default=5)
    p.add_argument("--channels-last", action="store_true", help="NHWC memory format, the faster setting on most CPUs")
    a = p.parse_args()
    torch.manual_seed(0); torch.set_num_threads(a.threads)
    return a


def batch(a):
    x, y = torch.randn(a.batch, 3, a.size, a.size), torch.randint(0, 10, (a.batch,))
    return x.contiguous(memory_format=torch.channels_last) if a.channels_last else x, y


def timed(a, step):
    """Prints one JSON line: seconds per step (min, median over --steps after one warm-up), images/s."""
    step()
    times = []
    for _ in range(a.steps):
        t = time.perf_counter(); step(); times.append(time.perf_counter() - t)
    times.sort()
    med = times[len(times) // 2]
    print(json.dumps({"peer": "torch " + torch.__version__, **vars(a), "s_min": round(times[0], 4),
                      "s_median": round(med, 4), "images_per_s": round(a.batch / med, 1)}))
