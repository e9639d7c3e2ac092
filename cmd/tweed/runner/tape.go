package runner

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"tweed/emulator"
)

// tape is the transcript of a run.
type tape struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *tape) write(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf.WriteString(text)
}

// bytes ends the transcript with what the world collected and its time.
func (t *tape) bytes(w emulator.World) []byte {
	for _, m := range w.Webhooks() {
		what := m.State
		if m.Rule != "" {
			what += fmt.Sprintf(" (rule %q)", m.Rule)
		}
		t.write(fmt.Sprintf("## webhook %d at %s to %s: %s\n%s%s\n\n", m.N, m.At.Format(time.RFC3339Nano), m.Target, what,
			lines(m.Headers), m.Body))
	}
	t.write("## end at " + w.Now().Format(time.RFC3339Nano) + "\n")
	t.mu.Lock()
	defer t.mu.Unlock()
	return bytes.Clone(t.buf.Bytes())
}

func lines(headers map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		fmt.Fprintf(&b, "%s: %s\n", name, headers[name])
	}
	return b.String()
}

// recorder writes every request and reply to the tape. The emulator's own address, which
// differs from run to run, is written as HOST.
type recorder struct {
	tape *tape
	next *http.Transport
	base string
}

// RoundTrip sends a request and records it with its reply.
func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	sent, err := drain(&req.Body)
	if err != nil {
		return nil, err
	}
	resp, err := r.next.RoundTrip(req)
	if err != nil {
		r.write(fmt.Sprintf("%s %s\n%s\n\nlost: %s\n\n", req.Method, req.URL.RequestURI(), sent, said(err)))
		return nil, err
	}
	got, err := drain(&resp.Body)
	text := fmt.Sprintf("%s %s\n%s\n\n%s\n%s%s\n\n", req.Method, req.URL.RequestURI(), sent,
		resp.Status, headerLines(resp.Header), got)
	if err != nil {
		text += "lost the rest: " + said(err) + "\n\n"
	}
	r.write(text)
	return resp, nil
}

func (r *recorder) write(text string) {
	r.tape.write(strings.ReplaceAll(text, r.base, "http://HOST"))
}

// drain reads a body and puts it back, with the error that it ended with.
func drain(body *io.ReadCloser) ([]byte, error) {
	if *body == nil {
		return nil, nil
	}
	data, err := io.ReadAll(*body)
	if e := (*body).Close(); err == nil {
		err = e
	}
	again := io.Reader(bytes.NewReader(data))
	if err != nil {
		again = io.MultiReader(again, failing{err})
	}
	*body = io.NopCloser(again)
	return data, err
}

// failing is the end of a body that ended too early.
type failing struct{ error }

// Read returns the error.
func (f failing) Read([]byte) (int, error) { return 0, f.error }

// headerLines are the headers of a reply but for Date, which is wall time.
func headerLines(h http.Header) string {
	all := map[string]string{}
	for name, values := range h {
		if name != "Date" {
			all[name] = strings.Join(values, ", ")
		}
	}
	return lines(all)
}
