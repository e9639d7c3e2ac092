package sentinel_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// operations are all of Legit, Sentinel and ALE.
func operations() (out []emulator.Route) {
	for _, route := range emulator.Routes() {
		if slices.Contains([]string{"legit", "sentinel", "ale"}, route.Family) {
			out = append(out, route)
		}
	}
	return out
}

// pathOf is an operation's path with ids of things that exist.
func pathOf(o emulator.Route) string {
	subject := "{pending}"
	if strings.HasSuffix(o.Path, "/return") {
		subject = "{complete}"
	}
	return strings.NewReplacer("{relationshipId}", "{micro}", "{transferId}", subject).Replace(o.Path)
}

// goodBody is a request that an operation takes, by member; nil for one that takes none.
func goodBody(o emulator.Route) map[string]any {
	if o.Method == http.MethodGet {
		return nil
	}
	transfer := map[string]any{
		"externalTransferId": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "amount": "10", "achRelationshipId": "{approved}",
	}
	last := o.Path[strings.LastIndex(o.Path, "/")+1:]
	switch {
	case last == "token":
		return map[string]any{"jws": "a.b.c"}
	case o.Method == http.MethodPut && last == "{relationshipId}":
		return map[string]any{"nickname": "other"}
	case last == "update_plaid" && o.Depth != "none":
		return map[string]any{"plaidProcessorToken": "processor-sandbox-x"}
	case last == "ach_relationships":
		return map[string]any{
			"account": account, "bankRoutingNumber": "121000358", "bankAccount": "123456789",
			"bankAccountOwnerName": "Jane Doe", "bankAccountType": "CHECKING", "nickname": "n", "approvalMethod": "PLAID",
		}
	case last == "incoming", last == "deposits":
		return with(transfer, "daysToHoldFunds", 1, "iraDetails", map[string]any{"contributionType": "REGULAR"})
	case last == "outgoing", last == "withdrawals":
		return with(transfer, "disbursementType", "PARTIAL_BALANCE", "iraDetails", map[string]any{"distributionReason": "NORMAL"})
	case last == "cancel":
		return map[string]any{"comment": "why"}
	case last == "approve" && strings.Contains(o.Path, "ach_relationships"):
		return map[string]any{"method": "MICRO_DEPOSIT", "amount1": "0.99", "amount2": "0.99"}
	case last == "return":
		return map[string]any{"cancelRelationship": false}
	case last == "noc":
		return map[string]any{"newAccountNumber": "", "newRoutingNumber": "", "newBankAccountType": "SAVINGS"}
	}
	return nil
}

// with returns a copy with more members: name, value, name, value.
func with(members map[string]any, more ...any) map[string]any {
	out := maps.Clone(members)
	for i := 0; i+1 < len(more); i += 2 {
		name, _ := more[i].(string)
		out[name] = more[i+1]
	}
	return out
}

// noObjects are bodies that are no JSON objects.
var noObjects = []string{
	"null", "true", "0", `""`, "[]", "[{}]", "{", "}", "{}{}", "{} x", `{"a":}`, `{"a":1,}`, `{'a':1}`, "{\"a\":\"\n\"}",
	"\xff\xfe", "\xfe\xff\x00{\x00}", "\x00", "a=b&c=d", "<html></html>", "jws", "--x\r\nContent-Disposition: form-data",
	strings.Repeat(`{"a":`, 20_000), strings.Repeat("[", 20_000),
}

// wrong are values that no member of a request takes.
var wrong = []any{
	[]any{}, []any{"x"}, []any{map[string]any{}}, map[string]any{"x": 1}, map[string]any{"": map[string]any{"": nil}},
}

// odd are values that some members take. Whatever the answer is, it is a good one or a documented refusal.
var odd = []any{
	nil, true, 0, -1, 1.5, json.Number("1e999"), json.Number("99999999999999999999"), json.Number("-0"), "", " ", "\x00",
	"💥", "\u202e", "<script>", "%s%n", "null", "NaN", "1e5", "0x10", "１", "-5", "+5", strings.Repeat("9", 100_000),
}

// oddIDs are in place of what varies in a path.
var oddIDs = []string{
	"x", "0", "-1", "000000000000000000000000", "20260105999999", "%00", "%ff", "%2e%2e", "..", ".", "%20", "a%2Fb", "%F0%9F%92%A5",
	"%3Cscript%3E", "{}", "'%20OR%201=1", "null", strings.Repeat("a", 5000), ";x=y", "a%0d%0aB:%20c",
}

// answered holds an answer against what is documented for any input.
func answered(t *testing.T, o emulator.Route, got mail) {
	t.Helper()
	switch {
	case got.status == http.StatusOK:
		return
	case strings.HasSuffix(o.Path, "/token") && got.status == http.StatusUnauthorized:
		require.Empty(t, got.body, "a login that is refused has no body")
	case o.Depth == "none" && got.status == http.StatusNotImplemented:
		require.Equal(t, "TWEED_NOT_IMPLEMENTED", got.fields(t)["error_code"], "a gap of Tweed's own")
	default:
		require.GreaterOrEqual(t, got.status, 400, got.body)
		require.Less(t, got.status, 500, got.body)
		requireRefusal(t, got)
	}
}

// TestQuirkMalformed: whatever comes to whatever operation is answered with what is documented.
func TestQuirkMalformed(t *testing.T) {
	t.Parallel()
	for _, o := range operations() {
		t.Run(o.Method+" "+o.Path, func(t *testing.T) {
			t.Parallel()
			w := newWire(t)
			malformedBodies(t, w, o)
			malformedPaths(t, w, o)
			malformedHeaders(t, w, o)
			malformedQueries(t, w, o)
		})
	}
}

// malformedBodies sends what is no request of the operation's.
func malformedBodies(t *testing.T, w *wire, o emulator.Route) {
	t.Helper()
	good := goodBody(o)
	refused := good != nil // others do not look at a body
	for _, body := range noObjects {
		got := w.send(letter{method: o.Method, path: pathOf(o), body: body, header: []string{jsonContentType}})
		answered(t, o, got)
		require.True(t, !refused || got.status == http.StatusBadRequest, "%.40q: %d", body, got.status)
	}
	for _, name := range slices.Sorted(maps.Keys(good)) {
		try := func(value any) mail {
			text, err := json.Marshal(with(good, name, value))
			require.NoError(t, err)
			got := w.send(letter{method: o.Method, path: pathOf(o), body: w.names.Replace(string(text))})
			answered(t, o, got)
			return got
		}
		for _, value := range wrong {
			if _, object := value.(map[string]any); object && name == "iraDetails" {
				continue // it is one
			}
			require.Equal(t, http.StatusBadRequest, try(value).status, "%s: %v", name, value)
		}
		for _, value := range odd {
			try(value)
		}
	}
}

// malformedPaths sends ids that nothing has, and methods that the path does not take.
func malformedPaths(t *testing.T, w *wire, o emulator.Route) {
	t.Helper()
	text, err := json.Marshal(goodBody(o))
	require.NoError(t, err)
	body := w.names.Replace(string(text))
	at := strings.Index(o.Path, "{")
	for _, id := range oddIDs {
		if at < 0 {
			break
		}
		end := at + strings.Index(o.Path[at:], "}") + 1
		path := pathOf(emulator.Route{Path: o.Path[:at] + id + o.Path[end:]})
		got := w.send(letter{method: o.Method, path: path, body: body})
		answered(t, o, got)
		require.True(t, got.status != http.StatusOK || !strings.HasSuffix(o.Path[at:end], "Id}"), "%.40q: %s", id, got.body)
	}
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get"} {
		if known(method, o.Path) {
			continue
		}
		got := w.send(letter{method: method, path: pathOf(o), body: body})
		if got.status != http.StatusNotFound { // GET achs/incoming asks for a transfer of that id
			require.Equal(t, http.StatusMethodNotAllowed, got.status, method)
		}
		requireRefusal(t, got)
	}
}

// known tells whether a path takes a method.
func known(method, path string) bool {
	return slices.ContainsFunc(operations(), func(o emulator.Route) bool { return o.Method == method && o.Path == path })
}

// malformedHeaders sends tokens that are none, and what a confused client or proxy adds.
func malformedHeaders(t *testing.T, w *wire, o emulator.Route) {
	t.Helper()
	text, err := json.Marshal(goodBody(o))
	require.NoError(t, err)
	send := func(lines ...string) mail {
		got := w.send(letter{method: o.Method, path: pathOf(o), header: lines, body: w.names.Replace(string(text))})
		answered(t, o, got)
		return got
	}
	forged := strings.Split(w.token, ".")
	for _, token := range []string{
		"", "Bearer", "x", "null", "\xff\xfe", "a.b.c", "..", w.token + "x", w.token + "." + w.token, "Basic YTpi",
		forged[0] + "." + base64url([]byte(`{"jti":1,"exp":"x"}`)) + "." + forged[2], forged[0] + ".." + forged[2],
		base64url([]byte(`{"alg":"none"}`)) + "." + forged[1] + ".", strings.Repeat("a.", 20_000),
	} {
		got := send("Authorization: " + token)
		switch {
		case strings.HasSuffix(o.Path, "/token"):
		case strings.HasSuffix(o.Path, "/logout") && token == "":
			require.Equal(t, http.StatusBadRequest, got.status)
		default:
			require.Equal(t, http.StatusUnauthorized, got.status, "%.40q", token)
		}
	}
	for _, line := range []string{
		"Content-Type: \xff", "Content-Type: multipart/form-data; boundary=", "Content-Encoding: gzip, br", "Accept: ;q=9",
		"Cookie: ;;=", "Range: bytes=5-1", "If-None-Match: *", "X-Forwarded-For: ,,", "Expect: 100-continue", "Upgrade: h2c",
		"X-HTTP-Method-Override: DELETE", "Plaid-Version: x", "Origin: null", "Accept-Encoding: *;q=0",
	} {
		send(line)
	}
}

// malformedQueries sends queries that cannot be, and some that must be refused.
func malformedQueries(t *testing.T, w *wire, o emulator.Route) {
	t.Helper()
	if o.Method != http.MethodGet {
		return
	}
	for _, query := range []string{
		"%zz", "a=%", "=", "&&", ";", "a;b", "\xff=\xfe", "x=" + strings.Repeat("9", 20_000), "highWaterMark[]=1", "%00=%00",
		"jws", "jws=%", "jws=.", "jws=" + strings.Repeat(".", 100), "status=&account=", "account={account}&limit=", "limit=%20",
		"sinceDateTime=0001-01-01", "sinceDateTime=9999-12-31T23:59:59.999Z", "account={account}&start_date=9999-12-31&end_date=0001-01-01",
	} {
		answered(t, o, w.send(letter{method: o.Method, path: pathOf(o) + "?" + query}))
	}
	refused := map[string][]string{
		"/read/{topic}/{correspondent}": {
			"highWaterMark=-1", "highWaterMark=x", "highWaterMark=1.5", "highWaterMark=18446744073709551616", "limit=0", "limit=-1",
			"limit=many", "timeoutSeconds=-1", "timeoutSeconds=soon", "streamType=PUSH", "streamType=long_poll",
			"sinceDateTime=yesterday", "sinceDateTime=2026-13-45",
		},
		"/v1/transfers": {
			"", "account=", "account={account}&direction=UP", "account={account}&state=GONE", "account={account}&mechanism=MAIL",
			"account={account}&start_date=soon", "account={account}&end_date=2026-02-30",
		},
		"/ach_relationships": {"status=GONE", "status=approved"},
		"/cc/token":          {"", "jws=", "JWS=a.b.c"},
	}
	for suffix, queries := range refused {
		for _, query := range queries {
			if strings.HasSuffix(o.Path, suffix) {
				got := w.send(letter{method: o.Method, path: pathOf(o) + "?" + query})
				require.Equal(t, http.StatusBadRequest, got.status, "%s: %s", query, got.body)
				requireRefusal(t, got)
			}
		}
	}
}
