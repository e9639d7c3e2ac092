package plaid

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// linker is Link as its dialog drives it.
type linker struct {
	*tester
	session string
	last    reply
	events  []string // names; of views "VIEW:name"
	told    []string // the events as JSON
}

// tokenFor makes a link token; fields replace or join the usual ones.
func (s *tester) tokenFor(more object) string {
	s.t.Helper()
	return s.linkToken(more).text("link_token")
}

// link opens Link.
func (s *tester) link(body object) *linker {
	s.t.Helper()
	l := &linker{tester: s}
	other := *s
	other.keys = object{}
	l.take(other.post(linkPrefix+"open", body))
	l.session = l.last.text("link_session_id")
	return l
}

// do does an action with fields.
func (l *linker) do(action string, fields object) *linker {
	l.t.Helper()
	body := object{"link_session_id": l.session, "action": action}
	for name, value := range fields {
		body[name] = value
	}
	other := *l.tester
	other.keys = object{}
	l.take(other.post(linkPrefix+"step", body))
	return l
}

func (l *linker) take(r reply) {
	l.t.Helper()
	require.Equal(l.t, 200, r.Status, r.Body)
	l.last = r
	for n := range r.at("events").([]any) {
		name := r.text("events", n, "name")
		if view := r.text("events", n, "metadata", "view_name"); view != "" {
			name = "VIEW:" + view
		}
		l.events = append(l.events, name)
		text, err := json.Marshal(r.at("events", n))
		require.NoError(l.t, err)
		l.told = append(l.told, string(text))
	}
}

// toAccounts goes as far as the choice of accounts.
func (l *linker) toAccounts(institution, user, password string) *linker {
	l.t.Helper()
	l.do("continue", nil).do("institution", object{"institution_id": institution})
	return l.do("credentials", object{"username": user, "password": password})
}

// account is the id of the account with a mask on the pane.
func (l *linker) account(mask string) string {
	l.t.Helper()
	for n := range l.last.at("pane", "accounts").([]any) {
		if l.last.text("pane", "accounts", n, "mask") == mask {
			return l.last.text("pane", "accounts", n, "account_id")
		}
	}
	require.Fail(l.t, "no account has the mask "+mask)
	return ""
}

func (l *linker) pane() string { return l.last.text("pane", "name") }

func TestLinkSuccess(t *testing.T) {
	t.Parallel()
	s := serve(t)
	l := s.link(object{"link_token": s.tokenFor(nil)})
	require.Equal(t, "consent", l.pane())
	require.Equal(t, "institution", l.do("continue", nil).pane())
	require.Equal(t, "institution", l.do("search", object{"query": "platypus"}).pane())
	require.Equal(t, "credentials", l.do("institution", object{"institution_id": "ins_109508"}).pane())
	require.Equal(t, "accounts", l.do("credentials", object{"username": "user_good", "password": "pass_good"}).pane())
	id := l.last.text("pane", "accounts", 0, "account_id")
	require.Equal(t, "connected", l.do("accounts", object{"account_ids": []string{id}}).pane())
	l.do("continue", nil)
	require.Equal(t, "success", l.last.text("result", "kind"), l.last.Body)
	require.Equal(t, []string{
		"OPEN", "VIEW:CONSENT", "VIEW:SELECT_INSTITUTION", "SEARCH_INSTITUTION", "SELECT_INSTITUTION", "VIEW:CREDENTIAL",
		"SUBMIT_CREDENTIALS", "VIEW:LOADING", "VIEW:SELECT_ACCOUNT", "VIEW:LOADING", "VIEW:CONNECTED", "HANDOFF",
	}, l.events)
	access := s.exchange(l.last.text("result", "public_token"))
	got := s.good("/accounts/get", object{"access_token": access})
	require.Len(t, got.at("accounts"), 1)
	require.Equal(t, id, got.text("accounts", 0, "account_id"))
}
