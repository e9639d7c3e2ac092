package emulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// exchanged sends a request as bytes over a connection of its own and returns all that came
// back, with the error that reading ended with; nil for an end without one.
func exchanged(emu *emulator.Emulator, request string) ([]byte, error) {
	conn, err := net.Dial("tcp", emu.Addr())
	if err != nil {
		return nil, err
	}
	defer conn.Close() //nolint:errcheck // it was read to its end
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return nil, err
	}
	if _, err = io.WriteString(conn, request); err != nil {
		return nil, err
	}
	return io.ReadAll(conn)
}

// faults is an application beside an emulator that loses and damages replies.
type faults struct {
	*client
	emu   *emulator.Emulator
	w     emulator.World
	token fields
}

func newFaults(t *testing.T, o ...emulator.Options) *faults {
	t.Helper()
	emu := emulator.RunT(t, o...)
	c := newClient(t, emu, "")
	return &faults{client: c, emu: emu, w: emu.World("default"), token: fields{"access_token": c.accessToken()}}
}

// request is the bytes of a call of /item/get.
func (f *faults) request() string {
	return requestText(f.emu.Addr(), "/item/get", f.token.json(), "PLAID-CLIENT-ID: "+clientID, "PLAID-SECRET: "+secret)
}

// last is the newest call of the journal.
func (f *faults) last() emulator.Call {
	f.t.Helper()
	calls := f.w.Calls()
	require.NotEmpty(f.t, calls)
	return calls[len(calls)-1]
}

// TestFaultBytes: what stands on the wire, byte by byte. The head of a damaged reply is that
// of the whole one, and nothing says that the connection is going to end.
func TestFaultBytes(t *testing.T) {
	t.Parallel()
	f := newFaults(t)
	whole := f.ok("/item/get", f.token)
	request := strings.Replace(f.request(), "Connection: close\r\n", "", 1)
	for _, kind := range []scenario.FaultKind{scenario.Reset, scenario.Empty, scenario.Truncate} {
		remove := f.w.Rule(scenario.Rule{Name: "broken by " + string(kind), Call: "/item/get", Then: scenario.Break(kind)})
		got, err := exchanged(f.emu, request)
		remove()
		call := f.last()
		require.Equal(t, string(kind), call.Fault)
		require.Equal(t, "broken by "+string(kind), call.Rule)
		require.Equal(t, "itemGet", call.Operation)
		if kind == scenario.Reset {
			require.ErrorIs(t, err, syscall.ECONNRESET)
		} else {
			require.NoError(t, err, "an end and no reset")
		}
		if kind != scenario.Truncate {
			require.Empty(t, got)
			require.Zero(t, call.Status)
			require.Empty(t, call.Reply)
			continue
		}
		head, body, found := bytes.Cut(got, []byte("\r\n\r\n"))
		require.True(t, found, "%q", got)
		require.True(t, bytes.HasPrefix(head, []byte("HTTP/1.1 200 OK\r\n")), "%q", head)
		for _, line := range []string{
			"Content-Length: " + strconv.Itoa(len(whole.Body)), "Content-Type: application/json; charset=utf-8",
			"Tweed-Rule: broken by truncate", "Server: nginx",
		} {
			require.Contains(t, string(head)+"\r\n", "\r\n"+line+"\r\n")
		}
		require.NotContains(t, string(head), "Connection:")
		require.Equal(t, whole.Body[:len(whole.Body)/2], string(body), "the id of the request stands at its end")
		require.Equal(t, body, call.Reply, "the journal has what went out")
		require.Equal(t, 200, call.Status)
	}
	f.ok("/item/get", f.token)
}

// TestGarbageBytes: the true status, headers and length; the body is none of JSON's.
func TestGarbageBytes(t *testing.T) {
	t.Parallel()
	f := newFaults(t)
	whole := f.ok("/item/get", f.token)
	f.w.Rule(scenario.Rule{Name: "g", Call: "/item/get", Then: scenario.Break(scenario.Garbage)})
	got, err := exchanged(f.emu, f.request())
	require.NoError(t, err)
	head, body, _ := bytes.Cut(got, []byte("\r\n\r\n"))
	require.True(t, bytes.HasPrefix(head, []byte("HTTP/1.1 200 OK\r\n")), "%q", head)
	require.Contains(t, string(head), "\r\nContent-Length: "+strconv.Itoa(len(whole.Body)))
	require.Contains(t, string(head), "\r\nContent-Type: application/json; charset=utf-8")
	require.Len(t, body, len(whole.Body))
	require.False(t, json.Valid(body) || utf8.Valid(body))
	require.Equal(t, body, f.last().Reply)
	require.Equal(t, "garbage", f.last().Fault)
}

// TestFaultErrors: what net/http's client says of each, by rule and by header.
func TestFaultErrors(t *testing.T) {
	t.Parallel()
	f := newFaults(t)
	for kind, want := range map[string]error{
		"reset": syscall.ECONNRESET, "{kind: reset, done: true}": syscall.ECONNRESET,
		"empty": io.EOF, "{kind: empty, done: true}": io.EOF, "truncate": io.ErrUnexpectedEOF,
	} {
		_, err := f.try(http.MethodPost, "/item/get", f.token.json(), "Tweed-Fault", kind)
		require.ErrorIs(t, err, want, kind)
		require.Equal(t, "header Tweed-Fault", f.last().Rule)
		fault, err := scenario.ParseFault(kind)
		require.NoError(t, err)
		remove := f.w.Rule(scenario.Rule{Call: "/item/get", Then: scenario.Then{Fault: fault}})
		_, err = f.try(http.MethodPost, "/item/get", f.token.json())
		require.ErrorIs(t, err, want, kind)
		remove()
	}
	got := f.post("/item/get", f.token, "Tweed-Fault", "garbage")
	require.Equal(t, http.StatusOK, got.Status)
	require.Nil(t, got.Fields)
	require.Equal(t, "header Tweed-Fault", got.Header.Get("Tweed-Rule"))

	ctx, leave := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer leave()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.emu.URL()+"/item/get", strings.NewReader(f.token.json()))
	require.NoError(t, err)
	req.Header.Set("Tweed-Fault", "hang")
	_, err = http.DefaultClient.Do(req) //nolint:bodyclose // there is no reply
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, "hang", f.last().Fault)
}

// TestFaultDone: with done the operation is carried out and its changes stay; without it
// nothing has happened.
func TestFaultDone(t *testing.T) {
	t.Parallel()
	f := newFaults(t)
	items := func() (exchanged int) {
		for _, item := range f.w.Items() {
			if item.AccessToken != "" {
				exchanged++
			}
		}
		return exchanged
	}
	for _, kind := range []string{"reset", "empty"} {
		public, before := fields{"public_token": f.publicToken()}, items()
		for fault, more := range map[string]int{kind: 0, "{kind: " + kind + ", done: true}": 1} {
			_, err := f.try(http.MethodPost, "/item/public_token/exchange", public.json(), "Tweed-Fault", fault)
			require.Error(t, err)
			require.Zero(t, f.last().Status)
			require.Empty(t, f.last().Reply)
			if more == 0 {
				require.Equal(t, before, items(), "nothing happened")
				continue
			}
			before += more
			require.Equal(t, before, items(), "it was carried out")
		}
		f.refused(400, "INVALID_INPUT/INVALID_PUBLIC_TOKEN", "/item/public_token/exchange", public)
		f.ok("/item/public_token/exchange", fields{"public_token": f.publicToken()})
	}
	for _, kind := range []string{"truncate", "garbage"} {
		public := fields{"public_token": f.publicToken()}
		_, _ = f.try(http.MethodPost, "/item/public_token/exchange", public.json(), "Tweed-Fault", kind) // its body is of no use
		f.refused(400, "INVALID_INPUT/INVALID_PUBLIC_TOKEN", "/item/public_token/exchange", public)
	}
}

// TestFaultBeforeOwnFaults: a fault does not ask what is in a request; it acts before the
// client's own faults, and its rule is used up.
func TestFaultBeforeOwnFaults(t *testing.T) {
	t.Parallel()
	f := newFaults(t)
	for name, body := range map[string]string{
		"no token": "{}", "no JSON": "{", "no keys": `{"client_id":"","secret":"","access_token":"x"}`,
	} {
		once := scenario.Rule{Name: name, Call: "/item/get", Times: 1, Then: scenario.Break(scenario.Reset)}
		remove := f.w.Rule(once)
		_, err := f.try(http.MethodPost, "/item/get", body)
		require.ErrorIs(t, err, syscall.ECONNRESET, name)
		require.Equal(t, name, f.last().Rule)
		f.ok("/item/get", f.token)
		remove()

		// what is damaged is then the answer to the client's own fault
		once.Then = scenario.Break(scenario.Truncate)
		remove = f.w.Rule(once)
		_, err = f.try(http.MethodPost, "/item/get", body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, name)
		require.Equal(t, 400, f.last().Status)
		require.NotEmpty(t, f.last().Code)
		f.ok("/item/get", f.token)
		remove()
	}
}

// TestFaultAsksNoBody: the facts of a call are asked for before its body is known to be good, in
// every dialect.
func TestFaultAsksNoBody(t *testing.T) {
	t.Parallel()
	f := newFaults(t)
	where := scenario.Where{}
	for _, fact := range []string{"item", "account", "amount_cents", "account_mask", "routing_number", "user", "products", "processor"} {
		where[fact] = scenario.Missing()
	}
	f.w.Rule(scenario.Rule{Name: "all", Call: "*", Where: where, Then: scenario.Break(scenario.Empty)})
	for _, path := range []string{
		"/item/get", "/processor/auth/get", "/link/token/create", "/exchange_token", "/legit/api/v1/cc/token",
		"/sentinel/api/v1/ach_relationships", "/sentinel/api/v1/transfers/achs/incoming",
		"/sentinel/api/v1/test/simulation/achs/20260105000001/return",
	} {
		for _, body := range []string{"", "{", "[]", "null", `{"access_token":{"a":[]},"amount":{},"achRelationshipId":[1]}`} {
			_, err := f.try(http.MethodPost, path, body)
			require.ErrorIs(t, err, io.EOF, "%s %s", path, body)
			require.Equal(t, "all", f.last().Rule)
		}
	}
}

// TestFaultAndError: a rule's error is damaged like any answer, and held back.
func TestFaultAndError(t *testing.T) {
	t.Parallel()
	f := newFaults(t)
	then := scenario.Error("ITEM_LOCKED")
	then.Fault.Kind, then.Delay.From = scenario.Truncate, 20*time.Millisecond
	f.w.Rule(scenario.Rule{Call: "/item/get", Then: then})
	begin := time.Now()
	got, err := exchanged(f.emu, f.request())
	require.NoError(t, err)
	require.GreaterOrEqual(t, time.Since(begin), 20*time.Millisecond)
	require.Contains(t, string(got), "HTTP/1.1 400 Bad Request\r\n")
	require.Contains(t, string(got), `"documentation_url": `)
	require.NotContains(t, string(got), `"request_id"`)
	require.Equal(t, "ITEM_LOCKED", f.last().Code)
	require.Equal(t, "truncate", f.last().Fault)
}

// TestFaultRetry: Go's client repeats a GET by itself when a connection that it had kept is
// reset, and no POST: the journal shows two attempts and one.
func TestFaultRetry(t *testing.T) {
	t.Parallel()
	f := newFaults(t)
	f.login()
	made := f.relationship(f.processorToken(f.link())).text("id")
	const incoming = "/sentinel/api/v1/transfers/achs/incoming"
	get := "/sentinel/api/v1/transfers/achs/" + f.deposit(made, "first", "10").text("transferId")

	own := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(own.CloseIdleConnections)
	do := func(method, path string, body io.Reader) (kept bool, err error) {
		trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { kept = kept || info.Reused }}
		req, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), method, f.emu.URL()+path, body)
		require.NoError(t, err)
		req.Header.Set("Authorization", f.jwt)
		resp, err := own.Do(req)
		if err != nil {
			return kept, err
		}
		_, err = io.Copy(io.Discard, resp.Body)
		return kept, errors.Join(err, resp.Body.Close())
	}
	seen := len(f.w.Calls())
	attempts := func() (out []string) {
		calls := f.w.Calls()
		for _, call := range calls[seen:] {
			out = append(out, strings.TrimSpace(call.Method+" "+strconv.Itoa(call.Status)+" "+call.Fault))
		}
		seen = len(calls)
		return out
	}
	once := scenario.Rule{Call: "/sentinel/api/v1/transfers/achs/*", Times: 1, Then: scenario.Break(scenario.Reset)}
	_, err := do(http.MethodGet, get, nil) // from now on a connection is kept
	require.NoError(t, err)
	f.w.Rule(once)
	kept, err := do(http.MethodGet, get, nil)
	require.NoError(t, err)
	require.True(t, kept)
	require.Equal(t, []string{"GET 200", "GET 0 reset", "GET 200"}, attempts())

	f.w.Rule(once)
	second := fields{"externalTransferId": "second", "amount": "10", "achRelationshipId": made}.json()
	kept, err = do(http.MethodPost, incoming, strings.NewReader(second))
	require.ErrorIs(t, err, syscall.ECONNRESET)
	require.True(t, kept)
	require.Equal(t, []string{"POST 0 reset"}, attempts())
	_, err = do(http.MethodPost, incoming, strings.NewReader(second))
	require.NoError(t, err)
	require.Equal(t, []string{"POST 200"}, attempts(), "nothing had happened")
}

// TestFaultFamilies: each vendor's dialect can lose its replies; the control API cannot.
func TestFaultFamilies(t *testing.T) {
	t.Parallel()
	f := newFaults(t)
	f.login()
	for _, to := range []target{
		{"POST", "/item/get"},
		{"POST", "/nonsense"},
		{"POST", "/exchange_token"},
		{"POST", "/legit/api/v1/cc/token"},
		{"GET", "/sentinel/api/v1/transfers"},
		{"GET", "/sentinel2-counterparty/api/v1/ach_relationships"},
		{"GET", "/ale/api/v1/read/sentinel-ach-transfer-status/TWEED"},
	} {
		_, err := f.try(to.method, to.path, "", "Tweed-Fault", "empty")
		require.ErrorIs(t, err, io.EOF, to.path)
		require.Equal(t, "empty", f.last().Fault, to.path)
		require.Equal(t, to.path, f.last().Path)
	}
	require.Equal(t, http.StatusOK, f.get("/_tweed/health", "Tweed-Fault", "empty").Status)
	require.Contains(t, f.get("/_tweed/journal").Body, `"fault": "empty"`)
	require.Contains(t, f.emu.Dump(), " 0 (empty) (rule \"header Tweed-Fault\")\n")
}

// TestGarbageIsSeeded: the same seed and calls give the same garbage, another seed other, and
// each call its own.
func TestGarbageIsSeeded(t *testing.T) {
	t.Parallel()
	garbage := func(seed uint64) (all []string) {
		f := newFaults(t, emulator.Options{Seed: seed})
		f.w.Rule(scenario.Rule{Name: "g", Call: "/item/get", Then: scenario.Break(scenario.Garbage)})
		for range 3 {
			all = append(all, f.post("/item/get", f.token).Body)
		}
		for range 2 {
			all = append(all, f.post("/item/get", f.token, "Tweed-Fault", "garbage").Body)
		}
		return all
	}
	first := garbage(1)
	require.Equal(t, first, garbage(1))
	seen := map[string]bool{}
	for _, text := range append(first, garbage(2)...) {
		require.False(t, seen[text])
		seen[text] = true
	}
}
