package main

import (
	"slices"
	"testing"

	"gmnas/harness/spec"
)

func TestSeeds(t *testing.T) {
	for text, want := range map[string][]int64{"4": {4}, "0-3": {0, 1, 2, 3}, "0,2,5": {0, 2, 5}, "5, 1-2": {5, 1, 2}, "1000000000": {maxSeed}} {
		list := seedList{seeds: []int64{9}}
		if err := list.Set(text); err != nil || !slices.Equal(list.seeds, want) {
			t.Errorf("--seeds %q: %v, %v, want %v", text, list.seeds, err, want)
		}
	}
}

// TestSeedsReplace: what is given later, or at all, replaces what was there (cases.md D2).
func TestSeedsReplace(t *testing.T) {
	list, err := selected([]string{"table3"}, nil, &seedList{}, spec.Float32)
	if err != nil || !slices.Equal(list[0].Seeds, []int64{0, 1, 2, 3}) {
		t.Fatalf("%v, %v", list, err)
	}
	f := newFlags("run")
	seeds := seedsFlag(f)
	if err := f.Parse([]string{"--seeds", "0-3", "--seeds=4"}); err != nil {
		t.Fatal(err)
	}
	if list, err = selected([]string{"table3"}, nil, seeds, spec.Float32); err != nil || !slices.Equal(list[0].Seeds, []int64{4}) {
		t.Errorf("--seeds 4 gives %v, %v", list[0].Seeds, err)
	}
}

// FuzzSeeds: whatever is given, there is an error or a list without duplicates that reads back as itself.
func FuzzSeeds(f *testing.F) {
	for _, text := range []string{"0-3", "0,1,1,2", "3-0", "-1", "0..3", "", "0-999999999", "1,", "٣", "0x1", "1e3", "+1", " 7 "} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var list, again seedList
		if list.Set(text) != nil {
			if list.seeds != nil {
				t.Fatalf("%q: an error and seeds %v", text, list.seeds)
			}
			return
		}
		sorted := slices.Sorted(slices.Values(list.seeds))
		if len(sorted) == 0 || len(sorted) > maxSeeds || len(slices.Compact(slices.Clone(sorted))) != len(sorted) || sorted[0] < 0 || sorted[len(sorted)-1] > maxSeed {
			t.Fatalf("%q: seeds %v", text, list.seeds)
		}
		if err := again.Set(list.String()); err != nil || !slices.Equal(again.seeds, list.seeds) {
			t.Fatalf("%q: %v reads back as %v, %v", text, list.seeds, again.seeds, err)
		}
	})
}

// FuzzOnly: whatever is given, there is an error or IDs that none is twice.
func FuzzOnly(f *testing.F) {
	for _, text := range []string{"method=gm+darts", "method=a,method=b", "method=", "=", ",", "colour=red", "method=a=b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ids, err := parseOnly([]string{text, text})
		if (err == nil) != (len(ids) > 0) {
			t.Fatalf("%q: %v, %v", text, ids, err)
		}
		for i, id := range ids {
			if slices.Contains(ids[:i], id) {
				t.Fatalf("%q: %v", text, ids)
			}
		}
	})
}
