package space

import "testing"

// API index 9930, the GM+SNAS and DrNAS row: 184.73 M multiply-adds, 1.289 M parameters (spec.md section 1.4).
const row9930 = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"

func TestPublishedCosts(t *testing.T) {
	a := parse(t, NB201, row9930)
	if got, want := NB201.MACs(a, CIFAR10), int64(7783040+5*35389440); got != want {
		t.Errorf("%d multiply-adds, want %d", got, want)
	}
	if got, want := NB201.Params(a, CIFAR10), int64(73306+5*5*(5376*9+224)); got != want || got != 1288506 {
		t.Errorf("%d parameters, want %d", got, want)
	}
	one := Architecture{2, 0, 0, 0, 0, 0}
	if got, want := NB201.MACs(one, CIFAR10), int64(7783040+3932160); got != want {
		t.Errorf("%d multiply-adds with a 1x1 convolution, want %d", got, want)
	}
	if got, want := NB201.MACs(one, ImageNet16), int64(1953280+3932160/4); got != want {
		t.Errorf("%d multiply-adds on ImageNet16-120, want %d", got, want)
	}
	four := parse(t, NB201NoNone, row9930)
	if NB201NoNone.MACs(four, CIFAR10) != NB201.MACs(a, CIFAR10) || NB201NoNone.Params(four, CIFAR10) != NB201.Params(a, CIFAR10) {
		t.Error("the two spaces count one architecture differently")
	}
}

func TestSupernetParams(t *testing.T) {
	for k, want := range map[Skeleton]int64{CIFAR10: 1686106, CIFAR100: 1691956, ImageNet16: 1693256} {
		for _, s := range []Space{NB201, NB201NoNone} {
			if got := s.SupernetParams(k); got != want {
				t.Errorf("%s, %d classes: %d, want %d", s.Name, k.Classes, got, want)
			}
		}
	}
}

// layers counts one convolution at a time, as an independent check of the closed forms for other sizes.
func layers(a Architecture, k Skeleton) (macs, params int64) {
	convolution := func(from, to, side, size int) {
		macs += int64(from * to * side * side * size * size)
		params += int64(from * to * side * side)
	}
	norm := func(channels int) { params += int64(2 * channels) }
	c, size := k.Channels, k.ImageSize
	convolution(k.ImageChannels, c, 3, size)
	norm(c)
	for stage := range 3 {
		if stage > 0 {
			size /= 2
			convolution(c, 2*c, 3, size)
			norm(2 * c)
			convolution(2*c, 2*c, 3, size)
			norm(2 * c)
			convolution(c, 2*c, 1, size)
			c *= 2
		}
		for range k.Cells {
			for _, o := range a {
				if side := map[uint8]int{2: 1, 3: 3}[o]; side > 0 {
					convolution(c, c, side, size)
					norm(c)
				}
			}
		}
	}
	norm(c)
	macs += int64(c * k.Classes)
	params += int64(c*k.Classes + k.Classes)
	return macs, params
}

func TestClosedFormsForOtherNetworks(t *testing.T) {
	for _, k := range []Skeleton{CIFAR10, ImageNet16, {4, 1, 8, 3, 10}, {16, 1, 16, 3, 10}, {7, 2, 28, 1, 13}} {
		for index := 0; index < NB201.Size(); index += 617 {
			a, err := NB201.At(index)
			if err != nil {
				t.Fatal(err)
			}
			macs, params := layers(a, k)
			if got := NB201.MACs(a, k); got != macs {
				t.Errorf("%+v, %v: %d multiply-adds, want %d", k, a, got, macs)
			}
			if got := NB201.Params(a, k); got != params {
				t.Errorf("%+v, %v: %d parameters, want %d", k, a, got, params)
			}
		}
	}
}

func TestSupernetMACsOfASinglePathAreTheArchitectures(t *testing.T) {
	a := parse(t, NB201, row9930)
	mask := Full(NB201)
	for e, o := range a {
		mask = mask.With(e, []int{int(o)})
	}
	if got, want := NB201.SupernetMACs(mask, CIFAR10), NB201.MACs(a, CIFAR10); got != want {
		t.Errorf("%d, want %d", got, want)
	}
	if got, want := NB201.SupernetMACs(Full(NB201), CIFAR10), int64(7783040+6*(3932160+35389440)); got != want {
		t.Errorf("whole supernet: %d, want %d", got, want)
	}
}

func TestSkeletonCheck(t *testing.T) {
	for _, k := range []Skeleton{CIFAR10, CIFAR100, ImageNet16} {
		if err := k.Check(); err != nil {
			t.Error(err)
		}
	}
	for _, k := range []Skeleton{{}, {16, 5, 30, 3, 10}, {16, 5, 32, 0, 10}, {-1, 5, 32, 3, 10}, {1 << 40, 5, 32, 3, 10}} {
		if k.Check() == nil {
			t.Errorf("%+v was accepted", k)
		}
	}
}
