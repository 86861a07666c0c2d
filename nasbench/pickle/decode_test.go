package pickle

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
)

// What Python wrote (pickletools names in comments) and what it must be.
func TestPlainValues(t *testing.T) {
	for name, c := range map[string]struct {
		data string
		want any
	}{
		"None":            {"\x80\x04N.", nil},
		"True":            {"\x80\x04\x88.", true},
		"-1":              {"\x80\x04J\xff\xff\xff\xff.", int64(-1)},
		"300":             {"\x80\x04M\x2c\x01.", int64(300)},
		"1.5":             {"\x80\x04G\x3f\xf8\x00\x00\x00\x00\x00\x00.", 1.5},
		"'é' protocol 3":  {"\x80\x03X\x02\x00\x00\x00\xc3\xa9q\x00.", "é"},
		"b'ab'":           {"\x80\x04C\x02ab.", []byte("ab")},
		"bytearray":       {"\x80\x05\x96\x02\x00\x00\x00\x00\x00\x00\x00ab.", []byte("ab")},
		"(1, (2, 3), ())": {"\x80\x04K\x01K\x02K\x03\x86)\x87.", Tuple{int64(1), Tuple{int64(2), int64(3)}, Tuple{}}},
		"[1, [2]]":        {"\x80\x04](K\x01]K\x02ae.", &List{[]any{int64(1), &List{[]any{int64(2)}}}}},
		"{'a': 1}":        {"\x80\x04}\x8c\x01aK\x01s.", &Dict{[]any{"a"}, []any{int64(1)}}},
		"a memoized pair": {"\x80\x04\x8c\x01a\x94h\x00\x86.", Tuple{"a", "a"}},
		"a recorded call": {"\x80\x03cnumpy\ndtype\nX\x02\x00\x00\x00f8\x85RK\x03\x85b.",
			&Object{"numpy.dtype", Tuple{"f8"}, Tuple{int64(3)}}},
	} {
		got, err := Decode([]byte(c.data), NumPy)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %#v, %v", name, got, err)
		}
	}
}

func TestNothingIsExecuted(t *testing.T) {
	for _, data := range []string{
		"cos\nsystem\n(X\x02\x00\x00\x00lstR.",
		"\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R.",
		"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.",
		"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02ls\x85\x81.",
		"\x80\x04\x8c\x05numpy\x8c\x09dtype.foo\x93.",
	} {
		_, err := Decode([]byte(data), NumPy)
		if !errors.Is(err, ErrGlobal) {
			t.Errorf("%q: %v, want the allow-list's error", data, err)
		}
	}
}

func TestBadPicklesAreErrors(t *testing.T) {
	for data, want := range map[string]string{
		"":                           "no stop",
		".":                          "stack is empty",
		"\x80\x09.":                  "protocol 9",
		"\x80\x04N":                  "no stop",
		"\x80\x04h\x05.":             "memo has no entry 5",
		"\x80\x04t.":                 "no mark",
		"\x80\x04N(\x85.":            "stack is empty", // a mark protects what is below it
		"\x80\x04Na.":                "stack is empty",
		"\x80\x04NNa.":               "List is needed",
		"\x80\x04}(Nu.":              "odd number",
		"\x80\x04NN\x81.":            "a call needs",
		"\x80\x04B\xff\xff\xff\xff.": "ends too early",
		"\x80\x04\x96" + "\xff\xff\xff\xff\xff\xff\xff\xff.": "ends too early",
		"\x80\x04\x8c\x01\xff.":                              "UTF-8",
		"\x80\x04Q.":                                         "not in the subset", // BINPERSID
		"\x80\x04i":                                          "not in the subset", // INST
		strings.Repeat("(", 1000):                            "nested marks",
		strings.Repeat("N", maxSteps) + ".":                  "opcodes",
	} {
		if _, err := Decode([]byte(data), NumPy); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: error %v lacks %q", data, err, want)
		}
	}
	if _, err := Decode(make([]byte, maxBytes+1), nil); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("an oversized pickle: %v", err)
	}
}

// A list that holds itself, and pairs of pairs that would be 2^200 values if they were copied.
func TestSharedAndCyclicReferencesStayReferences(t *testing.T) {
	value, err := Decode([]byte("\x80\x04]\x94h\x00a."), nil)
	list, ok := value.(*List)
	if err != nil || !ok || len(list.Items) != 1 || list.Items[0] != value {
		t.Errorf("cyclic list: %v", err)
	}
	laughs := "\x80\x04)q\x00" + strings.Repeat("h\x00h\x00\x86q\x00", 200) + "."
	if _, err := Decode([]byte(laughs), nil); err != nil {
		t.Error(err)
	}
}

// array is numpy.array([1.5, nan]) in protocol 3.
const array = "\x80\x03cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R" +
	"(K\x01K\x02\x85cnumpy\ndtype\nX\x02\x00\x00\x00f8K\x00K\x01\x87R(K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb" +
	"\x89C\x10\x00\x00\x00\x00\x00\x00\xf8\x3f\x00\x00\x00\x00\x00\x00\xf8\x7ftb."

func TestArray(t *testing.T) {
	value, err := Decode([]byte(array), NumPy)
	if err != nil {
		t.Fatal(err)
	}
	a, err := ToArray(value)
	if err != nil || len(a.Floats) != 2 || a.Floats[0] != 1.5 || !math.IsNaN(a.Floats[1]) || a.Shape[0] != 2 {
		t.Errorf("%+v, %v", a, err)
	}
	for name, change := range map[string][2]string{
		"one element too few": {"K\x02\x85", "K\x03\x85"},
		"column-major":        {"\x89C\x10", "\x88C\x10"},
		"big-endian":          {"\x00<N", "\x00>N"},
		"another dtype":       {"f8K", "f4K"},
		"no shape":            {"K\x02\x85", "K\x02N0"},
		"huge shape":          {"K\x02\x85", "J\xff\xff\xff\x7f\x85"},
		"negative shape":      {"K\x02\x85", "J\xff\xff\xff\xff\x85"},
	} {
		broken := strings.Replace(array, change[0], change[1], 1)
		if broken == array {
			t.Fatalf("%s: nothing changed", name)
		}
		value, err := Decode([]byte(broken), NumPy)
		if err != nil {
			continue
		}
		if got, err := ToArray(value); err == nil {
			t.Errorf("%s: read as %+v", name, got)
		}
	}
	for _, value := range []any{nil, int64(3), &Object{Global: "numpy.dtype"}, &Object{Global: "numpy.core.numeric._frombuffer"},
		&Object{Global: "numpy.core.multiarray._reconstruct", State: Tuple{nil, nil, nil, false, nil}}} {
		if _, err := ToArray(value); err == nil {
			t.Errorf("%T was read as an array", value)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{array, "\x80\x04](K\x01]K\x02ae.", "\x80\x04}\x8c\x01aK\x01s.", "\x80\x04]\x94h\x00a.",
		"cos\nsystem\n(X\x02\x00\x00\x00lstR.", "\x80\x05\x96\x02\x00\x00\x00\x00\x00\x00\x00ab."} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		value, err := Decode(data, NumPy)
		if err != nil {
			return
		}
		a, err := ToArray(value)
		if err != nil {
			return
		}
		size := 1
		for _, n := range a.Shape {
			size *= n
		}
		if size != a.Len() {
			t.Errorf("shape %v with %d elements", a.Shape, a.Len())
		}
	})
}
