package api

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

func TestServe(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	a := l.post(pathPut, `{"item":"one","client_id":"c"}`)
	require.Equal(t, http.StatusOK, a.Status)
	require.Regexp(t, `^[0-9a-f]{15}$`, a.text("request_id"))
	require.Equal(t, []string{"2026-01-05T14:30:00Z"}, a.Header["Tweed-Now"])
	require.Equal(t, []string{"stateful"}, a.Header["Tweed-Depth"])
	require.Equal(t, fmt.Sprint(len(a.Body)), a.Header.Get("Content-Length"))
	require.NotContains(t, a.Header, "Tweed-Rule")
	require.NotContains(t, a.Header, "Tweed-Hint")

	b := l.post(pathGet, `{"client_id":"c"}`)
	require.Equal(t, "one", b.text("note"))
	require.NotEqual(t, a.text("request_id"), b.text("request_id"))
	require.Equal(t, "c", b.text("client"))

	a = l.post(pathRaw, ``)
	require.Equal(t, "%PDF", a.Body)
	require.Equal(t, "application/pdf", a.Header.Get("Content-Type"))
}

// What an operation wrote stays also when its answer is a vendor's error.
func TestErrorKeepsChanges(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	a := l.post(pathRefuse, `{}`)
	require.Equal(t, "ITEM_LOGIN_REQUIRED", a.text("error_code"))
	require.Equal(t, "a wrong try", l.post(pathGet, `{}`).text("note"))
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	for _, test := range []struct {
		name, path, body string
		status           int
		code, message    string
	}{
		{"no path", "/nothing", `{}`, 404, "NOT_FOUND", "not found"},
		{"no JSON", pathGet, `{"item":`, 400, "TWEED_BAD_REQUEST", "unexpected EOF"},
		{"route before body", "/nothing", `{"item":`, 404, "NOT_FOUND", "not found"},
		{"a check", pathGet, `{"count":1}`, 400, "INVALID_FIELD", "count is refused"},
		{"checks before depth", pathNothing, `{"count":1}`, 400, "INVALID_FIELD", "count is refused"},
		{"not built", pathNothing, `{}`, 501, "TWEED_NOT_IMPLEMENTED", "POST /transfer/create is not built"},
		{"an error that is no row", pathFail, `{}`, 400, "TWEED_BAD_REQUEST", "the body is JSON, but not an object"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := l.post(test.path, test.body)
			require.Equal(t, test.status, a.Status, a.Body)
			require.Equal(t, test.code, a.text("error_code"))
			require.Contains(t, a.text("error_message"), test.message)
			if strings.HasPrefix(test.code, "TWEED_") {
				require.Equal(t, "TWEED_ERROR", a.text("error_type"))
				require.Equal(t, []string{"default"}, a.Header["Tweed-World"])
				require.Regexp(t, `^[0-9a-f]{15}$`, a.text("request_id"))
				require.Contains(t, a.Fields, "display_message")
			}
		})
	}
}

func TestMinDepth(t *testing.T) {
	t.Parallel()
	for depth, want := range map[Depth]int{"": 200, Shaped: 200, Stateful: 501} {
		l := newLab(t, func(l *lab) { l.MinDepth = depth })
		a := l.post(pathShaped, `{}`)
		require.Equal(t, want, a.Status)
		require.Equal(t, "shaped", a.Header.Get("Tweed-Depth"))
		if want != 200 {
			require.Equal(t, "TWEED_SHAPED_REFUSED", a.text("error_code"))
			require.Contains(t, a.text("error_message"), "POST /categories/get")
		}
		require.Equal(t, 200, l.post(pathGet, `{}`).Status)
		require.Equal(t, 501, l.post(pathNothing, `{}`).Status)
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	body := func(size int) string { return `{"item":"` + strings.Repeat("x", size-11) + `"}` }
	for size, want := range map[int]int{11: 200, 1000: 200, 1001: 413, 100_000: 413} {
		require.Len(t, body(size), size)
		for _, announced := range []bool{true, false} {
			req := l.request(pathPut, body(size))
			if !announced {
				req.Body, req.ContentLength = io.NopCloser(strings.NewReader(body(size))), -1
			}
			a, err := l.do(req)
			require.NoError(t, err)
			require.Equal(t, want, a.Status, "%d bytes, announced: %t", size, announced)
			if want == 413 {
				require.Equal(t, "TWEED_BODY_TOO_LARGE", a.text("error_code"))
				require.Contains(t, a.text("error_message"), "1000 bytes")
			}
		}
	}
}

// A bug in an operation takes back what it did, is told as JSON, and harms nobody else.
func TestPanic(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	l.rule(scenario.Rule{Name: "once", Call: pathPanic, Times: 1, Then: scenario.Wait(time.Millisecond)})
	l.post(pathPut, `{"item":"before"}`)
	var ids []string
	for range 3 {
		a := l.post(pathPanic, `{}`)
		require.Equal(t, http.StatusInternalServerError, a.Status)
		require.Equal(t, "TWEED_PANIC", a.text("error_code"))
		require.Contains(t, a.text("error_message"), "index out of range")
		require.Equal(t, "once", a.Header.Get("Tweed-Rule"), "the rule's use is taken back, too")
		ids = append(ids, a.text("request_id"))
	}
	a := l.post(pathGet, `{}`)
	require.Equal(t, "before", a.text("note"))
	ids = append(ids, a.text("request_id"))
	seen := map[string]bool{}
	for _, id := range ids {
		require.False(t, seen[id], "no request id is given twice: %v", ids)
		seen[id] = true
	}
	for n, e := range l.entries() {
		require.Equal(t, uint64(n+1), e.N)
	}
	require.Equal(t, "TWEED_PANIC", l.entries()[1].Code)
}

func TestPanicReply(t *testing.T) {
	t.Parallel()
	r := PanicReply("no such thing")
	require.Equal(t, http.StatusInternalServerError, r.Status)
	require.Contains(t, string(r.Body), `"error_code": "TWEED_PANIC"`)
	require.Contains(t, string(r.Body), "no such thing")
}

func TestWorldLimit(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(l *lab) {
		l.Worlds = world.NewWorlds(2, func() time.Time { return monday }, func(string) (world.Config, error) { return l.config, nil })
	})
	for _, name := range []string{"a", "b"} {
		require.Equal(t, 200, l.post(pathGet, `{}`, "Tweed-World", name).Status)
	}
	a := l.post(pathGet, `{}`, "Tweed-World", "c")
	require.Equal(t, http.StatusServiceUnavailable, a.Status)
	require.Equal(t, "TWEED_WORLD_LIMIT", a.text("error_code"))
	require.Contains(t, a.text("error_message"), "2 worlds")
	require.Equal(t, 200, l.post(pathGet, `{}`, "Tweed-World", "a").Status)
}

// A step clock moves once for each call, also for one that fails.
func TestStepClock(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(l *lab) { l.config.Clock.Run.Step = time.Second })
	for n, path := range []string{pathGet, "/nothing", pathRefuse, pathPanic, pathGet} {
		a := l.post(path, `{}`)
		require.Equal(t, monday.Add(time.Duration(n+1)*time.Second).Format(time.RFC3339), a.Header.Get("Tweed-Now"), path)
	}
}

// Many clients in one world lose nothing, many worlds do not see each other.
func TestParallel(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	const clients, calls = 16, 20
	var wg sync.WaitGroup
	failed := make(chan string, clients*calls)
	for n := range clients {
		own := fmt.Sprintf("world-%d", n)
		reqs := make([]*http.Request, 0, 3*calls)
		for i := range calls {
			reqs = append(reqs,
				l.request(pathPut, `{"item":"shared"}`),
				l.request(pathPut, fmt.Sprintf(`{"item":"%s %d"}`, own, i), "Tweed-World", own),
				l.request(pathGet, `{}`, "Tweed-World", own))
		}
		wg.Go(func() {
			for i, req := range reqs {
				a, err := l.do(req)
				if err != nil || a.Status != 200 || i%3 == 2 && a.text("note") != fmt.Sprintf("%s %d", own, i/3) {
					failed <- fmt.Sprint(own, i, err, a.Body)
				}
			}
		})
	}
	wg.Wait()
	close(failed)
	for text := range failed {
		t.Error(text)
	}
	entries, gone := l.Journal.Read(Filter{World: DefaultWorld})
	require.Zero(t, gone)
	require.Len(t, entries, clients*calls)
	for n, e := range entries {
		require.Equal(t, uint64(n+1), e.N)
	}
}
