package plaid

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

// road is one way through Link, from the login on or from its own start.
type road struct {
	name string
	open object // instead of a link token for auth
	ask  object // of the link token
	walk func(l *linker)
}

// at First Platypus Bank, as far as the credentials.
func (l *linker) atBank(institution string) *linker {
	l.t.Helper()
	return l.do("continue", nil).do("institution", object{"institution_id": institution})
}

func (l *linker) login(password string) *linker {
	l.t.Helper()
	return l.do("credentials", object{"username": "user_good", "password": password})
}

// rest shares the checking account and comes to the end.
func (l *linker) rest() {
	l.t.Helper()
	l.do("accounts", object{"account_ids": []string{l.account("0000")}}).do("continue", nil)
}

func (l *linker) bank(decision string) *linker {
	l.t.Helper()
	other := *l.tester
	other.keys = object{}
	r := other.post(linkPrefix+"oauth", object{"oauth_state_id": l.last.text("pane", "oauth_state_id"), "decision": decision})
	require.Equal(l.t, 200, r.Status, r.Body)
	return l.do("oauth", nil)
}

var sameDay = object{"auth": object{"same_day_microdeposits_enabled": true, "instant_microdeposits_enabled": true}}

func numbers(routing, account string) object {
	return object{
		"routing": routing, "account": account, "account_again": account, "subtype": "checking", "name": "Alberta Charleson",
	}
}

// roads are all kinds of ways through Link.
var roads = []road{
	{name: "success", walk: func(l *linker) { l.atBank("ins_109508").login("pass_good").rest() }},
	{name: "search", walk: func(l *linker) {
		l.do("continue", nil).do("search", object{"query": "platypus"}).do("institution", object{"institution_id": "ins_109508"})
		l.login("pass_good").rest()
	}},
	{name: "wrong password, then right", walk: func(l *linker) { l.atBank("ins_109508").login("wrong").login("pass_good").rest() }},
	{name: "too many wrong passwords", walk: func(l *linker) {
		l.atBank("ins_109508").login("a").login("b").login("c").login("d").login("e")
	}},
	{name: "device", walk: func(l *linker) {
		l.atBank("ins_109508").login("mfa_device").do("mfa", object{"responses": []string{"1"}})
		l.do("mfa", object{"responses": []string{"0000"}}).do("mfa", object{"responses": []string{"1234"}}).rest()
	}},
	{name: "questions", walk: func(l *linker) {
		l.atBank("ins_109508").login("mfa_questions_2_1").do("mfa", object{"responses": []string{"answer_0_0"}})
		l.do("mfa", object{"responses": []string{"answer_1_0"}}).rest()
	}},
	{name: "selections", walk: func(l *linker) {
		l.atBank("ins_109508").login("mfa_selections").do("mfa", object{"responses": []string{"tomato", "ketchup"}}).rest()
	}},
	{name: "recaptcha good", walk: func(l *linker) { l.atBank("ins_109508").login(`{"recaptcha":"good"}`).rest() }},
	{name: "recaptcha bad", walk: func(l *linker) { l.atBank("ins_109508").login(`{"recaptcha":"bad"}`).do("exit", nil) }},
	{name: "error, retry, success", walk: func(l *linker) {
		l.atBank("ins_109508").login("error_ITEM_LOCKED").do("continue", nil).login("pass_good").rest()
	}},
	{name: "error, exit", walk: func(l *linker) { l.atBank("ins_109508").login("error_INSTITUTION_NOT_RESPONDING").do("exit", nil) }},
	{name: "error INVALID_LINK_TOKEN", walk: func(l *linker) { l.atBank("ins_109508").login("error_INVALID_LINK_TOKEN") }},
	{name: "institution down", walk: func(l *linker) { l.atBank("ins_132361").do("exit", nil) }},
	{name: "institution degraded", walk: func(l *linker) { l.atBank("ins_132363").login("pass_good").rest() }},
	{name: "institution not supported", walk: func(l *linker) { l.atBank("ins_133402").do("continue", nil).do("exit", nil) }},
	{name: "institution not found", walk: func(l *linker) { l.do("continue", nil).do("search", object{"query": "zzz"}).do("exit", nil) }},
	{name: "exit at once", walk: func(l *linker) { l.do("exit", nil) }},
	{name: "exit at the credentials", walk: func(l *linker) { l.atBank("ins_109508").do("exit", nil) }},
	{name: "exit at the accounts", walk: func(l *linker) { l.atBank("ins_109508").login("pass_good").do("exit", nil) }},
	{name: "exit at the end", walk: func(l *linker) {
		l.atBank("ins_109508").login("pass_good").do("accounts", object{"account_ids": []string{l.account("1111")}}).do("exit", nil)
	}},
	{name: "back to the institutions", walk: func(l *linker) {
		l.atBank("ins_109508").do("back", nil).do("institution", object{"institution_id": "ins_3"}).do("exit", nil)
	}},
	{name: "oauth", walk: func(l *linker) { l.atBank("ins_127287").do("oauth", nil).bank("approve").do("continue", nil) }},
	{name: "oauth denied", walk: func(l *linker) { l.atBank("ins_127287").bank("deny").do("exit", nil) }},
	{name: "oauth fails", walk: func(l *linker) { l.atBank("ins_127287").bank("error").do("continue", nil).do("exit", nil) }},
	{name: "same-day micro-deposits", ask: sameDay, walk: func(l *linker) {
		l.do("continue", nil).do("manual", nil).do("numbers", numbers("123", "1")).do("numbers", numbers("110000000", "1111222233330000")).do("continue", nil)
	}},
	{name: "instant micro-deposits", ask: sameDay, walk: func(l *linker) {
		l.do("continue", nil).do("manual", nil).do("numbers", numbers("333333334", "1111222233330000"))
		l.do("micro_deposit", object{"code": "XYZ"}).do("micro_deposit", object{"code": "ABC"}).do("continue", nil)
	}},
	{name: "automated micro-deposits", ask: object{"auth": object{"automated_microdeposits_enabled": true}}, walk: func(l *linker) {
		l.atBank("ins_109512").do("credentials", object{"username": "microdeposits_good", "password": "microdeposits_good"})
		l.do("numbers", numbers("110000000", "1111222233330000")).do("continue", nil)
	}},
	{name: "no account fits", ask: object{"account_filters": object{"credit": object{"account_subtypes": []string{"all"}}}}, walk: func(l *linker) {
		l.atBank("ins_109508").login("pass_good").do("exit", nil)
	}},
	{name: "single account", ask: object{"link_customization_name": "single"}, walk: func(l *linker) { l.atBank("ins_109508").login("pass_good").rest() }},
	{name: "key, selectAccount", open: object{
		"key": "any", "product": []string{"auth"}, "client_name": "App", "select_account": true, "institution_id": "ins_1",
	}, walk: func(l *linker) { l.login("pass_good").rest() }},
	{name: "key, no selectAccount", open: object{
		"key": "any", "product": []string{"auth"}, "client_name": "App", "institution_id": "ins_1",
	}, walk: func(l *linker) { l.login("pass_good").do("continue", nil) }},
	{name: "unknown link token", open: object{"link_token": "link-sandbox-x"}, walk: func(*linker) {}},
	{name: "look at every pane", walk: func(l *linker) {
		l.do("look", nil).do("continue", nil).do("look", nil).do("institution", object{"institution_id": "ins_109508"}).do("look", nil)
		l.login("pass_good").do("look", nil).rest()
		l.do("look", nil)
	}},
}

// story walks all roads in a fresh server, and writes what the page was told, with the ids as
// they are.
func story(t *testing.T, seed uint64) string {
	t.Helper()
	s := serveSeed(t, seed)
	var out strings.Builder
	for _, r := range roads {
		open := r.open
		if open == nil {
			open = object{"link_token": s.tokenFor(r.ask)}
		}
		l := s.link(open)
		r.walk(l)
		require.NotNil(t, l.last.at("result"), "%s: %s", r.name, l.last.Body)
		fmt.Fprintf(&out, "== %s\n%s\n%s\n", r.name, strings.Join(l.told, "\n"), shownResult(t, l.last.at("result")))
	}
	return out.String()
}

func TestLinkRoads(t *testing.T) {
	t.Parallel()
	golden := filepath.Join("testdata", "link-roads.txt")
	got := story(t, 1)
	require.Equal(t, got, story(t, 1), "the same seed, calls and times make the same bytes")
	require.NotEqual(t, got, story(t, 2))
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// TestLinkActions gives every action to every pane: it is done, or refused with the list of
// what the pane takes; the session stays as it is then.
func TestLinkActions(t *testing.T) {
	t.Parallel()
	takes := map[string][]string{
		"consent": {"continue"}, "institution": {"back", "institution", "manual", "search"},
		"credentials": {"back", "credentials"}, "mfa": {"back", "mfa"}, "accounts": {"accounts"},
		"numbers": {"back", "numbers"}, "micro_deposit": {"micro_deposit"}, "oauth": {"back", "oauth"},
		"error": {"continue"}, "connected": {"continue"},
	}
	reach := map[string]func(l *linker){
		"consent": func(*linker) {}, "institution": func(l *linker) { l.do("continue", nil) },
		"credentials": func(l *linker) { l.atBank("ins_109508") }, "mfa": func(l *linker) { l.atBank("ins_109508").login("mfa_device") },
		"accounts": func(l *linker) { l.atBank("ins_109508").login("pass_good") },
		"numbers":  func(l *linker) { l.do("continue", nil).do("manual", nil) },
		"micro_deposit": func(l *linker) {
			l.do("continue", nil).do("manual", nil).do("numbers", numbers("333333334", "1111222233330000"))
		},
		"oauth": func(l *linker) { l.atBank("ins_127287") }, "error": func(l *linker) { l.atBank("ins_132361") },
		"connected": func(l *linker) { l.atBank("ins_127287").bank("approve") },
	}
	var actions []string
	for _, all := range takes {
		actions = append(actions, all...)
	}
	actions = append(actions, "", "nonsense")
	slices.Sort(actions)
	actions = slices.Compact(actions)
	for pane, taken := range takes {
		t.Run(pane, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			l := s.link(object{"link_token": s.tokenFor(sameDay)})
			reach[pane](l)
			require.Equal(t, pane, l.pane())
			quiet := *s
			quiet.keys = object{}
			for _, action := range actions {
				if slices.Contains(taken, action) {
					continue
				}
				quiet.refused(linkPrefix+"step", object{"link_session_id": l.session, "action": action}, wrong{
					key: "INVALID_REQUEST/INVALID_FIELD",
					message: fmt.Sprintf("action %q is not one of the pane %s, which takes %s, exit, look",
						action, pane, strings.Join(taken, ", ")),
				})
			}
			shown := l.last.at("pane")
			for range 2 {
				require.Equal(t, shown, l.do("look", nil).last.at("pane"), "it changes nothing")
				require.Empty(t, l.last.at("events"))
				require.Nil(t, l.last.at("result"))
			}
			l.do("exit", nil)
			require.NotNil(t, l.last.at("result"))
			before := l.last.at("result")
			require.Equal(t, before, l.do("look", nil).last.at("result"), "it shows its result again")
			require.Equal(t, before, l.do("continue", nil).last.at("result"), "it shows its result again")
			require.Empty(t, l.last.at("events"))
		})
	}
}

func TestLinkExpires(t *testing.T) {
	t.Parallel()
	s := serve(t)
	l := s.link(object{"link_token": s.tokenFor(nil)})
	l.atBank("ins_109508")
	s.advance(30*time.Minute - time.Second)
	require.Equal(t, "accounts", l.login("pass_good").pane())
	s.advance(time.Second)
	require.Equal(t, "accounts", l.do("look", nil).pane(), "looking ends nothing")
	l.do("accounts", object{"account_ids": []string{l.account("0000")}})
	require.Equal(t, "INVALID_LINK_TOKEN", l.last.text("result", "error", "error_code"))
	require.Equal(t, "requires_account_selection", l.last.text("result", "metadata", "status"))
	token := s.tokenFor(nil)
	s.advance(4 * time.Hour)
	l = s.link(object{"link_token": token})
	require.Equal(t, "INVALID_LINK_TOKEN", l.last.text("result", "error", "error_code"))
}

// TestLinkAccountsEverywhere: what the user has not chosen is in no product's answer.
func TestLinkAccountsEverywhere(t *testing.T) {
	t.Parallel()
	s := serve(t)
	l := s.link(object{"link_token": s.tokenFor(object{"products": []string{"transactions"}})})
	l.atBank("ins_109508").login("pass_good").rest()
	chosen := l.last.text("result", "metadata", "account_id")
	access := s.exchange(l.last.text("result", "public_token"))
	for _, path := range []string{
		"/accounts/get", "/accounts/balance/get", "/auth/get", "/identity/get", "/transactions/get",
	} {
		body := object{"access_token": access}
		if path == "/transactions/get" {
			s.advance(time.Hour)
			body["start_date"], body["end_date"] = "2025-01-01", "2026-01-05"
		}
		r := s.good(path, body)
		require.Len(t, r.at("accounts"), 1, path)
		require.Equal(t, chosen, r.text("accounts", 0, "account_id"), path)
		list, _ := r.at("transactions").([]any)
		for n := range list {
			require.Equal(t, chosen, r.text("transactions", n, "account_id"), path)
		}
	}
	require.Equal(t, "ITEM_ERROR/NO_LIABILITY_ACCOUNTS", errorKey(s.post("/liabilities/get", object{"access_token": access})))
	other := s.link(object{"link_token": s.tokenFor(nil)})
	other.atBank("ins_109508").login("pass_good")
	stranger := other.account("0000")
	require.Equal(t, "INVALID_INPUT/INVALID_ACCOUNT_ID", errorKey(s.post("/processor/token/create", object{
		"access_token": access, "account_id": stranger, "processor": "apex_clearing",
	})))
	s.in(func(w *world.World) {
		for _, view := range Items(w) {
			require.Len(t, view.Accounts, 1)
		}
	})
}

// shownResult writes a result as indented JSON.
func shownResult(t *testing.T, result any) string {
	t.Helper()
	text, err := json.MarshalIndent(result, "", " ")
	require.NoError(t, err)
	return string(text)
}

func errorKey(r reply) string { return r.text("error_type") + "/" + r.text("error_code") }
