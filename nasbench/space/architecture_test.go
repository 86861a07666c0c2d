package space

import "testing"

func parse(t *testing.T, s Space, text string) Architecture {
	t.Helper()
	a, err := s.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestSizesAndNames(t *testing.T) {
	if NB201.Size() != 15625 || NB201NoNone.Size() != 4096 {
		t.Errorf("sizes %d and %d", NB201.Size(), NB201NoNone.Size())
	}
	for _, s := range []Space{NB201, NB201NoNone} {
		if got, err := ByName(s.Name); err != nil || got.Size() != s.Size() {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
	if _, err := ByName("nasbench101"); err == nil {
		t.Error("unknown name was accepted")
	}
}

func TestConnectedCounts(t *testing.T) {
	for s, want := range map[*Space]int{&NB201: 15284, &NB201NoNone: 4096} {
		connected := 0
		for a := range s.Enumerate(Full(*s)) {
			if s.Connected(a) {
				connected++
			}
		}
		if connected != want {
			t.Errorf("%s: %d connected, want %d", s.Name, connected, want)
		}
	}
}

// The published numbers of classes (spec.md section 1.4).
func TestCanonicalClasses(t *testing.T) {
	for s, want := range map[*Space]int{&NB201: 6466, &NB201NoNone: 3131} {
		classes := map[string]bool{}
		for a := range s.Enumerate(Full(*s)) {
			classes[s.Canonical(a)] = true
		}
		if len(classes) != want {
			t.Errorf("%s: %d classes, want %d", s.Name, len(classes), want)
		}
	}
}

func TestCanonicalIsThePublishedString(t *testing.T) {
	for text, want := range map[string]string{
		"|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|": "((0)@nor_conv_3x3)@avg_pool_3x3+(0)@nor_conv_3x3+((0)@nor_conv_3x3)@nor_conv_3x3+0",
		"|nor_conv_3x3~0|+|none~0|none~1|+|avg_pool_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|":                 "(#+#)@nor_conv_3x3+((0)@nor_conv_3x3)@nor_conv_3x3+(0)@avg_pool_3x3",
		"|none~0|+|skip_connect~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|":         "#+(#+0)@nor_conv_3x3+0",
	} {
		if got := NB201.Canonical(parse(t, NB201, text)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestConvertKeepsTheSpelling(t *testing.T) {
	for a := range NB201NoNone.Enumerate(Full(NB201NoNone)) {
		five, err := NB201NoNone.Convert(a, NB201)
		if err != nil {
			t.Fatal(err)
		}
		if NB201.String(five) != NB201NoNone.String(a) {
			t.Fatalf("%s became %s", NB201NoNone.String(a), NB201.String(five))
		}
		back, err := NB201.Convert(five, NB201NoNone)
		if err != nil || back != a {
			t.Fatalf("%v came back as %v, %v", a, back, err)
		}
	}
	if _, err := NB201.Convert(Architecture{1, 0, 1, 1, 1, 1}, NB201NoNone); err == nil {
		t.Error("none was converted to a space without it")
	}
}

func TestOperationsOutOfRangeAreErrorsNotPanics(t *testing.T) {
	a := Architecture{1, 1, 9, 1, 1, 1}
	if NB201.Check(a) == nil || NB201.Index(a) != -1 || NB201.Canonical(a) != "" {
		t.Error("operation 9 was accepted")
	}
	if _, err := NB201.Parse(NB201.String(a)); err == nil {
		t.Error("its spelling was accepted")
	}
	NB201.Connected(a)
	NB201.MACs(a, CIFAR10)
	NB201.Params(a, CIFAR10)
	for _, index := range []int{-1, NB201.Size()} {
		if _, err := NB201.At(index); err == nil {
			t.Errorf("index %d was accepted", index)
		}
	}
}
