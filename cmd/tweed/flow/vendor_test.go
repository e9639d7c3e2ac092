package flow_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/cmd/tweed/flow"
)

// Paths of the calls, as they are named in the tests.
const (
	pathLink      = "/link/token/create"
	pathPublic    = "/sandbox/public_token/create"
	pathExchange  = "/item/public_token/exchange"
	pathAccounts  = "/accounts/get"
	pathApex      = "/processor/apex/processor_token/create"
	pathProcessor = "/processor/token/create"
	pathLogin     = "/legit/api/v1/cc/token"
	pathRelation  = "/sentinel/api/v1/ach_relationships"
	pathRelGet    = "/sentinel/api/v1/ach_relationships/5e6f80963c3477ba9dc1f98a"
	pathIncoming  = "/sentinel/api/v1/transfers/achs/incoming"
	pathOutgoing  = "/sentinel/api/v1/transfers/achs/outgoing"
	pathTransfer  = "/sentinel/api/v1/transfers/achs/20260105000001"
	pathApprove   = "/sentinel/api/v1/test/simulation/achs/20260105000001/approve"
)

const testSecret = "0123456789abcdef0123456789abcd"

// vendor is a small Plaid and Sentinel at one address that can be as hostile as a test wants it: misbehave puts
// handlers before the good answer of a path, each used once.
type vendor struct {
	*httptest.Server
	t    *testing.T
	stop chan struct{}

	mu     sync.Mutex
	bad    map[string][]http.HandlerFunc
	hits   map[string]int
	bodies map[string][]map[string]any
	heads  map[string][]http.Header
	logins int
	states []string // what GET on the transfer answers, one after another; the last one stays
	reason string
	ids    map[string]bool // externalTransferIds that were used
	last   string
}

func newVendor(t *testing.T) *vendor {
	t.Helper()
	v := &vendor{
		t: t, stop: make(chan struct{}), bad: map[string][]http.HandlerFunc{}, hits: map[string]int{},
		bodies: map[string][]map[string]any{}, heads: map[string][]http.Header{}, ids: map[string]bool{},
		states: []string{"PENDING", "APPROVED", "FUNDS_POSTED", "SENT_TO_BANK", "COMPLETE"},
	}
	v.Server = httptest.NewServer(v)
	t.Cleanup(func() {
		close(v.stop)
		v.Close()
	})
	return v
}

// misbehave makes the next calls of a path meet the given handlers, one each.
func (v *vendor) misbehave(path string, handlers ...http.HandlerFunc) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.bad[path] = append(v.bad[path], handlers...)
}

// road sets what GET on the transfer answers, and the return code.
func (v *vendor) road(states, reason string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.states, v.reason = strings.Fields(states), reason
}

// taken makes an externalTransferId used, and returns how many there are.
func (v *vendor) taken(ids ...string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, id := range ids {
		v.ids[id] = true
	}
	return len(v.ids)
}

func (v *vendor) hit(path string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.hits[path]
}

func (v *vendor) body(path string, n int) map[string]any {
	v.mu.Lock()
	defer v.mu.Unlock()
	require.Greater(v.t, len(v.bodies[path]), n, "calls of %s", path)
	return v.bodies[path][n]
}

func (v *vendor) header(path string, n int) http.Header {
	v.mu.Lock()
	defer v.mu.Unlock()
	require.Greater(v.t, len(v.heads[path]), n, "calls of %s", path)
	return v.heads[path][n]
}

func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	data, _ := io.ReadAll(r.Body)
	body := map[string]any{}
	_ = json.Unmarshal(data, &body)
	v.mu.Lock()
	path := r.URL.Path
	v.hits[path]++
	v.bodies[path] = append(v.bodies[path], body)
	v.heads[path] = append(v.heads[path], r.Header.Clone())
	var bad http.HandlerFunc
	if queue := v.bad[path]; len(queue) > 0 {
		bad, v.bad[path] = queue[0], queue[1:]
	}
	v.mu.Unlock()
	if bad != nil {
		bad(w, r)
		return
	}
	v.good(w, r, body)
}

func (v *vendor) good(w http.ResponseWriter, r *http.Request, body map[string]any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	w.Header().Set("X-Request-Id", fmt.Sprintf("apex-%d", v.hits[r.URL.Path]))
	switch r.URL.Path {
	case pathLink:
		write(w, `{"link_token":"link-sandbox-11111111-aaaa-4000-8000-000000000001","request_id":"reqLink"}`)
	case pathPublic:
		write(w, `{"public_token":"public-sandbox-22222222-aaaa-4000-8000-000000000002","request_id":"reqPublic"}`)
	case pathExchange:
		write(w, `{"access_token":"access-sandbox-33333333-aaaa-4000-8000-000000000003",`+
			`"item_id":"dkrz8D1wQpUM1Xxqmelzc39wzeV1ZaUZ384wb","request_id":"reqExchange"}`)
	case pathAccounts:
		write(w, accounts)
	case pathApex, pathProcessor:
		write(w, `{"processor_token":"processor-sandbox-44444444-aaaa-4000-8000-000000000004","request_id":"reqProc"}`)
	case pathLogin:
		v.logins++
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = io.WriteString(w, fmt.Sprintf("eyJhbGciOiJFUzUxMiJ9.bG9naW4%d.c2lnbmF0dXJl\n", v.logins))
	default:
		v.sentinel(w, r, body)
	}
}

func (v *vendor) sentinel(w http.ResponseWriter, r *http.Request, body map[string]any) {
	switch r.URL.Path {
	case pathRelation, pathRelGet:
		write(w, `{"id":"5e6f80963c3477ba9dc1f98a","status":"APPROVED","approvalMethod":"PLAID_TOKEN"}`)
	case pathIncoming, pathOutgoing:
		id, _ := body["externalTransferId"].(string)
		if v.ids[id] {
			v.error(w, http.StatusConflict, `{"error":"Conflict","message":"duplicate externalTransferId"}`)
			return
		}
		v.ids[id], v.last = true, id
		v.transfer(w)
	case pathTransfer:
		v.transfer(w)
		if len(v.states) > 1 && v.states[0] != "PENDING" {
			v.states = v.states[1:]
		}
	case pathApprove:
		if v.states[0] != "PENDING" {
			v.error(w, http.StatusBadRequest, `{"error":"BadRequest","message":"does not need review"}`)
			return
		}
		v.states = v.states[1:]
		w.WriteHeader(http.StatusOK)
	default:
		v.error(w, http.StatusNotFound, `{"error":"NotFound","message":"no such path"}`)
	}
}

func (v *vendor) transfer(w http.ResponseWriter) {
	write(w, fmt.Sprintf(`{"transferId":"20260105000001","externalTransferId":%q,"mechanism":"ACH",`+
		`"direction":"INCOMING","state":%q,"rejectReason":null,"returnReason":%q,"amount":100.00,`+
		`"estimatedFundsAvailableDate":"2026-01-12","fees":[]}`, v.last, v.states[0], v.reason))
}

func (v *vendor) error(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

const accounts = `{"accounts":[
 {"account_id":"XPvzPJyQmnHREGaRjjNJco68VoLnpLudAVaG7","mask":"1111","name":"Plaid Saving",
  "type":"depository","subtype":"savings"},
 {"account_id":"6ljolDRLVWSnZaMneeL9T4bWo4kpZkCg7N54M","mask":"0000","name":"Plaid Checking",
  "type":"depository","subtype":"checking"},
 {"account_id":"D7Ax7XP4NaI3r4o3DDZvF7vga7XnKXHvqVMbK","mask":"3333","name":"Plaid Credit Card",
  "type":"credit","subtype":"credit card"}],
 "item":{"institution_id":"ins_109508"},"request_id":"reqAccounts"}`

func write(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, body)
}

// answer is a whole answer with its own status, type and headers.
func answer(status int, kind, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func unavailable() http.HandlerFunc {
	return answer(http.StatusServiceUnavailable, "text/html", "<html><h1>503 Service Unavailable</h1></html>")
}

// reset closes the connection with an RST before any answer.
func reset(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// cut announces more bytes than it sends.
func cut(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = fmt.Fprintf(rw, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			len(body)+100, body)
		_ = rw.Flush()
		_ = conn.Close()
	}
}

// slow answers nothing until the client has gone.
func (v *vendor) slow(_ http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-v.stop:
	}
}

// after lets the good answer happen at the vendor, and then loses it on the way.
func (v *vendor) after(lose http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v.mu.Lock()
		sent := v.bodies[r.URL.Path]
		body := sent[len(sent)-1]
		v.mu.Unlock()
		v.good(httptest.NewRecorder(), r, body)
		lose(w, r)
	}
}

// clock is a time that only moves by waiting, and remembers each wait.
type clock struct {
	now   time.Time
	waits []time.Duration
}

func newClock() *clock { return &clock{now: time.Date(2026, 1, 5, 9, 30, 0, 0, time.UTC)} }

func (k *clock) wait(ctx context.Context, d time.Duration) error {
	k.waits = append(k.waits, d)
	k.now = k.now.Add(d)
	return ctx.Err()
}

// config is a run against the vendor that never waits for real.
func (v *vendor) config(k *clock) flow.Config {
	cfg := flow.Local(v.URL, "")
	cfg.Plaid.Secret = testSecret
	cfg.HTTP = v.Client()
	cfg.Wait = k.wait
	cfg.Now = func() time.Time { return k.now }
	n := 0
	cfg.NewID = func() string {
		n++
		return fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
	}
	return cfg
}

func start(t *testing.T) (*vendor, *clock, flow.Config) {
	t.Helper()
	v, k := newVendor(t), newClock()
	return v, k, v.config(k)
}
