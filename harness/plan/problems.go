package plan

import (
	"errors"
	"fmt"
)

// problems collects what is wrong with a value, each with the field it is about.
type problems struct {
	where string // before each field name
	list  *[]error
}

func newProblems() problems { return problems{list: new([]error)} }

// in returns the same list for the fields of a part.
func (p problems) in(part string) problems {
	p.where += part
	return p
}

func (p problems) add(field, format string, args ...any) {
	*p.list = append(*p.list, fmt.Errorf("%s%s "+format, append([]any{p.where, field}, args...)...))
}

func (p problems) err() error { return errors.Join(*p.list...) }

// whole wants low <= value <= high.
func (p problems) whole(field string, value, low, high int) bool {
	if value >= low && value <= high {
		return true
	}
	if low == high {
		p.add(field, "%d: must be %d here", value, low)
	} else {
		p.add(field, "%d: must be %d to %d", value, low, high)
	}
	return false
}

// number wants low <= value <= high; NaN and infinities are refused.
func (p problems) number(field string, value, low, high float64) bool {
	if value >= low && value <= high {
		return true
	}
	p.add(field, "%v: must be a number from %v to %v", value, low, high)
	return false
}

// zero wants a value that isn't used to be absent.
func (p problems) zero(field string, value any, isZero bool, why string) {
	if !isZero {
		p.add(field, "%v: must be empty, as %s", value, why)
	}
}

// one wants one of the values.
func (p problems) one(field, value string, of ...string) bool {
	for _, v := range of {
		if value == v {
			return true
		}
	}
	p.add(field, "%q: use %s", value, join(of))
	return false
}

func join(names []string) string {
	text := ""
	for k, n := range names {
		switch {
		case k == 0:
		case k == len(names)-1:
			text += " or "
		default:
			text += ", "
		}
		text += fmt.Sprintf("%q", n)
	}
	return text
}
