package plaid

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzLinkStep: whatever comes as the bodies of a session, and in whatever order a user acts,
// the answer is a view or an error in JSON, and the session is good for the next step.
func FuzzLinkStep(f *testing.F) {
	f.Add([]byte(`{"key":"k"}`), []byte(`{"action":"continue"}`), []byte{0, 1, 2, 3, 4})
	f.Add([]byte(`{"link_token":"x","received_redirect_uri":"%zz?oauth_state_id=1"}`), []byte(`{"action":"numbers","account":"é"}`), []byte{5, 6})
	f.Add([]byte(`{"key":"k@default","token":"public-x","mode":"hosted","account_subtypes":{"a":1}}`), []byte(`{"responses":[1]}`), []byte{9})
	f.Add([]byte(`{}`), []byte(`null`), []byte{0, 1, 7, 3, 8, 0})
	steps := []string{
		`"action":"continue"`, `"action":"institution","institution_id":"ins_109508"`,
		`"action":"credentials","username":"user_good","password":"mfa_device"`, `"action":"mfa","responses":["0"]`,
		`"action":"mfa","responses":["1234"]`, `"action":"search","query":"bank"`, `"action":"back"`,
		`"action":"institution","institution_id":"ins_127287"`, `"action":"oauth"`, `"action":"exit"`,
		`"action":"credentials","username":"user_good","password":"error_ITEM_LOCKED"`, `"action":"manual"`,
		`"action":"look"`,
	}
	f.Fuzz(func(t *testing.T, open, step, order []byte) {
		s := serve(t)
		ask := func(path, body string) reply {
			r := s.raw(http.MethodPost, linkPrefix+path, body, "Content-Type", "application/json")
			require.True(t, json.Valid([]byte(r.Body)), r.Body)
			require.Less(t, r.Status, 500, r.Body)
			return r
		}
		ask("open", string(open))
		ask("step", string(step))
		ask("bank", string(step))
		ask("oauth", string(step))
		session := ask("open", `{"link_token":"`+s.tokenFor(sameDay)+`"}`).text("link_session_id")
		for _, n := range order[:min(len(order), 20)] {
			r := ask("step", `{"link_session_id":"`+session+`",`+steps[int(n)%len(steps)]+`}`)
			if r.Status == http.StatusOK {
				require.True(t, r.at("pane") != nil || r.at("result") != nil, r.Body)
			}
		}
		var body map[string]any
		if json.Unmarshal(step, &body) == nil && body != nil {
			body["link_session_id"] = session
			text, err := json.Marshal(body)
			require.NoError(t, err)
			ask("step", string(text))
		}
		ask("step", `{"link_session_id":"`+session+`","action":"exit"}`)
	})
}
