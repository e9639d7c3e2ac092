package plaid

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/contract"
	"tweed/emulator/internal/world"
)

// monday is Monday 2026-01-05, 09:30 in New York.
var monday = time.Date(2026, 1, 5, 14, 30, 0, 0, time.UTC)

// object is a JSON object.
type object = map[string]any

// absent as a value takes a field out of a request.
type absent struct{}

// tester is Plaid behind the pipeline, and a client of it with keys in the body.
type tester struct {
	t      *testing.T
	http   *httptest.Server
	worlds *world.Worlds
	keys   object
	speak  string // the header Plaid-Version; "" for none
}

// serve starts Plaid. Every world has these settings.
func serve(t *testing.T, set ...Settings) *tester {
	t.Helper()
	return serveSeed(t, 1, set...)
}

// serveSeed is serve with another seed.
func serveSeed(t *testing.T, seed uint64, set ...Settings) *tester {
	t.Helper()
	s := &tester{t: t, keys: object{"client_id": "client", "secret": "secret"}}
	s.worlds = world.NewWorlds(100, func() time.Time { return monday }, func(string) (world.Config, error) {
		return world.Config{Seed: seed, Clock: world.Clock{Start: monday}, Setup: func(w *world.World) error {
			for _, one := range set {
				Set(w, one)
			}
			return nil
		}}, nil
	})
	pipeline := &api.Pipeline{
		Worlds: s.worlds, Journal: api.NewJournal(1 << 20), BodyLimit: 1 << 20,
		Base: func(r *http.Request) string { return "http://" + r.Host },
	}
	handler := http.NewServeMux()
	for prefix, family := range map[string]*api.Family{"/exchange_token": Legacy(), linkPrefix: Link(), "/": Family()} {
		handler.HandleFunc(prefix, func(w http.ResponseWriter, r *http.Request) { pipeline.Serve(family, w, r) })
	}
	s.http = httptest.NewServer(handler)
	t.Cleanup(s.http.Close)
	return s
}

// as returns another client of the same server.
func (s *tester) as(clientID, secret string) *tester {
	other := *s
	other.keys = object{"client_id": clientID, "secret": secret}
	return &other
}

// speaks returns the same client with another Plaid-Version.
func (s *tester) speaks(version string) *tester {
	other := *s
	other.speak = version
	return &other
}

// at returns the same for a subtest.
func (s *tester) at(t *testing.T) *tester { //nolint:thelper // it tests nothing
	other := *s
	other.t = t
	return &other
}

// reply is an answer. Fields are its members.
type reply struct {
	Status int
	Header http.Header
	Body   string
	Fields object
}

// at returns what a path of names and indexes leads to, nil if it leads nowhere.
func (r reply) at(path ...any) any {
	var value any = r.Fields
	for _, step := range path {
		switch step := step.(type) {
		case string:
			members, _ := value.(object)
			value = members[step]
		case int:
			list, _ := value.([]any)
			if step >= len(list) {
				return nil
			}
			value = list[step]
		}
	}
	return value
}

// text is at for a string.
func (r reply) text(path ...any) string {
	s, _ := r.at(path...).(string)
	return s
}

// send sends bytes as they are, with headers in pairs of name and value.
func (s *tester) send(method, path, body string, header ...string) reply {
	s.t.Helper()
	out := s.raw(method, path, body, header...)
	require.NotNil(s.t, out.Fields, out.Body)
	s.checkForm(method, path, out)
	return out
}

// raw is send for answers of any form.
func (s *tester) raw(method, path, body string, header ...string) reply {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.http.URL+path, strings.NewReader(body))
	require.NoError(s.t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	answer, err := s.http.Client().Do(req)
	require.NoError(s.t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(s.t, err)
	require.NoError(s.t, answer.Body.Close())
	out := reply{Status: answer.StatusCode, Header: answer.Header, Body: string(text)}
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") {
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.UseNumber()
		require.NoError(s.t, dec.Decode(&out.Fields), out.Body)
	}
	return out
}

var (
	requestIDForm = regexp.MustCompile(`^[0-9a-f]{15}$`)
	indented      = regexp.MustCompile(`^\{\n  "`)
)

// checkForm holds every answer of every test against what all answers have in common:
// Plaid's contract for a good one, the recorded form for an error.
func (s *tester) checkForm(method, path string, r reply) {
	s.t.Helper()
	require.Equal(s.t, "application/json; charset=utf-8", r.Header.Get("Content-Type"))
	require.Regexp(s.t, indented, r.Body, "two spaces of indent")
	require.True(s.t, strings.HasSuffix(r.Body, "\n}"), "no line end at the end")
	if path == "/exchange_token" {
		require.Regexp(s.t, requestIDForm, r.Header.Get("X-Request-Id"))
		return
	}
	require.Regexp(s.t, requestIDForm, r.text("request_id"))
	spoke := r.Header.Get("Plaid-Version") // none in 2017
	old := spoke != version
	if r.Status == http.StatusOK || r.Status == 210 {
		if old {
			return // versions_test.go and recorded_test.go hold it against what there was
		}
		op, ok := contract.Find(method, path)
		require.True(s.t, ok, path)
		require.Empty(s.t, op.CheckReply(r.Fields), "%s: the answer breaks Plaid's contract\n%s", path, r.Body)
		return
	}
	if strings.HasPrefix(r.text("error_code"), "TWEED_") {
		return
	}
	members := maps.Clone(r.Fields)
	want := []string{"display_message", "error_code", "error_message", "error_type", "request_id"}
	if !old {
		delete(members, "documentation_url") // some rows have none
	}
	if spoke >= version2019 {
		want = append(want, "suggested_action")
	}
	require.Equal(s.t, want, slices.Sorted(maps.Keys(members)), r.Body)
}

// post sends fields as JSON, with the client's keys unless the fields have them. A field
// that is absent{} is left out.
func (s *tester) post(path string, body object, header ...string) reply {
	s.t.Helper()
	all := maps.Clone(s.keys)
	maps.Copy(all, body)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == any(absent{}) })
	text, err := json.Marshal(all)
	require.NoError(s.t, err)
	header = append([]string{"Content-Type", "application/json"}, header...)
	if s.speak != "" {
		header = append(header, "Plaid-Version", s.speak)
	}
	return s.send(http.MethodPost, path, string(text), header...)
}

// good is post that must be answered with 200.
func (s *tester) good(path string, body object) reply {
	s.t.Helper()
	r := s.post(path, body)
	require.Equal(s.t, http.StatusOK, r.Status, r.Body)
	return r
}

// wrong is an error that a call must be answered with.
type wrong struct {
	key     string // TYPE/CODE
	message string
	status  int // 0 is 400
	display string
}

// refused is post that must be answered with an error.
func (s *tester) refused(path string, body object, want wrong) reply {
	s.t.Helper()
	r := s.post(path, body)
	s.matches(r, want)
	return r
}

func (s *tester) matches(r reply, want wrong) {
	s.t.Helper()
	if want.status == 0 {
		want.status = http.StatusBadRequest
	}
	got := wrong{
		key: r.text("error_type") + "/" + r.text("error_code"), message: r.text("error_message"),
		status: r.Status, display: r.text("display_message"),
	}
	require.Equal(s.t, want, got, r.Body)
}

// in does something with the default world.
func (s *tester) in(do func(w *world.World)) {
	s.t.Helper()
	w, err := s.worlds.Take(api.DefaultWorld, false)
	require.NoError(s.t, err)
	defer w.Give()
	do(w)
	w.Commit()
}

func (s *tester) advance(d time.Duration) {
	s.t.Helper()
	s.in(func(w *world.World) { w.Advance(d) })
}

// viaLink does what Link does, in any environment, and returns the public token.
func (s *tester) viaLink() (public string) {
	s.t.Helper()
	s.in(func(w *world.World) {
		item, err := Login{
			Institution: "ins_109508", User: userGood, Password: passGood, Products: []string{"auth"},
		}.Open(w)
		require.NoError(s.t, err)
		public, _ = newPublicToken(w, item.ID)
	})
	return public
}

// publicToken links an Item at First Platypus Bank.
func (s *tester) publicToken(products ...string) string {
	s.t.Helper()
	if len(products) == 0 {
		products = []string{"auth"}
	}
	return s.good("/sandbox/public_token/create", object{
		"institution_id": "ins_109508", "initial_products": products,
	}).text("public_token")
}

// exchange trades a public token for an access token.
func (s *tester) exchange(public string) string {
	s.t.Helper()
	return s.good("/item/public_token/exchange", object{"public_token": public}).text("access_token")
}

// accessToken links an Item and exchanges its token.
func (s *tester) accessToken(products ...string) string {
	s.t.Helper()
	return s.exchange(s.publicToken(products...))
}

// customToken links an Item of user_custom.
func (s *tester) customToken(password string) string {
	s.t.Helper()
	return s.exchange(s.good("/sandbox/public_token/create", object{
		"institution_id": "ins_109508", "initial_products": []string{"auth"},
		"options": object{"override_username": "user_custom", "override_password": password},
	}).text("public_token"))
}

// accountID is the id of the account with a mask.
func (s *tester) accountID(access, mask string) string {
	s.t.Helper()
	r := s.good("/accounts/get", object{"access_token": access})
	for n := range r.at("accounts").([]any) {
		if r.text("accounts", n, "mask") == mask {
			return r.text("accounts", n, "account_id")
		}
	}
	require.Fail(s.t, "no account has the mask "+mask)
	return ""
}

// processorToken makes one for the checking account.
func (s *tester) processorToken(access, processor string) string {
	s.t.Helper()
	return s.good("/processor/token/create", object{
		"access_token": access, "account_id": s.accountID(access, "0000"), "processor": processor,
	}).text("processor_token")
}
