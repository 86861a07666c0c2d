package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"gmnas/harness/spec"
)

// setting is one field of a run, e.g. group "Weights", name "LR", value "0.025".
type setting struct{ group, name, value string }

// settings lists all of a run's fields, in the order of their declaration. The training fields of an evaluation by
// table, which are all zero, are left out, as are rankings, pairs and so on that a run hasn't, and all other fields that are empty where nothing is searched.
func settings(run spec.Run) []setting {
	var list []setting
	for _, field := range reflect.VisibleFields(reflect.TypeFor[spec.Run]()) {
		if field.Anonymous {
			continue
		}
		value := reflect.ValueOf(run).FieldByIndex(field.Index)
		if !run.Searches() && value.IsZero() {
			continue
		}
		switch field.Name {
		case "Rank", "Pair", "Pairs", "Retrain", "Select", "Random", "Replay":
			if !value.IsZero() {
				list = append(list, flatten(field.Name, "", value)...)
			}
		case "Levels":
			list = append(list, levelSettings(run.Levels)...)
		case "Evaluate":
			for _, s := range flatten(field.Name, "", value) {
				if run.Retrains() {
					break // in place of the evaluation
				}
				if run.Evaluate.By != spec.ByTable || s.name == "By" || s.name == "Table" {
					list = append(list, s)
				}
			}
		default:
			list = append(list, flatten(field.Name, "", value)...)
		}
	}
	return list
}

func levelSettings(levels []spec.Level) []setting {
	list := []setting{{"Levels", "", strconv.Itoa(len(levels))}}
	for k, l := range levels {
		list = append(list, flatten(fmt.Sprintf("Level %d", k+1), "", reflect.ValueOf(l))...)
	}
	return list
}

// flatten lists the fields below a value; names of nested fields are joined by dots.
func flatten(group, name string, v reflect.Value) []setting {
	if v.Kind() != reflect.Struct {
		return []setting{{group, name, show(v)}}
	}
	var list []setting
	for k := range v.NumField() {
		below := v.Type().Field(k).Name
		if name != "" {
			below = name + "." + below
		}
		list = append(list, flatten(group, below, v.Field(k))...)
	}
	return list
}

func show(v reflect.Value) string {
	if s, ok := v.Interface().(fmt.Stringer); ok {
		return s.String()
	}
	switch v.Kind() {
	case reflect.String:
		if v.String() == "" {
			return "-"
		}
		return v.String()
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	}
	return fmt.Sprint(v.Interface())
}

// shared returns the settings that all runs have alike.
func shared(runs [][]setting) map[setting]bool {
	count := map[setting]int{}
	for _, run := range runs {
		for _, s := range run {
			count[s]++
		}
	}
	all := map[setting]bool{}
	for s, n := range count {
		if n == len(runs) {
			all[s] = true
		}
	}
	return all
}

// settingLine is a group's settings on one line.
type settingLine struct{ group, text string }

func lines(list []setting) []settingLine {
	var all []settingLine
	for _, s := range list {
		text := s.value
		if s.name != "" {
			text = s.name + "=" + s.value
		}
		if last := len(all) - 1; last >= 0 && all[last].group == s.group {
			all[last].text += " " + text
		} else {
			all = append(all, settingLine{s.group, text})
		}
	}
	return all
}

// rank orders groups as the longest list has them, which has the most levels.
func rank(group string, lists [][]setting) int {
	longest := slices.MaxFunc(lists, func(a, b []setting) int { return len(a) - len(b) })
	return slices.IndexFunc(longest, func(s setting) bool { return s.group == group })
}
