package sentinel

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

// approved makes a transfer and approves it.
func (s *server) approved(path string, body map[string]any) string {
	s.t.Helper()
	id := s.good(path, body).text("transferId")
	s.good(simulationPath+id+"/approve", nil)
	return id
}

func TestSimulateReturn(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	relationship := s.approvedRelationship()
	out := with(deposit(relationship, "w", 20), map[string]any{"disbursementType": "PARTIAL_BALANCE"})
	first := s.approved(depositsPath, deposit(relationship, "d-1", 100))
	second := s.approved(depositsPath, deposit(relationship, "d-2", 100))
	withdrawal := s.approved(withdrawalsPath, out)
	early := s.refused(simulationPath+first+"/return", http.StatusBadRequest, map[string]any{"cancelRelationship": true})
	require.Contains(t, early, "is APPROVED and cannot be returned")
	require.Equal(t, "APPROVED", s.get(relationshipsPath+"/"+relationship).text("status"), "a refusal changes nothing")
	require.NotContains(t, s.get(transfersPath+first).Body, "returnCode")

	s.advance(10 * time.Hour) // 19:30 in New York
	r := s.good(simulationPath+first+"/return", nil)
	require.JSONEq(t, `{"transferId":"20260105000001","externalTransferId":"d-1","mechanism":"ACH","direction":"INCOMING",
		"state":"RETURNED","rejectReason":null,"returnCode":"R01"}`, r.Body)
	r = s.good(simulationPath+withdrawal+"/return", map[string]any{"cancelRelationship": false})
	require.Equal(t, "R03", r.text("returnCode"), "no bank says of a credit that funds are insufficient")
	require.Equal(t, "APPROVED", s.get(relationshipsPath+"/"+relationship).text("status"))

	s.advance(24 * time.Hour)
	s.logIn("apex_api")
	require.Equal(t, "RETURNED", s.get(transfersPath+first).text("state"), "it does not complete any more")
	require.Equal(t, "R01", s.get(transfersPath+first).text("returnCode"))
	require.Equal(t, "COMPLETE", s.get(transfersPath+second).text("state"))
	s.good(simulationPath+second+"/return", map[string]any{"cancelRelationship": true})
	canceled := s.get(relationshipsPath + "/" + relationship)
	require.Equal(t, "CANCELED", canceled.text("status"))
	require.Nil(t, canceled.object("cancellation")["reason"])
	require.Contains(t, s.refused(simulationPath+second+"/return", http.StatusBadRequest, nil), "is RETURNED")
	require.Equal(t, http.StatusNotFound, s.post(simulationPath+"x/return", nil).Status)
	s.refused(simulationPath+second+"/return", http.StatusBadRequest, map[string]any{"cancelRelationship": "yes"})
}

// TestReturnAfterCancel: a relationship that is over keeps its own cancellation.
func TestReturnAfterCancel(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	relationship := s.approvedRelationship()
	in := s.approved(depositsPath, deposit(relationship, "d", 1))
	s.advance(10 * time.Hour)
	canceled := s.good(relationshipsPath+"/"+relationship+"/cancel", map[string]any{"comment": "by the customer"})
	s.advance(time.Hour)
	r := s.good(simulationPath+in+"/return", map[string]any{"cancelRelationship": true})
	require.Equal(t, "RETURNED", r.text("state"))
	require.Equal(t, canceled.Body, s.get(relationshipsPath+"/"+relationship).Body)
}

func TestReturnCodeAssumed(t *testing.T) {
	t.Parallel()
	s := serve(t, option{settings: Settings{Assume: map[string]string{"return_code": "R10"}}})
	s.logIn("apex_api")
	relationship := s.approvedRelationship()
	in := s.approved(depositsPath, deposit(relationship, "d", 1))
	s.advance(10 * time.Hour)
	require.Equal(t, "R10", s.good(simulationPath+in+"/return", nil).text("returnCode"))
}

func TestSimulateNOC(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	relationship := s.approvedRelationship()
	id := s.good(depositsPath, deposit(relationship, "d", 100)).text("transferId")
	noc := simulationPath + id + "/noc"
	bank := func() [3]string {
		r := s.get(relationshipsPath + "/" + relationship)
		require.Equal(t, "APPROVED", r.text("status"))
		return [3]string{r.text("bankAccount"), r.text("bankRoutingNumber"), r.text("bankAccountType")}
	}
	old := [3]string{"********6789", "121000358", "CHECKING"}
	require.Equal(t, "PENDING", s.good(noc, nil).text("state"))
	s.good(noc, map[string]any{"newAccountNumber": "", "newRoutingNumber": "", "newBankAccountType": ""})
	s.good(noc, map[string]any{"newAccountNumber": nil, "newRoutingNumber": nil, "newBankAccountType": nil})
	require.Equal(t, old, bank())
	s.good(noc, map[string]any{"newAccountNumber": "", "newRoutingNumber": "", "newBankAccountType": "SAVINGS"})
	require.Equal(t, [3]string{"********6789", "121000358", "SAVINGS"}, bank())
	s.good(noc, map[string]any{"newAccountNumber": "99998888", "newRoutingNumber": "011401533"})
	require.Equal(t, [3]string{"********8888", "011401533", "SAVINGS"}, bank())
	for _, no := range []map[string]any{
		{"newRoutingNumber": "121000359"},
		{"newRoutingNumber": "12100035"},
		{"newAccountNumber": "123456789012345678"},
		{"newBankAccountType": "LOAN"},
		{"newAccountNumber": 1, "newBankAccountType": "CHECKING"},
	} {
		require.Contains(t, s.refused(noc, http.StatusBadRequest, no), "validation failed", no)
	}
	require.Equal(t, [3]string{"********8888", "011401533", "SAVINGS"}, bank())
	require.Equal(t, http.StatusNotFound, s.post(simulationPath+"x/noc", nil).Status)
}

func TestChangeCode(t *testing.T) {
	t.Parallel()
	for want, parts := range map[string][3]bool{
		"": {}, "C01": {true, false, false}, "C02": {false, true, false}, "C03": {true, true, false},
		"C05": {false, false, true}, "C06": {true, false, true}, "C07": {true, true, true},
	} {
		require.Equal(t, want, changeCode(parts[0], parts[1], parts[2]))
	}
	require.Equal(t, "C07", changeCode(false, true, true))
}

// TestBalanceCheck: the available balance of the account 0000 is 100 dollars, of 9999 none is told.
func TestBalanceCheck(t *testing.T) {
	t.Parallel()
	on := Settings{Assume: map[string]string{"balance_check": "on", "auto_approve": "all"}}
	for _, test := range []struct {
		name     string
		settings Settings
		amount   string
		want     string
	}{
		{"as much as there is", on, "100.00", "APPROVED"},
		{"a cent more", on, "100.01", "REJECTED"},
		{"not assumed", Settings{}, "100.01", "PENDING"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, option{settings: test.settings})
			s.logIn("apex_api")
			token, access := s.processorToken("0000", "apex_clearing")
			id := s.good(relationshipsPath, ofToken("plaidProcessorToken", token, "PLAID_TOKEN")).text("id")
			r := s.good(depositsPath, deposit(id, "d", test.amount))
			require.Equal(t, test.want, r.text("state"))
			if test.want == "REJECTED" {
				require.Equal(t, "NSF", r.text("rejectReason"))
				require.Equal(t, r.Body, s.get(transfersPath+r.text("transferId")).Body)
			}
			out := with(deposit(id, "w", 5000), map[string]any{"disbursementType": "PARTIAL_BALANCE"})
			require.NotEqual(t, "REJECTED", s.good(withdrawalsPath, out).text("state"), "only deposits are checked")
			s.permit(token, "auth")
			require.NotEqual(t, "REJECTED", s.good(depositsPath, deposit(id, "d-1", 5000)).text("state"),
				"a balance that may not be read rejects nothing")
			s.permit(token, "balance")
			require.Equal(t, test.settings.Assume != nil,
				s.good(depositsPath, deposit(id, "d-0", 5000)).text("state") == "REJECTED", "auth was needed once")
			s.permit(token)
			s.good("/item/remove", with(keys, map[string]any{"access_token": access}))
			require.NotEqual(t, "REJECTED", s.good(depositsPath, deposit(id, "d-2", 5000)).text("state"),
				"a balance that cannot be read rejects nothing")
			plain := s.approvedRelationship()
			require.NotEqual(t, "REJECTED", s.good(depositsPath, deposit(plain, "d-3", 5000)).text("state"), "without a token")
		})
	}
}

func TestIRADetails(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	id := s.approvedRelationship()
	half := map[string]any{"valueType": "PERCENTAGE", "value": "12.5"}
	n := 0
	send := func(path string, ira any) reply {
		n++
		body := with(deposit(id, string(rune('a'+n)), 10), map[string]any{"iraDetails": ira})
		if path == withdrawalsPath {
			body["disbursementType"] = "PARTIAL_BALANCE"
		}
		return s.post(path, body)
	}
	for _, good := range []map[string]any{
		{},
		{"contributionType": "ROLLOVER_60_DAY", "contributionYear": "2025"},
		{"contributionType": nil, "contributionYear": nil},
	} {
		require.Equal(t, http.StatusOK, send(depositsPath, good).Status, good)
	}
	for _, good := range []map[string]any{
		{"distributionReason": "NORMAL_ROTH_IRA_GREATER_THAN_5_YEARS", "federalTaxWithholding": half, "stateTaxWithholding": nil},
		{
			"distributionReason": "ROLLOVER_TO_IRA", "receivingInstitutionName": "Bank",
			"stateTaxWithholding": map[string]any{"valueType": "FIXED", "value": json.Number("0")},
		},
	} {
		r := send(withdrawalsPath, good)
		require.Equal(t, http.StatusOK, r.Status, r.Body)
		want, err := json.Marshal(good)
		require.NoError(t, err)
		got, err := json.Marshal(r.Fields["iraDetails"])
		require.NoError(t, err)
		require.JSONEq(t, string(want), string(got))
	}
	bad := map[string][]map[string]any{
		depositsPath: {
			{"contributionType": "GIFT"},
			{"contributionType": 1},
			{"contributionYear": 25},
			{"contributionYear": "soon"},
			{"contributionYear": true},
			{"contributionYear": 2025.5},
			{"contributionYear": "1066"},
		},
		withdrawalsPath: {
			{"distributionReason": "FUN"},
			{"federalTaxWithholding": map[string]any{"value": 1}},
			{"federalTaxWithholding": map[string]any{"valueType": "SOME", "value": 1}},
			{"federalTaxWithholding": map[string]any{"valueType": "FIXED"}},
			{"stateTaxWithholding": map[string]any{"valueType": "FIXED", "value": "1.001"}},
			{"stateTaxWithholding": map[string]any{"valueType": "FIXED", "value": -1}},
			{"stateTaxWithholding": map[string]any{"valueType": "PERCENTAGE", "value": 100.5}},
			{"stateTaxWithholding": map[string]any{"valueType": "PERCENTAGE", "value": "."}},
			{"stateTaxWithholding": "half"},
		},
	}
	for path, all := range bad {
		for _, ira := range all {
			r := send(path, ira)
			require.Equal(t, http.StatusBadRequest, r.Status, "%v: %s", ira, r.Body)
			require.Contains(t, r.text("message"), "iraDetails", ira)
		}
		require.Equal(t, http.StatusBadRequest, send(path, "all").Status)
	}
	s.in("default", func(w *world.World) { require.Len(t, Transfers(w), 5) })
}
