package sentinel

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/rules"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// TestFacts asks by rules: one that must act and one that must not.
func TestFacts(t *testing.T) {
	t.Parallel()
	create := scenario.Calls("/sentinel/api/v1/ach_relationships")
	in, out := scenario.Calls(depositsPath), scenario.Calls(withdrawalsPath)
	cancel := scenario.Calls("POST /sentinel/api/v1/transfers/achs/{transferId}/cancel")
	cases := []struct {
		call       scenario.Calls
		fact       string
		yes, wrong any
	}{
		{create, "account", "3AP05057", "3AP05058"},
		{create, "routing_number", "011401533", "121000358"},
		{create, "account_mask", "0000", "1111"},
		{create, "institution_id", "ins_109508", "ins_1"},
		{create, "user", "user_good", "user_custom"},
		{create, "approvalMethod", "PLAID_TOKEN", "PLAID"},
		{create, "client_id", "apex_api", "client"},
		{in, "account", "3AP05057", "3AP05058"},
		{in, "amount_cents", 150050, 150051},
		{in, "external_transfer_id", "e-1", "e-2"},
		{in, "direction", "INCOMING", "OUTGOING"},
		{in, "institution_id", "ins_109508", "ins_1"},
		{in, "routing_number", "011401533", "121000358"},
		{out, "direction", "OUTGOING", "INCOMING"},
		{cancel, "direction", "INCOMING", "OUTGOING"},
		{cancel, "amount_cents", 150050, 1},
		{cancel, "external_transfer_id", "e-1", "w-1"},
		{cancel, "account", "3AP05057", "3AP05058"},
		{cancel, "account_mask", "0000", "1111"},
	}
	for _, test := range cases {
		t.Run(string(test.call)+"/"+test.fact, func(t *testing.T) {
			t.Parallel()
			for _, value := range []any{test.yes, test.wrong} {
				s := serve(t, option{rules: []scenario.Rule{{
					Call: test.call, Where: scenario.Where{test.fact: scenario.Is(value)}, Then: scenario.Error("FORBIDDEN"),
				}}})
				acted := factsWalk(s)
				require.Equal(t, value == test.yes, acted, "%s = %v", test.fact, value)
			}
		})
	}
}

// factsWalk walks one path and says whether a rule acted on it.
func factsWalk(s *server) (acted bool) {
	s.logIn("apex_api")
	token, _ := s.processorToken("0000", "apex_clearing")
	try := func(path string, body map[string]any) reply {
		r := s.post(path, body)
		acted = acted || r.Header.Get("Tweed-Rule") != ""
		if r.Status != http.StatusOK {
			require.Equal(s.t, http.StatusForbidden, r.Status, r.Body)
		}
		return r
	}
	id := try(relationshipsPath, ofToken("plaidProcessorToken", token, "PLAID_TOKEN")).text("id")
	if acted {
		return true
	}
	transfer := try(depositsPath, deposit(id, "e-1", "1500.50")).text("transferId")
	try(withdrawalsPath, with(deposit(id, "w-1", 1), map[string]any{"disbursementType": "PARTIAL_BALANCE"}))
	if transfer != "" {
		try(transfersPath+transfer+"/cancel", map[string]any{"comment": "c"})
	}
	return acted
}

// TestForcedErrors has rows of other vendors answered in Sentinel's form.
func TestForcedErrors(t *testing.T) {
	t.Parallel()
	s := serve(t, option{rules: []scenario.Rule{
		{Call: depositsPath, Then: scenario.Error("SERVER_ERROR"), Times: 1},
		{Call: withdrawalsPath, Then: scenario.Error("ITEM_LOGIN_REQUIRED"), Times: 1},
	}})
	s.logIn("apex_api")
	id := s.approvedRelationship()
	r := s.post(depositsPath, deposit(id, "e", 1))
	require.Equal(t, http.StatusInternalServerError, r.Status)
	require.JSONEq(t, `{"error":"server error","message":null}`, r.Body)
	r = s.post(withdrawalsPath, with(deposit(id, "w", 1), map[string]any{"disbursementType": "PARTIAL_BALANCE"}))
	require.Equal(t, http.StatusBadRequest, r.Status)
	require.Equal(t, "ITEM_LOGIN_REQUIRED", r.text("error"))
	s.good(depositsPath, deposit(id, "e", 1))
}

// TestFactsOfOneCall asks about single calls: of the form without a token, of the login, of a path with an account.
func TestFactsOfOneCall(t *testing.T) {
	t.Parallel()
	token := scenario.Calls("POST /legit/api/v1/cc/token")
	cases := []struct {
		call scenario.Calls
		fact string
		want any
		send func(s *server) reply
	}{
		{token, "client_id", "apex_api", func(s *server) reply {
			return s.post("/legit/api/v1/cc/token", map[string]any{"jws": alpaca("apex_api", "correspondent.X", "s")})
		}},
		{relationshipsPath, "routing_number", "121000358", func(s *server) reply {
			return s.post(relationshipsPath, sevenFields())
		}},
		{relationshipsPath, "account_mask", "6789", func(s *server) reply {
			return s.post(relationshipsPath, sevenFields())
		}},
		{"GET /sentinel/api/v2/ach_relationships", "account", "3AP05057", func(s *server) reply {
			return s.get("/sentinel/api/v2/ach_relationships?account=3AP05057")
		}},
		{"/sentinel/api/v1/amount_available/{account}", "account", "3AP05057", func(s *server) reply {
			return s.get("/sentinel/api/v1/amount_available/3AP05057")
		}},
	}
	for _, test := range cases {
		t.Run(string(test.call)+"/"+test.fact, func(t *testing.T) {
			t.Parallel()
			s := serve(t, option{})
			s.logIn("apex_api")
			s.in("default", func(w *world.World) {
				_, err := rules.Add(w, scenario.Rule{
					Call: test.call, Where: scenario.Where{test.fact: scenario.Is(test.want)}, Then: scenario.Error("SERVER_ERROR"),
				})
				require.NoError(t, err)
			})
			require.Equal(t, http.StatusInternalServerError, test.send(s).Status)
		})
	}
}
