package emulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// recordT stands in for a *testing.T: what RunT does to a test that fails can only be
// seen from outside of one.
type recordT struct {
	failed   bool
	fatal    string
	errors   []string
	logged   []string
	cleanups []func()
}

func (r *recordT) Helper()                        {}
func (r *recordT) Cleanup(f func())               { r.cleanups = append(r.cleanups, f) }
func (r *recordT) Failed() bool                   { return r.failed }
func (r *recordT) Fatalf(format string, a ...any) { r.fatal = fmt.Sprintf(format, a...) }
func (r *recordT) Errorf(format string, a ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, a...))
}

func (r *recordT) Logf(format string, a ...any) {
	r.logged = append(r.logged, fmt.Sprintf(format, a...))
}

// end does what the testing package does after a test.
func (r *recordT) end() {
	for _, f := range slices.Backward(r.cleanups) {
		f()
	}
}

// TestRunT: the emulator listens on a free port of its own, begins at seed 1 with a stopped
// clock, and ends with its test.
func TestRunT(t *testing.T) {
	t.Parallel()
	rec := &recordT{}
	first, second := emulator.RunT(rec), emulator.RunT(t)
	require.NotEqual(t, first.URL(), second.URL())
	require.Equal(t, first.PlaidURL(), first.URL())
	require.Equal(t, first.SentinelURL(), first.URL())
	require.True(t, strings.HasPrefix(first.URL(), "http://127.0.0.1:"), first.URL())
	require.Equal(t, first.URL(), "http://"+first.Addr())

	start := first.World("default").Now()
	require.Equal(t, "2026-01-05T14:30:00Z", start.Format("2006-01-02T15:04:05Z07:00"))
	c := newClient(t, first, "")
	made := c.link()
	require.Equal(t, start, first.World("default").Now(), "the clock stands still")
	require.Equal(t, made, newClient(t, second, "").link(), "two emulators of one seed give the same ids")

	rec.end()
	require.Empty(t, rec.fatal)
	require.Empty(t, rec.logged, "a good test logs nothing")
	_, err := c.try("POST", "/item/get", "{}")
	require.Error(t, err, "it has stopped listening")
	require.NoError(t, first.Close(), "a second Close does nothing")
}

// TestRunTFailed: a test that failed shows the calls that were made, without secrets.
func TestRunTFailed(t *testing.T) {
	t.Parallel()
	rec := &recordT{failed: true}
	emu := emulator.RunT(rec)
	c := newClient(t, emu, "red")
	c.refused(400, "INVALID_INPUT/INVALID_ACCESS_TOKEN", "/item/get", fields{"access_token": "x", "secret": "hush-hush"})
	rec.end()
	require.Len(t, rec.logged, 1)
	require.Contains(t, rec.logged[0], "red #1 2026-01-05T14:30:00Z POST /item/get 400 INVALID_ACCESS_TOKEN\n")
	require.NotContains(t, rec.logged[0], "hush-hush")
}

// TestRunTBadOptions: options that cannot be end the test at once.
func TestRunTBadOptions(t *testing.T) {
	t.Parallel()
	rec := &recordT{}
	require.Nil(t, emulator.RunT(rec, emulator.Options{Clock: "fast"}))
	require.Contains(t, rec.fatal, "fast")
	require.Empty(t, rec.cleanups)

	rec = &recordT{}
	require.Nil(t, emulator.RunT(rec, emulator.Options{Addr: "127.0.0.1:none"}))
	require.NotEmpty(t, rec.fatal)
}
