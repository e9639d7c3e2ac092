package sentinel

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	listPath      = "/sentinel/api/v1/transfers"
	availablePath = "/sentinel/api/v1/amount_available/"
)

func TestTransferList(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	one := s.approvedRelationship()
	other := s.good(relationshipsPath, with(sevenFields(), map[string]any{"account": "3AP05058"})).text("id")
	first := s.good(depositsPath, deposit(one, "d-1", "10.50")).text("transferId")
	s.good(depositsPath, deposit(other, "d-1", 10))
	s.advance(14*time.Hour + 29*time.Minute) // 23:59 in New York, another day in UTC
	second := s.good(withdrawalsPath,
		with(deposit(one, "w-1", 5), map[string]any{"disbursementType": "PARTIAL_BALANCE"})).text("transferId")
	s.advance(time.Minute)
	third := s.good(depositsPath, deposit(one, "d-2", 7)).text("transferId")
	s.good(simulationPath+third+"/reject", nil)

	r := s.get(listPath + "?account=3AP05057&state=REJECTED")
	require.JSONEq(t, `[{"transferTime":"2026-01-06T05:00:00.000Z","transferId":"20260106000001","mechanism":"ACH",
		"direction":"INCOMING","state":"REJECTED","rejectReason":"OTHER","requestedAmount":7,"amount":7,"fees":[]}]`, r.Body)
	require.JSONEq(t, r.Body, "["+s.get(listPath+"/"+third).Body+"]")

	for query, want := range map[string][]string{
		"":                                  {first, second, third},
		"&direction=INCOMING":               {first, third},
		"&direction=OUTGOING&state=PENDING": {second},
		"&mechanism=ACH":                    {first, second, third},
		"&mechanism=WIRE":                   {},
		"&state=VOID":                       {},
		"&start_date=2026-01-06":            {third},
		"&end_date=2026-01-05":              {first, second},
		"&start_date=2026-01-05&end_date=2026-01-06":                 {first, second, third},
		"&start_date=2026-01-07":                                     {},
		"&start_date=2026-01-05T23:59:00-05:00":                      {second, third},
		"&start_date=2026-01-06T04:59:00+00:00&end_date=2026-01-06":  {second, third},
		"&end_date=2026-01-05T23:59:00":                              {first, second},
		"&start_date=2026-01-05T23:59:00.001-05:00&state=&direction": {third},
	} {
		r := s.get(listPath + "?account=3AP05057" + query)
		require.Equal(t, http.StatusOK, r.Status, r.Body)
		var items []struct{ TransferID string }
		require.NoError(t, json.Unmarshal([]byte(r.Body), &items), r.Body)
		ids := []string{}
		for _, item := range items {
			ids = append(ids, item.TransferID)
		}
		require.Equal(t, want, ids, query)
	}
	require.JSONEq(t, "[]", s.get(listPath+"?account=3AP05059").Body)
	for _, query := range []string{
		"", "?account=", "?account=3AP05057&direction=UP", "?account=3AP05057&mechanism=ach", "?account=3AP05057&state=DONE",
		"?account=3AP05057&start_date=yesterday", "?account=3AP05057&end_date=2026-13-01",
	} {
		r := s.get(listPath + query)
		require.Equal(t, http.StatusBadRequest, r.Status, query)
		require.Contains(t, r.text("message"), "validation failed", query)
	}
	require.Equal(t, http.StatusNotFound, s.get(listPath+"/20260105000099").Status)
}

func TestAmountAvailable(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	const account = "3AP05057"
	nothing := `{"total":0,"unAdjustedTotal":0,"startDayCashAvailable":0,"pendingDebitInterest":0,"pendingDebitDividends":0,
		"includeFullyPaidUnsettledFunds":false,"fullyPaidUnsettledFunds":0,"totalDisbursements":0,"totalDeposits":0,
		"disbursements":[],"recentDeposits":[]}`
	require.JSONEq(t, nothing, s.get(availablePath+account).Body)
	one := s.approvedRelationship()
	out := func(external string, amount any) map[string]any {
		return with(deposit(one, external, amount), map[string]any{"disbursementType": "PARTIAL_BALANCE"})
	}
	in := s.good(depositsPath, deposit(one, "d-1", "1500.75")).text("transferId")
	require.JSONEq(t, nothing, s.get(availablePath+account).Body, "nobody approved it yet")
	s.good(simulationPath+in+"/approve", nil)
	s.approved(depositsPath, with(deposit(one, "d-2", 100), map[string]any{"daysToHoldFunds": 1}))
	r := s.get(availablePath + account)
	require.Equal(t, json.Number("0"), r.Fields["total"])
	require.Equal(t, json.Number("1600.75"), r.Fields["totalDeposits"])
	require.Equal(t, map[string]any{
		"account": account, "amount": json.Number("1500.75"), "mechanism": "ACH", "description": "ACH DEPOSIT",
		"processDate": "2026-01-05",
	}, r.Fields["recentDeposits"].([]any)[0])

	s.advance(24 * time.Hour)
	s.logIn("apex_api")
	s.approved(withdrawalsPath, out("w-1", "200.50"))
	r = s.get(availablePath + account)
	require.Contains(t, r.Body, `"total": 1300,`, "an integer")
	require.Equal(t, json.Number("1600.75"), r.Fields["unAdjustedTotal"])
	require.Equal(t, json.Number("0"), r.Fields["startDayCashAvailable"])
	require.Equal(t, json.Number("100"), r.Fields["totalDeposits"], "the hold")
	s.advance(4 * time.Hour)
	r = s.get(availablePath + account)
	require.Equal(t, json.Number("1400.25"), r.Fields["unAdjustedTotal"])
	require.Equal(t, json.Number("200.50"), r.Fields["totalDisbursements"])
	require.Equal(t, []any{map[string]any{
		"transferId": json.Number("20260106000001"), "mechanism": "ACH", "state": "FUNDS_POSTED",
		"requestedAmount": json.Number("200.50"), "feeAmount": json.Number("0"),
		"totalCustomerDebitAmount": json.Number("200.50"), "transferTime": "2026-01-06T14:30:00.000Z",
		"fundsPostedDate": "2026-01-06",
	}}, r.Fields["disbursements"])

	s.advance(20 * time.Hour)
	s.logIn("apex_api")
	r = s.get(availablePath + account)
	require.Equal(t, json.Number("1400"), r.Fields["total"])
	require.Equal(t, json.Number("1400.25"), r.Fields["startDayCashAvailable"])
	require.Equal(t, []any{}, r.Fields["disbursements"])
	s.approved(withdrawalsPath, out("w-2", 9000))
	s.advance(4 * time.Hour)
	r = s.get(availablePath + account)
	require.Equal(t, json.Number("0"), r.Fields["total"])
	require.Equal(t, json.Number("-7599.75"), r.Fields["unAdjustedTotal"])
	require.JSONEq(t, nothing, s.get(availablePath+"3AP05059").Body)
}
