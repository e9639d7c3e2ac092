package plaid

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// codes are the types and codes of the webhooks that were collected.
func (s *tester) codes() (all []string) {
	s.t.Helper()
	for _, m := range s.outbox() {
		var body object
		require.NoError(s.t, json.Unmarshal(m.Body, &body))
		all = append(all, body["webhook_type"].(string)+"."+body["webhook_code"].(string))
	}
	return all
}

func TestLinkUpdateRepairsLogin(t *testing.T) {
	t.Parallel()
	s := serve(t)
	public := s.good("/sandbox/public_token/create", object{
		"institution_id": "ins_109508", "initial_products": []string{"auth"}, "options": object{"webhook": "http://127.0.0.1:1/hook"},
	}).text("public_token")
	access := s.exchange(public)
	s.good("/sandbox/item/reset_login", object{"access_token": access})
	l := s.link(object{"link_token": s.tokenFor(object{"access_token": access, "products": absent{}})})
	require.Equal(t, true, l.last.at("update_mode"))
	require.Equal(t, "credentials", l.pane())
	l.do("credentials", object{"username": "user_good", "password": "wrong"})
	require.Equal(t, "INVALID_CREDENTIALS", l.last.text("pane", "error", "code"))
	require.Equal(t, "connected", l.do("credentials", object{"username": "user_good", "password": "pass_good"}).pane())
	l.do("continue", nil)
	require.Equal(t, "success", l.last.text("result", "kind"))
	s.good("/accounts/get", object{"access_token": access})
	require.Equal(t, access, s.exchange(l.last.text("result", "public_token")), "the access token has not changed")
	require.Equal(t, []string{"ITEM.ERROR", "ITEM.LOGIN_REPAIRED"}, s.codes())
}

func TestLinkUpdateAddsAccounts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	l := s.link(object{"link_token": s.tokenFor(nil)}).toAccounts("ins_109508", "user_good", "pass_good")
	checking, saving := l.account("0000"), l.account("1111")
	l.do("accounts", object{"account_ids": []string{checking}}).do("continue", nil)
	access := s.exchange(l.last.text("result", "public_token"))
	require.Len(t, s.good("/accounts/get", object{"access_token": access}).at("accounts"), 1)
	l = s.link(object{"link_token": s.tokenFor(object{
		"access_token": access, "update": object{"account_selection_enabled": true},
	})})
	require.Equal(t, "accounts", l.pane())
	require.Equal(t, true, l.last.at("pane", "accounts", 0, "selected"))
	require.Equal(t, false, l.last.at("pane", "accounts", 1, "selected"))
	l.do("accounts", object{"account_ids": []string{saving, checking}}).do("continue", nil)
	require.Equal(t, "success", l.last.text("result", "kind"))
	r := s.good("/auth/get", object{"access_token": access})
	require.Equal(t, []any{checking, saving}, []any{r.text("accounts", 0, "account_id"), r.text("accounts", 1, "account_id")})
	require.Len(t, r.at("accounts"), 2)
}
