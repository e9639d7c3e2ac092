package plaid

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/rules"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

func TestLinkOAuthRedirect(t *testing.T) {
	t.Parallel()
	s := serve(t)
	quiet := *s
	quiet.keys = object{}
	token := s.tokenFor(object{"redirect_uri": "http://localhost:3000/oauth"})
	l := s.link(object{"link_token": token})
	l.atBank("ins_127287")
	state := l.last.text("pane", "oauth_state_id")
	require.Equal(t, "bank.html?oauth_state_id="+state, l.last.text("pane", "bank_url"))
	require.Equal(t, "bank.html?oauth_state_id="+state+"&redirect=true", l.last.text("pane", "redirect"))
	page := quiet.post(linkPrefix+"bank", object{"oauth_state_id": state})
	require.Equal(t, "Platypus OAuth Bank", page.text("institution", "name"))
	checking := page.text("accounts", 0, "account_id")
	empty := s.raw("POST", "/sandbox/oauth/select_accounts", `{"client_id":"client","secret":"secret","oauth_state_id":"`+state+`","accounts":["`+checking+`"]}`)
	require.Equal(t, 200, empty.Status, empty.Body)
	s.refused("/sandbox/oauth/select_accounts", object{"oauth_state_id": state, "accounts": []string{"x"}}, wrong{
		key: "INVALID_INPUT/INVALID_ACCOUNT_ID", message: s.post("/accounts/get", object{
			"access_token": s.accessToken(), "options": object{"account_ids": []string{checking}},
		}).text("error_message"),
	})
	decided := quiet.post(linkPrefix+"oauth", object{"oauth_state_id": state, "decision": "approve"})
	back := "http://localhost:3000/oauth?oauth_state_id=" + state
	require.Equal(t, back, decided.text("redirect_uri"), decided.Body)
	for received, want := range map[string]string{
		"http://localhost:3000/oauth":                  "", // a fresh start
		"http://localhost:3000/oauth?oauth_state_id=x": "OAUTH_STATE_ID_NOT_FOUND",
	} {
		other := s.link(object{"link_token": token, "received_redirect_uri": received})
		require.Equal(t, want, other.last.text("result", "error", "error_code"), received)
	}
	other := s.link(object{"link_token": s.tokenFor(nil), "received_redirect_uri": back})
	require.Equal(t, "INCORRECT_LINK_TOKEN", other.last.text("result", "error", "error_code"))
	again := s.link(object{"link_token": token, "received_redirect_uri": back})
	require.Equal(t, l.session, again.session, "the session goes on")
	require.Equal(t, []string{"OPEN", "CLOSE_OAUTH", "VIEW:LOADING", "VIEW:CONNECTED"}, again.events)
	again.do("continue", nil)
	require.Equal(t, checking, again.last.text("result", "metadata", "account_id"))
	late := s.link(object{"link_token": token, "received_redirect_uri": back})
	require.Equal(t, "OAUTH_STATE_ID_ALREADY_PROCESSED", late.last.text("result", "error", "error_code"))
}

func TestLinkRedirectURI(t *testing.T) {
	t.Parallel()
	s, production := serve(t), serve(t, Settings{Environment: "production"})
	for address, good := range map[string][2]bool{ // in the Sandbox, in production
		"https://example.com/oauth": {true, true}, "http://localhost:3000/": {true, false}, "http://127.0.0.1:3000/x": {true, false},
		"http://example.com/": {false, false}, "https://example.com/?a=b": {false, false}, "oauth": {false, false},
		"https://example.com/#x": {false, false}, "myapp://oauth": {false, false},
	} {
		for n, server := range []*tester{s, production} {
			status := map[bool]int{true: 200, false: 400}[good[n]]
			require.Equal(t, status, server.post("/link/token/create", linkRequest(object{"redirect_uri": address})).Status, address)
		}
	}
}

func TestLinkMicroDeposits(t *testing.T) {
	t.Parallel()
	s := serve(t)
	manual := func() (access, account string) {
		l := s.link(object{"link_token": s.tokenFor(sameDay)})
		l.do("continue", nil).do("manual", nil).do("numbers", numbers("110000000", "1111222233330000")).do("continue", nil)
		require.Nil(t, l.last.at("result", "metadata", "institution"))
		require.Equal(t, "pending_manual_verification", l.last.text("result", "metadata", "accounts", 0, "verification_status"))
		return s.exchange(l.last.text("result", "public_token")), l.last.text("result", "metadata", "account_id")
	}
	access, account := manual()
	require.Equal(t, "ITEM_ERROR/PRODUCT_NOT_READY", errorKey(s.post("/auth/get", object{"access_token": access})))
	require.Equal(t, account, s.good("/accounts/get", object{"access_token": access}).text("accounts", 0, "account_id"))
	update := func() *linker { return s.link(object{"link_token": s.tokenFor(object{"access_token": access})}) }
	l := update().do("micro_deposit", object{"code": "ABD"})
	require.Equal(t, "INCORRECT_DEPOSIT_VERIFICATION", l.last.text("pane", "error", "code"))
	l.do("micro_deposit", object{"code": "abc"}).do("continue", nil)
	require.Equal(t, "manually_verified", l.last.text("result", "metadata", "accounts", 0, "verification_status"))
	r := s.good("/auth/get", object{"access_token": access})
	require.Equal(t, "110000000", r.text("numbers", "ach", 0, "routing"))
	require.Equal(t, "SAME_DAY_MICRODEPOSITS", r.text("item", "auth_method"))

	access, _ = manual() // wrong codes count across sessions
	update().do("micro_deposit", object{"code": "1"}).do("exit", nil)
	l = update().do("micro_deposit", object{"code": "2"}).do("micro_deposit", object{"code": "3"})
	require.Equal(t, "TOO_MANY_VERIFICATION_ATTEMPTS", l.last.text("pane", "error_code"))
	require.Equal(t, "verification_failed", s.good("/accounts/get", object{"access_token": access}).text("accounts", 0, "verification_status"))
	require.Equal(t, "ITEM_ERROR/PRODUCT_NOT_READY", errorKey(s.post("/auth/get", object{"access_token": access})))
}

func TestLinkAutomatedMicroDeposits(t *testing.T) {
	t.Parallel()
	for status, code := range map[string]string{
		"automatically_verified": "AUTH.AUTOMATICALLY_VERIFIED", "verification_expired": "AUTH.VERIFICATION_EXPIRED", "": "AUTH.AUTOMATICALLY_VERIFIED",
	} {
		s := serve(t)
		l := s.link(object{"link_token": s.tokenFor(object{
			"auth": object{"automated_microdeposits_enabled": true}, "webhook": "http://127.0.0.1:1/hook",
		})})
		l.atBank("ins_109512").do("credentials", object{"username": "microdeposits_good", "password": "microdeposits_good"})
		l.do("numbers", numbers("110000000", "1111222233330000")).do("continue", nil)
		account := l.last.text("result", "metadata", "account_id")
		access := s.exchange(l.last.text("result", "public_token"))
		request := object{"access_token": access, "account_id": account, "verification_status": status}
		if status == "" {
			s.advance(24 * time.Hour) // Monday to Tuesday
		} else {
			s.good("/sandbox/item/set_verification_status", request)
			require.Equal(t, 400, s.post("/sandbox/item/set_verification_status", request).Status, "it waits no longer")
		}
		require.Equal(t, []string{code}, s.codes())
		ready := s.post("/auth/get", object{"access_token": access}).Status
		require.Equal(t, map[bool]int{true: 400, false: 200}[status == "verification_expired"], ready)
	}
}

func TestLinkRules(t *testing.T) {
	t.Parallel()
	s := serve(t)
	add := func(rule scenario.Rule) {
		s.in(func(w *world.World) {
			_, err := rules.Add(w, rule)
			require.NoError(t, err)
		})
	}
	add(scenario.Rule{Link: scenario.LinkExit, Then: scenario.Then{Exit: &scenario.Exit{Status: "requires_code"}}})
	add(scenario.Rule{Link: scenario.LinkSuccess, Where: scenario.Where{"account_mask": scenario.Is("1111")}, Then: scenario.Leave("ITEM_LOCKED")})
	add(scenario.Rule{Link: scenario.LinkSuccess, Where: scenario.Where{"account_mask": scenario.Is("0000")}, Then: scenario.Then{
		Omit: []string{"account"}, Patch: scenario.Patch{Set: map[string]any{"/account_id": nil}},
	}})
	walk := func(mask string) *linker {
		l := s.link(object{"link_token": s.tokenFor(nil)})
		l.atBank("ins_109508").login("pass_good")
		return l.do("accounts", object{"account_ids": []string{l.account(mask)}}).do("continue", nil)
	}
	l := walk("0000")
	require.NotContains(t, l.last.at("result", "metadata"), "account")
	require.Contains(t, l.last.at("result", "metadata"), "account_id")
	require.Nil(t, l.last.at("result", "metadata", "account_id"))
	l = walk("1111")
	require.Equal(t, "exit", l.last.text("result", "kind"))
	require.Equal(t, "ITEM_LOCKED", l.last.text("result", "error", "error_code"))
	require.Equal(t, []string{"ERROR", "EXIT"}, l.events[len(l.events)-2:])
	require.Equal(t, "success", walk("9002").last.text("result", "kind"))
	l = s.link(object{"link_token": s.tokenFor(nil)}).do("exit", nil)
	require.Equal(t, "requires_code", l.last.text("result", "metadata", "status"))
	require.Nil(t, l.last.at("result", "error"))
	s.in(func(w *world.World) { require.Len(t, Items(w), 2, "an exit makes no Item") })
}

func TestLinkHosted(t *testing.T) {
	t.Parallel()
	s := serve(t)
	token := s.tokenFor(object{
		"webhook": "http://127.0.0.1:1/hook", "hosted_link": object{"completion_redirect_uri": "https://example.com/done"},
	})
	l := s.link(object{"link_token": token, "mode": "hosted"})
	l.atBank("ins_109508").login("pass_good").rest()
	require.Equal(t, map[string]any{"kind": "redirect", "url": "https://example.com/done"}, l.last.at("result"))
	require.Equal(t, []string{"LINK.ITEM_ADD_RESULT", "LINK.EVENTS", "LINK.SESSION_FINISHED"}, s.codes())
	s.link(object{"link_token": token, "mode": "hosted"})
	s.advance(30 * time.Minute)
	require.Equal(t, []string{"LINK.EVENTS", "LINK.SESSION_FINISHED"}, s.codes()[3:], "who stays away has left")
	got := s.good("/link/token/get", object{"link_token": token})
	require.Len(t, got.at("link_sessions"), 2)
	s.exchange(s.link(object{"link_token": s.tokenFor(nil)}).atBank("ins_109508").login("pass_good").shared())
	s.advance(6 * time.Hour)
	require.Nil(t, s.good("/link/token/get", object{"link_token": token}).at("link_sessions"))
}

// shared comes to the end and returns the public token.
func (l *linker) shared() string {
	l.t.Helper()
	l.rest()
	return l.last.text("result", "public_token")
}
