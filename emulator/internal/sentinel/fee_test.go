package sentinel

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestFees: a deposit costs 0.50, a withdrawal 1.50 and 20; each is taken when it posts.
func TestFees(t *testing.T) {
	t.Parallel()
	s := serve(t, option{settings: Settings{Assume: map[string]string{
		"withdrawal_fee": "ACH_FEE 1.50, RUSH 20", "deposit_fee": "DEPOSIT_FEE 0.50",
	}}})
	s.logIn("apex_api")
	id := s.approvedRelationship()
	available := func() reply { return s.get(availablePath + "3AP05057") }
	out := func(external, kind string, amount any) map[string]any {
		return with(deposit(id, external, amount), map[string]any{"disbursementType": kind})
	}
	r := s.good(depositsPath, deposit(id, "d", 300))
	require.Equal(t, json.Number("300"), r.Fields["amount"])
	require.Equal(t, []any{map[string]any{
		"type": "DEPOSIT_FEE", "customerDebitAmount": json.Number("0.50"), "firmCreditAmount": json.Number("0.50"),
		"correspondentNetAmount": json.Number("0"),
	}}, r.Fields["fees"])
	s.good(simulationPath+r.text("transferId")+"/approve", nil)
	require.Equal(t, json.Number("0"), available().Fields["unAdjustedTotal"])
	s.advance(5 * time.Hour)
	require.Equal(t, json.Number("-0.50"), available().Fields["unAdjustedTotal"])
	s.advance(19 * time.Hour)
	s.logIn("apex_api")
	require.Equal(t, json.Number("299.50"), available().Fields["unAdjustedTotal"])

	first := s.approved(withdrawalsPath, out("w-1", "PARTIAL_BALANCE", 100))
	r = available()
	require.Equal(t, json.Number("178"), r.Fields["total"], "299.50 less 121.50")
	require.Equal(t, json.Number("121.50"), r.Fields["totalDisbursements"])
	one := r.Fields["disbursements"].([]any)[0].(map[string]any)
	require.Equal(t, json.Number("100"), one["requestedAmount"])
	require.Equal(t, json.Number("21.50"), one["feeAmount"])
	require.Equal(t, json.Number("121.50"), one["totalCustomerDebitAmount"])
	r = s.good(withdrawalsPath, out("w-2", "FULL_BALANCE", nil))
	require.Equal(t, json.Number("156.50"), r.Fields["amount"], "it leaves room for its own fee")
	require.Equal(t, json.Number("0"), available().Fields["total"])
	require.Len(t, r.Fields["fees"], 2)
	require.Equal(t, r.Fields["fees"], s.get(listPath + "/" + r.text("transferId")).Fields["fees"])
	s.good(transfersPath+r.text("transferId")+"/cancel", nil)
	s.good(withdrawalsPath, out("w-3", "PARTIAL_BALANCE", 156))
	require.Contains(t, s.refused(withdrawalsPath, http.StatusBadRequest, out("w-4", "FULL_BALANCE", nil)),
		"has no more than the fee of 21.50", "0.50 is left")

	s.advance(10 * time.Hour)
	require.Equal(t, "SENT_TO_BANK", s.get(transfersPath+first).text("state"))
	require.Equal(t, json.Number("178"), available().Fields["unAdjustedTotal"])
	s.good(simulationPath+first+"/return", nil)
	require.Equal(t, json.Number("299.50"), available().Fields["unAdjustedTotal"], "the fee comes back, too")
	require.Equal(t, json.Number("100"), s.get(transfersPath + first).Fields["amount"])
}

// TestFeeOfAll: a full balance that the fee takes up is refused.
func TestFeeOfAll(t *testing.T) {
	t.Parallel()
	s := serve(t, option{settings: Settings{Assume: map[string]string{"withdrawal_fee": "ACH_FEE 25"}}})
	s.logIn("apex_api")
	id := s.approvedRelationship()
	s.approved(depositsPath, deposit(id, "d", 25))
	s.advance(24 * time.Hour)
	s.logIn("apex_api")
	full := map[string]any{"achRelationshipId": id, "externalTransferId": "w", "disbursementType": "FULL_BALANCE"}
	require.Equal(t, "validation failed: disbursementType asks for the full balance, and account 3AP05057 has no more than "+
		"the fee of 25", s.refused(withdrawalsPath, http.StatusBadRequest, full))
	s.approved(depositsPath, deposit(id, "d-2", "0.01"))
	s.advance(24 * time.Hour)
	s.logIn("apex_api")
	require.Equal(t, json.Number("0.01"), s.good(withdrawalsPath, full).Fields["amount"])
}
