package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/contract"
	"tweed/emulator/internal/rules"
	"tweed/emulator/scenario"
)

// benchLink is the body of a call that makes a public token.
const benchLink = `{` + benchKeys + `,"institution_id":"ins_109508","initial_products":["auth"]}`

const benchKeys = `"client_id":"000000000000000000007eed","secret":"0000000000000000000000000000ed"`

// sink is a ResponseWriter that keeps the last body in a buffer that it uses again.
type sink struct {
	header http.Header
	status int
	body   bytes.Buffer

	requests map[string]*http.Request // by path
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(b []byte) (int, error) { return s.body.Write(b) }

// post sends one request through the whole handler, without a network. What a request
// costs before it comes to the handler is not measured: it is made once for each path.
func (s *sink) post(b testing.TB, h http.Handler, path, body string) {
	b.Helper()
	s.header, s.status = http.Header{}, 0
	s.body.Reset()
	made := s.requests[path]
	if made == nil {
		var err error
		made, err = http.NewRequestWithContext(b.Context(), http.MethodPost, "http://127.0.0.1:7524"+path, nil)
		require.NoError(b, err)
		made.Header.Set("Content-Type", "application/json")
		if s.requests == nil {
			s.requests = map[string]*http.Request{}
		}
		s.requests[path] = made
	}
	r := *made
	r.ContentLength, r.Body = int64(len(body)), io.NopCloser(strings.NewReader(body))
	h.ServeHTTP(s, &r)
}

func (s *sink) field(b testing.TB, name string) string {
	b.Helper()
	var fields map[string]any
	require.NoError(b, json.Unmarshal(s.body.Bytes(), &fields))
	text, _ := fields[name].(string)
	require.NotEmpty(b, text, s.body.String())
	return text
}

// busy is a scenario with rules that are asked and do not match, so that what a
// scenario costs is measured, too.
func busy(b testing.TB, rules int) *scenario.Scenario {
	b.Helper()
	var text strings.Builder
	text.WriteString("rules:\n")
	for i := range rules {
		fmt.Fprintf(&text, "  - call: [/item/public_token/exchange, /item/get]\n"+
			"    where: {institution_id: ins_%d}\n    then: {error: ITEM_LOCKED}\n", i)
	}
	s, err := scenario.Load("busy", []byte(text.String()))
	require.NoError(b, err)
	return s
}

// BenchmarkExchange is a whole exchange in process, with journal and scenario on. Making
// the public token is not measured.
func BenchmarkExchange(b *testing.B) {
	e, err := New(Options{Scenario: busy(b, 10)})
	require.NoError(b, err)
	s := &sink{}
	bodies := make([]string, 0, 4096)
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n++ {
		if n%cap(bodies) == 0 {
			b.StopTimer()
			bodies = bodies[:0]
			for range cap(bodies) {
				s.post(b, e, "/sandbox/public_token/create", benchLink)
				bodies = append(bodies, `{`+benchKeys+`,"public_token":"`+s.field(b, "public_token")+`"}`)
			}
			b.StartTimer()
		}
		s.post(b, e, "/item/public_token/exchange", bodies[n%cap(bodies)])
	}
	require.Equal(b, http.StatusOK, s.status, s.body.String())
}

// BenchmarkSize shows that a call costs the same whatever the number of Items, rules and
// worlds.
func BenchmarkSize(b *testing.B) {
	for _, tc := range []struct{ items, rules, worlds int }{
		{1, 1, 1}, {10_000, 1, 1}, {1, 1_000, 1}, {1, 1, 1_000},
	} {
		b.Run(fmt.Sprintf("items=%d/rules=%d/worlds=%d", tc.items, tc.rules, tc.worlds), func(b *testing.B) {
			e, err := New(Options{Scenario: busy(b, tc.rules), JournalBytes: -1})
			require.NoError(b, err)
			s := &sink{}
			for i := range tc.worlds {
				e.World(fmt.Sprint("w", i)).Now()
			}
			token := ""
			for range tc.items {
				s.post(b, e, "/sandbox/public_token/create", benchLink)
				s.post(b, e, "/item/public_token/exchange", `{`+benchKeys+`,"public_token":"`+s.field(b, "public_token")+`"}`)
				token = s.field(b, "access_token")
			}
			body := `{` + benchKeys + `,"access_token":"` + token + `"}`
			b.ReportAllocs()
			for b.Loop() {
				s.post(b, e, "/item/get", body)
			}
			require.Equal(b, http.StatusOK, s.status)
		})
	}
}

// BenchmarkHop measures the hops of an exchange one by one.
func BenchmarkHop(b *testing.B) {
	raw := []byte(`{` + benchKeys + `,"public_token":"public-sandbox-50237405-593c-4708-8d48-c4a6424a9e09"}`)
	e, err := New(Options{Scenario: busy(b, 10)})
	require.NoError(b, err)
	body, err := api.DecodeJSON(&api.Request{Body: raw})
	require.NoError(b, err)
	op, ok := contract.Find("POST", "/item/public_token/exchange")
	require.True(b, ok)

	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = api.DecodeJSON(&api.Request{Body: raw})
		}
	})
	b.Run("contract", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			op.Check(body.Fields)
		}
	})
	b.Run("world and decide", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			w, _ := e.worlds.Take("default", false)
			rules.Of(w).Decide(scenario.Call{Method: "POST", Path: op.Path, Facts: noFacts{}}, rules.Progress{World: w})
			w.Give()
		}
	})
	b.Run("token and commit", func(b *testing.B) {
		b.ReportAllocs()
		w, err := e.worlds.Take("ids", false)
		require.NoError(b, err)
		defer w.Give()
		for b.Loop() {
			w.UUID("access")
			w.Commit()
		}
	})
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = api.EncodeJSON(struct {
				AccessToken string `json:"access_token"`
				ItemID      string `json:"item_id"`
				RequestID   string `json:"request_id"`
			}{"access-sandbox-50237405-9d0d-4cb0-a948-4167c1956fb8", "1lBlmvsJh8RS4ph9sB776SDMnzBFjKGVBw5vF", "1856f2939f89dfa"})
		}
	})
	b.Run("journal", func(b *testing.B) {
		b.ReportAllocs()
		j := api.NewJournal(1 << 20)
		for b.Loop() {
			j.Add(&api.Entry{World: "default", Request: raw, Reply: raw})
		}
	})
	b.Run("mux and handler around it", func(b *testing.B) {
		b.ReportAllocs()
		s := &sink{}
		for b.Loop() {
			s.post(b, e, "/no/such/path", "{}")
		}
	})
}

type noFacts struct{}

func (noFacts) Fact(string) (any, bool) { return nil, false }
