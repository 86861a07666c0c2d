package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// images is what a plan must know of an image set: it is planned for before it is at hand.
type images struct {
	side, channels, classes int
	train, test             int // records
}

var imageSets = map[string]images{
	"cifar10":        {32, 3, 10, 50_000, 10_000},
	"cifar100":       {32, 3, 100, 50_000, 10_000},
	"imagenet16-120": {16, 3, 120, 151_700, 6_000},
	"fashion-mnist":  {32, 1, 10, 60_000, 10_000},
	"synthetic":      {32, 3, 10, 4_000, 1_000},
}

// imageSet returns the set of that name, or an error that lists the names there are.
func imageSet(name string) (images, error) {
	set, ok := imageSets[name]
	if !ok {
		return images{}, fmt.Errorf("unknown image set %q: use %s", name, strings.Join(slices.Sorted(maps.Keys(imageSets)), ", "))
	}
	return set, nil
}

// skeleton is the network for the images of d after pooling.
func skeleton(d spec.Data, n spec.Net) (space.Skeleton, error) {
	set, err := imageSet(d.Set)
	if err != nil {
		return space.Skeleton{}, err
	}
	if d.Pool < 1 || set.side%d.Pool != 0 {
		return space.Skeleton{}, fmt.Errorf("pooling by %d: must divide the image side %d", d.Pool, set.side)
	}
	k := space.Skeleton{Channels: n.Channels, Cells: n.Cells, ImageSize: set.side / d.Pool, ImageChannels: set.channels, Classes: set.classes}
	return k, k.Check()
}

// halves are the sizes of the W-set and the A-set (spec.md section 2).
func halves(d spec.Data) (w, a int) { return d.Records / 2, d.Records - d.Records/2 }
