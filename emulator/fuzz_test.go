package emulator_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/internal/contract"
)

// target is one call that a fuzzer makes: an operation of any family, with ids in its path.
type target struct{ method, path string }

// rig is an emulator with a world in which everything exists once, to be put back before
// each call. Calls go to the handler in process: a fuzzer sends more than HTTP lets through.
type rig struct {
	emu     *emulator.Emulator
	export  string
	targets []target
	jwt     string
	// what exists
	item                              item
	public, processor, link           string
	relationship, deposit, withdrawal string
	// toured are the requests of a tour through the products, by path.
	toured map[string]fields
}

func newRig(t testing.TB) *rig {
	t.Helper()
	emu := emulator.RunT(t, emulator.Options{Scenario: webhookScenario(), JournalBytes: 1 << 16})
	c := newClient(t, emu, "")
	r := &rig{emu: emu, item: c.link(), public: c.publicToken()}
	r.processor = c.processorToken(r.item)
	r.link = c.ok("/link/token/create", fields{
		"client_name": "n", "country_codes": []string{"US"}, "language": "en", "products": []string{"auth"},
		"user": fields{"client_user_id": "u"},
	}).text("link_token")
	c.login()
	r.jwt = c.jwt
	r.relationship = c.relationship(r.processor).text("id")
	r.deposit = c.deposit(r.relationship, "d", "10").text("transferId")
	r.withdrawal = c.ok("/sentinel/api/v1/transfers/achs/outgoing", fields{
		"externalTransferId": "w", "amount": 5, "achRelationshipId": r.relationship, "disbursementType": "PARTIAL_BALANCE",
	}).text("transferId")
	r.toured = map[string]fields{}
	tour{
		call: func(path string, body fields) reply {
			r.toured[path] = body
			return c.ok(path, body)
		},
		advance: emu.World("default").Advance,
	}.walk()
	r.export = c.good("GET", "export", "").Body
	r.targets = r.everyTarget(c)
	return r
}

// everyTarget lists all operations of the contract and of the control API.
func (r *rig) everyTarget(c *client) []target {
	ids := strings.NewReplacer("{relationshipId}", r.relationship, "{transferId}", r.deposit, "{world}", "default",
		"{rule}", "some rule", "{account}", "3TW05057", "{topic}", "sentinel-ach-transfer-status", "{correspondent}", "TWEED")
	var out []target
	for _, op := range contract.Ops() {
		out = append(out, target{op.Method, ids.Replace(op.Path)})
	}
	calls, _ := c.good("GET", "", "").at("calls").(map[string]any)
	var names []string
	for name := range calls {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		method, path, _ := strings.Cut(name, " ")
		out = append(out, target{method, ids.Replace(path)})
	}
	return out
}

// restore puts the world back to where everything exists once.
func (r *rig) restore(t testing.TB) {
	t.Helper()
	got := r.serve(target{http.MethodPost, "/_tweed/worlds/default/import"}, []byte(r.export), "application/json", true)
	require.Equal(t, http.StatusOK, got.Code, got.Body.String())
}

// serve makes one call in process. The body of a GET is its query.
func (r *rig) serve(to target, body []byte, contentType string, keys bool) *httptest.ResponseRecorder {
	req := httptest.NewRequest(to.method, "http://127.0.0.1:7524/", bytes.NewReader(body))
	req.URL.Path = to.path
	req.Header["Content-Type"] = []string{contentType}
	req.Header.Set("Tweed-World", "default")
	if to.method == http.MethodGet {
		req.URL.RawQuery = string(body)
	}
	if keys {
		req.Header.Set("Plaid-Client-Id", clientID)
		req.Header.Set("Plaid-Secret", secret)
		req.Header.Set("Authorization", r.jwt)
	}
	got := httptest.NewRecorder()
	r.emu.ServeHTTP(got, req)
	return got
}

// judge says what is wrong with a reply, whatever was sent: it is JSON but for the replies
// that are documented as something else, and no 5xx but 501 TWEED_NOT_IMPLEMENTED and codes
// that the caller named.
func judge(to target, body []byte, got *httptest.ResponseRecorder) error {
	text := got.Body.Bytes()
	if length := got.Header().Get("Content-Length"); length != strconv.Itoa(len(text)) {
		return fmt.Errorf("Content-Length %s, but the body has %d bytes", length, len(text))
	}
	if !documented(to, got) {
		if !json.Valid(text) {
			return fmt.Errorf("%d with a body that is not JSON: %q", got.Code, text)
		}
		if kind := got.Header().Get("Content-Type"); kind != "application/json; charset=utf-8" {
			return fmt.Errorf("%d with Content-Type %q", got.Code, kind)
		}
	}
	if got.Code < http.StatusInternalServerError {
		return nil
	}
	var failure struct {
		Code string `json:"error_code"`
	}
	_ = json.Unmarshal(text, &failure)
	if got.Code == http.StatusNotImplemented && failure.Code == "TWEED_NOT_IMPLEMENTED" || names(body, failure.Code) {
		return nil
	}
	return fmt.Errorf("%d: %s", got.Code, text)
}

// documented tells whether a reply is one of those that are not JSON: Plaid's files and its
// answers without a body, as the contract announces them, Legit's token, its refusal and
// its logout without a body, and a scenario as YAML.
func documented(to target, got *httptest.ResponseRecorder) bool {
	op, ok := contract.Find(to.method, to.path)
	if ok && op.Family == "plaid" && op.Media != "application/json" && got.Code == http.StatusOK {
		return announced(op.Media, got)
	}
	kind, legit := got.Header().Get("Content-Type"), strings.HasPrefix(to.path, "/legit/")
	switch {
	case legit && got.Code == http.StatusOK && kind == "application/octet-stream":
		return strings.Count(got.Body.String(), ".") == 2
	case legit && got.Body.Len() == 0:
		return got.Code == http.StatusOK || got.Code == http.StatusUnauthorized
	}
	return got.Code == http.StatusOK && strings.HasSuffix(to.path, "/scenario") && kind == "application/yaml; charset=utf-8"
}

// announced tells whether a reply is a file as the contract announces it. What a statement is
// the contract leaves open.
func announced(media string, got *httptest.ResponseRecorder) bool {
	kind := got.Header().Get("Content-Type")
	if media == "application/octet-stream" && kind == "application/pdf" {
		media = kind
	}
	return kind == media && (got.Body.Len() == 0) == (media == "")
}

// names tells whether a request names an error, as it is written or behind JSON's escapes.
func names(body []byte, code string) bool {
	if code == "" {
		return false
	}
	if bytes.Contains(body, []byte(code)) {
		return true
	}
	var value any
	if json.Unmarshal(body, &value) != nil {
		return false
	}
	plain, err := json.Marshal(value)
	return err == nil && bytes.Contains(plain, []byte(code))
}

// oddBodies are no requests.
var oddBodies = []string{
	"", " ", "null", "true", "0", `""`, "[]", "{}", "{", "}", "[{}]", "{}{}", "{} x", "{\"a\":}", `{"a":1,"a":2}`, "\xff\xfe", "\x00",
	`{"access_token":1}`, `{"access_token":null,"account_id":null}`, `{"access_token":"\u0000","public_token":[]}`,
	`{"client_id":{},"secret":[]}`, `{"client_id":"@","secret":"@@"}`, `{"options":[],"user":""}`, `{"amount":1e999}`,
	`{"jws":"a.b.c"}`, `{"jws":"eyJhbGciOiJIUzUxMiJ9.e30.AA"}`, `{"jws":{}}`, "a=%zz&jws=%", "jws=a.b.c&status=", "client_id=%00",
	"highWaterMark=-1&limit=0", "sinceDateTime=0001-01-01&limit=99999999999999999999&timeoutSeconds=", "streamType=LONG_POLL&timeoutSeconds=0",
	`{"institution_id":"ins_109508","initial_products":["auth"],"options":{"override_password":"error_INTERNAL_SERVER_ERROR"}}`,
	`{"institution_id":"ins_109508","initial_products":["auth"],"options":{"override_username":"user_custom","override_password":"{"}}`,
	"rules: [", "name: [1]\n", "- 1\n", "name: a\nname: b\n", "*x", "&a [*a]", "given: {items: [{custom: {a: {}}}]}",
	`{"call":"/item/get","then":{"error":"INTERNAL_SERVER_ERROR"}}`, `{"advance":"1000000h"}`, `{"to":"9999-12-31T23:59:59Z"}`,
	`{"run":"step 9999999h"}`, `{"tweed":1,"name":"x","tables":{}}`,
}

// FuzzBody: whatever bytes come to whatever operation of all families, the answer is JSON and
// nobody panics. op chooses the operation; beyond the last one the caller has no keys.
func FuzzBody(f *testing.F) {
	r := newRig(f)
	n := len(r.targets)
	for i, to := range r.targets {
		f.Add(uint16(i), []byte("{}"), "application/json")
		f.Add(uint16(i+n), []byte(oddBodies[i%len(oddBodies)]), "text/plain")
		if body, ok := r.goodBodies()[to]; ok {
			f.Add(uint16(i), []byte(body.json()), "application/json")
		}
	}
	f.Fuzz(func(t *testing.T, op uint16, body []byte, contentType string) {
		to := r.targets[int(op)%n]
		r.restore(t)
		got := r.serve(to, body, contentType, int(op)/n%2 == 0)
		if err := judge(to, body, got); err != nil {
			t.Fatalf("%s %s: %v", to.method, to.path, err)
		}
	})
}

// goodBodies are requests that go well, for the operations that behave.
func (r *rig) goodBodies() map[target]fields {
	token := fields{"access_token": r.item.access}
	pair := fields{"access_token": r.item.access, "account_id": r.item.accounts[0]}
	some := fields{"access_token": r.item.access, "options": fields{"account_ids": r.item.accounts[:1]}}
	processor := fields{"processor_token": r.processor}
	login := fields{"options": fields{"override_username": "user_good", "override_password": "pass_good", "webhook": "http://a.test/"}}
	relationship := fields{
		"account": "3TW05057", "nickname": "n", "approvalMethod": "PLAID_TOKEN", "plaidProcessorToken": r.processor,
		"bankRoutingNumber": "121000358", "bankAccount": "123", "bankAccountOwnerName": "o", "bankAccountType": "CHECKING",
	}
	transfer := fields{
		"externalTransferId": "new", "amount": "1.00", "achRelationshipId": r.relationship, "daysToHoldFunds": 1,
		"disbursementType": "PARTIAL_BALANCE", "iraDetails": fields{"contributionType": "REGULAR", "contributionYear": 2025},
	}
	comment := fields{"comment": "c"}
	bodies := map[string]fields{
		"/sandbox/public_token/create":    merged(login, fields{"institution_id": platypus, "initial_products": []string{"auth"}}),
		"/sandbox/processor_token/create": merged(login, fields{"institution_id": platypus}),
		"/item/public_token/create":       token, "/item/public_token/exchange": {"public_token": r.public}, "/item/get": token,
		"/item/remove": token, "/item/access_token/invalidate": token, "/accounts/get": some, "/accounts/balance/get": some,
		"/auth/get": some, "/identity/get": some, "/sandbox/item/reset_login": token,
		"/link/token/create": {
			"client_name": "n", "country_codes": []string{"US"}, "language": "en", "products": []string{"auth"},
			"user": fields{"client_user_id": "u"}, "hosted_link": fields{"url_lifetime_seconds": 60}, "webhook": "http://a.test/",
			"account_filters": fields{"depository": fields{"account_subtypes": []string{"checking"}}},
		},
		"/link/token/get": {"link_token": r.link}, "/webhook_verification_key/get": {"key_id": "x"},
		"/processor/token/create":                merged(pair, fields{"processor": "apex_clearing"}),
		"/processor/apex/processor_token/create": pair, "/item/processor_token/apex/create": pair,
		"/processor/stripe/bank_account_token/create": pair, "/processor/account/get": processor, "/processor/auth/get": processor,
		"/processor/balance/get": processor, "/processor/identity/get": processor,
		"/exchange_token":                          {"public_token": r.public, "account_id": r.item.accounts[0], "client_id": "c", "secret": "s"},
		"/legit/api/v1/cc/token":                   {"jws": loginJWS("u", "e", "s")},
		"/sentinel/api/v1/ach_relationships":       relationship,
		"/sentinel/api/v2/ach_relationships":       relationship,
		"/sentinel/api/v1/transfers/achs/incoming": transfer, "/sentinel/api/v1/transfers/achs/outgoing": transfer,
		"/sentinel/api/v1/ach_relationships/" + r.relationship + "/cancel": comment,
		"/sentinel/api/v2/ach_relationships/" + r.relationship + "/cancel": comment,
		"/sentinel/api/v1/transfers/achs/" + r.deposit + "/cancel":         comment,
		"/sentinel/api/v1/ach_relationships/" + r.relationship + "/approve": {
			"method": "MICRO_DEPOSIT", "amount1": "0.01", "amount2": 0.02,
		},
		"/sentinel/api/v1/test/simulation/achs/" + r.deposit + "/return": {"cancelRelationship": true},
		"/sentinel/api/v1/test/simulation/achs/" + r.deposit + "/noc": {
			"newAccountNumber": "1", "newRoutingNumber": "121000358", "newBankAccountType": "SAVINGS",
		},
		"/sentinel2-counterparty/api/v1/ach_relationships": relationship, "/sentinel2/api/v1/transfers/achs/deposits": transfer,
		"/sentinel2/api/v1/transfers/achs/withdrawals": merged(transfer, fields{"iraDetails": fields{
			"distributionReason": "NORMAL", "federalTaxWithholding": fields{"valueType": "FIXED", "value": 1},
		}}),
	}
	out := map[target]fields{}
	maps.Copy(bodies, r.toured)
	for path, body := range bodies {
		out[target{http.MethodPost, path}] = body
	}
	out[target{http.MethodPut, "/sentinel/api/v2/ach_relationships/" + r.relationship}] = fields{"nickname": "n"}
	out[target{http.MethodPost, "/_tweed/worlds/default/clock"}] = fields{"advance": "1h", "to": "2027-01-01T00:00:00Z", "run": "60x"}
	out[target{http.MethodPost, "/_tweed/worlds/default/rules"}] = fields{
		"name": "n", "call": "/item/get", "where": fields{"user": "user_good"}, "skip": 1, "times": 1, "every": 1, "chance": 1,
		"then": fields{"error": fields{"code": "ITEM_LOCKED", "status": 418, "message": "m", "extra": fields{}}, "delay": "1ms"},
	}
	return out
}

func merged(a, b fields) fields {
	out := fields{}
	for _, all := range []fields{a, b} {
		for name, value := range all {
			out[name] = value
		}
	}
	return out
}

// TestOddBodies sends every odd body to every operation, and to each operation that behaves
// its good body with one member at a time changed into everything that it is not.
func TestOddBodies(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	send := func(to target, body, contentType string, keys bool) {
		t.Helper()
		got := r.serve(to, []byte(body), contentType, keys)
		require.NoError(t, judge(to, []byte(body), got), "%s %s with %q", to.method, to.path, body)
	}
	for _, to := range r.targets {
		r.restore(t)
		for i, body := range oddBodies {
			send(to, body, []string{"application/json", "application/x-www-form-urlencoded", ""}[i%3], i%2 == 0)
		}
	}
	strange := []any{
		nil, true, 0, -1, 1.5, json.Number("1e400"), "", " ", "x", strings.Repeat("x", 5000), "\x00\u2028",
		[]any{},
		[]any{nil},
		[]any{"x", 1},
		map[string]any{},
		map[string]any{"a": map[string]any{}},
		r.item.access, r.public,
	}
	for to, body := range r.goodBodies() {
		require.Contains(t, r.targets, to)
		for name, good := range body {
			for _, value := range strange {
				r.restore(t)
				send(to, merged(body, fields{name: value}).json(), "application/json", true)
				if inner, ok := good.(fields); ok {
					for below := range inner {
						send(to, merged(body, fields{name: merged(inner, fields{below: value})}).json(), "application/json", true)
					}
				}
			}
		}
	}
}
