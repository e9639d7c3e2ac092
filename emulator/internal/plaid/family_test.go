package plaid_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/plaid"
	"tweed/emulator/internal/rules"
	"tweed/emulator/internal/wall"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

func TestTmp(t *testing.T) {
	p := &api.Pipeline{BodyLimit: 1 << 20, Journal: api.NewJournal(1 << 20), Base: func(h string) string { return "http://" + h }}
	prep, err := rules.Prepare(&scenario.Scenario{})
	require.NoError(t, err)
	p.Worlds = world.NewWorlds(10, wall.Now, func(string) (world.Config, error) {
		return world.Config{Seed: 1, Clock: world.Clock{Start: time.Date(2026, 1, 5, 14, 30, 0, 0, time.UTC)}, Setup: func(w *world.World) error {
			plaid.Set(w, plaid.Settings{})
			rules.Set(w, prep)
			return nil
		}}, nil
	})
	f := plaid.Family()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.Serve(f, w, r) }))
	defer s.Close()
	post := func(path, body string) string {
		r, err := http.Post(s.URL+path, "application/json", strings.NewReader(body))
		require.NoError(t, err)
		b, _ := io.ReadAll(r.Body)
		fmt.Println(path, r.StatusCode, r.Header)
		fmt.Println(string(b))
		return string(b)
	}
	field := func(s, name string) string {
		i := strings.Index(s, `"`+name+`": "`)
		s = s[i+len(name)+5:]
		return s[:strings.Index(s, `"`)]
	}
	pt := field(post("/sandbox/public_token/create", `{"client_id":"a","secret":"b","institution_id":"ins_109508","initial_products":["auth"]}`), "public_token")
	at := field(post("/item/public_token/exchange", `{"client_id":"a","secret":"b","public_token":"`+pt+`"}`), "access_token")
	post("/item/public_token/exchange", `{"client_id":"a","secret":"b","public_token":"`+pt+`"}`)
	post("/auth/get", `{"client_id":"a","secret":"b","access_token":"`+at+`"}`)
	post("/processor/apex/processor_token/create", `{"client_id":"a","secret":"b","access_token":"`+at+`","account_id":"ABCDEFG1234567"}`)
	post("/processor/apex/processor_token/create", `{"access_token":"`+at+`","account_id":"ABCDEFG1234567"}`)
	post("/item/get", `{"client_id":"a","secret":"b","access_token":"`+at+`","x":{"y":1}}`)
	post("/item/gett", `{`)
}
