package emulator

import (
	"fmt"
	"strings"
	"time"

	"tweed/emulator/internal/api"
)

// T is what RunT and verifications need of *testing.T.
type T interface {
	Helper()
	Cleanup(func())
	Failed() bool
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// RunT starts an emulator for a test: on a free port, with seed 1 and a stopped clock,
// ended with the test. When the test has failed, the calls that were made are logged.
func RunT(t T, options ...Options) *Emulator {
	t.Helper()
	var o Options
	if len(options) > 0 {
		o = options[0]
	}
	e, err := New(o)
	if err == nil {
		err = e.Start()
	}
	if err != nil {
		t.Fatalf("emulator: %v", err)
		return nil
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("calls that Tweed saw:\n%s", e.Dump())
		}
		if err := e.Close(); err != nil {
			t.Logf("emulator: %v", err)
		}
	})
	return e
}

// Dump returns the journal as text, one line for each call, oldest first.
func (e *Emulator) Dump() string {
	var b strings.Builder
	for _, c := range e.calls(api.Filter{}) {
		fmt.Fprintf(&b, "%s #%d %s %s %s %d", c.World, c.N, c.Time.Format(time.RFC3339), c.Method, c.Path, c.Status)
		if c.Fault != "" {
			fmt.Fprintf(&b, " (%s)", c.Fault)
		}
		if c.Code != "" {
			fmt.Fprintf(&b, " %s", c.Code)
		}
		if c.Rule != "" {
			fmt.Fprintf(&b, " (rule %q)", c.Rule)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
