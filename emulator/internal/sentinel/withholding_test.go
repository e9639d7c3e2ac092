package sentinel

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// keep is a withholding of iraDetails.
func keep(kind, value string) map[string]any {
	return map[string]any{"valueType": kind, "value": value}
}

func TestWithholding(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	id := s.approvedRelationship()
	for n, test := range []struct {
		amount, federal, state string // the kind of each is its first letter
		want                   string // "" where nothing is left
	}{
		{"1000", "P10", "F25.50", "874.50"},
		{"1000", "P0", "F0", "1000"},
		{"0.01", "P49.99", "P49.99", "0.01"},
		{"0.01", "P50", "F0", ""}, // half a cent goes up
		{"0.03", "P50", "F0", "0.01"},
		{"0.05", "P50", "P10", "0.01"}, // 2.5 and 0.5 cents, each rounded
		{"100", "P33.333", "P0.005", "66.66"},
		{"33.33", "P33.33", "F0", "22.22"},
		{"100", "F60", "F39.99", "0.01"},
		{"100", "F60", "F40", ""},
		{"100", "P60", "P60", ""},
		{"100", "P100", "F0", ""},
		{"99999999.99", "F99999999.99", "F99999999.99", ""},
	} {
		kinds := map[byte]string{'P': "PERCENTAGE", 'F': "FIXED"}
		body := with(deposit(id, fmt.Sprint(n), test.amount), map[string]any{
			"disbursementType": "PARTIAL_BALANCE", "iraDetails": map[string]any{
				"distributionReason":    "NORMAL",
				"federalTaxWithholding": keep(kinds[test.federal[0]], test.federal[1:]),
				"stateTaxWithholding":   keep(kinds[test.state[0]], test.state[1:]),
			},
		})
		if test.want == "" {
			require.Contains(t, s.refused(withdrawalsPath, http.StatusBadRequest, body), "leaves nothing for the bank", test)
			continue
		}
		r := s.good(withdrawalsPath, body)
		require.Equal(t, json.Number(test.want), r.Fields["amount"], test)
		asked, _ := parseCents(test.amount)
		require.Equal(t, dollars(asked), r.Fields["requestedAmount"])
		summary := s.get(listPath + "/" + r.text("transferId"))
		require.Equal(t, r.Fields["amount"], summary.Fields["amount"])
		require.Equal(t, r.Fields["requestedAmount"], summary.Fields["requestedAmount"])
	}
	in := with(deposit(id, "d", "100"), map[string]any{"iraDetails": map[string]any{
		"contributionType": "REGULAR", "federalTaxWithholding": keep("PERCENTAGE", "10"),
	}})
	require.Equal(t, json.Number("100"), s.good(depositsPath, in).Fields["amount"], "a deposit has no withholding")
}

// TestWithholdingOfAll: of the full balance the tax is kept back, too, and a return brings all of it back.
func TestWithholdingOfAll(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	id := s.approvedRelationship()
	s.approved(depositsPath, deposit(id, "d", 200))
	s.advance(24 * time.Hour)
	s.logIn("apex_api")
	out := s.approved(withdrawalsPath, map[string]any{
		"achRelationshipId": id, "externalTransferId": "w", "disbursementType": "FULL_BALANCE",
		"iraDetails": map[string]any{"federalTaxWithholding": keep("PERCENTAGE", "10")},
	})
	cash := func() any { return s.get(availablePath + "3AP05057").Fields["unAdjustedTotal"] }
	require.Equal(t, json.Number("200"), cash())
	s.advance(4 * time.Hour)
	r := s.get(transfersPath + out)
	require.Equal(t, "FUNDS_POSTED", r.text("state"))
	require.Equal(t, json.Number("180"), r.Fields["amount"])
	require.Equal(t, json.Number("200"), r.Fields["requestedAmount"])
	require.Equal(t, json.Number("0"), cash(), "the account pays what was requested")
	one := s.get(availablePath + "3AP05057").Fields["disbursements"].([]any)[0].(map[string]any)
	require.Equal(t, json.Number("200"), one["requestedAmount"])
	require.Equal(t, json.Number("200"), one["totalCustomerDebitAmount"])
	s.advance(20 * time.Hour)
	s.logIn("apex_api")
	require.Equal(t, "COMPLETE", s.get(transfersPath+out).text("state"))
	require.Contains(t, s.get("/ale/api/v1/read/"+topicTransfer+"/APX1?highWaterMark=1").Body, `\"amount\":180,`)
	s.good(simulationPath+out+"/return", nil)
	require.Equal(t, json.Number("200"), cash())
}

// FuzzHalfUp compares with whole numbers.
func FuzzHalfUp(f *testing.F) {
	f.Add(int64(1), int64(2))
	f.Add(int64(249), int64(100))
	f.Fuzz(func(t *testing.T, a, b int64) {
		if a < 0 || b <= 0 || a > 1<<60 || b > 1<<60 {
			return
		}
		n := halfUp(big.NewRat(a, b))
		twice := new(big.Int).Mul(big.NewInt(2), big.NewInt(a)) // 2a/b is from 2n-1 up to below 2n+1
		low := new(big.Int).Mul(big.NewInt(2*n-1), big.NewInt(b))
		high := new(big.Int).Mul(big.NewInt(2*n+1), big.NewInt(b))
		require.True(t, twice.Cmp(low) >= 0 && twice.Cmp(high) < 0, "%d/%d is %d", a, b, n)
	})
}
