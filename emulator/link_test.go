package emulator_test

import (
	"cmp"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// TestHeadlessLink: what a user does without a browser, by the control API.
func TestHeadlessLink(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t), "")
	for _, test := range []struct {
		body    string
		kind    string // success, error_code of an exit, or "refused"
		says    string // status of an exit, or part of the refusal
		account int
	}{
		{`{}`, "success", "", 3},
		{`{"accounts": ["0000"]}`, "success", "", 1},
		{`{"accounts": ["Plaid Saving", "checking", "0000"]}`, "success", "", 2},
		{`{"products": ["investments"], "institution": "ins_109508"}`, "success", "", 2},
		{`{"institution": "ins_127287", "accounts": ["1111"]}`, "success", "", 1},
		{`{"password": "mfa_device"}`, "success", "", 3},
		{`{"password": "mfa_questions_2_2"}`, "success", "", 3},
		{`{"user": "user_returns"}`, "success", "", 13},
		{`{"numbers": {"routing": "110000000", "account": "1111222233330000"}}`, "success", "", 1},
		{`{"numbers": {"routing": "333333334", "account": "1111222233330000"}}`, "success", "", 1},
		{`{"numbers": {"routing": "333333334", "account": "1111222233330000"}, "code": "X"}`, "INCORRECT_DEPOSIT_VERIFICATION", "requires_code", 0},
		{`{"institution": "ins_109512", "user": "microdeposits_good"}`, "success", "", 1},
		{`{"password": "bad"}`, "INVALID_CREDENTIALS", "requires_credentials", 0},
		{`{"password": "mfa_device", "responses": ["1"]}`, "INVALID_MFA", "requires_code", 0},
		{`{"exit": {"error": "ITEM_LOCKED", "status": "requires_code"}}`, "ITEM_LOCKED", "requires_code", 0},
		{`{"exit": true}`, "", "", 0},
		{`{"exit": {"status": "institution_not_found"}}`, "", "institution_not_found", 0},
		{`{"link_token": "link-sandbox-x"}`, "INVALID_LINK_TOKEN", "", 0},
		{`{"accounts": ["7"]}`, "refused", `no account \"7\"; there are Plaid Checking 0000, `, 0},
		{`{"accounts": ["3333"]}`, "refused", "cannot be chosen: auth leaves it out", 0},
		{`{"institution": "ins_109505"}`, "refused", "did you mean", 0},
		{`{"products": ["oauth"]}`, "refused", `the product \"oauth\"`, 0},
		{`{"exit": {"status": "x"}}`, "refused", "known are choose_device", 0},
		{`{"exit": {"error": "ITEM_LOKED"}}`, "refused", "did you mean ITEM_LOCKED", 0},
		{`{"exit": 1}`, "refused", "exit is {", 0},
		{`{"link_token": "x", "products": ["auth"]}`, "refused", "stand in the link_token already", 0},
		{`{"user_name": "x"}`, "refused", "user_name", 0},
	} {
		got := c.send(http.MethodPost, "/_tweed/link", test.body)
		switch test.kind {
		case "refused":
			require.Equal(t, 400, got.Status, test.body)
			require.Contains(t, got.Body, test.says, test.body)
			continue
		case "success":
			require.Len(t, got.at("metadata", "accounts"), test.account, "%s\n%s", test.body, got.Body)
			require.NotEmpty(t, c.post("/item/public_token/exchange", map[string]any{"public_token": got.at("public_token")}).at("access_token"))
			continue
		}
		require.Equal(t, 200, got.Status, got.Body)
		code, _ := got.at("exit", "error", "error_code").(string)
		status, _ := got.at("exit", "metadata", "status").(string)
		require.Equal(t, []string{test.kind, test.says}, []string{code, status}, "%s\n%s", test.body, got.Body)
	}
}

// TestLinkCase: a case that was recorded over Link, by its dialog and without it, is the same
// when it is replayed.
func TestLinkCase(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	w := emu.World("link-case")
	c := newClient(t, emu, "link-case")
	token := c.post("/link/token/create", map[string]any{
		"client_name": "App", "language": "en", "country_codes": []string{"US"}, "products": []string{"auth"},
		"user": map[string]any{"client_user_id": "user-1"}, "hosted_link": map[string]any{}, "webhook": "https://example.com/plaid",
	}).at("link_token")
	dialog := func(action string, more fields) reply {
		more["action"] = action
		return c.post("/link/v2/stable/session/step", more)
	}
	session := c.post("/link/v2/stable/session/open", map[string]any{"link_token": token}).at("link_session_id")
	dialog("continue", fields{"link_session_id": session})
	dialog("institution", fields{"link_session_id": session, "institution_id": "ins_109508"})
	pane := dialog("credentials", fields{"link_session_id": session, "username": "user_good", "password": "pass_good"})
	accounts, _ := pane.at("pane", "accounts").([]any)
	first, _ := accounts[0].(map[string]any)
	dialog("accounts", fields{"link_session_id": session, "account_ids": []any{first["account_id"]}})
	dialog("continue", fields{"link_session_id": session})
	text, _ := token.(string)
	linked, err := w.Link(emulator.LinkOptions{LinkToken: text, Accounts: []string{"1111"}})
	require.NoError(t, err)
	require.Equal(t, 200, c.send(http.MethodPost, "/_tweed/worlds/link-case/link", `{"exit": true}`).Status)
	_, err = w.Link(emulator.LinkOptions{Accounts: []string{"none"}})
	require.ErrorContains(t, err, `no account "none"`)
	access := c.post("/item/public_token/exchange", map[string]any{"public_token": linked.PublicToken}).at("access_token")
	require.Len(t, c.post("/accounts/get", map[string]any{"access_token": access}).at("accounts"), 1)
	require.Len(t, c.post("/link/token/get", map[string]any{"link_token": token}).at("link_sessions"), 2)
	replayed(t, w)
}

const linkSession = "/link/v2/stable/session/"

// visit is a session of Link that waits for the page of an OAuth bank.
type visit struct{ session, state, account string }

// atOAuthBank goes as far as the bank's page.
func (c *client) atOAuthBank() visit {
	c.t.Helper()
	open := c.ok(linkSession+"open", fields{
		"key": c.inWorld("public-key"), "product": []string{"auth"}, "institution_id": "ins_127287",
	})
	v := visit{session: open.text("link_session_id"), state: open.text("pane", "oauth_state_id")}
	page := c.ok(linkSession+"bank", fields{"oauth_state_id": v.state})
	accounts, _ := page.at("accounts").([]any)
	first, _ := accounts[0].(map[string]any)
	v.account, _ = first["account_id"].(string)
	return v
}

// awaitingDeposits links an Item whose account waits for automated micro-deposits.
func (c *client) awaitingDeposits() item {
	c.t.Helper()
	done := c.send(http.MethodPost, "/_tweed/worlds/"+cmp.Or(c.world, "default")+"/link",
		`{"institution": "ins_109512", "user": "microdeposits_good"}`)
	made := c.ok("/item/public_token/exchange", fields{"public_token": done.text("public_token")})
	return item{access: made.text("access_token"), accounts: []string{done.text("metadata", "account_id")}}
}

// linkCalls has one recorded call for every operation of Link's dialog, and for those of the
// Sandbox that go with it.
func (g *golden) linkCalls(w emulator.World) {
	g.t.Helper()
	bank := g.atOAuthBank()
	g.plaid("/sandbox/oauth/select_accounts", fields{"oauth_state_id": bank.state, "accounts": []string{bank.account}})
	g.plaid(linkSession+"bank", fields{"oauth_state_id": bank.state})
	g.plaid(linkSession+"oauth", fields{"oauth_state_id": bank.state, "decision": "approve"})
	g.plaid(linkSession+"step", fields{"link_session_id": bank.session, "action": "oauth"})
	g.plaid(linkSession+"open", fields{"key": "public-key@" + w.Name(), "product": []string{"auth"}, "client_name": "Tweed & Co"})
	deposits := g.awaitingDeposits()
	g.plaid("/sandbox/item/set_verification_status", fields{
		"access_token": deposits.access, "account_id": deposits.accounts[0], "verification_status": "automatically_verified",
	})
}
