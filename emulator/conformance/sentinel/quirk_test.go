package sentinel_test

import (
	"bytes"
	"compress/gzip"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"tweed/emulator/conformance/sentinel"
)

// In this file S1 is Alpaca's gobroker (2018), S2 klane67/apex_clearing (2016), S6 Apex's own Python samples, S7
// motoqueiro/ApexClearingSDK.

const (
	tokenPath       = "/legit/api/v1/cc/token"
	relationPath    = "/sentinel/api/v1/ach_relationships"
	depositPath     = "/sentinel/api/v1/transfers/achs/incoming"
	withdrawalPath  = "/sentinel/api/v1/transfers/achs/outgoing"
	simulationPath  = "/sentinel/api/v1/test/simulation/achs/"
	jsonContentType = "Content-Type: application/json"
)

// encoding is how a client writes a segment of its JWS.
type encoding func([]byte) string

var base64url encoding = base64.RawURLEncoding.EncodeToString

// stripped is standard base64 without its padding (S6).
func stripped(b []byte) string { return strings.TrimRight(base64.StdEncoding.EncodeToString(b), "=") }

func sign(text string) string {
	mac := hmac.New(sha512.New, []byte(credentials.SharedSecret))
	mac.Write([]byte(text))
	return base64url(mac.Sum(nil))
}

func join(encode encoding, header, payload string) string {
	return encode([]byte(header)) + "." + encode([]byte(payload))
}

// TestQuirkLogins: how clients write their JWS, and how they send it.
func TestQuirkLogins(t *testing.T) {
	t.Parallel()
	payload := func(entity, datetime string) string {
		// What stands behind makes both characters of standard base64 that base64url writes otherwise.
		return fmt.Sprintf(`{"username":"apex_api","entity":%q,"datetime":%q,"x":">>>>????"}`, entity, datetime)
	}
	signed := func(encode encoding, header, payload string) string {
		text := join(encode, header, payload)
		return text + "." + sign(text)
	}
	const plain, sample, dotnet = `{"alg":"HS512"}`, `{"cty":"JWS","alg":"HS512"}`, `{"alg":"HS512","typ":"JWT"}`
	const zoned, utc = "2026-01-07T09:00:00-05:00", "2026-01-07T14:00:00.123456"
	usual := payload("correspondent.APX1", zoned)
	logins := map[string]string{
		"S1":                                  signed(base64url, plain, usual),
		"S2, datetime without a zone":         signed(base64url, plain, payload("correspondent.APX1", utc)),
		"S6, standard base64":                 signed(stripped, sample, usual),
		"S7":                                  signed(base64url, dotnet, usual),
		"lower case":                          signed(base64url, plain, payload("correspondent.apx1", zoned)),
		"upper case":                          signed(base64url, plain, payload("CORRESPONDENT.APX1", zoned)),
		"S1, signed before it was re-encoded": join(stripped, sample, usual) + "." + sign(join(base64url, sample, usual)),
		"with spaces in the JSON":             signed(base64url, ` { "alg" : "HS512" } `, strings.ReplaceAll(usual, ",", ", ")),
		"padded":                              signed(base64.URLEncoding.EncodeToString, plain, usual),
	}
	require.Contains(t, logins["S6, standard base64"], "+")
	require.Contains(t, logins["S6, standard base64"], "/")
	w := newWire(t)
	w.token = ""
	for name, jws := range logins {
		body := func(text string) string { return `{"jws":"` + text + `"}` }
		for how, l := range map[string]letter{
			"POST":                      {method: "POST", path: tokenPath, body: body(jws)},
			"POST, as JSON":             {method: "POST", path: tokenPath, body: body(jws), header: []string{jsonContentType}},
			"POST, slash escaped":       {method: "POST", path: tokenPath, body: body(strings.ReplaceAll(jws, "/", `\/`))},
			"GET":                       {method: "GET", path: tokenPath + "?jws=" + jws},
			"GET, escaped":              {method: "GET", path: tokenPath + "?jws=" + url.QueryEscape(jws)},
			"GET, the plus is a space":  {method: "GET", path: tokenPath + "?jws=" + strings.ReplaceAll(jws, "+", "%20")},
			"GET with an old token":     {method: "GET", path: tokenPath + "?jws=" + jws, header: []string{"Authorization: old"}},
			"GET with a body":           {method: "GET", path: tokenPath + "?jws=" + jws, body: "{}"},
			"GET without a length":      {method: "GET", path: tokenPath + "?jws=" + jws, bare: true},
			"POST, more in the body":    {method: "POST", path: tokenPath, body: `{"x":1,"jws":"` + jws + `"}`},
			"POST, space at both sides": {method: "POST", path: tokenPath, body: body(" " + jws + " ")},
		} {
			got := w.send(l)
			require.Equal(t, http.StatusOK, got.status, "%s, %s: %s", name, how, got.body)
			require.Equal(t, "application/octet-stream", got.header.Get("Content-Type"))
			require.Len(t, strings.Split(got.body, "."), 3, "the token itself, not JSON")
		}
		for what, forged := range map[string]string{
			"another signature": jws[:strings.LastIndexByte(jws, '.')] + "." + sign("another"),
			"another payload":   strings.Replace(jws, ".", ".e30", 1),
			"no signature":      jws[:strings.LastIndexByte(jws, '.')],
		} {
			got := w.send(letter{method: "POST", path: tokenPath, body: body(forged)})
			require.Equal(t, http.StatusUnauthorized, got.status, "%s, %s", name, what)
			require.Empty(t, got.body)
		}
	}
}

// TestQuirkAuthorization: the token comes alone, or behind a word.
func TestQuirkAuthorization(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	token := w.token
	for _, path := range []string{
		"/legit/api/v1/verify", "/legit/api/v2/verify", relationPath + "/{approved}", "/sentinel/api/v2/ach_relationships",
		"/ale/api/v1/read/{topic}/{correspondent}",
	} {
		for _, line := range []string{
			"Authorization: " + token, "authorization: " + token, "AUTHORIZATION:" + token, "Authorization:   " + token + "  ",
			"Authorization: Bearer " + token, "Authorization: bearer " + token, "Authorization: Bearer  " + token,
			"Authorization: Authorization: " + token, "Authorization: Authorization:" + token, // S2
		} {
			w.token = ""
			got := w.send(letter{method: "GET", path: path, header: []string{line}})
			require.Equal(t, http.StatusOK, got.status, "%s: %s: %s", path, line, got.body)
		}
		for _, line := range []string{"Authorization: ", "Authorization: Bearer", "Authorization: Basic " + token, "X: y"} {
			got := w.send(letter{method: "GET", path: path, header: []string{line}})
			require.Equal(t, http.StatusUnauthorized, got.status, "%s: %s", path, line)
			require.JSONEq(t, `{"error":"not authorized","message":null}`, got.body)
		}
	}
}

func compressed(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(text)) // into memory
	_ = w.Close()
	return out.String()
}

// TestQuirkRequests: what real clients send, and what comes near it. Paths, status and body are of one call each.
func TestQuirkRequests(t *testing.T) {
	t.Parallel()
	seven := func(more string) string {
		return `{"account":"{account}","bankRoutingNumber":"121000358","bankAccount":"123456789",` +
			`"bankAccountOwnerName":"Jane Doe","bankAccountType":"CHECKING",` + more + `}`
	}
	relation := seven(`"nickname":"test","approvalMethod":"PLAID"`)
	deposit := func(amount string) string {
		return `{"externalTransferId":"0f8fad5b-d9cb-469f-a165-70867728950e","amount":` + amount +
			`,"achRelationshipId":"{approved}"}`
	}
	withdrawal := func(amount string) string {
		return strings.Replace(deposit(amount), "{", `{"disbursementType":"PARTIAL_BALANCE",`, 1)
	}
	tell := func(amounts string) string { return `{"method":"MICRO_DEPOSIT",` + amounts + `}` }
	type row struct {
		name   string
		letter letter
		status int
		has    []string // in the body
	}
	post := func(path, body string, header ...string) letter {
		return letter{method: "POST", path: path, body: body, header: header}
	}
	get := func(path string, header ...string) letter { return letter{method: "GET", path: path, header: header} }
	approved, pending, canceled := `"status": "APPROVED"`, `"state": "PENDING"`, `"state": "CANCELED"`
	rows := []row{
		{"nickname empty", post(relationPath, seven(`"nickname":"","approvalMethod":"PLAID"`)), 200, []string{approved, `"nickname": ""`}},
		{"nickname null", post(relationPath, seven(`"nickname":null,"approvalMethod":"PLAID"`)), 200, []string{approved, `"nickname": ""`}},
		{"no Content-Type", post(relationPath, relation), 200, []string{approved}},
		{"Content-Type text", post(relationPath, relation, "Content-Type: text/plain"), 200, []string{approved}},
		{"Content-Type of curl", post(relationPath, relation, "Content-Type: application/x-www-form-urlencoded"), 200, []string{approved}},
		{"Content-Type with a charset", post(relationPath, relation, "Content-Type: application/json; charset=utf-8"), 200, []string{approved}},
		{"Content-Type that is none", post(relationPath, relation, "Content-Type: ;;/"), 200, []string{approved}},
		{"gzip accepted", post(relationPath, relation, "Accept-Encoding: gzip"), 200, []string{approved}},
		{"only another encoding accepted", post(relationPath, relation, "Accept-Encoding: br;q=1, identity;q=0"), 200, []string{approved}},
		{"gzip sent", post(relationPath, compressed(relation), jsonContentType, "Content-Encoding: gzip"), 400, []string{"Content-Encoding gzip"}},
		{"identity sent", post(relationPath, relation, "Content-Encoding: identity"), 200, []string{approved}},
		{"only HTML accepted", post(relationPath, relation, "Accept: text/html"), 200, []string{approved}},
		{"a byte order mark", post(relationPath, "\ufeff"+relation), 400, []string{"JSON"}},
		{"space around", post(relationPath, "\r\n "+relation+"\n"), 200, []string{approved}},
		{"unknown member", post(relationPath, seven(`"nickname":"n","approvalMethod":"PLAID","x":{"y":[1]}`)), 200, []string{approved}},
		{"chunked", letter{method: "POST", path: relationPath, bare: true, header: []string{"Transfer-Encoding: chunked"}, body: "CHUNKED" + relation}, 200, []string{approved}},

		{"amount a number", post(depositPath, deposit("1000")), 200, []string{pending, `"amount": 1000`}},
		{"amount with decimals", post(depositPath, deposit("1000.50")), 200, []string{`"amount": 1000.50`}},
		{"amount a string (S1)", post(depositPath, deposit(`"1000"`)), 200, []string{`"amount": 1000`}},
		{"amount a string with decimals", post(depositPath, deposit(`"1000.5"`)), 200, []string{`"amount": 1000.50`}},
		{"amount with an exponent", post(depositPath, deposit("1.0E3")), 200, []string{`"amount": 1000`}},
		{"amount of a fraction of a cent", post(depositPath, deposit("0.001")), 400, []string{"amount"}},
		{"amount a word", post(depositPath, deposit(`"much"`)), 400, []string{"amount"}},
		{"withdrawal by number", post(withdrawalPath, withdrawal("100")), 200, []string{pending, `"requestedAmount": 100`}},
		{"withdrawal by string", post(withdrawalPath, withdrawal(`"100.00"`)), 200, []string{pending}},

		{"micro-deposits wrong", post(relationPath+"/{micro}/approve", tell(`"amount1":"0.99","amount2":"0.99"`)), 400, []string{"tries left"}},
		{"micro-deposits wrong, as numbers", post(relationPath+"/{micro}/approve", tell(`"amount1":0.99,"amount2":0.99`)), 400, []string{"tries left"}},
		{"micro-deposits of another method", post(relationPath+"/{micro}/approve", `{"method":"PLAID","amount1":0.1,"amount2":0.1}`), 400, []string{"method"}},

		{"double slashes (S2)", get("//sentinel//api/v1///ach_relationships//{approved}"), 200, []string{approved}},
		{"double slashes, POST", post("/sentinel/api/v1//test/simulation/achs/{pending}//approve", ""), 200, []string{`"state": "APPROVED"`}},
		{"double slash first", get("//legit/api/v1//verify"), 200, []string{"user_entity"}},
		{"double slashes at ALE", get("//ale//api/v1/read//{topic}/{correspondent}"), 200, []string{`"payload"`}},
		{"trailing slash", get(relationPath + "/{approved}/"), 200, []string{approved}},
		{"trailing slash of a list", get(relationPath + "/"), 200, []string{approved}},
		{"trailing slash, POST", post(depositPath+"/", deposit("1")), 200, []string{pending}},
		{"escaped path", get("/sentinel/api/v1/%61ch_relationships/{approved}"), 200, []string{approved}},
		{"a query that nobody asked for", get(relationPath + "/{approved}?x=%zz&y"), 200, []string{approved}},
		{"absolute form", get("http://uat-api.apexclearing.com/sentinel/api/v1/ach_relationships/{approved}"), 200, []string{approved}},
		{"correspondent in lower case", get("/ale/api/v1/read/{topic}/apx1"), 200, []string{`"payload"`}},
		{"HEAD", letter{method: "HEAD", path: relationPath + "/{approved}", bare: true}, 405, nil},
		{"OPTIONS", letter{method: "OPTIONS", path: relationPath + "/{approved}", bare: true}, 405, []string{"OPTIONS"}},
	}
	for _, call := range []struct{ path, has string }{
		{relationPath + "/{locked}/reissue", `"status": "PENDING"`},
		{relationPath + "/{approved}/cancel", `"status": "CANCELED"`},
		{simulationPath + "{pending}/approve", `"state": "APPROVED"`},
		{simulationPath + "{pending}/reject", `"state": "REJECTED"`},
		{simulationPath + "{complete}/return", `"state": "RETURNED"`},
		{simulationPath + "{complete}/noc", `"state": "COMPLETE"`},
		{"/sentinel/api/v1/transfers/achs/{pending}/cancel", canceled},
	} {
		bare := letter{method: "POST", path: call.path, bare: true}
		rows = append(
			rows,
			row{"no body: " + call.path, bare, 200, []string{call.has}},
			row{"empty body: " + call.path, post(call.path, ""), 200, []string{call.has}},
			row{"empty JSON body: " + call.path, post(call.path, "", jsonContentType), 200, []string{call.has}},
			row{"empty object: " + call.path, post(call.path, "{}", jsonContentType), 200, []string{call.has}},
			row{"a line break: " + call.path, post(call.path, "\r\n"), 200, []string{call.has}},
		)
	}
	for _, test := range rows {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t)
			l := test.letter
			if !strings.Contains(strings.Join(l.header, ""), "Content-Encoding: gzip") {
				l.body = w.names.Replace(l.body)
			}
			if text, ok := strings.CutPrefix(l.body, "CHUNKED"); ok {
				l.body = fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(text), text)
			}
			got := w.send(l)
			require.Equal(t, test.status, got.status, got.body)
			require.Empty(t, got.header.Get("Content-Encoding"), "gzip is not offered")
			for _, has := range test.has {
				require.Contains(t, got.body, has)
			}
			if test.status != http.StatusOK && l.method != http.MethodHead {
				requireRefusal(t, got)
			}
		})
	}
}

// requireRefusal holds an error against the documented form: {"error", "message"}.
func requireRefusal(t *testing.T, got mail) {
	t.Helper()
	require.Equal(t, "application/json; charset=utf-8", got.header.Get("Content-Type"))
	fields := got.fields(t)
	require.Len(t, fields, 2, got.body)
	require.NotEmpty(t, fields["error"], got.body)
	require.Contains(t, fields, "message")
}

// TestQuirkAnswers: what real clients read out of the answers, and how.
func TestQuirkAnswers(t *testing.T) {
	t.Parallel()
	w := newWire(t)

	// S1 reads the total as an integer.
	var available struct {
		Total int `json:"total"`
	}
	got := w.send(letter{method: "GET", path: "/sentinel/api/v1/amount_available/{account}"})
	require.NoError(t, json.Unmarshal([]byte(got.body), &available), got.body)
	require.Equal(t, 1000, available.Total)

	// S1 dereferences these without a look.
	fields := w.send(letter{method: "GET", path: "/sentinel/api/v1/transfers/achs/{complete}"}).fields(t)
	for _, name := range []string{"transferId", "amount", "direction", "state", "estimatedFundsAvailableDate", "fees"} {
		require.NotNil(t, fields[name], name)
	}
	_, err := time.Parse(time.DateOnly, fmt.Sprint(fields["estimatedFundsAvailableDate"]))
	require.NoError(t, err)

	// S1 decodes an array, and drops what is none.
	path := "/ale/api/v1/read/{topic}/{correspondent}?highWaterMark="
	got = w.send(letter{method: "GET", path: path + "0&limit=1000&streamType=NONE"})
	var events []struct {
		ID       uint64 `json:"id"`
		DateTime string `json:"dateTime"`
		Payload  string `json:"payload"`
	}
	require.NoError(t, json.Unmarshal([]byte(got.body), &events), got.body)
	require.Len(t, events, 6)
	for i, event := range events {
		_, err := time.Parse("2006-01-02T15:04:05.000-07:00", event.DateTime)
		require.NoError(t, err)
		var payload struct {
			Timestamp          time.Time   `json:"timestamp"`
			ExternalTransferID uuid.UUID   `json:"externalTransferId"`
			TransferMechanism  string      `json:"transferMechanism"`
			Amount             json.Number `json:"amount"`
			Status             string      `json:"status"`
			Reason             *string     `json:"reason"`
		}
		require.NoError(t, json.Unmarshal([]byte(event.Payload), &payload))
		require.NotEqual(t, uuid.Nil, payload.ExternalTransferID)
		require.Contains(t, event.Payload, `"amount":1000,`, "a number")
		require.Equal(t, "ACH", payload.TransferMechanism)
		require.NotEmpty(t, payload.Status)
		if i > 0 {
			require.Greater(t, event.ID, events[i-1].ID)
		}
	}
	for _, nothing := range []string{
		path + fmt.Sprint(events[5].ID), path + fmt.Sprint(uint64(1)<<63), path + "0&sinceDateTime=2026-01-08",
		path + fmt.Sprint(events[5].ID) + "&streamType=LONG_POLL&timeoutSeconds=0",
		"/ale/api/v1/read/sentinel-wire-transfer-status/{correspondent}",
	} {
		got := w.send(letter{method: "GET", path: nothing})
		require.Equal(t, http.StatusOK, got.status)
		require.Equal(t, "[]", strings.TrimSpace(got.body), nothing)
	}
}

// TestQuirkRenewal: the token's life is over in the middle of everything. Whoever meets the 401 waits for one new login
// and repeats, and nothing was done twice.
func TestQuirkRenewal(t *testing.T) {
	t.Parallel()
	base := start(t, "manual").SentinelURL()
	calls := &recorder{}
	f := newFirm(t, base, client(base, calls))
	f.feed = newReader(f.client)
	f.relate("plaid", sentinel.Plaid, "")
	moveTo(t, base, january(6, 10, 30)) // 25 hours after the login
	failed := make(chan error)
	const callers = 8
	for n := range callers {
		go func() {
			_, err := f.client.Deposit(t.Context(), sentinel.NewDeposit{
				ExternalTransferID: external(fmt.Sprint(n)), Amount: "1", ACHRelationshipID: f.relationships["plaid"],
			})
			failed <- err
		}()
	}
	for range callers {
		require.NoError(t, <-failed)
	}
	_, logins := calls.seen()
	require.Equal(t, 2, logins)
	transfers, err := f.client.Transfers(t.Context(), account)
	require.NoError(t, err)
	require.Len(t, transfers, callers)
}
