package sentinel

import (
	"bytes"
	"encoding/json"
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
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// monday is Monday 2026-01-05, 09:30 in New York, before the cut-off.
var monday = time.Date(2026, 1, 5, 14, 30, 0, 0, time.UTC)

// server is Legit, Sentinel and Plaid behind the pipeline, with a client's state.
type server struct {
	t      *testing.T
	http   *httptest.Server
	worlds *world.Worlds
	token  string // sent as it is in Authorization; "" for none
	record *bytes.Buffer
}

// option changes what a test's worlds start from.
type option struct {
	seed     uint64
	settings Settings
	rules    []scenario.Rule
}

func serve(t *testing.T, o option) *server {
	t.Helper()
	if o.seed == 0 {
		o.seed = 1
	}
	s := &server{t: t, record: &bytes.Buffer{}}
	s.worlds = world.NewWorlds(100, func() time.Time { return monday }, func(string) (world.Config, error) {
		return world.Config{Seed: o.seed, Clock: world.Clock{Start: monday}, Setup: func(w *world.World) error {
			plaid.Set(w, plaid.Settings{})
			Set(w, o.settings)
			for _, rule := range o.rules {
				if _, err := rules.Add(w, rule); err != nil {
					return err
				}
			}
			return nil
		}}, nil
	})
	pipeline := &api.Pipeline{
		Worlds: s.worlds, Journal: api.NewJournal(1 << 20), BodyLimit: 1 << 20,
		Base: func(r *http.Request) string { return "http://" + r.Host },
	}
	handler := http.NewServeMux()
	apex := Family()
	for prefix, family := range map[string]*api.Family{
		"/legit/": Legit(), "/sentinel/": apex, "/sentinel2-counterparty/": apex, "/sentinel2/": apex, "/ale/": ALE(),
		"/": plaid.Family(),
	} {
		handler.HandleFunc(prefix, func(w http.ResponseWriter, r *http.Request) { pipeline.Serve(family, w, r) })
	}
	s.http = httptest.NewServer(handler)
	t.Cleanup(s.http.Close)
	return s
}

// reply is an answer; Fields are of a body that is a JSON object.
type reply struct {
	Status int
	Header http.Header
	Body   string
	Fields map[string]any
}

// text returns a member that is a string.
func (r reply) text(name string) string {
	s, _ := r.Fields[name].(string)
	return s
}

// object returns a member that is an object.
func (r reply) object(name string) map[string]any {
	o, _ := r.Fields[name].(map[string]any)
	return o
}

// send sends a body as it is.
func (s *server) send(method, path, body string) reply {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.http.URL+path, strings.NewReader(body))
	require.NoError(s.t, err)
	if s.token != "" {
		req.Header.Set("Authorization", s.token)
	}
	answer, err := s.http.Client().Do(req)
	require.NoError(s.t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(s.t, err)
	require.NoError(s.t, answer.Body.Close())
	out := reply{Status: answer.StatusCode, Header: answer.Header, Body: string(text)}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if dec.Decode(&out.Fields) != nil {
		out.Fields = nil
	}
	s.record.WriteString(method + " " + path + "\n" + out.Body + "\n")
	return out
}

func (s *server) get(path string) reply {
	s.t.Helper()
	return s.send(http.MethodGet, path, "")
}

func (s *server) post(path string, body map[string]any) reply {
	s.t.Helper()
	if body == nil {
		return s.send(http.MethodPost, path, "")
	}
	text, err := json.Marshal(body)
	require.NoError(s.t, err)
	return s.send(http.MethodPost, path, string(text))
}

// good is post with an answer of 200.
func (s *server) good(path string, body map[string]any) reply {
	s.t.Helper()
	r := s.post(path, body)
	require.Equal(s.t, http.StatusOK, r.Status, r.Body)
	return r
}

// refused is post with an answer of another status, whose message it returns.
func (s *server) refused(path string, status int, body map[string]any) string {
	s.t.Helper()
	r := s.post(path, body)
	require.Equal(s.t, status, r.Status, r.Body)
	require.NotEmpty(s.t, r.text("error"), r.Body)
	return r.text("message")
}

// logIn logs in and sends the token from then on.
func (s *server) logIn(username string) {
	s.t.Helper()
	r := s.post("/legit/api/v1/cc/token", map[string]any{"jws": alpaca(username, "correspondent.APX1", "secret")})
	require.Equal(s.t, http.StatusOK, r.Status, r.Body)
	s.token = r.Body
}

// in does something with a world.
func (s *server) in(name string, do func(w *world.World)) {
	s.t.Helper()
	w, err := s.worlds.Take(name, false)
	require.NoError(s.t, err)
	defer w.Give()
	do(w)
	w.Commit()
}

func (s *server) advance(d time.Duration) {
	s.t.Helper()
	s.in(api.DefaultWorld, func(w *world.World) { w.Advance(d) })
}

var keys = map[string]any{"client_id": "client", "secret": "secret"}

func with(base map[string]any, more map[string]any) map[string]any {
	out := map[string]any{}
	for _, m := range []map[string]any{base, more} {
		for name, value := range m {
			out[name] = value
		}
	}
	return out
}

// processorToken walks Plaid's side for the account with a mask, and returns the access token, too.
func (s *server) processorToken(mask, processor string) (processorToken, accessToken string) {
	s.t.Helper()
	public := s.good("/sandbox/public_token/create", with(keys, map[string]any{
		"institution_id": "ins_109508", "initial_products": []string{"auth"},
	})).text("public_token")
	exchanged := s.good("/item/public_token/exchange", with(keys, map[string]any{"public_token": public}))
	accessToken = exchanged.text("access_token")
	listed := s.good("/accounts/get", with(keys, map[string]any{"access_token": accessToken}))
	accounts, _ := listed.Fields["accounts"].([]any)
	for _, one := range accounts {
		a, _ := one.(map[string]any)
		if a["mask"] == mask {
			return s.good("/processor/token/create", with(keys, map[string]any{
				"access_token": accessToken, "account_id": a["account_id"], "processor": processor,
			})).text("processor_token"), accessToken
		}
	}
	s.t.Fatalf("no account has the mask %s", mask)
	return "", ""
}

// permit sets a processor token's permissions.
func (s *server) permit(token string, products ...string) {
	s.t.Helper()
	s.good("/processor/token/permissions/set", with(keys, map[string]any{
		"processor_token": token, "products": append([]string{}, products...),
	}))
}

const (
	relationshipsPath = "/sentinel/api/v1/ach_relationships"
	depositsPath      = "/sentinel/api/v1/transfers/achs/incoming"
	withdrawalsPath   = "/sentinel/api/v1/transfers/achs/outgoing"
	transfersPath     = "/sentinel/api/v1/transfers/achs/"
	simulationPath    = "/sentinel/api/v1/test/simulation/achs/"
)

// sevenFields is the form without a token.
func sevenFields() map[string]any {
	return map[string]any{
		"account": "3AP05057", "bankRoutingNumber": "121000358", "bankAccount": "123456789",
		"bankAccountOwnerName": "Jane Doe", "bankAccountType": "CHECKING", "nickname": "test", "approvalMethod": "PLAID",
	}
}

// approvedRelationship makes a relationship and returns its id.
func (s *server) approvedRelationship() string {
	s.t.Helper()
	return s.good(relationshipsPath, sevenFields()).text("id")
}

func deposit(relationship, external string, amount any) map[string]any {
	return map[string]any{"achRelationshipId": relationship, "externalTransferId": external, "amount": amount}
}
