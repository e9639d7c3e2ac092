package scenario

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheckReply(t *testing.T) {
	t.Parallel()
	const (
		good = `{"accounts":[{"account_id":"a1","mask":"0000","balances":{"available":100,"current":110.50}}],` +
			`"item":{"item_id":"i"},"products":["auth","identity"],"none":null}`
		plaid  = `{"error_type":"ITEM_ERROR","error_code":"ITEM_LOCKED","error_message":"locked","display_message":null}`
		legacy = `{"code":1106,"message":"bad public_token","resolve":"x"}`
		limit  = `{"error_type":"RATE_LIMIT_EXCEEDED","error_code":"AUTH_LIMIT","error_message":"slow"}`
		inText = `[{"n":"5","payload":"{\"status\":\"COMPLETE\",\"a\":[1]}"}]`
	)
	for name, c := range map[string]struct {
		expect string
		status int
		body   string
		want   []string
	}{
		"nothing asked": {`{}`, 200, good, nil},
		"no success":    {`{}`, 400, plaid, []string{"status: wanted success, got 400 (ITEM_ERROR/ITEM_LOCKED: locked)"}},
		"status":        {`{status: 201}`, 200, good, []string{"status: wanted 201, got 200"}},
		"error":         {`{status: 400, error: ITEM_LOCKED}`, 400, plaid, nil},
		"type and code": {`{error: ITEM_ERROR/ITEM_LOCKED}`, 400, plaid, nil},
		"other error": {
			`{error: ITEM_NOT_FOUND}`,
			400,
			plaid,
			[]string{"error: wanted ITEM_NOT_FOUND, got ITEM_ERROR/ITEM_LOCKED: locked"},
		},
		"no error": {
			`{error: ITEM_LOCKED}`,
			200,
			good,
			[]string{"error: wanted ITEM_LOCKED, got no error (status 200)"},
		},
		"legacy":       {`{error: 1106}`, 401, legacy, nil},
		"other legacy": {`{error: 1107}`, 401, legacy, []string{"error: wanted 1107, got 1106: bad public_token"}},
		"limit":        {`{error: RATE_LIMIT_EXCEEDED}`, 429, limit, nil},
		"equal": {
			`{body: {item.item_id: i, accounts.0.balances: {available: 100.0, current: 110.5}}}`,
			200,
			good,
			nil,
		},
		"not equal": {`{body: {item.item_id: j}}`, 200, good, []string{`item.item_id: wanted "j", got "i"`}},
		"choice":    {`{body: {accounts.mask=0000.account_id: a1}}`, 200, good, nil},
		"pointer":   {`{body: {/accounts/0/mask: "0000"}}`, 200, good, nil},
		"one of":    {`{body: {item.item_id: [i, j]}}`, 200, good, nil},
		"none of": {
			`{body: {item.item_id: [k, j]}}`,
			200,
			good,
			[]string{`item.item_id: wanted one of ["k","j"], got "i"`},
		},
		"same list": {`{body: {products: [auth, identity]}}`, 200, good, nil},
		"other list": {
			`{body: {products: [identity, auth]}}`,
			200,
			good,
			[]string{`products: wanted one of ["identity","auth"], got ["auth","identity"]`},
		},
		"bounds": {`{body: {accounts: {"0": {balances.current: {min: 110, max: 111}}}}}`, 200, good, nil},
		"out of bounds": {
			`{body: {accounts.0.balances.current: {min: 111}, item.item_id: {max: 3}}}`,
			200,
			good,
			[]string{
				"accounts.0.balances.current: wanted a number of at least 111, got 110.50",
				`item.item_id: wanted a number of at most 3, got "i"`,
			},
		},
		"missing, present": {`{body: {nope: missing, none: missing, item: present, nope.x: missing}}`, 200, good, nil},
		"not missing": {
			`{body: {item: missing, none: present}}`,
			200,
			good,
			[]string{`item: wanted nothing, got {"item_id":"i"}`, "none: wanted something, got null"},
		},
		"null": {
			`{body: {none: null, item: null}}`,
			200,
			good,
			[]string{`item: wanted null, got {"item_id":"i"}`},
		},
		"typo": {
			`{body: {item.itemid: i, acounts.0.mask: x, accounts.1.mask: x}}`,
			200,
			good,
			[]string{
				`accounts.1.mask: wanted "x", but accounts has 1 items, no number 1 (the first is 0)`,
				`acounts.0.mask: wanted "x", but the reply has no "acounts"; did you mean "accounts"?`,
				`item.itemid: wanted "i", but item has no "itemid"; did you mean "item_id"?`,
			},
		},
		"headers": {`{headers: {content-type: application/json, x-nope: missing}}`, 200, good, nil},
		"no header": {
			`{headers: {contenttype: x, Content-Type: y}}`,
			200,
			good,
			[]string{
				`header Content-Type: wanted "y", got "application/json"`,
				`header contenttype: wanted "x", but it is not there; did you mean "Content-Type"?`,
			},
		},
		"text": {`{body: eyJ}`, 200, "eyJ", nil},
		"other text": {
			`{body: {a: 1}}`,
			200,
			"eyJ",
			[]string{`a: wanted 1, but the reply is "eyJ" and has no members`},
		},
		"text present": {`{body: present}`, 200, "eyJ", nil},
		"list reply":   {`{body: {"0.id": 1}}`, 200, `[{"id":1}]`, nil},
		"JSON in text": {`{body: {"0.payload": {status: COMPLETE, a.0: 1}, "0.no": missing}}`, 200, inText, nil},
		"other JSON in text": {
			`{body: {"0.payload.status": PENDING, 0.payload.staus: PENDING, 0.n.x: 1}}`,
			200,
			inText,
			[]string{
				`0.n.x: wanted 1, but 0.n is "5" and has no members`,
				`0.payload.status: wanted "PENDING", got "COMPLETE"`,
				`0.payload.staus: wanted "PENDING", but 0.payload has no "staus"; did you mean "status"?`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Load("f", []byte("steps: [{call: /item/get, expect: "+c.expect+"}]"))
			require.NoError(t, err)
			headers := http.Header{"Content-Type": {"application/json"}}
			require.Equal(t, c.want, s.Steps[0].Expect.Check(c.status, headers, []byte(c.body)))
		})
	}
}

func TestIsErrorOfApex(t *testing.T) {
	t.Parallel()
	for _, row := range []string{"not_authorized", "jwt_not_provided"} {
		require.False(t, IsError(row, map[string]any{"error": "something", "message": "else"}), row)
	}
	require.True(t, IsError("server error", map[string]any{"error": "server error", "message": nil}))
	require.True(t, fitsForm("no {a} in {b}", "no money in it"))
	require.False(t, fitsForm("no {a} in {b}!", "no money in it"))
	require.True(t, fitsForm("plain {", "plain {"))
}

func TestExpand(t *testing.T) {
	t.Parallel()
	vars := map[string]any{
		"alice": map[string]any{"access_token": "access-sandbox-1", "n": json.Number("1.50"), "accounts": []any{
			map[string]any{"mask": "0000", "account_id": "a"}, map[string]any{"mask": "1111", "account_id": "b"},
		}},
		"name": "x", "flag": true, "nil": nil, "event": map[string]any{"payload": `{"id":"7","list":[1]}`},
	}
	for text, want := range map[string]any{
		"plain":                                "plain",
		"$alice.access_token":                  "access-sandbox-1",
		"$alice.n":                             json.Number("1.50"),
		"$flag":                                true,
		"$nil":                                 nil,
		"${flag}":                              true,
		"$alice.accounts.1.account_id":         "b",
		"$alice.accounts.mask=1111.account_id": "b",
		"a ${name} b ${alice.n}${nil}":         "a x b 1.50",
		"${alice.accounts.0}!":                 `{"account_id":"a","mask":"0000"}!`,
		"$5.00":                                "$5.00",
		"$$name":                               "$name",
		"$${name} ${name}":                     "${name} x",
		"costs $name today":                    "costs $name today",
		"$":                                    "$",
		"$event.payload":                       `{"id":"7","list":[1]}`,
		"/${event.payload.id}":                 "/7",
		"$event.payload.list.0":                json.Number("1"),
	} {
		got, err := Expand(text, vars)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for text, want := range map[string]string{
		"$alise.n":           `$alise.n: nothing is called "alise"; did you mean "alice"?`,
		"x ${nam}":           `$nam: nothing is called "nam"; did you mean "name"?`,
		"$alice.acess_token": `$alice.acess_token: the reply has no "acess_token"; did you mean "access_token"?`,
		"$alice.accounts.x": `$alice.accounts.x: accounts is a list; write an index (0) or a choice (mask=0000) instead ` +
			`of "x"`,
		"$alice.accounts.mask=2": `$alice.accounts.mask=2: accounts has no item with mask=2; there are 0000, 1111`,
		"$name.x":                `$name.x: the reply is "x" and has no members`,
	} {
		_, err := Expand(map[string]any{"l": []any{text}}, vars)
		require.EqualError(t, err, want)
		_, err = ExpandText(text, vars)
		require.EqualError(t, err, want)
	}
	in := map[string]any{"a": []any{"$name", map[string]any{"b": "${name}"}}}
	out, err := Expand(in, vars)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"a": []any{"x", map[string]any{"b": "x"}}}, out)
	require.Equal(t, "$name", in["a"].([]any)[0], "the given value stays")

	e, err := StepExpect{Body: map[string]any{"a": "$name"}, Headers: map[string]any{"h": "${name}!"}}.Expand(vars)
	require.NoError(t, err)
	require.Equal(t, StepExpect{Body: map[string]any{"a": "x"}, Headers: map[string]any{"h": "x!"}}, e)
	_, err = StepExpect{Headers: map[string]any{"h": "$no"}}.Expand(vars)
	require.Error(t, err)
}

func TestTarget(t *testing.T) {
	t.Parallel()
	for call, want := range map[string][2]string{
		"/item/get":                              {"POST", "/item/get"},
		"get /sentinel/api/v1/ach_relationships": {"GET", "/sentinel/api/v1/ach_relationships"},
		"/sentinel/api/v1/ach_relationships":     {"POST", "/sentinel/api/v1/ach_relationships"},
		"/sentinel/api/v1/transfers/${t.id}":     {"GET", "/sentinel/api/v1/transfers/${t.id}"},
		"/sentinel/api/v1/transfers?account=x":   {"GET", "/sentinel/api/v1/transfers?account=x"},
		"/unknown":                               {"POST", "/unknown"},
	} {
		method, path := (&Step{Call: call}).Target()
		require.Equal(t, want, [2]string{method, path})
	}
}

// TestCheckRule: the rules that acted stand in the reply's header.
func TestCheckRule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ acted, want []string }{
		{[]string{"other", "down"}, nil},
		{[]string{"other", "late"}, []string{"rule: wanted down, got other, late"}},
		{nil, []string{"rule: wanted down, but no rule acted"}},
	} {
		require.Equal(t, c.want, StepExpect{Rule: "down"}.Check(200, http.Header{"Tweed-Rule": c.acted}, []byte("{}")))
	}
}
