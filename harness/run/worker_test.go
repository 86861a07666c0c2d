package run

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"gmnas/harness/spec"
	"pgregory.net/rapid"
)

func someStage() spec.Stage {
	return spec.Stage{Protocol: spec.Protocol, Kind: spec.KindDerive, Derive: &spec.DeriveStage{}}
}

func jobLine(t *testing.T) string {
	t.Helper()
	b, err := json.Marshal(order{Job: &Job{Stage: someStage(), Outcomes: t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	return string(b) + "\n"
}

// The end of the orders ends a worker at once, also in a stage that doesn't stop.
func TestWorkerNoticesThatTheCoordinatorIsGone(t *testing.T) {
	in, orders := io.Pipe()
	started := make(chan bool)
	ended := make(chan error, 1)
	go func() {
		ended <- Work(t.Context(), in, io.Discard, func(context.Context, Job, func(Progress)) (spec.Outcome, error) {
			close(started)
			select {}
		})
	}()
	if _, err := io.WriteString(orders, jobLine(t)); err != nil {
		t.Fatal(err)
	}
	<-started
	orders.Close()
	select {
	case err := <-ended:
		if !errors.Is(err, ErrCoordinatorGone) {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the worker works on")
	}
}

func TestWorkerAnswersCancel(t *testing.T) {
	in, orders := io.Pipe()
	answers, out := io.Pipe()
	go func() {
		Work(t.Context(), in, out, func(ctx context.Context, _ Job, _ func(Progress)) (spec.Outcome, error) {
			<-ctx.Done()
			return spec.Outcome{}, ctx.Err()
		})
		out.Close()
	}()
	go func() {
		io.WriteString(orders, jobLine(t)+`{"Cancel":true}`+"\n")
	}()
	r := bufio.NewReader(answers)
	for {
		line, err := readLine(r, maxReply)
		if err != nil {
			t.Fatal(err)
		}
		if reply, ok := parseReply(line); ok && reply.Hello == nil {
			if reply.Stopped != someStage().Key() {
				t.Errorf("answer %s", line)
			}
			break
		}
	}
	orders.Close()
	io.Copy(io.Discard, answers)
}

func TestWorkerRefusesWhatIsNoOrder(t *testing.T) {
	for _, in := range []string{"{", "[]\n", "{}\n", `{"Job":{},"Cancel":true}`, "null\n", strings.Repeat("x", 100)} {
		err := Work(t.Context(), strings.NewReader(in), io.Discard, nil)
		if err == nil || !strings.Contains(err.Error(), "reading order") {
			t.Errorf("%.20q: %v", in, err)
		}
	}
	if err := Work(t.Context(), strings.NewReader("\n\n"), io.Discard, nil); err != nil {
		t.Errorf("empty lines: %v", err)
	}
}

// Keys become file names only where they are keys.
func TestKeyPath(t *testing.T) {
	for _, bad := range []string{"", "../../etc/x", strings.Repeat("A", 64), strings.Repeat("a", 63), strings.Repeat("a", 63) + "/", strings.Repeat("a", 65)} {
		if path, err := keyPath("w", spec.Key(bad), ""); err == nil {
			t.Errorf("%q became %s", bad, path)
		}
	}
	if path, err := keyPath("w", someStage().Key(), ".json"); err != nil || path != "w/"+string(someStage().Key())+".json" {
		t.Errorf("%s %v", path, err)
	}
}

func TestWeightsComeBackOrErr(t *testing.T) {
	folder, key := t.TempDir(), someStage().Key()
	rapid.Check(t, func(t *rapid.T) {
		content := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "content")
		if err := WriteWeights(folder, key, func(w io.Writer) error { _, err := w.Write(content); return err }); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadWeights(folder, key); err != nil || !bytes.Equal(got, content) {
			t.Fatalf("%v, %v", got, err)
		}
		path, _ := keyPath(folder, key, "")
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		at := rapid.IntRange(0, len(whole)-1).Draw(t, "at")
		for _, damaged := range [][]byte{whole[:at], append(append(bytes.Clone(whole[:at]), whole[at]^1), whole[at+1:]...)} {
			if err := os.WriteFile(path, damaged, 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := ReadWeights(folder, key); !errors.Is(err, ErrWeights) {
				t.Fatalf("damaged at %d: %v", at, err)
			}
		}
	})
	// A write that fails leaves what was there.
	WriteWeights(folder, key, func(w io.Writer) error { _, err := w.Write([]byte("good")); return err })
	if err := WriteWeights(folder, key, func(w io.Writer) error { w.Write([]byte("ba")); return errors.New("no more") }); err == nil {
		t.Error("no error")
	}
	if got, err := ReadWeights(folder, key); err != nil || string(got) != "good" {
		t.Errorf("%q %v", got, err)
	}
}

func TestNonFiniteNumbersDiverge(t *testing.T) {
	point := func(e int, loss float64) spec.EpochPoint { return spec.EpochPoint{Epoch: e, TrainLoss: loss} }
	o := finite(spec.Outcome{State: spec.Done, Train: &spec.Trained{
		Curve: []spec.EpochPoint{point(0, 2), point(1, 1), point(2, math.Inf(1)), point(3, math.NaN())}, Theta: [][]float64{{math.NaN()}}}})
	want := []spec.EpochPoint{point(0, 2), point(1, 1)}
	if o.State != spec.Diverged || !reflect.DeepEqual(o.Train.Curve, want) || o.Train.Theta != nil || !strings.Contains(o.Error, "training loss in epoch 2 is +Inf") {
		t.Errorf("%+v %+v", o, o.Train)
	}
	o = finite(spec.Outcome{State: spec.Diverged, Error: "gradient norm is NaN", Derive: &spec.Derived{Loss: math.NaN()}})
	if o.State != spec.Diverged || o.Error != "gradient norm is NaN" || o.Derive != nil {
		t.Errorf("%+v", o)
	}
	same := spec.Outcome{State: spec.Done, Derive: &spec.Derived{Loss: 1}}
	if !reflect.DeepEqual(finite(same), same) {
		t.Error("a finite outcome changed")
	}
}

func FuzzParseOutcome(f *testing.F) {
	stage := someStage()
	whole, _ := json.Marshal(filed{stage, spec.Outcome{Key: stage.Key(), Kind: stage.Kind, State: spec.Done, Derive: &spec.Derived{}}})
	f.Add(string(stage.Key()), whole)
	f.Add(string(stage.Key()), whole[:len(whole)/2])
	f.Add(string(stage.Key()), append(whole, whole...))
	f.Add("../x", []byte(`{"Outcome":{"Key":"../x"}}`))
	f.Add("", []byte("null"))
	f.Add("", []byte(`{"Stage":{"Kind":"train"},"Outcome":{"Cost":{"FLOPs":1e999}}}`))
	f.Fuzz(func(t *testing.T, key string, content []byte) {
		got, err := parseOutcome(spec.Key(key), content)
		if err != nil {
			return
		}
		// What is accepted belongs to that key and can be recorded.
		if got.Outcome.Key != spec.Key(key) || got.Stage.Key() != spec.Key(key) || !validKey(spec.Key(key)) {
			t.Fatalf("accepted for %q: %+v", key, got)
		}
		again, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		back, err := parseOutcome(spec.Key(key), again)
		if err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		if third, err := json.Marshal(back); err != nil || !bytes.Equal(again, third) {
			t.Fatalf("%s, then %s, %v", again, third, err)
		}
	})
}

func FuzzReplies(f *testing.F) {
	f.Add([]byte("\n{\"Hello\":{\"Protocol\":1,\"Stages\":1}}\n\n{\"Progress\":{\"Done\":1,\"Total\":2}}\n"))
	f.Add([]byte("dnnl_verbose,info\r\n{\"Finished\":\"x\"}"))
	f.Add([]byte(`{"Finished":"x","Stopped":"x"}`))
	f.Add(bytes.Repeat([]byte("x"), 3000))
	f.Fuzz(func(t *testing.T, stream []byte) {
		const limit = 1000
		r := bufio.NewReaderSize(bytes.NewReader(stream), 16)
		ends := 0
		for {
			line, err := readLine(r, limit)
			if err == io.EOF {
				break
			}
			if ends++; ends > len(stream)+1 {
				t.Fatal("reading does not end")
			}
			if err != nil && err != errLongLine || len(line) > limit || bytes.ContainsRune(line, '\n') {
				t.Fatalf("%q, %v", line, err)
			}
			parseReply(line)
		}
		if want := bytes.Count(stream, []byte("\n")); ends != want && ends != want+1 {
			t.Fatalf("%d lines of %d", ends, want)
		}
	})
}

func FuzzOrders(f *testing.F) {
	f.Add([]byte(`{"Cancel":true}`))
	f.Add([]byte(`{"Job":{"Stage":{"Kind":"derive","Derive":{}},"Inputs":[{"State":"done"}],"Threads":1}}`))
	f.Add([]byte(`{"Job":null}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		if o, err := parseOrder(line); err == nil && (o.Job != nil) == o.Cancel {
			t.Fatalf("%+v", o)
		}
	})
}
