package emulator_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/scenarios"
)

// TestControlVendors: what a person sees of a world after the money path, and what he does with
// its transfers; one golden for each operation.
func TestControlVendors(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{Scenario: must(t, "given:\n  items:\n"+
		"    - {as: alice, institution: ins_109508, products: [auth], client_user_id: u-1}\n")})
	c := newClient(t, emu, "seen")
	for _, path := range []string{"items", "relationships", "transfers"} {
		empty := c.good("GET", path, "")
		if path != "items" {
			require.Empty(t, empty.at(path))
		}
	}
	emu.World("seen").Advance(time.Minute)
	c.login()
	made := c.link()
	relationship := c.relationship(c.processorToken(made)).text("id")
	c.ok("/sentinel/api/v1/ach_relationships", fields{
		"account": "3TW05057", "approvalMethod": "MICRO_DEPOSIT", "bankRoutingNumber": "011401533",
		"bankAccount": "1111222233330000", "bankAccountOwnerName": "Alberta", "bankAccountType": "CHECKING",
	})
	var ids []string
	for _, external := range []string{"e-1", "e-2", "e-3"} {
		ids = append(ids, c.deposit(relationship, external, "100.50").text("transferId"))
	}
	compareGolden(t, "../control-transfers", c.good("GET", "transfers", "").Body+"\n")
	c.good("POST", "transfers/"+ids[0], `{"approve": true}`)
	c.good("POST", "transfers/"+ids[1], `{"approve": true}`)
	c.good("POST", "transfers/"+ids[2], `{"reject": "NSF"}`)
	emu.World("seen").AdvanceBankingDays(3)
	c.good("POST", "transfers/"+ids[0], `{"return": "R03"}`)
	c.good("POST", "transfers/"+ids[1], `{"noc": "C02"}`)
	c.ok("/sandbox/item/reset_login", fields{"access_token": made.access})
	compareGolden(t, "../control-items", c.good("GET", "worlds/seen/items", "").Body+"\n")
	compareGolden(t, "../control-relationships", c.good("GET", "relationships", "").Body+"\n")
	compareGolden(t, "../control-transfers-later", c.good("GET", "transfers", "").Body+"\n")
	newest := c.good("GET", "transfers?last=1", "")
	require.Equal(t, "4", newest.at("total").(interface{ String() string }).String())
	require.Contains(t, newest.Body, `"e-3"`)
	require.NotContains(t, newest.Body, `"e-2"`)
	require.NotContains(t, c.good("GET", "items?last=1", "").Body, `"alias"`, "the scenario's is the older one")
	require.Len(t, c.good("GET", "relationships?last=9", "").at("relationships"), 2)
	require.Contains(t, c.bad(400, "TWEED_BAD_REQUEST", "GET", "items?last=0", ""), "last=0 is no number")
	c.ok("/item/remove", fields{"access_token": made.access})
	require.Contains(t, c.good("GET", "items", "").Body, `"state": "removed"`)
}

// TestControlTransfer: what is refused of a simulation, and what each does.
func TestControlTransfer(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu, "")
	c.login()
	id := c.deposit(c.relationship(c.processorToken(c.link())).text("id"), "e-1", "10").text("transferId")
	for _, test := range []struct {
		transfer, body string
		status         int
		code, says     string
	}{
		{"none", `{"approve": true}`, 404, "TRANSFER_NOT_FOUND", "none"},
		{id, `{"aprove": true}`, 400, "TWEED_BAD_REQUEST", `unknown field "aprove"`},
		{id, ``, 400, "TWEED_BAD_REQUEST", "the body is not what this call takes"},
		{id, `{}`, 400, "VALIDATION_FAILED", "must have one of approve, return, noc, reject"},
		{id, `{"approve": false, "reject": false}`, 400, "VALIDATION_FAILED", "must have one of"},
		{id, `{"approve": true, "return": "R01"}`, 400, "VALIDATION_FAILED", "must have one of"},
		{id, `{"return": "R99"}`, 400, "VALIDATION_FAILED", `return has an unknown return code "R99"`},
		{id, `{"return": "C01"}`, 400, "VALIDATION_FAILED", "it is a change code"},
		{id, `{"noc": "R01"}`, 400, "VALIDATION_FAILED", "R01"},
		{id, `{"reject": "NSFF"}`, 400, "VALIDATION_FAILED", `did you mean "NSF"?`},
		{id, `{"return": "R01"}`, 400, "TRANSFER_INVALID_STATE", "cannot be returned"},
		{id, `{"noc": "C01"}`, 400, "TRANSFER_INVALID_STATE", "cannot be changed by the bank"},
	} {
		got := c.control("POST", "transfers/"+test.transfer, test.body)
		require.Equal(t, test.code, got.text("error_code"), "%s: %s", test.body, got.Body+"\n")
		require.Equal(t, test.status, got.Status, "%s: %s", test.body, got.Body+"\n")
		require.Contains(t, got.text("error_message"), test.says, test.body)
	}
	require.Equal(t, "PENDING", c.transferState(id))
	require.Equal(t, "REJECTED", c.good("POST", "transfers/"+id, `{"reject": true}`).text("state"))
	require.Empty(t, c.good("GET", "transfers", "").at("transfers").([]any)[0].(map[string]any)["can"])
}

// transfersByHand is a QA engineer at the console.
func transfersByHand(c *client, w emulator.World) {
	c.login()
	relationship := c.relationship(c.processorToken(c.link())).text("id")
	for i, does := range []string{`{"approve": true}`, `{"reject": true}`, `{"reject": "OTHER"}`} {
		id := c.deposit(relationship, "e-"+string(rune('1'+i)), "100.50").text("transferId")
		c.good(http.MethodPost, "transfers/"+id, does)
	}
	first := c.deposit(relationship, "e-9", "1").text("transferId")
	c.good(http.MethodPost, "transfers/"+first, `{"approve": true}`)
	w.AdvanceBankingDays(3)
	w.Advance(time.Hour)
	c.login()
	c.good(http.MethodPost, "transfers/"+first, `{"noc": "C03"}`)
	c.get("/sentinel/api/v1/ach_relationships/" + relationship)
	c.good(http.MethodPost, "transfers/"+first, `{"return": "R10"}`)
	c.transferState(first)
	c.ale("highWaterMark=0")
}

// TestControlErrors: the catalogue and the operations are those of "tweed errors" and "tweed
// routes", and every error that an operation names is one.
func TestControlErrors(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t), "")
	rows, err := emulator.Errors("")
	require.NoError(t, err)
	all, _ := c.good("GET", "errors", "").at("errors").([]any)
	require.Len(t, all, len(rows))
	known := map[string]bool{}
	for _, row := range rows {
		known[row.Key], known[row.Type] = true, true
	}
	one, _ := c.good("GET", "errors?name=R01", "").at("errors").([]any)
	require.Len(t, one, 1)
	require.Contains(t, c.bad(400, "TWEED_BAD_REQUEST", "GET", "errors?name=ITEM_LOKED", ""), "ITEM_LOCKED")

	operations, _ := c.good("GET", "operations", "").at("operations").([]any)
	require.Len(t, operations, len(emulator.Routes()))
	for _, route := range emulator.Routes() {
		for _, name := range route.Meets {
			require.True(t, known[name], "%s meets %s, which is no error", route.Path, name)
		}
		switch route.Path {
		case "/accounts/balance/get":
			require.Equal(t, "ITEM_ERROR/ITEM_LOGIN_REQUIRED", route.Meets[0])
			require.Contains(t, route.Meets, "RATE_LIMIT_EXCEEDED/BALANCE_LIMIT")
		case "/item/public_token/exchange":
			require.Equal(t, "INVALID_INPUT/INVALID_PUBLIC_TOKEN", route.Meets[0])
			require.NotContains(t, route.Meets, "ITEM_ERROR")
		}
	}
}

// TestControlScenarios: the shipped scenarios, and a check that changes nothing.
func TestControlScenarios(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu, "")
	listed, _ := c.good("GET", "scenarios", "").at("scenarios").([]any)
	require.Len(t, listed, len(scenarios.Names()))
	for _, one := range listed {
		require.NotEmpty(t, one.(map[string]any)["about"])
	}
	shown := c.good("GET", "scenarios?name=happy-path", "")
	require.Contains(t, shown.Body, "name: happy-path")
	require.Equal(t, "application/yaml; charset=utf-8", shown.Header.Get("Content-Type"))
	require.Contains(t, c.bad(400, "TWEED_BAD_REQUEST", "GET", "scenarios?name=hapy-path", ""), `did you mean "happy-path"?`)

	made := c.link()
	before := c.good("GET", "export", "").Body
	compareGolden(t, "../control-check", c.good("POST", "scenarios/check?file=mine.yaml", "name: mine\nrules:\n"+
		"  - {call: /acounts/get, then: {error: ITEM_LOKED}}\n").Body+"\n")
	compareGolden(t, "../control-check-good", c.good("POST", "scenarios/check", "name: mine\nrules:\n"+
		"  - {name: all, call: /item/get, then: {error: ITEM_LOCKED}}\n  - {name: never, call: /item/get, then: {error: NO_ACCOUNTS}}\n").Body+"\n")
	for body, says := range map[string]string{
		"assume: {auto_aprove: all}":                          "auto_approve",
		"given: {items: [{as: a, institution: ins_nowhere}]}": "ins_nowhere",
		"{": "a bracket is not closed",
	} {
		got := c.good("POST", "scenarios/check", body)
		require.Equal(t, false, got.at("good"), body)
		require.Contains(t, got.Body, says, body)
	}
	require.Equal(t, before, c.good("GET", "export", "").Body, "a check changes nothing")
	c.ok("/item/get", fields{"access_token": made.access})
}

// TestControlActed: the list of rules says how often each acted, the scenario's too.
func TestControlActed(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{Scenario: must(t, "rules:\n"+
		"  - {name: base, call: /item/get, times: 1, then: {error: ITEM_LOCKED}}\n")})
	c := newClient(t, emu, "")
	made := c.link()
	c.good("POST", "rules", "{name: mine, call: /item/get, times: 2, then: {error: NO_ACCOUNTS}}")
	require.Empty(t, c.good("GET", "rules", "").at("acted"))
	for range 4 {
		c.post("/item/get", fields{"access_token": made.access})
	}
	compareGolden(t, "../control-rules", c.good("GET", "rules", "").Body+"\n")
	c.good("DELETE", "rules/mine", "")
	require.NotContains(t, c.good("GET", "rules", "").Body, "mine")
}
