package published

import "testing"

func TestTable3(t *testing.T) {
	if Table3("no such row") != nil {
		t.Error("a row that the paper has not gave values")
	}
	for row := range table3 {
		values := Table3(row)
		if len(values) != 6 {
			t.Errorf("%s has %d values, want 6", row, len(values))
		}
		for column, v := range values {
			if !(v.Mean > 0 && v.Mean < 100 && v.Std >= 0 && v.HasStd) {
				t.Errorf("%s %s: %+v is no accuracy in percent with a deviation", row, column, v)
			}
		}
	}
	for row := range table3Plain {
		for column, v := range Table3(row) {
			if v.HasStd || v.Mean <= 0 {
				t.Errorf("%s %s: %+v, want a mean alone", row, column, v)
			}
		}
	}
}
